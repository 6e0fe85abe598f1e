"""What the time horizon does to the result."""

from hecon.analyses.run import Run
from hecon.analyses.time_horizon import time_horizons
from hecon.report.content import (
    Amount,
    Chart,
    Column,
    Section,
    Sentence,
    Series,
    Table,
    Value,
    table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import Analysis
from hecon.report.things_called import at_threshold
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    NMB,
    QALY_DIFFERENCE,
    ratio_columns,
    with_savings,
)

TITLE = "Time horizon"
COLUMNS = (
    Column("years", "Horizon", "number", "years", "up to which is counted; the study's own last"),
    COST_DIFFERENCE,
    QALY_DIFFERENCE,
    *ratio_columns(),
    NMB,
)
_AT = "At {threshold} per {effect} {a} "
_ALWAYS = _AT + "is {cost_effective} against {b} at each of these horizons."
_NEVER = _AT + "is not {cost_effective} against {b} at each of these horizons."
_FROM = _AT + "is {cost_effective} against {b} from the end of year {years} on."
_UNTIL = _AT + "is not {cost_effective} against {b} from the end of year {years} on."
NOTE = Sentence(
    "Counted up to a year, costs and effects of the base case after it are left out; the "
    "threshold is that of the condition, whatever the horizon.",
    tone="note",
)


def horizons_table(run: Run) -> Table:
    """The base case by time horizon."""
    a, b = run.study.compared
    caption = f"{a} against {b} by time horizon"
    return table("time_horizon", caption, COLUMNS, with_savings(run(time_horizons)), ("years",))


def decision(run: Run) -> Sentence:
    """From which horizon on net benefit has the sign that it has at the study's own."""
    found = run(time_horizons)
    a, b = run.study.compared
    good = found["nmb"] > 0
    values: dict[str, Value] = {"a": a, "b": b, **at_threshold(run)}
    if good.nunique() == 1:
        return Sentence(_ALWAYS if good.iloc[-1] else _NEVER, values, "verdict")
    since = found.index[good != good.iloc[-1]][-1] + 1
    values["years"] = Amount(found["years"].iloc[since])
    return Sentence(_FROM if good.iloc[-1] else _UNTIL, values, "verdict")


def first_year(run: Run) -> Sentence:
    """What of the effect is seen early, and what is there at last."""
    found = run(time_horizons)
    first, last = found.iloc[0], found.iloc[-1]
    return Sentence(
        "By the end of year {years} the difference in {effects} is {first}; by the end of the "
        "horizon it is {last}.",
        {
            "years": Amount(first["years"]),
            "first": Amount(first["qaly_difference"], "gain"),
            "last": Amount(last["qaly_difference"], "gain"),
        },
    )


def section(run: Run) -> Section:
    """The horizons; why there are none, where there are none."""
    if run.get(time_horizons) is None:
        why = Sentence("Not worked out: {why}.", {"why": run.missing[time_horizons.name]})
        return Section("time_horizon", TITLE, (why,))
    said = (decision(run), first_year(run), NOTE)
    figure = pictured(
        run, "time_horizon", "horizon_plot.horizon_picture", time_horizons, chart=_CHART
    )
    return Section("time_horizon", TITLE, said, (horizons_table(run),), (figure,))


_CHART = Chart(
    "lines",
    "Net benefit by time horizon",
    "time_horizon",
    "years",
    (Series("nmb", "net benefit"),),
    "time horizon (years)",
    "net benefit",
)


ANALYSIS = Analysis(
    section,
    """The base case counted up to a year and no further: what the time horizon does.

    \b
    Example
      hecon time-horizon inputs/studies/ptsd --jurisdiction norway
    """,
)
