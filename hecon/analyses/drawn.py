"""The probabilistic analysis of a run: one set of draws, and what follows from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hecon.analyses.base_case import threshold
from hecon.analyses.comparison import Comparison, compare, totals
from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.draws_table import DrawsTable, study_draws
from hecon.analyses.evaluate import evaluate
from hecon.analyses.information import evppi, parameter_groups
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.ranking import ranking
from hecon.analyses.run import Run, Unavailable, result
from hecon.parameters.design import ProbabilisticDesign

Array = NDArray[np.float64]

#: Draws below which no value of partial information is estimated.
LEAST_DRAWS = 500


@result()
def drawn_design(run: Run) -> ProbabilisticDesign:
    """The design; unavailable where the study has no distribution."""
    study, settings = run.study, run.settings
    if not any(p.distribution.varies for p in study.parameters):
        raise Unavailable("no input has a distribution, so that nothing is uncertain here")
    return ProbabilisticDesign(
        study.parameters, settings.draws, settings.seed, settings.method, study.correlations
    )


@result("Probabilistic analysis")
def drawn_outcomes(run: Run) -> xr.Dataset:
    """Outcomes of every draw, by strategy."""
    return evaluate(
        run.study.model,
        run(drawn_design),
        workers=run.settings.workers,
        progress=run.telling("Probabilistic analysis"),
    )


@result()
def drawn_table(run: Run) -> DrawsTable:
    """Draws of the strategies that can be chosen, with the parameters that made them."""
    return study_draws(run.study, run(drawn_design), run(drawn_outcomes))


@result()
def thresholds(run: Run) -> Array:
    """The thresholds of the jurisdiction's curves, with the run's own."""
    rule = run.study.jurisdiction.definition.acceptability
    return np.union1d(np.linspace(0.0, rule.highest, rule.steps), [run(threshold)])


@result()
def drawn_summary(run: Run) -> pd.DataFrame:
    """Means with Monte Carlo errors and intervals, by strategy and for the comparison."""
    study, outcomes = run.study, run(drawn_outcomes)
    cost, qaly = (x.values for x in totals(outcomes))
    figures = {
        "cost": cost,
        "qaly": qaly,
        "life_years": outcomes["life_years"].values,
        "nmb": run(threshold) * qaly - cost,
    }
    strategies = list(study.model.strategies)
    i, j = (strategies.index(name) for name in study.compared)
    pair = {k: v[[i]] - v[[j]] for k, v in figures.items()}
    return pd.concat(
        [summary(strategies, figures), summary([" v ".join(study.compared)], pair)],
        ignore_index=True,
    )


@result()
def drawn_decision(run: Run) -> xr.Dataset:
    """Acceptability, frontier and value of information among the options, by threshold."""
    study = run.study
    options = [study.model.strategies.index(s) for s in study.options]
    cost, qaly = (x.values[options] for x in totals(run(drawn_outcomes)))
    return decision(list(study.options), cost, qaly, run(thresholds))


@result()
def drawn_comparison(run: Run) -> Comparison:
    """The comparison of means: a ratio of means, never a mean of ratios."""
    outcomes = run(drawn_outcomes)
    means = xr.Dataset(
        {
            name: outcomes[name].mean("draw", keepdims=True)
            for name in ("cost", "qaly", "life_years")
        }
    )
    return compare(means, *run.study.compared)


@result()
def probability_cost_effective(run: Run) -> float:
    """Share of draws in which the intervention has the higher net benefit at the threshold."""
    cost, qaly = totals(run(drawn_outcomes))
    a, b = ({"strategy": name} for name in run.study.compared)
    better = run(threshold) * (qaly.sel(a) - qaly.sel(b)) > cost.sel(a) - cost.sel(b)
    return float(better.mean())


@result()
def evpi(run: Run) -> float:
    """Expected value of perfect information per person at the threshold."""
    return float(run(drawn_decision)["evpi"].sel(threshold=run(threshold)))


@result("Value of information")
def partial_information(run: Run) -> pd.DataFrame:
    """EVPPI of each uncertain parameter alone at the threshold, the highest first."""
    return _partial(run, {name: [name] for name in run(drawn_table).varying})


@result("Value of information")
def group_information(run: Run) -> pd.DataFrame:
    """EVPPI of the study's groups of parameters at the threshold, the highest first."""
    table = run(drawn_table)
    return _partial(run, {k: list(v) for k, v in parameter_groups(run.study, table).items()})


def _partial(run: Run, sets: dict[str, list[str]]) -> pd.DataFrame:
    table = run(drawn_table)
    if table.draws < LEAST_DRAWS:
        raise Unavailable(
            f"{table.draws:,} draws are too few for a regression; at least {LEAST_DRAWS} are needed"
        )
    if len(table.strategies) < 2:
        raise Unavailable("there is only one alternative to choose")
    if not sets:
        return pd.DataFrame(columns=["set", "evppi", "standard_error", "evpi", "share", "suspect"])
    found = evppi(table, [run(threshold)], sets)
    return found.sort_values("evppi", ascending=False, kind="stable").reset_index(drop=True)


@result()
def running_results(run: Run) -> pd.DataFrame:
    """Running means over the draws, see `convergence`."""
    return convergence(run(drawn_table), run(threshold))


@result()
def needed_draws(run: Run) -> pd.DataFrame:
    """The draws that the decision needs, see `draws_needed`."""
    return draws_needed(run(drawn_table), run(threshold))


@result()
def rank_probabilities(run: Run) -> xr.Dataset:
    """Probability of each rank by threshold, see `ranking`."""
    return ranking(run(drawn_table), run(thresholds))
