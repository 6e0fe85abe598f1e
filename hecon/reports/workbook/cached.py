"""Cached values for a workbook of formulas, so that it can be read where nothing calculates.

openpyxl writes formulas without their results. `recalculate` works the results out with the
formualizer engine, `write_cached` puts them beside the formulas of our own file and into its
charts, and `libreoffice_values` works them out a second time with an independent program.
Cells are found by pattern, which suits the files of openpyxl, Excel and LibreOffice.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import formualizer
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from hecon.errors import HeconError


class LibreOfficeMissing(HeconError):
    """LibreOffice's `soffice` is not on the search path."""


class CannotCalculate(HeconError):
    """The formulas of a workbook could not be worked out."""


@dataclass(frozen=True, slots=True)
class CellError:
    """An Excel error as the value of a cell; `code` is its text, for example ``#N/A``."""

    code: str


CellValue: TypeAlias = float | str | bool | CellError
Values: TypeAlias = dict[str, dict[str, CellValue]]

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
_FORMULA = re.compile(
    r'<c\b([^>]*?\br="([A-Z]+)(\d+)"[^>]*)>\s*(<f\b[^>]*?(?:/>|>([^<]*)</f>))'
    r"\s*(?:<v\b[^>]*/>|<v\b[^>]*>[^<]*</v>)?\s*</c>"
)
_CELL = re.compile(r'<c\b([^>]*?\br="([A-Z]+\d+)"[^>]*)(?<!/)>(.*?)</c>', re.S)
_TYPE = re.compile(r'\st="(\w+)"')
_V = re.compile(r"<v\b[^>]*>([^<]*)</v>")
_T = re.compile(r"<t\b[^>]*>([^<]*)</t>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CHART = re.compile(r"xl/charts/chart\d+\.xml")
_CHART_REF = re.compile(
    r"(<(?:c:)?(?:cat|xVal)>\s*)?<(c:)?(num|str)Ref>\s*<(?:c:)?f>([^<]*)</(?:c:)?f>\s*"
    r"(?:<(?:c:)?(?:num|str)Cache>.*?</(?:c:)?(?:num|str)Cache>\s*)?</(?:c:)?(?:num|str)Ref>",
    re.S,
)
_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")
_DATE = re.compile(r"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</dcterms:\2>)")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FIRST = ("[Content_Types].xml", "_rels/.rels")


def recalculate(path: Path) -> Values:
    """Work out every formula of a workbook with the formualizer engine.

    Parameters
    ----------
    path : Path
        An xlsx file. Values that it may already hold beside its formulas are not used.

    Returns
    -------
    dict
        The title of each worksheet, and for each of its formula cells the value.

    Raises
    ------
    CannotCalculate
        If a formula is circular or uses what the engine does not know.
    """
    settings = formualizer.EvaluationConfig()
    settings.enable_parallel = False
    config = formualizer.WorkbookConfig(eval_config=settings)
    book = formualizer.Workbook.from_path(str(path), config=config)
    book.set_temporal_egress("serial")
    book.evaluate_all()
    values: Values = {}
    faults: list[str] = []
    for title, xml in _sheets(_read(path)).values():
        values[title] = {}
        places = [(m[2], int(m[3]), m[5] or "") for m in _FORMULA.finditer(xml)]
        if not places:
            continue
        columns = {letters: column_index_from_string(letters) for letters, _, _ in places}
        area = (1, 1, max(row for _, row, _ in places), max(columns.values()))
        block = book.sheet(title).get_values(formualizer.RangeAddress(title, *area))
        for letters, row, formula in places:
            value = _from_engine(block[row - 1][columns[letters] - 1])
            if value is None:
                faults.append(f"'{title}'!{letters}{row} ={unescape(formula)}")
            else:
                values[title][f"{letters}{row}"] = value
    if faults:
        more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise CannotCalculate("cannot work out " + "; ".join(faults[:5]) + more)
    return values


def write_cached(
    source: Path, target: Path, values: Mapping[str, Mapping[str, CellValue]], created: dt.datetime
) -> None:
    """Copy a workbook with values beside its formulas and in its charts, the same bytes each time.

    Parameters
    ----------
    source : Path
        The workbook as openpyxl saved it.
    target : Path
        The file to write; it appears whole or not at all, and may be the source.
    values : mapping
        The values of the formula cells, as `recalculate` gives them.
    created : datetime
        The moment to write in the file's properties; taken as UTC if it has no time zone.

    Raises
    ------
    CannotCalculate
        If a formula cell has no value, or a chart refers to what is not in the workbook.
    """
    parts = _read(source)
    sheets = _sheets(parts)
    for part, (title, xml) in sheets.items():

        def with_value(match: re.Match[str], title: str = title) -> str:
            value = values.get(title, {}).get(match[2] + match[3])
            if value is None:
                raise CannotCalculate(f"no value for '{title}'!{match[2]}{match[3]}")
            kind, text = _to_xml(value)
            return f"<c{_TYPE.sub('', match[1])}{kind}>{match[4]}<v>{text}</v></c>"

        parts[part] = _FORMULA.sub(with_value, xml).encode()
    if chart_parts := list(filter(_CHART.fullmatch, parts)):
        charts = _Charts(parts)
        for part in chart_parts:
            parts[part] = _CHART_REF.sub(charts.with_values, parts[part].decode()).encode()
    if core := parts.get("docProps/core.xml"):
        moment = created.astimezone(dt.UTC) if created.tzinfo else created
        stamp = rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}\g<3>"
        parts["docProps/core.xml"] = _DATE.sub(stamp, core.decode()).encode()
    _write(target, parts)


