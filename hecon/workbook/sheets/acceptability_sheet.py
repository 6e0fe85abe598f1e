"""Acceptability: cost-effectiveness plane, acceptability curves and frontier, from the draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import Reference, ScatterChart, Series

from hecon.report.grade import marked_title
from hecon.studies.study import Study
from hecon.workbook.charts import COLOURS, DASHES, dress
from hecon.workbook.context import UNCERTAINTY, Book, SheetTable, plane_left
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.severity_sheet import write_severity

TITLE = UNCERTAINTY
FIRST = 6
STEPS = 21

#: First row of the table that tells which option is best on average, by the same thresholds.
BEST = FIRST + STEPS + 6
#: First of the two rows of the line that marks the threshold on the curves.
LIMIT = FIRST + 5


@dataclass(frozen=True)
class AcceptabilityAddresses:
    """The sheet, and the cells of the curves: a row a threshold, a column an option."""

    page: Page
    curves: str


def write_acceptability(book: Book) -> AcceptabilityAddresses:
    """Write the sheet."""
    draws = book.draws
    options = book.study.options
    a, b = book.study.compared
    page = add_page(
        book.workbook,
        TITLE,
        marked_title("Uncertainty"),
        f"Acceptability and value of information by formula from the {draws.rows:,} draws on the "
        "right; below, Python's figures over all draws.",
        orientation="portrait",
    )
    page.widths(34, *([16.0] * (draws.left - 1)), 8, *([14.0] * len(draws.columns)))
    page.parts |= {"Acceptability": "A4"}
    page.put(4, 1, "Share of draws in which each option has the highest net benefit", "note")
    unit = f"{book.currency}/QALY"
    page.headings(5, [f"value of a QALY ({unit})", *options, "best on average (frontier)"])
    for i, threshold in enumerate(thresholds(book.study)):
        row = FIRST + i
        page.put(row, 1, threshold, "input", "money")
        for j, option in enumerate(options):
            text = share_best(draws, options, option, f"$A{row}")
            page.formula(row, 2 + j, text, "formula", "share")
        page.formula(
            row,
            2 + len(options),
            f"'{TITLE}'!${letter(frontier_column(options))}${BEST + i}",
            "link",
            "share",
        )
    last = FIRST + STEPS - 1
    page.allow("positive", [f"A{FIRST}:A{last}"])
    area = f"'{TITLE}'!$B${FIRST}:${letter(1 + len(options))}${last}"
    tolerance = book.layout.fixed["tolerance"]
    book.checks.append(
        (
            f"{TITLE}: the shares of the options sum to one at every threshold",
            f"ABS(SUM({area})-ROWS({area}))<{tolerance}",
        )
    )
    column = plane_column(book)
    page.put(4, column, f"{a} against {b}, each draw", "note")
    page.headings(5, ["incremental QALYs", f"incremental cost ({book.currency})"], column)
    for i in range(draws.rows):
        for j, (what, shape) in enumerate((("qaly", "exact"), ("cost", "money"))):
            text = f"{draws.cell(f'{what} {a}', i)}-{draws.cell(f'{what} {b}', i)}"
            page.formula(FIRST + i, column + j, text, "formula", shape)
    _threshold_lines(book, page, column)
    return AcceptabilityAddresses(page, area)


def share_best(draws: SheetTable, options: Sequence[str], option: str, limit: str) -> str:
    """A formula for the share of draws in which an option is the best, given a QALY's value."""
    benefit = {s: f"({limit}*{draws.span(f'qaly {s}')}-{draws.span(f'cost {s}')})" for s in options}
    here = options.index(option)
    # a tie goes to the option named first
    beats = [
        f"({benefit[option]}{'>' if k < here else '>='}{benefit[other]})"
        for k, other in enumerate(options)
        if k != here
    ]
    return f"SUMPRODUCT({'*'.join(beats)}*1)/ROWS({draws.span('draw')})" if beats else "1"


def frontier_column(options: Sequence[str]) -> int:
    """Column of the frontier's probability on the sheet that tells which option is best."""
    return 5 + len(options)


def plane_column(book: Book) -> int:
    """Column of the increments of each draw."""
    return plane_left(book.study) + 1


