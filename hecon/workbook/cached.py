"""A workbook in the formualizer engine, which works out its formulas."""

from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any

import formualizer
from openpyxl.utils.cell import coordinate_to_tuple

from hecon.workbook.archive import (
    FORMULA,
    CannotCalculate,
    CellValue,
    FormulaPlaces,
    Values,
    formula_places,
    from_engine,
    heads_of_data_tables,
    read_parts,
    sheets_of,
)


class LiveWorkbook:
    """A workbook open in the formualizer engine: cells can be set, and all formulas follow."""

    def __init__(self, path: Path):
        self._path = path
        settings = formualizer.EvaluationConfig()
        settings.enable_parallel = False
        config = formualizer.WorkbookConfig(eval_config=settings)
        self._book = formualizer.Workbook.from_path(str(path), config=config)
        self._book.set_temporal_egress("serial")
        # it reads what data tables hold, but for the first cell, which says that there is one
        for sheet, address, text in heads_of_data_tables(path):
            self.set(sheet, *coordinate_to_tuple(address), text)

    def set(self, sheet: str, row: int, column: int, value: str | float) -> None:
        """Type a value over a cell."""
        self._book.sheet(sheet).set_value(row, column, value)

    def area(self, sheet: str, area: tuple[int, int, int, int]) -> list[list[Any]]:
        """Values of cells as the engine gives them, first row and column to last."""
        self._book.evaluate_all()
        return self._book.sheet(sheet).get_values(formualizer.RangeAddress(sheet, *area))

    def value(self, sheet: str, address: str) -> CellValue | None:
        """The value of a cell."""
        row, column = coordinate_to_tuple(address)
        return from_engine(self.area(sheet, (row, column, row, column))[0][0])

    @cached_property
    def _cells(self) -> dict[str, FormulaPlaces]:
        return formula_places(self._path)

    def _formula(self, sheet: str, address: str) -> str:
        """A formula with its place; read again, for all of them would take much memory."""
        parts = read_parts(self._path)
        xml = next(parts[part] for part, title in sheets_of(parts).items() if title == sheet)
        found = next(m for m in FORMULA.finditer(xml.decode()) if m[2] + m[3] == address)
        return f"'{sheet}'!{address} ={unescape(found[5] or '')}"

    def values(self) -> Values:
        """Work out what has changed; the value of every formula cell."""
        values: Values = {title: {} for title in self._cells}
        faults: list[str] = []
        for title, cells in self._cells.items():
            if not cells:
                continue
            block = self.area(title, (1, 1, max(cells.rows), max(cells.columns)))
            for address, row, column in cells:
                value = from_engine(block[row - 1][column - 1])
                if value is None:
                    faults.append(self._formula(title, address))
                else:
                    values[title][address] = value
        if faults:
            more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
            raise CannotCalculate("cannot work out " + "; ".join(faults[:5]) + more)
        return values
