"""Estimates from a network of treatments: of standardised differences, or of counts."""

import math

import numpy as np
import pandas as pd

from hecon.engine.arrays import Array
from hecon.studies.estimates.counts import arm_error
from hecon.studies.estimates.derived import named_parts, same_scale, share_no_evidence
from hecon.studies.estimates.evidence_records import Arm
from hecon.studies.estimates.making import Sources, finished, measured
from hecon.studies.estimates.selection import (
    EstimateRow,
    Problem,
    arms_of,
    contrasts_of,
    counted,
    known,
    pair,
)
from hecon.studies.estimates.synthesised import (
    COUNTED,
    DIFFERENCE,
    MEAN_DIFFERENCE,
    RATIOS,
    Member,
    Synthesised,
)
from hecon.synthesis.contrasts import Contrasts, combined, from_arms, from_differences
from hecon.synthesis.effects import CONTINUITY
from hecon.synthesis.estimate import Estimate
from hecon.synthesis.network import Network, design
from hecon.synthesis.network import network as fitted

#: What makes two estimates come from one network.
CHOICE = (
    *("measure", "outcome", "use", "studies", "rows", "timepoint", "rating"),
    *("statuses", "missing", "merge", "parts", "tau2"),
)


def network(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """One treatment against another, directly and through all others."""
    measured(row, DIFFERENCE, MEAN_DIFFERENCE, *RATIOS)
    if row.measure == DIFFERENCE:
        return _of_differences(row, number, sources)
    return _of_arms(row, number, sources)


def _of_differences(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    found = contrasts_of(row, sources.evidence)
    contrasts = from_differences(
        pd.DataFrame(
            {
                "study": [c.study for c in found],
                "treatment": [c.treatments[0] for c in found],
                "against": [c.treatments[1] for c in found],
                "arm": [c.arm for c in found],
                "estimate": [c.estimate for c in found],
                "se": [c.se for c in found],
                "scale": [c.scale for c in found],
                "n": [c.sizes[0] for c in found],
                "n_against": [c.sizes[1] for c in found],
            }
        ),
        source=row.name,
    )
    made, effect = _effect(row, contrasts)
    variance = contrasts.covariance + made.tau2 * contrasts.heterogeneity
    errors = _shares(row, made) @ np.linalg.cholesky(variance)
    loadings = {f"{_choice(row)} {i}": float(e) for i, e in enumerate(errors)}
    members = [
        Member(
            f"{c.study}: {' v '.join(c.treatments)}",
            (c.id,),
            (),
            Estimate(c.estimate, c.se or math.nan),
            math.nan,
        )
        for c in found
    ]
    return finished(
        row,
        number,
        effect,
        [c.id for c in found],
        [sources.contrasts],
        ["derived", *(c.status for c in found)],
        [c.study for c in found],
        loadings,
        members=members,
        network=made,
    )


def _of_arms(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """A network of trials' counts, and of published effects named in `parts` beside them."""
    counts: list[tuple[Arm, tuple[int, int]]] = []
    if row.measure not in COUNTED and not row.parts:
        text = f"name the published effects of the network: no arm counts a {row.measure}"
        raise Problem("parts", text)
    for arm in arms_of(row, sources.evidence) if row.measure in COUNTED else ():
        found = counted(row, arm)
        if found is not None:
            counts.append((arm, found))
        elif row.rows or row.studies:
            raise Problem("outcome", f"{arm.id} ({arm.study}) has no count of '{row.outcome}'")
    parts = named_parts(row, sources) if row.parts else {}
    same_scale(row, parts)
    share_no_evidence(parts)
    made, effect = _effect(row, _contrasts(row, counts, parts))
    shares: dict[tuple[str, str, str], float] = {}
    for share, (first, second) in zip(_shares(row, made), made.contrasts.pairs, strict=True):
        shares[first] = shares.get(first, 0.0) + float(share)
        shares[second] = shares.get(second, 0.0) - float(share)
    loadings: dict[str, float] = {}
    members = []
    between = math.sqrt(made.tau2 / 2)
    for arm, (events, n) in counts:
        share = shares[(arm.study, arm.treatment, arm.arm)]
        zero = any(e in (0, m) for other, (e, m) in counts if other.study == arm.study)
        error = arm_error(row.measure, events, n, CONTINUITY if zero else 0.0)
        loadings[f"{arm.id} {row.outcome}"] = share * error
        # a contrast's variance between studies is shared out evenly between its arms
        loadings[f"{_choice(row)} {arm.id}"] = share * between
        label = f"{arm.study}: {arm.arm}"
        members.append(Member(label, (arm.id,), (events, n), Estimate(math.nan, error), math.nan))
    for name, part in parts.items():
        share = shares[(name, part.treatments[0], "")]
        for key, loading in part.loadings.items():
            loadings[key] = loadings.get(key, 0.0) + share * loading
        loadings[f"{_choice(row)} {name}"] = share * math.sqrt(made.tau2)
        members.append(Member(part.title, part.rows, (), part.effect, math.nan))
    return finished(
        row,
        number,
        effect,
        [*(a.id for a, _ in counts), *(r for p in parts.values() for r in p.rows)],
        [sources.arms, *(f for p in parts.values() for f in p.files)],
        ["derived", *(a.status for a, _ in counts), *(p.status for p in parts.values())],
        [*(a.study for a, _ in counts), *(s for p in parts.values() for s in p.studies)],
        loadings,
        members=members,
        parts=list(parts),
        network=made,
    )


def _contrasts(
    row: EstimateRow, counts: list[tuple[Arm, tuple[int, int]]], parts: dict[str, Synthesised]
) -> Contrasts:
    if row.measure not in COUNTED:
        return _published(row, counts, parts)
    arms = pd.DataFrame(
        {
            "study": [a.study for a, _ in counts],
            "treatment": [a.treatment for a, _ in counts],
            "arm": [a.arm for a, _ in counts],
            "events": [e for _, (e, _) in counts],
            "n": [n for _, (_, n) in counts],
        }
    )
    found = from_arms(row.measure, arms, source=row.name)
    if not parts:
        return found
    return combined(found, _published(row, counts, parts), source=row.name)


def _published(
    row: EstimateRow, counts: list[tuple[Arm, tuple[int, int]]], parts: dict[str, Synthesised]
) -> Contrasts:
    """The published effects of a network, each a study of its own."""
    for name, part in parts.items():
        if len(part.treatments) != 2:
            text = f"'{name}' doesn't say which two treatments it compares"
            raise Problem("parts", text, "treatments")
        twice = set(part.studies) & {a.study for a, _ in counts}
        if twice:
            raise Problem("parts", f"'{name}' and the arms both hold {', '.join(sorted(twice))}")
    published = pd.DataFrame(
        {
            "study": list(parts),
            "treatment": [p.treatments[0] for p in parts.values()],
            "against": [p.treatments[1] for p in parts.values()],
            "estimate": [p.effect.estimate for p in parts.values()],
            "se": [p.effect.se for p in parts.values()],
            "scale": row.measure,
        }
    )
    return from_differences(published, source=row.name)


def _effect(row: EstimateRow, contrasts: Contrasts) -> tuple[Network, Estimate]:
    wanted, reference = pair(row)
    for name in (wanted, reference):
        known(name, contrasts.treatments, "treatments", "a treatment of the network")
    made = fitted(contrasts, reference, method=row.tau2 or "REML", source=row.name)
    return made, made.effect(wanted, reference)


def _shares(row: EstimateRow, made: Network) -> Array:
    """How much each contrast counts in the effect: generalised least squares' weights."""
    columns = design(made.contrasts)
    variance = made.contrasts.covariance + made.tau2 * made.contrasts.heterogeneity
    weighted = np.linalg.solve(variance, columns)
    per_treatment = np.linalg.solve(columns.T @ weighted, weighted.T)
    both = np.vstack([np.zeros(len(columns)), per_treatment])
    first, second = (made.treatments.index(t) for t in pair(row))
    return np.asarray(both[first] - both[second])


def _choice(row: EstimateRow) -> str:
    """A name for the network, the same for estimates that rest on the same one."""
    return "network " + "; ".join(str(getattr(row, column)) for column in CHOICE)
