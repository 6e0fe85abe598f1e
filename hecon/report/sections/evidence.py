"""What the result rests on: an article's facts, weak links, choices of synthesis, every input."""

from __future__ import annotations

from functools import partial

from hecon.analyses.article import article_facts
from hecon.analyses.evidence import input_evidence
from hecon.analyses.run import Run
from hecon.analyses.syntheses import synthesis_choices
from hecon.report.content import Column, Drawn, Figure, Section, Table, table
from hecon.report.plain import plain_table
from hecon.report.registry import Analysis
from hecon.report.sections.answer import status_of_inputs
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    LABEL,
    NMB,
    PARAMETER,
    QALY_DIFFERENCE,
    RANGE_HIGH,
    RANGE_LOW,
    SOURCE,
    STATUS,
    UNIT,
    ratio_columns,
    with_savings,
)

#: Weak rows that people see; the file holds all.
SHOWN = 12

ARTICLE = (
    Column("fact", "Fact", "name", detail=True),
    Column("says", "The article says"),
    Column("figure", "In the model"),
    Column("text", "Figure"),
    Column("cross_check", "Cross-check", detail=True),
    STATUS,
    Column("reference", "Reference", "name", shown=False),
    Column("value", "Value", "number", shown=False),
)
WEAK = (
    LABEL,
    PARAMETER,
    STATUS,
    Column("swing", "Swing of net benefit", "money", meaning="span over the input's range"),
    Column("evppi", "EVPPI per person", "money"),
    Column("needed", "What would firm it up"),
)
INPUTS = (
    LABEL,
    PARAMETER,
    Column("value", "Value", "number"),
    UNIT,
    RANGE_LOW,
    RANGE_HIGH,
    Column("distribution", "Distribution", "name"),
    STATUS,
    Column("estimate", "Estimate", "name", detail=True, meaning="estimate that it is made from"),
    Column("rows", "Evidence", detail=True, meaning="rows of the evidence that it rests on"),
    SOURCE,
    Column("swing", "Swing of net benefit", "money", shown=False),
    Column("evppi", "EVPPI per person", "money", shown=False),
    Column("weak", "Weak", "flag", shown=False),
    Column("needed", "What would firm it up", shown=False),
)
SYNTHESIS = (
    Column("scenario", "Scenario", "name"),
    Column("title", "Choice"),
    Column("estimates", "Rests on", detail=True, meaning="estimates with their 95 % intervals"),
    Column("weakest_status", "Weakest status", "status"),
    Column("odds_ratio", "Odds ratio", "number"),
    Column("odds_ratio_low", "95 % from", "number"),
    Column("odds_ratio_high", "to", "number"),
    Column("p_intervention", "Outcome, intervention", "share"),
    Column("p_intervention_low", "95 % from", "share", shown=False),
    Column("p_intervention_high", "to", "share", shown=False),
    Column("p_comparator", "Outcome, comparator", "share"),
    Column("p_comparator_low", "95 % from", "share", shown=False),
    Column("p_comparator_high", "to", "share", shown=False),
    COST_DIFFERENCE,
    QALY_DIFFERENCE,
    *ratio_columns(),
    Column("threshold", "Value of a {effect}", "money", shown=False),
    NMB,
)


def section(run: Run) -> Section:
    """All evidence of a study."""
    study = run.study
    tables = [*_article(run), weak_links(run), *_synthesis(run), inputs_table(run)]
    for name, caption in (("trials", "Trial arms"), ("reported_effects", "Published effects")):
        if given := study.evidence(name):
            tables.append(plain_table(name, caption, given))
    return Section("evidence", "Evidence", (status_of_inputs(study),), tuple(tables), _figures(run))


def _article(run: Run) -> list[Table]:
    found = run(article_facts)
    if found.empty:
        return []
    caption = "What the article says and what the model makes of it"
    return [table("article", caption, ARTICLE, found, ("fact", "figure"))]


def weak_links(run: Run) -> Table:
    """Inputs on weak evidence, the most influential first."""
    found = run(input_evidence)
    weak = found[found["weak"] & ((found["swing"] > 0) | (found["evppi"] > 0))]
    caption = "Weakest links: inputs on weak evidence that move the decision most"
    shown = weak.head(SHOWN).rename(columns={"description": "label"})
    return table("weak_links", caption, WEAK, shown, ("parameter",))


def _synthesis(run: Run) -> list[Table]:
    found = run(synthesis_choices)
    if found.empty:
        return []
    a, b = run.study.compared
    caption = f"Choices of synthesis side by side: {a} against {b}, of all who start"
    return [table("synthesis", caption, SYNTHESIS, with_savings(found), ("scenario",))]


def inputs_table(run: Run) -> Table:
    """Every input with its value, range, source and influence."""
    known = {p.text: p for p in run.study.parameters}
    found = run(input_evidence).rename(columns={"description": "label"})
    of = [known[name] for name in found["parameter"]]
    frame = found.assign(
        range_low=[p.low for p in of],
        range_high=[p.high for p in of],
        distribution=[p.distribution.kind for p in of],
        source=["; ".join(filter(None, [p.source, p.derivation])) for p in of],
    )
    caption = "Every input with its value, range and source"
    return table("inputs", caption, INPUTS, frame, ("parameter",))


def _figures(run: Run) -> tuple[Figure, ...]:
    from hecon.report.figures.syntheses import synthesis_pictures

    made = synthesis_pictures(run.study, run(synthesis_choices))
    return tuple(Figure(each.name, partial(_same, each)) for each in made)


def _same(drawn: Drawn) -> Drawn:
    return drawn


ANALYSIS = Analysis(section)
