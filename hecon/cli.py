"""The command line: which commands there are; what each does is in `hecon.commands`."""

import gc
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from hecon.report.registry import Registration
from hecon.report.sections import REGISTRY
from hecon.version import __version__


@dataclass(frozen=True)
class Own:
    """A command that is no analysis of the registry: where its function is, and a line of help."""

    command_name: str
    place: str
    summary: str

    def function(self) -> Callable[..., None]:
        """The function that typer reads."""
        module, name = self.place.split(":")
        found: Callable[..., None] = getattr(importlib.import_module(module), name)
        return found


#: In the order of the list in `--help`.
_STUDY = "hecon.commands.study_commands"
COMMANDS: tuple[Own | Registration, ...] = (
    Own(
        "new",
        "hecon.commands.new_commands:new",
        "Write a study that runs, or a country to fill in.",
    ),
    Own("run", f"{_STUDY}:run", "Run every analysis; write tables, page and workbook."),
    Own("check", f"{_STUDY}:check", "Read and validate a study without the full run."),
    *(entry for entry in REGISTRY if entry.command_name),
    Own(
        "batch",
        "hecon.commands.batch_commands:batch",
        "Studies x countries x scenarios as one table.",
    ),
    Own(
        "compare",
        "hecon.commands.compare_commands:compare",
        "What changed, and what each change does.",
    ),
    Own("decide", "hecon.commands.draws_commands:decide", "Decide from anybody's table of draws."),
    Own("reproduce", f"{_STUDY}:reproduce", "Run again and compare with a committed reference."),
    Own("prove", f"{_STUDY}:prove", "Replay the workbook in two spreadsheet engines."),
)


class Lazily(TyperGroup):
    """Commands are loaded when they are called: the list of them is there at once."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All commands in their order."""
        return [each.command_name for each in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command's name and line of help."""
        known = {each.command_name: each.summary for each in COMMANDS}
        if cmd_name not in known:
            return None
        return TyperCommand(cmd_name, short_help=known[cmd_name], rich_markup_mode=None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, loaded."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(str(name)) if command is not None else None, rest


def load_command(name: str) -> Any:
    """One command as typer runs it."""
    from hecon.commands.messages import messages

    entry = next(each for each in COMMANDS if each.command_name == name)
    with messages():  # libraries are loaded here, for which memory may be short
        from hecon.commands.registered_commands import command_of

        function = entry.function() if isinstance(entry, Own) else command_of(entry)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, short_help=entry.summary)(function)
    return typer.main.get_command(single)


app = typer.Typer(
    name="hecon",
    cls=Lazily,
    help="Cost-effectiveness models from plain input files to a live, checked Excel report.",
    epilog="'hecon COMMAND --help' shows examples.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hecon {__version__}")
        raise typer.Exit


#: Objects made, and collections of the younger, before cyclic garbage is looked for: a command
#: keeps nearly all it makes, which is looked through in vain.
SELDOM = (300_000, 10, 10)


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Cost-effectiveness models from plain input files to a live, checked Excel report.

    \b
    Examples
      hecon run inputs/studies/ptsd --jurisdiction norway
      hecon check inputs/studies/ptsd --jurisdiction norway
      hecon one-way inputs/studies/ptsd --jurisdiction norway
      hecon voi inputs/studies/ptsd --jurisdiction norway
      hecon batch plan.toml
      hecon decide draws.csv
      hecon reproduce inputs/studies/ptsd --jurisdiction norway \\
          --reference reference/ptsd_norway
    """  # noqa: D301
    gc.set_threshold(*SELDOM)
