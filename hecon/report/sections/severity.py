"""What a unit of effect may cost, and how that follows from severity."""

from __future__ import annotations

from hecon.analyses.base_case import base_limits
from hecon.analyses.run import Run
from hecon.report.content import Column, Section, Sentence, Table, table
from hecon.report.registry import Analysis

SEVERITY = (
    Column("comparator", "Standard care", "name", shown=False),
    Column("opportunity_cost", "Opportunity cost", "money"),
    Column(
        "population_qaly",
        "Remaining {effects}, general population",
        "effect",
        meaning="undiscounted, at the start age",
    ),
    Column("standard_qaly", "Remaining {effects} with the condition", "effect"),
    Column("shortfall", "Absolute shortfall", "effect"),
    Column("weight", "Severity weight", "number"),
    Column("threshold", "Threshold used here", "money"),
)


def severity_table(run: Run) -> Table:
    """The one row of severity."""
    frame = run(base_limits).iloc[:1].copy()
    frame["comparator"] = run.study.compared[1]
    weighted = run.study.jurisdiction.definition.severity is not None
    columns = [c for c in SEVERITY if c.key in frame and (weighted or c.key != "weight")]
    caption = "From severity to the threshold" if weighted else "The threshold"
    kept = frame[[c.key for c in columns]]
    return table("severity", caption, columns, kept, ("comparator",))


def section(run: Run) -> Section:
    """Severity and the threshold."""
    place = run.study.jurisdiction.definition
    sentences = []
    if place.threshold_means:
        sentences.append(Sentence("{means}", {"means": place.threshold_means}))
    if place.severity is not None:
        sentences.append(
            Sentence("The opportunity cost is health forgone elsewhere, not a ceiling on a price.")
        )
        sentences.append(
            Sentence(
                "Severity classes ({status}): {source}",
                {"status": place.severity.status, "source": place.severity.source},
            )
        )
    title = "What a {effect} may cost"
    return Section("severity", title, tuple(sentences), (severity_table(run),), live="Severity")


ANALYSIS = Analysis(section)
