"""The workbook against Python: base case, scenarios, one-way ends and draws, in two engines."""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import formualizer
import openpyxl
import pytest

from hecon.analyses.results import Results, analyse
from hecon.engine.expression import parse
from hecon.reports.workbook.book import build_workbook, write_workbook
from hecon.reports.workbook.cached import recalculate
from hecon.reports.workbook.libreoffice import LibreOfficeMissing, libreoffice_values
from hecon.reports.workbook.proof import SCALES, difference, unsettled
from hecon.reports.workbook.sheets.inputs import SELECTORS
from hecon.reports.workbook.styles import FILLS, FORMATS, fitting
from hecon.studies.load import load_study

ROOT = Path(__file__).parents[2]
PTSD = ROOT / "inputs/studies/ptsd"
NORWAY = ROOT / "inputs/jurisdictions/norway"
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def results() -> Results:
    return analyse(load_study(PTSD, NORWAY), draws=60, seed=3)


@pytest.fixture(scope="module")
def plain(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "plain.xlsx"
    build_workbook(results).save(path)
    return path


class Live:
    """A workbook open in the engine, with its selector."""

    def __init__(self, path: Path):
        self.path = path
        self.book = formualizer.Workbook.from_path(str(path))
        self.rows: dict[str, int] = {}
        sheet = openpyxl.load_workbook(path, read_only=True)["Results"]
        for row in sheet.iter_rows(min_col=1, max_col=1):
            if row[0].value is not None:
                self.rows.setdefault(str(row[0].value), row[0].row)
        self.inputs = self.book.sheet("Inputs")
        self.book.evaluate_all()

    def show(self, mode: str, **chosen: object) -> None:
        places = {"scenario": 1, "parameter": 2, "end": 3, "draw": 4}
        self.inputs.set_value(SELECTORS, 3, mode)
        for name, value in chosen.items():
            self.inputs.set_value(SELECTORS + places[name], 3, value)
        self.book.evaluate_all()

    def figures(self, label: str, width: int = 4) -> list[float]:
        row = next(r for text, r in self.rows.items() if text.startswith(label))
        return [self.book.evaluate_cell("Results", row, 2 + j) for j in range(width)]

    def value(self, label: str) -> object:
        return self.figures(label, 1)[0]

    def sound(self) -> object:
        return self.book.evaluate_cell("Checks", 3, 2)

    def equal(self) -> object:
        return self.book.evaluate_cell("Checks", 4, 2)


@pytest.fixture(scope="module")
def live(plain: Path) -> Live:
    return Live(plain)


def expect(live: Live, results: Results, row: object) -> None:
    """The workbook's totals equal a row of Python's table."""
    names = {"cost": "Total cost", "qaly": "Total QALYs", "life_years": "Life-years, discounted"}
    for what, label in names.items():
        expected = [row[f"{what} {s}"] for s in results.study.model.strategies]  # type: ignore[index]
        assert live.figures(label) == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
    assert live.sound() is True
    assert live.equal() == "yes"


def test_base_case(live: Live, results: Results) -> None:
    live.show("Base case")
    row = results.base_table.iloc[0]
    expect(live, results, row)
    assert live.value("ICER") == pytest.approx(row["icer"], rel=TOLERANCE)
    shortfall = live.book.evaluate_cell("Severity", 6, 2)
    assert shortfall == pytest.approx(row["shortfall"], rel=TOLERANCE)
    assert live.book.evaluate_cell("Severity", 7, 2) == row["weight"]
    assert live.value("Incremental net monetary") == pytest.approx(row["nmb"], rel=1e-8)
    assert live.value("In words") == "more costly, more effective"


@pytest.mark.parametrize("scenario", ["S20", "S35", "S49", "S70"])
def test_scenarios(live: Live, results: Results, scenario: str) -> None:
    live.show("Scenario", scenario=scenario)
    row = results.scenarios.set_index("scenario").loc[scenario]
    expect(live, results, row)
    assert live.value("Incremental net monetary") == pytest.approx(row["nmb"], rel=1e-8)


def test_dominance_is_in_words(live: Live) -> None:
    live.show("Scenario", scenario="S23")
    assert live.value("In words") == "dominated"
    icer = live.value("ICER")
    assert isinstance(icer, dict)
    assert icer["kind"] == "Na"
    assert "is dominated" in str(live.book.evaluate_cell("Summary", 8, 1))


@pytest.mark.parametrize(
    ("parameter", "end"), [("start_age", "low"), ("smr_ptsd", "high"), ("disc_40_74", "low")]
)
def test_one_way_ends(live: Live, results: Results, parameter: str, end: str) -> None:
    live.show("One-way", parameter=parameter, end=end)
    table = results.one_way
    row = table[(table["parameter"] == parameter) & (table["end"] == end)].iloc[0]
    expect(live, results, row)


@pytest.mark.parametrize("draw", [1, 37, 60])
def test_draws(live: Live, results: Results, draw: int) -> None:
    live.show("PSA draw", draw=draw)
    outcomes = results.probabilistic.outcomes.isel(draw=draw - 1)
    cost = outcomes["cost"].sum("item").values.tolist()
    qaly = outcomes["qaly"].sum("source").values.tolist()
    assert live.figures("Total cost") == pytest.approx(cost, rel=TOLERANCE)
    assert live.figures("Total QALYs") == pytest.approx(qaly, rel=TOLERANCE)
    assert live.sound() is True
    assert live.equal() == "yes"


def test_an_input_changes_everything(live: Live, results: Results) -> None:
    """A free drug, typed over the base value, gives what the scenario of a free drug gives."""
    live.show("Base case")
    inputs = openpyxl.load_workbook(live.path)["Inputs"]
    row = next(c.row for c in inputs["A"] if c.value == "unit_mdma_session")
    before = live.book.evaluate_cell("Inputs", row, 4)
    live.inputs.set_value(row, 4, 0)
    live.book.evaluate_all()
    free = results.scenarios.set_index("scenario").loc["S41"]
    assert live.value("ICER") == pytest.approx(free["icer"], rel=TOLERANCE)
    # the workbook is as sound as before, and says that Python has no such run
    assert live.sound() is True
    assert live.equal() == "edited: not comparable"
    assert live.book.evaluate_cell("Edits", 3, 3) == 1
    live.inputs.set_value(row, 4, before)
    live.book.evaluate_all()
    assert live.equal() == "yes"


def test_frontier(live: Live, results: Results) -> None:
    live.show("Base case")
    row = next(r for t, r in live.rows.items() if t.startswith("Frontier"))
    found = {
        live.book.evaluate_cell("Results", r, 1): (
            live.book.evaluate_cell("Results", r, 4),
            live.book.evaluate_cell("Results", r, 6),
        )
        for r in range(row + 2, row + 2 + len(results.study.options))
    }
    for _, each in results.frontier.iterrows():
        status, icer = found[each["strategy"]]
        assert status == each["status"]
        if each["icer"] == each["icer"]:
            assert icer == pytest.approx(each["icer"], rel=TOLERANCE)


@pytest.mark.parametrize(
    "chosen", [{}, {0: "Scenario", 1: "S71"}, {0: "One-way", 2: "n_pe_sessions", 3: "high"}]
)
def test_libreoffice_agrees(
    plain: Path, results: Results, tmp_path: Path, chosen: dict[int, str]
) -> None:
    """A second spreadsheet engine recalculates the file, which holds no values, and agrees."""
    book = openpyxl.load_workbook(plain)
    for offset, value in chosen.items():
        book["Inputs"].cell(SELECTORS + offset, 3).value = value
    path = tmp_path / "chosen.xlsx"
    book.save(path)
    try:
        theirs = libreoffice_values(path)
    except LibreOfficeMissing:
        warnings.warn("LibreOffice is missing: the second engine did not run", stacklevel=1)
        pytest.skip("LibreOffice is missing: the second spreadsheet engine did not run")
    ours = recalculate(path)
    assert {t: len(cells) for t, cells in theirs.items()} == {t: len(c) for t, c in ours.items()}
    worst = max(
        (difference(value, theirs[title][cell], SCALES.get(title, 0.0)), title, cell)
        for title, cells in ours.items()
        for cell, value in cells.items()
        if not unsettled(title, cell)
    )
    assert worst[0] < TOLERANCE, worst
    assert (theirs["Checks"]["B3"], theirs["Checks"]["B4"]) == (1.0, "yes")


def test_checks_catch_a_wrong_formula(results: Results, tmp_path: Path) -> None:
    """Leave the mortality ratio out of the workbook's formulas: the comparison must go red."""
    study = results.study
    key = ("p_die_ill", None)
    wrong = {key: parse("1 - (1 - q_general) ** cycle_years")}
    broken = replace(results, study=replace(study, model=study.model.with_formulas(wrong)))
    path = tmp_path / "broken.xlsx"
    build_workbook(broken).save(path)
    values = recalculate(path)
    # such a model is sound in itself; it is another one than Python's
    assert (values["Checks"]["B3"], values["Checks"]["B4"]) == (True, "no")
    assert values["Summary"]["E10"] == "no"


def test_same_bytes_twice(results: Results, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(results, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    values = openpyxl.load_workbook(tmp_path / "one.xlsx", data_only=True)
    assert "not cost-effective" in values["Summary"]["A9"].value
    assert not [p.name for p in tmp_path.iterdir() if p.name not in ("one.xlsx", "two.xlsx")]


def test_nothing_a_reviewer_would_refuse(plain: Path) -> None:
    book = openpyxl.load_workbook(plain)
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        assert not sheet.protection.sheet
        assert sheet.page_setup.fitToWidth == 1
        hidden = [c for c, d in sheet.column_dimensions.items() if d.hidden]
        assert not hidden
    with zipfile.ZipFile(plain) as archive:
        names = archive.namelist()
        assert not any("vba" in n or "externalLink" in n for n in names)
        text = "".join(
            archive.read(n).decode() for n in names if n.startswith("xl/worksheets/sheet")
        )
    formulas = "".join(re.findall(r"<f>([^<]*)</f>", text))
    banned = (
        r"\b(OFFSET|INDIRECT|NOW|TODAY|RAND|RANDBETWEEN|LET|LAMBDA|FILTER|XLOOKUP|SORT|UNIQUE)\("
    )
    assert not re.search(banned, formulas)


def test_no_figure_stands_inside_a_formula(plain: Path, results: Results) -> None:
    """Columns, powers, kinds of case and the draws held; what a study's own formulas say apart."""
    allowed = {0.0, 1.0, 2.0, 3.0, 4.0, 1e300, float(results.probabilistic.design.draws)}
    for sheet in openpyxl.load_workbook(plain):
        if sheet.title in ("Scenarios", "Sessions", "Edits"):
            continue
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = re.sub(r"\"[^\"]*\"|'[^']*'!|\$?[A-Z]{1,3}\$?\d+", " ", cell.value)
                    found = re.findall(r"(?<![A-Z\d.])\d+\.?\d*(?:E[+-]?\d+)?", text)
                    assert {float(n) for n in found} <= allowed, (sheet.title, cell.coordinate)


def test_text_from_inputs_is_never_a_formula(results: Results, tmp_path: Path) -> None:
    study = results.study
    nasty = '=HYPERLINK("http://example.invalid","x")'
    parameters = [
        replace(study.parameters[0], description=nasty, note="+1+1"),
        *study.parameters[1:],
    ]
    path = tmp_path / "nasty.xlsx"
    build_workbook(replace(results, study=replace(study, parameters=parameters))).save(path)
    inputs = openpyxl.load_workbook(path)["Inputs"]
    cells = [c for row in inputs.iter_rows() for c in row if c.value in (nasty, "+1+1")]
    assert len(cells) == 2
    assert all(c.data_type == "s" for c in cells)


def test_every_cell_that_can_be_changed_says_what_it_takes(plain: Path) -> None:
    """All yellow cells but the guide's sample of the colour."""
    for sheet in openpyxl.load_workbook(plain):
        rules = [r for rule in sheet.data_validations.dataValidation for r in rule.sqref.ranges]
        covered = {cell for rule in rules for row in rule.rows for cell in row}
        yellow = {
            (c.row, c.column)
            for row in sheet.iter_rows()
            for c in row
            if c.fill.start_color.rgb == f"00{FILLS['input']}"
        }
        assert sheet.title == "Guide" or yellow <= covered, sheet.title


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (40.0, "40"),
        (0.058444, "0.0584"),
        (1.1915244877, "1.1915"),
        (0.25, "0.25"),
        (-0.3333333, "-0.3333"),
        (275_000.0, "275,000"),
        (5426.666667, "5,427"),
        (1e-9, "1e-09"),
    ],
)
def test_a_number_is_shown_without_a_tail_of_digits(value: float, shown: str) -> None:
    """The formats in Python's own notation."""
    code = FORMATS[fitting(value)].replace("_)", "").partition(";")[0]
    notation = {"General": ".10g", "#,##0": ",.0f", "0.0000": ".4f"}[code]
    assert format(value, notation) == shown
