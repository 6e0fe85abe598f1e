"""Results of a budget impact: by year and month, scenarios, draws, one input and two at a time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_impact import Flows, budget_impact, by_year, impact_of
from hecon.analyses.drawn import drawn_design, drawn_table
from hecon.analyses.one_way import ranges
from hecon.analyses.pair import changed_rows
from hecon.analyses.run import Run, Unavailable, result
from hecon.analyses.scenarios import scenario_design
from hecon.parameters.design import Design, ProbabilisticDesign, TableDesign, base_case
from hecon.studies.budget import BUDGET
from hecon.studies.budget_values import Values, budget_values, with_budget
from hecon.studies.study import Scenario, Study

Array = NDArray[np.float64]

#: What uptake and places are multiplied by in the picture of both.
UPTAKE_FACTORS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
PLACE_FACTORS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)

#: What a bar moves at least, as a share of the base case: less is rounding.
STILL = 1e-12

_PEOPLE = ("eligible", "demand", "places", "treated", "returned", "waiting", "waited")


@result()
def budget_study(run: Run) -> Study:
    """The study with the budget's inputs; unavailable where it has none for the jurisdiction."""
    if run.study.budget is None:
        raise Unavailable(f"the study has no {BUDGET} with inputs for this jurisdiction")
    return with_budget(run.study)


@result()
def budget_design(run: Run) -> Design:
    """The base case of study and budget."""
    return base_case(run(budget_study).parameters)


@result()
def budget_numbers(run: Run) -> Values:
    """The budget's formulas in the base case."""
    return budget_values(run(budget_study), run(budget_design))


@result("Budget impact")
def budget_flows(run: Run) -> Flows:
    """What a person of each strategy costs and uses by period since the start."""
    return Flows(run(budget_study), run(budget_design), run(budget_numbers))


@result()
def budget_periods(run: Run) -> xr.Dataset:
    """The base case by period, see `budget_impact`; of one draw."""
    return impact_of(run(budget_study), run(budget_numbers), run(budget_flows))


@result()
def budget_years(run: Run) -> xr.Dataset:
    """The base case by calendar year, see `by_year`; without a dimension of draws."""
    return by_year(run(budget_periods)).isel(draw=0, drop=True)


@result()
def budget_unlimited(run: Run) -> xr.Dataset:
    """The same if nothing limited how many can start."""
    values = unlimited(run(budget_numbers))
    found = impact_of(run(budget_study), values, run(budget_flows))
    return by_year(found).isel(draw=0, drop=True)


def unlimited(values: Values) -> Values:
    """The same values with places for everybody."""
    return replace(values, places={n: np.full_like(p, np.inf) for n, p in values.places.items()})


def yearly_table(found: xr.Dataset) -> pd.DataFrame:
    """People, waits, net cost and effects by year, one row a year.

    Returns
    -------
    pd.DataFrame
        ``year``, the persons of `budget_impact`, ``mean_wait`` of those treated and
        ``wait_at_end`` in months, ``net`` and ``effect_difference``.
    """
    frame = found[[*_PEOPLE, "net", "effect_difference"]].to_dataframe().reset_index()
    with np.errstate(divide="ignore", invalid="ignore"):
        frame["mean_wait"] = np.where(
            frame["treated"] > 0, frame["waited"] / frame["treated"], np.nan
        )
        wait = 12 * frame["waiting"] / frame["places"]
    frame["wait_at_end"] = np.where(frame["waiting"] > 0, wait, 0.0)
    return frame


@result()
def budget_table(run: Run) -> pd.DataFrame:
    """`yearly_table` of the base case with ``effect_lost``: by lack of places."""
    found = run(budget_years)
    frame = yearly_table(found)
    lost = run(budget_unlimited)["effect_difference"] - found["effect_difference"]
    return frame.assign(effect_lost=lost.values)


