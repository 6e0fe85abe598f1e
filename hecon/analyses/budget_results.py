"""Results of a budget impact: by year and month, scenarios, draws, one input and two at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.budget_impact import Flows, by_year, impact_of
from hecon.analyses.run import MissingResult, Run, result
from hecon.parameters.design import Design, base_case
from hecon.studies.budget import BUDGET
from hecon.studies.budget_values import Values, budget_values, with_budget
from hecon.studies.study import Study

_PEOPLE = ("eligible", "demand", "places", "treated", "returned", "waiting", "waited")


@result()
def budget_study(run: Run) -> Study:
    """The study with the budget's inputs; unavailable where it has none for the jurisdiction."""
    if run.study.budget is None:
        raise MissingResult(f"the study has no {BUDGET} with inputs for this jurisdiction")
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

    Returns:
        ``year``, the persons of `budget_impact`, ``mean_wait`` of those treated and ``wait_at_end``
        in months, ``net`` and ``effect_difference``.
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
    return counted_by_year(run(budget_years))


def counted_by_year(found: xr.Dataset) -> pd.DataFrame:
    """The same of any impact `by_year`."""
    counted = found["counted"].transpose("year", "count")
    return counted.to_dataframe("amount").reset_index()


@result()
def budget_items(run: Run) -> pd.DataFrame:
    """Costs by year, block and item in both worlds.

    Returns:
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
    return blocks_by_year(run(budget_years))


def blocks_by_year(found: xr.Dataset) -> pd.DataFrame:
    """The same of any impact `by_year`."""
    difference = found["block_difference"].transpose("year", "block")
    return difference.to_dataframe("cost_difference").reset_index()


@result()
def budget_quantities(run: Run) -> pd.DataFrame:
    """Quantities of the courses by year.

    Returns:
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

    Returns:
        ``year``, ``resource``, ``stock``, ``courses``, ``demand``, ``treated``, ``used`` (the share
        of its courses that are begun), ``there`` and ``asked``: hours or days of it that there are
        in the year, and that patients take in it.
    """
    found = run(budget_years)
    frame = found[["stock", "courses", "there", "asked"]].to_dataframe().reset_index()
    people = found[["demand", "treated"]].to_dataframe().reset_index()
    frame = frame.merge(people, on="year")
    frame["used"] = frame["treated"] / frame["courses"].where(frame["courses"] > 0)
    names = ["year", "resource", "stock", "courses", "demand", "treated", "used", "there", "asked"]
    return frame[names]
