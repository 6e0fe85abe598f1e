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
from typing import TypeAlias
from xml.etree import ElementTree
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from openpyxl.utils.cell import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

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
_CELL = re.compile(r'<c\b([^>]*?\br="([A-Z]+\d+)"[^>]*)(?<!/)>(.*?)</c>', re.S)
TYPE = re.compile(r'\st="(\w+)"')
_V = re.compile(r"<v\b[^>]*>([^<]*)</v>")
_T = re.compile(r"<t\b[^>]*>([^<]*)</t>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FIRST = ("[Content_Types].xml", "_rels/.rels")


def save_plain(workbook: Workbook, path: Path) -> None:
    """Save formulas without values, uncompressed: the file is read again at once."""
    with ZipFile(path, "w", ZIP_STORED) as archive:
        ExcelWriter(workbook, archive).write_data()


def read_parts(path: Path) -> dict[str, bytes]:
    """The members of a zip file by name."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(target: Path, parts: Mapping[str, bytes]) -> None:
    """Write a zip file in a fixed order with fixed times, under another name until it is whole."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with ZipFile(unfinished, "w") as archive:
            for name in sorted(parts, key=lambda name: (name not in _FIRST, name)):
                info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.create_system = 0  # the same on every platform
                archive.writestr(info, parts[name], ZIP_DEFLATED, 6)
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


def shared_strings(parts: Mapping[str, bytes]) -> list[str]:
    """The workbook's table of shared texts, which openpyxl itself does not write."""
    xml = parts.get("xl/sharedStrings.xml", b"").decode()
    return ["".join(_T.findall(item)) for item in re.split(r"<si\b", xml)[1:]]


def cell_values(xml: str, shared: list[str]) -> dict[str, CellValue]:
    """The values in the XML of a worksheet, those beside formulas included."""
    values: dict[str, CellValue] = {}
    for attributes, place, inner in _CELL.findall(xml):
        kind, content = TYPE.search(attributes), _V.search(inner)
        text = content[1] if content else ""
        match kind[1] if kind else "n":
            case "n":
                if text:
                    values[place] = float(text)
            case "b":
                values[place] = text == "1"
            case "e":
                values[place] = CellError(unescape(text))
            case form:
                if form != "str":
                    text = shared[int(text)] if form == "s" else "".join(_T.findall(inner))
                values[place] = _ENCODED.sub(lambda m: chr(int(m[1], 16)), unescape(text))
    return values


def to_xml(value: CellValue) -> tuple[str, str]:
    """The type attribute and the text of a value in XML."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(_CONTROL.sub(lambda m: f"_x{ord(m[0]):04X}_", value))
    if isinstance(value, CellError):
        return ' t="e"', value.code
    if not math.isfinite(value):
        raise CannotCalculate(f"{value} cannot be the value of a cell")
    return "", repr(int(value) if value == int(value) and abs(value) < 1e15 else float(value))
