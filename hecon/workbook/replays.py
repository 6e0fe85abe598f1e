"""What the workbook is asked to show, and what Python makes of the same: totals, traces, words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import xarray as xr
from openpyxl.utils.cell import rows_from_range

from hecon.analyses.base_case import threshold
from hecon.analyses.budget_impact import Flows, by_year, impact_of
from hecon.analyses.budget_results import unlimited
from hecon.analyses.budget_sensitivity import budget_drawn_design
from hecon.analyses.comparison import icer, totals
from hecon.analyses.drawn import drawn_design, drawn_outcomes
from hecon.analyses.evaluate import base_traces, chosen_rows, evaluate
from hecon.analyses.flows import flows
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.other_effects import EQUAL_VALUE, counts_equal_value, equal_value_gained
from hecon.analyses.pair import changed_rows
from hecon.analyses.probabilistic import decision
from hecon.analyses.results_table import result_table
from hecon.analyses.run import Run
from hecon.analyses.scenarios import scenario_design
from hecon.analyses.threshold import severity
from hecon.analyses.ties import difference
from hecon.analyses.timings import timings
from hecon.engine.model import CohortModel, Key
from hecon.engine.values import formula_values
from hecon.parameters.design import Design, TableDesign, base_case
from hecon.parameters.units import LIFE_YEAR
from hecon.studies.budget_values import budget_values
from hecon.studies.study import Study
from hecon.workbook.context import MODES, REPLAYED, Book, workbook_study
from hecon.workbook.sheet_layout import INPUTS, SELECTORS, trace_title
from hecon.workbook.sheets.acceptability_sheet import thresholds, write_acceptability
from hecon.workbook.sheets.budget_years import write_budget
from hecon.workbook.sheets.increments_sheet import write_increments
from hecon.workbook.sheets.information_sheet import write_information
from hecon.workbook.sheets.severity_sheet import write_severity
from hecon.workbook.sheets.totals_sheet import write_totals
from hecon.workbook.sheets.trace_sheet import write_traces

#: Parameters whose two ends are replayed, and draws spread over those that the workbook holds.
PARAMETERS = 10
DRAWS = 25

#: Replays that Python works out at once: nearly as quick as one.
TOGETHER = 25

#: A cell: its sheet and its address.
Place = tuple[str, str]
Changes = dict[Place, str | float]


@dataclass(frozen=True)
class Replay:
    """One thing to choose on Inputs, and the same for Python: a design of one row."""

    name: str
    chosen: Changes
    design: TableDesign
    pair: tuple[str, str]


@dataclass(frozen=True)
class ReplayedFigure:
    """A figure of Python's and the cells whose sum it should be.

    `scale` is the size of the amounts that the figure is a difference of, 0 if it is none.
    """

    cells: tuple[Place, ...]
    value: float | str
    scale: float = 0.0


@dataclass(frozen=True)
class ReplayedModel:
    """What Python makes of a replay: outcomes, and the occupancy of each model's states."""

    outcomes: xr.Dataset
    shares: tuple[tuple[CohortModel, xr.DataArray], ...]


def replayed(study: Study, listed: Sequence[Replay]) -> Iterator[ReplayedModel]:
    """Python's outcomes and traces of each replay, many worked out at once."""
    models = [m for m in (study.model, study.population) if m is not None]
    # a computed input has a key only where it is overridden: such rows are of another kind
    for _, alike in groupby(listed, lambda replay: frozenset(_values(replay))):
        rows = list(alike)
        for first in range(0, len(rows), TOGETHER):
            some = rows[first : first + TOGETHER]
            design = _joined(some)
            outcomes = evaluate(study.model, design)
            shares = [_shares(model, design) for model in models]
            for at in range(len(some)):
                traces = tuple((m, found[at]) for m, found in zip(models, shares, strict=True))
                yield ReplayedModel(outcomes.isel(draw=[at]), traces)


def _values(replay: Replay) -> dict[Key, float]:
    """Every value of a replay's row."""
    columns = replay.design.columns
    return {**replay.design.numbers, **{key: float(c[0]) for key, c in columns.items()}}


def _joined(some: Sequence[Replay]) -> TableDesign:
    """One design of several replays' rows, which hold the same keys."""
    rows = [_values(replay) for replay in some]
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    whole = TableDesign(len(some), {}, columns, [r.name for r in some])
    return replace(chosen_rows(whole, np.arange(len(some))), labels=whole.labels)


def _shares(model: CohortModel, design: TableDesign) -> dict[int, xr.DataArray]:
    """Occupancy by row of a design; rows may differ in the number and length of cycles."""
    found: dict[int, xr.DataArray] = {}
    for timing in timings(model, design):
        rows = np.arange(design.draws) if timing.rows is None else timing.rows
        share = base_traces(model, chosen_rows(design, rows))["share"]
        found |= {int(row): share.isel(draw=at) for at, row in enumerate(rows)}
    return found


