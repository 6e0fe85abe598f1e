"""Formulas that a column shares are those that stood in each cell, as openpyxl reads them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from hecon.workbook import shared
from hecon.workbook.cached import recalculate, write_cached

ROWS = range(3, 40)


def test_each_cell_reads_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "LARGE", 1)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Trace B2"
    other = book.create_sheet("It's")
    for row in ROWS:
        other[f"A{row}"] = row
        sheet[f"A{row}"] = f"='It''s'!$A{row}+$C$2+LOG10(A$3)"
        sheet[f"B{row}"] = f"=IF($A{row}<7,\"x & 'y'\",SUM($A{row - 1}:$A{row})*$C$2)"
        sheet[f"D{row}"] = f"=$A{row}" if row != 20 else "=$A19+1"
        sheet[f"E{row}"] = f"='Trace B2'!$A3*{row}"
        sheet[f"F{row}"] = f'=IF($A{row}<7,"A1",$C$2)'  # a text that looks like a reference
    sheet["A3"] = 1
    sheet["C2"] = 0.5
    plain, delivered = tmp_path / "plain.xlsx", tmp_path / "delivered.xlsx"
    book.save(plain)
    write_cached(plain, delivered, recalculate(plain), dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    found = openpyxl.load_workbook(delivered)["Trace B2"]
    for cells in sheet.iter_rows():
        for cell in cells:
            assert found[cell.coordinate].value == cell.value
    xml = _sheet(delivered)
    assert xml.count('si="') == 36 + 37 + 36
    assert f'ref="B3:B{ROWS[-1]}"' in xml


def _sheet(path: Path) -> str:
    from hecon.workbook.archive import read_parts

    return read_parts(path)["xl/worksheets/sheet1.xml"].decode()
