"""The parts of a workbook's archive: read, found by sheet, and written the same way each time.

Cells are found by pattern, which suits the files of openpyxl, Excel and LibreOffice.
"""

from __future__ import annotations

import math
import os
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.utils.cell import column_index_from_string, get_column_letter

from hecon.errors import HeconError


class CannotCalculate(HeconError):
    """The formulas of a workbook could not be worked out."""


@dataclass(frozen=True, slots=True)
class CellError:
    """An Excel error as the value of a cell; `code` is its text, for example ``#N/A``."""

    code: str


CellValue: TypeAlias = float | str | bool | CellError
Values: TypeAlias = dict[str, dict[str, CellValue]]

FORMULA = re.compile(
    r'<c\b([^>]*?\br="([A-Z]+)(\d+)"[^>]*)>\s*(<f\b[^>]*?(?:/>|>([^<]*)</f>))'
    r"\s*(?:<v\b[^>]*/>|<v\b[^>]*>[^<]*</v>)?\s*</c>"
)
_TABLE_HEAD = re.compile(
    r'<c\b[^>]*?\br="([A-Z]+\d+)"[^>]*>\s*<f\b[^>]*?\bt="dataTable"[^>]*/>\s*<v>([^<]*)</v>'
)
# The engine's names of the errors that a formula may have. Its others (a circular reference, a
# spill, an unknown name or function, a missing feature) mean that it did not get to a result.
_ERRORS = {
    "Na": "#N/A",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Null": "#NULL!",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FIRST = ("[Content_Types].xml", "_rels/.rels")


def read_parts(path: Path) -> dict[str, bytes]:
    """The members of a zip file by name."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(target: Path, parts: Mapping[str, bytes], packing: int = ZIP_DEFLATED) -> None:
    """Write a zip file in a fixed order with fixed times, under another name until it is whole."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with ZipFile(unfinished, "w") as archive:
            for name in sorted(parts, key=lambda name: (name not in _FIRST, name)):
                info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system = 0  # the same on every platform
                archive.writestr(info, parts[name], packing, 6)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def sheets_of(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The title of each worksheet in the workbook's order, by part name."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
        if relation.get("Type", "").endswith("/worksheet")
    }
    sheets: dict[str, str] = {}
    for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).iterfind("{*}sheets/{*}sheet"):
        if target := targets.get(sheet.get(_RELATION, "")):
            part = target[1:] if target.startswith("/") else f"xl/{target}"
            sheets[part] = sheet.get("name", "")
    return sheets


def check_formulas(title: str, xml: str, found: int) -> None:
    """Raise `CannotCalculate` if a sheet has more formulas than `FORMULA` found in its XML."""
    if xml.count("<f>") + xml.count("<f ") + xml.count("<f/") != found:
        raise CannotCalculate(f"sheet '{title}' has a formula in a form not understood")


@dataclass
class FormulaPlaces:
    """Where the formulas of a sheet stand; there are hundreds of thousands, so kept small."""

    rows: array[int] = field(default_factory=lambda: array("i"))
    columns: array[int] = field(default_factory=lambda: array("i"))

    def __len__(self) -> int:
        """How many formulas there are."""
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        """Address, row and column of each formula."""
        for row, column in zip(self.rows, self.columns, strict=True):
            yield f"{get_column_letter(column)}{row}", row, column


def formula_places(path: Path) -> dict[str, FormulaPlaces]:
    """Where the formulas of a workbook stand, by sheet."""
    found, parts = {}, read_parts(path)
    for part, title in sheets_of(parts).items():
        xml = parts.pop(part).decode()
        places = found[title] = FormulaPlaces()
        for match in FORMULA.finditer(xml):
            places.rows.append(int(match[3]))
            places.columns.append(column_index_from_string(match[2]))
        check_formulas(title, xml, len(places))
    return found


def heads_of_data_tables(path: Path) -> Iterator[tuple[str, str, str]]:
    """Sheet, address and text of the first cell of each data table in a workbook."""
    with ZipFile(path) as archive:
        lists = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        for part, title in sheets_of({name: archive.read(name) for name in lists}).items():
            xml = archive.read(part)
            if b'"dataTable"' in xml:
                for match in _TABLE_HEAD.finditer(xml.decode()):
                    yield title, match[1], unescape(match[2])


def from_engine(value: Any) -> CellValue | None:
    """A value as formualizer gives it, or None if it cannot be the value of a formula."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    match value:
        case bool() | str():
            return value
        case int():
            return float(value)
        case {"type": "Error", "kind": kind} if kind in _ERRORS:
            return CellError(_ERRORS[kind])
    return None


def to_xml(value: CellValue) -> tuple[str, str]:
    """The type attribute and the text of a value in XML."""
    if type(value) is not float:  # nearly all are, and there are hundreds of thousands
        if isinstance(value, str):
            return ' t="str"', escape(_CONTROL.sub(lambda m: f"_x{ord(m[0]):04X}_", value))
        if isinstance(value, bool):
            return ' t="b"', str(int(value))
        if isinstance(value, CellError):
            return ' t="e"', value.code
    number = float(value)
    if not math.isfinite(number):
        raise CannotCalculate(f"{value} cannot be the value of a cell")
    whole = number.is_integer() and abs(number) < 1e15
    return "", repr(int(number) if whole else number)