def replays(run: Run) -> list[Replay]:
    """The base case, every scenario, both ends of the widest ranges, and spread draws."""
    study = workbook_study(run)
    found = [Replay("base case", _chosen(MODES[0]), base_case(study.parameters), study.compared)]
    if study.scenarios:
        design: Design = scenario_design(study, study.scenarios)
        for i, scenario in enumerate(study.scenarios):
            chosen = _chosen(MODES[1], scenario=scenario.id)
            found.append(
                Replay(f"scenario {scenario.id}", chosen, _row(design, i), scenario.compare)
            )
    keys = {p.text: p.key for p in study.parameters}
    for _, each in run(one_way_ends).iloc[: 2 * PARAMETERS].iterrows():
        name, end = str(each["parameter"]), str(each["end"])
        design = changed_rows(study, [{keys[name]: float(each["value"])}])
        chosen = _chosen(MODES[2], parameter=name, end=end)
        found.append(Replay(f"{name} {end}", chosen, design, study.compared))
    drawn = run.get(drawn_design)
    if drawn is None:
        return found
    design, held = drawn, min(REPLAYED, drawn.draws)
    if study.budget is not None:
        design = run(budget_drawn_design)
    for draw in np.unique(np.linspace(1, held, DRAWS).round().astype(int)).tolist():
        row, chosen = _row(design, draw - 1), _chosen(MODES[3], draw=draw)
        found.append(Replay(f"draw {draw}", chosen, row, study.compared))
    return found


def _chosen(mode: str, **more: str | float) -> Changes:
    offsets = {"scenario": 1, "parameter": 2, "end": 3, "draw": 4}
    cells: Changes = {(INPUTS, f"C{SELECTORS}"): mode}
    return cells | {(INPUTS, f"C{SELECTORS + offsets[k]}"): v for k, v in more.items()}


def _row(design: Design, row: int) -> TableDesign:
    return TableDesign(1, design.numbers, design.block(row, row + 1))


def figures(book: Book, replay: Replay, model: ReplayedModel) -> Iterator[ReplayedFigure]:
    """Python's figures for a replay: every trace, every result, the increments and the words."""
    results, outcomes = book.after(write_totals), model.outcomes
    yield from budget_figures(book, replay.design)
    for suffix, discounted in (("", True), ("_undiscounted", False)):
        for (kind, item, counted), area in results.lines.items():
            if counted == discounted:
                dim = "item" if kind == "cost" else "source"
                yield from _figures(area, outcomes[kind + suffix].sel({dim: item}).values[:, 0])
        cost, qaly = totals(outcomes, suffix)
        yield from _figures(results.totals["cost", discounted], cost.values[:, 0])
        yield from _figures(results.totals["qaly", discounted], qaly.values[:, 0])
        years = outcomes["life_years" + suffix].values[:, 0]
        yield from _figures(results.totals["life_years", discounted], years)
    yield from _decision(book, replay, outcomes)
    for cohort, share in model.shares:
        yield from _trace(book, cohort, share)


def budget_figures(book: Book, design: TableDesign) -> Iterator[ReplayedFigure]:
    """Python's people, money, health and hours of the budget by year; nothing after its years."""
    study, sheet = book.study, book.after(write_budget)
    if sheet is None:
        return
    values = budget_values(study, design)
    flows = Flows(study, design, values)
    found = by_year(impact_of(study, values, flows)).isel(draw=0)
    everybody = by_year(impact_of(study, unlimited(values), flows)).isel(draw=0)
    known = {name: found[name].values for name in ("eligible", "demand", "treated", "returned")}
    known |= {"waiting": found["waiting"].values, "waited": found["waited"].values}
    for item in found["item"].values.tolist():
        known[f"cost {item}"] = found["cost_difference"].sel(item=item).values
        known[f"without {item}"] = found["cost_without"].sel(item=item).values
    for block in found["block"].values.tolist():
        known[f"block {block}"] = found["block_difference"].sel(block=block).values
    for quantity in found["quantity"].values.tolist():
        for start, name in (("", "difference"), ("without ", "without"), ("new ", "new")):
            values_ = found[f"quantity_{name}"].sel(quantity=quantity).values
            known[f"quantity {start}{quantity}"] = values_
    for resource in found["resource"].values.tolist():
        for name in ("stock", "there", "asked"):
            known[f"{name} {resource}"] = found[name].sel(resource=resource).values
    known |= {"net": found["net"].values, "effect": found["effect_difference"].values}
    known["everybody"] = everybody["effect_difference"].values
    scale = float(np.abs(found["cost_without"].values).max())
    for name, amounts in known.items():
        if name not in sheet.lines:
            continue
        padded = np.pad(amounts, (0, sheet.places.years - len(amounts)))
        money = name.startswith(("cost", "block", "net"))
        yield from _figures(sheet.area(name), padded, scale if money else 0.0)


