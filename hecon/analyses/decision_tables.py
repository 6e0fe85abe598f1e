"""Everything that follows from a table of draws alone, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.draws_table import LARGEST, DrawsTable, checked_thresholds
from hecon.analyses.frontier import frontier
from hecon.analyses.information import evppi
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.ranking import ranking

Array = NDArray[np.float64]

#: Points of a grid of thresholds where none is given.
STEPS = 41
#: Strategies up to which every place at every threshold is worked out, and shown in figures.
MANY = 12


def decision_tables(
    table: DrawsTable, thresholds: Sequence[float] | Array, threshold: float
) -> dict[str, pd.DataFrame]:
    """Means, frontier, acceptability, value of information, ranking and convergence.

    Parameters
    ----------
    thresholds
        The grid of the curves.
    threshold
        Where ranking is printed and convergence is looked at; it is added to the grid.

    Returns
    -------
    dict of pd.DataFrame
        ``means`` (cost, effect and net benefit at `threshold`), ``frontier``,
        ``acceptability`` (a row a threshold and strategy: ``nmb``, ``nhb``,
        ``probability_best``, ``expected_loss``), ``information`` (a row a threshold: ``best``,
        ``probability_frontier``, ``evpi``, ``evpi_error``), ``ranking`` (with more than `MANY`
        strategies at `threshold` alone), ``convergence`` and ``draws_needed``.
    """
    (focus,) = checked_thresholds([threshold]).tolist()
    grid = np.union1d(checked_thresholds(thresholds), [focus])
    found = decision(table.strategies, table.cost, table.effect, grid)
    figures = {"cost": table.cost, "effect": table.effect, "nmb": table.benefit(focus)}
    places = ranking(table, grid if len(table.strategies) <= MANY else [focus])
    by_both = ["nmb", "nhb", "probability_best", "expected_loss"]
    by_threshold = ["best", "probability_frontier", "evpi", "evpi_error"]
    return {
        "means": summary(table.strategies, figures),
        "frontier": frontier(table.strategies, table.cost.mean(axis=1), table.effect.mean(axis=1)),
        "acceptability": found[by_both]
        .to_dataframe(dim_order=["threshold", "strategy"])
        .reset_index(),
        "information": found[by_threshold].to_dataframe().reset_index(),
        "ranking": places["probability"]
        .to_dataframe(dim_order=["threshold", "strategy", "place"])
        .reset_index(),
        "convergence": convergence(table, focus),
        "draws_needed": draws_needed(table, focus),
    }


def information_tables(
    table: DrawsTable,
    thresholds: Sequence[float] | Array,
    groups: Mapping[str, Sequence[str]],
    method: str = "auto",
    singles: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """EVPPI of every parameter that varies and of every group, with a column ``kind``.

    Returns
    -------
    pd.DataFrame
        The columns of `evppi` after ``kind``: ``parameter`` or ``group``.
    """
    parts = []
    if singles and table.varying:
        parts.append(("parameter", evppi(table, thresholds, None, method, progress)))
    if groups:
        parts.append(("group", evppi(table, thresholds, groups, method, progress)))
    for kind, part in parts:
        part.insert(0, "kind", kind)
    return pd.concat([part for _, part in parts], ignore_index=True) if parts else pd.DataFrame()


def natural_grid(table: DrawsTable) -> tuple[Array, float, str]:
    """Thresholds that suit a table, and one to look at.

    Returns
    -------
    tuple
        `STEPS` thresholds from 0 to twice a round number; that number: the highest ICER on the
        frontier of means, rounded up to one digit, or 100,000 if the frontier has no step; and
        what that number is, in words.
    """
    found = frontier(table.strategies, table.cost.mean(axis=1), table.effect.mean(axis=1))
    highest = found["icer"].max()
    if not 0 < highest < LARGEST / 2:
        words = "a round number, for the frontier has no step to go by"
        return np.linspace(0.0, 200_000.0, STEPS), 100_000.0, words
    digit = 10.0 ** np.floor(np.log10(highest))
    middle = float(np.ceil(highest / digit - 1e-9) * digit)
    words = "the highest step of the frontier, rounded up"
    return np.linspace(0.0, 2 * middle, STEPS), middle, words