def without_cached(source: Path, target: Path) -> None:
    """Copy a workbook without the values beside its formulas, so that they must be worked out.

    Parameters
    ----------
    source : Path
        Any xlsx file.
    target : Path
        The file to write; it may be the source.
    """
    parts = _read(source)
    for part, (_, xml) in _sheets(parts).items():
        bare = _FORMULA.sub(lambda m: f"<c{_TYPE.sub('', m[1])}>{m[4]}</c>", xml)
        parts[part] = bare.encode()
    _write(target, parts)


def libreoffice_values(path: Path, timeout: float = 300.0) -> Values:
    """Work out every formula of a workbook with LibreOffice, to compare with `recalculate`.

    LibreOffice writes 15 digits, may write TRUE for 1 and 1 for TRUE, and has other errors than
    Excel in places (``LN(0)`` is ``#VALUE!``, not ``#NUM!``): compare accordingly.

    Parameters
    ----------
    path : Path
        An xlsx file. Values that it may already hold beside its formulas are not used.
    timeout : float
        Seconds after which LibreOffice is ended.

    Returns
    -------
    dict
        The title of each worksheet, and for each of its formula cells the value.

    Raises
    ------
    LibreOfficeMissing
        If there is no `soffice` on the search path.
    CannotCalculate
        If LibreOffice wrote no workbook, or took too long.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (written,) = libreoffice_recalculated([path], Path(folder), timeout)
        parts = _read(written)
    shared = _shared_strings(parts)
    found = {title: _cell_values(xml, shared) for title, xml in _sheets(parts).values()}
    return {
        title: {m[2] + m[3]: found[title].get(m[2] + m[3], "") for m in _FORMULA.finditer(xml)}
        for title, xml in _sheets(_read(path)).values()
    }


def libreoffice_recalculated(
    paths: Sequence[Path], folder: Path, timeout: float = 300.0
) -> list[Path]:
    """Recalculate several workbooks in one start of LibreOffice.

    Parameters
    ----------
    folder : Path
        Where LibreOffice may work; the recalculated files lie below it afterwards.

    Returns
    -------
    list
        The recalculated file of each workbook, in order.

    Raises
    ------
    LibreOfficeMissing
        If there is no `soffice` on the search path.
    CannotCalculate
        If LibreOffice wrote no workbook, or took too long.
    """
    program = shutil.which("soffice")
    if program is None:
        raise LibreOfficeMissing("LibreOffice is not installed: no soffice on the search path")
    bare = [folder / f"bare{i}.xlsx" for i in range(len(paths))]
    out = folder / "out"
    for path, target in zip(paths, bare, strict=True):
        without_cached(path, target)
    options = f"-env:UserInstallation={(folder / 'profile').as_uri()} --headless --norestore"
    process = subprocess.Popen(
        [program, *options.split(), "--convert-to", "xlsx", "--outdir", str(out), *map(str, bare)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise CannotCalculate(f"LibreOffice took longer than {timeout:g} s") from None
    finally:
        if process.poll() is None:
            if sys.platform == "win32":
                process.kill()
            else:  # `soffice` is a script: end what it started, too
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    written = [out / path.name for path in bare]
    if not all(path.exists() for path in written):
        raise CannotCalculate(f"LibreOffice wrote no workbook (exit {process.returncode})")
    return written


def with_cells(source: Path, target: Path, sheet: str, cells: Mapping[str, str | float]) -> None:
    """A copy of a workbook of ours with some cells of one sheet replaced, their styles kept."""
    parts = _read(source)
    part, (_, xml) = next((p, s) for p, s in _sheets(parts).items() if s[0] == sheet)
    for address, value in cells.items():
        kind, content = (
            ("inlineStr", f"<is><t>{escape(value)}</t></is>")
            if isinstance(value, str)
            else ("n", f"<v>{value!r}</v>")
        )
        pattern = re.compile(rf'<c r="{address}"( s="\d+")?[^>]*>.*?</c>', re.S)
        found = pattern.search(xml)
        if found is None:
            raise CannotCalculate(f"sheet '{sheet}' has no cell {address}")
        cell = f'<c r="{address}"{found[1] or ""} t="{kind}">{content}</c>'
        xml = xml[: found.start()] + cell + xml[found.end() :]
    parts[part] = xml.encode()
    _write(target, parts)


def cell_values(path: Path, sheet: str) -> dict[str, CellValue]:
    """The values of one sheet's cells as they are stored in a file."""
    parts = _read(path)
    shared = _shared_strings(parts)
    return next(
        _cell_values(xml, shared) for title, xml in _sheets(parts).values() if title == sheet
    )


