"""Two strategies side by side: increments, the ICER or dominance in words, net monetary benefit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Differences smaller than this are rounding, not results.
NO_COST = 1e-6
NO_EFFECT = 1e-9


#: A verdict whose ICER is a saving per QALY forgone: the larger, the better.
SAVING = "less costly, less effective"


@dataclass(frozen=True)
class Comparison:
    """An intervention against a comparator; `icer` is NaN where a ratio has no meaning."""

    intervention: str
    comparator: str
    cost: float
    qaly: float
    life_years: float
    icer: float
    verdict: str


def verdict(cost: float, qaly: float) -> str:
    """What the increments mean, in the field's words."""
    more = cost > NO_COST
    less = cost < -NO_COST
    if abs(qaly) <= NO_EFFECT:
        return (
            "more costly, no difference in QALYs"
            if more
            else ("less costly, no difference in QALYs" if less else "no difference")
        )
    if qaly > 0:
        return "more costly, more effective" if more else "dominant"
    return "less costly, less effective" if less else "dominated"


def icer(cost: float, qaly: float) -> float:
    """Incremental cost per QALY, NaN under dominance or without a difference in QALYs.

    With fewer QALYs at lower cost it is the saving per QALY forgone.
    """
    if verdict(cost, qaly) in ("more costly, more effective", "less costly, less effective"):
        return cost / qaly
    return math.nan


def totals(outcomes: xr.Dataset, suffix: str = "") -> tuple[xr.DataArray, xr.DataArray]:
    """Total cost and QALYs by strategy and draw."""
    return outcomes["cost" + suffix].sum("item"), outcomes["qaly" + suffix].sum("source")


def compare(outcomes: xr.Dataset, intervention: str, comparator: str, draw: int = 0) -> Comparison:
    """Compare two strategies in one draw."""
    cost, qaly = totals(outcomes)
    difference = [
        float(x.sel(strategy=intervention)[draw] - x.sel(strategy=comparator)[draw])
        for x in (cost, qaly, outcomes["life_years"])
    ]
    return comparison(intervention, comparator, *difference)


def comparison(
    intervention: str, comparator: str, cost: float, qaly: float, life_years: float
) -> Comparison:
    """A comparison from its increments."""
    return Comparison(
        intervention,
        comparator,
        cost,
        qaly,
        life_years,
        icer(cost, qaly),
        verdict(cost, qaly),
    )


def sentence(found: Comparison, currency: str) -> str:
    """The comparison as a plain sentence."""
    a, b = found.intervention, found.comparator
    if found.verdict == "dominant":
        return f"{a} dominates {b}: it costs less and gives more QALYs."
    if found.verdict == "dominated":
        return f"{a} is dominated by {b}: it costs more and gives fewer QALYs."
    if found.verdict == "more costly, more effective":
        return f"{a} against {b}: {currency} {found.icer:,.0f} per QALY gained."
    if found.verdict == "less costly, less effective":
        return f"{a} against {b} saves {currency} {found.icer:,.0f} per QALY forgone."
    return f"{a} against {b}: {found.verdict}."
