"""Reductions of a probabilistic analysis: means, acceptability and the value of information."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hecon.analyses.ties import TIE
from hecon.engine.arrays import Array


def decision(
    strategies: Sequence[str], cost: Array, effect: Array, thresholds: Array
) -> xr.Dataset:
    """Acceptability and the value of perfect information over a range of thresholds.

    Args:
        cost, effect: Draws by strategy, shape (strategies, draws).
        thresholds: Values of a QALY, shape (thresholds,).

    Returns:
        By strategy and threshold: ``nmb`` and ``nhb``, mean net monetary and net health benefit
        (NaN at a threshold of 0), ``probability_best``, the acceptability curve, and
        ``expected_loss``, what choosing the strategy forgoes on average. By threshold: ``best``,
        the strategy with the highest mean, ``probability_frontier``, its probability of being best
        (the acceptability frontier), and ``evpi``, the expected value of perfect information per
        person, with ``evpi_error``, its Monte Carlo standard error (NaN for one draw).

    Notes:
        Fenwick, Claxton, Sculpher (2001), Health Economics 10:779; Briggs, Claxton, Sculpher
        (2006); expected loss: Alarid-Escudero et al. (2019), Value in Health 22:611. Net benefits
        within 1e-12 of the amounts they are made of are tied, and a tie goes to the strategy named
        first, so rounding decides nothing.

    Examples:
        >>> import numpy as np
        >>> from hecon import decision
        >>> cost, effect = np.array([[0.0, 0.0], [10.0, 30.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
        >>> found = decision(["usual care", "new"], cost, effect, np.array([25.0]))
        >>> str(found["best"].values[0]), float(found["evpi"][0])
        ('new', 2.5)
    """
    names = list(strategies)
    shape = (len(names), len(thresholds))
    nmb, share = np.empty(shape), np.empty(shape)
    loss, error = np.empty(shape), np.empty(shape[1])
    best = np.empty(shape[1], dtype=int)
    for column, threshold in enumerate(thresholds):
        benefit = threshold * effect - cost
        winner = first_of_best(benefit, rounding(threshold, cost, effect))
        nmb[:, column] = benefit.mean(axis=1)
        share[:, column] = np.bincount(winner, minlength=len(names)) / benefit.shape[1]
        highest = nmb[:, [column]]
        best[column] = first_of_best(highest, TIE * np.abs(highest).max())[0]
        lost = benefit.max(axis=0) - benefit
        loss[:, column] = lost.mean(axis=1)
        draws = benefit.shape[1]
        error[column] = lost[best[column]].std() / np.sqrt(draws) if draws > 1 else np.nan
    columns = np.arange(shape[1])
    over = np.where(np.asarray(thresholds) > 0, thresholds, np.nan)
    both = ("strategy", "threshold")
    return xr.Dataset(
        {
            "nmb": (both, nmb),
            "nhb": (both, nmb / over),
            "probability_best": (both, share),
            "expected_loss": (both, loss),
            "best": ("threshold", np.array(names)[best]),
            "probability_frontier": ("threshold", share[best, columns]),
            "evpi": ("threshold", loss[best, columns]),
            "evpi_error": ("threshold", error),
        },
        coords={"strategy": names, "threshold": thresholds},
    )


def rounding(threshold: float, cost: Array, effect: Array) -> float:
    """Differences of net benefit below this are rounding."""
    return float(TIE * (threshold * np.abs(effect) + np.abs(cost)).max())


def first_of_best(benefit: Array, tolerance: float) -> NDArray[np.int64]:
    """Position of the first strategy whose benefit is the highest, up to rounding, by draw."""
    return np.asarray((benefit >= benefit.max(axis=0) - tolerance).argmax(axis=0))


def summary(strategies: Sequence[str], figures: dict[str, Array]) -> pd.DataFrame:
    """Means with Monte Carlo standard errors and 95 % intervals of the draws.

    Args:
        figures: By name, draws by strategy of shape (strategies, draws).
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
