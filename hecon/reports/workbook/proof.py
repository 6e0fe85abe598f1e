"""Proof: two independent spreadsheet engines replay scenarios, ranges and draws, against Python."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import formualizer
import numpy as np
import openpyxl
import pandas as pd
from rich.console import Console

from hecon.analyses.comparison import totals
from hecon.analyses.results import Results
from hecon.reports.workbook.book import build_workbook
from hecon.reports.workbook.cached import (
    CellValue,
    cell_values,
    libreoffice_recalculated,
    with_cells,
)
from hecon.reports.workbook.context import MODES, REPLAYED
from hecon.reports.workbook.layout import letter
from hecon.reports.workbook.sheets.inputs import AGREES, SELECTORS

#: Parameters whose two ends are replayed, and draws spread over those that the workbook holds.
PARAMETERS = 10
DRAWS = 25

#: Workbooks that one start of LibreOffice recalculates.
TOGETHER = 10

_LABELS = {"cost": "Total cost", "qaly": "Total qaly", "life_years": "Life-years, discounted"}


@dataclass(frozen=True)
class Replay:
    """One thing to choose on Inputs, and Python's totals for it by figure and strategy."""

    name: str
    chosen: dict[int, str | float]
    expected: dict[str, list[float]]


def replays(results: Results) -> Iterator[Replay]:
    """The base case, every scenario, both ends of the widest ranges, and spread draws."""
    strategies = results.study.model.strategies

    def expected(row: pd.Series) -> dict[str, list[float]]:
        return {w: [float(row[f"{w} {s}"]) for s in strategies] for w in _LABELS}

    yield Replay("base case", {0: MODES[0]}, expected(results.base_table.iloc[0]))
    for _, row in results.scenarios.iterrows():
        name = str(row["scenario"])
        yield Replay(f"scenario {name}", {0: MODES[1], 1: name}, expected(row))
    for _, row in results.one_way.iloc[: 2 * PARAMETERS].iterrows():
        chosen: dict[int, str | float] = {
            0: MODES[2],
            2: str(row["parameter"]),
            3: str(row["end"]),
        }
        yield Replay(f"{row['parameter']} {row['end']}", chosen, expected(row))
    outcomes = results.probabilistic.outcomes
    cost, qaly = totals(outcomes)
    held = min(REPLAYED, outcomes.sizes["draw"])
    for draw in np.unique(np.linspace(1, held, DRAWS).round().astype(int)).tolist():
        figures = {
            "cost": cost.values[:, draw - 1].tolist(),
            "qaly": qaly.values[:, draw - 1].tolist(),
            "life_years": outcomes["life_years"].values[:, draw - 1].tolist(),
        }
        yield Replay(f"draw {draw}", {0: MODES[3], 4: draw}, figures)


def prove(
    results: Results,
    listed: Sequence[Replay] | None = None,
    *,
    libreoffice: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """Replay everything, or the replays listed, in both engines.

    Returns
    -------
    pd.DataFrame
        One row a replay: ``replay``, and for each engine the worst relative difference of the
        discounted totals from Python's, ``formualizer`` and, if asked for, ``libreoffice``.

    Raises
    ------
    LibreOfficeMissing
        If LibreOffice is asked for and not installed.
    """
    listed = list(replays(results)) if listed is None else listed
    tell = progress or (lambda what, done, total: None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text:
        folder = Path(text)
        plain = folder / "plain.xlsx"
        build_workbook(results).save(plain)
        places = _places(plain)
        table = pd.DataFrame({"replay": [r.name for r in listed]})
        table["formualizer"] = _formualizer(plain, listed, places, tell)
        if libreoffice:
            table["libreoffice"] = _libreoffice(plain, listed, places, folder, tell)
        return table


def _formualizer(
    plain: Path,
    listed: Sequence[Replay],
    places: dict[str, int],
    tell: Callable[[str, int, int], None],
) -> list[float]:
    """Worst difference of each replay in the engine that the report's values come from."""
    book = formualizer.Workbook.from_path(str(plain))
    inputs = book.sheet("Inputs")
    worst = []
    for done, replay in enumerate(listed, start=1):
        for offset, value in replay.chosen.items():
            inputs.set_value(SELECTORS + offset, 3, value)
        book.evaluate_all()
        found = lambda what, j: book.evaluate_cell("Results", places[what], 2 + j)  # noqa: E731
        worst.append(_worst(replay, found))
        tell("Replaying in formualizer", done, len(listed))
    return worst


def _libreoffice(
    plain: Path,
    listed: Sequence[Replay],
    places: dict[str, int],
    folder: Path,
    tell: Callable[[str, int, int], None],
) -> list[float]:
    """The same in LibreOffice, which recalculates files without stored values."""
    worst: list[float] = []
    for start in range(0, len(listed), TOGETHER):
        batch = listed[start : start + TOGETHER]
        work = folder / f"batch{start}"
        work.mkdir()
        paths = []
        for i, replay in enumerate(batch):
            cells: dict[str, str | float] = {
                f"C{SELECTORS + offset}": value for offset, value in replay.chosen.items()
            }
            paths.append(work / f"chosen{i}.xlsx")
            with_cells(plain, paths[-1], "Inputs", cells)
        for replay, written in zip(
            batch, libreoffice_recalculated(paths, work, timeout=60.0 * len(batch)), strict=True
        ):
            values = cell_values(written, "Results")

            def found(what: str, j: int, values: Mapping[str, CellValue] = values) -> object:
                return values.get(f"{letter(2 + j)}{places[what]}")

            worst.append(_worst(replay, found))
        shutil.rmtree(work, ignore_errors=True)
        tell("Replaying in LibreOffice", len(worst), len(listed))
    return worst


def _places(path: Path) -> dict[str, int]:
    """Rows of the totals on Results."""
    sheet = openpyxl.load_workbook(path, read_only=True)["Results"]
    found: dict[str, int] = {}
    for number, cells in enumerate(sheet.iter_rows(max_col=1, values_only=True), start=1):
        for what, label in _LABELS.items():
            if isinstance(cells[0], str) and cells[0].startswith(label):
                found.setdefault(what, number)
    return found


def _worst(replay: Replay, found: Callable[[str, int], object]) -> float:
    """Largest relative difference of a replay's totals; infinite where there is no number."""
    worst = 0.0
    for what, values in replay.expected.items():
        for j, expected in enumerate(values):
            value = found(what, j)
            if not isinstance(value, float | int):
                return float("inf")
            worst = max(worst, abs(value - expected) / max(abs(expected), 1e-12))
    return worst


def print_proof(table: pd.DataFrame, console: Console) -> bool:
    """Print the worst difference of each engine and every replay above the limit.

    Returns True if there is none.
    """
    engines = [c for c in table.columns if c != "replay"]
    for engine in engines:
        values = table[engine].to_numpy(dtype=float)
        where = int(values.argmax())
        console.print(
            f"{engine}: {len(table)} replays, worst relative difference {values[where]:.1e} "
            f"({table['replay'].iloc[where]})"
        )
    failed = table[~(table[engines] <= AGREES).all(axis=1)]
    for _, row in failed.iterrows():
        console.print(
            f"differs: {row['replay']}: " + ", ".join(f"{e} {row[e]:.1e}" for e in engines)
        )
    return failed.empty