def _threshold_lines(book: Book, page: Page, column: int) -> None:
    """Two points each of the lines on which net benefit is zero, and of the threshold in use."""
    area = page.span(column, FIRST, FIRST + book.draws.rows - 1).split("!")[1]
    page.put(4, column + 3, "Where net benefit is zero", "note")
    page.headings(5, ["QALYs", f"cost ({book.currency})"], column + 3)
    limit = book.after(write_severity).threshold
    for row, end in ((FIRST, f"MIN(0,MIN({area}))"), (FIRST + 1, f"MAX(0,MAX({area}))")):
        page.formula(row, column + 3, end, "formula", "exact")
        text = f"${letter(column + 3)}{row}*{limit}"
        page.formula(row, column + 4, text, "formula", "money")
    page.put(LIMIT - 1, column + 3, "Threshold in use", "note")
    for row, share in ((LIMIT, 0), (LIMIT + 1, 1)):
        page.formula(row, column + 3, limit, "link", "money")
        page.put(row, column + 4, share, "text", "share")


def draw_charts(book: Book) -> None:
    """The plane and the curves on their own sheet, below the tables."""
    page = book.after(write_acceptability).page
    page.sheet.add_chart(plane_chart(book, page), f"A{page.free}")
    page.sheet.add_chart(curve_chart(book, page), f"F{page.free}")
    page.free += 19


def thresholds(study: Study) -> list[int]:
    """The values of a QALY that the curves are drawn over."""
    highest = study.jurisdiction.definition.acceptability.highest
    return [round(highest / (STEPS - 1) * i) for i in range(STEPS)]


def plane_chart(book: Book, page: Page) -> Any:
    """The incremental cost-effectiveness plane."""
    column = plane_column(book)
    last = FIRST + book.draws.rows - 1
    chart: Any = ScatterChart()
    chart.style = 2
    series = Series(
        Reference(page.sheet, min_col=column + 1, min_row=FIRST, max_row=last),
        Reference(page.sheet, min_col=column, min_row=FIRST, max_row=last),
        title="draws",
    )
    series.marker.symbol = "circle"
    series.marker.size = 3
    series.marker.graphicalProperties.solidFill = COLOURS[0]
    series.marker.graphicalProperties.line.solidFill = COLOURS[0]
    series.graphicalProperties.line.noFill = True
    chart.series.append(series)
    chart.series.append(_line(page, column + 3, FIRST, "net benefit zero"))
    dress(
        chart,
        f"{book.study.compared[0]} against {book.study.compared[1]}, each draw",
        page.worded("incremental QALYs"),
        f"incremental cost ({book.currency})",
        14.5,
        8.5,
        ("0.0", "#,##0"),
    )
    return chart


def _line(page: Page, column: int, row: int, title: str) -> Any:
    """A dashed line through two points below each other."""
    up, along = (
        Reference(page.sheet, min_col=c, min_row=row, max_row=row + 1) for c in (column + 1, column)
    )
    line = Series(up, along, title=title)
    line.marker.symbol = "none"
    line.graphicalProperties.line.solidFill = "5F5F5F"
    line.graphicalProperties.line.dashStyle = "dash"
    line.graphicalProperties.line.width = 19_000
    return line


def curve_chart(book: Book, page: Page) -> Any:
    """Acceptability curves, and the frontier: the curve of the option that is best on average."""
    options = book.study.options
    last = FIRST + STEPS - 1
    chart: Any = ScatterChart()
    chart.style = 2
    at = Reference(page.sheet, min_col=1, min_row=FIRST, max_row=last)
    for i in range(len(options) + 1):
        values = Reference(page.sheet, min_col=2 + i, min_row=5, max_row=last)
        series = Series(values, at, title_from_data=True)
        series.marker.symbol, series.smooth = "none", False
        line = series.graphicalProperties.line
        line.solidFill, line.dashStyle = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
        line.width = 22_000
        chart.series.append(series)
    line.solidFill, line.dashStyle, line.width = "1F2933", "sysDot", 38_000
    chart.series.append(_line(page, plane_column(book) + 3, LIMIT, "threshold in use"))
    highest = book.study.jurisdiction.definition.acceptability.highest
    chart.x_axis.scaling.min, chart.x_axis.scaling.max = 0, highest
    chart.x_axis.majorUnit = highest / 4
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    currency = book.study.jurisdiction.definition.currency
    dress(
        chart,
        "Probability of being the best option",
        page.worded(f"value of a QALY ({currency})"),
        "",
        14.5,
        8.5,
        ("#,##0", "0%"),
    )
    return chart
