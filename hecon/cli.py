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


for command in (
    study.run,
    study.check,
    sensitivity.one_way,
    sensitivity.two_way,
    sensitivity.break_even,
    sensitivity.scenarios,
    sensitivity.sensitivity,
    decision.psa,
    decision.price,
    decision.voi,
    decision.trial,
    draws.decide,
    study.reproduce,
    study.verify,
    evidence.evidence,
    study.prove,
):
    app.command()(command)
