"""Everything a report needs about a study in a jurisdiction, computed in one go."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hecon.analyses.comparison import Comparison, compare, totals
from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.draws_table import DrawsTable, study_draws
from hecon.analyses.evaluate import base_traces, evaluate
from hecon.analyses.frontier import frontier
from hecon.analyses.information import evppi, parameter_groups
from hecon.analyses.one_way import one_way
from hecon.analyses.pair import Increments
from hecon.analyses.population import Population, study_population
from hecon.analyses.price import threshold_price
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.ranking import ranking
from hecon.analyses.results_table import evaluated_table, result_table
from hecon.analyses.scenarios import scenario_table
from hecon.analyses.threshold import severity
from hecon.engine.values import formula_values
from hecon.errors import InputError
from hecon.parameters.design import Design, ProbabilisticDesign, base_case
from hecon.studies.study import Study

Array = NDArray[np.float64]

#: Draws below which no value of partial information is estimated.
LEAST_DRAWS = 500

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Probabilistic:
    """A probabilistic analysis.

    Attributes
    ----------
    outcomes
        Outcomes of every draw.
    table
        Means with Monte Carlo errors, by strategy and for the comparison.
    decision
        Acceptability and value of information among the options.
    comparison
        The comparison of means: the ICER is a ratio of means, never a mean of ratios.
    probability_cost_effective
        Share of draws in which the intervention has the higher net benefit at the threshold.
    evppi
        Value of perfect information on each uncertain parameter alone, at the threshold; no
        rows below `LEAST_DRAWS` draws, too few for a regression.
    evppi_groups
        The same for the study's groups of parameters.
    convergence, draws_needed
        Running results, and the draws that the decision needs, see `hecon.analyses.convergence`.
    ranking
        Probability of each place at the thresholds of `decision`.
    """

    design: ProbabilisticDesign
    outcomes: xr.Dataset
    table: pd.DataFrame
    decision: xr.Dataset
    comparison: Comparison
    probability_cost_effective: float
    evpi: float
    evppi: pd.DataFrame
    evppi_groups: pd.DataFrame
    convergence: pd.DataFrame
    draws_needed: pd.DataFrame
    ranking: xr.Dataset


@dataclass(frozen=True)
class Results:
    """Results of a study in a jurisdiction.

    Attributes
    ----------
    price
        The study's threshold price with its interval at the threshold, see `threshold_price`; no
        rows if the study names no price or net benefit is not linear in it.
    population
        Whom the decision concerns, or None if the study doesn't say.
    """

    study: Study
    base: xr.Dataset
    trace: xr.Dataset
    course: pd.DataFrame
    limits: pd.DataFrame
    base_table: pd.DataFrame
    comparison: Comparison
    frontier: pd.DataFrame
    one_way: pd.DataFrame
    scenarios: pd.DataFrame
    probabilistic: Probabilistic
    price: pd.DataFrame
    population: Population | None

    @property
    def threshold(self) -> float:
        """Opportunity cost times the severity weight, in the base case."""
        return float(self.limits["threshold"][0])

    @property
    def population_evpi(self) -> float:
        """Value of perfect information to everybody concerned; NaN if the study doesn't say."""
        people = self.population.effective() if self.population else math.nan
        return self.probabilistic.evpi * people


def course_table(study: Study) -> pd.DataFrame:
    """Expected quantities of each strategy's treatment course, per person who starts."""
    if study.course is None:
        return pd.DataFrame(columns=["strategy"])
    numbers = base_case(study.parameters).numbers
    rows = []
    for strategy in study.model.strategies:
        targets = [
            (study.course.total(strategy, amount, study.model.horizon_years), strategy)
            for _, amount in study.course.quantities
        ]
        values = formula_values(study.model, targets, numbers, {})
        names = [entry.name for entry, _ in study.course.quantities]
        rows.append(
            {"strategy": strategy, **{n: float(v) for n, v in zip(names, values, strict=True)}}
        )
    return pd.DataFrame(rows)


def base_row(study: Study) -> pd.DataFrame:
    """The base case's row of `result_table`."""
    return evaluated_table(study, base_case(study.parameters), [study.compared])


def base_threshold(study: Study) -> float:
    """Opportunity cost times the severity weight, in the base case."""
    return float(base_row(study)["threshold"][0])


def threshold_grid(study: Study) -> Array:
    """The thresholds that the jurisdiction draws its curves over."""
    rule = study.jurisdiction.definition.acceptability
    return np.linspace(0.0, rule.highest, rule.steps)


