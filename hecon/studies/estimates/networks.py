"""Estimates from a network of treatments: of standardised differences, or of counts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.studies.estimates.counts import arm_error
from hecon.studies.estimates.evidence import Arm
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
from hecon.studies.estimates.synthesised import DIFFERENCE, RATIOS, Member, Synthesised
from hecon.synthesis.contrasts import Contrasts, from_arms, from_differences
from hecon.synthesis.effects import CONTINUITY
from hecon.synthesis.estimate import Estimate
from hecon.synthesis.network import Network, design
from hecon.synthesis.network import network as fitted

Array = NDArray[np.float64]

#: What makes two estimates come from one network.
CHOICE = ("measure", "outcome", "use", "studies", "rows", "timepoint", "rating", "statuses")
CHOICE += ("missing", "merge", "tau2")


def network(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """One treatment against another, directly and through all others."""
    measured(row, DIFFERENCE, *RATIOS)
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
    counts: dict[Arm, tuple[int, int]] = {}
    arms = arms_of(row, sources.evidence)
    for arm in arms:
        found = counted(row, arm)
        if found is not None:
            counts[arm] = found
        elif row.rows or row.studies:
            raise Problem("outcome", f"{arm.id} ({arm.study}) has no count of '{row.outcome}'")
    contrasts = from_arms(
        row.measure,
        pd.DataFrame(
            {
                "study": [a.study for a in counts],
                "treatment": [a.treatment for a in counts],
                "arm": [a.arm for a in counts],
                "events": [e for e, _ in counts.values()],
                "n": [n for _, n in counts.values()],
            }
        ),
        source=row.name,
    )
    made, effect = _effect(row, contrasts)
    shares: dict[tuple[str, str, str], float] = {}
    for share, (first, second) in zip(_shares(row, made), contrasts.pairs, strict=True):
        shares[first] = shares.get(first, 0.0) + float(share)
        shares[second] = shares.get(second, 0.0) - float(share)
    loadings: dict[str, float] = {}
    members = []
    for arm, (events, n) in counts.items():
        share = shares[(arm.study, arm.treatment, arm.arm)]
        zero = any(e in (0, m) for other, (e, m) in counts.items() if other.study == arm.study)
        error = arm_error(row.measure, events, n, CONTINUITY if zero else 0.0)
        loadings[f"{arm.id} {row.outcome}"] = share * error
        # a contrast's variance between studies is shared out evenly between its arms
        loadings[f"{_choice(row)} {arm.id}"] = share * math.sqrt(made.tau2 / 2)
        label = f"{arm.study}: {arm.arm}"
        members.append(Member(label, (arm.id,), (events, n), Estimate(math.nan, error), math.nan))
    return finished(
        row,
        number,
        effect,
        [a.id for a in counts],
        [sources.arms],
        ["derived", *(a.status for a in counts)],
        [a.study for a in counts],
        loadings,
        members=members,
        network=made,
    )


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
