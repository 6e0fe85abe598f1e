"""The threshold price: at which price the intervention is just worth it, with its interval."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.drawn import drawn_design
from hecon.analyses.pair import find_parameter
from hecon.analyses.price import price_values
from hecon.analyses.run import Run
from hecon.report.content import (
    Column,
    Section,
    Sentence,
    Table,
    Value,
    count,
    money,
    table,
)
from hecon.report.registry import DRAWN, THRESHOLDS, Analysis, Option
from hecon.report.things_called import labeller
from hecon.report.vocabulary import (
    INTERVAL_HIGH,
    INTERVAL_LOW,
    LABEL,
    PARAMETER,
    STANDARD_ERROR,
    THRESHOLD,
    UNIT,
)

TITLE = "Threshold price"
#: Draws below which their 2.5 and 97.5 percentiles are no more than their ends.
LEAST_INTERVAL = 40

COLUMNS = (
    replace(LABEL, heading="Price"),
    PARAMETER,
    UNIT,
    THRESHOLD,
    Column("now", "Now", "number", meaning="the price in the base case", detail=True),
    Column("at_base", "At base", "number", meaning="price of equal net benefit there"),
    Column("expected", "Expected", "number", meaning="price at which mean net benefit is zero"),
    replace(STANDARD_ERROR, kind="number"),
    INTERVAL_LOW,
    INTERVAL_HIGH,
    Column(
        "feasible",
        "Any price does",
        "flag",
        meaning="whether the expected price is not negative",
        shown=False,
    ),
    Column("nmb_at_zero", "Net benefit at a price of zero", "change", shown=False),
)


def price_table(run: Run) -> Table:
    """The price of equal net benefit at each threshold."""
    found, label = run(price_values), labeller(run.study)
    frame = found.rename(
        columns={"deterministic": "at_base", "low": "interval_low", "high": "interval_high"}
    )
    now = [_now(run, name) for name in frame["parameter"]]
    frame = frame.assign(label=[label(name) for name in frame["parameter"]], now=now)
    a, b = run.study.compared
    caption = f"The price at which {a} and {b} have equal net benefit"
    return table("price", caption, COLUMNS, frame, ("parameter", "threshold"))


def _now(run: Run, name: str) -> float:
    value = find_parameter(run.study, name).value
    return float("nan") if value is None else value


def _values(run: Run, row: pd.Series) -> dict[str, Value]:
    """What the sentences on the price at a threshold are about."""
    a, b = run.study.compared
    label = labeller(run.study)(row["parameter"])
    named = f"{row['parameter']} ({label})" if label != row["parameter"] else label
    return {"a": a, "b": b, "price": named, "threshold": money(row["threshold"])}


def conclusion(run: Run) -> tuple[Sentence, ...]:
    """What the price at the first threshold means."""
    row = run(price_values).iloc[0]
    said = _no_price(run, row) if row["expected"] < 0 else _some_price(run, row)
    if row["high"] >= 0 > row["low"]:
        doubt = "The draws put it between less than zero and {high} (95 %)."
        said += (Sentence(doubt, {"high": money(float(row["high"]))}),)
    return said


def _no_price(run: Run, row: pd.Series) -> tuple[Sentence, ...]:
    opening = "At {threshold} per {effect} no price of {price} makes {a} and {b} equal on average: "
    never = "even at a price of zero {a} is not {cost_effective} against {b}."
    always = "at any price {a} is {cost_effective} against {b}."
    text = opening + (never if row["nmb_at_zero"] < 0 else always)
    return (Sentence(text, _values(run, row), "verdict"),)


def _some_price(run: Run, row: pd.Series) -> tuple[Sentence, ...]:
    values = _values(run, row)
    equal = Sentence(
        "At {threshold} per {effect} {a} and {b} are equal on average at a price of {expected} "
        "for {price}.",
        {**values, "expected": money(float(row["expected"]))},
        "verdict",
    )
    now = _now(run, str(row["parameter"]))
    if now == row["expected"]:
        return equal, Sentence("That is today's price.")
    above = now > row["expected"]
    effective = (row["nmb_at_zero"] >= 0) != above
    side = "Today's price, {now}, is above it: " if above else "Today's price, {now}, is below it: "
    verdict = (
        "on average {a} is {cost_effective} against {b}, "
        if effective
        else "on average {a} is not {cost_effective} against {b}, "
    )
    way = (
        "and the price would have to fall for that to turn."
        if above
        else "and the price would have to rise for that to turn."
    )
    said: dict[str, Value] = {"now": money(now), "a": values["a"], "b": values["b"]}
    return equal, Sentence(side + verdict + way, said)


def doubts(run: Run) -> tuple[Sentence, ...]:
    """How the interval is to be read, or why there is none."""
    design = run.get(drawn_design)
    if design is None:
        text = "No input has a distribution, so there is no interval around the price."
        return (Sentence(text, {}, "note"),)
    least: dict[str, Value] = {"least": count(LEAST_INTERVAL)}
    reading = Sentence(
        "Expected: where mean net benefit over {draws} draws is zero. Below the 2.5 % figure the "
        "intervention is {cost_effective} in 97.5 % of draws.",
        {"draws": count(design.draws)},
        "note",
    )
    if design.draws >= LEAST_INTERVAL:
        return (reading,)
    few = (
        "One draw tells no standard error; an interval of 95 % needs {least} draws at least."
        if design.draws == 1
        else "{draws} draws are few; an interval of 95 % needs {least} draws at least."
    )
    if design.draws > 1:
        least["draws"] = count(design.draws)
    return reading, Sentence(few, least, "warning")


def section(run: Run) -> Section:
    """The threshold price; why there is none, if the study names a price."""
    if run.get(price_values) is None:
        why = Sentence("Not worked out: {why}.", {"why": run.missing[price_values.name]})
        return Section("price", TITLE, (why,) if run.study.definition.price else ())
    sentences = (*conclusion(run), *doubts(run))
    return Section("price", TITLE, sentences, (price_table(run),))


ANALYSIS = Analysis(
    section,
    """The price at which intervention and comparator are equal, with its interval.

    \b
    Examples
      hecon price inputs/studies/ptsd --jurisdiction norway
      hecon price inputs/studies/ptsd -j norway --thresholds 275000,385000,500000
      hecon price inputs/studies/ptsd -j norway --parameter unit_psychologist_hour
    """,
    (
        Option("parameter", str, "The price; without it the study's own.", "", metavar="NAME"),
        THRESHOLDS,
    ),
    settings=DRAWN,
    rests_on=(price_values,),
)
