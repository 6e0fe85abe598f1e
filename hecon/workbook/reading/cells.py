"""Cells of a workbook that came back: numbers, or a fault that names sheet and cell."""

import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from hecon.errors import Fault, FaultList, InputError
from hecon.report.language import languages, say
from hecon.studies.study import Study
from hecon.workbook.reading.edited_files import Edit, Files
from hecon.workbook.translated import sheet_title

#: Relative difference below which a cell counts as not touched (Excel keeps 15 digits).
SAME = 1e-12

#: Rows and columns that are looked at: a file may claim any number of them.
MOST_ROWS, MOST_COLUMNS = 100_000, 2_000

Cells = tuple[object, ...]

Named = TypeVar("Named")


@dataclass
class WorkbookReading:
    """An edited workbook being read: what it was made from, what was found, what is wrong.

    Sheets, headings and names are asked for in English and found in the language in force, in
    which the workbook is written.
    """

    book: openpyxl.Workbook
    name: str
    study: Study
    files: Files
    faults: FaultList = field(default_factory=FaultList)

    def rows(self, sheet: str, first: int = 1) -> Iterator[tuple[int, Cells]]:
        """Rows of a sheet with their numbers."""
        yield from enumerate(bounded_rows(self.book[sheet_title(sheet)], first), start=first)

    def fault(self, sheet: str, cell: str, message: str) -> None:
        """Record a fault of a cell, or of a whole sheet if no cell is given."""
        place = f"{self.name}, sheet {sheet_title(sheet)}" + (f", cell {cell}" if cell else "")
        self.faults.add(place, None, None, message)

    def note(self, edit: Edit) -> Edit:
        """Record an edit."""
        self.files.edits.append(edit)
        return edit

    def number(self, value: object, sheet: str, cell: str, needed: bool = False) -> float | None:
        """A cell's number; None if it is empty or the fault is recorded.

        Args:
            needed: True if an empty cell is a fault too.
        """
        if value is None:
            if needed:
                self.fault(sheet, cell, "is empty; a number is needed")
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        if is_formula(value):
            shown = str(getattr(value, "text", None) or value)[:60]
            text = f"found the formula '{shown}', allowed is a number; type the number"
        else:
            text = f"found '{str(value)[:60]}', allowed is a number"
        self.fault(sheet, cell, text)
        return None

    def heading(self, heads: Sequence[object], wanted: str, sheet: str) -> int | None:
        """Where a column is; a column that is gone is a fault."""
        shown = say(wanted)
        if shown in heads:
            return heads.index(shown)
        self.fault(sheet, "", f"the column '{shown}' is missing")
        return None


def as_shown(items: Mapping[str, Named]) -> dict[str, Named]:
    """Items by their names as the workbook shows them."""
    return {say(name): item for name, item in items.items()}


def bounded_rows(sheet: Any, first: int = 1, most: int | None = None) -> Iterator[Cells]:
    """Rows of a sheet, `most` columns of each; never more rows or columns than there may be."""
    rows = sheet.iter_rows(min_row=first, max_row=MOST_ROWS, max_col=most, values_only=True)
    for cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise ValueError("too many columns")
        yield cells


def open_book(path: Path) -> openpyxl.Workbook:
    """A workbook's formulas and constants, row by row."""
    return openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)


def language_code(book: openpyxl.Workbook, path: Path) -> str:
    """The code of the language that a workbook is written in.

    Raises:
        InputError: If there is no catalogue of it.
    """
    code = str(book.properties.language or "en")
    if code not in languages():
        text = f"this report is written in '{code[:8]}', allowed are {', '.join(languages())}"
        raise InputError([Fault(path.name, None, None, text)])
    return code


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a malformed part makes a reader raise into one fault."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        text = f"the file can't be read as a workbook ({type(error).__name__})"
        raise InputError([Fault(path.name, None, None, text)]) from None


def at(cells: Sequence[object], position: int) -> object:
    """A row's cell; rows end at their last cell that is not empty."""
    return cells[position] if position < len(cells) else None


def address(position: int, row: int) -> str:
    """A cell's address; columns are counted from 0."""
    return f"{get_column_letter(position + 1)}{row}"


def changed(before: float | None, after: float | None) -> bool:
    """Whether a number, or its absence, is another than before."""
    if before is None or after is None:
        return before is not after
    return abs(before - after) > SAME * max(abs(before), abs(after))


def is_formula(value: object) -> bool:
    """Whether a cell holds a formula."""
    if isinstance(value, ArrayFormula | DataTableFormula):
        return True
    return isinstance(value, str) and value.startswith("=")


def show(value: float | None) -> str:
    """A number as it is listed among the edits."""
    return "empty" if value is None else f"{value:.15g}"
