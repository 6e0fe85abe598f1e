"""The incremental cost-effectiveness plane: quadrants and a credible ellipse."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.analyses.draws_table import DrawsTable
from hecon.engine.arrays import Array


@dataclass(frozen=True)
class Plane:
    """One strategy against another over the draws."""

    #: effect, cost: Increments by draw, shape (draws,).
    effect: Array
    cost: Array
    ellipse: pd.DataFrame  #: Points of the boundary: ``effect``, ``cost``.
    #: Share of draws by what they mean: ``more costly, more effective`` and so on.
    quadrants: dict[str, float]


def plane(
    table: DrawsTable, intervention: str, comparator: str, level: float = 0.95, points: int = 181
) -> Plane:
    """Increments, quadrant shares and the ellipse that holds a share of a bivariate normal.

    Notes:
        Van Hout et al. (1994), Health Economics 3:309: the ellipse with the draws' means and
        covariances; its squared radius is the chi-square quantile -2 log(1 - level).
    """
    pair = table.with_strategies([intervention, comparator])
    effect, cost = pair.effect[0] - pair.effect[1], pair.cost[0] - pair.cost[1]
    values, vectors = np.linalg.eigh(np.cov(effect, cost))
    radius = np.sqrt(-2 * np.log1p(-level) * np.maximum(values, 0.0))
    angle = np.linspace(0.0, 2 * np.pi, points)
    edge = vectors @ (radius[:, None] * np.vstack([np.cos(angle), np.sin(angle)]))
    ellipse = pd.DataFrame({"effect": effect.mean() + edge[0], "cost": cost.mean() + edge[1]})
    quadrants = {
        "more costly, more effective": float(((cost > 0) & (effect > 0)).mean()),
        "dominant": float(((cost <= 0) & (effect > 0)).mean()),
        "dominated": float(((cost > 0) & (effect <= 0)).mean()),
        "less costly, less effective": float(((cost <= 0) & (effect <= 0)).mean()),
    }
    return Plane(effect, cost, ellipse, quadrants)
