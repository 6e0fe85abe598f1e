"""A section of the report as a sheet: Python's figures, not live."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from typing import Any, Literal

import pandas as pd
from openpyxl.chart import BarChart, Reference, ScatterChart
from openpyxl.chart import Series as Line
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from hecon.report.content import Chart, Column, Kind, Section, Table
from hecon.report.layout import spread
from hecon.report.numbers import SCREEN, Units, numeric, sheet_format
from hecon.report.words import spoken
from hecon.workbook.charts import COLOURS, DASHES, dress
from hecon.workbook.styles import Page, Sheets, add_page

NOT_LIVE = "Computed in Python, not live."
#: Widths of columns by what they hold; texts share what is left of a printed line.
_WIDTHS = {"text": 42.0, "name": 24.0, "status": 14.0, "flag": 11.0}
_FIGURE = 15.0
#: Rows that a chart takes.
_CHART = 20
#: Statuses whose cells are filled.
_MARKED = ("assumption", "memory", "retracted")


def write_section(workbook: Sheets, section: Section, units: Units) -> Page | None:
    """A sheet with the section's sentences, tables and charts; none if there is nothing to say."""
    if section.empty:
        return None
    tables = section.visible
    title = units.named(section.title)
    page = add_page(workbook, title[:31], title, NOT_LIVE)
    page.widths(*_widths(tables))
    row = 3
    width = sum(_widths(tables)[:8]) or 100.0
    for sentence in section.sentences:
        page.put(row, 1, spoken(sentence, units, SCREEN), _tone(sentence.tone), wrap=False)
        _across(page, row, spoken(sentence, units, SCREEN), width)
        row += 1
    row += 1
    for table in tables:
        first = row + 1
        end = put_table(page, table, units, row)
        if len(tables) == 1:
            page.sheet.freeze_panes = f"A{first + 1}"
        charts = [f.chart for f in section.figures if f.chart and f.chart.table == table.name]
        for position, chart in enumerate(charts):
            _chart(page, chart, table, first, end + 1, position)
        row = end + 1 + (_CHART if charts else 0)
    return page


def link_sheets(workbook: Sheets) -> None:
    """Let cells that name a sheet jump to it."""
    titles = set(workbook.sheetnames)
    for page in workbook.pages:
        for row, column, title in page.named:
            if title in titles:
                page.link(row, column, title)


def _tone(tone: str) -> str:
    return {"note": "note", "warning": "section"}.get(tone, "output")


def _across(page: Page, row: int, text: str, width: float) -> None:
    """Let a text run over the sheet's first columns, in a row high enough for it."""
    page.sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=8)
    cell: Any = page.sheet.cell(row, 1)
    cell._style = copy(cell._style)
    cell.alignment = Alignment("left", "top", wrap_text=True)
    page.sheet.row_dimensions[row].height = 14.0 * (1 + int(len(text) / (width * 0.95)))


def _widths(tables: Sequence[Table]) -> list[float]:
    """Each column as wide as the widest of the tables below each other needs."""
    widths: list[float] = []
    for table in tables:
        for position, column in enumerate(spread(table)[0]):
            wanted = _WIDTHS.get(column.kind, _FIGURE)
            if position == len(widths):
                widths.append(wanted)
            widths[position] = max(widths[position], wanted)
    return widths


def put_table(page: Page, table: Table, units: Units, row: int) -> int:
    """Caption, headings and rows; gives the row after them and the table's note."""
    columns, frame = spread(table)
    page.heading(row, units.named(table.caption))
    page.headings(row + 1, [units.heading(c) for c in columns])
    for r, record in enumerate(frame.to_dict("records"), start=row + 2):
        for c, column in enumerate(columns, start=1):
            _cell(page, r, c, record[column.key], column)
    end = row + 2 + len(frame)
    if table.note is not None:
        page.put(end, 1, spoken(table.note, units, SCREEN), "note")
        end += 1
    return end


def _cell(page: Page, row: int, column: int, value: object, described: Column) -> None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if described.kind == "flag" or isinstance(value, bool):
        value = SCREEN.yes if value else SCREEN.no
    if isinstance(value, float) and math.isinf(value):
        value = described.infinite
    marked = described.kind == "status" and value in _MARKED
    wraps = described.kind == "text" and isinstance(value, str)
    if described.kind == "sheet":
        page.named.append((row, column, str(value)))
    shape = "general"
    if isinstance(value, int | float):
        kind: Kind = described.kind if numeric(described) else "number"
        shape = sheet_format(kind, float(value))
    cell = page.put(row, column, value, str(value) if marked else "text", shape, wrap=wraps)
    if isinstance(value, str) and column > 1:
        # a style of its own: cells share theirs
        cell._style = copy(cell._style)
        side: Literal["left", "right"] = "right" if numeric(described) else "left"
        cell.alignment = Alignment(side, "top", wrap_text=wraps, indent=1)


def _chart(
    page: Page,
    chart: Chart,
    table: Table,
    header: int,
    row: int,
    position: int,
) -> None:
    """A chart of a table's cells, beneath it."""
    columns, frame = spread(table)
    keys = [c.key for c in columns]
    made: Any = BarChart() if chart.shape == "bars" else ScatterChart()
    along = keys.index(chart.along) + 1
    for number, series in enumerate(chart.series):
        rows = _rows(frame, series.where, chart.most)
        if not rows:
            continue
        first, last = header + 1 + rows[0], header + 1 + rows[-1]
        column = keys.index(series.column) + 1
        values = Reference(page.sheet, min_col=column, min_row=first, max_row=last)
        across = Reference(page.sheet, min_col=along, min_row=first, max_row=last)
        if chart.shape == "bars":
            line: Any = Line(values, title=series.title)
            made.series.append(line)
            line.graphicalProperties.solidFill = COLOURS[number % len(COLOURS)]
            made.set_categories(across)
        else:
            line = Line(values, across, title=series.title)
            made.series.append(line)
            line.graphicalProperties.line.solidFill = COLOURS[number % len(COLOURS)]
            line.graphicalProperties.line.dashStyle = DASHES[number % len(DASHES)]
            line.smooth = False
    if chart.shape == "bars":
        made.type, made.barDir, made.gapWidth = "bar", "bar", 60
        made.x_axis.scaling.orientation, made.y_axis.crosses = "maxMin", "max"
    else:
        made.style = 13
    formats = [
        sheet_format(table.column(k).kind, 1e3) for k in (chart.along, chart.series[0].column)
    ]
    dress(
        made,
        chart.title,
        chart.across_title,
        chart.up_title,
        15.5,
        9.5,
        (formats[0].split("_")[0], formats[1].split("_")[0]),
    )
    page.sheet.add_chart(made, f"{get_column_letter(1 + 5 * position)}{row}")


def _rows(frame: pd.DataFrame, where: Any, most: int) -> list[int]:
    """Positions of the rows that a series shows; they stand together."""
    chosen = pd.Series(True, index=frame.index)
    for key, value in where.items():
        chosen &= frame[key] == value
    positions = [int(i) for i in range(len(frame)) if bool(chosen.iloc[i])]
    return positions if where else positions[:most]
