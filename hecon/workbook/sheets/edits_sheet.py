"""Edits: every cell that can be typed over, what it was delivered with, and whether it still is."""

from __future__ import annotations

from hecon.workbook.context import Book, override_name
from hecon.workbook.formula_text import quoted
from hecon.workbook.pages import Yellow, add_page
from hecon.workbook.sheet_layout import EDITS, letter
from hecon.workbook.sheets.inputs_sheet import HEADER

FIRST = 6

#: Rows that are printed; the others are read on screen, with the filter.
PRINTED = 40


def write_edits(book: Book) -> None:
    """Write the sheet; the number of cells typed over is what other sheets ask for."""
    page = add_page(
        book.workbook,
        EDITS,
        "Edits",
        "Each cell that can be typed over, with what it was delivered with: to see what was "
        "changed, and to change it back. Choosing what is shown is no edit.",
        f"A{FIRST}",
    )
    page.widths(24, 16, 26, 26, 50)
    cells = [y for y in book.workbook.yellow if not _selector(y)]
    page.headings(FIRST - 1, ["sheet", "cell", "as delivered", "now", "typed over"])
    for row, yellow in enumerate(cells, start=FIRST):
        page.put(row, 1, yellow.sheet)
        page.put(row, 2, yellow.cell)
        if yellow.formula:
            page.formula(row, 3, str(yellow.delivered))
        else:
            page.put(row, 3, yellow.delivered)
        page.formula(row, 4, f"{quoted(yellow.sheet)}!{yellow.cell}", "link")
        page.formula(row, 5, f"IF($C{row}=$D{row},0,1)", "check")
    last = FIRST + len(cells) - 1
    row = last + 1
    if book.changed:
        # blank cells of Scenarios may be filled, too
        grid = book.scenarios
        ends = [letter(grid.column(override_name(k))) for k in (book.changed[0], book.changed[-1])]
        area = f"'{grid.sheet}'!${ends[0]}${grid.first}:${ends[1]}${grid.first + grid.rows - 1}"
        page.put(row, 1, grid.sheet)
        page.put(row, 2, "cells filled")
        page.put(row, 3, sum(len(s.changes) for s in book.study.scenarios))
        page.formula(row, 4, f"COUNT({area})", "link")
        page.formula(row, 5, f"IF($C{row}=$D{row},0,1)", "check")
        last = row
    page.put(3, 1, "Cells typed over", "output")
    page.formula(3, 3, f"SUM($E${FIRST}:$E${last})", "output", "count")
    page.warn(f"E{FIRST}:E{last}", "1")
    book.answers["edits"] = page.ref(3, 3)
    page.sheet.auto_filter.ref = f"A{FIRST - 1}:E{last}"
    page.sheet.print_area = f"A1:E{min(last, FIRST + PRINTED)}"


def _selector(yellow: Yellow) -> bool:
    """Whether a cell only chooses what is shown."""
    row = int("".join(c for c in yellow.cell if c.isdigit()))
    return yellow.sheet == "Inputs" and row < HEADER
