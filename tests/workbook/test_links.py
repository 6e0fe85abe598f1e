"""Ids of evidence lead to the row that explains them, DOIs out; nothing else leads out."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.doi import doi_address
from hecon.report.numbers import Units
from hecon.report.page_view import section_view
from hecon.workbook.safety import refuse_unsafe


@pytest.fixture(scope="module")
def listed(opened: openpyxl.Workbook) -> dict[str, int]:
    """Rows of Sources by id."""
    sheet = opened["Documentation"]
    rows = iter(sheet.iter_rows(max_col=1))
    next(r for r in rows if str(r[0].value).startswith('="Sources"'))
    next(r for r in rows if r[0].value == "Id")
    found = {}
    for (cell,) in rows:
        if cell.value is None:
            return found
        found[cell.value] = cell.row
    raise AssertionError


def test_every_id_in_any_cell_is_on_sources_and_linked(
    run: Run, opened: openpyxl.Workbook, listed: dict[str, int]
) -> None:
    known = {row["id"] for row in run.study.evidence("sources")}
    arms = {arm.id for arm in run.study.synthesis.evidence.arms}
    places = {key: f"'Documentation'!A{row}" for key, row in listed.items()}
    told = (c for c in reversed(opened["Evidence"]["A"]) if c.value in arms)
    places |= {c.value: f"'Evidence'!A{c.row}" for c in told}
    linked: set[str] = set()
    for sheet in opened:
        if sheet.title == "Checks":  # it holds addresses, which can look like ids
            assert not any(cell.hyperlink for cell in sheet["B"])
            continue
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "s"):
            where, words = f"'{sheet.title}'!{cell.coordinate}", re.findall(r"[\w-]+", cell.value)
            assert not known & set(words) - set(listed), where
            others = re.sub(r"[\w-]+|[,;] ", "", cell.value)
            alone = words and not others and all(word in places for word in words)
            if alone and places[words[0]] != where:
                assert cell.hyperlink, where
                assert cell.hyperlink.location == places[words[0]]
                linked.add(words[0])
    assert len(linked & set(listed)) > 20
    assert linked & arms


def test_dois_lead_to_their_publication_and_nothing_else_leads_out(
    opened: openpyxl.Workbook, plain: Path
) -> None:
    refuse_unsafe(plain)
    found = 0
    for sheet in opened:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.hyperlink):
            if cell.hyperlink.target:
                assert cell.hyperlink.target == f"https://doi.org/{cell.value}"
                found += 1
    assert found > 20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://doi.org/10.1038/x",
        "javascript:10.1038/x",
        '10.1038/x"onclick=1',
        "10.1038/x y",
        "10.1038/<b>",
        "10.1038/x\n",
        "10.1038/x#y",
    ],
)
def test_what_is_not_exactly_a_doi_is_no_address(text: str) -> None:
    assert doi_address(text) == ""


def test_dois_are_linked_on_the_page(sections: list[Section]) -> None:
    shown = section_view(next(s for s in sections if s.name == "sources"), Units("NOK"))
    links = {cell.text: cell.link for row in shown.tables[0].rows for cell in row if cell.link}
    assert links["10.1038/s41591-021-01336-3"] == "https://doi.org/10.1038/s41591-021-01336-3"
