"""The values that charts show where nothing calculates."""

from typing import Any

from openpyxl.chart.data_source import NumData, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.utils.cell import range_to_tuple

from hecon.workbook.archive import CellError, CellValue, from_engine
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.translated import sheet_title


def put_values(chart: Any, engine: LiveWorkbook) -> None:
    """Put the values of the cells that a chart refers to beside its references.

    Labels along an axis are marked as texts if there is one: openpyxl calls all of them numbers.
    """
    for part in chart._charts:
        for series in part.ser:
            if series.tx is not None and series.tx.strRef is not None:
                series.tx.strRef = _texts(series.tx.strRef.f, engine)
            for labels in filter(None, (series.cat, series.xVal)):
                area = (labels.numRef or labels.strRef).f
                if any(isinstance(value, str) and value for value in _values(area, engine)):
                    labels.numRef, labels.strRef = None, _texts(area, engine)
                else:
                    labels.numRef, labels.strRef = _numbers(area, engine), None
            for figures in filter(None, (series.val, series.yVal)):
                figures.numRef = _numbers(figures.numRef.f, engine)


def _numbers(area: str, engine: LiveWorkbook) -> NumRef:
    found = _values(area, engine)
    points = [NumVal(i, v=value) for i, value in enumerate(found) if type(value) is float]
    return NumRef(f=area, numCache=NumData("General", len(found), points))


def _texts(area: str, engine: LiveWorkbook) -> StrRef:
    found = _values(area, engine)
    points = [StrVal(i, _text(value)) for i, value in enumerate(found) if value not in (None, "")]
    return StrRef(f=area, strCache=StrData(len(found), points))


def _text(value: CellValue | None) -> str:
    if isinstance(value, CellError):
        return value.code
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _values(area: str, engine: LiveWorkbook) -> list[CellValue | None]:
    """Values of the cells of an area, row by row; None for an empty one."""
    title, ends = range_to_tuple(area)
    left, top, right, bottom = (end or 1 for end in ends)
    rows = engine.area(sheet_title(title.replace("''", "'")), (top, left, bottom, right))
    return [from_engine(value) for row in rows for value in row]
