"""What every method of making an estimate shares: its sources, and the finished estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hecon.parameters.parameter_schema import weakest
from hecon.studies.estimates.evidence_records import Evidence
from hecon.studies.estimates.selection import EstimateRow, Problem
from hecon.studies.estimates.synthesised import Member, Synthesised, interval
from hecon.synthesis.estimate import Estimate
from hecon.synthesis.network import Network
from hecon.synthesis.pooling import Pooled, pool


@dataclass(frozen=True)
class Sources:
    """What an estimate is made from: the evidence, its files, and estimates above it.

    `names` holds the names of all estimates above it, also of faulty ones.
    """

    evidence: Evidence
    made: Mapping[str, Synthesised]
    names: Sequence[str]
    arms: str
    effects: str
    contrasts: str


def finished(
    row: EstimateRow,
    number: int,
    effect: Estimate,
    rows: Sequence[str],
    files: Sequence[str],
    statuses: Sequence[str],
    studies: Sequence[str],
    loadings: dict[str, float],
    *,
    limits: tuple[float, float] | None = None,
    events: tuple[float, float] | None = None,
    members: Sequence[Member] = (),
    parts: Sequence[str] = (),
    pooled: Pooled | None = None,
    network: Network | None = None,
) -> Synthesised:
    """The estimate of a row, with provenance and the weakest status of what it rests on."""
    low, high = limits or interval(effect)
    own = [row.status] if row.status else []
    return Synthesised(
        row.name,
        row.title,
        row.method,
        row.measure,
        tuple(name.strip() for name in row.treatments.split(" v ") if name.strip()),
        effect,
        low,
        high,
        events,
        tuple(dict.fromkeys(rows)),
        tuple(dict.fromkeys(f for f in files if f)),
        tuple(dict.fromkeys(studies)),
        weakest([*own, *statuses]),
        tuple(members),
        loadings,
        tuple(parts),
        pooled,
        network,
        " ".join(t for t in (row.note, pooled.note if pooled else "") if t),
        number,
    )


def measured(row: EstimateRow, *allowed: str) -> None:
    """Refuse a measure that the method doesn't give."""
    if row.measure not in allowed:
        text = f"'{row.method}' gives {' or '.join(allowed)}, found '{row.measure}'"
        raise Problem("measure", text)


def pooled_effects(
    row: EstimateRow, estimate: Sequence[float], variance: Sequence[float]
) -> Pooled:
    """The effects pooled as the row says."""
    return pool(
        np.array(estimate),
        np.array(variance),
        method=row.tau2 or "REML",
        knapp_hartung=row.knapp_hartung == "yes",
        source=row.name,
    )
