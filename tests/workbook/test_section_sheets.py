"""Sections as sheets: the figures of the analyses, in order, not live, and no text a formula."""

from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from recalculated import recalculate
from swapped import swapped

from hecon.analyses.break_even import break_even_values, turning
from hecon.analyses.drawn import evpi, group_information, partial_information
from hecon.analyses.global_sensitivity import morris_table, sobol_table
from hecon.analyses.population import population
from hecon.analyses.price import price_values
from hecon.analyses.run import Run, Settings
from hecon.analyses.trial_report import CHOSEN, trial_values
from hecon.report.content import Chart, Column, Figure, Section, Sentence, Series, money, table
from hecon.report.numbers import Units
from hecon.report.whole import sections_of
from hecon.studies.load_study import load_study
from hecon.workbook.book import compose
from hecon.workbook.pages import Sheets
from hecon.workbook.sheets.acceptability_sheet import BEST
from hecon.workbook.sheets.section_sheet import write_section

CLI = Path(__file__).parents[1] / "cli"
#: Parts and the sheets that they stand on.
PARTS = {
    "Break-even values": "Sensitivity",
    "Threshold price": "Sensitivity",
    "Global sensitivity": "Sensitivity",
    "Trials": "Uncertainty",
}
EVIL = '=HYPERLINK("http://x","y")'
UNITS = Units("NOK", "2024")

FRAME = pd.DataFrame(
    {
        "strategy": ["A", EVIL, "C"],
        "cost": [1234.5, float("nan"), float("inf")],
        "chosen": [True, False, True],
        "status": ["assumption", "published", "+1+1"],
        "share": [0.25, 0.5, 0.25],
        "seed": [1, 2, 3],
    }
)
COLUMNS = (
    Column("strategy", "Strategy", "name"),
    Column("cost", "Cost", "money", infinite="no limit"),
    Column("chosen", "Chosen", "flag"),
    Column("status", "Status", "status"),
    Column("share", "Share", "share", detail=True),
    Column("seed", "Seed", "count", shown=False),
)
BARS = Chart("bars", "Bars", "costs", "strategy", (Series("cost", "Cost"), Series("share", "S")))


@pytest.fixture(scope="module")
def hand_made() -> Worksheet:
    """A section whose every cell is known."""
    section = Section(
        "costs",
        "Costs",
        (Sentence("A costs {x}; {evil}", {"x": money(1234.5), "evil": EVIL}, "verdict"),),
        (table("costs", "What each costs", COLUMNS, FRAME, ["strategy"]),),
        (Figure("bars", lambda: None, BARS),),  # type: ignore[arg-type, return-value]
    )
    page = write_section(Sheets(), section, UNITS)
    assert page is not None
    return page.sheet


def cells(sheet: Worksheet, row: int) -> list[object]:
    return [c.value for c in sheet[row] if c.value is not None]


def test_a_section_is_a_title_sentences_and_tables(hand_made: Worksheet) -> None:
    assert hand_made.title == "Costs"
    assert hand_made["A2"].value == "Computed in Python, not live."
    assert hand_made["A3"].value == f"A costs NOK 1,234; {EVIL}"
    assert [c for row in range(4, 6) for c in cells(hand_made, row)] == ["What each costs"]
    assert cells(hand_made, 6) == ["Strategy", "Cost (NOK)", "Chosen", "Status", "Share"]
    assert cells(hand_made, 7) == ["A", 1234.5, "yes", "assumption", 0.25]
    assert cells(hand_made, 8) == [EVIL, "no", "published", 0.5]
    assert cells(hand_made, 9) == ["C", "no limit", "yes", "+1+1", 0.25]
    assert all(c.data_type != "f" for row in hand_made.iter_rows() for c in row)


def test_figures_have_the_format_of_their_kind(hand_made: Worksheet) -> None:
    assert "#,##0" in hand_made["B7"].number_format
    assert "%" in hand_made["E7"].number_format
    assert hand_made["D7"].fill.start_color.rgb != hand_made["D8"].fill.start_color.rgb


def test_a_chart_shows_the_cells_of_its_table(hand_made: Worksheet) -> None:
    (chart,) = hand_made._charts
    drawn = [s.val.numRef.f for s in chart.series]
    assert drawn == ["'Costs'!$B$7:$B$9", "'Costs'!$E$7:$E$9"]


