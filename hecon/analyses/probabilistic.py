"""Reductions of a probabilistic analysis: means, acceptability and the value of information."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]


def decision(
    strategies: Sequence[str], cost: Array, effect: Array, thresholds: Array
) -> xr.Dataset:
    """Acceptability and the value of perfect information over a range of thresholds.

    Parameters
    ----------
    cost, effect
        Draws by strategy, shape (strategies, draws).
    thresholds
        Values of a QALY, shape (thresholds,).

    Returns
    -------
    xr.Dataset
        ``nmb`` (strategy, threshold): mean net monetary benefit; ``probability_best`` (strategy,
        threshold): the acceptability curve; ``best`` (threshold): the strategy with the highest
        mean, ``probability_frontier`` (threshold): the acceptability frontier; ``evpi``
        (threshold): expected value of perfect information per person.

    Notes
    -----
    Fenwick, Claxton, Sculpher (2001), Health Economics 10:779; Briggs, Claxton, Sculpher (2006).
    Ties go to the strategy named first.
    """
    means, shares, perfect = [], [], []
    for threshold in thresholds:
        benefit = threshold * effect - cost
        winner = benefit.argmax(axis=0)
        means.append(benefit.mean(axis=1))
        shares.append(np.bincount(winner, minlength=len(strategies)) / benefit.shape[1])
        perfect.append(benefit.max(axis=0).mean())
    nmb = np.stack(means, axis=1)
    share = np.stack(shares, axis=1)
    best = nmb.argmax(axis=0)
    columns = np.arange(len(thresholds))
    return xr.Dataset(
        {
            "nmb": (("strategy", "threshold"), nmb),
            "probability_best": (("strategy", "threshold"), share),
            "best": ("threshold", np.array(strategies)[best]),
            "probability_frontier": ("threshold", share[best, columns]),
            "evpi": ("threshold", np.array(perfect) - nmb[best, columns]),
        },
        coords={"strategy": list(strategies), "threshold": thresholds},
    )


def summary(strategies: Sequence[str], figures: dict[str, Array]) -> pd.DataFrame:
    """Means with Monte Carlo standard errors and 95 % intervals of the draws.

    Parameters
    ----------
    figures
        By name, draws by strategy of shape (strategies, draws).
    """
    rows = []
    for name, values in figures.items():
        draws = values.shape[1]
        for strategy, row in zip(strategies, values, strict=True):
            low, high = np.quantile(row, [0.025, 0.975])
            error = row.std(ddof=1) / np.sqrt(draws) if draws > 1 else np.nan
            rows.append(
                {
                    "strategy": strategy,
                    "figure": name,
                    "mean": row.mean(),
                    "standard_error": error,
                    "low": low,
                    "high": high,
                }
            )
    return pd.DataFrame(rows)
