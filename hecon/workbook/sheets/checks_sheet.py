"""Checks: each a live formula; the workbook's soundness apart from its agreement with Python."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hecon.report.content import Section
from hecon.report.language import say
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import CHECKS, EDITED, trace_title
from hecon.workbook.sheets.discounting_sheet import write_discounting
from hecon.workbook.sheets.edits_sheet import write_edits
from hecon.workbook.sheets.sessions_sheet import write_sessions
from hecon.workbook.sheets.totals_sheet import write_totals
from hecon.workbook.sheets.trace_sheet import write_traces
from hecon.workbook.translated import sheet_title

FIRST = 6


def failed_checks(told: Sequence[tuple[str, str, bool | str]], engine: LiveWorkbook) -> list[str]:
    """Which checks do not hold as the workbook is delivered.

    Args:
        told: Where each stands on the sheet, what it says, and its value if it holds.
    """
    sheet = sheet_title(CHECKS)
    return [
        say(label)
        for cell, label, held in told
        if engine.value(sheet, cell) != (say(held) if isinstance(held, str) else held)
    ]


@dataclass(frozen=True)
class Flags:
    """Cells of the two flags: internally sound, and equal to Python's run."""

    sound: str
    equal: str


def _several(book: Book) -> None:
    """Add the checks that concern several sheets."""
    tolerance, traces = book.layout.fixed["tolerance"], book.after(write_traces)
    totals, sessions = book.after(write_totals).totals, book.after(write_sessions)
    for discounted in (True, False):
        word = "discounted" if discounted else "undiscounted"
        for strategy in book.strategies:
            title = trace_title(strategy)
            course = traces.totals.get((title, "sessions cost", discounted))
            if course is None:
                continue
            items = "+".join(sessions.of(strategy, "cost", discounted))
            gap = f"ABS({course}-({items}))"
            book.checks.append(
                (
                    f"{title}: course costs by cycle equal those of the sessions, {word}",
                    f"{gap}<={tolerance}*MAX(1,ABS({course}))",
                )
            )
    _sums(book)
    _below_norms(book)
    rows = f"'Time'!$A${book.layout.first}:$A${book.layout.first + book.layout.rows - 1}"
    book.checks.append(
        ("The horizon fits the rows of the traces", f"{book.layout.fixed['cycles']}<=MAX({rows})")
    )
    if book.study.counts_qalys:
        book.checks.append(
            (
                "QALYs are never more than life-years",
                _never_more(totals["qaly", True], totals["life_years", True], tolerance),
            )
        )
    book.checks.append(
        (
            "Discounted life-years are never more than undiscounted",
            _never_more(totals["life_years", True], totals["life_years", False], tolerance),
        )
    )


def _never_more(one: str, other: str, tolerance: str) -> str:
    """No cell of an area is above that of another by more than the last digits of a sum."""
    return f"SUMPRODUCT(({one}>{other}+{tolerance}*(1+{other}))*1)=0"


def _sums(book: Book) -> None:
    """Total costs and QALYs by item equal those by state, of the course and at the start."""
    tolerance, traces = book.layout.fixed["tolerance"], book.after(write_traces)
    totals, sessions = book.after(write_totals).totals, book.after(write_sessions)
    where = "states, sessions and the start" if book.study.course else "states and the start"
    for position, strategy in enumerate(book.strategies, start=1):
        title = trace_title(strategy)
        for kind in ("cost", "qaly"):
            for discounted in (True, False):
                parts = [
                    address
                    for (t, name, d), address in traces.totals.items()
                    if t == title and d == discounted and name.startswith(f"state {kind} ")
                ]
                parts += sessions.of(strategy, kind, discounted)
                parts += [a for (s, k, _), a in traces.starts.items() if (s, k) == (strategy, kind)]
                total = f"INDEX({totals[kind, discounted]},{position})"
                word = "discounted" if discounted else "undiscounted"
                book.checks.append(
                    (
                        f"{title}: total {'costs' if kind == 'cost' else 'QALYs'} equal those of "
                        f"{where}, {word}",
                        f"ABS({total}-({'+'.join(parts) or '0'}))<={tolerance}*MAX(1,ABS({total}))",
                    )
                )


