"""Evidence of a study that makes no estimates of it: arms and published effects as texts."""

import re

from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page

#: Texts longer than this are broken over several lines.
WRAPPED = 40

# an id like 007 is no number, and a year is none to be grouped by thousands
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE]-?\d+)?")


def _table(page: Page, row: int, rows: list[dict[str, str]]) -> int:
    """A table of texts, numbers where the text is one; returns the next free row."""
    columns = list(rows[0])
    page.headings(row, [c.replace("_", " ") for c in columns])
    for i, each in enumerate(rows, start=1):
        for j, name in enumerate(columns, start=1):
            text = each[name]
            counted = _NUMBER.fullmatch(text) and not name.endswith("year")
            number = float(text) if counted else None
            page.put(row + i, j, text if number is None else number, wrap=len(text) > WRAPPED)
    return row + len(rows) + 2


def write_texts(book: Book) -> None:
    """Evidence of a study that makes no estimates of it: trials and published effects as texts."""
    given = [
        ("Trial arms", book.study.evidence("trials")),
        ("Published effects without counts", book.study.evidence("reported_effects")),
    ]
    if not any(rows for _, rows in given):
        return
    page = add_page(
        book.workbook,
        "Evidence",
        "Evidence",
        "Arms of the trials and published effects behind the inputs, each with its status; inputs "
        "are set on Inputs.",
    )
    page.effect = Page.effect  # texts of the study stay as they are
    page.widths(9, 30, 8, 18, 16, *([13.0] * 20))
    row = 3
    for heading, rows in given:
        if rows:
            page.heading(row, heading)
            row = _table(page, row + 1, rows)
