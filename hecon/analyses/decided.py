"""Everything that follows from a table of draws alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.drawn import LEAST_DRAWS
from hecon.analyses.draws_table import LARGEST, DrawsTable, checked_thresholds
from hecon.analyses.frontier import frontier
from hecon.analyses.information import checked_sets, evppi
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.ranking import ranking
from hecon.engine.arrays import Array

#: Points of a grid of thresholds where none is given.
STEPS = 41
#: Strategies up to which every rank at every threshold is worked out, and shown in figures.
MANY = 12
#: Thresholds at which partial information is estimated, about.
FEW = 10


@dataclass(frozen=True)
class Decided:
    """What was found in a table of draws, at a grid of thresholds and looked at at one."""

    table: DrawsTable
    grid: Array
    threshold: float
    means: pd.DataFrame  #: Cost, effect and net benefit by strategy, see `summary`.
    #: frontier, curves, ranks, running, needed: See `frontier`, `decision`, `ranking` (of more than
    #: `MANY` strategies at the one threshold alone), `convergence` and `draws_needed`.
    frontier: pd.DataFrame
    curves: xr.Dataset
    ranks: xr.Dataset
    running: pd.DataFrame
    needed: pd.DataFrame
    #: singles, sets: See `evppi`; no rows with fewer than `LEAST_DRAWS` draws.
    singles: pd.DataFrame
    sets: pd.DataFrame

    @property
    def few(self) -> bool:
        """Whether there are few enough strategies to show each."""
        return len(self.table.strategies) <= MANY

    @property
    def order(self) -> list[str]:
        """Strategies by net benefit at the threshold, the best first."""
        benefit = self.table.benefit(self.threshold).mean(axis=1)
        return [self.table.strategies[i] for i in np.argsort(-benefit, kind="stable")]

    @property
    def compared(self) -> tuple[str, str]:
        """The best strategy at the threshold, and the one before it on the frontier.

        The first on the frontier is what the one after it is compared with; if it is alone there,
        it is compared with the one that has the second highest net benefit.
        """
        best, second = self.order[:2]
        steps = self.frontier[self.frontier["against"] != ""].set_index("strategy")["against"]
        if best in steps.index:
            return best, str(steps[best])
        after = steps.index[steps == best]
        return (str(after[0]), best) if len(after) else (best, second)


def decided(
    table: DrawsTable,
    thresholds: Sequence[float] | Array,
    threshold: float,
    sets: Mapping[str, Sequence[str]],
    method: str = "auto",
) -> Decided:
    """Work out everything that a table of draws tells.

    Args:
        thresholds: The grid of the curves; `threshold` is added to it.
        sets: Sets of parameters to learn about together, by name.
        method: How partial information is estimated, see `evppi`.
    """
    checked_sets(table, sets)
    (at,) = checked_thresholds([threshold]).tolist()
    grid = checked_thresholds(thresholds)
    whole = np.union1d(grid, [at])
    figures = {"cost": table.cost, "effect": table.effect, "nmb": table.benefit(at)}
    singles, groups = pd.DataFrame(), pd.DataFrame()
    if table.draws >= LEAST_DRAWS:
        some = np.union1d(grid[:: max(1, len(grid) // FEW)], [at])
        if table.varying:
            singles = evppi(table, some, None, method)
        if sets:
            groups = evppi(table, some, sets, method)
    return Decided(
        table,
        grid,
        at,
        summary(table.strategies, figures),
        mean_frontier(table),
        decision(table.strategies, table.cost, table.effect, whole),
        ranking(table, whole if len(table.strategies) <= MANY else [at]),
        convergence(table, at),
        draws_needed(table, at),
        singles,
        groups,
    )


def mean_frontier(table: DrawsTable) -> pd.DataFrame:
    """The frontier of the means."""
    return frontier(table.strategies, table.cost.mean(axis=1), table.effect.mean(axis=1))


def natural_grid(table: DrawsTable) -> tuple[Array, float, str]:
    """Thresholds that suit a table, and one to look at.

    Returns:
        `STEPS` thresholds from 0 to twice a round number; that number: the highest ICER on the
        frontier of means, rounded up to one digit, or 100,000 if the frontier has no step; and what
        that number is, in words.
    """
    found = mean_frontier(table)
    highest = found["icer"].max()
    if not 0 < highest < LARGEST / 2:
        words = "a round number, for the frontier has no step to go by"
        return np.linspace(0.0, 200_000.0, STEPS), 100_000.0, words
    digit = 10.0 ** np.floor(np.log10(highest))
    middle = float(np.ceil(highest / digit - 1e-9) * digit)
    words = "the highest step of the frontier, rounded up"
    return np.linspace(0.0, 2 * middle, STEPS), middle, words
