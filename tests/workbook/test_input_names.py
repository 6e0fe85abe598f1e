"""Names by which formulas read inputs: valid in Excel, unique, each at the value in use."""

from __future__ import annotations

import openpyxl
import pytest

from hecon.workbook.input_names import names_of
from hecon.workbook.sheet_layout import HEADER


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["c_a[New v2]", "c_a_New", "C_A_new"], ["c_a_New_v2", "c_a_New", "C_A_new_"]),
        (["C01", "r1c1", "R", "c", "tau2"], ["C01_", "r1c1_", "R_", "c_", "tau2_"]),
        (["XFD1", "ABCD1", "true", "2x", "", "[]"], ["XFD1_", "ABCD1", "true_", "_2x", "_", "__"]),
    ],
)
def test_names_are_valid_and_unique(texts: list[str], wanted: list[str]) -> None:
    assert names_of(texts) == wanted


def test_every_input_has_a_name_that_leads_to_its_value_in_use(opened: openpyxl.Workbook) -> None:
    sheet = opened["Inputs"]
    (column,) = [c.column for c in sheet[HEADER] if c.value == "Name in formulas"]
    rows = range(HEADER + 1, int(sheet.auto_filter.ref.rpartition("P")[2]) + 1)
    for row in rows:
        assert sheet.cell(row, 3).value is not None
        defined = opened.defined_names[sheet.cell(row, column).value]
        assert defined.attr_text == f"'Inputs'!$C${row}"
    assert len(opened.defined_names) == len(rows) > 50
