"""The table of live draws: a text a draw, and beside it the figures that the text holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hecon.analyses.base_case import base_outcomes
from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_outcomes
from hecon.workbook.context import SELECTOR, Book
from hecon.workbook.data_table import put_table
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import EDITED, letter
from hecon.workbook.sheets.live_places import NUMBER, LivePlaces
from hecon.workbook.sheets.totals_sheet import write_totals

#: How a whole number stands in a draw's text, and its characters: Excel knows 15 digits.
FORMAT, LENGTH = "+000000000000000;-000000000000000", 16
#: Digits that the largest figure has as delivered; an edit may make a thousand times as much.
DIGITS = 12
KINDS = ("cost", "qaly")


@dataclass(frozen=True)
class Packing:
    """Cells that say how a draw's text is made."""

    form: str
    length: str
    steps: dict[str, str]  #: Steps to a unit of ``cost`` and of ``qaly``: their cells.
    numbers: list[float]  #: The same as numbers.
    others: str  #: 0, made from all other figures.


def packed(figures: Sequence[float], steps: Sequence[float]) -> str:
    """The text of a draw: each figure as a whole number of steps, of which so many make a unit."""
    numbers = (round(x * step) for x, step in zip(figures, steps, strict=True))
    return "".join(f"{number:+0{LENGTH}d}" for number in numbers)


def write_packing(book: Book, page: Page, row: int) -> tuple[Packing, int]:
    """How the figures of a draw stand in a text; the next free row."""
    page.heading(row, "How the figures of a draw are written in one text")
    steps = [10.0 ** (DIGITS - len(str(int(most)))) for most in _largest(book)]
    lines = (
        ("a whole number", FORMAT),
        ("its characters", LENGTH),
        (f"steps to 1 {book.currency}", steps[0]),
        ("steps to 1 QALY", steps[1]),
        ("0 times the number of all other figures", ""),
    )
    for i, (label, value) in enumerate(lines, start=row + 1):
        page.put(i, 1, label)
        page.put(i, 2, value, "text", "text" if value is FORMAT else "count")
    cells = [f"$B${row + i}" for i in range(1, 6)]
    return Packing(
        cells[0], cells[1], dict(zip(KINDS, cells[2:4], strict=True)), steps, cells[4]
    ), row + 7


def _figures(book: Book) -> np.ndarray:
    """Costs and QALYs by strategy: as delivered, then of each draw, a row each."""
    both = (book.run(base_outcomes), book.run(drawn_outcomes))
    rows = [
        np.vstack([x.sel(strategy=list(book.strategies)).values for x in totals(outcomes)])
        for outcomes in both
    ]
    return np.hstack(rows).T[: book.live_draws + 1]


def _largest(book: Book) -> list[float]:
    """The largest cost and the largest QALYs."""
    return [float(np.abs(part).max()) for part in np.split(_figures(book), 2, axis=1)]


def write_table(book: Book, page: Page, places: LivePlaces, packing: Packing) -> None:
    """The data table, and beside it the figures that its texts hold."""
    table, count = places.table, len(book.strategies)
    first, top = table.first - 2, table.first - 3
    totalled = book.after(write_totals).totals
    columns = [table.column(name) for name in table.columns[2:]]
    heads = ["draw", "all figures of it", "draw in use", "cells typed over"]
    heads += [f"cost {s} ({book.currency})" for s in book.strategies]
    heads += [f"qaly {s}" for s in book.strategies]
    page.headings(top, heads, table.left + 1)
    draw = SELECTOR["draw"].number
    held = f"({places.number}>0)*{draw}+{packing.others}"
    told = [f"TEXT({number},{packing.form})" for number in (held, EDITED)]
    for kind in KINDS:
        told += [
            f"TEXT(ROUND(INDEX({totalled[kind, True]},{j})*{packing.steps[kind]},0),{packing.form})"
            for j in range(1, count + 1)
        ]
    text = letter(table.column("packed"))
    page.put(first, table.column("draw"), "live", "note")
    page.formula(first, table.column("packed"), "&".join(told), "formula", "text")
    for i in range(table.rows + 1):
        page.put(first + 1 + i, table.column("draw"), i, "text", "count")
    steps = [1.0, 1.0, *np.repeat(packing.numbers, count)]
    rows = np.insert(_figures(book), 0, 0.0, axis=1)
    rows = np.insert(rows, 0, np.arange(len(rows)), axis=1)
    texts = [packed(row, steps) for row in rows.tolist()]
    put_table(page, first + 1, table.column("packed"), texts, f"B{NUMBER}")
    whole = f"{packing.length}*COLUMNS(${letter(columns[0])}{top}:${letter(columns[-1])}{top})"
    for column, name in zip(columns, table.columns[2:], strict=True):
        at = f"{letter(column)}${top - 1}"
        before = f"{letter(column - 1)}${top - 1}+{packing.length}"
        page.formula(top - 1, column, before if column > columns[0] else "1", "formula", "count")
        kind = name.split()[0]
        unit = f"/{packing.steps[kind]}" if kind in KINDS else ""
        shape = {"cost": "money", "qaly": "exact"}.get(kind, "count")

        def cell(cycle: int, row: int, at: str = at, unit: str = unit) -> str:
            found = f"VALUE(MID(${text}{row},{at},{packing.length})){unit}"
            return f'IF(LEN(${text}{row})={whole},{found},"")'

        page.fill(first, table.rows + 2, column, cell, shape)
