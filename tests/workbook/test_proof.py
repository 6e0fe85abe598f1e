"""A sample of the full proof: a few replays in both engines; and what it must not overlook."""

import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from recalculated import recalculate
from rich.console import Console
from swapped import swapped

from hecon.analyses.run import Run, Settings
from hecon.engine.expression import parse
from hecon.studies.load_study import load_study
from hecon.workbook import proof
from hecon.workbook.archive import CellError, CellValue, Values
from hecon.workbook.book import compose
from hecon.workbook.context import Book, workbook_study
from hecon.workbook.proof import difference, print_proof, prove
from hecon.workbook.replays import Changes, replays
from hecon.workbook.sheets.model_settings import AGREES

INPUTS = Path(__file__).parents[2] / "inputs"
SMALL = Path(__file__).parents[1] / "replications/studies/darth_timedep_age"
INFINITE = float("inf")

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="LibreOffice is missing: the second spreadsheet engine did not run",
)


@pytest.fixture(scope="module")
def small() -> Run:
    return Run(load_study(SMALL), Settings(draws=30))


def test_sample(run: Run) -> None:
    listed = replays(run)
    scenarios = [*run.study.selectable, *run.study.budget.scenarios]
    assert len(listed) == 1 + len(scenarios) + 20 + 25
    chosen = [r for r in listed if r.name in ("scenario S06", "scenario BI6", "draw 60")]
    table = prove(run, [*chosen, listed[-45]], libreoffice=False)
    assert list(table["against"]) == ["Python"] * 4
    assert (table["difference"] <= AGREES).all(), table
    assert table.attrs["sound"] == [True] * 4
    assert table.attrs["equal"] == ["yes"] * 4


@pytest.mark.long
def test_the_shipped_study_in_all_its_cycles() -> None:
    """Four strategies of four states and the general population of two, 720 cycles and a start."""
    run = Run(load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway"), Settings(20))
    table = prove(run, replays(run)[:1], libreoffice=False)
    assert table["cells"].iloc[0] > 721 * (4 * 4 + 2)
    assert (table["difference"] <= AGREES).all(), table
    assert (table.attrs["sound"], table.attrs["equal"]) == ([True], ["yes"])


@needs_libreoffice
@pytest.mark.long
def test_second_engine_compares_every_formula() -> None:
    small = Run(load_study(Path(__file__).parents[1] / "cli/studies/small"), Settings(draws=30))
    table = prove(small, replays(small)[:6])
    engines = table[table["against"] == "LibreOffice"]
    assert len(engines) == 6
    formulas = compose(small).workbook
    count = sum(c.data_type == "f" for s in formulas.worksheets for r in s.iter_rows() for c in r)
    assert (engines["cells"] == count).all()
    assert (table["difference"] <= AGREES).all(), table


def test_one_cell_that_differs_is_found(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second engine gives what the first gives, but for a millionth in one trace cell."""
    place = next(iter(compose(small).tracing.columns.values()))[0].rpartition("!")
    sheet, cell = place[0].strip("'"), place[2].partition(":")[0].replace("$", "")

    def off(path: Path, changes: Sequence[Changes]) -> Iterator[Values]:
        values = recalculate(path)
        values[sheet][cell] = float(str(values[sheet][cell])) * 1.000001 + 1e-6
        yield values

    monkeypatch.setattr(proof, "libreoffice_replays", off)
    table = prove(small, replays(small)[:1])
    row = table[table["against"] == "LibreOffice"].iloc[0]
    assert (row["sheet"], row["cell"]) == (sheet, cell)
    assert row["difference"] > AGREES
    text = io.StringIO()
    assert not print_proof(table, Console(file=text, width=200))
    assert f"differs from LibreOffice: base case: {sheet}!{cell}" in text.getvalue()


@pytest.mark.long
def test_a_formula_without_the_mortality_ratio_is_found(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python runs the right model, the workbook's generator has lost the ratio."""
    study = run.study
    wrong = {("p_die_ill", None): parse("1 - (1 - q_general) ** cycle_years")}
    broken = replace(study, model=study.model.with_formulas(wrong))

    def careless(right: Run) -> Book:
        compose(right)  # Python's own results are the right model's
        book = compose(swapped(right, broken))
        book.run, book.study = right, workbook_study(right)
        return book

    monkeypatch.setattr(proof, "compose", careless)
    table = prove(run, replays(run)[:1], libreoffice=False)
    row = table.iloc[0]
    assert row["difference"] > 1e-3
    assert row["sheet"].startswith(("Trace", "Results"))
    assert table.attrs["equal"] == ["no"]
    assert not print_proof(table, Console(file=io.StringIO()))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (2.0, 2.0, 0.0),
        (2.0, 2.002, 0.001 / 1.001),
        (0.0, 1e-15, 0.0),
        (1e-6, 2e-6, 0.5),
        (True, 1.0, 0.0),
        (True, 0.0, INFINITE),
        (False, False, 0.0),
        ("dominated", "dominant", INFINITE),
        ("yes", "yes", 0.0),
        ("", 0.0, INFINITE),
        (1.0, "1", INFINITE),
        (CellError("#NUM!"), "#VALUE!", 0.0),
        (CellError("#N/A"), "Err:504", 0.0),
        (CellError("#N/A"), 0.0, INFINITE),
        (CellError("#N/A"), "", INFINITE),
        ("#N/A", "#N/A", 0.0),
    ],
)
def test_difference(ours: CellValue, theirs: CellValue, expected: float) -> None:
    assert difference(ours, theirs) == pytest.approx(expected, rel=2e-4)
    if isinstance(ours, float):
        assert difference(ours, theirs, 1e9) in (pytest.approx(0, abs=1e-8), INFINITE)
