"""Reading CSV files: every fault of a file is found at once and named by row and column.

Readers add what they find to a list of faults and hand back whatever could be read, so that
the faults of one place don't hide those of another.
"""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import ValidationError

from hecon.engine.model import LookupTable
from hecon.errors import Fault, FaultList, misspelt, nearest, some
from hecon.parameters import limits
from hecon.parameters.files import read_text
from hecon.parameters.parameter_schema import STATUSES, known_status
from hecon.parameters.records import Strict, message, number

RowType = TypeVar("RowType", bound=Strict)

Cells = dict[str, str]

#: What is wrong with a name of one's own that is almost a known one.
LESS_ALIKE = "is it '{}'? Call it so, or less alike"

#: What is wrong with a file that says nothing without a row.
NO_ROWS = "has a header and no rows"

READERS_COLUMNS = ("source", "status", "note")

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def read_cells(
    path: Path, shown: str, faults: FaultList, most: int = limits.ROWS
) -> tuple[list[str], list[tuple[int, Cells]]]:
    """Header and rows of a CSV file, each row with its number in the file (the header is 1)."""
    records: list[list[str]] = []
    with faults.collect():
        lines = io.StringIO(read_text(path, shown), newline="")
        reader = csv.reader(lines, strict=True, skipinitialspace=True)
        try:
            for record in reader:
                problem = _too_much(record, len(records), most)
                if problem is not None:
                    faults.add(shown, len(records) + 1, None, problem)
                    return [], []
                records.append(record)
        except csv.Error as error:
            faults.add(shown, len(records) + 1, None, f"broken CSV: {error}")
            return [], []
        records = [[cell.strip() for cell in cells] for cells in records]
        if not any(map(any, records)):
            faults.add(shown, None, None, "the file is empty; a header is needed")
            return [], []
    if not records:
        return [], []
    header = records[0]
    for mark, name in ((";", "';'"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            text = f"the columns are separated by {name}; save the file with commas"
            faults.add(shown, 1, None, text)
            return [], []
    _check_header(header, shown, faults)
    rows = []
    seen = {tuple(header): 1}
    for row, cells in enumerate(records[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            text = f"the row has {len(cells)} cells, the header has {len(header)}"
            if len(cells) > len(header):
                text += "; a cell with a comma in it stands in quotation marks"
            faults.add(shown, row, None, text)
            continue
        first = seen.setdefault(tuple(cells), row)
        if first != row:
            faults.add(shown, row, None, f"the same row is already in row {first}")
            continue
        rows.append((row, dict(zip(header, cells, strict=True))))
    return header, rows


def _too_much(record: Sequence[str], before: int, most: int) -> str | None:
    """Why a record is more than a file may hold, or None."""
    if len(record) > limits.COLUMNS:
        return f"the row has {len(record)} cells, allowed are {limits.COLUMNS}"
    if before > most:
        return f"the file has more than {most} rows, which are allowed"
    longest = max(map(len, record), default=0)
    if longest > limits.CHARACTERS:
        return f"a cell has {longest} characters, allowed are {limits.CHARACTERS}"
    return None


def _check_header(header: list[str], shown: str, faults: FaultList) -> None:
    for name in sorted({h for h in header if header.count(h) > 1 and h}):
        faults.add(shown, 1, name, "the column appears twice")
    blank = [str(position) for position, name in enumerate(header, start=1) if not name]
    if blank:
        faults.add(shown, 1, None, f"columns without a name: {some(blank)}")


def read_rows(
    path: Path, shown: str, kind: type[RowType], faults: FaultList, free: bool = False
) -> list[tuple[int, RowType, Cells]]:
    """Rows of a CSV file that fit a record, with their numbers and their other cells.

    Args:
        kind: The row's record; columns outside it are refused unless `free`, and then they are
            handed back as text with each row.
    """
    before = len(faults.faults)
    header, rows = read_cells(path, shown, faults)
    if not header:
        return []
    fields = {field.alias or name: field for name, field in kind.model_fields.items()}
    if not fields.keys() & set(header):
        text = f"no column of the header is known; allowed are {', '.join(sorted(fields))}"
        faults.faults[before:] = [Fault(shown, 1, None, text)]
        return []
    absent = {c for c, f in fields.items() if f.is_required() and c not in header}
    meant: set[str] = set()
    for name in filter(None, header):
        if name not in fields:
            near = misspelt(name, fields.keys() - set(header))
            meant.add(near)
            if not free:
                hint = f"{nearest(name, fields)}; allowed are {', '.join(sorted(fields))}"
                faults.add(shown, 1, name, f"is not a known column{hint}")
            elif near:
                faults.add(shown, 1, name, LESS_ALIKE.format(near))
    for column in sorted(absent - meant):
        faults.add(shown, 1, column, "the column is missing")
    if absent:
        # rows can't be judged without a column that tells them apart
        faults.faults[before:] = [f for f in faults.faults[before:] if f.row == 1]
        return []
    faults.absent.setdefault(shown, set()).update(set(fields) - set(header))
    result = []
    for row, cells in rows:
        known = {k: v for k, v in cells.items() if k in fields}
        extra = {k: v for k, v in cells.items() if k not in fields}
        try:
            result.append((row, kind.model_validate(known), extra))
        except ValidationError as error:
            for detail in error.errors():
                faults.add(shown, row, str(detail["loc"][0]), message(detail))
    return result


def read_table(path: Path, shown: str, name: str, faults: FaultList) -> LookupTable | None:
    """A look-up table: the first column holds the keys, every other numeric column values.

    Keys named ``age`` must be whole and without a gap; all keys must rise. Columns ``source``,
    ``status`` and ``note`` are for readers.
    """
    before = len(faults.faults)
    header, rows = read_cells(path, shown, faults, limits.TABLE_ROWS)
    columns = [c for c in header if c and c not in READERS_COLUMNS]
    if header and not rows:
        faults.add(shown, None, None, "the table has no rows")
    if header and (len(columns) < 2 or columns[0] != header[0]):
        faults.add(shown, 1, None, "a table needs a column of keys first and a column of values")
    unnamed = [column for column in columns if not _IDENTIFIER.fullmatch(column)]
    if unnamed:
        names = some([f"'{column}'" for column in unnamed])
        text = f"{names} can't name a column; allowed are letters, digits and _, a letter first"
        faults.add(shown, 1, unnamed[0], text)
        return None
    values: dict[str, list[float]] = {column: [] for column in columns}
    for column in columns:
        for row, cells in rows:
            try:
                values[column].append(number(cells[column]))
            except ValueError as error:
                faults.add(shown, row, column, str(error))
                values[column].append(np.nan)
    for row, cells in rows:
        try:
            known_status(cells.get("status", "") or STATUSES[0])
        except ValueError as error:
            faults.add(shown, row, "status", str(error))
    if not rows or len(columns) < 2:
        return None
    keys = values.pop(columns[0])
    _check_keys(columns[0], [row for row, _ in rows], keys, shown, faults)
    if len(faults.faults) > before:
        return None
    return LookupTable(name, np.array(keys), {c: np.array(v) for c, v in values.items()})


def _check_keys(
    column: str, rows: Sequence[int], keys: Sequence[float], shown: str, faults: FaultList
) -> None:
    if column == "age" and not np.isnan(keys[0]) and keys[0] != round(keys[0]):
        faults.add(shown, rows[0], "age", f"found {keys[0]:g}, allowed is a whole age")
    for row, before, after in zip(rows[1:], keys, keys[1:], strict=False):
        if np.isnan(before) or np.isnan(after):
            continue
        if column == "age" and after != before + 1:
            text = f"age {after:g} follows {before:g}; every single year of age is needed"
            faults.add(shown, row, "age", text)
        elif after <= before:
            # one that does not rise mostly means that the column holds no keys
            faults.add(shown, row, column, f"{after:g} follows {before:g}; keys must rise")
            return