def test_what_says_nothing_has_no_sheet() -> None:
    book = Sheets()
    assert write_section(book, Section("none", "None"), UNITS) is None
    assert "None" not in book.sheetnames


@pytest.fixture(scope="module")
def run() -> Run:
    study = load_study(CLI / "studies/small", CLI / "jurisdictions/testland")
    options = {"samples": 64, "trajectories": 10, "parameter": "c_new"}
    return Run(study, Settings(600, options=options))


@pytest.fixture(scope="module")
def sections(run: Run) -> list[Section]:
    return sections_of(run, ["break_even", "price", "global_sensitivity", "trials"])


@pytest.fixture(scope="module")
def book(run: Run, sections: list[Section]) -> Workbook:
    return compose(run, sections).workbook


def row_of(sheet: Worksheet, start: str) -> int:
    """The first row whose first cell begins so."""
    return next(c.row for c in sheet["A"] if str(c.value).startswith(start))


def under(sheet: Worksheet, heading: str) -> list[dict[str, object]]:
    """Rows of the table below a heading, by the names of its columns."""
    column = [c.value for c in sheet["A"]]
    start = next(i for i, text in enumerate(column, 1) if str(text).startswith(heading)) + 1
    names = [c.value for c in takewhile(lambda c: c.value is not None, sheet[start])]
    rows = []
    for row in sheet.iter_rows(start + 1, max_col=len(names), values_only=True):
        if all(value is None for value in row[1:]):
            break
        rows.append(dict(zip(names, row, strict=True)))
    return rows


def column(rows: list[dict[str, object]], start: str) -> list[object]:
    return [next(v for k, v in row.items() if k.startswith(start)) for row in rows]


def test_sheets_stand_in_reading_order_and_say_that_they_are_not_live(book: Workbook) -> None:
    titles = book.sheetnames
    assert titles[:2] == ["Summary", "Guide"]
    assert titles[-1] == "Checks"
    listed = [c.value for c in book["Guide"]["A"]]
    assert [t for t in listed if t in PARTS] == list(PARTS)
    for part, title in PARTS.items():
        sheet = book[title]
        start = row_of(sheet, f'="{part}"&IF(')
        assert str(sheet.cell(start + 1, 1).value).startswith("Computed in Python, not live")
        assert sheet.page_setup.fitToWidth == 1
    # but for the headings, which say so once a cell is typed over
    below = row_of(book["Sensitivity"], '="Break-even values"&IF(')
    cells = [c for row in book["Sensitivity"].iter_rows(min_row=below) for c in row]
    assert {c.column_letter for c in cells if c.data_type == "f"} == {"A"}


def test_break_even_values_and_the_price(run: Run, book: Workbook) -> None:
    turns = run(break_even_values)
    rows = under(book["Sensitivity"], "Values of one input")
    first = turning(turns)
    assert len(first) == 2
    assert column(rows, "Name")[:2] == first["parameter"].tolist()
    assert column(rows, "Break-even")[:2] == first["break_even"].tolist()
    assert column(rows, "Break-even")[2:] == [None] * (len(turns) - 2)
    assert sorted(column(rows, "Net benefit at to")) == sorted(turns["nmb_high"])
    (price,) = under(book["Sensitivity"], "The price at which")
    known = run(price_values).iloc[0]
    assert column([price], "Expected") == [known["expected"]]
    assert column([price], "Now") == [6000]


def test_global_sensitivity(run: Run, book: Workbook) -> None:
    sheet = book["Sensitivity"]
    rows = under(sheet, "Sobol' indices: shares")
    assert column(rows, "Name") == run(sobol_table)["parameter"].tolist()
    assert column(rows, "With interactions") == run(sobol_table)["total"].tolist()
    rows = under(sheet, "Morris")
    assert column(rows, "Mean size") == run(morris_table)["mu_star"].tolist()
    assert len(sheet._charts) == 2


