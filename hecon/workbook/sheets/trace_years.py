"""A trace in short: who is in which state year by year, to the horizon of the base case."""

from typing import Any

from openpyxl.chart import AreaChart, Reference

from hecon.analyses.flows import base_trace
from hecon.engine.model import CohortModel
from hecon.workbook.charts import COLOURS, dress
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import HEADINGS, letter, trace_title

#: Labels on the axis of time, at most.
LABELS = 10
_YEAR, _CYCLE, _FIRST = 1, 2, 3


def years_shown(book: Book) -> list[float]:
    """The start, each year within the base case's horizon, and its end where that is none."""
    end = float(book.run(base_trace)["year"].max())
    whole = [float(year) for year in range(int(end + 1e-9) + 1)]
    return whole if end - whole[-1] < 1e-6 else [*whole, end]


def write_years(book: Book, page: Page, model: CohortModel, strategy: str) -> int:
    """Write the rows below the trace, which are those that are printed, with a chart beside them.

    A year after the horizon in use has no figures.

    Returns:
        The row of the headings.
    """
    layout, title = book.layout, trace_title(strategy)
    head = layout.first + layout.rows + 3
    page.heading(head - 1, "Who is in which state, by year")
    names = [state.name for state in model.states]
    page.headings(head, ["year", "cycle", *names])
    years = years_shown(book)
    for row, year in enumerate(years, start=head + 1):
        page.put(row, _YEAR, year, "text", "plain")
        page.formula(row, _CYCLE, _cycle(book, row), "formula", "count")
        for column, name in enumerate(names, start=_FIRST):
            areas = [a.rpartition("!")[2] for a in book.tracing.columns[(title, f"share {name}")]]
            parts = "+".join(f"INDEX({area},$B{row}+1)" for area in areas)
            text = f"IF($B{row}>{layout.fixed['cycles']},NA(),{parts})"
            page.formula(row, column, text, "formula", "exact")
    last = head + len(years)
    beside = letter(_FIRST + len(names) + 1)
    for place in (f"E{HEADINGS + 1}", f"{beside}{head}"):
        page.sheet.add_chart(_chart(page, head, last, len(names)), place)
    # the cycles stay on screen
    page.sheet.print_area = f"A{head - 1}:{letter(_FIRST + len(names) + 11)}{max(last, head + 24)}"
    return head


def _cycle(book: Book, row: int) -> str:
    """The cycle that ends with the year of a row, or the last of the trace."""
    layout, year = book.layout, f"$A{row}"
    if ("end", False) in layout.times:
        return f"MATCH({year}+{layout.fixed['tolerance']},{layout.time_column('end')},1)-1"
    most = f"MAX({layout.time_column('cycle')})"
    return f"MIN(ROUND({year}/{layout.fixed['cycle_years']},0),{most})"


def _chart(page: Page, head: int, last: int, states: int) -> Any:
    chart: Any = AreaChart()
    chart.grouping = "percentStacked"
    to = _FIRST + states - 1
    area = Reference(page.sheet, min_col=_FIRST, max_col=to, min_row=head, max_row=last)
    chart.add_data(area, titles_from_data=True)
    chart.set_categories(Reference(page.sheet, min_col=_YEAR, min_row=head + 1, max_row=last))
    for i, series in enumerate(chart.series):
        series.graphicalProperties.solidFill = COLOURS[i % len(COLOURS)]
    step = -(-(last - head) // LABELS)
    chart.x_axis.tickLblSkip = chart.x_axis.tickMarkSkip = max(1, step)
    dress(chart, "Who is in which state", "year", "", 20, 6.5, ("0", "0%"))
    return chart
