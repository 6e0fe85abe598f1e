"""Cached values for a workbook of formulas, so that it can be read where nothing calculates.

openpyxl writes formulas without their results. `recalculate` works the results out with the
formualizer engine, `write_cached` puts them beside the formulas of our own file and into its
charts.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import formualizer

from hecon.workbook.archive import (
    FORMULA,
    TYPE,
    CannotCalculate,
    CellError,
    CellValue,
    Values,
    check_formulas,
    formula_places,
    read_parts,
    sheets_of,
    to_xml,
    write_parts,
)
from hecon.workbook.chart_values import CHART, CHART_REF, ChartValues
from hecon.workbook.shared import Shared, formula_xml, shared_formulas

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
_DATE = re.compile(r"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</dcterms:\2>)")


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
    return LiveWorkbook(path).values()


class LiveWorkbook:
    """A workbook open in the formualizer engine: cells can be set, and all formulas follow."""

    def __init__(self, path: Path):
        self._path = path
        self._cells = formula_places(path)
        settings = formualizer.EvaluationConfig()
        settings.enable_parallel = False
        config = formualizer.WorkbookConfig(eval_config=settings)
        self._book = formualizer.Workbook.from_path(str(path), config=config)
        self._book.set_temporal_egress("serial")

    def set(self, sheet: str, row: int, column: int, value: str | float) -> None:
        """Type a value over a cell."""
        self._book.sheet(sheet).set_value(row, column, value)

    def _formula(self, sheet: str, address: str) -> str:
        """A formula with its place; read again, for all of them would take much memory."""
        parts = read_parts(self._path)
        xml = next(parts[part] for part, title in sheets_of(parts).items() if title == sheet)
        found = next(m for m in FORMULA.finditer(xml.decode()) if m[2] + m[3] == address)
        return f"'{sheet}'!{address} ={unescape(found[5] or '')}"

    def values(self) -> Values:
        """Work out what has changed; the value of every formula cell, as in `recalculate`."""
        self._book.evaluate_all()
        values: Values = {title: {} for title in self._cells}
        faults: list[str] = []
        for title, cells in self._cells.items():
            if not cells:
                continue
            area = (1, 1, max(cells.rows), max(cells.columns))
            block = self._book.sheet(title).get_values(formualizer.RangeAddress(title, *area))
            for address, row, column in cells:
                value = _from_engine(block[row - 1][column - 1])
                if value is None:
                    faults.append(self._formula(title, address))
                else:
                    values[title][address] = value
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
    parts = read_parts(source)
    for part, title in sheets_of(parts).items():
        xml = parts[part].decode()
        shared = shared_formulas(xml, xml.count("<f>"))

        def with_value(match: re.Match[str], title: str = title, shared: Shared = shared) -> str:
            value = values.get(title, {}).get(match[2] + match[3])
            if value is None:
                raise CannotCalculate(f"no value for '{title}'!{match[2]}{match[3]}")
            kind, text = to_xml(value)
            formula = formula_xml(match[4], match[5] or "", shared.get(match[2] + match[3]))
            return f"<c{TYPE.sub('', match[1])}{kind}>{formula}<v>{text}</v></c>"

        valued, count = FORMULA.subn(with_value, xml)
        check_formulas(title, xml, count)
        parts[part] = valued.encode()
    if chart_parts := list(filter(CHART.fullmatch, parts)):
        charts = ChartValues(parts)
        for part in chart_parts:
            parts[part] = CHART_REF.sub(charts.with_values, parts[part].decode()).encode()
    if core := parts.get("docProps/core.xml"):
        moment = created.astimezone(dt.UTC) if created.tzinfo else created
        stamp = rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}\g<3>"
        parts["docProps/core.xml"] = _DATE.sub(stamp, core.decode()).encode()
    write_parts(target, parts)


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
