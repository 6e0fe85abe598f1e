"""The probability of each place: how often a strategy is best, second, third, and so on."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hecon.analyses.draws_table import DrawsTable, checked_thresholds
from hecon.analyses.probabilistic import first_of_best, rounding
from hecon.engine.arrays import Array


def ranking(table: DrawsTable, thresholds: Sequence[float] | Array) -> xr.Dataset:
    """How often each strategy takes each place.

    Returns:
        ``probability`` (strategy, place, threshold), places counted from 1, and ``mean_place``
        (strategy, threshold). Net benefits that are equal up to rounding are placed in the order of
        the strategies.

    Notes:
        Rankograms as in network meta-analysis: Salanti, Ades, Ioannidis (2011), Journal of Clinical
        Epidemiology 64:163.
    """
    grid = checked_thresholds(thresholds)
    count = len(table.strategies)
    probability = np.empty((count, count, len(grid)))
    for column, threshold in enumerate(grid.tolist()):
        benefit = table.benefit(threshold)
        tolerance = rounding(threshold, table.cost, table.effect)
        for place in range(count):
            taken = first_of_best(benefit, tolerance)
            probability[:, place, column] = np.bincount(taken, minlength=count) / table.draws
            benefit[taken, np.arange(table.draws)] = -np.inf
    places = np.arange(1, count + 1)
    return xr.Dataset(
        {
            "probability": (("strategy", "place", "threshold"), probability),
            "mean_place": (
                ("strategy", "threshold"),
                np.einsum("spt,p->st", probability, places.astype(float)),
            ),
        },
        coords={"strategy": list(table.strategies), "place": places, "threshold": grid},
    )
