"""Columns of a formula that says the same in each row, told once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openpyxl.formula.translate import Translator
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter

#: Rows from which on a file tells the formula once, as Excel itself does. Whoever reads such a
#: file has to work out the text of each other row.
LONG = 120

_HERE, _BEFORE = "\0here\0", "\0before\0"


class _Row(int):
    """A row whose number is not known yet: in text it is a mark, and so is the row before it."""

    mark: str

    def __new__(cls, mark: str) -> _Row:
        row = super().__new__(cls, 1)
        row.mark = mark
        return row

    def __format__(self, spec: str) -> str:
        return self.mark

    def __sub__(self, other: int) -> _Row:
        return _Row(_BEFORE)


def for_any_row(cell: Callable[[int, int], str]) -> str:
    """The formula that `cell` gives for a cycle and a row, with marks in place of the row."""
    return cell(1, _Row(_HERE))


def in_row(template: str, row: int) -> str:
    """A formula for any row in one of them."""
    return template.replace(_HERE, str(row)).replace(_BEFORE, str(row - 1))


@dataclass(frozen=True, slots=True)
class Filled:
    """A part of a column and its formula for any row, without an equals sign."""

    column: int
    rows: range
    template: str
    style: StyleArray

    @property
    def shared(self) -> bool:
        """Whether the formula is told once: then a spreadsheet moves it to where it stands."""
        if len(self.rows) < LONG:
            return False
        letter, first, last = get_column_letter(self.column), self.rows[0], self.rows[-1]
        told = Translator(f"={in_row(self.template, first)}", f"{letter}{first}")
        moved = told.translate_formula(f"{letter}{last}")
        return bool(moved == f"={in_row(self.template, last)}")
