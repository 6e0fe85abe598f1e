"""The command on anybody's table of draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    MethodOption,
    RegressionMethod,
    Sets,
    named_sets,
    numbers,
)


def decide(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Draws as .csv, .csv.gz or .parquet.")
    ],
    thresholds: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Values of a unit of effect, as 20000,30000 or 0:100000:5000; without it from 0 "
            "to twice the highest step of the frontier.",
        ),
    ] = "",
    threshold: Annotated[
        float | None,
        typer.Option(help="The one to report at; without it the middle of the thresholds."),
    ] = None,
    sets: Sets = None,
    method: MethodOption = RegressionMethod.AUTO,
    currency: Annotated[str, typer.Option(help="What costs are counted in, for labels.")] = "",
    effect: Annotated[str, typer.Option(help="One unit of effect, for labels.")] = "QALY",
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where outputs/ and reports/ are written.")
    ] = Path(),
) -> None:
    """Frontier, acceptability and value of information from anybody's table of draws.

    TABLE is wide (cost_A, cost_B, qaly_A, qaly_B: one row a draw) or long (draw, strategy, cost,
    effect: one row a draw and strategy); all other columns are parameters. From R, Excel or
    anywhere else.

    Writes DIR/outputs/NAME_decision/ (tables, figures, and exports/ that BCEA, dampack and voi
    read) and DIR/reports/NAME_decision.xlsx with live formulas over the draws.

    \b
    Examples
      hecon decide draws.csv
      hecon decide psa.parquet --threshold 30000 --thresholds 0:100000:2500 --currency GBP
      hecon decide draws.csv --set utilities=u_well,u_ill --set costs=c_drug,c_ward
    """  # noqa: D301
    with messages():
        import numpy as np

        from hecon.analyses.decision_tables import natural_grid
        from hecon.analyses.draws_table import checked_thresholds
        from hecon.analyses.read_draws import read_draws
        from hecon.analyses.results import LEAST_DRAWS
        from hecon.reports.answers.decide import decided, write_decided
        from hecon.reports.answers.psa import print_decision
        from hecon.reports.answers.voi import print_information
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar

        named = named_sets(sets)
        grid = np.array(numbers(thresholds, "--thresholds")) if thresholds else None
        if grid is not None:
            grid = np.unique(checked_thresholds(grid, "--thresholds"))
        if threshold is not None:
            checked_thresholds([threshold], "--threshold")
        with ProgressBar() as tell:
            tell("Reading", 0, 1)
            drawn = read_draws(table)
            own, middle = natural_grid(drawn)
            grid = own if grid is None else grid
            at = threshold if threshold is not None else float(np.median(grid))
            if threshold is None and not thresholds:
                at = middle
            tell("Analysing", 0, 1)
            found = decided(drawn, grid, at, named, method.value)
        to = stdout()
        to.print(f"{drawn.draws:,} draws of {len(drawn.strategies)} strategies", style="bold")
        to.print()
        text = print_decision(found.tables, drawn.draws, at, currency, effect, to)
        perfect = found.tables["information"]
        print_information(perfect, found.partial, at, None, currency, effect, to)
        if drawn.draws < LEAST_DRAWS:
            to.print(
                f"{drawn.draws:,} draws are too few for the value of single parameters; "
                f"{LEAST_DRAWS} are needed."
            )
        with ProgressBar() as tell:
            outputs, report = write_decided(found, text, currency, effect, out, tell)
        to.print(f"Report: {report}", soft_wrap=True)
        to.print(f"Tables: {outputs}", soft_wrap=True)
