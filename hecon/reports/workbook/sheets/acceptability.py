"""Acceptability: the cost-effectiveness plane and the acceptability curve, from the draws."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import LineChart, Reference, ScatterChart, Series

from hecon.reports.workbook.charts import COLOURS, DASHES, dress
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import letter
from hecon.reports.workbook.styles import Page, add_page
from hecon.studies.study import Study

TITLE = "Acceptability"
FIRST = 6
STEPS = 21


def write_acceptability(book: Book) -> Page:
    """Write the sheet."""
    draws = book.draws
    options = book.study.options
    a, b = book.study.compared
    page = add_page(
        book.workbook,
        TITLE,
        "Acceptability",
        f"By formula from the {draws.rows:,} draws on sheet Draws; Python's figures over all draws "
        "are on Summary.",
        f"A{FIRST}",
    )
    page.widths(16, *([14.0] * len(options)), 4, 18, 18)
    page.put(4, 1, "Share of draws in which each option has the highest net benefit", "note")
    page.headings(5, [f"threshold ({book.study.jurisdiction.definition.currency}/QALY)", *options])
    for i, threshold in enumerate(thresholds(book.study)):
        row = FIRST + i
        page.put(row, 1, threshold, "input", "money")
        benefit = {
            s: f"($A{row}*{draws.span(f'qaly {s}')}-{draws.span(f'cost {s}')})" for s in options
        }
        for j, option in enumerate(options):
            # a tie goes to the option named first
            beats = [
                f"({benefit[option]}{'>' if k < j else '>='}{benefit[other]})"
                for k, other in enumerate(options)
                if k != j
            ]
            text = f"SUMPRODUCT({'*'.join(beats)}*1)/ROWS({draws.span('draw')})" if beats else "1"
            page.formula(row, 2 + j, text, "formula", "share")
    last = FIRST + STEPS - 1
    page.allow("positive", [f"A{FIRST}:A{last}"])
    area = f"'{TITLE}'!$B${FIRST}:${letter(1 + len(options))}${last}"
    book.answers["acceptability"] = area
    tolerance = book.layout.fixed["tolerance"]
    book.checks.append(
        (
            f"{TITLE}: the shares of the options sum to one at every threshold",
            f"ABS(SUM({area})-ROWS({area}))<{tolerance}",
        )
    )
    column = 3 + len(options)
    page.put(4, column, f"{a} against {b}, each draw", "note")
    page.headings(5, ["incremental QALYs", f"incremental cost ({book.currency})"], column)
    for i in range(draws.rows):
        for j, (what, shape) in enumerate((("qaly", "exact"), ("cost", "money"))):
            text = f"{draws.cell(f'{what} {a}', i)}-{draws.cell(f'{what} {b}', i)}"
            page.formula(FIRST + i, column + j, text, "formula", shape)
    return page


def thresholds(study: Study) -> list[int]:
    """The values of a QALY that the curves are drawn over."""
    highest = study.jurisdiction.definition.acceptability.highest
    return [round(highest / (STEPS - 1) * i) for i in range(STEPS)]


def plane_chart(book: Book, page: Page) -> Any:
    """The incremental cost-effectiveness plane."""
    column = 3 + len(book.study.options)
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
    chart.legend = None
    dress(
        chart,
        f"{book.study.compared[0]} against {book.study.compared[1]}, each draw",
        "incremental QALYs",
        f"incremental cost ({book.currency})",
        14.5,
        8.5,
        ("0.0", "#,##0"),
    )
    return chart


def curve_chart(book: Book, page: Page) -> Any:
    """Cost-effectiveness acceptability curves."""
    options = book.study.options
    last = FIRST + STEPS - 1
    chart: Any = LineChart()
    area = Reference(page.sheet, min_col=2, max_col=1 + len(options), min_row=5, max_row=last)
    chart.add_data(area, titles_from_data=True)
    chart.set_categories(Reference(page.sheet, min_col=1, min_row=FIRST, max_row=last))
    for i, series in enumerate(chart.series):
        series.graphicalProperties.line.solidFill = COLOURS[i % len(COLOURS)]
        series.graphicalProperties.line.dashStyle = DASHES[i % len(DASHES)]
        series.graphicalProperties.line.width = 22_000
        series.smooth = False
    chart.x_axis.tickLblSkip = 5
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    currency = book.study.jurisdiction.definition.currency
    dress(
        chart,
        "Probability of being the best option",
        f"value of a QALY ({currency})",
        "",
        14.5,
        8.5,
        ("#,##0", "0%"),
    )
    return chart
