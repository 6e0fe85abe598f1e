"""Everything that `hecon decide` writes: tables, exports, figures and a workbook, together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console

from hecon.analyses.decision_tables import MANY, decision_tables, information_tables
from hecon.analyses.drawn import LEAST_DRAWS
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.exports import write_exports
from hecon.analyses.information import checked_sets
from hecon.analyses.plane import plane
from hecon.analyses.probabilistic import decision
from hecon.analyses.ranking import ranking
from hecon.errors import FaultList
from hecon.report.decide.draws import conclusion, print_tables, worth
from hecon.report.decide.information import print_information
from hecon.report.decide.words import conclude
from hecon.report.figures.bars import partial_information
from hecon.report.figures.convergence import convergence_picture
from hecon.report.figures.frontier import frontier_picture
from hecon.report.figures.picture import Picture, write_pictures
from hecon.report.figures.plane import plane_picture
from hecon.report.figures.ranking import ranking_picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.thresholds import (
    acceptability,
    acceptability_frontier,
    expected_loss,
    perfect_information,
)
from hecon.report.files import write_table
from hecon.report.names import file_name
from hecon.report.staging import publish, staging

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


def print_decided(found: Decided, currency: str, effect: str, chosen: str, to: Console) -> str:
    """Print what was found, with one conclusion, which it gives.

    Parameters
    ----------
    chosen
        How the threshold came about where nobody chose it; else empty.
    """
    table, at = found.table, found.threshold
    many = "draws" if table.draws > 1 else "draw"
    to.print(f"{table.draws:,} {many} of {len(table.strategies)} strategies", style="bold")
    for note in (*table.notes, chosen):
        if note:
            to.print(note)
    to.print()
    print_tables(found.tables, at, currency, effect, to)
    text = conclusion(found.tables, table.draws, at, currency, effect)
    text = f"{text} {chosen}".strip()
    if found.partial.empty:
        text += f" {worth(found.tables, at, currency)}"
        conclude(text, to)
    else:
        to.print()
        perfect = found.tables["information"]
        text = print_information(
            perfect, found.partial, at, None, currency, effect, to, opening=text
        )
    if table.draws < LEAST_DRAWS:
        to.print(
            f"{table.draws:,} {many}: too few for the value of single parameters; {LEAST_DRAWS} "
            "are needed."
        )
    if len(table.strategies) > MANY:
        to.print(
            f"With more than {MANY} strategies, figures that show each are not drawn, the workbook "
            "holds values without formulas, and places are worked out at one threshold."
        )
    return text


def refuse_taken(table: str, out: Path) -> None:
    """Raise InputError if a file stands where the folder of outputs belongs, or the reverse."""
    outputs, report = decision_paths(table, out)
    faults = FaultList()
    if outputs.is_file():
        faults.add(str(outputs), None, None, "is a file, needed is a folder")
    if report.is_dir():
        faults.add(str(report), None, None, "is a folder, needed is a file")
    faults.raise_if_any()


def decision_paths(table: str, out: Path) -> tuple[Path, Path]:
    """The folder ``outputs/NAME_decision`` and the workbook ``reports/NAME_decision.xlsx``."""
    name = f"{file_name(table.split('.')[0])}_decision"
    return out / "outputs" / name, out / "reports" / f"{name}.xlsx"


def write_decided(
    found: Decided,
    conclusion: str,
    currency: str,
    effect: str,
    out: Path,
    write_decision_book: Callable[..., None],
    tell: Callable[[str, int, int], None],
) -> tuple[Path, Path]:
    """Write all files below `out`, or none.

    Returns
    -------
    tuple
        As `decision_paths`: the folder (tables, ``exports/`` for BCEA, dampack and voi,
        ``figures/``) and the workbook.
    """
    outputs, report = decision_paths(found.table.name, out)
    name = outputs.name
    with staging(out) as staged:
        folder = staged / name
        folder.mkdir()
        tell("Tables", 0, 1)
        for label, frame in {**found.tables, "partial_information": found.partial}.items():
            if not frame.empty:
                write_table(frame, folder / f"{label}.csv")
        write_exports(found.table, found.grid, folder / "exports", currency, found.threshold)
        tell("Figures", 0, 1)
        write_pictures(pictures(found, currency, effect), folder / "figures")
        tell("Workbook", 0, 1)
        book = staged / f"{name}.xlsx"
        unit = f"{currency} per {effect}".strip()
        write_decision_book(found.table, found.tables, found.partial, conclusion, unit, book)
        publish([(folder, outputs), (book, report)], staged)
    return outputs, report


def compared(found: Decided) -> tuple[str, str]:
    """The best strategy at the threshold, and the one before it on the frontier.

    The first on the frontier is what the one after it is compared with; if it is alone there,
    it is compared with the one that has the second highest net benefit.
    """
    order = np.argsort(-found.table.benefit(found.threshold).mean(axis=1), kind="stable")
    best, second = (found.table.strategies[i] for i in order[:2])
    table = found.tables["frontier"]
    steps = table[table["against"] != ""].set_index("strategy")["against"]
    if best in steps.index:
        return best, str(steps[best])
    after = steps.index[steps == best]
    return (str(after[0]), best) if len(after) else (best, second)


def pictures(found: Decided, currency: str, effect: str) -> list[Picture]:
    """The figures that a table allows; with many strategies, those that need not show each."""
    table, threshold, pair = found.table, found.threshold, compared(found)
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
    made = [perfect_information(curves, setting), acceptability_frontier(curves, setting)]
    if len(table.strategies) <= MANY:
        made = [
            frontier_picture(found.tables["frontier"], setting),
            acceptability(curves, setting),
            acceptability_frontier(curves, setting),
            expected_loss(curves, setting),
            perfect_information(curves, setting),
            ranking_picture(ranking(table, [threshold]), setting, threshold),
        ]
    if table.draws > 2:
        made.append(plane_picture(plane(table, *pair), *pair, setting))
    running = found.tables["convergence"]
    if running["draws"].nunique() > 1 and len(table.strategies) <= MANY:
        made.append(convergence_picture(running, setting))
    if not found.partial.empty:
        singles = found.partial[found.partial["kind"] == "parameter"]
        made.append(partial_information(singles, setting, threshold))
    return made
