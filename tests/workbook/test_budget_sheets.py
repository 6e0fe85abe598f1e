"""The budget's live sheets: by hand, in two engines, and typed over."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from hecon.analyses.run import Run, Settings
from hecon.report.whole import sections_of
from hecon.studies.load_study import load_study
from hecon.workbook.book import compose
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import MODES, workbook_study
from hecon.workbook.edits import read_edited
from hecon.workbook.proof import prove
from hecon.workbook.replays import replays
from hecon.workbook.sheet_layout import BUDGET_QUEUE, INPUTS, SELECTORS
from hecon.workbook.sheets.budget_years import write_budget
from hecon.workbook.sheets.model_settings import AGREES

STUDY = Path(__file__).parents[1] / "analyses/studies/budget"


@pytest.fixture(scope="module")
def example() -> Run:
    return Run(load_study(STUDY), Settings(draws=30))


@pytest.fixture(scope="module")
def delivered(
    example: Run, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, int], LiveWorkbook]:
    """The workbook of the example, the rows of its budget, and the engine that works it out."""
    path = tmp_path_factory.mktemp("budget") / "report.xlsx"
    book = compose(example, sections_of(example, ["provenance"]))
    book.workbook.save(path)
    budget = book.after(write_budget)
    assert budget is not None
    return path, budget.lines, LiveWorkbook(path)


def years(live: LiveWorkbook, row: int) -> list[float]:
    cells = live.values()["Budget"]
    return [float(str(cells[f"{c}{row}"])) for c in "CDE"]


def test_the_example_by_hand(delivered: tuple[Path, dict[str, int], LiveWorkbook]) -> None:
    """Places 8, 8, 50: net 512, 156, 2 344, with 2, 14 and nobody waiting; without limit others.

    Then no places in the first two years, typed over: -240 and -660.
    """
    path, lines, live = delivered
    assert years(live, lines["net"]) == pytest.approx([512, 156, 2344], rel=1e-12)
    assert years(live, lines["waiting"]) == pytest.approx([2, 14, 0], abs=1e-12)
    live.set(INPUTS, SELECTORS, 3, MODES[1])
    for scenario, wanted in (("none", [700, 1300, 1100]), ("closed", [-240, -660, -820])):
        live.set(INPUTS, SELECTORS + 1, 3, scenario)
        assert years(live, lines["net"]) == pytest.approx(wanted, rel=1e-12)
        assert years(live, lines["python"]) == pytest.approx(wanted, rel=1e-12)
    # two years alone: the third has nothing
    live.set(INPUTS, SELECTORS + 1, 3, "short")
    assert years(live, lines["net"]) == pytest.approx([700, 1300, 0], rel=1e-12)
    live.set(INPUTS, SELECTORS, 3, MODES[0])
    sheet = openpyxl.load_workbook(path)[INPUTS]
    row = next(r[0].row for r in sheet.iter_rows() if r[0].value == "first_places")
    live.set(INPUTS, row, 4, 0.0)
    assert years(live, lines["net"])[:2] == pytest.approx([-240, -660], rel=1e-12)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is missing")
def test_two_engines_and_python_agree(example: Run) -> None:
    listed = replays(example)
    scenarios = workbook_study(example).scenarios
    assert [r.name for r in listed[:5]] == ["base case", *(f"scenario {s.id}" for s in scenarios)]
    table = prove(example, listed[:3])
    assert (table["difference"] <= AGREES).all(), table
    assert set(table["against"]) == {"Python", "LibreOffice"}
    assert table.attrs["sound"] == [True] * 3
    assert table.attrs["equal"] == ["yes"] * 3


def test_a_wrong_queue_is_found(example: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook in which those who wait are served last differs from Python, and says so."""
    from hecon.workbook import proof

    def careless(run: Run) -> object:
        book = compose(run)
        budget = book.after(write_budget)
        assert budget is not None
        c, first = budget.places.columns["treated"], budget.places.first
        book.workbook[BUDGET_QUEUE][f"{c}{first + 1}"] = 9.0
        return book

    monkeypatch.setattr(proof, "compose", careless)
    table = prove(example, replays(example)[:1], libreoffice=False)
    assert table["difference"].iloc[0] > 1e-3
    assert table["sheet"].iloc[0] == "Budget"
    assert table.attrs["equal"] == ["no"]


def test_what_is_typed_over_comes_back(
    delivered: tuple[Path, dict[str, int], LiveWorkbook], example: Run, tmp_path: Path
) -> None:
    """An input of the budget and what one of its scenarios sets arrive in the study's files."""
    book = openpyxl.load_workbook(delivered[0])
    for row in book[INPUTS].iter_rows():
        if row[0].value == "training":
            row[3].value = 70
    heads = next(r for r in book["Scenarios"].iter_rows() if r[0].value == "Scenario")
    column = next(c.column for c in heads if c.value == "set first_new")
    for row in book["Scenarios"].iter_rows():
        if row[0].value == "dear":
            row[column - 1].value = 300
    edited = tmp_path / "edited.xlsx"
    book.save(edited)
    folder = tmp_path / "files"
    folder.mkdir()
    study, edits = read_edited(edited, example.study, folder)
    assert [(e.what, e.before, e.after) for e in edits] == [
        ("training, value", "0", "70"),
        ("dear sets first_new", "200", "300"),
    ]
    assert study.budget is not None
    assert next(p.value for p in study.budget.parameters if p.name == "training") == 70
    dear = next(s for s in study.budget.scenarios if s.id == "dear")
    assert [e.value for e in dear.changes.values()] == [300]
