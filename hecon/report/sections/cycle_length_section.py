"""What the length of the cycle, and rounding to whole cycles, do to the result."""

import pandas as pd

from hecon.analyses.cycle_length import cycle_lengths
from hecon.analyses.departures import APART
from hecon.analyses.run import Run
from hecon.report.content import Amount, Column, Section, Sentence, Table, Value, money, table
from hecon.report.registry import Analysis
from hecon.report.things_called import at_threshold
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    NMB,
    QALY_DIFFERENCE,
    ratio_columns,
    with_savings,
)

TITLE = "Length of the cycle"
COLUMNS = (
    Column("cycle_months", "Cycle", "number", "months", "length of a cycle; the study's own first"),
    COST_DIFFERENCE,
    QALY_DIFFERENCE,
    *ratio_columns(),
    NMB,
)
NOTE = Sentence(
    "What happens in a week happens in the cycle that holds it, so a shorter cycle rounds less; "
    "all else is the base case.",
    tone="note",
)


def lengths_table(run: Run) -> Table:
    """The base case by length of the cycle."""
    frame = with_savings(
        run(cycle_lengths).rename(columns={"cost": "cost_difference", "qaly": "qaly_difference"})
    )
    a, b = run.study.compared
    caption = f"{a} against {b} by the length of the cycle"
    return table("cycle_length", caption, COLUMNS, frame, ("cycle_months",))


def moved(found: pd.DataFrame) -> Sentence | None:
    """How far the ICER moves, where that is more than a twentieth."""
    own, others = found.iloc[0], found.iloc[1:]
    gap = (others["icer"] - own["icer"]).abs()
    far = gap[gap > APART * others["icer"].abs().clip(lower=abs(own["icer"]))]
    if far.empty:
        return None
    other = others.loc[far.idxmax()]
    return Sentence(
        "The length of the cycle moves the result: {icer} per {effect} with cycles of {months} "
        "months, {base} with the study's own of {own}.",
        {
            "icer": money(other["icer"]),
            "months": Amount(other["cycle_months"]),
            "base": money(own["icer"]),
            "own": Amount(own["cycle_months"]),
        },
        "warning",
    )


def decision(run: Run) -> Sentence:
    """Whether net benefit keeps its sign at every length."""
    found = run(cycle_lengths)
    a, b = run.study.compared
    values: dict[str, Value] = {"a": a, "b": b, **at_threshold(run)}
    good = found["nmb"] > 0
    if good.nunique() > 1:
        text = "At {threshold} per {effect} the decision between {a} and {b} hangs on the length "
        return Sentence(text + "of the cycle.", values, "verdict")
    holds = "is" if good.iloc[0] else "is not"
    text = f"At {{threshold}} per {{effect}} {{a}} {holds} {{cost_effective}} against {{b}} "
    values["shortest"] = Amount(found["cycle_months"].min())
    return Sentence(text + "at every cycle down to {shortest} months.", values, "verdict")


def answers(run: Run) -> tuple[Sentence, ...]:
    """One sentence where the length of the cycle moves the ratio."""
    found = run.get(cycle_lengths)
    said = None if found is None else moved(found)
    return (said,) if said else ()


def section(run: Run) -> Section:
    """The lengths; why there are none, where there are none."""
    if run.get(cycle_lengths) is None:
        why = Sentence("Not worked out: {why}.", {"why": run.missing[cycle_lengths.name]})
        return Section("cycle_length", TITLE, (why,))
    said = (decision(run), *answers(run), NOTE)
    return Section("cycle_length", TITLE, said, (lengths_table(run),))


ANALYSIS = Analysis(
    section,
    """The base case with shorter cycles: what the cycle and rounding weeks to cycles do.

    \b
    Example
      hecon cycle-length inputs/studies/ptsd --jurisdiction norway
    """,
    answers=answers,
)
