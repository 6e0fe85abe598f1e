"""Tables of figures that Python computed, and sentences about them, on sheets of their own."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from hecon.workbook.styles import Page

Record = Mapping[Hashable, Any] | Mapping[str, Any]

#: Statuses whose cells are filled.
_MARKED = ("assumption", "memory", "retracted")


@dataclass(frozen=True)
class Column:
    """A column: its heading, the key of its values in a record, and how they are written."""

    heading: str
    key: str
    shape: str = "general"
    wrap: bool = False


def put_table(page: Page, row: int, columns: Sequence[Column], rows: Sequence[Record]) -> int:
    """Write headings and rows; gives the next free row.

    What is infinite is written as ``never``, what is undefined is left empty. Texts stand apart
    from the number before them.
    """
    page.headings(row, [column.heading for column in columns])
    for r, each in enumerate(rows, start=row + 1):
        for c, column in enumerate(columns, start=1):
            value = each[column.key]
            if isinstance(value, float) and math.isinf(value):
                value = "never"
            kind = value if column.key == "status" and value in _MARKED else "text"
            cell = page.put(r, c, value, kind, column.shape, wrap=column.wrap)
            if c > 1 and isinstance(value, str):
                cell.alignment = Alignment("left", "top", wrap_text=column.wrap, indent=1)
    return row + len(rows) + 1


def put_words(page: Page, row: int, text: str, columns: int) -> None:
    """A sentence over several columns, in a row high enough for it."""
    page.put(row, 1, text, "output", wrap=True)
    last = get_column_letter(columns)
    page.sheet.merge_cells(f"A{row}:{last}{row}")
    width = sum(
        page.sheet.column_dimensions[get_column_letter(c)].width for c in range(1, columns + 1)
    )
    page.sheet.row_dimensions[row].height = 14.0 * (1 + int(len(text) / (width * 0.95)))
