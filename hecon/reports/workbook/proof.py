"""Proof: two independent spreadsheet engines replay scenarios, ranges and draws, against Python."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import formualizer
import numpy as np
import openpyxl
import pandas as pd

from hecon.analyses.comparison import totals
from hecon.analyses.results import Results
from hecon.reports.workbook.book import build_workbook
from hecon.reports.workbook.cached import Values, libreoffice_values
from hecon.reports.workbook.context import MODES, REPLAYED
from hecon.reports.workbook.sheets.inputs import SELECTORS

#: Parameters whose two ends are replayed, and draws spread over those that the workbook holds.
PARAMETERS = 10
DRAWS = 25

_LABELS = {"cost": "Total cost", "qaly": "Total qaly", "life_years": "Life-years, discounted"}


@dataclass(frozen=True)
class Replay:
    """One thing to choose on Inputs, and Python's totals for it by figure and strategy."""

    name: str
    chosen: dict[int, object]
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
        chosen: dict[int, object] = {0: MODES[2], 2: row["parameter"], 3: row["end"]}
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
    *,
    libreoffice: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """Replay everything in both engines.

    Returns
    -------
    pd.DataFrame
        One row a replay: ``replay``, and for each engine the worst relative difference of the
        discounted totals from Python's, ``formualizer`` and ``libreoffice`` (NaN if not asked).

    Raises
    ------
    LibreOfficeMissing
        If LibreOffice is asked for and not installed.
    """
    listed = list(replays(results))
    tell = progress or (lambda what, done, total: None)
    rows = []
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        plain = folder / "plain.xlsx"
        build_workbook(results).save(plain)
        places = _places(plain)
        book = formualizer.Workbook.from_path(str(plain))
        inputs = book.sheet("Inputs")
        for done, replay in enumerate(listed):
            tell("Replaying", done, len(listed))
            for offset, value in replay.chosen.items():
                inputs.set_value(SELECTORS + offset, 3, value)
            book.evaluate_all()
            live = _worst(
                replay, lambda what, j: book.evaluate_cell("Results", places[what], 2 + j)
            )
            second = float("nan")
            if libreoffice:
                values = _in_libreoffice(plain, replay, folder)
                second = _worst(
                    replay,
                    lambda what, j, values=values: values["Results"].get(  # type: ignore[misc]
                        f"{openpyxl.utils.get_column_letter(2 + j)}{places[what]}"
                    ),
                )
            rows.append((replay.name, live, second))
    return pd.DataFrame(rows, columns=["replay", "formualizer", "libreoffice"])


def _places(path: Path) -> dict[str, int]:
    """Rows of the totals on Results."""
    sheet = openpyxl.load_workbook(path, read_only=True)["Results"]
    found: dict[str, int] = {}
    for number, cells in enumerate(sheet.iter_rows(max_col=1, values_only=True), start=1):
        for what, label in _LABELS.items():
            if isinstance(cells[0], str) and cells[0].startswith(label):
                found.setdefault(what, number)
    return found


def _in_libreoffice(plain: Path, replay: Replay, folder: Path) -> Values:
    book = openpyxl.load_workbook(plain)
    for offset, value in replay.chosen.items():
        book["Inputs"].cell(SELECTORS + offset, 3).value = value  # type: ignore[assignment]
    path = folder / "chosen.xlsx"
    book.save(path)
    return libreoffice_values(path)


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
