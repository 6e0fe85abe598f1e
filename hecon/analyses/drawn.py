"""The probabilistic analysis of a run: one set of draws, and what follows from it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.base_case import threshold, thresholds_stated
from hecon.analyses.comparison import Comparison, compare, totals
from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.draws_table import DrawsTable, checked_thresholds, study_draws
from hecon.analyses.evaluate import evaluate
from hecon.analyses.frontier import frontier
from hecon.analyses.information import EVPPI, checked_sets, evppi, named_sets, parameter_groups
from hecon.analyses.own_draws import OwnDraws, draws_from
from hecon.analyses.plane import Plane, plane
from hecon.analyses.population import population
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.ranking import ranking
from hecon.analyses.run import MissingResult, Run, result
from hecon.engine.arrays import Array
from hecon.parameters.design import ProbabilisticDesign

#: Draws below which no value of partial information is estimated.
LEAST_DRAWS = 500


@result()
def drawn_design(run: Run) -> ProbabilisticDesign | OwnDraws:
    """The design, or the draws of a file; unavailable where the study has no distribution."""
    study, settings = run.study, run.settings
    if table := run.option("draws_from", ""):
        return draws_from(study, table, run.option("missing", "refuse"))
    if not study.uncertain:
        raise MissingResult("no input has a distribution, so that nothing is uncertain here")
    return study.probabilistic(settings.draws, settings.seed, settings.method)


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
    """Thresholds of the curves, those asked for or the jurisdiction's, with those it judges at."""
    rule = run.study.jurisdiction.definition.acceptability
    asked = _asked(run)
    grid = asked if len(asked) else np.linspace(0.0, rule.highest, rule.steps)
    return np.union1d(grid, [run(threshold), *run(thresholds_stated)])


def _asked(run: Run) -> Array:
    """Thresholds that the run was asked for."""
    asked: Sequence[float] = run.option("thresholds", ())
    return checked_thresholds(asked, "--thresholds") if len(asked) else np.empty(0)


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
def probabilities_stated(run: Run) -> dict[float, float]:
    """The same at each threshold that the jurisdiction states."""
    return {value: _probability(run, value) for value in run(thresholds_stated)}


def _probability(run: Run, at: float) -> float:
    cost, qaly = totals(run(drawn_outcomes))
    a, b = ({"strategy": name} for name in run.study.compared)
    better = at * (qaly.sel(a) - qaly.sel(b)) > cost.sel(a) - cost.sel(b)
    return float(better.mean())


@result()
def evpi(run: Run) -> float:
    """Expected value of perfect information per person at the threshold."""
    return float(run(drawn_decision)["evpi"].sel(threshold=run(threshold)))


@result("Value of information")
def partial_information(run: Run) -> pd.DataFrame:
    """EVPPI of each uncertain parameter alone, see `_partial`."""
    return _partial(run, {name: [name] for name in run(drawn_table).varying})


@result("Value of information", starts_from=(drawn_table,))
def group_information(run: Run) -> pd.DataFrame:
    """EVPPI of the sets asked for, or of the study's groups of parameters, see `_partial`."""
    table = run(drawn_table)
    asked: Sequence[str] = run.option("set", ())
    sets = named_sets(asked) or parameter_groups(run.study, table)
    checked_sets(table, sets)
    return _partial(run, sets)


def _partial(run: Run, sets: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """EVPPI at the run's own threshold, the highest first, then at those asked for."""
    table, own = run(drawn_table), run(threshold)
    if len(table.strategies) < 2:
        raise MissingResult("there is only one alternative to choose")
    if table.draws < LEAST_DRAWS:
        raise MissingResult(
            f"{table.draws:,} draws are too few for a regression; at least {LEAST_DRAWS} are needed"
        )
    if not sets:
        return pd.DataFrame(columns=EVPPI)
    at = np.union1d(_asked(run), [own])
    found = evppi(
        table, at, sets, run.option("method", "auto"), run.telling("Value of information")
    )
    found = found.assign(other=found["threshold"] != own)
    order = ["other", "threshold", "evppi"]
    found = found.sort_values(order, ascending=[True, True, False], kind="stable")
    return found[list(EVPPI)].reset_index(drop=True)


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


@result()
def drawn_frontier(run: Run) -> pd.DataFrame:
    """The frontier of the means over the draws, see `frontier`."""
    table = run(drawn_table)
    return frontier(table.strategies, table.cost.mean(axis=1), table.effect.mean(axis=1))


@result()
def drawn_plane(run: Run) -> Plane:
    """Intervention against comparator on the plane, draw by draw."""
    table, pair = run(drawn_table), run.study.compared
    if table.draws < 3:
        raise MissingResult(f"{table.draws} draws are too few for an ellipse")
    if not {*pair} <= {*table.strategies}:
        raise MissingResult("the strategies compared are no alternatives to choose between")
    return plane(table, *pair)


@result()
def population_evpi(run: Run) -> float:
    """EVPI to everybody whom the decision concerns; NaN if the study doesn't say."""
    people = run(population)
    return run(evpi) * people.effective() if people else float("nan")
