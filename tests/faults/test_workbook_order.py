"""Sheets are written when another needs them: in which order they are asked for is no matter."""

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny
from short_study import short_study

from hecon.analyses.run import Run, Settings
from hecon.studies.study import Study
from hecon.workbook import book as books
from hecon.workbook.book import compose
from hecon.workbook.context import Book


def cells(book: Book) -> dict[tuple[str, str], object]:
    """What stands in each cell, and in columns told once."""
    filled = {
        (page.title, f"{part.column} {part.rows}"): part.template
        for page in book.workbook.pages
        for part in page.filled
    }
    return filled | {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.mark.parametrize("study", [tiny.study, pytest.param(short_study, marks=pytest.mark.long)])
def test_live_sheets_asked_for_from_the_last_to_the_first(
    study: Callable[[Path], Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every formula stands where it stood and says what it said; only Checks lists otherwise."""
    run = Run(study(tmp_path), Settings(draws=20))
    one = compose(run)
    monkeypatch.setattr(books, "LIVE", books.LIVE[::-1])
    other = compose(run)
    found, again = cells(one), cells(other)
    listed = {place for place in found.keys() | again.keys() if place[0] == "Checks"}
    assert {p: v for p, v in found.items() if p not in listed} == {
        p: v for p, v in again.items() if p not in listed
    }
    assert sorted(one.checks) == sorted(other.checks)
    assert one.begun != other.begun


def test_parts_that_need_each_other(tmp_path: Path) -> None:
    """A circle is named, not followed for ever."""
    book = compose(Run(tiny.study(tmp_path), Settings(draws=5)))

    def first(book: Book) -> None:
        book.after(second)

    def second(book: Book) -> None:
        book.after(first)

    with pytest.raises(RuntimeError, match="first needs what needs it itself"):
        book.after(first)
