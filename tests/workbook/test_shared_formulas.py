"""Formulas that a column shares are those that stood in each cell, as openpyxl reads them."""

from pathlib import Path

import openpyxl
import pytest
from recalculated import recalculate

from hecon.workbook import filled
from hecon.workbook.archive import read_parts
from hecon.workbook.pages import Sheets, add_page

FIRST, ROWS = 5, 30

#: Formulas of a row, and whether they say the same in each.
COLUMNS = {
    2: (lambda row: f"'It''s'!$A{row}+$C$2+LOG10(A$4)", True),
    3: (lambda row: f"IF($A{row}<7,\"x & 'y'\",SUM($A{row - 1}:$A{row})*$C$2)", True),
    4: (lambda row: f"'Trace B2'!$A3*{row}", False),
    5: (lambda row: f'IF($A{row}<7,"A1",$C$2)', True),  # a text that looks like a reference
    6: (lambda row: f'"row "&{row}', False),
    7: (lambda row: f'"A{row}"', False),
}


@pytest.mark.parametrize("values", [False, True])
def test_each_cell_reads_as_it_was_written(
    values: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled, "LONG", 4)
    book, path = Sheets(), tmp_path / "book.xlsx"
    page, other = add_page(book, "Trace B2", "One", ""), add_page(book, "It's", "Two", "")
    for row in range(FIRST - 1, FIRST + ROWS):
        page.put(row, 1, row)
        other.put(row, 1, row)
    page.put(2, 3, 0.5)
    for column, (formula, _) in COLUMNS.items():
        page.fill(FIRST, ROWS, column, lambda t, row, f=formula: f(row), "general")
    if values:
        book.deliver(path)
    else:
        book.save(path)
    found = openpyxl.load_workbook(path)["Trace B2"]
    for column, (formula, _) in COLUMNS.items():
        for row in range(FIRST, FIRST + ROWS):
            assert found.cell(row, column).value == f"={formula(row)}"
    xml = read_parts(path)["xl/worksheets/sheet1.xml"].decode()
    told = sum(shared for _, shared in COLUMNS.values()) * (ROWS - 1)
    assert xml.count(' si="') == (told if values else 0)
    assert (f'ref="B{FIRST + 1}:B{FIRST + ROWS - 1}"' in xml) == values
    assert found.dimensions == f"A1:G{FIRST + ROWS - 1}"
    known = openpyxl.load_workbook(path, data_only=True)["Trace B2"]
    again = recalculate(path)["Trace B2"]
    assert known["G9"].value == ("A9" if values else None)
    for cell, value in again.items():
        assert known[cell].value == (value if values else None)


def test_a_cell_of_its_own_stands_in_a_filled_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filled, "LONG", 4)
    book, path = Sheets(), tmp_path / "book.xlsx"
    page = add_page(book, "One", "One", "")
    page.fill(FIRST, ROWS, 1, lambda t, row: f"A{row - 1}+1" if t else "1", "general")
    page.put(FIRST + 1, 1, 40)
    book.deliver(path)
    assert openpyxl.load_workbook(path)["One"][f"A{FIRST + 1}"].value == 40
    values = recalculate(path)["One"]
    assert values[f"A{FIRST + 2}"] == 41
    assert f"A{FIRST + 1}" not in values
