"""Break-even values with the threshold price, and global sensitivity: Python's figures."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.pagebreak import Break

from hecon.analyses.break_even import turning
from hecon.analyses.pair import find_parameter
from hecon.reports.answers.one_parameter import break_even_words
from hecon.reports.answers.price import price_words
from hecon.reports.answers.sensitivity import morris_words, sobol_words
from hecon.reports.workbook.charts import COLOURS, dress
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.sheets.plain import Column, put_table, put_words
from hecon.reports.workbook.styles import Page, add_page

if TYPE_CHECKING:
    from hecon.analyses.further import Further

BREAK_EVEN = "Break-even"
SENSITIVITY = "Global sensitivity"

_HEADER = 6
#: Bars of the chart, at most, and the rows that it takes.
_BARS, _CHART = 12, 26


def write_break_even(book: Book, further: Further) -> None:
    """Where the decision turns along each range, those that turn it first, and at which price."""
    price, turns = book.results.price, further.break_even
    if not len(turns) and not len(price):
        return
    a, b = book.study.compared
    page = add_page(
        book.workbook,
        BREAK_EVEN,
        "Break-even values and threshold price",
        f"Computed in Python, not live: values of one input, all others at base, at which {a} and "
        f"{b} have equal net benefit. Type one on Inputs to see it.",
    )
    page.widths(40, 26, 18, 12, 12, 12, 14, 15, 15, 44)
    row = 5
    if len(price):
        row = _price(book, page, price, row) + 1
    if len(turns):
        put_words(page, 3, break_even_words(book.study, turns), 10)
        _turns(book, page, turns, row)


def _turns(book: Book, page: Page, turns: pd.DataFrame, row: int) -> None:
    """Every input's range and turns; the headings are repeated on each page."""
    labels = {p.text: p.description for p in book.study.parameters}
    inside = turning(turns)
    others = turns[~turns.index.isin(inside.index)]
    rows = [
        {**row, "label": labels[row["parameter"]]}
        for row in pd.concat([inside, others]).to_dict("records")
    ]
    page.heading(row, "Along the range of each input; those that turn the decision first")
    columns = [
        Column("input", "label", wrap=True),
        Column("name", "parameter"),
        Column("unit", "unit"),
        Column("base", "base"),
        Column("from", "low"),
        Column("to", "high"),
        Column("break-even value", "break_even"),
        Column(f"net benefit at from ({book.currency})", "nmb_low", "money"),
        Column(f"net benefit at to ({book.currency})", "nmb_high", "money"),
        Column("status", "status", wrap=True),
    ]
    put_table(page, row + 1, columns, rows)


def _price(book: Book, page: Page, price: pd.DataFrame, row: int) -> int:
    """The price at which net benefit is zero, with its interval over the draws."""
    parameter = find_parameter(book.study, price["parameter"].iloc[0])
    draws = book.results.probabilistic.design.draws
    page.heading(row, "Threshold price; the live one is on Results")
    base = float("nan") if parameter.value is None else parameter.value
    put_words(page, row + 1, price_words(book.study, price, base), 10)
    columns = [
        Column("price", "label", wrap=True),
        Column("name", "parameter"),
        Column("unit", "unit"),
        Column(f"value of a QALY ({book.currency})", "threshold", "money"),
        Column(f"now ({book.currency})", "now", "money"),
        Column("at base values", "deterministic", "money"),
        Column("expected over draws", "expected", "money"),
        Column("standard error", "standard_error", "money"),
        Column("2.5 % of draws", "low", "money"),
        Column("97.5 % of draws", "high", "money"),
    ]
    rows = [
        {**each, "label": parameter.description, "now": base} for each in price.to_dict("records")
    ]
    end = put_table(page, row + 2, columns, rows)
    text = (
        f"Expected: where mean net benefit over {draws:,} draws is zero. Below the 2.5 % figure "
        "the intervention is cost-effective in 97.5 % of draws."
    )
    page.put(end, 1, text, "note")
    return end + 1


def write_sensitivity(book: Book, further: Further) -> None:
    """Sobol' indices and Morris effects of the inputs that move the result."""
    if further.sobol is None or further.morris is None:
        return
    page = add_page(
        book.workbook,
        SENSITIVITY,
        "Global sensitivity: all uncertain inputs at once",
        "Computed in Python, not live: shares of the variance of incremental net benefit (Sobol') "
        f"from {further.samples:,} base samples, and elementary effects (Morris).",
        f"B{_HEADER + 1}",
    )
    page.widths(40, 34, 14, 14, 14, 14, 14, 14)
    put_words(page, 3, sobol_words(further.sobol), 8)
    page.heading(_HEADER - 1, "Sobol' indices, 95 % by bootstrap; not clipped")
    columns = [
        Column("input", "label", wrap=True),
        Column("name", "parameter", wrap=True),
        Column("by itself (first order)", "first_order", "qaly"),
        Column("low", "first_order_low", "qaly"),
        Column("high", "first_order_high", "qaly"),
        Column("with interactions (total)", "total", "qaly"),
        Column("low", "total_low", "qaly"),
        Column("high", "total_high", "qaly"),
    ]
    rows = _live(book, further.sobol)
    end = put_table(page, _HEADER, columns, rows)
    idle = further.sobol.loc[further.sobol["idle"], "parameter"].tolist()
    if idle:
        page.put(end, 1, f"Never move the result: {', '.join(idle)}.", "note")
    _chart(page, min(len(rows), _BARS), end + 2)
    row = end + 2 + _CHART
    page.heading(row, "Morris screening: elementary effects over the whole range")
    put_words(page, row + 1, morris_words(further.morris), 8)
    columns = [
        Column("input", "label", wrap=True),
        Column("name", "parameter", wrap=True),
        Column(f"mean size (mu*, {book.currency})", "mu_star", "money"),
        Column("low", "mu_star_low", "money"),
        Column("high", "mu_star_high", "money"),
    ]
    if further.morris["mu"].notna().any():
        columns += [
            Column(f"mean (mu, {book.currency})", "mu", "money"),
            Column(f"spread (sigma, {book.currency})", "sigma", "money"),
        ]
    put_table(page, row + 2, columns, _live(book, further.morris))


def _live(book: Book, found: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Rows of inputs that move the result, with what they are."""
    labels = {p.text: p.description for p in book.study.parameters}
    return [
        {**row, "label": "; ".join(labels.get(n, n) for n in row["parameter"].split(" + "))}
        for row in found[~found["idle"]].to_dict("records")
    ]


def _chart(page: Page, count: int, row: int) -> None:
    """First-order and total indices as bars, the largest at the top."""
    page.sheet.row_breaks.append(Break(id=row - 1))
    chart: Any = BarChart()
    chart.type, chart.barDir, chart.gapWidth = "bar", "bar", 60
    for position, column in enumerate((3, 6)):
        area = Reference(page.sheet, min_col=column, min_row=_HEADER, max_row=_HEADER + count)
        chart.add_data(area, titles_from_data=True)
        chart.series[position].graphicalProperties.solidFill = COLOURS[position]
    names = Reference(page.sheet, min_col=2, min_row=_HEADER + 1, max_row=_HEADER + count)
    chart.set_categories(names)
    chart.x_axis.scaling.orientation, chart.y_axis.crosses = "maxMin", "max"
    dress(chart, "Share of the variance of net benefit", "", "", 24, 12, ("General", "0.0"))
    page.sheet.add_chart(chart, f"A{row}")