@result()
def budget_months(run: Run) -> pd.DataFrame:
    """The base case by period: ``period``, ``year``, people, ``net``, ``effect_difference``."""
    found = run(budget_periods).isel(draw=0, drop=True)
    net = (found["cost_difference"] * found["share"]).sum(["item", "block"])
    frame = found[[*_PEOPLE, "effect_difference"]].assign(net=net).to_dataframe().reset_index()
    return frame[["period", "year", *_PEOPLE, "net", "effect_difference"]]


@result()
def budget_counted(run: Run) -> pd.DataFrame:
    """What is counted beside the model, by year: ``year``, ``count``, ``amount``."""
    found = run(budget_years)["counted"].transpose("year", "count")
    return found.to_dataframe("amount").reset_index()


@result()
def waiting_rules(run: Run) -> pd.DataFrame:
    """Pairs of scenarios that differ in nothing but who of the unserved waits.

    Returns
    -------
    pd.DataFrame
        ``more``, ``fewer`` (scenarios), ``share_more``, ``share_fewer`` who wait,
        ``effect_more``, ``effect_fewer`` of the last year; of those where places are short.
    """
    study, table = run(budget_study), run(budget_scenarios)
    assert study.budget is not None
    columns = ["more", "fewer", "share_more", "share_fewer", "effect_more", "effect_fewer"]
    names = study.budget.exprs["waiting.share"].names if study.budget.definition.waiting else set()
    rows = []
    for first, second in itertools.combinations(study.budget.scenarios, 2):
        alike = [{k: v for k, v in s.changes.items() if k[0] not in names} for s in (first, second)]
        if alike[0] != alike[1] or first.changes == second.changes:
            continue
        design = scenario_design(study, [first, second])
        shares = budget_values(study, design)["waiting.share"]
        last = [table[table["scenario"] == s.id].iloc[-1] for s in (first, second)]
        short = all(row["waiting"] + row["returned"] > 0 for row in last)
        if short and shares[0] != shares[1]:
            pair = sorted(zip(shares, (first, second), last, strict=True), key=lambda p: -p[0])
            (more, a, x), (fewer, b, y) = pair
            effects = (x["effect_difference"], y["effect_difference"])
            rows.append((a.id, b.id, more, fewer, *effects))
    return pd.DataFrame(rows, columns=columns)


@result()
def budget_items(run: Run) -> pd.DataFrame:
    """Costs by year, block and item in both worlds.

    Returns
    -------
    pd.DataFrame
        ``year``, ``block`` (empty for what is outside the budget), ``item``, ``cost_without``,
        ``cost_with``, ``cost_difference``.
    """
    found = run(budget_years)
    shares = found["share"].assign_coords(item=found["item"])
    outside = (1 - shares.sum("block")).clip(min=0).expand_dims(block=[""])
    whole = xr.concat([shares, outside], "block")
    worlds = xr.Dataset({name: found[name] * whole for name in ("cost_without", "cost_difference")})
    frame = worlds.transpose("year", "block", "item").to_dataframe().reset_index()
    borne = whole.to_dataframe("borne").reset_index()
    frame = frame.merge(borne, on=["block", "item"], how="left")
    places = {name: i for i, name in enumerate(found["block"].values)}
    frame = frame[frame["borne"] > 0].sort_values(
        ["year", "block"],
        key=lambda c: c.map(places).fillna(len(places)) if c.name == "block" else c,
        kind="stable",
        ignore_index=True,
    )
    frame["cost_with"] = frame["cost_without"] + frame["cost_difference"]
    return frame[["year", "block", "item", "cost_without", "cost_with", "cost_difference"]]


@result()
def budget_blocks(run: Run) -> pd.DataFrame:
    """Difference by year and payer's block: ``year``, ``block``, ``cost_difference``."""
    found = run(budget_years)["block_difference"].transpose("year", "block")
    return found.to_dataframe("cost_difference").reset_index()


