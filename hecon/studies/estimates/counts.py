"""Estimates from the counts of trial arms: pooled counts, proportions and pairwise ratios."""

import math

from hecon.engine.expression import parse
from hecon.studies.estimates.making import Sources, finished, measured, pooled_effects
from hecon.studies.estimates.selection import EstimateRow, Problem, comparisons, single_arms
from hecon.studies.estimates.synthesised import (
    COUNTED,
    MEAN_DIFFERENCE,
    PROPORTION,
    RATIOS,
    Member,
    Synthesised,
    completed,
)
from hecon.synthesis.effects import ARM_FORMULAS, MEASURES, effects
from hecon.synthesis.estimate import Estimate, evaluate


def pooled_counts(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """Events over everybody counted, all arms taken as one."""
    measured(row, PROPORTION)
    found = single_arms(row, sources.evidence)
    events = sum(e for _, (e, _) in found)
    others = sum(n - e for _, (e, n) in found)
    if not events or not others:
        text = f"{events} of {events + others} have the event; use the method 'Jeffreys'"
        raise Problem("method", text)
    slope = 1 / events + 1 / others
    # an arm's error, through its number of events
    loadings = {f"{a.id} {row.outcome}": slope * math.sqrt(e * (n - e) / n) for a, (e, n) in found}
    effect = Estimate(math.log(events / others), math.sqrt(slope))
    members = [
        Member(a.study, (a.id,), (e, n), _logit(e, n, a.study), n / (events + others))
        for a, (e, n) in found
    ]
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
        members=members,
    )


def _logit(events: int, n: int, study: str) -> Estimate:
    found = effects("logit", events, n, studies=[study])
    return Estimate(float(found.estimate[0]), math.sqrt(float(found.variance[0])))


def proportion(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """Random-effects mean of single proportions on the logit scale."""
    measured(row, PROPORTION)
    found = single_arms(row, sources.evidence)
    single = [_logit(e, n, a.study) for a, (e, n) in found]
    pooled = pooled_effects(row, [s.estimate for s in single], [s.se**2 for s in single])
    weights = pooled.weights.tolist()
    loadings = {
        f"{a.id} {row.outcome}": w * s.se
        for (a, _), s, w in zip(found, single, weights, strict=True)
    }
    members = [
        Member(a.study, (a.id,), c, s, w)
        for (a, c), s, w in zip(found, single, weights, strict=True)
    ]
    return finished(
        row,
        number,
        pooled.effect,
        [a.id for a, _ in found],
        [sources.arms],
        ["derived", *(a.status for a, _ in found)],
        [a.study for a, _ in found],
        completed(loadings, pooled.se, row.name),
        limits=(pooled.low, pooled.high),
        members=members,
        pooled=pooled,
    )


def arm_error(measure: str, events: int, n: int, added: float) -> float:
    """Standard error that one arm brings into a ratio, of its log odds or log risk."""
    scale = "log odds" if measure == "log odds ratio" else "log risk"
    formula = parse(ARM_FORMULAS[scale][1].format(i=1))
    variance = evaluate(formula, {"events_1": events, "n_1": n, "added": added})
    # all of an arm have the event: its log risk has no error
    return math.sqrt(max(float(variance), 0.0))


def pairwise(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """Random-effects mean of the trials that compare two treatments."""
    if row.measure in (*RATIOS, MEAN_DIFFERENCE) and row.measure not in COUNTED:
        text = f"arms count no {row.measure}; pool published effects by 'pool of estimates'"
        raise Problem("measure", text)
    measured(row, *COUNTED)
    found = comparisons(row, sources.evidence)
    e1, n1, e2, n2 = zip(*(c.counts for c in found), strict=True)
    studies = [c.study for c in found]
    single = effects(row.measure, e1, n1, e2, n2, studies=studies, source=sources.arms)
    pooled = pooled_effects(row, single.estimate.tolist(), single.variance.tolist())
    loadings: dict[str, float] = {}
    members = []
    added = MEASURES[row.measure].added
    for i, (c, weight) in enumerate(zip(found, pooled.weights.tolist(), strict=True)):
        names = dict(zip(("events_1", "n_1", "events_2", "n_2"), c.counts, strict=True))
        extra = float(evaluate(added, names))
        for sign, arm, (e, n) in zip((1, -1), c.arms, (c.counts[:2], c.counts[2:]), strict=True):
            error = arm_error(row.measure, e, n, extra)
            loadings[f"{arm.id} {row.outcome}"] = sign * weight * error
        effect = Estimate(float(single.estimate[i]), math.sqrt(float(single.variance[i])))
        members.append(Member(c.study, tuple(a.id for a in c.arms), c.counts, effect, weight))
    arms = [a for c in found for a in c.arms]
    return finished(
        row,
        number,
        pooled.effect,
        [a.id for a in arms],
        [sources.arms],
        ["derived", *(a.status for a in arms)],
        studies,
        completed(loadings, pooled.se, row.name),
        limits=(pooled.low, pooled.high),
        members=members,
        pooled=pooled,
    )
