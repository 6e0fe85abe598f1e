"""What a unit of effect may cost, and how that follows from severity."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.base_case import base_limits, base_shortfalls, threshold, thresholds_stated
from hecon.analyses.conclusion import stated_conclusions
from hecon.analyses.run import Run
from hecon.report.content import Amount, Column, Section, Sentence, Table, money, table
from hecon.report.registry import Analysis
from hecon.report.vocabulary import NMB, THRESHOLD

_PEOPLE = Column(
    "population_qaly",
    "Remaining {effects}, general population",
    "effect",
    meaning="at the start age, over remaining life",
)
_STANDARD = Column("standard_qaly", "Remaining {effects} with the condition", "effect")
_ABSOLUTE = Column("shortfall", "Absolute shortfall", "effect")
_PROPORTIONAL = Column(
    "proportional_shortfall",
    "Proportional shortfall",
    "index",
    meaning="as a share of the general population's",
)
SEVERITY = (
    Column("comparator", "Standard care", "name", shown=False),
    Column("opportunity_cost", "Before severity", "money", meaning="the threshold without weight"),
    _PEOPLE,
    _STANDARD,
    _ABSOLUTE,
    _PROPORTIONAL,
    Column("weight", "Severity weight", "number"),
    Column("threshold", "Threshold used here", "money"),
)
SHORTFALLS = (
    Column("discounted", "Discounted", "flag"),
    _PEOPLE,
    _STANDARD,
    _ABSOLUTE,
    _PROPORTIONAL,
    Column("used", "Counts here", "flag", meaning="whether the jurisdiction's rule takes it"),
)


def severity_table(run: Run) -> Table:
    """The one row of severity."""
    frame = run(base_limits).iloc[:1].copy()
    frame["comparator"] = run.study.compared[1]
    place = run.study.jurisdiction.definition
    weighted = place.severity is not None
    columns = [
        c if weighted or c.key != "opportunity_cost" else replace(c, shown=False)
        for c in SEVERITY
        if c.key in frame and (weighted or c.key != "weight")
    ]
    caption = "From severity to the threshold" if weighted else f"The {place.threshold.name}"
    kept = frame[[c.key for c in columns]]
    return table("severity", caption, columns, kept, ("comparator",))


def shortfalls_table(run: Run) -> Table:
    """Absolute and proportional shortfall, with and without discounting."""
    caption = "Shortfall against the general population, over remaining life"
    return table("shortfalls", caption, SHORTFALLS, run(base_shortfalls), ("discounted",))


def stated_table(run: Run) -> Table:
    """Net benefit at each of the jurisdiction's thresholds, or at values shown in their place."""
    stated = run(stated_conclusions)
    frame = pd.DataFrame({"threshold": [c.threshold for c in stated]})
    frame["nmb"] = [c.benefit for c in stated]
    caption = "Net benefit at each threshold"
    if not run.study.jurisdiction.judges:
        caption = "Net benefit over a range of values, none of which is a threshold"
    return table("thresholds_stated", caption, (THRESHOLD, NMB), frame, ("threshold",))


def section(run: Run) -> Section:
    """Severity and the threshold."""
    place = run.study.jurisdiction.definition
    sentences = []
    if place.threshold.means:
        sentences.append(Sentence("{means}", {"means": place.threshold.means}))
    if place.severity is not None:
        sentences += _weighted(run)
        sentences.append(
            Sentence(
                "Severity classes ({status}): {source}",
                {"status": place.severity.status, "source": place.severity.source},
            )
        )
    tables = [severity_table(run)]
    if place.severity is not None and len(run(base_shortfalls)):
        tables.append(shortfalls_table(run))
    if len(run(thresholds_stated)) > 1:
        tables.append(stated_table(run))
    title = "What a {effect} may cost"
    return Section("severity", title, tuple(sentences), tuple(tables), live="Severity")


def _weighted(run: Run) -> list[Sentence]:
    """What a weight on QALYs does, where there is one."""
    rule, row = run.study.jurisdiction.definition.severity, run(base_limits).iloc[0]
    assert rule is not None
    weight = float(row["weight"])
    if rule.acts_on != "QALYs":
        return []
    if weight == 1:
        text = "Severity weighs {effects}, not the threshold; its weight is 1 here."
        return [Sentence(text)]
    pair = run(stated_conclusions)[0].pair
    text = (
        "Severity weighs {effects}, not the threshold: a {effect} gained counts {weight} times. "
        "Net benefit is that at {threshold} per unweighted {effect}, which is the same"
    )
    values = {"weight": Amount(weight), "threshold": money(run(threshold))}
    if pair.icer == pair.icer:
        text += "; the ICER is {icer} per weighted {effect}"
        values["icer"] = money(pair.icer / weight)
    return [Sentence(f"{text}.", values)]


ANALYSIS = Analysis(section)