@result()
def budget_quantities(run: Run) -> pd.DataFrame:
    """Quantities of the courses by year.

    Returns
    -------
    pd.DataFrame
        ``year``, ``quantity``, ``quantity_without``, ``quantity_difference``, the new treatment's
        own ``quantity_new``, ``full_time`` (the difference in full-time equivalents) and
        ``share_of_all`` (the new treatment's part of all there is), not numbers where unknown.
    """
    found, values = run(budget_years), run(budget_numbers)
    names = ["quantity_without", "quantity_difference", "quantity_new"]
    frame = found[names].transpose("year", "quantity").to_dataframe().reset_index()
    each = frame["quantity"].map(lambda q: _number(values, f"full_time[{q}].per_year"))
    there = frame["quantity"].map(lambda q: _number(values, f"full_time[{q}].all"))
    frame["full_time"] = frame["quantity_difference"] / each
    frame["share_of_all"] = frame["quantity_new"] / (each * there)
    return frame


def _number(values: Values, entry: str) -> float:
    return float(values[entry][0]) if entry in values.by_entry else np.nan


@result()
def budget_resources(run: Run) -> pd.DataFrame:
    """Stock of each resource by year, and the courses that it allows: what limits is least.

    Returns
    -------
    pd.DataFrame
        ``year``, ``resource``, ``stock``, ``courses``, ``demand``, ``treated``, ``used`` (the
        share of its courses that are begun).
    """
    found = run(budget_years)
    frame = found[["stock", "courses"]].to_dataframe().reset_index()
    people = found[["demand", "treated"]].to_dataframe().reset_index()
    frame = frame.merge(people, on="year")
    frame["used"] = frame["treated"] / frame["courses"].where(frame["courses"] > 0)
    return frame[["year", "resource", "stock", "courses", "demand", "treated", "used"]]


@result("Budget impact of scenarios")
def budget_scenarios(run: Run) -> pd.DataFrame:
    """`yearly_table` of every scenario: ``scenario``, ``title``, ``status``, then its columns."""
    study = run(budget_study)
    assert study.budget is not None
    tables = []
    for scenarios in _by_length(study, study.budget.scenarios):
        design = scenario_design(study, scenarios)
        found = by_year(budget_impact(study, design))
        for row, scenario in enumerate(scenarios):
            frame = yearly_table(found.isel(draw=row, drop=True))
            frame.insert(0, "scenario", scenario.id)
            frame.insert(1, "title", scenario.title)
            frame.insert(2, "status", scenario.weakest_status)
            tables.append(frame)
    if not tables:
        return pd.DataFrame()
    order = {s.id: i for i, s in enumerate(study.budget.scenarios)}
    whole = pd.concat(tables, ignore_index=True)
    return whole.sort_values("scenario", key=lambda ids: ids.map(order), kind="stable")


