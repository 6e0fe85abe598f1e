"""The base case: totals by strategy, the comparison, the frontier, costs and effects by item."""

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.base_case import (
    base_comparison,
    base_frontier,
    base_outcomes,
    base_table,
    threshold,
)
from hecon.analyses.comparison import totals
from hecon.analyses.flows import base_trace, courses
from hecon.analyses.other_effects import EQUAL_VALUE, effects_compared
from hecon.analyses.perspectives import perspective_results
from hecon.analyses.run import Run
from hecon.report.content import (
    Amount,
    Column,
    Section,
    Sentence,
    Table,
    Value,
    table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import Analysis
from hecon.report.vocabulary import STRATEGY

TOTALS = (
    STRATEGY,
    Column("description", "Description", "text", meaning="what the strategy is", detail=True),
    Column("cost", "Cost", "money", meaning="discounted cost per person"),
    Column("qaly", "{effects}", "effect", meaning="discounted effect per person"),
    Column("life_years", "Life-years", "effect", meaning="discounted life-years per person"),
    Column("cost_undiscounted", "Cost, undiscounted", "money", detail=True),
    Column("qaly_undiscounted", "{effects}, undiscounted", "effect", detail=True),
    Column("life_years_undiscounted", "Life-years, undiscounted", "effect", detail=True),
    Column("alternative", "Can be chosen", "flag", detail=True),
)
COMPARISON = (
    Column("intervention", "Intervention", "name", shown=False),
    Column("comparator", "Comparator", "name", shown=False),
    Column("cost_difference", "Cost", "change"),
    Column("qaly_difference", "{effects}", "gain"),
    Column("life_years_difference", "Life-years", "gain", detail=True),
    Column("icer", "ICER", "money", meaning="incremental cost per unit of effect gained"),
    Column("verdict", "In words"),
    Column("threshold", "Value of a {effect}", "money"),
    Column("nmb", "Net benefit", "change", meaning="at the threshold"),
)
EFFECTS = (
    Column("effect", "Unit of effect", "label"),
    Column("effect_difference", "Gained", "number", meaning="discounted, per person"),
    Column("icer", "Cost of one", "money", words="verdict", meaning="incremental cost per unit"),
    Column("verdict", "In words", shown=False, meaning="what the differences mean"),
)
FRONTIER = (
    STRATEGY,
    Column("place", "Place", meaning="on the frontier, or how it is dominated"),
    Column("cost", "Cost", "money"),
    Column("qaly", "{effects}", "effect"),
    Column("against", "Against", "name", meaning="the next alternative on the frontier"),
    Column("icer", "ICER", "money"),
)
COST_ITEMS = (
    Column("item", "Item", "label"),
    STRATEGY,
    Column("cost_undiscounted", "Cost, undiscounted", "money", shown=False),
    Column("cost", "Cost", "money"),
)
EFFECT_SOURCES = (
    Column("source", "Source", "label"),
    STRATEGY,
    Column("qaly_undiscounted", "{effects}, undiscounted", "effect", shown=False),
    Column("qaly", "{effects}", "effect"),
)
PERSPECTIVES = (
    Column("figure", "Per person"),
    Column("perspective", "Perspective", "label"),
    Column("value", "Value", "money"),
)
COURSES = (
    Column("quantity", "Quantity", "label", meaning="what the treatment course uses"),
    STRATEGY,
    Column("value", "Expected per person who starts", "number"),
)


def totals_table(run: Run) -> Table:
    """Costs, effects and life-years by strategy."""
    study, outcomes = run.study, run(base_outcomes)
    frame = pd.DataFrame({"strategy": list(study.model.strategies)})
    labels = [study.label(s) for s in study.model.strategies]
    frame["description"] = [
        "" if label == name else label
        for label, name in zip(labels, frame["strategy"], strict=True)
    ]
    for suffix in ("", "_undiscounted"):
        cost, qaly = totals(outcomes, suffix)
        frame[f"cost{suffix}"], frame[f"qaly{suffix}"] = cost.values[:, 0], qaly.values[:, 0]
        frame[f"life_years{suffix}"] = outcomes["life_years" + suffix].values[:, 0]
    frame["alternative"] = frame["strategy"].isin(study.options)
    return table("base_case", "Base case, discounted, per person", TOTALS, frame, ("strategy",))


def comparison_table(run: Run) -> Table:
    """Intervention against comparator."""
    found, row = run(base_comparison), run(base_table).iloc[0]
    frame = pd.DataFrame(
        [
            {
                "intervention": found.intervention,
                "comparator": found.comparator,
                "cost_difference": found.cost,
                "qaly_difference": found.qaly,
                "life_years_difference": found.life_years,
                "icer": found.icer,
                "verdict": found.verdict,
                "threshold": run(threshold),
                "nmb": float(row["nmb"]),
            }
        ]
    )
    caption = f"{found.intervention} against {found.comparator}"
    return table("comparison", caption, COMPARISON, frame, ("intervention", "comparator"))


def effects_table(run: Run) -> Table:
    """The comparison by unit of effect."""
    a, b = run.study.compared
    rule = run.study.jurisdiction.definition.equal_value
    frame = run(effects_compared)
    note = None
    if rule is not None and EQUAL_VALUE in set(frame["effect"]):
        note = Sentence(
            "evLY: added life-years count {utility} each, whoever lives them; those that both "
            "strategies have count as QALYs do. {source} ({status}).",
            {"utility": Amount(rule.utility), "source": rule.source, "status": rule.status},
            "note",
        )
    caption = f"{a} against {b} by unit of effect"
    return table("comparison_by_effect", caption, EFFECTS, frame, ("effect",), note=note)


def frontier_table(run: Run) -> Table:
    """The frontier of the alternatives, in order of cost."""
    frame = run(base_frontier).rename(columns={"status": "place", "effect": "qaly"})
    caption = "Cost-effectiveness frontier of the alternatives, in order of cost"
    return table("frontier", caption, FRONTIER, frame, ("strategy",))


def cost_items_table(run: Run) -> Table:
    """Costs by item and strategy."""
    frame = _by_item(run(base_outcomes), "cost", "item")
    return table(
        "costs_by_item", "Costs by item", COST_ITEMS, frame, ("strategy", "item"), spread="strategy"
    )


def effect_sources_table(run: Run) -> Table:
    """Effects by source and strategy."""
    frame = _by_item(run(base_outcomes), "qaly", "source")
    return table(
        "qalys_by_source",
        "{effects} by source",
        EFFECT_SOURCES,
        frame,
        ("strategy", "source"),
        spread="strategy",
    )


def _by_item(outcomes: xr.Dataset, kind: str, dimension: str) -> pd.DataFrame:
    names = {f"{kind}{s}": outcomes[kind + s].isel(draw=0) for s in ("", "_undiscounted")}
    values = {name: array.transpose("strategy", dimension).values for name, array in names.items()}
    strategies, items = outcomes["strategy"].values, outcomes[dimension].values
    frame = pd.DataFrame(
        {
            "strategy": np.repeat(strategies, len(items)),
            dimension: np.tile(items, len(strategies)),
            **{name: array.ravel() for name, array in values.items()},
        }
    )
    return frame.astype({"strategy": str, dimension: str})


def courses_table(run: Run) -> Table:
    """What each strategy's course uses."""
    study, frame = run.study, run(courses)
    if study.course is not None:
        labels = {
            q.name: f"{q.label or q.name}{f' ({q.unit})' if q.unit else ''}"
            for q, _ in study.course.quantities
        }
        frame = frame.assign(quantity=frame["quantity"].map(labels))
    caption = "Treatment course, expected per person who starts"
    return table("courses", caption, COURSES, frame, ("strategy", "quantity"), spread="strategy")


def perspectives_table(run: Run) -> Table:
    """The comparison in each perspective, side by side."""
    a, b = run.study.compared
    caption = f"{a} against {b} by perspective"
    frame, keys = run(perspective_results), ("figure", "perspective")
    return table("perspectives", caption, PERSPECTIVES, frame, keys, spread="perspective")


def section(run: Run) -> Section:
    """The base case."""
    tables = (
        totals_table(run),
        comparison_table(run),
        effects_table(run),
        *((perspectives_table(run),) if run.study.perspectives else ()),
        frontier_table(run),
        cost_items_table(run),
        effect_sources_table(run),
        courses_table(run),
    )
    states = {s.name: s.label for s in run.study.definition.states}
    figures = (
        pictured(run, "frontier", "frontier_plot.frontier_picture", base_frontier),
        pictured(run, "occupancy", "trace_plot.occupancy", base_trace, states),
    )
    said = [Sentence("Per person, discounted. All figures follow from the inputs of this report.")]
    if run.study.definition.perspective:
        named: dict[str, Value] = {"perspective": run.study.definition.perspective}
        said.append(Sentence("Perspective of the base case: {perspective}.", named))
    return Section("results", "Results", tuple(said), tables, figures, live="Results")


ANALYSIS = Analysis(section)
