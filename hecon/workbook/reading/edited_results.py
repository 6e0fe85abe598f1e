"""Where a workbook that came back has its discounted totals."""

from pathlib import Path

from hecon.workbook.reading.cells import at, bounded_rows, open_book
from hecon.workbook.sheets.totals_sheet import TITLE, total_label


def total_rows(path: Path) -> dict[str, int]:
    """Rows of the discounted totals on Results, by ``cost`` and ``qaly``.

    Raises
    ------
    LookupError
        If the sheet or one of the rows is missing.
    """
    sheet = open_book(path)[TITLE]
    lines = enumerate(bounded_rows(sheet, most=1), start=1)
    labels = {str(at(cells, 0)): row for row, cells in lines}
    found = {}
    for kind in ("cost", "qaly"):
        begin, end = total_label(kind, "\0", True).split("\0")
        rows = [r for text, r in labels.items() if text.startswith(begin) and text.endswith(end)]
        found[kind] = rows[0]
    return found
