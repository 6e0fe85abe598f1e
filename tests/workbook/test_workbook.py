"""The workbook against Python: base case, scenarios, one-way ends and draws, in two engines."""

import re
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from recalculated import recalculate
from swapped import swapped

from hecon.analyses.base_case import base_frontier, base_table
from hecon.analyses.drawn import drawn_outcomes
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run, Settings
from hecon.analyses.scenarios import scenario_results
from hecon.engine.expression import parse
from hecon.report.content import Section
from hecon.studies.load_study import load_study
from hecon.workbook.archive import CellError, CellValue, Values
from hecon.workbook.book import compose, write_workbook
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import workbook_study
from hecon.workbook.sheet_layout import SELECTORS
from hecon.workbook.sheets.summary_sheet import ANSWER, FLAGS
from hecon.workbook.styles import FILLS, FORMATS, fitting

TOLERANCE = 1e-9
SMALL = Path(__file__).parents[1] / "cli/studies/small"

#: Rows below the selector in which the rest is chosen.
PLACES = {"scenario": 1, "parameter": 2, "end": 3, "draw": 4}


def rows_of(path: Path, sheet: str) -> list[tuple[object, ...]]:
    """What stands in the rows of a sheet."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        return list(book[sheet].iter_rows(values_only=True))


class Live:
    """A workbook open in the engine, with its selector."""

    def __init__(self, path: Path):
        self.engine = LiveWorkbook(path)
        self.values: Values = {}
        self.rows: dict[str, int] = {}
        for row, cells in enumerate(rows_of(path, "Results"), start=1):
            if cells[0] is not None:
                self.rows.setdefault(str(cells[0]), row)

    def type(self, row: int, column: int, value: str | float) -> None:
        """Type over a cell of Inputs."""
        self.engine.set("Inputs", row, column, value)
        self.values = self.engine.values()

    def show(self, mode: str, **chosen: str | float) -> None:
        for name, value in chosen.items():
            self.engine.set("Inputs", SELECTORS + PLACES[name], 3, value)
        self.type(SELECTORS, 3, mode)

    def figures(self, label: str, width: int = 4) -> list[CellValue]:
        row = next(r for text, r in self.rows.items() if text.startswith(label))
        return [self.values["Results"][f"{c}{row}"] for c in "BCDE"[:width]]

    def value(self, label: str) -> CellValue:
        return self.figures(label, 1)[0]

    def sound(self) -> CellValue:
        return self.values["Checks"]["B3"]

    def equal(self) -> CellValue:
        return self.values["Checks"]["B4"]


@pytest.fixture(scope="module")
def live(plain: Path) -> Live:
    return Live(plain)


def expect(live: Live, run: Run, row: object) -> None:
    """The workbook's totals equal a row of Python's table."""
    names = {"cost": "Total cost", "qaly": "Total QALYs", "life_years": "Life-years, discounted"}
    for what, label in names.items():
        expected = [row[f"{what} {s}"] for s in run.study.model.strategies]  # type: ignore[index]
        assert live.figures(label) == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)
    assert live.sound() is True
    assert live.equal() == "yes"


def test_base_case(live: Live, run: Run) -> None:
    live.show("Base case")
    row = run(base_table).iloc[0]
    expect(live, run, row)
    assert live.value("ICER") == pytest.approx(row["icer"], rel=TOLERANCE)
    severity = live.values["Severity"]
    assert severity["B6"] == pytest.approx(row["shortfall"], rel=TOLERANCE)
    assert severity["B8"] == row["weight"]
    assert live.value("Incremental net monetary") == pytest.approx(row["nmb"], rel=1e-8)
    assert live.value("In words") == "more costly, more effective"


@pytest.mark.parametrize("scenario", ["S20", "S35", "S49", "S70"])
def test_scenarios(live: Live, run: Run, scenario: str) -> None:
    live.show("Scenario", scenario=scenario)
    row = run(scenario_results).set_index("scenario").loc[scenario]
    expect(live, run, row)
    assert live.value("Incremental net monetary") == pytest.approx(row["nmb"], rel=1e-8)


def test_dominance_is_in_words(live: Live) -> None:
    live.show("Scenario", scenario="S14")
    assert live.value("In words") == "dominated"
    assert live.value("ICER") == CellError("#N/A")
    assert "is dominated" in str(live.values["Summary"][f"A{ANSWER}"])


@pytest.mark.parametrize(
    ("parameter", "end"), [("start_age", "low"), ("smr_ptsd", "high"), ("disc_40_74", "low")]
)
def test_one_way_ends(live: Live, run: Run, parameter: str, end: str) -> None:
    live.show("One-way", parameter=parameter, end=end)
    table = run(one_way_ends)
    row = table[(table["parameter"] == parameter) & (table["end"] == end)].iloc[0]
    expect(live, run, row)


@pytest.mark.parametrize("draw", [1, 37, 60])
def test_draws(live: Live, run: Run, draw: int) -> None:
    live.show("PSA draw", draw=draw)
    outcomes = run(drawn_outcomes).isel(draw=draw - 1)
    cost = outcomes["cost"].sum("item").values.tolist()
    qaly = outcomes["qaly"].sum("source").values.tolist()
    assert live.figures("Total cost") == pytest.approx(cost, rel=TOLERANCE)
    assert live.figures("Total QALYs") == pytest.approx(qaly, rel=TOLERANCE)
    assert live.sound() is True
    assert live.equal() == "yes"


def test_an_input_changes_everything(live: Live, run: Run, plain: Path) -> None:
    """A free drug, typed over the base value, gives what the scenario of a free drug gives."""
    live.show("Base case")
    inputs = enumerate(rows_of(plain, "Inputs"), start=1)
    row, before = next((i, cells[3]) for i, cells in inputs if cells[0] == "unit_mdma_session")
    assert isinstance(before, int | float)
    live.type(row, 4, 0.0)
    free = run(scenario_results).set_index("scenario").loc["S41"]
    assert live.value("ICER") == pytest.approx(free["icer"], rel=TOLERANCE)
    # the workbook is as sound as before, and says that Python has no such run
    assert live.sound() is True
    assert live.equal() == "edited: not comparable"
    assert live.values["Checks"]["C3"] == 1
    live.type(row, 4, before)
    assert live.equal() == "yes"


def test_frontier(live: Live, run: Run, plain: Path) -> None:
    live.show("Base case")
    first = 2 + next(r for t, r in live.rows.items() if t.startswith("Frontier"))
    last = first + len(run.study.options) - 1
    names = [cells[0] for cells in rows_of(plain, "Results")[first - 1 : last]]
    values = live.values["Results"]
    found = {name: (values[f"D{r}"], values[f"F{r}"]) for r, name in enumerate(names, start=first)}
    for _, each in run(base_frontier).iterrows():
        status, icer = found[each["strategy"]]
        assert status == each["status"]
        if each["icer"] == each["icer"]:
            assert icer == pytest.approx(each["icer"], rel=TOLERANCE)


def test_checks_catch_a_wrong_formula(tmp_path: Path) -> None:
    """Let the healthy fall ill as if nobody died first: the comparison must go red."""
    right = Run(load_study(SMALL), Settings(draws=5))
    compose(right)  # Python's own results are the right model's
    first, *others = right.study.model.transitions
    assert (first.source, first.target) == ("Well", "Ill")
    wrong = (replace(first, probability=parse("p_fall")), *others)
    other = replace(right.study, model=replace(right.study.model, transitions=wrong))
    path = tmp_path / "broken.xlsx"
    compose(swapped(right, other)).workbook.save(path)
    values = recalculate(path)
    # such a model is sound in itself; it is another one than Python's
    assert (values["Checks"]["B3"], values["Checks"]["B4"]) == (True, "no")
    assert values["Summary"][f"E{FLAGS}"] == "no"


@pytest.mark.long
def test_same_bytes_twice(report: Path, run: Run, sections: list[Section], tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_workbook(run, sections, again)
    assert again.read_bytes() == report.read_bytes()
    assert len(again.read_bytes()) < 1_500_000
    with closing(openpyxl.load_workbook(again, data_only=True, read_only=True)) as values:
        said = values["Summary"][f"A{ANSWER + 1}"].value
        assert (
            "(UC, PE and MDMA-AT) is PE; MDMA-AT against PE: net monetary benefit about NOK -"
            in said
        )
    assert list(tmp_path.iterdir()) == [again]


def test_nothing_a_reviewer_would_refuse(plain: Path, opened: openpyxl.Workbook) -> None:
    for sheet in opened.worksheets:
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


def test_no_figure_stands_inside_a_formula(opened: openpyxl.Workbook, run: Run) -> None:
    """Columns, powers, kinds of case and the draws held; what a study's own formulas say apart."""
    allowed = {0.0, 1.0, 2.0, 3.0, 4.0, 1e300, float(run.settings.draws)}
    study = workbook_study(run)
    assert study.budget is not None
    formulas = [*study.model.formulas.values(), *study.budget.exprs.values()]
    allowed |= {e.value for f in formulas for e in f.walk() if e.op == "const"}
    for sheet in opened:
        if sheet.title in ("Scenarios", "Sessions", "Checks"):
            continue
        cells = (c for row in sheet.iter_rows() for c in row)
        text = "\n".join(c.value for c in cells if c.data_type == "f" and type(c.value) is str)
        text = re.sub(r"\"[^\"]*\"|'[^']*'!|\$?[A-Z]{1,3}\$?\d+", " ", text)
        found = set(re.findall(r"(?<![A-Z\d.])\d+\.?\d*(?:E[+-]?\d+)?", text))
        assert {float(n) for n in found} <= allowed, sheet.title


