"""The command on anybody's table of draws."""

from pathlib import Path
from typing import Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    MethodOption,
    OutBoth,
    RegressionMethod,
    Sets,
    given,
    label,
    named_sets,
    numbers,
    said,
    sensible,
)

#: Effects of which fewer are better, whatever is said.
HARM = ("DALY", "DALYS")


def several(effect: str) -> str:
    """More than one of an effect; a plural and a name of several words stay as they are."""
    return effect if " " in effect or effect[-1:] in "sS" else f"{effect}s"


def decide(
    context: typer.Context,
    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="Draws as .csv, .tsv, .txt (also .gz) or .parquet."),
    ],
    thresholds: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="Values of a unit of effect, as 20000,30000 or 0:100000:5000; without it from 0 "
            "to twice the highest step of the frontier.",
            callback=said,
        ),
    ] = "",
    threshold: Annotated[
        float | None,
        typer.Option(
            callback=sensible,
            help="The one to report at; without it the middle of those given, that of the run the "
            "draws are of, or the highest step of the frontier rounded up.",
        ),
    ] = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A strategy to compare, may be given again; without it all that have both costs "
            "and effects.",
        ),
    ] = None,
    sets: Sets = None,
    method: MethodOption = RegressionMethod.AUTO,
    currency: Annotated[
        str,
        typer.Option(
            help="What costs are counted in, for labels; without it that of the run the draws "
            "are of.",
            callback=label,
        ),
    ] = "",
    effect: Annotated[
        str, typer.Option(help="One unit of effect, for labels.", callback=label)
    ] = "QALY",
    lower_is_better: Annotated[
        bool,
        typer.Option(
            "--lower-is-better",
            help="Effects are harm: fewer are better. Known for DALY.",
        ),
    ] = False,
    out: OutBoth = Path(),
) -> None:
    """Frontier, acceptability and value of information from anybody's table of draws.

    TABLE is wide (cost_A, cost_B, qaly_A, qaly_B: one row a draw) or long (draw, strategy, cost,
    effect: one row a draw and strategy); all other columns are parameters. From R, Excel, a run's
    own draws.csv, which brings the run's name, currency and thresholds, or anywhere else. Effects
    are benefits, unless fewer are better.

    Writes DIR/outputs/NAME_decision/ (tables, figures, and exports/ that BCEA, dampack and voi
    read) and DIR/reports/NAME_decision.xlsx with live formulas over the draws.

    \b
    Examples
      hecon decide draws.csv
      hecon decide draws.csv --strategy "Usual care" --strategy New
      hecon decide psa.parquet --threshold 30000 --thresholds 0:100000:2500 --currency GBP
      hecon decide outputs/ptsd_norway/draws.csv
      hecon decide burden.csv --effect DALY --threshold 5000
      hecon decide draws.csv --set utilities=u_well,u_ill --set costs=c_drug,c_ward
    """  # noqa: D301
    with messages():
        from hecon.report.progress import ProgressBar
        from hecon.report.staging import finish_earlier

        with ProgressBar() as tell:
            tell("Reading the table", 0, 1)
            finish_earlier(table)
            import numpy as np

            from hecon.analyses.draws_table import checked_thresholds, refuse_too_much
            from hecon.analyses.read_draws import read_draws
            from hecon.report.decision_report import refuse_taken
            from hecon.report.record import maker_of

            run = maker_of(table)
            refuse_taken(run.run if run else table.name, out)
            named = named_sets(sets)
            grid = np.array(numbers(thresholds, "--thresholds")) if thresholds else None
            if grid is not None:
                grid = np.unique(checked_thresholds(grid, "--thresholds"))
            if threshold is not None:
                checked_thresholds([threshold], "--threshold")
            drawn = read_draws(table, strategy or ())
            year, effects = "", several(effect)
            if run is not None:
                drawn = drawn.made_by(run.run)
                currency, year = (currency, "") if currency else (run.currency, run.price_year)
                if not given(context, "effect"):
                    effect, effects = run.effect, run.effects
            refuse_too_much(drawn, 1 if grid is None else len(grid))
            if lower_is_better or effect.upper() in HARM:
                drawn = drawn.averted(effects)
                effect, effects = f"{effect} averted", f"{effects} averted"

        from hecon.analyses.decided import decided, natural_grid
        from hecon.report.console import stdout
        from hecon.report.decision_report import decision_section, write_decision
        from hecon.report.numbers import Units
        from hecon.report.terminal import show
        from hecon.workbook.decision_book import write_decision_book

        units = Units(currency, year, effect=effect, effects=effects)
        to = stdout()
        with ProgressBar() as tell:
            own, at, why = natural_grid(drawn)
            if run is not None:
                own, at, why = np.array(run.thresholds), run.threshold, ""
            if grid is not None:
                own, at, why = grid, float(np.median(grid)), "the middle of those given"
            if threshold is not None:
                at, why = threshold, ""
            tell("Analysing", 0, 1)
            found = decided(drawn, own, at, named, method.value)
            section = decision_section(found, units, why)
        show(section, units, to)
        with ProgressBar() as tell:
            outputs, report = write_decision(found, section, units, out, write_decision_book, tell)
        to.print()
        to.print(f"Report: {report}", soft_wrap=True)
        to.print(f"Tables: {outputs}", soft_wrap=True)