def _decision(book: Book, replay: Replay, outcomes: xr.Dataset) -> Iterator[ReplayedFigure]:
    study, pair, shortfall = book.study, book.after(write_increments), book.after(write_severity)
    limits = severity(study, replay.design, [replay.pair])
    if replay.chosen[(INPUTS, f"C{SELECTORS}")] == MODES[3]:
        # severity describes the condition, not a draw
        limits["threshold"] = book.run(threshold)
    row = result_table(study, outcomes, limits, [replay.pair]).iloc[0]
    cost, qaly = (float(t.values.max()) for t in totals(outcomes))
    scales = {"cost_difference": cost, "qaly_difference": qaly}
    scales |= {"icer": cost, "nmb": cost + float(row["threshold"]) * qaly}
    cells = {"cost_difference": pair.cost, "qaly_difference": pair.qaly}
    cells |= {"intervention": pair.intervention, "comparator": pair.comparator}
    cells |= {"icer": pair.icer, "verdict": pair.verdict, "nmb": pair.nmb}
    cells |= {"threshold": pair.threshold}
    if shortfall.weight:
        cells["shortfall"] = shortfall.shortfall
        weighed = (shortfall.proportional_shortfall, shortfall.weight)
        for name, cell in zip(("proportional_shortfall", "weight"), weighed, strict=True):
            yield ReplayedFigure(tuple(_places(cell)), float(limits[name].iloc[0]))
    yield from _other_effects(book, replay, outcomes)
    stated = [benefit for _, benefit in pair.stated]
    for value, cell in zip(study.jurisdiction.threshold_values, stated, strict=True):
        at = formula_values(study.model, [(value, None)], replay.design.numbers, {})[0]
        benefit = float(at) * float(limits["weight"].iloc[0]) * row["qaly_difference"]
        benefit -= row["cost_difference"]
        yield ReplayedFigure(tuple(_places(cell)), benefit, scales["nmb"])
    for name, cell in cells.items():
        value = row[name]
        if value == value:  # an ICER that has no meaning is an error cell
            known = value if isinstance(value, str) else float(value)
            yield ReplayedFigure(tuple(_places(cell)), known, scales.get(name, 0.0))


def _other_effects(book: Book, replay: Replay, outcomes: xr.Dataset) -> Iterator[ReplayedFigure]:
    """What is gained in life-years and years of equal value, and what one costs."""
    cost, years = (
        float(difference(*(x.sel(strategy=s).values[0] for s in replay.pair)))
        for x in (totals(outcomes)[0], outcomes["life_years"])
    )
    gains = {LIFE_YEAR: years}
    if counts_equal_value(book.study):
        by_cycle = flows(book.study, replay.design)
        gains[EQUAL_VALUE] = equal_value_gained(book.study, by_cycle, *replay.pair)
    size = float(totals(outcomes)[0].values.max())
    for unit, cells in book.after(write_increments).others.items():
        yield ReplayedFigure(tuple(_places(cells.gained)), gains[unit], 1.0)
        ratio = icer(cost, gains[unit])
        if ratio == ratio:  # an error cell elsewhere
            yield ReplayedFigure(tuple(_places(cells.icer)), ratio, size)


def _trace(book: Book, model: CohortModel, share: xr.DataArray) -> Iterator[ReplayedFigure]:
    columns_of = book.after(write_traces).columns
    for strategy in model.strategies:
        title = trace_title(strategy)
        for state in share["state"].values.tolist():
            columns = [_places(area) for area in columns_of[(title, f"share {state}")]]
            values = share.sel(strategy=strategy, state=state).values.tolist()
            for t, value in enumerate(values):
                yield ReplayedFigure(tuple(column[t] for column in columns), value)


def draw_figures(book: Book) -> Iterator[ReplayedFigure]:
    """Python's acceptability curves and value of information from the draws in the workbook."""
    study, outcomes = book.study, book.run(drawn_outcomes)
    cost, qaly = totals(outcomes.isel(draw=slice(0, book.draws.rows)))
    options = list(study.options)
    chosen = [x.sel(strategy=options).values for x in (cost, qaly)]
    found = decision(options, chosen[0], chosen[1], np.array(thresholds(book.study), dtype=float))
    known, curves = book.after(write_information), book.after(write_acceptability).curves
    for area, name in ((curves, "probability_best"), (known.mean, "nmb")):
        yield from _figures(area, found[name].values.T.ravel())
    scale = float(np.abs(found["nmb"].values).max())
    yield from _figures(known.frontier, found["probability_frontier"].values)
    best = found["nmb"].max("strategy").values + found["evpi"].values
    yield from _figures(known.best, best)
    if book.draws.rows == outcomes.sizes["draw"]:
        yield from _figures(known.evpi, found["evpi"].values, scale)


def _figures(area: str, values: object, scale: float = 0.0) -> Iterator[ReplayedFigure]:
    numbers = np.asarray(values, dtype=float).tolist()
    for place, value in zip(_places(area), numbers, strict=True):
        yield ReplayedFigure((place,), value, scale)


def _places(area: str) -> list[Place]:
    """The cells of an absolute range, row by row."""
    sheet, _, cells = area.rpartition("!")
    title = sheet.strip("'").replace("''", "'")
    return [(title, a) for row in rows_from_range(cells.replace("$", "")) for a in row]
