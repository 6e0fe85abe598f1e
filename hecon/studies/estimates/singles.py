"""Estimates for single arms: a prior where nobody has the event, a class's next arm, shrinkage."""

import math

from hecon.engine.expression import parse
from hecon.studies.estimates.counts import proportion
from hecon.studies.estimates.derived import named_parts, same_scale
from hecon.studies.estimates.making import Sources, finished, measured
from hecon.studies.estimates.selection import EstimateRow, Problem, single_arms
from hecon.studies.estimates.synthesised import (
    PROPORTION,
    Member,
    Synthesised,
    combined,
    completed,
    spread,
)
from hecon.synthesis.estimate import Estimate, evaluate
from hecon.synthesis.pooling import ENOUGH_STUDIES

#: Events and non-events that Jeffreys's prior of a probability adds (Jeffreys 1961).
PRIOR = 0.5
#: Standard error of a further arm, by the mean's.
PREDICTION_SE = parse("sqrt(tau2 + se ** 2)")
#: How much the class counts for an arm's result; result and standard error of two that are apart.
CLASS_WEIGHT = parse("se ** 2 / (se ** 2 + se_class ** 2)")
SHRUNK = parse("(1 - weight) * own + weight * group")
SHRUNK_SE = parse("sqrt(((1 - weight) * own) ** 2 + (weight * group) ** 2)")


def jeffreys(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """Events over everybody counted under Jeffreys's prior: also where nobody has the event."""
    measured(row, PROPORTION)
    found = single_arms(row, sources.evidence)
    events = sum(e for _, (e, _) in found) + PRIOR
    others = sum(n - e for _, (e, n) in found) + PRIOR
    effect = Estimate(math.log(events / others), math.sqrt(1 / events + 1 / others))
    people = sum(n for _, (_, n) in found)
    # an arm's error by its share of all who are counted
    loadings = {f"{a.id} {row.outcome}": effect.se * math.sqrt(n / people) for a, (_, n) in found}
    return finished(
        row,
        number,
        effect,
        [a.id for a, _ in found],
        [sources.arms],
        ["derived", *(a.status for a, _ in found)],
        [a.study for a, _ in found],
        completed(loadings, effect.se, row.name),
        events=(events, others),
        members=[
            Member(a.study, (a.id,), (e, n), Estimate(math.nan, math.nan), n / people)
            for a, (e, n) in found
        ],
    )


def prediction(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """What a further arm of the same class would have, by the arms that there are.

    The mean is that of `proportion`; the variance is that between studies and that of the mean
    (Higgins, Thompson and Spiegelhalter 2009), the interval on t.
    """
    made = proportion(row, number, sources)
    pooled = made.pooled
    assert pooled is not None
    if pooled.prediction is None:
        text = f"{pooled.k} arms can't tell how far arms differ, needed are {ENOUGH_STUDIES}"
        raise Problem("treatments", text)
    effect = Estimate(
        pooled.estimate, float(evaluate(PREDICTION_SE, {"tau2": pooled.tau2, "se": pooled.se}))
    )
    return finished(
        row,
        number,
        effect,
        made.rows,
        made.files,
        [made.status],
        made.studies,
        completed(made.loadings, effect.se, f"{row.name} and a further arm"),
        limits=pooled.prediction,
        members=made.members,
        pooled=pooled,
    )


def shrunk(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """An arm's result between itself and its class, by precision.

    `parts` are the result and the prediction of its class: the weight of the class is the
    result's sampling variance over the sum of both variances (normal prior and likelihood;
    Spiegelhalter, Abrams and Myles 2004, chapter 3).
    """
    parts = named_parts(row, sources, 2)
    same_scale(row, parts)
    (own, result), (name, group) = parts.items()
    if group.method != "prediction":
        text = f"'{name}' is a {group.method}; the second must be the prediction of a class"
        raise Problem("parts", text)
    errors = {"se": result.effect.se, "se_class": group.effect.se}
    weight = float(evaluate(CLASS_WEIGHT, errors))
    loadings = combined({own: 1 - weight, name: weight}, parts)
    estimate = (1 - weight) * result.effect.estimate + weight * group.effect.estimate
    shares = (1 - weight, weight)
    return finished(
        row,
        number,
        Estimate(estimate, spread(loadings)),
        [r for p in parts.values() for r in p.rows],
        [f for p in parts.values() for f in p.files],
        ["assumption", *(p.status for p in parts.values())],
        [s for p in parts.values() for s in p.studies],
        loadings,
        members=[
            Member(p.title, p.rows, (), p.effect, share)
            for p, share in zip(parts.values(), shares, strict=True)
        ],
        parts=list(parts),
    )
