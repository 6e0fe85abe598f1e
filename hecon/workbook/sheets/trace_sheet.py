"""One trace a strategy: probabilities, occupancy, costs and QALYs, cycle by cycle."""

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel
from hecon.workbook.context import Book, TraceAddresses
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import HEADINGS, TIME, Counted, trace_title
from hecon.workbook.sheets.trace_amounts import TraceAmounts, amounts
from hecon.workbook.sheets.trace_places import (
    TOP,
    Columns,
    local_keys,
    own_columns,
    scope_of,
    starts_of,
    substates,
)
from hecon.workbook.sheets.trace_states import occupancy_of, probabilities
from hecon.workbook.sheets.trace_times import ends_of, times_of
from hecon.workbook.sheets.trace_years import write_years


def write_traces(book: Book) -> TraceAddresses:
    """Write the trace of every strategy, and of the general population if there is one."""
    for model in book.models:
        for strategy in model.strategies:
            _write_trace(book, model, strategy)
    return book.tracing


def _write_trace(book: Book, model: CohortModel, strategy: str) -> None:
    layout = book.layout
    title = trace_title(strategy)
    page = add_page(
        book.workbook,
        title,
        f"Trace: {book.study.label(strategy)}",
        "Each row is a cycle: its probabilities, then who is in which state at its end, then what "
        "that costs and is worth. Totals stand above the columns. Printed are the years below the "
        "cycles; all else is on screen.",
        f"A{HEADINGS + 1}",
        "portrait",
    )
    page.widths(24, *([12.0] * 120))
    _top(book, page, model, strategy)
    columns = Columns(page, layout.first, layout.rows, headings=HEADINGS)
    columns.add("cycle", lambda t, row: f"'{TIME}'!$A{row}", "count")
    for key, counted in own_columns(book, model, strategy):
        expr = model.formulas[key]

        def own(t: int, row: int, expr: Expr = expr, counted: Counted = counted) -> str:
            return scope_of(book, model, strategy, title, row, counted).formula(expr)

        columns.add(key[0], own, "exact")
    states = substates(book, model)
    times = times_of(book, model, strategy, columns, states)
    moves = probabilities(book, model, strategy, columns, states, times)
    occupied = occupancy_of(book, model, strategy, columns, moves, times)
    ends = ends_of(model, book, times, states)
    found = TraceAmounts(book, model, strategy, occupied, times, ends)
    book.tracing.amounts[strategy] = found
    amounts(book, found, columns)
    write_years(book, page, model, strategy)


def _top(book: Book, page: Page, model: CohortModel, strategy: str) -> None:
    row = TOP
    keys = local_keys(book, model)
    page.put(row, 1, "This strategy", "heading")
    page.put(row, 2, "", "heading")
    page.put(row, 3, "value", "heading")
    for i, key in enumerate(keys):
        page.put(row + 1 + i, 1, key[0])
        page.put(row + 1 + i, 2, next((v.unit for v in book.study.variables if v.key == key), ""))
        scope = book.scope(strategy, page.title, model=model)
        page.formula(row + 1 + i, 3, scope.formula(model.formulas[key]))
    row += 1 + len(keys)
    now = {"cycle": "0", "year": "0", "cycle_years": book.layout.fixed["cycle_years"]}
    if model.start_age is not None:
        now["age"] = f"({book.scope(strategy, page.title, model=model).formula(model.start_age)})"
    for i, payoff in enumerate(starts_of(model, strategy)):
        page.put(row + i, 1, f"{payoff.item} at the start")
        page.put(row + i, 2, payoff.kind)
        scope = book.scope(strategy, page.title, model=model, here=now)
        shape = "money" if payoff.kind == "cost" else "exact"
        page.formula(row + i, 3, scope.formula(payoff.amount), "output", shape)
        book.tracing.starts[(strategy, payoff.kind, payoff.item)] = page.ref(row + i, 3)
