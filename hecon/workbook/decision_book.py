"""A workbook of anybody's draws: acceptability and perfect information live from the draws."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl.chart import LineChart, Reference

from hecon.analyses.decided import Decided
from hecon.analyses.draws_table import DrawsTable
from hecon.report.content import Section
from hecon.report.numbers import Units
from hecon.workbook.charts import COLOURS, DASHES, dress
from hecon.workbook.pages import Page, Sheets, add_page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.section_sheet import put_sentences, put_table

#: Most draws times strategies that the workbook holds and calculates from.
MOST_CELLS = 60_000
#: Thresholds of the live table, at most.
STEPS = 21
_FIRST = 6
#: Tables that have a sheet, and its title.
SHEETS = {
    "probabilistic": "Means",
    "probabilistic_frontier": "Frontier",
    "acceptability": "Curves",
    "evpi": "EVPI",
    "ranking": "Ranking",
    "evppi_groups": "EVPPI, sets",
    "evppi": "EVPPI",
}


def write_decision_book(found: Decided, section: Section, units: Units, path: Path) -> None:
    """Write the workbook, with values beside its formulas.

    Notes:
        Names come from somebody's table: they are written as text and never stand in a formula.
    """
    book = Sheets()
    table = found.table
    summary = add_page(book, "Summary", section.title, f"From {table.name}.")
    summary.widths(*([22.0] * 8))
    row = put_sentences(summary, section.sentences, units, 3, 176.0) + 1
    live = found.few and table.draws * len(table.strategies) <= MOST_CELLS
    if live:
        unit = f"{units.currency} per {units.effect}".strip()
        summary.put(row, 1, "EVPI by formula equals Python's", "text")
        summary.formula(row, 4, f'IF({_curves(book, found, unit)},"yes","NO")', "check")
        _draws(book, table)
        text = (
            "Acceptability, EVPI and expected loss on sheet Acceptability are formulas over Draws."
        )
    else:
        what = "draws" if found.few else "strategies"
        text = f"Too many {what} for formulas in a workbook: all sheets hold values."
    summary.put(row + 1, 1, text, "note")
    for made in section.tables:
        title = SHEETS.get(made.name)
        if title:
            page = add_page(book, title, title, "Computed in Python from all draws.")
            page.widths(*([18.0] * len(made.columns)))
            put_table(page, replace(made, only={}, spread=""), units, 3)
    book.repeat_headings()
    book.deliver(path)


def _draws(book: Sheets, table: DrawsTable) -> None:
    """Costs and effects, one row a draw."""
    page = add_page(book, "Draws", "Draws", "Costs, then effects, by strategy.", f"B{_FIRST}")
    count = len(table.strategies)
    page.widths(10, *([16.0] * 2 * count))
    names = [f"{what} {s}" for what in ("cost", "effect") for s in table.strategies]
    page.headings(_FIRST - 1, ["draw", *names])
    columns = np.vstack([table.cost, table.effect])
    for draw in range(table.draws):
        page.put(_FIRST + draw, 1, draw + 1)
        for position in range(2 * count):
            shape = "money" if position < count else "exact"
            page.put(_FIRST + draw, 2 + position, float(columns[position, draw]), "input", shape)


def _curves(book: Sheets, found: Decided, unit: str) -> str:
    """Acceptability and EVPI by formula; gives the formula that says they are Python's."""
    table = found.table
    count, draws = len(table.strategies), table.draws
    page = add_page(
        book,
        "Acceptability",
        "Acceptability and perfect information",
        "By formula from sheet Draws; change a threshold and its row follows.",
        f"B{_FIRST}",
    )
    page.widths(16, *([16.0] * (3 * count + 6)))
    known = found.curves["evpi"].to_series()
    grid = known.index.to_numpy()
    chosen = grid[
        np.unique(np.linspace(0, len(grid) - 1, min(STEPS, len(grid))).round().astype(int))
    ]
    heads = [
        f"threshold ({unit})",
        *(f"P(best) {s}" for s in table.strategies),
        *(f"mean NMB {s}" for s in table.strategies),
        *(f"expected loss {s}" for s in table.strategies),
        "best on average",
        "mean of the best",
        "EVPI",
        "EVPI, Python",
        "difference",
    ]
    page.headings(_FIRST - 1, heads)

    def span(column: int) -> str:
        return f"Draws!${letter(column)}${_FIRST}:${letter(column)}${_FIRST + draws - 1}"

    for i, threshold in enumerate(chosen.tolist()):
        row = _FIRST + i
        page.put(row, 1, threshold, "input", "money")
        benefit = [f"($A{row}*{span(2 + count + j)}-{span(2 + j)})" for j in range(count)]
        best = []
        means = f"${letter(2 + count)}{row}:${letter(1 + 2 * count)}{row}"
        top = 2 + 3 * count
        for j in range(count):
            # a tie goes to the strategy named first
            beats = "*".join(
                f"({benefit[j]}{'>' if k < j else '>='}{benefit[k]})"
                for k in range(count)
                if k != j
            )
            page.formula(row, 2 + j, f"SUMPRODUCT({beats}*1)/{draws}", "formula", "share")
            text = f"SUMPRODUCT({benefit[j]})/{draws}"
            page.formula(row, 2 + count + j, text, "formula", "money")
            best.append(f"SUMPRODUCT({beats}*{benefit[j]})")
            loss = f"{letter(top + 1)}{row}-{letter(2 + count + j)}{row}"
            page.formula(row, 2 + 2 * count + j, loss, "formula", "money")
        names = f"$B${_FIRST + len(chosen) + 2}:${letter(1 + count)}${_FIRST + len(chosen) + 2}"
        page.formula(row, top, f"INDEX({names},MATCH(MAX({means}),{means},0))", "output")
        page.formula(row, top + 1, f"({'+'.join(best)})/{draws}", "formula", "money")
        page.formula(row, top + 2, f"{letter(top + 1)}{row}-MAX({means})", "output", "money")
        page.put(row, top + 3, float(known[threshold]), "text", "money")
        text = f"ABS({letter(top + 2)}{row}-{letter(top + 3)}{row})"
        page.formula(row, top + 4, text, "check", "difference")
    last = _FIRST + len(chosen) - 1
    page.put(last + 3, 1, "strategies", "note")
    for j, name in enumerate(table.strategies):
        page.put(last + 3, 2 + j, name)
    page.allow("positive", [f"A{_FIRST}:A{last}"])
    _chart(page, 2, count, last, "Probability of being the best", "0%", 5)
    _chart(page, top + 2, 1, last, "Expected value of perfect information", "#,##0", 25)
    apart = f"Acceptability!${letter(top + 4)}${_FIRST}:${letter(top + 4)}${last}"
    size = f"Acceptability!${letter(top + 1)}${_FIRST}:${letter(top + 1)}${last}"
    return f"MAX({apart})<=0.000000001*MAX(1,MAX({size}),-MIN({size}))"


def _chart(page: Page, first: int, count: int, last: int, title: str, shape: str, at: int) -> None:
    """Curves below the table."""
    chart: Any = LineChart()
    end = first + count - 1
    area = Reference(page.sheet, min_col=first, max_col=end, min_row=_FIRST - 1, max_row=last)
    chart.add_data(area, titles_from_data=True)
    chart.set_categories(Reference(page.sheet, min_col=1, min_row=_FIRST, max_row=last))
    for i, series in enumerate(chart.series):
        series.graphicalProperties.line.solidFill = COLOURS[i % len(COLOURS)]
        series.graphicalProperties.line.dashStyle = DASHES[i % len(DASHES)]
        series.graphicalProperties.line.width = 22_000
        series.smooth = False
    if count == 1:
        chart.legend = None
    dress(chart, title, "threshold", "", 17, 8.5, ("#,##0", shape))
    page.sheet.add_chart(chart, f"A{last + at}")
