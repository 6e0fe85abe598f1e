"""Scenarios of a budget impact: people, money, health and hours of each, and the waiting rule."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_impact import budget_impact, by_year
from hecon.analyses.budget_results import (
    blocks_by_year,
    budget_study,
    budget_years,
    counted_by_year,
    yearly_table,
)
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import scenario_design
from hecon.errors import Fault, InputError
from hecon.studies.budget_values import budget_values, lengths
from hecon.studies.study import Scenario, Study

#: What a figure moves at least, as a share of the base case's: less is rounding.
STILL = 1e-12


@result("Budget impact of scenarios")
def budget_scenario_years(run: Run) -> dict[str, xr.Dataset]:
    """Every scenario by calendar year, see `by_year`; by its id, without a dimension of draws."""
    study = run(budget_study)
    assert study.budget is not None
    found = {}
    for scenarios in _by_length(study, study.budget.scenarios):
        together = by_year(budget_impact(study, scenario_design(study, scenarios)))
        for row, scenario in enumerate(scenarios):
            found[scenario.id] = together.isel(draw=row, drop=True)
    return {s.id: found[s.id] for s in study.budget.scenarios}


def idle_budget_scenarios(run: Run) -> list[Fault]:
    """Faults of scenarios of the budget that leave all of its figures as they are."""
    budget, base = run(budget_study).budget, run(budget_years)
    assert budget is not None
    found = run(budget_scenario_years)
    text = "moves nothing: all figures of the budget are those of the base case"
    return [
        Fault(s.file, s.row, "changes", f"scenario {s.id} {text}")
        for s in budget.scenarios
        if found[s.id].sizes == base.sizes
        and all(np.allclose(found[s.id][name], base[name], rtol=STILL, atol=0) for name in base)
    ]


@result()
def budget_scenarios(run: Run) -> pd.DataFrame:
    """`yearly_table` of every scenario: ``scenario``, ``title``, ``status``, then its columns."""
    budget = run(budget_study).budget
    assert budget is not None
    told = pd.DataFrame(
        [(s.id, s.title, s.weakest_status) for s in budget.scenarios],
        columns=["scenario", "title", "status"],
    )
    found = _of_scenarios(run(budget_scenario_years), yearly_table)
    return told.merge(found, on="scenario") if len(told) else pd.DataFrame()


@result()
def budget_scenario_blocks(run: Run) -> pd.DataFrame:
    """Difference by scenario, year and payer's block, as `budget_blocks`."""
    return _of_scenarios(run(budget_scenario_years), blocks_by_year)


@result()
def budget_scenario_quantities(run: Run) -> pd.DataFrame:
    """Quantities of the courses by scenario and year: what more is needed of them."""
    return _of_scenarios(
        run(budget_scenario_years),
        lambda found: (
            found["quantity_difference"].transpose("year", "quantity").to_dataframe().reset_index()
        ),
    )


@result()
def budget_scenario_counted(run: Run) -> pd.DataFrame:
    """What is counted beside the model, by scenario and year; of scenarios where something is."""
    found = _of_scenarios(run(budget_scenario_years), counted_by_year)
    any_of_it = found.groupby("scenario")["amount"].transform(lambda amounts: amounts.any())
    return found[any_of_it.astype(bool)].reset_index(drop=True)


def _of_scenarios(
    found: dict[str, xr.Dataset], table: Callable[[xr.Dataset], pd.DataFrame]
) -> pd.DataFrame:
    """A table of every scenario beneath each other, with ``scenario`` first."""
    tables = [table(years).assign(scenario=name) for name, years in found.items()]
    whole = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"scenario": []})
    return whole[["scenario", *(c for c in whole.columns if c != "scenario")]]


def _by_length(study: Study, scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Scenarios with the same number of years run together."""
    found: dict[int, list[Scenario]] = {}
    names = lengths(study)
    for position, scenario in enumerate(scenarios):
        own = position + 1 if names & {name for name, _ in scenario.changes} else 0
        found.setdefault(own, []).append(scenario)
    return [*found.values()]


@result()
def nets_to_choose(run: Run) -> dict[str, list[float]]:
    """Net cost by year, by id, of all that page and workbook can show; none where it can't be."""
    study = run(budget_study)
    assert study.budget is not None
    return _nets(study, [*study.selectable, *study.budget.scenarios])


def _nets(study: Study, scenarios: Sequence[Scenario]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for group in _by_length(study, scenarios):
        try:
            rows = net_costs(study, scenario_design(study, group)).tolist()
        except InputError:
            if len(group) > 1:
                return {id: net for s in scenarios for id, net in _nets(study, [s]).items()}
            rows = [[]]
        found |= {s.id: row for s, row in zip(group, rows, strict=True)}
    return found


@result()
def waiting_rules(run: Run) -> pd.DataFrame:
    """Pairs of scenarios that differ in nothing but who of the unserved waits.

    Returns:
        ``more``, ``fewer`` (scenarios), ``share_more``, ``share_fewer`` who wait, ``effect_more``,
        ``effect_fewer`` of the last year; of those where places are short.
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
