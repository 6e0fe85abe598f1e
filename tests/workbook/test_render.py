"""The report on paper: printed by LibreOffice and read page by page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from hecon.reports.workbook.libreoffice import libreoffice_pdf

MISSING = [name for name in ("soffice", "pdftotext", "pdfinfo") if shutil.which(name) is None]

#: Columns of a sheet above which it is printed so small that pdftotext leaves characters out.
READABLE = 50

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} missing: the printed report was not looked at"
)


def squeezed(text: str) -> str:
    """Text without blanks: words may be broken over lines."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def pdf(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return libreoffice_pdf(report, tmp_path_factory.mktemp("printed"))


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


def test_each_sheet_is_printed_in_order_and_one_page_wide(
    book: openpyxl.Workbook, pages: list[str]
) -> None:
    """A sheet more than a page wide would give its title row on a page, and its rest on others."""
    printed = [title_of(page) for page in pages]
    assert list(dict.fromkeys(printed)) == book.sheetnames
    assert printed == sorted(printed, key=book.sheetnames.index)
    for title in book.sheetnames:
        first = pages[printed.index(title)]
        sheet = book[title]
        area = sheet.print_area or sheet.dimensions
        last = area.replace("$", "").rpartition("!")[2].rpartition(":")[2]
        row = sheet.print_title_rows
        if row:
            number = int(row.replace("$", "").partition(":")[0])
            column = sheet[last].column
            if title.startswith("Trace ") or column > READABLE:
                continue
            heads = [c.value for c in sheet[number][:column] if isinstance(c.value, str)]
            if heads:
                seen = squeezed(first)
                words = [w for w in re.findall(r"\w+", heads[-1]) if len(w) < 12]
                assert all(w in seen for w in words), (title, heads[-1])


def test_headings_are_not_cut(book: openpyxl.Workbook, pages: list[str]) -> None:
    for title in ("Summary", "Results", "Value of information", "Acceptability", "Checks", "Guide"):
        text = squeezed("".join(p for p in pages if title_of(p) == title))
        sheet = book[title]
        for row in sheet.iter_rows():
            for cell in row:
                dark = cell.fill.start_color.rgb == "00243B53"
                if dark and isinstance(cell.value, str):
                    for word in cell.value.split():
                        assert squeezed(word) in text, (title, cell.coordinate, cell.value)


def test_the_answer_is_on_the_first_page(pages: list[str]) -> None:
    first = re.sub(r"\s+", " ", pages[0])
    for words in (
        "MDMA-AT costs NOK 127,352 more per person than PE",
        "it is not cost-effective: net monetary benefit NOK -60,246 per person",
        "The model is internally sound (see Checks) TRUE",
        "Probability of being the best option",
        "What drives the result",
    ):
        assert words in first
