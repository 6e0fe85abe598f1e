"""Results: costs and QALYs by item, increments, frontier, threshold; Python's figures beside."""

from __future__ import annotations

from hecon.analyses.base_case import base_outcomes, base_table
from hecon.analyses.comparison import totals
from hecon.report.grade import marked_title
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import letter, trace_title
from hecon.workbook.sheets.frontier_sheet import WORK, write_frontier
from hecon.workbook.sheets.increments_sheet import write_increments
from hecon.workbook.sheets.python_sheets import python_figures

TITLE = "Results"
HEAD = 4


def total_label(kind: str, unit: str, discounted: bool) -> str:
    """What the row of a total is called."""
    what = f"{unit}s" if kind == "qaly" else f"{kind} ({unit})"
    return f"Total {what}, {'discounted' if discounted else 'undiscounted'}"


def _items(book: Book, kind: str) -> list[str]:
    return list(dict.fromkeys(p.item for p in book.study.model.payoffs if p.kind == kind))


def _parts(book: Book, strategy: str, kind: str, item: str, discounted: bool) -> str:
    """An item's total: from the trace, the sessions and the start."""
    title = trace_title(strategy)
    parts = [
        book.totals.get((title, f"{kind} {item}", discounted)),
        book.course_totals.get((strategy, f"{kind} {item}", discounted)),
        book.starts.get((strategy, kind, item)),
    ]
    return "+".join(p for p in parts if p) or "0"


def write_items(book: Book) -> tuple[Page, int]:
    """Costs and QALYs by item, with totals; returns the sheet and its next free row."""
    strategies = book.strategies
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
    book.answers["names"] = f"'{TITLE}'!$B${row}:${letter(1 + len(strategies))}${row}"
    row += 1
    for discounted in (True, False):
        word = "discounted" if discounted else "undiscounted"
        for kind, unit, shape in (("cost", book.currency, "money"), ("qaly", "QALY", "qaly")):
            first = row + 1
            page.heading(row, f"{'Costs' if kind == 'cost' else 'QALYs'}, {word}")
            items = _items(book, kind)
            for i, item in enumerate(items):
                page.put(first + i, 1, f"{item} ({unit})")
                book.lines[(kind, item, discounted)] = _row(first + i, len(strategies))
                for j, strategy in enumerate(strategies):
                    text = _parts(book, strategy, kind, item, discounted)
                    page.formula(first + i, 2 + j, text, "formula", shape)
            row = first + len(items)
            _line(
                book, page, row, total_label(kind, unit, discounted), kind, discounted, first, shape
            )
            row += 1
        page.put(row, 1, f"Life-years, {word}")
        for j, strategy in enumerate(strategies):
            address = book.totals[(trace_title(strategy), "life_years alive", discounted)]
            page.formula(row, 2 + j, address, "output", "qaly")
        book.answers[f"life_years {discounted}"] = _row(row, len(strategies))
        row += 2
    return page, _by_state(book, page, row)


def write_comparison(book: Book, page: Page, row: int) -> None:
    """The comparison in use, the frontier, and Python's figures beside the workbook's."""
    row = write_increments(book, page, row)
    row = write_frontier(book, page, row)
    _python(book, page, row)
    # without the frontier's working
    page.sheet.print_area = f"A1:{letter(WORK - 1)}{page.sheet.max_row}"


