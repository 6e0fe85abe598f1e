"""Where the draws stand that the workbook works out itself, which Inputs must know."""

from dataclasses import dataclass

from hecon.engine.model import Key, key_text
from hecon.workbook.context import Book, SheetTable
from hecon.workbook.sheet_layout import letter

TITLE = "Live draws"
#: Row of the cell whose number a draw takes the place of, and of the headings of the draws.
NUMBER, DRAWS_HEAD = 5, 15


@dataclass(frozen=True)
class LivePlaces:
    """Cells of the sheet: a number of a draw, the draws, and which inputs are drawn in them."""

    table: SheetTable  #: A row a draw; above it those of what is in use, live and from the table.
    drawn: dict[Key, int]  #: Rows of the inputs that are drawn.
    listed: int  #: First column of their list.

    @property
    def number(self) -> str:
        """The draw that the whole workbook shows while the table is worked out, else 0."""
        return f"'{TITLE}'!$B${NUMBER}"

    def follows(self, key: Key) -> str:
        """The cell that is 1 where an input follows its draws, 0 where it was typed over."""
        return f"'{TITLE}'!${letter(self.listed + 3)}${self.drawn[key]}"


def place_live(book: Book) -> LivePlaces | None:
    """Give the draws their places; None if none were asked for."""
    if not book.live_draws:
        return None
    names = [f"{what} {s}" for what in ("cost", "qaly") for s in book.strategies]
    left = 2 + max(len(book.strategies), 2 + len(book.study.options)) + 1
    columns = ("draw", "packed", "held", "edits", *names)
    table = SheetTable(TITLE, DRAWS_HEAD + 3, book.live_draws, columns, left)
    inputs = [key for key in book.layout.cells if key_text(key) in book.draws.columns]
    rows = {key: DRAWS_HEAD + 1 + i for i, key in enumerate(inputs)}
    return LivePlaces(table, rows, left + len(columns) + 2)
