"""After an edit nothing old is shown as new; every id that a sheet names is on Sources."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run
from hecon.report.cited import cited
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import Book
from hecon.workbook.sheet_layout import EDITED as EDITED_CELLS
from hecon.workbook.sheet_layout import HEADER
from hecon.workbook.sheets.acceptability_sheet import BEST
from hecon.workbook.sheets.summary_sheet import CHANGED, IN_USE


def said(values: dict[str, object]) -> Iterator[str]:
    """Texts of the first two columns."""
    for cell, value in values.items():
        if cell[0] in "AB" and isinstance(value, str) and value:
            yield value.lower()


def faded(sheet: Worksheet) -> list[str]:
    """Areas that turn grey once a cell is typed over."""
    return [
        str(area.sqref)
        for area, rules in sheet.conditional_formatting._cf_rules.items()
        if any(r.type == "expression" and r.formula == [f"{EDITED_CELLS}>0"] for r in rules)
    ]


def test_fault_37_what_does_not_follow_an_edit_says_so(plain: Path, composed: Book) -> None:
    live = LiveWorkbook(plain)
    before = live.values()
    assert before["Summary"][f"B{IN_USE}"] == "Base case"
    assert not any("as delivered" in text for text in said(before["Summary"]))
    rows = {
        row[0].value: row[0].row
        for row in composed.workbook["Inputs"].iter_rows(min_row=HEADER + 1)
    }
    live.set("Inputs", rows["drug_price_session"], 4, 0.0)
    after = live.values()
    assert after["Summary"][f"B{CHANGED}"].startswith("EDITED: 1 cell typed over")
    told = [text for text in said(after["Summary"]) if "as delivered" in text]
    # each of Python's lines says so, and so do the rule over the drivers and the note on the charts
    assert sum(text.startswith("as delivered: ") for text in told) > 4
    assert {text.split()[0] for text in told} == {"as", "edited:", "the", "what"}
    sheet = composed.workbook["Summary"]
    grey = {cell for rule in faded(sheet) for cell in rule.split(":")}
    lines = [c for c, text in after["Summary"].items() if str(text).startswith("As delivered: ")]
    assert {cell.replace("B", "A") for cell in lines} <= grey
    for title in ("Sensitivity", "Scenarios", "Uncertainty"):
        assert "as delivered" not in str(before[title]["A1"])
        assert "as delivered" in str(after[title]["A1"])


def test_fault_38_every_id_is_on_sources(run: Run, composed: Book) -> None:
    book = composed.workbook
    listed = {str(row[0]) for row in book["Documentation"].iter_rows(values_only=True)}
    known = {row["id"] for row in run.study.evidence("sources")}
    for sheet in book:
        if sheet.title == "Checks":
            continue  # there E9 is a cell
        texts = (c.value for row in sheet.iter_rows() for c in row if c.data_type == "s")
        named = {word for text in texts for word in re.findall(r"\bE\d{3}\b", str(text))}
        assert named & known <= listed, sheet.title
        assert named <= known, sheet.title


def test_fault_38_a_row_that_names_another_brings_it_along() -> None:
    rows = [{"id": "E1", "note": "see E3"}, {"id": "E2", "note": ""}, {"id": "E3", "note": ""}]
    assert [r["id"] for r in cited(["by (E1), of E10"], rows)] == ["E1", "E3"]


def test_fault_41_few_rows_stay_on_the_screen(composed: Book) -> None:
    """Title, purpose, five choices and the headings: at most ten rows."""
    assert int(re.sub(r"\D", "", composed.workbook["Inputs"].freeze_panes)) <= 11


def test_fault_42_perfect_information_is_given_once(composed: Book) -> None:
    heads = [str(c.value) for c in composed.workbook["Uncertainty"][BEST - 1]]
    assert sum(head.startswith("EVPI per person") for head in heads) == 1


def test_fault_36_both_ends_of_a_bar_are_seen(run: Run, composed: Book) -> None:
    (chart,) = composed.workbook["Sensitivity"]._charts
    assert chart.x_axis.crossesAt == pytest.approx(float(run(base_table)["nmb"].iloc[0]))
    assert chart.x_axis.crosses is None
    assert chart.overlap == 0
