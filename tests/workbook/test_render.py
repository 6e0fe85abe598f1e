"""The report on paper: printed by LibreOffice and read page by page."""

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run

MISSING = [name for name in ("soffice", "pdftotext", "pdfinfo") if shutil.which(name) is None]

#: Characters side by side on an A4 page that can still be read.
READABLE = 400
#: The ground of headings.
DARK = "00243B53"

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} missing: the printed report was not looked at"
)


def squeezed(text: str) -> str:
    """Text without blanks: words may be broken over lines."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def pdf(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed")
    profile = f"-env:UserInstallation={folder.as_uri()}/profile"
    printing = ["--headless", "--convert-to", "pdf", "--outdir", str(folder), str(report)]
    subprocess.run(["soffice", profile, *printing], check=True, timeout=300, capture_output=True)
    return folder / f"{report.stem}.pdf"


@pytest.fixture(scope="module")
def book(report: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(report)


@pytest.fixture(scope="module")
def pages(pdf: Path) -> list[str]:
    command = ["pdftotext", "-layout", str(pdf), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\f")[:-1]


def title_of(page: str) -> str:
    """The sheet that a page's footer names."""
    footer = page.rstrip().rpartition("\n")[2]
    found = re.search(r"(\S.*), page \d+ of \d+$", footer)
    assert found, page[-300:]
    return str(re.split(r"\s{2,}", found[1])[-1])


def test_no_number_is_too_wide_for_its_column(pages: list[str]) -> None:
    assert [line for page in pages for line in page.splitlines() if "##" in line] == []


def test_no_page_is_empty(pages: list[str]) -> None:
    for page in pages:
        body = page[: page.rindex(", page ")].rsplit("\n", 1)[0]
        assert len(squeezed(body)) > 20, page


def areas(sheet: Worksheet) -> list[tuple[int, int, int, int]]:
    """The parts of a sheet that are printed: first column, first row, last column, last row."""
    printed = sheet.print_area or sheet.dimensions
    return [range_boundaries(part.rpartition("!")[2]) for part in printed.split(",")]


def headings(sheet: Worksheet, area: tuple[int, int, int, int]) -> list[str]:
    """Texts on dark ground in the first row of an area that has any."""
    first, top, last, bottom = area
    for row in sheet.iter_rows(top, bottom, first, last):
        found = [c.value for c in row if c.fill.start_color.rgb == DARK and c.value]
        if found:
            return [str(text) for text in found]
    return []


def test_each_sheet_is_printed_in_order_and_one_page_wide(
    book: openpyxl.Workbook, pages: list[str]
) -> None:
    """What is printed together has all its headings on one page, else it would be too wide."""
    printed = [title_of(page) for page in pages]
    assert list(dict.fromkeys(printed)) == book.sheetnames
    assert printed == sorted(printed, key=book.sheetnames.index)
    for sheet in book:
        own = [squeezed(p) for p, title in zip(pages, printed, strict=True) if title == sheet.title]
        for area in areas(sheet):
            # a word may be broken, or stand between those of its neighbours
            words = [w for h in headings(sheet, area) for w in re.findall(r"\w+", h)]
            words = [w for w in words if len(w) < 12]
            assert any(all(w in page for w in words) for page in own), (sheet.title, area)


def test_no_more_columns_are_printed_than_can_be_read(book: openpyxl.Workbook) -> None:
    for sheet in book:
        for first, _, last, _ in areas(sheet):
            widths = [sheet.column_dimensions[get_column_letter(c)] for c in range(first, last + 1)]
            assert sum(w.width for w in widths) < READABLE, sheet.title


def test_headings_are_not_cut(book: openpyxl.Workbook, pages: list[str]) -> None:
    for title in ("Summary", "Results", "Uncertainty", "Guide"):
        text = squeezed("".join(p for p in pages if title_of(p) == title))
        for first, top, last, bottom in areas(book[title]):
            for row in book[title].iter_rows(top, bottom, first, last):
                for cell in row:
                    if cell.fill.start_color.rgb == DARK and isinstance(cell.value, str):
                        for word in cell.value.split():
                            assert squeezed(word) in text, (title, cell.coordinate, cell.value)


def about(value: float) -> str:
    """Two significant digits of an amount."""
    return f"{float(f'{value:.2g}'):,.0f}"


def test_the_answer_is_on_the_first_page(pages: list[str], run: Run) -> None:
    row = run(base_table).iloc[0]
    first = re.sub(r"\s+", " ", pages[0])
    for words in (
        f"MDMA-AT costs about NOK {about(row['cost_difference'])} more per person than PE",
        f"PE: net monetary benefit about NOK {about(row['nmb'])} per person",
        "The model is sound TRUE",
        "best on average (frontier)",
        "What drives the result",
    ):
        assert words in first


def test_the_first_sheet_is_one_page(pages: list[str]) -> None:
    assert [title_of(page) for page in pages].count("Summary") == 1


def test_the_book_prints_forty_pages_or_fewer(pages: list[str]) -> None:
    assert len(pages) <= 40
