"""Every cell that can be typed over, what it was delivered with, and whether it still is."""

from hecon.workbook.context import Book, override_name
from hecon.workbook.formula_text import quoted
from hecon.workbook.pages import Page, Yellow
from hecon.workbook.sheet_layout import HEADER, letter


def write_edits(book: Book, page: Page, row: int) -> str:
    """Write the list below the checks; gives the cells that are 1 where something is typed over."""
    page.part("Edits", row)
    text = (
        "Each cell that can be typed over, with what it was delivered with: to see what was "
        "changed, and to change it back. Choosing what is shown is no edit."
    )
    page.put(row + 1, 1, text, "note")
    first = row + 3
    page.headings(first - 1, ["sheet", "cell", "as delivered", "now", "typed over"])
    cells = [y for y in book.workbook.yellow if not _selector(y)]
    for row, yellow in enumerate(cells, start=first):
        page.put(row, 1, yellow.sheet)
        page.put(row, 2, yellow.cell)
        if yellow.formula:
            page.formula(row, 3, str(yellow.delivered))
        else:
            page.put(row, 3, yellow.delivered)
        page.formula(row, 4, f"{quoted(yellow.sheet)}!{yellow.cell}", "link")
        page.formula(row, 5, f"IF($C{row}=$D{row},0,1)", "check")
    last = first + len(cells) - 1
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
    page.warn(f"E{first}:E{last}", "1")
    page.sheet.auto_filter.ref = f"A{first - 1}:E{last}"
    return f"$E${first}:$E${last}"


def _selector(yellow: Yellow) -> bool:
    """Whether a cell only chooses what is shown."""
    row = int("".join(c for c in yellow.cell if c.isdigit()))
    return yellow.sheet == "Inputs" and row < HEADER
