"""A section of the report as a sheet: Python's figures, not live."""

import math
from collections.abc import Sequence
from copy import copy
from typing import Any, Literal

import pandas as pd
from openpyxl.chart import BarChart, Reference, ScatterChart
from openpyxl.chart import Series as Line
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from hecon.report.cited import SOURCES
from hecon.report.content import Chart, Column, Kind, Section, Sentence, Table
from hecon.report.doi import doi_address
from hecon.report.language import ENGLISH, speaking
from hecon.report.numbers import Units, numeric, sheet_format, yes_or_no
from hecon.report.presented import caption, spread
from hecon.report.sections import REGISTRY
from hecon.report.words import spoken
from hecon.workbook.charts import COLOURS, DASHES, dress
from hecon.workbook.formula_text import literal
from hecon.workbook.hyperlinks import lead_out
from hecon.workbook.pages import AS_DELIVERED, Page, Sheets, add_page
from hecon.workbook.sheet_layout import EDITED

NOT_LIVE = "Computed in Python, not live"
#: Widths of columns by what they hold; those of words are as wide as their words, up to this.
_WIDTHS = {
    "text": 42.0,
    "formula": 42.0,
    "name": 30.0,
    "label": 30.0,
    "symbol": 30.0,
    "status": 14.0,
    "flag": 11.0,
}
_FIGURE, _LEAST = 15.0, 10.0
#: Characters side by side that can still be read on paper; further columns stay on screen.
_PRINTED = 390.0
#: Widest column where sections stand below each other, and the last column that turns grey.
_PART, MOST = 32.0, 20
#: Rows that a chart takes.
_CHART = 20
#: Statuses whose cells are filled.
_MARKED = {"assumption": "assumption", "secondary": "assumption", "retracted": "retracted"}


def write_section(workbook: Sheets, section: Section, units: Units) -> Page | None:
    """A sheet with the section's sentences, tables and charts; none if there is nothing to say."""
    if section.empty:
        return None
    with speaking(ENGLISH):  # sheets are known by it; the whole file is translated at the end
        title = units.named(section.title)
    page = add_page(workbook, title[:31], title, _purpose(section))
    page.effect = Page.effect  # what the study counts in is in the units
    widths = _widths(section.visible, units)
    page.widths(*widths)
    last = _put(page, section, units, 3)
    if len(section.visible) == 1:
        page.sheet.freeze_panes = f"A{min(page.tables) + 1}"
    _print_to(page, last)
    return page


def write_parts(
    workbook: Sheets,
    title: str,
    about: str,
    printed: Sequence[Section],
    screen: Sequence[Section],
    units: Units,
) -> Page | None:
    """Sections below each other on one sheet, those last that are on screen only; None if empty."""
    shown = [section for section in (*printed, *screen) if not section.empty]
    if not shown:
        return None
    page = add_page(workbook, title, title, f"{NOT_LIVE}: {about}")
    page.effect = Page.effect
    widths = _widths([t for section in shown for t in section.visible], units)
    page.widths(*(min(w, _PART) for w in widths))
    row = 4
    for section in printed:
        row = add_part(page, section, units, row)
    last = row
    for section in screen:
        row = add_part(page, section, units, row)
    _print_to(page, last)
    return page


def add_part(page: Page, section: Section, units: Units, row: int) -> int:
    """A section below what a sheet holds; gives the next free row.

    What it holds turns grey once a cell is typed over, and its heading says so.
    """
    if section.empty:
        return row
    with speaking(ENGLISH):  # parts are known by it, as sheets are
        title = units.named(section.title)
    page.part(title, row)
    page.formula(row, 1, f'{literal(title)}&IF({EDITED}>0,": {AS_DELIVERED}","")', "part")
    page.put(row + 1, 1, _purpose(section), "note")
    last = _put(page, section, units, row + 2)
    page.fade(f"A{row + 2}:{get_column_letter(MOST)}{last}", EDITED)
    return last + 1


def _put(page: Page, section: Section, units: Units, row: int) -> int:
    """Sentences, tables and charts from a row on; gives the row after them."""
    width = sum(page.sheet.column_dimensions[get_column_letter(c)].width for c in range(1, 9))
    row = put_sentences(page, section.sentences, units, row, width) + 1
    for table in section.visible:
        first = row + 1
        end = put_table(page, table, units, row)
        charts = [f.chart for f in section.figures if f.chart and f.chart.table == table.name]
        for position, chart in enumerate(charts):
            _chart(page, chart, table, first, end + 1, position)
        row = end + 1 + (_CHART if charts else 0)
    return row


