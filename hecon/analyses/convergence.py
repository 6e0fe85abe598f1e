"""Monte Carlo error: how results settle as draws are added, and how many the decision needs."""

import numpy as np
import pandas as pd
from scipy import special

from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.probabilistic import first_of_best, rounding

#: Draws below which none is said to be enough: a standard deviation from fewer is a guess.
FEWEST = 100
#: Numbers of draws that are looked at.
POINTS = 40


def convergence(table: DrawsTable, threshold: float) -> pd.DataFrame:
    """Running results over the first draws.

    Looked at are numbers of draws evenly on the log scale from 100 to all; from a tenth where
    there are fewer than 1,000.

    Returns:
        One row a number of draws and strategy: ``draws``, ``strategy``, ``against`` (the strategy
        that is best with all draws; the best one itself against the second), ``nmb`` (running mean
        of incremental net benefit), ``standard_error``, ``low``, ``high`` (95 %),
        ``probability_best`` and ``evpi``.
    """
    benefit = table.benefit(threshold)
    order = np.argsort(-benefit.mean(axis=1), kind="stable")
    first = min(100, max(2, table.draws // 10), table.draws)
    sizes = np.unique(np.geomspace(first, table.draws, POINTS).round().astype(int))
    number = np.arange(1, table.draws + 1)
    winner = first_of_best(benefit, rounding(threshold, table.cost, table.effect))
    running = np.cumsum(benefit, axis=1) / number
    evpi = np.cumsum(benefit.max(axis=0)) / number - running.max(axis=0)
    tables = []
    for row, strategy in enumerate(table.strategies):
        other = int(order[1] if row == order[0] else order[0])
        increment = benefit[row] - benefit[other]
        centred = increment - increment.mean()
        mean = np.cumsum(centred) / number
        variance = np.maximum(np.cumsum(centred**2) / number - mean**2, 0.0)
        error = np.sqrt(variance / np.where(number > 1, number - 1, np.nan))
        mean = mean + increment.mean()
        found = {
            "draws": number,
            "nmb": mean,
            "standard_error": error,
            "low": mean - special.ndtri(0.975) * error,
            "high": mean + special.ndtri(0.975) * error,
            "probability_best": np.cumsum(winner == row) / number,
            "evpi": evpi,
        }
        one = pd.DataFrame({name: values[sizes - 1] for name, values in found.items()})
        one.insert(1, "strategy", strategy)
        one.insert(2, "against", table.strategies[other])
        tables.append(one)
    return pd.concat(tables, ignore_index=True)


def draws_needed(table: DrawsTable, threshold: float) -> pd.DataFrame:
    """How many draws show which strategy has the highest expected net benefit.

    Returns:
        One row a strategy other than the best: ``best``, ``strategy``, ``difference`` (of mean net
        benefit), ``standard_error``, ``needed`` (draws for an error that small at 95 %, at least
        `FEWEST`), ``draws`` (there are) and ``enough``. A difference of zero needs infinitely many:
        either choice is as good. One draw alone says nothing of its error: NaN.

    Notes:
        One-sided: n = (z sd / difference) ** 2, with the difference and the standard deviation of
        the draws at hand, so that common draws of strategies count in full (Hatswell et al. 2018,
        MDM Policy & Practice 3:2381468318809173).
    """
    benefit = table.benefit(threshold)
    best = int(benefit.mean(axis=1).argmax())
    z = float(special.ndtri(0.95))
    rows = []
    for row, strategy in enumerate(table.strategies):
        if row == best:
            continue
        difference = benefit[best] - benefit[row]
        mean = float(difference.mean())
        spread = float(difference.std(ddof=1)) if table.draws > 1 else np.nan
        needed = (z * spread / mean) ** 2 if mean > 0 else (np.inf if spread > 0 else 1.0)
        needed = needed if table.draws > 1 else np.nan
        rows.append(
            {
                "best": table.strategies[best],
                "strategy": strategy,
                "difference": mean,
                "standard_error": spread / np.sqrt(table.draws),
                "needed": float(np.ceil(np.maximum(needed, FEWEST))),
                "draws": table.draws,
                "enough": bool(np.maximum(needed, FEWEST) <= table.draws),
            }
        )
    return pd.DataFrame(rows)