def _below_norms(book: Book) -> None:
    """In no cycle is a state worth more than the general population's utility at that age."""
    people, tolerance = book.study.population, book.layout.fixed["tolerance"]
    if people is None:
        return
    norm, columns = trace_title(people.strategies[0]), book.after(write_traces).columns
    alive = next(s.name for s in people.states if not s.dead)
    worth = "+".join(columns[(norm, f"qaly {alive}")])
    counted = "+".join(columns[(norm, f"counted {alive}")])
    for strategy in book.strategies:
        title = trace_title(strategy)
        above = [
            f"SUMPRODUCT((({'+'.join(columns[(title, f'qaly {state.name}')])})*({counted})"
            f">({'+'.join(columns[(title, f'counted {state.name}')])})*({worth})"
            f"+{tolerance})*1)"
            for state in book.study.model.states
            if (title, f"qaly {state.name}") in columns
        ]
        if above:
            label = f"{title}: in no cycle is a state's utility above the norm of its age"
            book.checks.append((label, f"{'+'.join(above)}=0"))


def write_checks(book: Book) -> Flags:
    """Write the sheet: two flags, the checks behind each, and the battery's results if given.

    What other parts ask to be checked is what they asked for before: it comes after them.
    """
    _several(book)
    page = add_page(
        book.workbook,
        CHECKS,
        "Checks",
        "Each line is a live formula. The model must be sound whatever is typed into it; it can "
        "equal Python's run only as long as no input is typed over.",
        orientation="portrait",
    )
    page.widths(92, 26, 40, 70, 60)
    table, row = write_discounting(book, page, FIRST + len(book.checks) + 1)
    book.checks.append(table)
    last = FIRST + len(book.checks) - 1
    page.headings(FIRST - 1, ["the model is sound: check", "holds"])
    for i, (label, text) in enumerate(book.checks, start=FIRST):
        page.put(i, 1, label)
        page.formula(i, 2, f"IFERROR({text},FALSE)", "check", "flag")
        book.told.append((f"B{i}", label, True))
    page.put(3, 1, "The model is internally sound", "output")
    held = f"SUMPRODUCT(($B${FIRST}:$B${last}=TRUE)*1)=ROWS($B${FIRST}:$B${last})"
    page.formula(3, 2, held, "check", "flag")
    page.warn(f"B3 B{FIRST}:B{last}", "FALSE")
    row = _comparisons(book, page, row)
    row = _verified(page, row, _battery(book.sections))
    # on paper the flags and the checks behind them; how each was worked out is on screen
    page.sheet.print_area = f"A1:B{last}"
    typed = write_edits(book, page, row + 1)
    page.formula(3, 3, f"SUM({typed})", "output", "count")
    page.put(3, 4, "cells typed over (listed below)", "note")
    return Flags(page.ref(3, 2), page.ref(4, 2))


def _battery(sections: Sequence[Section]) -> pd.DataFrame | None:
    """The verification battery's table, if it was run."""
    return next((s.tables[0].frame for s in sections if s.name == "verification"), None)


def _verified(page: Page, row: int, verification: pd.DataFrame | None) -> int:
    """The verification battery's results, if it was run; returns the next free row."""
    page.heading(row, "Verification battery")
    if verification is None:
        page.put(row + 1, 1, "Not part of this run; 'hecon verify' runs it.", "note")
        return row + 3
    page.put(row + 1, 1, "Computed in Python when this workbook was made; not live.", "note")
    page.headings(row + 2, ["check", "result", "figure", "detail", "why"])
    for i, found in enumerate(verification.to_dict("records"), start=row + 3):
        for column, name in enumerate(("check", "result", "figure", "detail", "why"), start=1):
            page.put(i, column, str(found[name]), wrap=column > 2)
    return row + 4 + len(verification)


def _comparisons(book: Book, page: Page, row: int) -> int:
    """What must equal Python's figures, said in words; returns the next free row."""
    edited = f'IF({EDITED}>0,"edited: not comparable",'
    page.headings(row, ["equals Python's run: check", "holds"])
    first, last = row + 1, row + len(book.comparisons)
    for i, (label, text) in enumerate(book.comparisons, start=first):
        page.put(i, 1, label)
        page.formula(i, 2, f'{edited}IF({text},"yes","no"))', "check")
        book.told.append((f"B{i}", label, "yes"))
    page.put(4, 1, "It equals Python's run of the same inputs", "output")
    count = f'SUMPRODUCT(($B${first}:$B${last}="yes")*1)=ROWS($B${first}:$B${last})'
    page.formula(4, 2, f'{edited}IF({count},"yes","no"))', "check")
    page.warn(f"B4 B{first}:B{last}", '"no"')
    return last + 2
