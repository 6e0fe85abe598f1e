"""The cost-effectiveness frontier: strong and extended dominance, and each step's ICER."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Costs and effects that differ by less than this share of the largest are equal.
_TIE = 1e-12


def frontier(strategies: Sequence[str], cost: Array, effect: Array) -> pd.DataFrame:
    """Order strategies by cost and find the efficient ones.

    Parameters
    ----------
    cost, effect
        Means by strategy, shape (strategies,).

    Returns
    -------
    pd.DataFrame
        One row a strategy in order of cost: ``strategy``, ``cost``, ``effect``, ``status``
        (``on the frontier``, ``dominated``, ``extendedly dominated``), ``against`` (the next
        best strategy on the frontier), ``cost_difference``, ``effect_difference``, ``icer``.

    Notes
    -----
    Drummond et al. (2015), Methods for the Economic Evaluation of Health Care Programmes, ch. 4.
    Ties in cost are ordered by effect, then by position; costs and effects that differ by less
    than 1e-12 of the largest are equal, so rounding decides nothing.
    """
    cheap, slight = _TIE * np.abs(cost).max(), _TIE * np.abs(effect).max()
    order = sorted(range(len(strategies)), key=lambda i: (cost[i], -effect[i], i))
    efficient: list[int] = []
    status = dict.fromkeys(order, "on the frontier")
    for i in order:
        if efficient and effect[i] <= effect[efficient[-1]] + slight:
            status[i] = "dominated"
            continue
        while efficient and cost[i] <= cost[efficient[-1]] + cheap:
            status[efficient.pop()] = "dominated"
        while len(efficient) >= 2:
            a, b = efficient[-2], efficient[-1]
            before = (cost[b] - cost[a]) / (effect[b] - effect[a])
            if (cost[i] - cost[b]) / (effect[i] - effect[b]) > before:
                break
            status[b] = "extendedly dominated"
            efficient.pop()
        efficient.append(i)
    rows = []
    for i in order:
        row = {
            "strategy": strategies[i],
            "cost": float(cost[i]),
            "effect": float(effect[i]),
            "status": status[i],
            "against": "",
            "cost_difference": math.nan,
            "effect_difference": math.nan,
            "icer": math.nan,
        }
        if status[i] == "on the frontier" and efficient.index(i) > 0:
            a = efficient[efficient.index(i) - 1]
            row["against"] = strategies[a]
            row["cost_difference"] = float(cost[i] - cost[a])
            row["effect_difference"] = float(effect[i] - effect[a])
            row["icer"] = float((cost[i] - cost[a]) / (effect[i] - effect[a]))
        rows.append(row)
    return pd.DataFrame(rows)