def _by_state(book: Book, page: Page, row: int) -> int:
    """Years, costs and QALYs in each state; courses and what falls at the start have none."""
    page.heading(row, "By state: years, running costs and QALYs")
    lines = (
        ("state years", "years", "qaly"),
        ("state cost", book.currency, "money"),
        ("state qaly", "QALY", "qaly"),
    )
    for state in book.study.model.states:
        for name, unit, shape in lines:
            for discounted in (True, False):
                addresses = [
                    book.totals.get((trace_title(s), f"{name} {state.name}", discounted))
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


def _line(
    book: Book,
    page: Page,
    row: int,
    label: str,
    kind: str,
    discounted: bool,
    first: int,
    shape: str,
) -> None:
    page.put(row, 1, label, "output")
    for j in range(len(book.strategies)):
        c = letter(2 + j)
        text = f"SUM({c}{first}:{c}{row - 1})" if row > first else "0"
        page.formula(row, 2 + j, text, "output", shape)
    book.answers[f"{kind} {discounted}"] = _row(row, len(book.strategies))


def _python(book: Book, page: Page, row: int) -> None:
    """Python's figure for whatever is in use, the difference, and a check."""
    strategies = book.strategies
    page.heading(row, "Python's own figures for what is in use, and whether they agree")
    cost, qaly = totals(book.run(base_outcomes))
    base = {"cost": cost, "qaly": qaly, "life_years": book.run(base_outcomes)["life_years"]}
    row += 1
    page.headings(row, ["figure", *strategies])
    tolerance = book.layout.fixed["tolerance"]
    agreed = []
    for what, values in base.items():
        shape = "money" if what == "cost" else "exact"
        page.put(row + 1, 1, f"{what.replace('_', '-')}, base case, Python")
        page.put(row + 2, 1, f"{what.replace('_', '-')}, what is in use, Python")
        page.put(row + 3, 1, "relative difference, workbook against Python")
        own = book.answers[f"{what} True"].split("$")[-1]
        for j, strategy in enumerate(strategies):
            c = letter(2 + j)
            number = float(values.sel(strategy=strategy)[0])
            page.put(row + 1, 2 + j, number, "text", shape)
            page.formula(
                row + 2, 2 + j, python_figures(book, what, strategy, f"{c}{row + 1}"), "link", shape
            )
            gap = f"ABS({c}{own}-{c}{row + 2})/MAX(ABS({c}{row + 2}),{tolerance})"
            page.formula(row + 3, 2 + j, gap, "check", "difference")
        agreed.append(f"MAX('{TITLE}'!$B${row + 3}:${letter(1 + len(strategies))}${row + 3})")
        row += 3
    book.comparisons.append(
        ("Costs, QALYs and life-years of what is in use", f"MAX({','.join(agreed)})<{tolerance}")
    )
    _python_decision(book, page, row + 1)


def _drawn(book: Book) -> dict[str, str]:
    """Net monetary benefit and ICER of the draw in use, from Python's totals; nothing if none."""
    if not book.has("draw"):
        return {}
    answers, draw = book.answers, book.selector["draw"]
    a, b = book.study.compared
    cost, qaly = (
        f"(INDEX({book.draws.span(f'{what} {a}')},{draw})"
        f"-INDEX({book.draws.span(f'{what} {b}')},{draw}))"
        for what in ("cost", "qaly")
    )
    return {
        "nmb": f"{answers['base threshold']}*{qaly}-{cost}",
        "icer": f'IF(ISNUMBER({answers["icer"]}),{cost}/{qaly},"none")',
    }


def _python_decision(book: Book, page: Page, row: int) -> None:
    """Python's net monetary benefit and ICER for whatever is in use, the latter perhaps none."""
    answers, selector, tolerance = book.answers, book.selector, book.layout.fixed["tolerance"]
    base = book.run(base_table).iloc[0]
    draws = _drawn(book)
    for name, label in (("nmb", "net monetary benefit"), ("icer", "ICER")):
        page.put(row, 1, f"{label}, base case, Python")
        known = float(base[name])
        page.put(row, 2, known if known == known else "none", "text", "money")
        choose = [f"$B${row}"]
        for grid, number in ((book.scenarios, "scenario"), (book.one_way, "one_way")):
            cell = f"INDEX({grid.span(name)},{selector[number]})"
            choose.append(f'IF({cell}="","none",{cell})' if book.has(number) else f"$B${row}")
        choose.append(draws.get(name, f"$B${row}"))
        page.put(row + 1, 1, f"{label}, what is in use, Python")
        text = f"CHOOSE({selector['mode']},{','.join(choose)})"
        page.formula(row + 1, 2, text, "link", "money")
        ours, theirs = answers[name], page.ref(row + 1, 2)
        size = f"MAX(1,{answers['threshold']}*ABS({answers['qaly difference']}))"
        scale = size if name == "nmb" else f"ABS({theirs})"
        both = f"AND(ISNUMBER({ours}),ISNUMBER({theirs}))"
        none = f'AND(ISNA({ours}),{theirs}="none")'
        book.comparisons.append(
            (
                f"The {label} of what is in use",
                f"IF({both},ABS({ours}-{theirs})<={tolerance}*{scale},{none})",
            )
        )
        row += 2
