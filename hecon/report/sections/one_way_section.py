"""One-way sensitivity: each input at both ends of its range."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.base_case import base_comparison
from hecon.analyses.one_way import one_way_bars, one_way_ends
from hecon.analyses.run import Run
from hecon.report.content import (
    Column,
    Figure,
    Section,
    Sentence,
    Table,
    Value,
    count,
    table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import Analysis, Option
from hecon.report.switches import BY_SEVERITY, TURNS, by_severity, with_switches
from hecon.report.things_called import at_threshold, inputs, labeller
from hecon.report.vocabulary import (
    BASE,
    COMPARATOR,
    COST_DIFFERENCE,
    INTERVENTION,
    LABEL,
    NMB,
    PARAMETER,
    QALY_DIFFERENCE,
    RANGE_HIGH,
    RANGE_LOW,
    STATUS,
    STRATEGY,
    UNIT,
    ratio_columns,
    with_savings,
)

TITLE = "One-way sensitivity"
_BASIS = Column("basis", "Basis of the range", detail=True)
_INPUT = (LABEL, PARAMETER, replace(BASE, detail=True), RANGE_LOW, RANGE_HIGH)
_KNOWN = (replace(STATUS, detail=True), UNIT)
_NMB = (
    Column("nmb_low", "Net benefit at low", "change"),
    Column("nmb_high", "Net benefit at high", "change"),
)
_QALY = (
    Column("qaly_difference_low", "{effects} at low", "gain", meaning="incremental effect at low"),
    Column("qaly_difference_high", "{effects} at high", "gain"),
)
_ICER = (*ratio_columns(" at low", "_low"), *ratio_columns(" at high", "_high"))
_END = (PARAMETER, Column("end", "End", "label"), Column("value", "Value", "number"))
ENDS = (
    *_END,
    INTERVENTION,
    COMPARATOR,
    COST_DIFFERENCE,
    QALY_DIFFERENCE,
    *ratio_columns(),
    Column("shortfall", "Absolute shortfall", "effect", detail=True),
    Column("weight", "Severity weight", "number", detail=True),
    Column("threshold", "Value of a {effect}", "money", detail=True),
    NMB,
    _BASIS,
)
TOTALS = (
    *_END,
    STRATEGY,
    Column("cost", "Cost", "money"),
    Column("qaly", "{effects}", "effect"),
    Column("life_years", "Life-years", "effect"),
)


def tornado_columns(by: str) -> tuple[Column, ...]:
    """The figure that orders the rows first; the others have less claim to room."""
    ratios = _ICER if by == "icer" else tuple(replace(c, detail=True) for c in _ICER)
    benefit = _NMB if by == "nmb" else tuple(replace(c, detail=True) for c in _NMB)
    gains = _QALY if by == "qaly" else tuple(replace(c, shown=False) for c in _QALY)
    order = {"nmb": (benefit, ratios, gains), "icer": (ratios, benefit, gains)}
    first, second, third = order.get(by, (gains, benefit, ratios))
    return (*_INPUT, *first, *second, *third, _KNOWN[0], TURNS, *_KNOWN[1:], _BASIS, BY_SEVERITY)


def tornado_table(run: Run) -> Table:
    """One row an input, the widest bar first."""
    by: str = run.option("by", "nmb")
    bars = run(one_way_bars).rename(
        columns={
            "low": "range_low",
            "high": "range_high",
            "qaly_low": "qaly_difference_low",
            "qaly_high": "qaly_difference_high",
        }
    )
    label = labeller(run.study)
    known = {p.text: p for p in run.study.parameters}
    of = [known[name] for name in bars["parameter"]]
    frame = with_switches(bars).assign(
        label=[label(p.text) for p in of],
        status=[p.status for p in of],
        unit=[p.unit for p in of],
        base=pd.Series([p.value for p in of], dtype=float),
    )
    for end in ("low", "high"):
        ratios = _end(run, end).set_index("parameter")["icer"]
        frame[f"icer_{end}"] = frame["parameter"].map(ratios)
        frame = with_savings(frame, f"_{end}")
    caption = "Every input at both ends of its range, all others at base, the widest bar first"
    return table("tornado", caption, tornado_columns(by), frame, ("parameter",))


def _end(run: Run, end: str) -> pd.DataFrame:
    ends = run(one_way_ends)
    return ends[ends["end"] == end]


def _ordered(run: Run) -> pd.DataFrame:
    """Both ends of every input, in the order of the bars."""
    place = {name: i for i, name in enumerate(run(one_way_bars)["parameter"])}
    ends = run(one_way_ends)
    return ends.iloc[ends["parameter"].map(place).argsort(kind="stable")]


def ends_table(run: Run) -> Table:
    """Two rows an input with all that the comparison gives there."""
    caption = "The comparison at each end"
    return table(
        "one_way", caption, ENDS, with_savings(_ordered(run)), ("parameter", "end"), shown=False
    )


def totals_table(run: Run) -> Table:
    """Totals of every strategy at each end."""
    rows = [
        {
            "parameter": row["parameter"],
            "end": row["end"],
            "value": row["value"],
            "strategy": strategy,
            **{what: row[f"{what} {strategy}"] for what in ("cost", "qaly", "life_years")},
        }
        for row in _ordered(run).to_dict("records")
        for strategy in run.study.model.strategies
    ]
    frame = pd.DataFrame(rows, columns=[c.key for c in TOTALS])
    keys = ("parameter", "end", "strategy")
    return table("one_way_totals", "Totals at each end", TOTALS, frame, keys, shown=False)


def conclusion(run: Run) -> Sentence:
    """How many inputs turn the decision alone, and which."""
    bars = run(one_way_bars)
    a, b = run.study.compared
    if bars.empty:
        return Sentence("No input has a range of its own, so none is moved alone.", {}, "verdict")
    turning = bars.loc[bars["turns"].astype(bool), "parameter"]
    names = inputs(run.study, turning)
    values: dict[str, Value] = {"a": a, "b": b, **at_threshold(run)}
    if len(bars) == 1:
        stays = (
            "At the ends of its range the only input that has one does not turn the decision "
            "between {a} and {b} at {threshold} per {effect}."
        )
        turns = (
            "The only input that has a range turns the decision between {a} and {b} at {threshold} "
            "per {effect} at an end of it: {names}."
        )
        some = {} if turning.empty else {"names": names}
        return Sentence(stays if turning.empty else turns, values | some, "verdict")
    values["all"] = count(len(bars))
    if turning.empty:
        return Sentence(
            "At the ends of their ranges none of the {all} inputs alone turns the decision "
            "between {a} and {b} at {threshold} per {effect}.",
            values,
            "verdict",
        )
    values |= {"turning": count(len(turning)), "names": names}
    one = (
        "{turning} of {all} inputs alone turns the decision between {a} and {b} at {threshold} "
        "per {effect} at an end of its range: {names}."
    )
    several = (
        "{turning} of {all} inputs alone turn the decision between {a} and {b} at {threshold} "
        "per {effect} at an end of their range: {names}."
    )
    return Sentence(one if len(turning) == 1 else several, values, "verdict")


BASIS = Sentence(
    "Ranges are stated intervals or 95 % of the distribution; none is invented. A bar reaches "
    "over both ends of the range and the base case; an end without an ICER comes first.",
    {},
    "note",
)


def section(run: Run) -> Section:
    """One-way sensitivity."""
    if run(one_way_bars).empty:
        return Section("one_way", TITLE, (conclusion(run),))
    steps = by_severity(run(one_way_bars), "parameter")
    tables = (tornado_table(run), ends_table(run), totals_table(run))
    return Section(
        "one_way",
        TITLE,
        (conclusion(run), *steps, BASIS),
        tables,
        _figures(run),
        live="Sensitivity",
    )


def _figures(run: Run) -> tuple[Figure, ...]:
    ratio = run(base_comparison).icer
    measures = ["nmb", "qaly_difference", *(["icer"] if ratio == ratio else [])]
    return tuple(
        pictured(
            run,
            f"tornado_{measure.partition('_')[0]}",
            "tornado.tornado",
            one_way_ends,
            base_comparison,
            measure=measure,
        )
        for measure in measures
    )


ANALYSIS = Analysis(
    section,
    """Each input at the low and the high end of its range, all others at base.

    Ranges are the stated intervals, else the 2.5 and 97.5 percentiles of the distribution; an
    input with neither is left out.

    \b
    Examples
      hecon one-way inputs/studies/ptsd --jurisdiction norway
      hecon one-way inputs/studies/ptsd -j norway --by icer
    """,
    (Option("by", ("nmb", "icer", "qaly"), "The figure whose span orders the rows.", "nmb"),),
)
