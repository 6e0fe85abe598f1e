"""Everything a report needs about a study in a jurisdiction, computed in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.comparison import Comparison, compare, totals
from hecon.analyses.draws_table import study_draws
from hecon.analyses.evaluate import base_traces, evaluate
from hecon.analyses.frontier import frontier
from hecon.analyses.information import evppi
from hecon.analyses.one_way import one_way
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.results_table import result_table
from hecon.analyses.scenarios import scenario_table
from hecon.analyses.threshold import severity
from hecon.engine.values import formula_values
from hecon.parameters.design import ProbabilisticDesign, base_case
from hecon.studies.study import Study

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
    """

    design: ProbabilisticDesign
    outcomes: xr.Dataset
    table: pd.DataFrame
    decision: xr.Dataset
    comparison: Comparison
    probability_cost_effective: float
    evpi: float
    evppi: pd.DataFrame


@dataclass(frozen=True)
class Results:
    """Results of a study in a jurisdiction."""

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

    @property
    def threshold(self) -> float:
        """Opportunity cost times the severity weight, in the base case."""
        return float(self.limits["threshold"][0])


def course_table(study: Study) -> pd.DataFrame:
    """Expected quantities of each strategy's treatment course, per person who starts."""
    if study.course is None:
        return pd.DataFrame(columns=["strategy"])
    numbers = base_case(study.parameters).numbers
    rows = []
    for strategy in study.model.strategies:
        targets = [
            (study.course.total(strategy, amount), strategy)
            for _, amount in study.course.quantities
        ]
        values = formula_values(study.model, targets, numbers, {})
        names = [entry.name for entry, _ in study.course.quantities]
        rows.append(
            {"strategy": strategy, **{n: float(v) for n, v in zip(names, values, strict=True)}}
        )
    return pd.DataFrame(rows)


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
    limits = severity(study, design, base)
    a, b = study.compared
    options = list(study.options)
    cost, qaly = totals(base)
    tell("Scenarios", 0, 1)
    scenarios = scenario_table(study)
    tell("One-way sensitivity", 0, 1)
    sensitivity = one_way(study)
    drawn = ProbabilisticDesign(study.parameters, draws, seed, method, study.correlations)
    outcomes = evaluate(
        study.model,
        drawn,
        workers=workers,
        progress=lambda done, total: tell("Probabilistic analysis", done, total),
    )
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
        probabilistic=reduce_draws(study, drawn, outcomes, float(limits["threshold"][0])),
    )


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
    rule = study.jurisdiction.definition.acceptability
    grid = np.union1d(np.linspace(0.0, rule.highest, rule.steps), [threshold])
    options = [strategies.index(s) for s in study.options]
    found = decision(list(study.options), cost.values[options], qaly.values[options], grid)
    means = xr.Dataset(
        {
            "cost": outcomes["cost"].mean("draw", keepdims=True),
            "qaly": outcomes["qaly"].mean("draw", keepdims=True),
            "life_years": outcomes["life_years"].mean("draw", keepdims=True),
        }
    )
    better = figures["nmb"][i] > figures["nmb"][j]
    return Probabilistic(
        design,
        outcomes,
        table,
        found,
        compare(means, a, b),
        float(better.mean()),
        float(found["evpi"].sel(threshold=threshold)),
        _partial_information(study, design, outcomes, threshold),
    )


def _partial_information(
    study: Study, design: ProbabilisticDesign, outcomes: xr.Dataset, threshold: float
) -> pd.DataFrame:
    table = study_draws(study, design, outcomes)
    if design.draws < LEAST_DRAWS or len(table.strategies) < 2 or not table.varying:
        return pd.DataFrame(columns=["set", "evppi", "standard_error", "evpi", "share", "suspect"])
    found = evppi(table, [threshold])
    return found.sort_values("evppi", ascending=False, kind="stable").reset_index(drop=True)
