"""Sheets as they are written: styled cells, formulas within Excel's limits, print set-up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from hecon.errors import ModelError
from hecon.parameters.units import QALY
from hecon.report.language import language, say
from hecon.workbook.book_file import deliver, write_file
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.filled import Filled, for_any_row
from hecon.workbook.formula_text import SHORT, beyond, quoted, without_needless_quotes
from hecon.workbook.hyperlinks import jump
from hecon.workbook.styles import FILLS, FONTS, FORMATS, LINE, Looks, fitting
from hecon.workbook.translated import page_foot

#: What is said of Python's figures once a cell is typed over.
AS_DELIVERED = "of the case as delivered, not of what was typed over"


@dataclass(frozen=True)
class Yellow:
    """A cell that can be typed over, and what it was delivered with."""

    sheet: str
    cell: str
    delivered: float | str
    formula: bool


class Sheets(Workbook):
    """A workbook that remembers its pages and its yellow cells."""

    def __init__(self) -> None:
        super().__init__()
        self.remove(self.worksheets[0])
        self.properties.creator = "hecon"
        self.yellow: list[Yellow] = []
        self.pages: list[Page] = []
        self.effect = (QALY, f"{QALY}s")
        self.looks: Looks = {}

    @property
    def columns(self) -> dict[str, list[Filled]]:
        """Columns told once, by sheet."""
        return {page.title: page.filled for page in self.pages}

    def save(self, filename: Path) -> None:  # type: ignore[override]
        """Write the workbook without values."""
        self.properties.language = language().code
        write_file(self, filename, self.columns)

    def deliver(self, path: Path) -> LiveWorkbook:
        """Write the workbook with values; gives what worked them out."""
        self.properties.language = language().code
        return deliver(self, path, self.columns)

    def repeat_headings(self) -> None:
        """On paper the headings of each sheet's last table are repeated, else the sheet's title.

        A row is repeated on all pages that come after it, so those of a table before the last
        would stand over another table.
        """
        for page in self.pages:
            last = max(page.tables, default=0)
            row = last if last > max(page.sections, default=0) else 1
            page.sheet.print_title_rows = f"{row}:{row}"


@dataclass
class Page:
    """A worksheet with shorthand for writing styled cells.

    `tables` are the rows of column headings, `sections` those of headings over text or tables;
    `named` are cells that hold the title of a sheet or of a part of one, `parts` are such parts by
    title, each with its cell, `explained` the rows of evidence by id; `free` is the row from which
    parts may be added, `printed` the last
    column on paper, `unprinted` how many rows at the top stay on screen. `filled` are columns told
    once, `kinds` those of its cells, `looks` what all pages of a workbook share. `effect` is what
    one and several of the study's effect are called: its name takes the place of the QALY in
    texts and formulas.
    """

    sheet: Worksheet
    yellow: list[Yellow] = field(default_factory=list)
    effect: tuple[str, str] = (QALY, f"{QALY}s")
    tables: set[int] = field(default_factory=set)
    sections: set[int] = field(default_factory=set)
    named: list[tuple[int, int, str]] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    explained: dict[str, int] = field(default_factory=dict)
    free: int = 0
    printed: str = ""
    unprinted: int = 0
    filled: list[Filled] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    looks: Looks = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The sheet's name."""
        return str(self.sheet.title)

    def ref(self, row: int, column: int) -> str:
        """An absolute address that other sheets can use."""
        return f"{quoted(self.title)}!${get_column_letter(column)}${row}"

    def span(self, column: int, first: int, last: int) -> str:
        """An absolute column range that other sheets can use."""
        letter = get_column_letter(column)
        return f"{quoted(self.title)}!${letter}${first}:${letter}${last}"

    def put(
        self,
        row: int,
        column: int,
        value: object,
        kind: str = "text",
        shape: str = "general",
        wrap: bool = False,
        side: Literal["", "left", "right"] = "",
    ) -> Any:
        """Write a value, a little in from a side if one is named; text is never a formula."""
        cell: Any = self.sheet.cell(row, column)
        if shape == "general" and isinstance(value, int | float) and not isinstance(value, bool):
            shape = fitting(value)
        if isinstance(value, str):
            if value:
                cell.value = value = self.worded(value)
                cell.data_type = "s"
        elif value is not None and value == value:
            cell.value = value
        self._dress(cell, kind, shape, wrap, side)
        if kind == "input" and isinstance(value, int | float):
            self.yellow.append(Yellow(self.title, cell.coordinate, value, formula=False))
        if wrap and isinstance(value, str):
            self._make_room(row, column, value)
        return cell

    def worded(self, text: str) -> str:
        """A text with the name of the study's effect in place of the QALY's."""
        one, several = self.effect
        if one == QALY:
            return text
        return text.replace(f"{QALY}s", several).replace(QALY, one)

    def _make_room(self, row: int, column: int, text: str) -> None:
        """Make a row high enough for a text that is broken over several lines."""
        width = self.sheet.column_dimensions[get_column_letter(column)].width
        lines = 1 + int(len(say(text)) / (width * 1.05))
        rows = self.sheet.row_dimensions[row]
        if lines > 1:
            rows.height = max(rows.height or 0.0, 13.5 * lines)

    def formula(
        self,
        row: int,
        column: int,
        text: str,
        kind: str = "formula",
        shape: str = "general",
        wrap: bool = False,
    ) -> Any:
        """Write a formula, given without its equals sign."""
        text = self._told(row, column, text)
        cell: Any = self.sheet.cell(row, column)
        # past the property, which would look at every formula for what only texts may hold
        cell._value, cell.data_type = f"={text}", "f"
        self._dress(cell, kind, shape, wrap)
        return cell

    def _told(self, row: int, column: int, text: str) -> str:
        """A formula as the file tells it, within what Excel takes."""
        text = without_needless_quotes(self.worded(text))
        if len(text) > SHORT and (limit := beyond(text)):
            raise ModelError(
                f"sheet {self.title} would need a formula of {limit} in "
                f"{get_column_letter(column)}{row}"
            )
        return text

    def watch(self, row: int, column: int, text: str) -> None:
        """Remember a formula that may be typed over, given as other sheets see it."""
        cell = f"{get_column_letter(column)}{row}"
        self.yellow.append(Yellow(self.title, cell, text, formula=True))

    def warn(self, cells: str, bad: str) -> None:
        """Let cells turn red while they hold a value, given as in a formula."""
        red = DifferentialStyle(
            font=Font(bold=True, color="9B1C1C"), fill=PatternFill(bgColor="F9C0C0")
        )
        rule = Rule(type="cellIs", operator="equal", formula=[bad], dxf=red)
        self.sheet.conditional_formatting.add(cells, rule)

    def warn_if(self, cells: str, condition: str) -> None:
        """Let cells turn red while a condition holds."""
        self._turn(cells, condition, Font(bold=True, color="9B1C1C"), "F9C0C0")

    def fade(self, cells: str, edits: str) -> None:
        """Let figures that do not follow an edit turn grey once a cell is typed over."""
        self._turn(cells, f"{edits}>0", Font(italic=True, color="8A94A0"), "EEF0F2")

    def _turn(self, cells: str, condition: str, font: Font, ground: str) -> None:
        look = DifferentialStyle(font=font, fill=PatternFill(bgColor=ground))
        rule = Rule(type="expression", formula=[condition], dxf=look)
        self.sheet.conditional_formatting.add(cells, rule)

    def _dress(self, cell: Any, kind: str, shape: str, wrap: bool, side: str = "") -> None:
        self.kinds.add(kind)
        known = self.looks.get((kind, shape, wrap, side))
        if known is None:
            # a style of its own: the cell may share the one it was given before
            cell._style = StyleArray()
            cell.font = FONTS.get(kind, FONTS["text"])
            if kind in FILLS:
                cell.fill = PatternFill("solid", start_color=FILLS[kind])
            if kind in FILLS or kind == "formula":
                cell.border = Border(bottom=LINE)
            cell.alignment = Alignment(
                horizontal="center" if kind == "heading" else side or None,
                vertical="center" if kind == "heading" else "top",
                wrap_text=wrap or kind == "heading",
                indent=1 if side else 0,
            )
            cell.number_format = FORMATS.get(shape, shape)
            self.looks[(kind, shape, wrap, side)] = cell._style
        else:
            cell._style = known

    def fill(
        self, first: int, rows: int, column: int, cell: Callable[[int, int], str], shape: str
    ) -> None:
        """Fill a column with one formula: `cell` gives it for a cycle and a row.

        It is asked for cycle 0 and once for all others, whose rows are then filled in.
        """
        top = self.formula(first, column, cell(0, first), "formula", shape)
        if rows > 1:
            text = self._told(first + 1, column, for_any_row(cell))
            below = range(first + 1, first + rows)
            self.filled.append(Filled(column, below, text, top._style))

    def link(self, row: int, column: int, title: str, place: str = "A1", text: str = "") -> None:
        """A cell that jumps to a sheet, or to a place on it under another text."""
        jump(self.put(row, column, text or title, "jump"), title, place)

    def headings(self, row: int, names: list[str], first: int = 1) -> None:
        """A row of column headings."""
        self.tables.add(row)
        lines = 2
        for offset, name in enumerate(names):
            self.put(row, first + offset, name, "heading")
            width = self.sheet.column_dimensions[get_column_letter(first + offset)].width
            lines = max(lines, 1 + int(len(say(name)) / (width * 0.9)))
        height = self.sheet.row_dimensions[row].height or 0.0
        self.sheet.row_dimensions[row].height = max(height, 15.0 * min(lines, 5))

    def heading(self, row: int, text: str) -> None:
        """A section's heading over the text below it."""
        self.sections.add(row)
        self.put(row, 1, text, "section")

    def part(self, title: str, row: int) -> None:
        """The heading of a part that is a subject of its own, and where it is found."""
        self.sections.add(row)
        self.put(row, 1, title, "part")
        self.parts[title] = f"A{row}"

    def live_heading(self, row: int, text: str) -> None:
        """A section's heading that is a formula."""
        self.sections.add(row)
        self.formula(row, 1, text, "section")

    def allow(self, rule: str, cells: list[str]) -> None:
        """Let cells hold only numbers: ``any``, ``share`` (0 to 1), ``positive``, ``nothing``."""
        if not cells:
            return
        low, high, words = {
            "any": ("-1E+300", "1E+300", "a number"),
            "share": ("0", "1", "a number from 0 to 1"),
            "positive": ("0", "1E+300", "a number from 0 up"),
            "nothing": ("0", "0", "0 alone"),
        }[rule]
        check = DataValidation(
            type="decimal",
            operator="between",
            formula1=low,
            formula2=high,
            allow_blank=True,
        )
        check.error, check.errorTitle = f"Allowed here is {words}.", "Not allowed"
        for cell in cells:
            check.add(cell)
        self.sheet.add_data_validation(check)

    def print_to(self, row: int) -> None:
        """Print what stands above a row."""
        self.sheet.print_area = f"A{self.unprinted + 1}:{self.printed}{row}"

    def widths(self, *widths: float) -> None:
        """Column widths from the first column on."""
        for position, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(position)].width = width


def add_page(
    book: Sheets,
    title: str,
    heading: str,
    purpose: str,
    freeze: str = "",
    orientation: Literal["landscape", "portrait"] = "landscape",
) -> Page:
    """A new sheet with its heading, one line of purpose, and print set-up."""
    sheet = book.create_sheet(title)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_margins = PageMargins(0.5, 0.5, top=0.5, bottom=0.65, header=0.3, footer=0.3)
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = page_foot(heading)
    sheet.oddFooter.right.text = "&A, page &P of &N"
    if freeze:
        sheet.freeze_panes = freeze
    page = Page(sheet, book.yellow, book.effect, looks=book.looks)
    book.pages.append(page)
    sheet.row_dimensions[1].height = 24
    page.put(1, 1, heading, "title")
    page.put(2, 1, purpose, "note")
    return page
