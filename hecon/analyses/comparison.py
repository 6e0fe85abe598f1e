"""Two strategies side by side: increments, the ICER or dominance in words, net monetary benefit."""

import math
import operator
from dataclasses import dataclass
from functools import reduce

import xarray as xr

from hecon.analyses.ties import difference

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
    """What the increments mean, in the field's words; rounding is gone, see `difference`."""
    if qaly == 0:
        if cost == 0:
            return "no difference"
        return f"{'more' if cost > 0 else 'less'} costly, no difference in effect"
    if qaly > 0:
        return "more costly, more effective" if cost > 0 else "dominant"
    return SAVING if cost < 0 else "dominated"


def icer(cost: float, qaly: float) -> float:
    """Incremental cost per QALY, NaN under dominance or without a difference in QALYs.

    With fewer QALYs at lower cost it is the saving per QALY forgone.
    """
    if verdict(cost, qaly) in ("more costly, more effective", SAVING):
        return cost / qaly
    return math.nan


def totals(outcomes: xr.Dataset, suffix: str = "") -> tuple[xr.DataArray, xr.DataArray]:
    """Total cost and QALYs by strategy and draw."""
    cost, qaly = outcomes["cost" + suffix], outcomes["qaly" + suffix]
    return _added_up(cost, "item"), _added_up(qaly, "source")


def _added_up(values: xr.DataArray, dim: str) -> xr.DataArray:
    """One part after the other, so that a draw's last digit doesn't hang on how many there are."""
    none = values.isel({dim: slice(0)}).sum(dim)
    parts = values.transpose(dim, ...).values
    return none.copy(data=reduce(operator.add, parts, none.values))


def compare(outcomes: xr.Dataset, intervention: str, comparator: str, draw: int = 0) -> Comparison:
    """Compare two strategies in one draw.

    Args:
        outcomes: Of `evaluate`, with items and sources.

    Examples:
        >>> from hecon import compare, evaluate, load_study
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> found = compare(evaluate(study.model, study.base_case()), *study.compared)
        >>> found.verdict, round(found.qaly, 3)
        ('more costly, more effective', 0.174)
    """
    cost, qaly = totals(outcomes)
    increments = [
        float(difference(x.sel(strategy=intervention)[draw], x.sel(strategy=comparator)[draw]))
        for x in (cost, qaly, outcomes["life_years"])
    ]
    return comparison(intervention, comparator, *increments)


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
    costs = "the same" if found.cost == 0 else "more" if found.cost > 0 else "less"
    if found.verdict == "dominant":
        return f"{a} dominates {b}: it costs {costs} and gives more QALYs."
    if found.verdict == "dominated":
        return f"{a} is dominated by {b}: it costs {costs} and gives fewer QALYs."
    if found.verdict == "more costly, more effective":
        return f"{a} against {b}: {currency} {found.icer:,.0f} per QALY gained."
    if found.verdict == SAVING:
        return f"{a} against {b} saves {currency} {found.icer:,.0f} per QALY forgone."
    return f"{a} against {b}: {found.verdict}."
