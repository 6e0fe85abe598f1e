"""What cells lead to: sheets, parts of them, and the rows that explain ids of evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from typing import Any

from hecon.workbook.hyperlinks import jump
from hecon.workbook.pages import Sheets
from hecon.workbook.sheet_layout import CHECKS
from hecon.workbook.styles import FONTS

_APART = re.compile(r"[,;]\s*")


def link_sheets(workbook: Sheets) -> None:
    """Let cells that name a sheet, or a part of one, jump to it."""
    places = {page.title: (page.title, "A1") for page in workbook.pages}
    for page in workbook.pages:
        places |= {part: (page.title, cell) for part, cell in page.parts.items()}
    for page in workbook.pages:
        for row, column, name in page.named:
            if name in places:
                title, cell = places[name]
                page.link(row, column, title, cell, name if name == title else f"{title}: {name}")


def link_evidence(workbook: Sheets) -> None:
    """Let cells that hold ids of evidence, and nothing else, jump to the row of the first.

    A cell has one link: the ids of others are found from there, by the same column.
    """
    places = {key: (p.title, f"A{row}") for p in workbook.pages for key, row in p.explained.items()}
    for page in workbook.pages:
        if page.title == CHECKS:  # it names cells by their addresses, which can look like ids
            continue
        looks: dict[tuple[int, ...], Any] = {}
        cells: Iterable[Any] = page.sheet._cells.values()
        for cell in cells:
            text = cell._value
            if type(text) is not str or cell.data_type != "s":
                continue
            ids = _APART.split(text)
            if all(key in places for key in ids) and places[ids[0]] != (
                page.title,
                cell.coordinate,
            ):
                jump(cell, *places[ids[0]])
                _dress(cell, looks)


def _dress(cell: Any, looks: dict[tuple[int, ...], Any]) -> None:
    """Let a cell look like a link, keeping its ground and alignment."""
    known = looks.get(tuple(cell._style))
    if known is None:
        before = tuple(cell._style)
        cell._style = copy(cell._style)
        cell.font = FONTS["jump"]
        looks[before] = cell._style
    else:
        cell._style = known
