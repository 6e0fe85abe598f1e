"""An edited workbook comes back: its inputs are read, validated and run; the unsafe is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from hecon.analyses.evaluate import evaluate
from hecon.analyses.results import Results, analyse
from hecon.errors import InputError
from hecon.parameters.design import base_case
from hecon.parameters.distributions import distribution
from hecon.reports.edited import workbook_gap
from hecon.reports.workbook.book import build_workbook
from hecon.reports.workbook.edits import moved_distribution, names_in_workbook, read_edited
from hecon.reports.workbook.safety import refuse_unsafe
from hecon.studies.load import load_study

ROOT = Path(__file__).parents[2]
PTSD = ROOT / "inputs/studies/ptsd"
NORWAY = ROOT / "inputs/jurisdictions/norway"


@pytest.fixture(scope="module")
def results() -> Results:
    return analyse(load_study(PTSD, NORWAY), draws=20)


@pytest.fixture(scope="module")
def plain(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("edits") / "report.xlsx"
    build_workbook(results).save(path)
    return path


@pytest.fixture
def book(plain: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(plain)


def row_of(sheet: object, *cells: object) -> int:
    for row in sheet.iter_rows():  # type: ignore[attr-defined]
        if tuple(c.value for c in row[: len(cells)]) == cells:
            return int(row[0].row)
    raise AssertionError(cells)


def test_untouched(plain: Path, results: Results, tmp_path: Path) -> None:
    assert names_in_workbook(plain) == ("ptsd", "norway")
    study, edits = read_edited(plain, results.study, tmp_path)
    assert edits == []
    assert study.model.formulas == results.study.model.formulas
    assert workbook_gap(plain, results) < 1e-12


def test_edits_arrive(book: openpyxl.Workbook, results: Results, tmp_path: Path) -> None:
    """A value, a computed row, a session, a table and a scenario, each typed over once."""
    inputs, sessions, tables = book["Inputs"], book["Sessions"], book["Tables"]
    inputs.cell(row_of(inputs, "rate_relapse"), 4).value = 0.08
    inputs.cell(row_of(inputs, "c_overnight"), 4).value = 9000
    row = row_of(sessions, "PE", 3)
    heads = [c.value for c in sessions[row_of(sessions, "strategy", "session")]]
    sessions.cell(row, heads.index("contact_hours") + 1).value = 2.25
    tables.cell(5 + 50, 2).value = 0.01
    scenarios = book["Scenarios"]
    names = [c.value for c in scenarios[5]]
    scenarios.cell(row_of(scenarios, "S41"), names.index("set drug_price_session") + 1).value = 500
    path = tmp_path / "edited.xlsx"
    book.save(path)
    copy = tmp_path / "copy"
    copy.mkdir()
    study, edits = read_edited(path, results.study, copy)
    assert {(e.sheet, e.what, e.before, e.after) for e in edits} == {
        ("Inputs", "rate_relapse, value", "0.065", "0.08"),
        ("Inputs", "c_overnight, value", "empty", "9000"),
        ("Sessions", "PE, session 3, contact_hours", "1.5", "2.25"),
        ("Tables", "life_table.female at 50", "0.001293", "0.01"),
        ("Scenarios", "S41 sets drug_price_session", "0", "500"),
    }
    by_key = {p.text: p for p in study.parameters}
    assert by_key["rate_relapse"].value == 0.08
    # the spread on the log scale stays, its centre moves
    assert by_key["rate_relapse"].distribution.centre == pytest.approx(0.08)
    assert by_key["rate_relapse"].distribution.parameters[1] == 0.393
    assert by_key["c_overnight"].value == 9000
    assert study.scenarios[[s.id for s in study.scenarios].index("S41")].text == (
        "drug_price_session = 500.0"
    )
    # PE costs one psychologist 0.75 hours more, for those who attend session 3 of 12
    before = evaluate(results.study.model, base_case(results.study.parameters))
    after = evaluate(study.model, base_case(study.parameters))
    gain = [
        float(o["cost_undiscounted"].sel(strategy="PE", item="Psychologists")[0])
        for o in (before, after)
    ]
    dropout = 0.1684 * 1.724
    assert gain[1] - gain[0] == pytest.approx(0.75 * 910 * (1 - dropout * 2 / 11), rel=1e-9)


def test_faults_name_sheet_and_cell(
    book: openpyxl.Workbook, results: Results, tmp_path: Path
) -> None:
    inputs = book["Inputs"]
    dropout, other = row_of(inputs, "d_mdma"), row_of(inputs, "d_pbo")
    inputs.cell(dropout, 4).value = 1.4
    inputs.cell(other, 4).value = -5
    path = tmp_path / "faulty.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_edited(path, results.study, _folder(tmp_path))
    message = str(caught.value)
    assert f"faulty.xlsx, sheet Inputs, cell D{dropout}: found 1.4" in message
    assert f"faulty.xlsx, sheet Inputs, cell D{other}: found -5" in message
    assert "Traceback" not in message


def test_text_where_a_number_belongs(
    book: openpyxl.Workbook, results: Results, tmp_path: Path
) -> None:
    inputs = book["Inputs"]
    row = row_of(inputs, "u_gain")
    inputs.cell(row, 4).value = "a lot"
    path = tmp_path / "words.xlsx"
    book.save(path)
    with pytest.raises(InputError, match=f"sheet Inputs, cell D{row}: found 'a lot', allowed is"):
        read_edited(path, results.study, _folder(tmp_path))


def test_a_changed_formula_is_noticed(
    book: openpyxl.Workbook, results: Results, tmp_path: Path
) -> None:
    """Formulas are not read back, but a workbook whose own totals differ is found out."""
    sheet = book["Trace MDMA-AT"]
    heads = {c.value: c.column for c in sheet[row_of(sheet, "cycle")]}
    cost = heads["Other health care, Remission, cost"]
    sheet.cell(60, cost).value = 0
    path = tmp_path / "tampered.xlsx"
    book.save(path)
    assert read_edited(path, results.study, _folder(tmp_path))[1] == []
    assert workbook_gap(path, results) > 1e-6


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("beta", {"alpha": 20.0, "beta": 80.0}, 0.25),
        ("gamma", {"shape": 4.0, "scale": 10.0}, 50.0),
        ("normal", {"mean": 1.0, "sd": 0.3}, 0.2),
        ("uniform", {"low": 1.0, "high": 3.0}, 5.0),
        ("triangular", {"low": 1.0, "mode": 2.0, "high": 4.0}, 3.0),
    ],
)
def test_moved_distributions_keep_their_spread(
    kind: str, given: dict[str, float], value: float
) -> None:
    drawn = distribution(kind, given)
    text = moved_distribution(drawn, value)
    assert text is not None
    moved = distribution(
        kind, {k: float(v) for k, v in (p.split("=") for p in text.replace(" ", "").split(";"))}
    )
    assert moved.centre == pytest.approx(value)
    u = [(i + 0.5) / 20000 for i in range(20000)]
    spread = [float(d.quantile(u).std()) for d in (drawn, moved)]  # type: ignore[arg-type]
    assert spread[1] == pytest.approx(spread[0], rel=2e-3)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


def _archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/workbook.xml": b"<w/>", "xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/workbook.xml": b"<w/>", "xl/externalLinks/externalLink1.xml": b"<e/>"}, "links to"),
        ({"xl/workbook.xml": b'<!DOCTYPE w [<!ENTITY a "b">]><w/>'}, "entities"),
        ({"xl/workbook.xml": b"<w/>", **{f"a{i}.bin": b"" for i in range(2001)}}, "parts"),
        ({"hello.txt": b"x"}, "not an Excel workbook"),
    ],
)
def test_unsafe_archives_are_refused(parts: dict[str, bytes], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        refuse_unsafe(_archive(tmp_path / "book.xlsx", parts))


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb = {"xl/workbook.xml": b"<w/>", "xl/sheet.xml": b"0" * 610_000_000}
    with pytest.raises(InputError, match="unpacks to more than"):
        refuse_unsafe(_archive(tmp_path / "bomb.xlsx", bomb))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(InputError, match="is not an Excel workbook"):
        refuse_unsafe(path)
    with pytest.raises(InputError, match="missing"):
        refuse_unsafe(tmp_path / "none.xlsx")


def test_a_workbook_that_names_a_path_is_refused(book: openpyxl.Workbook, tmp_path: Path) -> None:
    sheet = book["Provenance"]
    sheet.cell(row_of(sheet, "study"), 2).value = "../../etc"
    path = tmp_path / "path.xlsx"
    book.save(path)
    with pytest.raises(InputError, match="allowed are letters"):
        names_in_workbook(path)