def analyse(
    study: Study,
    *,
    draws: int = 10_000,
    seed: int = 1,
    method: str = "monte-carlo",
    workers: int = 1,
    progress: Progress | None = None,
) -> Results:
    """Run every analysis of a study.

    Parameters
    ----------
    draws, seed, method
        Size, seed and kind of the probabilistic design.
    workers
        Threads for the probabilistic analysis.
    progress
        Called with what is running, the amount done and the amount in all.
    """
    tell = progress or (lambda what, done, total: None)
    design = base_case(study.parameters)
    tell("Base case", 0, 1)
    base = evaluate(study.model, design)
    limits = severity(study, design, [study.compared])
    a, b = study.compared
    options = list(study.options)
    cost, qaly = totals(base)
    tell("Scenarios", 0, 1)
    scenarios = scenario_table(study)
    tell("One-way sensitivity", 0, 1)
    sensitivity = one_way(study)
    drawn = study.probabilistic(draws, seed, method)
    outcomes = evaluate(
        study.model,
        drawn,
        workers=workers,
        progress=lambda done, total: tell("Probabilistic analysis", done, total),
    )
    threshold = float(limits["threshold"][0])
    tell("Value of information", 0, 1)
    reduced = reduce_draws(study, drawn, outcomes, threshold)
    tell("Threshold price", 0, 1)
    return Results(
        study=study,
        base=base,
        trace=base_traces(study.model, design),
        course=course_table(study),
        limits=limits,
        base_table=result_table(study, base, limits, [study.compared]),
        comparison=compare(base, a, b),
        frontier=frontier(
            options,
            cost.sel(strategy=options).values[:, 0],
            qaly.sel(strategy=options).values[:, 0],
        ),
        one_way=sensitivity,
        scenarios=scenarios,
        probabilistic=reduced,
        price=study_price(study, drawn, outcomes, [threshold], workers),
        population=study_population(study),
    )


def study_price(
    study: Study,
    design: Design,
    outcomes: xr.Dataset,
    thresholds: Sequence[float],
    workers: int = 1,
) -> pd.DataFrame:
    """The study's threshold price from draws already evaluated; no rows if there is none."""
    if study.definition.price is None:
        return pd.DataFrame()
    cost, qaly = totals(outcomes)
    a, b = ({"strategy": name} for name in study.compared)
    known = Increments((cost.sel(a) - cost.sel(b)).values, (qaly.sel(a) - qaly.sel(b)).values)
    price = study.definition.price.parameter
    try:
        return threshold_price(study, price, thresholds, design, known=known, workers=workers)
    except InputError:
        return pd.DataFrame()


def reduce_draws(
    study: Study, design: ProbabilisticDesign, outcomes: xr.Dataset, threshold: float
) -> Probabilistic:
    """Reduce the draws of a probabilistic analysis to its tables.

    The threshold is the base case's: severity describes the condition, not a draw.
    """
    a, b = study.compared
    cost, qaly = totals(outcomes)
    figures = {
        "cost": cost.values,
        "qaly": qaly.values,
        "life_years": outcomes["life_years"].values,
        "nmb": threshold * qaly.values - cost.values,
    }
    strategies = list(study.model.strategies)
    i, j = strategies.index(a), strategies.index(b)
    table = pd.concat(
        [
            summary(strategies, figures),
            summary([f"{a} v {b}"], {k: v[[i]] - v[[j]] for k, v in figures.items()}),
        ],
        ignore_index=True,
    )
    grid = np.union1d(threshold_grid(study), [threshold])
    options = [strategies.index(s) for s in study.options]
    found = decision(list(study.options), cost.values[options], qaly.values[options], grid)
    means = xr.Dataset(
        {
            "cost": outcomes["cost"].mean("draw", keepdims=True),
            "qaly": outcomes["qaly"].mean("draw", keepdims=True),
            "life_years": outcomes["life_years"].mean("draw", keepdims=True),
        }
    )
    drawn = study_draws(study, design, outcomes)
    better = figures["nmb"][i] > figures["nmb"][j]
    return Probabilistic(
        design,
        outcomes,
        table,
        found,
        compare(means, a, b),
        float(better.mean()),
        float(found["evpi"].sel(threshold=threshold)),
        _partial_information(drawn, threshold),
        _partial_information(drawn, threshold, parameter_groups(study, drawn)),
        convergence(drawn, threshold),
        draws_needed(drawn, threshold),
        ranking(drawn, grid),
    )


def _partial_information(
    table: DrawsTable, threshold: float, sets: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    some = table.varying if sets is None else sets
    if table.draws < LEAST_DRAWS or len(table.strategies) < 2 or not some:
        return pd.DataFrame(columns=["set", "evppi", "standard_error", "evpi", "share", "suspect"])
    found = evppi(table, [threshold], sets)
    return found.sort_values("evppi", ascending=False, kind="stable").reset_index(drop=True)
