"""The cost-effectiveness frontier: strong and extended dominance, and each step's ICER."""

import math
from collections.abc import Sequence
from functools import cmp_to_key

import numpy as np
import pandas as pd

from hecon.analyses.ties import TIE
from hecon.engine.arrays import Array

ON = "on the frontier"
#: Status of a strategy that costs and gives what one on the frontier does.
SAME = "no difference"
#: Steps whose costs per effect differ by less than this share are one straight line.
STRAIGHT = 1e-9


def _rises(cost: Array, effect: Array, a: int, b: int, c: int) -> bool:
    """Whether the step from b to c costs more per effect than that from a to b."""
    first = (cost[b] - cost[a]) / (effect[b] - effect[a])
    return bool((cost[c] - cost[b]) / (effect[c] - effect[b]) > first * (1 + STRAIGHT))


def frontier(strategies: Sequence[str], cost: Array, effect: Array) -> pd.DataFrame:
    """Order strategies by cost and find the efficient ones.

    Args:
        cost, effect: Means by strategy, shape (strategies,).

    Returns:
        One row a strategy in order of cost: ``strategy``, ``cost``, ``effect``, ``status`` (``on
        the frontier``, ``dominated``, ``extendedly dominated``, or ``no difference``: it costs and
        gives what one on the frontier does), ``against`` (the next best strategy on the frontier),
        ``cost_difference``, ``effect_difference``, ``icer``.

    Notes:
        Drummond et al. (2015), Methods for the Economic Evaluation of Health Care Programmes, ch.
        4. Ties in cost are ordered by effect, then by position. Costs and effects that differ by
        less than `TIE` of the largest are equal, and a strategy on the line between two others is
        extendedly dominated (no threshold prefers it to both), so that rounding decides nothing.

    Examples:
        >>> import numpy as np
        >>> from hecon import frontier
        >>> found = frontier(["A", "B", "C"], np.array([0.0, 90, 100]), np.array([0.0, 1, 2]))
        >>> found[["strategy", "status", "icer"]].to_dict("list")
        {'strategy': ['A', 'B', 'C'], 'status': ['on the frontier', 'extendedly dominated',
        'on the frontier'], 'icer': [nan, nan, 50.0]}
    """
    cheap, slight = TIE * np.abs(cost).max(), TIE * np.abs(effect).max()

    def before(i: int, j: int) -> int:
        if abs(cost[i] - cost[j]) > cheap:
            return -1 if cost[i] < cost[j] else 1
        if abs(effect[i] - effect[j]) > slight:
            return -1 if effect[i] > effect[j] else 1
        return i - j

    order = sorted(range(len(strategies)), key=cmp_to_key(before))
    efficient: list[int] = []
    status = dict.fromkeys(order, ON)
    twins: dict[int, int] = {}
    for i in order:
        if efficient and effect[i] <= effect[efficient[-1]] + slight:
            status[i] = "dominated"
            last = efficient[-1]
            if cost[i] <= cost[last] + cheap and effect[i] >= effect[last] - slight:
                twins[i] = last
            continue
        while len(efficient) >= 2 and not _rises(cost, effect, efficient[-2], efficient[-1], i):
            status[efficient.pop()] = "extendedly dominated"
        efficient.append(i)
    status |= {i: SAME if status[j] == ON else status[j] for i, j in twins.items()}
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
        if status[i] == ON and efficient.index(i) > 0:
            a = efficient[efficient.index(i) - 1]
            row["against"] = strategies[a]
            row["cost_difference"] = float(cost[i] - cost[a])
            row["effect_difference"] = float(effect[i] - effect[a])
            row["icer"] = float((cost[i] - cost[a]) / (effect[i] - effect[a]))
        rows.append(row)
    return pd.DataFrame(rows)
