"""Choices of synthesis side by side: what each makes of the effect, and of the decision."""

from hecon.analyses.run import Run
from hecon.analyses.syntheses import synthesis_choices
from hecon.report.content import Column, Figure, Section, Sentence, table
from hecon.report.registry import Analysis
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    NMB,
    QALY_DIFFERENCE,
    ratio_columns,
    with_savings,
)

TITLE = "Synthesis"
COLUMNS = (
    Column("scenario", "Scenario", "label"),
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
    """The base case and every scenario that chooses an estimate; forests and the network."""
    found = run(synthesis_choices)
    if found.empty:
        return Section("synthesis", TITLE, figures=_figures(run))
    a, b = run.study.compared
    said = Sentence(
        "Ways of putting the same trials together, and what each makes of {a} against {b}.",
        {"a": a, "b": b},
    )
    caption = f"Choices of synthesis side by side: {a} against {b}, of all who start"
    choices = table("synthesis", caption, COLUMNS, with_savings(found), ("scenario",))
    return Section("synthesis", TITLE, (said,), (choices,), _figures(run))


def _figures(run: Run) -> tuple[Figure, ...]:
    from hecon.report.figures.synthesis_plots import synthesis_drawings

    return tuple(Figure(*each) for each in synthesis_drawings(run.study, run(synthesis_choices)))


ANALYSIS = Analysis(
    section,
    """Choices of synthesis side by side: what each makes of the effect, and of the decision.

    \b
    Examples
      hecon synthesis inputs/studies/ptsd --jurisdiction norway
    """,
    lacking="the study names no evidence to put together",
)
