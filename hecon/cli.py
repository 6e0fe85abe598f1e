"""The command line: which commands there are; what each does is in `hecon.commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from hecon import __version__
from hecon.commands import decision, draws, evidence, sensitivity, study

# The modules that compute are imported inside the commands, so that `--help` is quick.

app = typer.Typer(
    name="hecon",
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
      hecon decide draws.csv
      hecon reproduce inputs/studies/ptsd --jurisdiction norway \\
          --reference reference/ptsd_norway
    """  # noqa: D301


#: In the order of the list in `--help`, each with what stands there on one line of 80 columns.
COMMANDS = (
    (study.run, "Run every analysis; write tables, page and workbook."),
    (study.check, "Read and validate a study without the full run."),
    (sensitivity.one_way, "Each input at both ends of its range."),
    (sensitivity.two_way, "Two inputs together, over a grid of values."),
    (sensitivity.break_even, "The value of an input at which the decision turns."),
    (sensitivity.scenarios, "Every scenario against the base case."),
    (sensitivity.sensitivity, "Which inputs matter when all move at once."),
    (decision.psa, "The probabilistic analysis of a study."),
    (decision.price, "The price at which two strategies are equal."),
    (decision.voi, "What knowing more is worth."),
    (decision.trial, "Which trial is worth doing, and how large."),
    (draws.decide, "Decide from anybody's table of draws."),
    (study.reproduce, "Run again and compare with a committed reference."),
    (study.verify, "Ask a study questions whose answers are known."),
    (evidence.evidence, "What the result rests on."),
    (study.prove, "Replay the workbook in two spreadsheet engines."),
)

for command, words in COMMANDS:
    app.command(short_help=words)(command)
