"""Reading input files: every fault of a file is found at once and named by row and column."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hecon.engine.model import Table
from hecon.errors import Fault, FaultList, InputError, nearest

MAX_BYTES = 20_000_000


def _blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Number = Annotated[
    Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_blank)
]
Text = Annotated[str, BeforeValidator(lambda v: v.strip() if isinstance(v, str) else v)]
Required = Annotated[Text, Field(min_length=1)]


class Strict(BaseModel):
    """A validated record; fields nobody declared are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


RowType = TypeVar("RowType", bound=Strict)
ModelType = TypeVar("ModelType", bound=BaseModel)

_MESSAGES = {
    "float_parsing": "found '{input}', allowed is a number",
    "float_type": "found '{input}', allowed is a number",
    "finite_number": "found '{input}', allowed is a finite number",
    "int_parsing": "found '{input}', allowed is a whole number",
    "string_too_short": "is empty; a value is needed",
    "missing": "is missing",
    "extra_forbidden": "is not a known entry",
}


def _message(error: Any) -> str:
    template = _MESSAGES.get(error["type"])
    if template is None:
        text = str(error["msg"]).removeprefix("Value error, ")
        return f"found '{error['input']}': {text}"
    return template.format(input=error["input"])


def read_text(path: Path, shown: str) -> str:
    """The text of an input file, refused if it is missing, too large or not UTF-8."""
    if not path.is_file():
        raise InputError([Fault(shown, None, None, f"the file is missing (looked for {path})")])
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Fault(shown, None, None, f"the file is larger than {MAX_BYTES} bytes")])
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8; save the file as 'CSV UTF-8'"
        raise InputError([Fault(shown, None, None, message)]) from None


def read_cells(path: Path, shown: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Header and rows of a CSV file, each row with its number in the file (the header is 1)."""
    faults = FaultList()
    reader = csv.reader(read_text(path, shown).splitlines(), strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise InputError([Fault(shown, reader.line_num, None, f"broken CSV: {error}")]) from None
    if not lines:
        raise InputError([Fault(shown, None, None, "the file is empty; a header is needed")])
    header = [cell.strip() for cell in lines[0]]
    for name in sorted({h for h in header if header.count(h) > 1}):
        faults.add(shown, 1, name, "the column appears twice")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"the row has {len(cells)} cells, the header has {len(header)}"
            faults.add(shown, number, None, message)
            continue
        rows.append((number, {h: c.strip() for h, c in zip(header, cells, strict=True)}))
    faults.raise_if_any()
    return header, rows


def read_rows(
    path: Path, shown: str, kind: type[RowType], free: Sequence[str] | None = None
) -> list[tuple[int, RowType, dict[str, str]]]:
    """Validated rows of a CSV file.

    Parameters
    ----------
    kind
        The row's schema; columns outside it are refused unless `free` is given, and then are
        handed back as text with each row.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    header, rows = read_cells(path, shown)
    faults = FaultList()
    aliases = {field.alias or name for name, field in kind.model_fields.items()}
    for name in header:
        if name not in aliases and free is None:
            allowed = ", ".join(sorted(aliases))
            hint = nearest(name, aliases)
            faults.add(shown, 1, name, f"is not a known column{hint}; allowed are {allowed}")
    for name, field in kind.model_fields.items():
        column = field.alias or name
        if field.is_required() and column not in header:
            faults.add(shown, 1, column, "the column is missing")
    faults.raise_if_any()
    result = []
    for number, cells in rows:
        known = {k: v for k, v in cells.items() if k in aliases}
        extra = {k: v for k, v in cells.items() if k not in aliases}
        try:
            result.append((number, kind.model_validate(known), extra))
        except ValidationError as error:
            for detail in error.errors():
                column = str(detail["loc"][0]) if detail["loc"] else None
                faults.add(shown, number, column, _message(detail))
    faults.raise_if_any()
    return result


def read_toml(path: Path, shown: str, kind: type[ModelType]) -> ModelType:
    """A validated TOML file."""
    try:
        content = tomllib.loads(read_text(path, shown))
    except tomllib.TOMLDecodeError as error:
        raise InputError([Fault(shown, None, None, f"broken TOML: {error}")]) from None
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors():
            place = ".".join(str(p) for p in detail["loc"])
            faults.add(shown, None, place, _message(detail))
        raise InputError(faults.faults) from None


def read_table(path: Path, shown: str, name: str) -> Table:
    """A look-up table: the first column holds the keys, every other numeric column values.

    Keys named ``age`` must be whole and without a gap; all keys must rise. Columns ``source``,
    ``status`` and ``note`` are for readers.
    """
    header, rows = read_cells(path, shown)
    faults = FaultList()
    if len(rows) == 0:
        faults.add(shown, None, None, "the table has no rows")
    values: dict[str, list[float]] = {}
    for column in header:
        if column in ("source", "status", "note"):
            continue
        values[column] = []
        for number, cells in rows:
            try:
                value = float(cells[column])
            except ValueError:
                faults.add(shown, number, column, f"found '{cells[column]}', allowed is a number")
                value = np.nan
            else:
                if not np.isfinite(value):
                    faults.add(
                        shown, number, column, f"found '{cells[column]}', allowed is a finite number"
                    )
            values[column].append(value)
    faults.raise_if_any()
    keys = np.array(values.pop(header[0]))
    for (number, _), before, after in zip(rows[1:], keys, keys[1:], strict=False):
        if header[0] == "age" and after != before + 1:
            message = f"age {after:g} follows {before:g}; every single year of age is needed"
            faults.add(shown, number, "age", message)
        elif after <= before:
            faults.add(shown, number, header[0], f"{after:g} follows {before:g}; keys must rise")
    if not values:
        faults.add(shown, 1, None, "the table has keys but no column of values")
    faults.raise_if_any()
    return Table(name, keys, {c: np.array(v) for c, v in values.items()})
