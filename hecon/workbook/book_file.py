"""A workbook as a file, with values beside its formulas and in its charts, or without.

openpyxl writes all parts but the rows of sheets, which are ours: it has no values for formulas,
and cells that it must be given one by one.
"""

import datetime as dt
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.dimensions import SheetDimension
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from hecon.workbook.archive import write_parts
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.chart_values import put_values
from hecon.workbook.filled import Filled
from hecon.workbook.sheet_rows import SheetRows
from hecon.workbook.translated import LanguageOfParts, sheet_title

#: A fixed date in the file's properties.
CREATED = dt.datetime(2000, 1, 1)

#: The columns told once of each sheet, by its title.
Columns = dict[str, list[Filled]]
#: The rows of each sheet, by its title.
Rows = dict[str, SheetRows]


def write_file(workbook: Workbook, path: Path, columns: Columns) -> None:
    """Write a workbook without values in the language in force, the same bytes each time."""
    _write(workbook, path, _rows(workbook, columns))


def _rows(workbook: Workbook, columns: Columns) -> Rows:
    return {ws.title: SheetRows(ws, columns.get(ws.title, [])) for ws in workbook.worksheets}


def _write(
    workbook: Workbook,
    path: Path,
    rows: Rows,
    engine: LiveWorkbook | None = None,
    charts: bool = True,
) -> None:
    """Write a workbook.

    Args:
        engine: Where values come from. Without it the file has none, and is not compressed.
        charts: Whether charts are written; what only calculates needs none.

    Raises:
        CannotCalculate: If a formula has no value.
    """
    workbook.properties.created = workbook.properties.modified = CREATED
    parts = _Parts(LanguageOfParts(workbook.sheetnames))
    _BookWriter(workbook, parts, rows, engine, charts).write_data()
    write_parts(path, parts, ZIP_STORED if engine is None else ZIP_DEFLATED)


def deliver(workbook: Workbook, path: Path, columns: Columns) -> LiveWorkbook:
    """Work out a workbook's formulas, and write it with their values; gives what worked them out.

    Raises:
        CannotCalculate: If a formula has no value.
    """
    rows = _rows(workbook, columns)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.xlsx"
        _write(workbook, plain, rows, charts=False)
        engine = LiveWorkbook(plain)
    _write(workbook, path, rows, engine)
    return engine


class _Parts(dict[str, bytes]):
    """The members of the file by name, taken from openpyxl as if by an archive."""

    def __init__(self, translation: LanguageOfParts) -> None:
        super().__init__()
        self._translation = translation

    def writestr(self, name: str, content: bytes | str) -> None:
        text = content.encode() if isinstance(content, str) else content
        self[name] = self._translation.part(name, text)

    def namelist(self) -> list[str]:
        return list(self)


class _BookWriter(ExcelWriter):
    """openpyxl's writer with rows and values of charts of our own."""

    def __init__(
        self,
        workbook: Any,
        parts: _Parts,
        rows: Rows,
        engine: LiveWorkbook | None,
        charts: bool,
    ) -> None:
        super().__init__(workbook, parts)  # type: ignore[arg-type]
        self._parts, self._rows, self._engine, self._charts_too = parts, rows, engine, charts

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet, and prepare its charts."""
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts if self._charts_too else []
        if self._engine is not None:
            for chart in ws._charts:
                put_values(chart, self._engine)
        writer = _SheetWriter(ws, self._rows[ws.title], self._engine)
        writer.write()
        ws._rels = writer._rels  # type: ignore[attr-defined]
        self._parts.writestr(ws.path[1:], writer.stream.getvalue())
        self.manifest.append(ws)


class _SheetWriter(WorksheetWriter):
    """openpyxl's writer of a sheet, but for its rows."""

    def __init__(self, ws: Worksheet, rows: SheetRows, engine: LiveWorkbook | None) -> None:
        self.stream = BytesIO()
        super().__init__(ws, self.stream)
        self._rows, self._engine = rows, engine

    def write_dimensions(self) -> None:
        """Say how large the sheet is."""
        row, column = self._rows.ends
        self.xf.send(SheetDimension(f"A1:{get_column_letter(column)}{row}").to_tree())

    def write_rows(self) -> None:
        """Write the rows past the tree of elements."""
        grid = None
        if self._engine is not None:
            grid = self._engine.area(sheet_title(self.ws.title), (1, 1, *self._rows.ends))
        xf: Any = self.xf.send(True)
        with xf.element("sheetData"):
            xf.flush()
            self.stream.write(self._rows.xml(grid).encode())
        self.xf.send(None)