def _by_length(study: Study, scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Scenarios with the same number of years run together."""
    found: dict[int, list[Scenario]] = {}
    names = _lengths(study)
    for position, scenario in enumerate(scenarios):
        own = position + 1 if names & {name for name, _ in scenario.changes} else 0
        found.setdefault(own, []).append(scenario)
    return [*found.values()]


def _lengths(study: Study) -> set[str]:
    """Names that the number of years, or of periods in one, rests on."""
    assert study.budget is not None
    return study.model.rests_on(study.budget.exprs["years"], study.model.cycle_months)


@result("Budget impact, draws")
def budget_draws(run: Run) -> Array:
    """Net cost by year of every draw of the probabilistic analysis, [draw, year]."""
    study, design, table = run(budget_study), run(drawn_design), run(drawn_table)
    assert study.budget is not None
    settings = run.settings
    columns = {key: table.parameters[p.text] for key, p in design.parameters.items()}
    own = [p for p in study.budget.parameters if p.is_input and p.distribution.varies]
    if own:
        beside = ProbabilisticDesign(own, settings.draws, settings.seed, settings.method)
        columns |= beside.block(0, settings.draws)
    numbers = {k: v for k, v in run(budget_design).numbers.items() if k not in columns}
    whole = TableDesign(settings.draws, numbers, columns)
    return net_costs(study, whole, run.telling("Budget impact, draws"))


@result()
def budget_interval(run: Run) -> pd.DataFrame:
    """Net cost by year over the draws: ``year, mean, interval_low, interval_high`` (95 %)."""
    net = run(budget_draws)
    low, high = np.quantile(net, [0.025, 0.975], axis=0)
    years = np.arange(net.shape[1]) + 1
    return pd.DataFrame(
        {"year": years, "mean": net.mean(axis=0), "interval_low": low, "interval_high": high}
    )


@result("Budget impact, one-way")
def budget_one_way(run: Run) -> pd.DataFrame:
    """Net cost of the last year with each input at both ends of its range, the widest bar first.

    Returns
    -------
    pd.DataFrame
        ``parameter``, ``range_low``, ``range_high``, ``net_low``, ``net_high``; no input that
        moves nothing.
    """
    study = run(budget_study)
    lengths = _lengths(study)
    found = [r for r in ranges(study) if r.parameter.name not in lengths]
    rows = [{r.parameter.key: end} for r in found for end in (r.low, r.high)]
    labels = [f"one-way, {r.parameter.text}, {end} end" for r in found for end in ("low", "high")]
    design = changed_rows(study, [{}, *rows], ["the base case", *labels])
    net = net_costs(study, design, starts=False)[:, -1]
    frame = pd.DataFrame(
        {
            "parameter": [r.parameter.text for r in found],
            "range_low": [r.low for r in found],
            "range_high": [r.high for r in found],
            "net_low": net[1::2],
            "net_high": net[2::2],
        }
    )
    ends = np.stack([frame["net_low"], frame["net_high"], np.full(len(frame), net[0])])
    span = pd.Series(np.ptp(ends, axis=0), index=frame.index)
    frame = frame.assign(span=span).sort_values("span", ascending=False, kind="stable")
    moving: pd.DataFrame = frame[frame["span"] > STILL * abs(net[0])].drop(columns="span")
    return moving.reset_index(drop=True)


@result("Budget impact, places against uptake")
def budget_places_by_uptake(run: Run) -> pd.DataFrame:
    """The last year with other places and another uptake, both times a factor.

    Returns
    -------
    pd.DataFrame
        ``uptake_factor``, ``places_factor``, ``net``, ``effect_difference``, ``treated``,
        ``waiting``; factors that no share allows are left out.
    """
    values = run(budget_numbers)
    most = _most_uptake(values)
    pairs = [(up, by) for up in UPTAKE_FACTORS if up <= most for by in PLACE_FACTORS]
    frame = pd.DataFrame(pairs, columns=["uptake_factor", "places_factor"])
    up, by = (column.to_numpy() for _, column in frame.items())
    each = {e: np.repeat(v, len(frame), axis=0) for e, v in values.by_entry.items()}
    other = replace(
        values,
        by_entry={e: v * up if e.startswith("uptake") else v for e, v in each.items()},
        stocks={n: np.repeat(s, len(frame), axis=0) for n, s in values.stocks.items()},
        places={n: _times(p, by[:, None]) for n, p in values.places.items()},
    )
    last = by_year(impact_of(run(budget_study), other, run(budget_flows))).isel(year=-1)
    figures = ("net", "effect_difference", "treated", "waiting")
    return frame.assign(**{name: last[name].values for name in figures})


def _times(places: Array, factor: Array) -> Array:
    """Places times a factor; no places of infinitely many are none."""
    with np.errstate(invalid="ignore"):
        return np.where(factor > 0, places * factor, 0.0)


def _most_uptake(values: Values) -> float:
    """What uptake may be multiplied by: nobody gives up a treatment that he would not have."""
    without = values.shares("without")
    highest = float(values.uptake.max())
    limits = [1.0] + [
        float((without[s] / share)[0])
        for s, share in values.shares("displaced").items()
        if share[0]
    ]
    return min(limits) / highest if highest else np.inf
