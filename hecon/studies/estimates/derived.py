"""Estimates from other estimates: pooled, indirect, converted."""

import math
from collections.abc import Sequence

from hecon.studies.estimates.making import Sources, finished, measured, pooled_effects
from hecon.studies.estimates.selection import (
    EstimateRow,
    Problem,
    Unmade,
    known,
    listed,
    pair,
    renames,
)
from hecon.studies.estimates.synthesised import (
    DIFFERENCE,
    MEAN_DIFFERENCE,
    PROPORTION,
    RATIOS,
    Member,
    Synthesised,
    combined,
    completed,
    spread,
)
from hecon.synthesis.conversion import smd_to_log_odds
from hecon.synthesis.estimate import Estimate
from hecon.synthesis.pooling import Pooled


def named_parts(
    row: EstimateRow, sources: Sources, count: int | None = None
) -> dict[str, Synthesised]:
    """The estimates of rows above that a row names, `count` of them if it is given."""
    names = listed(row.parts)
    for name in names:
        known(name, sources.names, "parts", "an estimate of a row above")
        if name not in sources.made:
            raise Unmade
    if len(set(names)) != len(names) or not names or (count and len(names) != count):
        text = f"found {len(names)} estimates, needed are {count or 'several'} different ones"
        raise Problem("parts", text)
    return {name: sources.made[name] for name in names}


def _from_parts(
    row: EstimateRow,
    number: int,
    parts: dict[str, Synthesised],
    effect: Estimate,
    loadings: dict[str, float],
    weights: Sequence[float],
    pooled: Pooled | None = None,
) -> Synthesised:
    return finished(
        row,
        number,
        effect,
        [r for p in parts.values() for r in p.rows],
        [f for p in parts.values() for f in p.files],
        ["derived", *(p.status for p in parts.values())],
        [s for p in parts.values() for s in p.studies],
        loadings,
        limits=(pooled.low, pooled.high) if pooled else None,
        members=[
            Member(p.title, p.rows, (), p.effect, w)
            for p, w in zip(parts.values(), weights, strict=True)
        ],
        parts=list(parts),
        pooled=pooled,
    )


def same_scale(row: EstimateRow, parts: dict[str, Synthesised]) -> None:
    """Refuse parts on another scale than the estimate's."""
    for name, part in parts.items():
        if part.measure != row.measure:
            text = f"'{name}' is a {part.measure}, this estimate a {row.measure}; convert it first"
            raise Problem("parts", text)


def share_no_evidence(parts: dict[str, Synthesised]) -> None:
    """Refuse parts of which two rest on the same evidence: it would count twice."""
    seen: dict[str, str] = {}
    for name, part in parts.items():
        for unit in part.loadings:
            if seen.setdefault(unit, name) != name:
                raise Problem("parts", f"'{seen[unit]}' and '{name}' share evidence ({unit})")


def _comparisons(row: EstimateRow, parts: dict[str, Synthesised]) -> dict[str, tuple[str, ...]]:
    """What the parts compare, where they say so, with treatments renamed as `merge` says."""
    names = renames(row, [t for p in parts.values() for t in p.treatments])
    return {
        name: tuple(names.get(t, t) for t in part.treatments)
        for name, part in parts.items()
        if part.treatments
    }


def _same_comparison(row: EstimateRow, parts: dict[str, Synthesised]) -> None:
    """Refuse parts that compare other treatments than the estimate says it does."""
    if not row.treatments:
        return
    wanted = (row.treatments,) if row.measure == PROPORTION else pair(row)
    for name, found in _comparisons(row, parts).items():
        if found != wanted:
            text = f"'{name}' is of {' v '.join(found)}, this estimate of {' v '.join(wanted)}"
            raise Problem("parts", f"{text}; 'merge' takes two treatments as one")


def _one_in_common(row: EstimateRow, parts: dict[str, Synthesised]) -> None:
    """Refuse an indirect A v B whose parts are not A v C and B v C."""
    if not row.treatments:
        return
    a, b = pair(row)
    found = [*_comparisons(row, parts).values()]
    if len(found) == 2 and found != [(a, found[0][-1]), (b, found[0][-1])]:
        one, two = (" v ".join(f) for f in found)
        text = f"found {one} and {two}, needed for {a} v {b} are '{a} v C' and '{b} v C'"
        raise Problem("parts", f"{text} with one C; 'merge' takes two treatments as one")


def pool_of_estimates(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """Random-effects mean of estimates that share no study."""
    parts = named_parts(row, sources)
    same_scale(row, parts)
    _same_comparison(row, parts)
    share_no_evidence(parts)
    single = [p.effect for p in parts.values()]
    pooled = pooled_effects(row, [s.estimate for s in single], [s.se**2 for s in single])
    weights = pooled.weights.tolist()
    shared = combined(dict(zip(parts, weights, strict=True)), parts)
    loadings = completed(shared, pooled.se, row.name)
    return _from_parts(row, number, parts, pooled.effect, loadings, weights, pooled)


def indirect(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """A against B from A against C less B against C (Bucher et al. 1997).

    Where the two share evidence their covariance is counted, which Bucher's sum of variances
    leaves out because it supposes different trials.
    """
    measured(row, *RATIOS, DIFFERENCE, MEAN_DIFFERENCE)
    parts = named_parts(row, sources, 2)
    same_scale(row, parts)
    _one_in_common(row, parts)
    a, b = parts.values()
    shares = dict(zip(parts, (1.0, -1.0), strict=True))
    loadings = combined(shares, parts)
    effect = Estimate(a.effect.estimate - b.effect.estimate, spread(loadings))
    return _from_parts(row, number, parts, effect, loadings, (math.nan, math.nan))


def converted(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """A standardised mean difference as a log odds ratio."""
    measured(row, "log odds ratio")
    parts = named_parts(row, sources, 1)
    ((name, part),) = parts.items()
    if part.measure != DIFFERENCE:
        raise Problem("parts", f"'{name}' is a {part.measure}, needed is an {DIFFERENCE}")
    _same_comparison(row, parts)
    effect = smd_to_log_odds(part.effect)
    loadings = combined({name: effect.se / part.effect.se}, parts)
    return _from_parts(row, number, parts, effect, loadings, (1.0,))
