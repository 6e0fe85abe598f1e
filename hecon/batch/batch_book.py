"""A batch's workbook: its sections as sheets, with filters; nothing in it is live."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl.utils import get_column_letter

from hecon.report.content import Section
from hecon.report.numbers import Units
from hecon.report.presented import spread
from hecon.workbook.pages import Sheets
from hecon.workbook.sheets.section_sheet import write_section


def write_batch_book(sections: Sequence[Section], units: Units, path: Path) -> None:
    """Write a sheet a section; a sheet of one table can be filtered by its columns."""
    book = Sheets()
    for section in sections:
        page = write_section(book, section, units)
        if page is not None and len(section.visible) == 1:
            columns, frame = spread(section.visible[0])
            header = int(str(page.sheet.freeze_panes)[1:]) - 1
            last = f"{get_column_letter(len(columns))}{header + len(frame)}"
            page.sheet.auto_filter.ref = f"A{header}:{last}"
    book.deliver(path)