def _print_to(page: Page, row: int) -> None:
    """Print as many columns as can be read on paper."""
    fits, wide = 0, 0.0
    for column in range(1, page.sheet.max_column + 1):
        wide += page.sheet.column_dimensions[get_column_letter(column)].width
        fits = column if wide <= _PRINTED else fits
    page.sheet.print_area = f"A1:{get_column_letter(max(fits, 8))}{row}"


def _purpose(section: Section) -> str:
    """What the sheet is, in the words of the analysis that it shows."""
    for entry in REGISTRY:
        if section.name in (entry.name, entry.command_name):
            return f"{NOT_LIVE}: {entry.summary[0].lower()}{entry.summary[1:]}"
    return f"{NOT_LIVE}."


def put_sentences(
    page: Page, sentences: Sequence[Sentence], units: Units, row: int, width: float
) -> int:
    """Sentences below each other, over the first columns; gives the row after them."""
    for sentence in sentences:
        page.put(row, 1, spoken(sentence, units), _tone(sentence.tone), wrap=False)
        _across(page, row, spoken(sentence, units), width)
        row += 1
    return row


def _tone(tone: str) -> str:
    return {"note": "note", "warning": "section", "verdict": "output"}.get(tone, "text")


def _across(page: Page, row: int, text: str, width: float) -> None:
    """Let a text run over the sheet's first columns, in a row high enough for it."""
    page.sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=8)
    cell: Any = page.sheet.cell(row, 1)
    cell._style = copy(cell._style)
    cell.alignment = Alignment("left", "top", wrap_text=True)
    page.sheet.row_dimensions[row].height = 14.0 * (1 + int(len(text) / (width * 0.95)))


def _widths(tables: Sequence[Table], units: Units) -> list[float]:
    """Each column as wide as the widest of the tables below each other needs."""
    widths: list[float] = []
    for table in tables:
        columns, frame = spread(table)
        for position, column in enumerate(columns):
            wanted = _width(column, units.heading(column), frame[column.key])
            if position == len(widths):
                widths.append(wanted)
            widths[position] = max(widths[position], wanted)
    return widths


def _width(column: Column, heading: str, cells: pd.Series) -> float:
    """Room for the words of the heading, and for the longest cell where cells are words."""
    word = max(map(len, heading.split()), default=0) + 2.0
    most = _WIDTHS.get(column.kind, _FIGURE)
    if column.kind in ("text", "formula", "name", "label", "symbol"):
        longest = cells.map(lambda value: len(str(value))).max() if len(cells) else 0
        most = min(most, max(_LEAST, longest + 2.0))
    return max(most, min(word, _WIDTHS["text"]))


def put_table(page: Page, table: Table, units: Units, row: int) -> int:
    """Caption, headings and rows; gives the row after them and the table's note."""
    columns, frame = spread(table)
    page.heading(row, caption(table, columns, units))
    page.headings(row + 1, [units.heading(c) for c in columns])
    if table.name == SOURCES:
        page.explained |= {key: r for r, key in enumerate(frame[table.keys[0]], start=row + 2)}
    for r, record in enumerate(frame.to_dict("records"), start=row + 2):
        for c, column in enumerate(columns, start=1):
            _cell(page, r, c, record[column.key], column)
    end = row + 2 + len(frame)
    if table.note is not None:
        page.put(end, 1, spoken(table.note, units), "note")
        end += 1
    return end


def _cell(page: Page, row: int, column: int, value: object, described: Column) -> None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if described.kind == "flag" or isinstance(value, bool):
        value = yes_or_no(value)
    if isinstance(value, float) and math.isinf(value):
        value = described.infinite
    marked = described.kind == "status" and value in _MARKED
    room = page.sheet.column_dimensions[get_column_letter(column)].width
    wraps = isinstance(value, str) and (
        described.kind in ("text", "formula") or len(value) > max(room, _LEAST)
    )
    if described.kind == "sheet":
        page.named.append((row, column, str(value)))
    shape = "general"
    if isinstance(value, int | float):
        kind: Kind = described.kind if numeric(described) else "number"
        shape = sheet_format(kind, float(value))
    address = doi_address(str(value)) if described.kind == "doi" else ""
    look = _MARKED[str(value)] if marked else "jump" if address else "text"
    side: Literal["", "left", "right"] = ""
    if isinstance(value, str) and column > 1:
        side = "right" if numeric(described) else "left"
    cell = page.put(row, column, value, look, shape, wraps, side)
    if address:
        lead_out(cell, address)


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
