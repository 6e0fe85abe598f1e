"""The sheet Budget in the making: lines by year, and what stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hecon.studies.budget import BudgetDefinition
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import BUDGET_QUEUE, letter
from hecon.workbook.sheets.budget_convolution import Spread
from hecon.workbook.sheets.budget_queue import FIRST_YEAR, YEARS, YEARS_ROW, QueueAddresses

TITLE = "Budget"
HEAD = 4

#: A year's formula in a line: given the year, counted from 1, and the column's letter.
Line = Callable[[int, str], str]


@dataclass
class BudgetSheet:
    """The sheet in the making: rows filled from the top, and where each stands."""

    book: Book
    page: Page
    places: QueueAddresses
    spread: Spread
    definition: BudgetDefinition
    row: int = HEAD
    lines: dict[str, int] = field(default_factory=dict)

    def heading(self, text: str) -> None:
        """A section's heading above the years."""
        self.row += 1
        self.page.heading(self.row, text)
        years = [f"Year {y + 1}" for y in range(self.places.years)]
        self.row += 1
        self.page.headings(self.row, ["", "", *years])

    def line(
        self, name: str, label: str, unit: str, text: Line, shape: str, kind: str = "formula"
    ) -> None:
        """A figure for each year."""
        self.row += 1
        self.lines[name] = self.row
        self.page.put(self.row, 1, label, "output" if kind == "output" else "text")
        self.page.put(self.row, 2, unit, "note")
        for year in range(1, self.places.years + 1):
            column = FIRST_YEAR + year - 1
            formula = text(year, letter(column))
            self.page.formula(self.row, column, formula, kind, shape)

    def at(self, name: str, column: str) -> str:
        """A line's cell in a column."""
        return f"{column}${self.lines[name]}"

    def area(self, name: str) -> str:
        """A line's cells, as other sheets see them."""
        first, last = letter(FIRST_YEAR), letter(FIRST_YEAR + self.places.years - 1)
        row = self.lines[name]
        return f"'{TITLE}'!${first}${row}:${last}${row}"


def within(year: int, text: str) -> str:
    """What there is in a year, nothing after the years in use."""
    return f"IF({year_cell(year)}>{YEARS},0,{text})"


def year_cell(year: int) -> str:
    """The number of a year, as other sheets see it."""
    return f"'{BUDGET_QUEUE}'!${letter(FIRST_YEAR + year - 1)}${YEARS_ROW}"


def without_it(sheet: BudgetSheet, year: int, kind: str, name: str = "") -> str:
    """An amount of the world without the new treatment."""
    parts = [
        f"{sheet.places.cell(f'without.{s}')}*{text}"
        for s in sheet.definition.without
        if (text := sheet.spread.of("eligible", year, s, kind, name)) != "0"
    ]
    return "+".join(parts) or "0"


def difference_of(
    sheet: BudgetSheet, year: int, kind: str, name: str = "", series: Sequence[str] = ()
) -> str:
    """What the new treatment's patients cause, less what those would have who left the old ones."""
    come, left = series or ("treated", "left")
    text = sheet.spread.of(come, year, sheet.definition.strategy, kind, name)
    for s in sheet.definition.displaced:
        given_up = sheet.spread.of(left, year, s, kind, name)
        if given_up != "0":
            text += f"-{sheet.places.cell(f'displaced.{s}')}*{given_up}"
    return text
