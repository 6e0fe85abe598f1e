"""Totals of Results: costs and QALYs by item, life-years, then what each state comes to."""

from dataclasses import dataclass, field

from hecon.report.grade import marked_title
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import letter, trace_title
from hecon.workbook.sheets.sessions_sheet import write_sessions
from hecon.workbook.sheets.trace_sheet import write_traces

TITLE = "Results"
HEAD = 4


@dataclass
class ResultAddresses:
    """Where Results has its totals, all strategies in a row, and where it goes on."""

    page: Page
    names: str  #: Names of the strategies.
    #: Cells by (kind, discounted): ``cost``, ``qaly`` and ``life_years``.
    totals: dict[tuple[str, bool], str] = field(default_factory=dict)
    #: The same of each item, by (kind, item, discounted).
    lines: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    free: int = HEAD  #: The next free row.


def total_label(kind: str, unit: str, discounted: bool) -> str:
    """What the row of a total is called."""
    what = f"{unit}s" if kind == "qaly" else f"{kind} ({unit})"
    return f"Total {what}, {'discounted' if discounted else 'undiscounted'}"


def _items(book: Book, kind: str) -> list[str]:
    return list(dict.fromkeys(p.item for p in book.study.model.payoffs if p.kind == kind))


def _parts(book: Book, strategy: str, kind: str, item: str, discounted: bool) -> str:
    """An item's total: from the trace, the sessions and the start."""
    title, traces = trace_title(strategy), book.after(write_traces)
    parts = [
        traces.totals.get((title, f"{kind} {item}", discounted)),
        book.after(write_sessions).amounts.get((strategy, kind, item, discounted)),
        traces.starts.get((strategy, kind, item)),
    ]
    return "+".join(p for p in parts if p) or "0"


def write_totals(book: Book) -> ResultAddresses:
    """Costs and QALYs by item, with totals, then by state."""
    strategies, traces = book.strategies, book.after(write_traces)
    page = add_page(
        book.workbook,
        TITLE,
        marked_title("Results"),
        "Everything here is a formula over the traces and follows what is in use on Inputs.",
        f"A{HEAD + 1}",
        "portrait",
    )
    page.widths(54, *([17.0] * max(len(strategies), 6)))
    page.headings(HEAD, ["", *(book.study.label(s) for s in strategies)])
    row = HEAD + 1
    for j, strategy in enumerate(strategies):
        page.put(row, 2 + j, strategy, "text")
    page.put(row, 1, "strategy")
    found = ResultAddresses(page, _row(row, len(strategies)))
    row += 1
    for discounted in (True, False):
        word = "discounted" if discounted else "undiscounted"
        for kind, unit, shape in (("cost", book.currency, "money"), ("qaly", "QALY", "qaly")):
            first = row + 1
            page.heading(row, f"{'Costs' if kind == 'cost' else 'QALYs'}, {word}")
            items = _items(book, kind)
            for i, item in enumerate(items):
                page.put(first + i, 1, f"{item} ({unit})")
                found.lines[kind, item, discounted] = _row(first + i, len(strategies))
                for j, strategy in enumerate(strategies):
                    text = _parts(book, strategy, kind, item, discounted)
                    page.formula(first + i, 2 + j, text, "formula", shape)
            row = first + len(items)
            label = total_label(kind, unit, discounted)
            found.totals[kind, discounted] = _line(book, page, row, label, first, shape)
            row += 1
        page.put(row, 1, f"Life-years, {word}")
        for j, strategy in enumerate(strategies):
            address = traces.totals[(trace_title(strategy), "life_years alive", discounted)]
            page.formula(row, 2 + j, address, "output", "qaly")
        found.totals["life_years", discounted] = _row(row, len(strategies))
        row += 2
    found.free = _by_state(book, page, row)
    return found


def _by_state(book: Book, page: Page, row: int) -> int:
    """Years, costs and QALYs in each state; courses and what falls at the start have none."""
    page.heading(row, "By state: years, running costs and QALYs")
    totals = book.after(write_traces).totals
    lines = (
        ("state years", "years", "qaly"),
        ("state cost", book.currency, "money"),
        ("state qaly", "QALY", "qaly"),
    )
    for state in book.study.model.states:
        for name, unit, shape in lines:
            for discounted in (True, False):
                addresses = [
                    totals.get((trace_title(s), f"{name} {state.name}", discounted))
                    for s in book.strategies
                ]
                if (state.dead and name == "state years") or not any(addresses):
                    continue
                row += 1
                word = "discounted" if discounted else "undiscounted"
                page.put(row, 1, f"{state.name} ({unit}), {word}")
                for j, address in enumerate(addresses):
                    page.formula(row, 2 + j, address or "0", "formula", shape)
    return row + 2


def _row(row: int, width: int) -> str:
    return f"'{TITLE}'!$B${row}:${letter(1 + width)}${row}"


def _line(book: Book, page: Page, row: int, label: str, first: int, shape: str) -> str:
    page.put(row, 1, label, "output")
    for j in range(len(book.strategies)):
        c = letter(2 + j)
        text = f"SUM({c}{first}:{c}{row - 1})" if row > first else "0"
        page.formula(row, 2 + j, text, "output", shape)
    return _row(row, len(book.strategies))