def test_trials(run: Run, book: Workbook) -> None:
    sheet, trials = book["Uncertainty"], run(trial_values)
    rows = under(sheet, "Each design")
    for start, name in (("Patients", "patients"), ("Cost", "cost"), ("Net", "enbs")):
        assert column(rows, start) == trials.best[name].tolist()
    rows = under(sheet, "What to decide")
    # who pays changes what is got only where there is a trial
    own, others = column(rows, "Net benefit"), column(rows, "If others")
    gain = [float(str(o)) - float(str(v)) for v, o in zip(own, others, strict=True)]
    cost = float(trials.best["cost"].iloc[0])
    studied = {c for c, g in zip(column(rows, "Choice"), gain, strict=True) if g > 0}
    assert len(studied) == 2
    assert max(gain) == pytest.approx(cost)
    rows = under(sheet, "Assumptions of the trials")
    ends = dict(zip(column(rows, "Assumption"), column(rows, "To"), strict=True))
    assert {"fixed": 100_000, "dropout": 0.3, "horizon_of_decision": 15}.items() <= ends.items()
    assert set(column(rows, "Status")) == {"assumption"}
    assert set(column(rows, "Source")) == {"invented"}
    rows = under(sheet, "All sizes")
    chosen = trials.sizes[trials.sizes["method"] == CHOSEN]
    regression = [r for r in rows if CHOSEN in r.values()]
    assert column(regression, "EVSI per person") == chosen["evsi"].tolist()
    assert len(sheet._charts) == 4


def test_the_first_sheet_says_what_knowing_more_is_worth(run: Run, book: Workbook) -> None:
    text = " ".join(str(c.value) for c in book["Summary"]["B"]).replace('"&"', "")
    assert "no planned trial is worth" in text or "most worth doing" in text
    people = run(population)
    assert people is not None
    assert people.effective() > 1
    everybody = people.effective() * run(evpi) / 1e6
    assert f"that is EUR {everybody:,.{1 if everybody >= 10 else 2}f} million" in text


def test_information_for_all_patients(run: Run, book: Workbook, tmp_path: Path) -> None:
    path = tmp_path / "plain.xlsx"
    book.save(path)
    values = recalculate(path)
    assert (values["Checks"]["B3"], values["Checks"]["B4"]) == (True, "yes")
    sheet, live = book["Uncertainty"], values["Uncertainty"]
    found = run(population)
    assert found is not None
    people = found.effective()
    labels = {str(c.value): c.row for c in sheet["A"]}
    row = labels["EVPI, all patients, at the base case's threshold (EUR 2024)"]
    assert sheet.cell(row, 2).value == pytest.approx(run(evpi) * people, rel=1e-12)
    heads = {c.value: c.column_letter for c in sheet[BEST - 1]}
    each, everybody = (heads[f"EVPI{x} (EUR 2024)"] for x in (" per person", ", all patients"))
    assert live[f"{everybody}{BEST + 6}"] == pytest.approx(
        live[f"{each}{BEST + 6}"] * people, rel=1e-12
    )


def test_each_input_and_each_group_has_its_value(run: Run, book: Workbook) -> None:
    sheet = book["Uncertainty"]
    text = [v for row in sheet.iter_rows(values_only=True) for v in row]
    for estimates in (run(partial_information), run(group_information)):
        for value in estimates["evppi"]:
            assert value in text


def test_what_there_is_nothing_of_has_no_sheet(run: Run) -> None:
    for page in compose(run).workbook.pages:  # type: ignore[attr-defined]
        assert not set(PARTS) & set(page.parts)
    few = Run(run.study, Settings(20))
    (trials,) = sections_of(few, ["trials"])
    sheet = compose(few, [trials]).workbook["Uncertainty"]
    said = str(sheet.cell(row_of(sheet, '="Trials"&IF(') + 2, 1).value)
    assert said.startswith("Not worked out: this run has 20 draws")


def test_texts_of_inputs_are_no_formulas(run: Run) -> None:
    study = run.study
    parameters = [replace(p, description=EVIL, unit="=1+1") for p in study.parameters]
    other = swapped(run, replace(study, parameters=parameters))
    evil = sections_of(other, ["break_even", "price", "global_sensitivity", "trials"])
    book = compose(other, evil).workbook
    seen = 0
    for title, part in (("Sensitivity", "Break-even values"), ("Uncertainty", "Trials")):
        sheet = book[title]
        for row in sheet.iter_rows(min_row=row_of(sheet, f'="{part}"&IF(') + 1, max_col=10):
            assert all(c.data_type != "f" or "Checks!$C$3>0" in c.value for c in row)
            seen += sum(c.data_type == "s" and str(c.value).startswith("=") for c in row)
    assert seen > 10