def test_text_from_inputs_is_never_a_formula(tmp_path: Path) -> None:
    study = load_study(SMALL)
    nasty = '=HYPERLINK("http://example.invalid","x")'
    parameters = [
        replace(study.parameters[0], description=nasty, note="+1+1"),
        *study.parameters[1:],
    ]
    path = tmp_path / "nasty.xlsx"
    compose(Run(replace(study, parameters=parameters), Settings(draws=5))).workbook.save(path)
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        cells = [c for row in book["Inputs"].iter_rows() for c in row if c.value in (nasty, "+1+1")]
    assert len(cells) == 2
    assert all(c.data_type == "s" for c in cells)


def test_every_cell_that_can_be_changed_says_what_it_takes(opened: openpyxl.Workbook) -> None:
    """All yellow cells but the guide's sample of the colour."""
    colour = f"00{FILLS['input']}"
    fills = {i for i, fill in enumerate(opened._fills) if fill.start_color.rgb == colour}
    for sheet in opened:
        rules = [r for rule in sheet.data_validations.dataValidation for r in rule.sqref.ranges]
        covered = {cell for rule in rules for row in rule.rows for cell in row}
        yellow = {
            (c.row, c.column)
            for row in sheet.iter_rows()
            for c in row
            if c._style and c._style.fillId in fills
        }
        assert sheet.title == "Guide" or yellow <= covered, sheet.title
    assert len(fills) == 1


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
