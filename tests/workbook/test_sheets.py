"""Which sheets there are, in which order, and what is seen of them on a small screen."""

import re

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from hecon.analyses.flows import base_trace
from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.sections import REGISTRY
from hecon.workbook.context import Book
from hecon.workbook.sheet_groups import GROUPS, STACKS, group_of
from hecon.workbook.sheet_layout import HEADER
from hecon.workbook.sheets.trace_years import years_shown

#: Pixels of a character at a zoom of 100 %, of a point, and of the grid at 1366 x 768 in Excel.
CHARACTER, POINT, WIDTH, HEIGHT = 7.0, 4 / 3, 1336, 500


def test_there_are_twenty_sheets_or_fewer_in_coloured_groups(opened: openpyxl.Workbook) -> None:
    titles = opened.sheetnames
    assert len(set(titles) - {"Live draws"}) <= 20  # a sheet that one asks for
    assert titles[:3] == ["Summary", "Guide", "Results"]
    groups = [group_of(title).name for title in titles]
    assert list(dict.fromkeys(groups)) == [group.name for group in GROUPS]
    for title in titles:
        assert opened[title].sheet_properties.tabColor.rgb == f"00{group_of(title).colour}"


def test_no_analysis_takes_a_sheet_of_its_own(sections: list[Section]) -> None:
    stacked = {name for stack in STACKS.values() for name in (*stack.sections, *stack.screen)}
    assert {s.name for s in sections if not s.live} <= stacked
    known = {name for entry in REGISTRY for name in (entry.name, entry.command_name)}
    assert stacked <= known


def test_every_sheet_and_every_part_is_found_on_the_guide(composed: Book) -> None:
    guide = composed.workbook["Guide"]
    links = {(c.value, c.hyperlink.location) for c in guide["A"] if c.hyperlink}
    for page in composed.workbook.pages:
        assert (page.title, f"'{page.title}'!A1") in links
        for part, cell in page.parts.items():
            assert (part, f"'{page.title}'!{cell}") in links
            column, row = openpyxl.utils.cell.coordinate_from_string(cell)
            assert page.sheet[f"{column}{row}"].value is not None


def test_charts_of_the_summary_stand_beside_each_other_on_its_page(
    opened: openpyxl.Workbook,
) -> None:
    sheet = opened["Summary"]
    plane, curves = (chart.anchor for chart in sheet._charts)
    assert plane._from.row == curves._from.row
    assert plane.to.col <= curves._from.col < curves.to.col
    last = re.fullmatch(r".*:\$([A-Z])\$(\d+)", str(sheet.print_area))
    assert last is not None
    assert curves.to.col <= openpyxl.utils.column_index_from_string(last[1])
    assert max(plane.to.row, curves.to.row) <= int(last[2])
    assert sheet._charts[1].legend.position == "r"


def test_only_rows_are_frozen(opened: openpyxl.Workbook) -> None:
    frozen = {sheet.title: sheet.freeze_panes for sheet in opened if sheet.freeze_panes}
    assert "Inputs" in frozen
    assert all(cell.startswith("A") and cell[1:].isdigit() for cell in frozen.values()), frozen


def test_eighteen_inputs_are_seen_at_once(opened: openpyxl.Workbook) -> None:
    sheet = opened["Inputs"]
    zoom = sheet.sheet_view.zoomScale / 100
    status = next(c.column for c in sheet[HEADER] if c.value == "Status")
    widths = [sheet.column_dimensions[get_column_letter(c)].width for c in range(1, status + 1)]
    assert sum(widths) * CHARACTER * zoom <= WIDTH
    heights = [sheet.row_dimensions[r].height or 15.0 for r in range(1, HEADER + 19)]
    assert sum(heights) * POINT * zoom <= HEIGHT


@pytest.mark.parametrize("strategy", ["UC", "MDMA-AT"])
def test_a_trace_is_printed_by_year(composed: Book, run: Run, strategy: str) -> None:
    """The cycles of this study are years, so each row of one is a row of the other."""
    sheet = composed.workbook[f"Trace {strategy}"]
    first, last = (int(cell.strip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ'")) for cell in area(sheet))
    years = years_shown(composed)
    assert years[0] == 0
    assert years[-1] == float(run(base_trace)["year"].max())
    shown = [sheet.cell(r, 1).value for r in range(first + 2, first + 2 + len(years))]
    assert shown == years
    assert last - first < 80


def area(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[str]:
    """First and last cell of what is printed."""
    return str(sheet.print_area).rpartition("!")[2].split(":")
