"""A workbook with entries typed into it: only the sheets concerned are rewritten."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from lxml import etree
from openpyxl.utils import column_index_from_string, coordinate_to_tuple

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

#: A number, a text, a formula (which begins with `=`) or None for nothing, by sheet and cell.
Entries = Mapping[tuple[str, str], object]


def typed(source: Path, target: Path, entries: Entries) -> Path:
    """A copy of a workbook with entries typed over what its cells held; formats stay."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        parts = _parts(old)
        wanted: dict[str, dict[str, object]] = {}
        for (sheet, cell), value in entries.items():
            wanted.setdefault(parts[sheet], {})[cell] = value
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, _edited(content, wanted[name]) if name in wanted else content)
    return target


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each sheet is, by its title."""
    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    place = {e.get("Id"): str(e.get("Target")).removeprefix("/xl/") for e in links}
    book = etree.fromstring(archive.read("xl/workbook.xml"))
    return {e.get("name"): f"xl/{place[e.get(_LINK)]}" for e in book.iter(f"{_MAIN}sheet")}


def _edited(content: bytes, values: Mapping[str, object]) -> bytes:
    root = etree.fromstring(content)
    data = root.find(f"{_MAIN}sheetData")
    rows = {int(row.get("r")): row for row in data}
    for address, value in values.items():
        number, column = coordinate_to_tuple(address)
        if number > max(rows):
            rows[number] = etree.SubElement(data, f"{_MAIN}row", r=str(number))
        cell = _cell(rows[number], address, column)
        assert all(e.get("t") != "shared" for e in cell.iter(f"{_MAIN}f")), address
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        if isinstance(value, str) and value.startswith("="):
            etree.SubElement(cell, f"{_MAIN}f").text = value[1:]
        elif isinstance(value, str):
            cell.set("t", "inlineStr")
            etree.SubElement(etree.SubElement(cell, f"{_MAIN}is"), f"{_MAIN}t").text = value
        elif value is not None:
            etree.SubElement(cell, f"{_MAIN}v").text = repr(value)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _cell(row: etree._Element, address: str, column: int) -> etree._Element:
    """A row's cell, made in its place if the row has none there."""
    for position, cell in enumerate(row):
        here = column_index_from_string(re.sub(r"\d", "", cell.get("r")))
        if here == column:
            return cell
        if here > column:
            row.insert(position, made := etree.Element(f"{_MAIN}c", r=address))
            return made
    return etree.SubElement(row, f"{_MAIN}c", r=address)
