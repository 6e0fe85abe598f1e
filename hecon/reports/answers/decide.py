"""Everything that `hecon decide` writes: tables, exports, figures and a workbook, together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.analyses.decision_tables import decision_tables, information_tables
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.exports import write_exports
from hecon.analyses.information import checked_sets
from hecon.analyses.plane import plane
from hecon.analyses.probabilistic import decision
from hecon.analyses.ranking import ranking
from hecon.analyses.results import LEAST_DRAWS
from hecon.reports.figures.bars import partial_information
from hecon.reports.figures.convergence import convergence_picture
from hecon.reports.figures.frontier import frontier_picture
from hecon.reports.figures.picture import Picture, write_pictures
from hecon.reports.figures.plane import plane_picture
from hecon.reports.figures.ranking import ranking_picture
from hecon.reports.figures.setting import Setting
from hecon.reports.figures.thresholds import (
    acceptability,
    acceptability_frontier,
    expected_loss,
    perfect_information,
)
from hecon.reports.names import file_name
from hecon.reports.staging import publish, staging
from hecon.reports.workbook.decision_book import write_decision_book

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Decided:
    """What was found in a table of draws.

    Attributes
    ----------
    tables
        As `decision_tables` gives them.
    partial
        As `information_tables` gives them; no rows with too few draws.
    """

    table: DrawsTable
    grid: Array
    threshold: float
    tables: dict[str, pd.DataFrame]
    partial: pd.DataFrame


def decided(
    table: DrawsTable,
    grid: Array,
    threshold: float,
    sets: dict[str, list[str]],
    method: str = "auto",
) -> Decided:
    """Work out everything that a table of draws tells at a grid of thresholds."""
    checked_sets(table, sets)
    tables = decision_tables(table, grid, threshold)
    partial = pd.DataFrame()
    if table.draws >= LEAST_DRAWS:
        at = np.union1d(np.asarray(grid)[:: max(1, len(grid) // 10)], [threshold])
        partial = information_tables(table, at, sets, method)
    return Decided(table, np.asarray(grid, dtype=float), threshold, tables, partial)


def write_decided(
    found: Decided,
    conclusion: str,
    currency: str,
    effect: str,
    out: Path,
    tell: Callable[[str, int, int], None],
) -> tuple[Path, Path]:
    """Write all files below `out`, or none.

    Returns
    -------
    tuple
        The folder ``outputs/NAME_decision`` (tables, ``exports/`` for BCEA, dampack and voi,
        ``figures/``) and the workbook ``reports/NAME_decision.xlsx``.
    """
    name = f"{file_name(found.table.name.split('.')[0])}_decision"
    outputs, report = out / "outputs" / name, out / "reports" / f"{name}.xlsx"
    with staging(out) as staged:
        folder = staged / name
        folder.mkdir()
        tell("Tables", 0, 1)
        for label, frame in {**found.tables, "partial_information": found.partial}.items():
            if not frame.empty:
                frame.to_csv(folder / f"{label}.csv", index=False, lineterminator="\n")
        write_exports(found.table, found.grid, folder / "exports", currency)
        tell("Figures", 0, 1)
        write_pictures(pictures(found, currency, effect), folder / "figures")
        tell("Workbook", 0, 1)
        book = staged / f"{name}.xlsx"
        unit = f"{currency} per {effect}".strip()
        write_decision_book(found.table, found.tables, found.partial, conclusion, unit, book)
        publish([(folder, outputs), (book, report)], staged)
    return outputs, report


def pictures(found: Decided, currency: str, effect: str) -> list[Picture]:
    """The figures that a table of draws allows."""
    table, threshold = found.table, found.threshold
    setting = Setting(
        strategies=table.strategies,
        currency=currency,
        effect=effect,
        effects=f"{effect}s",
        threshold=threshold,
    )
    curves = decision(
        table.strategies, table.cost, table.effect, np.union1d(found.grid, [threshold])
    )
    order = np.argsort(-table.benefit(threshold).mean(axis=1), kind="stable")
    best, second = (table.strategies[i] for i in order[:2])
    made = [
        frontier_picture(found.tables["frontier"], setting),
        acceptability(curves, setting),
        acceptability_frontier(curves, setting),
        expected_loss(curves, setting),
        perfect_information(curves, setting),
        ranking_picture(ranking(table, [threshold]), setting, threshold),
    ]
    if table.draws > 2:
        made.append(plane_picture(plane(table, best, second), best, second, setting))
    running = found.tables["convergence"]
    if running["draws"].nunique() > 1:
        made.append(convergence_picture(running, setting))
    if not found.partial.empty:
        singles = found.partial[found.partial["kind"] == "parameter"]
        made.append(partial_information(singles, setting, threshold))
    return made
