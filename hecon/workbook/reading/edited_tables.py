"""Look-up tables read back: their values, by the keys they were written with."""

from collections.abc import Mapping

from hecon.engine.model import LookupTable
from hecon.workbook.reading.cells import WorkbookReading, address, at, changed, show
from hecon.workbook.reading.edited_files import Edit
from hecon.workbook.sheet_layout import HEADER, INPUTS, TABLES

FIRST = HEADER + 1


def read_tables(reading: WorkbookReading) -> None:
    """Read every table."""
    grid = [cells for _, cells in reading.rows(INPUTS)]
    column = TABLES - 1
    for name, table in reading.study.model.tables.items():
        _keys(reading, grid, table, column)
        _values(reading, grid, name, table, column)
        column += len(table.columns) + 2


def _cell(grid: list[tuple[object, ...]], row: int, position: int) -> object:
    return at(grid[row - 1], position) if row <= len(grid) else None


def _keys(
    reading: WorkbookReading, grid: list[tuple[object, ...]], table: LookupTable, column: int
) -> None:
    """The keys must be as they were, with nothing below them."""
    for i, key in enumerate([*map(float, table.keys), None]):
        found = _cell(grid, FIRST + i, column)
        if found is None and key is None:
            continue
        number = float(found) if isinstance(found, int | float) else None
        if key is None or number is None or changed(key, number):
            text = "the keys of a table can't be changed here; change the study's file"
            reading.fault(INPUTS, address(column, FIRST + i), text)


def _values(
    reading: WorkbookReading,
    grid: list[tuple[object, ...]],
    name: str,
    table: LookupTable,
    column: int,
) -> None:
    file, rows = _file(reading, name)
    for offset, (heading, values) in enumerate(table.columns.items(), start=1):
        for i, before in enumerate(values.tolist()):
            cell = address(column + offset, FIRST + i)
            after = reading.number(_cell(grid, FIRST + i, column + offset), INPUTS, cell, True)
            if after is None or not changed(before, after):
                continue
            key = float(table.keys[i])
            edit = Edit(INPUTS, cell, f"{name}.{heading} at {key:g}", show(before), show(after))
            reading.files.set(file, rows[key], heading, repr(after), reading.note(edit))


def _file(reading: WorkbookReading, name: str) -> tuple[str, Mapping[float, int]]:
    """A table's copied file, and the row of each key in it."""
    study, here = reading.study, reading.study.jurisdiction
    if name in here.definition.tables:
        file = reading.files.name(here.folder, here.definition.tables[name].file)
    else:
        source = study.sources(f"tables.{name}.file")[-1]
        file = reading.files.name(source.folder, source.name)
    lines = list(enumerate(reading.files.grid(file), start=1))[1:]
    return file, {float(cells[0]): i for i, cells in lines if any(c.strip() for c in cells)}
