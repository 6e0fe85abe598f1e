"""A workbook of anybody's draws: acceptability and perfect information live from the draws."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.chart import LineChart, Reference

from hecon.analyses.decision_tables import MANY
from hecon.analyses.draws_table import DrawsTable
from hecon.workbook.cached import recalculate, write_cached
from hecon.workbook.charts import COLOURS, DASHES, dress
from hecon.workbook.layout import letter
from hecon.workbook.parts import save_plain
from hecon.workbook.styles import Page, Sheets, add_page

#: Most draws times strategies that the workbook holds and calculates from.
MOST_CELLS = 60_000
#: Thresholds of the live table, at most.
STEPS = 21
CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_FIRST = 6

Tables = Mapping[str, pd.DataFrame]


def write_decision_book(
    table: DrawsTable, found: Tables, partial: pd.DataFrame, conclusion: str, unit: str, path: Path
) -> None:
    """Write the workbook, with values beside its formulas.

    Parameters
    ----------
    found, partial
        `decision_tables` and `information_tables`.
    unit
        What a threshold is counted in, for headings.

    Notes
    -----
    Names come from somebody's table: they are written as text and never stand in a formula.
    """
    book = Sheets()
    book.properties.creator = "hecon"
    summary = add_page(book, "Summary", "Decision", f"From {table.draws:,} draws of {table.name}.")
    few = len(table.strategies) <= MANY
    live = few and table.draws * len(table.strategies) <= MOST_CELLS
    if live:
        curves = _curves(book, table, found, unit)
        _draws(book, table)
    _values(book, "Frontier", "Frontier of the means, in order of cost", found["frontier"])
    _values(book, "Curves", "Acceptability by threshold, from all draws", found["acceptability"])
    _values(book, "EVPI", "Perfect information by threshold", found["information"])
    _values(book, "Ranking", "Probability of each place, by threshold", found["ranking"])
    if not partial.empty:
        _values(book, "EVPPI", "Value of knowing parameters and sets (EVPPI)", partial)
    summary.widths(22, 18, 18, 18, 18, 18)
    summary.put(4, 1, conclusion, wrap=False)
    row = _table(summary, 6, found["means"])
    text = (
        "Acceptability, EVPI and expected loss on sheet Acceptability are formulas over Draws."
        if live
        else f"Too many {'draws' if few else 'strategies'} for formulas in a workbook: all sheets "
        "hold values."
    )
    summary.put(row + 1, 1, text, "note")
    if live:
        summary.put(row + 2, 1, "EVPI by formula equals Python's", "text")
        summary.formula(row + 2, 4, f'IF({curves},"yes","NO")', "check")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.xlsx"
        book.repeat_headings()
        save_plain(book, plain)
        write_cached(plain, path, recalculate(plain) if live else {}, CREATED)


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


def _curves(book: Sheets, table: DrawsTable, found: Tables, unit: str) -> str:
    """Acceptability and EVPI by formula; gives the formula that says they are Python's."""
    count, draws = len(table.strategies), table.draws
    page = add_page(
        book,
        "Acceptability",
        "Acceptability and perfect information",
        "By formula from sheet Draws; change a threshold and its row follows.",
        f"B{_FIRST}",
    )
    page.widths(16, *([16.0] * (3 * count + 6)))
    known = found["information"].set_index("threshold")["evpi"]
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


def _values(book: Sheets, title: str, heading: str, table: pd.DataFrame) -> None:
    page = add_page(book, title, heading, "Computed in Python from all draws.", f"A{_FIRST}")
    page.widths(*([18.0] * len(table.columns)))
    _table(page, _FIRST - 1, table)


def _table(page: Page, row: int, table: pd.DataFrame) -> int:
    """Write a table with its headings; gives the last row."""
    page.headings(row, [str(name) for name in table.columns])
    for i, record in enumerate(table.itertuples(index=False), start=row + 1):
        for j, value in enumerate(record, start=1):
            page.put(i, j, "yes" if value is True else "no" if value is False else value)
    return row + len(table)
