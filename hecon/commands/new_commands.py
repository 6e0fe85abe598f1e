"""The command that writes a study or a country's folder to begin with."""

import re
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import refuse_idle
from hecon.errors import Fault, InputError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_TEMPLATES = "templates"


class NewKind(StrEnum):
    """What can be begun."""

    STUDY = "study"
    JURISDICTION = "jurisdiction"


def new(
    context: typer.Context,
    kind: Annotated[NewKind, typer.Argument(metavar="study|jurisdiction", help="What to write.")],
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="NAME",
            help="Its folder, which must not exist: its last part is its name.",
        ),
    ],
    like: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="A jurisdiction whose rows are taken, without their values."
        ),
    ] = Path("inputs/jurisdictions/norway"),
) -> None:
    """Write a study that runs, or a country's folder with blanks to be filled in.

    A study has three strategies, a shared effect, a tunnel, a course of visits; its README.md says
    what each file holds. All figures are invented, to be replaced one by one.

    A jurisdiction has the rows, tables and steps of discounting of another one, none of its
    values. What is still blank, `hecon check` names by file, row and column; once all is filled
    in, it passes.

    \b
    Examples
      hecon new study my-studies/asthma
      hecon run my-studies/asthma --draws 1000
      hecon new jurisdiction inputs/jurisdictions/denmark
    """  # noqa: D301
    with messages():
        if kind is NewKind.JURISDICTION:
            from hecon.jurisdictions.blank import new_jurisdiction

            for path in new_jurisdiction(named(folder), like):
                typer.echo(str(path))
            typer.echo(f"Fill in the blanks, then: hecon check STUDY --jurisdiction {folder}")
            return
        refuse_idle(context, "only for a jurisdiction", "like")
        written = write_template(kind.value, folder)
        typer.echo(f"Wrote {', '.join(written)} into {folder}.")
        typer.echo(f"Next: hecon check {folder}, then hecon run {folder} --draws 1000")


def named(folder: Path) -> Path:
    """A folder that is new and whose name can be that of a study or a jurisdiction."""
    if not _NAME.fullmatch(folder.name):
        text = f"found '{folder.name}', allowed are up to 60 letters, digits, _ and -, the first "
        raise InputError([Fault(str(folder), None, None, text + "a letter")])
    if folder.exists():
        raise InputError([Fault(str(folder), None, None, "is there already; choose another name")])
    return folder


def write_template(kind: str, folder: Path) -> list[str]:
    """Write the files of a template under a name of their own; gives their names.

    Raises:
        InputError: If the folder exists or its name can't be that of a study.
    """
    name = named(folder).name
    found = sorted(
        files("hecon.commands").joinpath(_TEMPLATES, kind).iterdir(), key=lambda f: f.name
    )
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        text = f"can't be made: {error.strerror}"
        raise InputError([Fault(str(folder), None, None, text)]) from error
    for each in found:
        text = each.read_text("utf-8").replace("@NAME@", name).replace("@FOLDER@", str(folder))
        (folder / each.name).write_text(text, "utf-8", newline="\n")
    return [each.name for each in found]
