"""How far a budget impact is from certain: draws, one input at a time, places against uptake."""

from dataclasses import replace

import numpy as np
import pandas as pd

from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_impact import by_year, impact_of
from hecon.analyses.budget_results import (
    budget_design,
    budget_flows,
    budget_numbers,
    budget_study,
)
from hecon.analyses.budget_scenarios import STILL
from hecon.analyses.drawn import drawn_design, drawn_table
from hecon.analyses.one_way import ranges
from hecon.analyses.pair import changed_rows
from hecon.analyses.run import Run, result
from hecon.engine.arrays import Array
from hecon.engine.model import Key
from hecon.parameters.design import ProbabilisticDesign, TableDesign
from hecon.studies.budget_values import Values, lengths

#: What uptake and places are multiplied by in the picture of both.
UPTAKE_FACTORS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
PLACE_FACTORS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)


@result()
def budget_own_draws(run: Run) -> dict[Key, Array]:
    """Draws of the budget's own inputs, [draw] by input; those of fixed inputs are left out."""
    budget, settings = run(budget_study).budget, run.settings
    assert budget is not None
    own = [p for p in budget.parameters if p.is_input and p.distribution.varies]
    if not own:
        return {}
    beside = ProbabilisticDesign(own, settings.draws, settings.seed, settings.method)
    return beside.block(0, settings.draws)


@result()
def budget_drawn_design(run: Run) -> TableDesign:
    """The draws of the probabilistic analysis with those of the budget's own inputs."""
    design, table = run(drawn_design), run(drawn_table)
    columns = {key: table.parameters[p.text] for key, p in design.parameters.items()}
    own = run(budget_own_draws)
    columns |= own
    numbers = {k: v for k, v in run(budget_design).numbers.items() if k not in columns}
    return TableDesign(run.settings.draws, numbers, columns)


@result("Budget impact, draws")
def budget_draws(run: Run) -> Array:
    """Net cost by year of every draw of the probabilistic analysis, [draw, year]."""
    told = run.telling("Budget impact, draws")
    return net_costs(run(budget_study), run(budget_drawn_design), told)


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

    Returns:
        ``parameter``, ``range_low``, ``range_high``, ``net_low``, ``net_high``; no input that moves
        nothing.
    """
    study = run(budget_study)
    fixed = lengths(study)
    found = [r for r in ranges(study) if r.parameter.name not in fixed]
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

    Returns:
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