def _read(path: Path) -> dict[str, bytes]:
    """The members of a zip file by name."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(target: Path, parts: Mapping[str, bytes]) -> None:
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


def _sheets(parts: Mapping[str, bytes]) -> dict[str, tuple[str, str]]:
    """The title and the XML of each worksheet in the workbook's order, by part name."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
        if relation.get("Type", "").endswith("/worksheet")
    }
    sheets: dict[str, tuple[str, str]] = {}
    for sheet in ElementTree.fromstring(parts["xl/workbook.xml"]).iterfind("{*}sheets/{*}sheet"):
        if target := targets.get(sheet.get(_RELATION, "")):
            part = target[1:] if target.startswith("/") else f"xl/{target}"
            title, xml = sheet.get("name", ""), parts[part].decode()
            if len(re.findall(r"<f\b", xml)) != sum(1 for _ in _FORMULA.finditer(xml)):
                raise CannotCalculate(f"sheet '{title}' has a formula in a form not understood")
            sheets[part] = title, xml
    return sheets


def _shared_strings(parts: Mapping[str, bytes]) -> list[str]:
    """The workbook's table of shared texts, which openpyxl itself does not write."""
    xml = parts.get("xl/sharedStrings.xml", b"").decode()
    return ["".join(_T.findall(item)) for item in re.split(r"<si\b", xml)[1:]]


def _cell_values(xml: str, shared: list[str]) -> dict[str, CellValue]:
    """The values in the XML of a worksheet, those beside formulas included."""
    values: dict[str, CellValue] = {}
    for attributes, place, inner in _CELL.findall(xml):
        kind, content = _TYPE.search(attributes), _V.search(inner)
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


def _from_engine(value: Any) -> CellValue | None:
    """A value as the engine gives it, or None if it cannot be the value of a cell."""
    match value:
        case bool() | str():
            return value
        case int() | float() if math.isfinite(value):
            return float(value)
        case {"type": "Error", "kind": kind} if kind in _ERRORS:
            return CellError(_ERRORS[kind])
    return None


def _to_xml(value: CellValue) -> tuple[str, str]:
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


class _Charts:
    """Puts the values of the cells that charts refer to into the charts of the same parts."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.sheets = {title.casefold(): (title, xml) for title, xml in _sheets(parts).values()}
        self.shared = _shared_strings(parts)
        self.cells: Values = {}

    def with_values(self, match: re.Match[str]) -> str:
        """One reference with its values; labels are marked as texts if there is a text."""
        before, p, kind, formula = match[1] or "", match[2] or "", match[3], match[4]
        area = _AREA.fullmatch(unescape(formula))
        name = (area[2] or area[1].replace("''", "'")).casefold() if area else ""
        if area is None or name not in self.sheets:
            raise CannotCalculate(f"a chart refers to {formula}, which is not in the workbook")
        if name not in self.cells:
            self.cells[name] = _cell_values(self.sheets[name][1], self.shared)
        first, last = (
            column_index_from_string(letters) for letters in (area[3], area[5] or area[3])
        )
        found = [
            self.cells[name].get(f"{get_column_letter(column)}{row}", "")
            for row in range(int(area[4]), int(area[6] or area[4]) + 1)
            for column in range(first, last + 1)
        ]
        if before and any(isinstance(value, str) and value for value in found):
            kind = "str"  # openpyxl calls all categories numbers
        points = "".join(
            f'<{p}pt idx="{index}"><{p}v>{_to_xml(value)[1]}</{p}v></{p}pt>'
            for index, value in enumerate(found)
            if value != "" and (kind == "str" or type(value) is float)
        )
        code = f"<{p}formatCode>General</{p}formatCode>" if kind == "num" else ""
        count = f'<{p}ptCount val="{len(found)}"/>'
        cache = f"<{p}{kind}Cache>{code}{count}{points}</{p}{kind}Cache>"
        return f"{before}<{p}{kind}Ref><{p}f>{formula}</{p}f>{cache}</{p}{kind}Ref>"
