"""A what-if data table: a formula worked out for each of several numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from hecon.workbook.pages import Page


class OfTable(str):
    """The text in the first cell of a table of one column, which holds what the table is."""

    told: str

    def __new__(cls, text: str, area: str, cell: str) -> OfTable:
        """The table in an area gives the formula above it as numbers take the place of `cell`."""
        made = super().__new__(cls, text)
        made.told = f'<f t="dataTable" ref="{area}" dt2D="0" dtr="0" r1="{cell}"/>'
        return made


def put_table(page: Page, first: int, column: int, texts: Sequence[str], cell: str) -> None:
    """Write a table of one column: the formula above it, for each number to its left.

    Args:
        texts: What its rows hold as delivered; only a spreadsheet program works them out.
        cell: The cell on the same sheet that the numbers take the place of.
    """
    for row, text in enumerate(texts, start=first):
        page.put(row, column, text, "note").data_type = "str"
    letter = get_column_letter(column)
    head: Any = page.sheet.cell(first, column)
    head._value = OfTable(texts[0], f"{letter}{first}:{letter}{first + len(texts) - 1}", cell)
