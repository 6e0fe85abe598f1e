"""What a QALY may cost: the jurisdiction's threshold, weighted by the severity of the condition."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hecon.analyses.remaining_life import remaining_qalys
from hecon.engine.arrays import Array
from hecon.engine.values import formula_values
from hecon.parameters.design import Design
from hecon.studies.study import Study

Pairs = Sequence[tuple[str, str]]


def severity(study: Study, design: Design, pairs: Pairs) -> pd.DataFrame:
    """Shortfall and the threshold it implies, for every row of a design.

    Args:
        pairs: Intervention and comparator of each row: the comparator is its standard care.

    Returns:
        One row a draw: the columns of `shortfalls`, if severity acts, ``weight``,
        ``opportunity_cost`` (the threshold before the weight; absent if classes of severity have
        thresholds of their own) and ``threshold``: what one unweighted QALY may cost. A weight on
        QALYs and the same weight on the threshold give the same net benefit.
    """
    place, rule = study.jurisdiction, study.jurisdiction.definition.severity
    columns = design.block(0, design.draws)
    (cost,) = formula_values(study.model, [(place.opportunity_cost, None)], design.numbers, columns)
    table = pd.DataFrame({"opportunity_cost": np.broadcast_to(cost, (design.draws,))})
    table["weight"] = 1.0
    if study.population is not None and rule is not None:
        found = shortfalls(study, design, pairs, discounted=rule.discounted)
        both = zip(found["shortfall"], found["proportional_shortfall"], strict=True)
        table["weight"] = [rule.factor(*each) for each in both]
        table = pd.concat([found, table], axis=1)
    table["threshold"] = table["opportunity_cost"] * table["weight"]
    if rule is not None and rule.sets_threshold:
        table["weight"] = 1.0
        table = table.drop(columns="opportunity_cost")
    return table


def stated_thresholds(study: Study, design: Design, weights: Array) -> Array:
    """Values of a QALY that the jurisdiction judges at, or shows net benefit at: [draw, value].

    Args:
        weights: Severity weight of each draw.
    """
    targets = [(value, None) for value in study.jurisdiction.threshold_values]
    if not targets:
        return np.empty((design.draws, 0))
    columns = design.block(0, design.draws)
    found = formula_values(study.model, targets, design.numbers, columns)
    return np.stack([np.broadcast_to(v, (design.draws,)) * weights for v in found], axis=1)


def shortfalls(study: Study, design: Design, pairs: Pairs, *, discounted: bool) -> pd.DataFrame:
    """Absolute and proportional shortfall against the general population.

    Returns:
        One row a draw: ``population_qaly`` (remaining QALYs of the general population at the start
        age), ``standard_qaly`` (the same under the row's comparator), ``shortfall`` (the
        difference) and ``proportional_shortfall`` (as a share of the general population's).

    Notes:
        Both sexes together, standard care as the reference, over remaining life: severity describes
        the condition, so the horizon of an analysis leaves it as it is. Absolute and undiscounted
        in Meld. St. 34 (2015-2016); absolute and proportional, discounted as effects, in NICE's
        manual (PMG36, 6.2.13); proportional and undiscounted with Zorginstituut Nederland.
    """
    assert study.population is not None
    (everybody,) = study.population.strategies
    people = remaining_qalys(study, study.population, design, everybody, discounted=discounted)
    standard: Array = np.zeros(design.draws)
    for comparator in dict.fromkeys(b for _, b in pairs):
        rows = np.array([b == comparator for _, b in pairs])
        found = remaining_qalys(study, study.model, design, comparator, discounted=discounted)
        standard[rows] = found[rows]
    return pd.DataFrame(
        {
            "population_qaly": people,
            "standard_qaly": standard,
            "shortfall": people - standard,
            "proportional_shortfall": (people - standard) / people,
        }
    )
