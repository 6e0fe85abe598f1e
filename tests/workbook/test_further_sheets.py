"""Break-even values, global sensitivity and trials in the workbook: the figures of the analyses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hecon.analyses.further import Further, further
from hecon.analyses.results import Results, analyse
from hecon.reports.answers.one_parameter import break_even_words
from hecon.reports.answers.price import price_words
from hecon.reports.answers.sensitivity import sobol_words
from hecon.reports.answers.trial_words import choices, paid_by_others, trial_short, trial_words
from openpyxl.worksheet.worksheet import Worksheet

from hecon.analyses.break_even import turning
from hecon.analyses.price import threshold_price
from hecon.analyses.trial_report import CHOSEN
from hecon.studies.load import load_study
from hecon.workbook.book import compose
from hecon.workbook.cached import recalculate
from hecon.workbook.styles import literal

CLI = Path(__file__).parents[1] / "cli"
NEW = ("Break-even", "Global sensitivity", "Trials")
EVIL = '=HYPERLINK("http://x","y")'


@pytest.fixture(scope="module")
def results() -> Results:
    study = load_study(CLI / "studies/small", CLI / "jurisdictions/testland")
    found = analyse(study, draws=600)
    design = found.probabilistic.design
    return replace(found, price=threshold_price(study, "c_new", [found.threshold], design))


@pytest.fixture(scope="module")
def found(results: Results) -> Further:
    return further(results)


@pytest.fixture(scope="module")
def book(results: Results, found: Further):
    return compose(results, further=found).workbook


def under(sheet: Worksheet, heading: str) -> list[dict[str, object]]:
    """Rows of the table below a section's heading, by the names of its columns."""
    column = [c.value for c in sheet["A"]]
    start = next(i for i, text in enumerate(column, 1) if str(text).startswith(heading)) + 1
    while sheet.cell(start, 2).value is None:
        start += 1  # a sentence
    names = [c.value for c in sheet[start] if c.value is not None]
    rows = []
    for row in sheet.iter_rows(start + 1, max_col=len(names), values_only=True):
        if all(value is None for value in row[1:]):
            break
        rows.append(dict(zip(names, row, strict=True)))
    return rows


def column(rows: list[dict[str, object]], start: str) -> list[object]:
    return [next(v for k, v in row.items() if k.startswith(start)) for row in rows]


def test_sheets_stand_where_they_are_read_and_say_that_they_are_not_live(book) -> None:
    titles = book.sheetnames
    for before, title in zip(("One-way", "Draws", "Value of information"), NEW, strict=True):
        assert titles.index(title) == titles.index(before) + 1
        assert book[title]["A2"].value.startswith("Computed in Python, not live")
        assert book[title].page_setup.fitToWidth == 1
        # but for the title, which says so once a cell is typed over
        assert all(c.data_type != "f" for row in book[title].iter_rows(min_row=2) for c in row)
    listed = [c.value for c in book["Summary"]["A"]]
    assert set(NEW) <= set(listed)


def test_break_even_values_and_the_price(results: Results, found: Further, book) -> None:
    sheet, turns = book["Break-even"], found.break_even
    assert sheet["A3"].value == break_even_words(results.study, turns)
    rows = under(sheet, "Along the range")
    first = turning(turns)
    assert len(first) == 2
    assert column(rows, "name")[:2] == first["parameter"].tolist()
    assert column(rows, "break-even")[:2] == first["break_even"].tolist()
    assert column(rows, "break-even")[2:] == [None] * (len(turns) - 2)
    assert sorted(column(rows, "net benefit at to")) == sorted(turns["nmb_high"])
    assert "(EUR 2024)" in str(list(rows[0]))
    (price,) = under(sheet, "Threshold price")
    known = results.price.iloc[0]
    for name, key in (("expected", "expected"), ("2.5 %", "low"), ("97.5 %", "high")):
        assert column([price], name) == [known[key]]
    assert price["now (EUR 2024)"] == 6000
    words = [c.value for c in sheet["A"]]
    assert price_words(results.study, results.price, 6000.0) in words


def test_global_sensitivity(found: Further, book) -> None:
    sheet = book["Global sensitivity"]
    assert "1,024 base samples" in sheet["A2"].value
    assert sheet["A3"].value == sobol_words(found.sobol)
    rows = under(sheet, "Sobol'")
    assert column(rows, "name") == found.sobol["parameter"].tolist()
    assert column(rows, "with interactions") == found.sobol["total"].tolist()
    assert column(rows, "by itself") == found.sobol["first_order"].tolist()
    rows = under(sheet, "Morris")
    assert column(rows, "mean size") == found.morris["mu_star"].tolist()
    assert column(rows, "spread") == found.morris["sigma"].tolist()
    assert len(sheet._charts) == 1


def test_trials(results: Results, found: Further, book) -> None:
    sheet, trials = book["Trials"], found.trials
    assert trials is not None
    assert sheet["A3"].value == trial_words(results.study, trials, found.definitions)
    rows = under(sheet, "Each design")
    for start, name in (("patients", "patients"), ("cost", "cost"), ("net", "enbs")):
        assert column(rows, start) == trials.best[name].tolist()
    assert column(rows, "pays for") == trials.best["times"].tolist()
    check = trials.sizes.loc[trials.sizes["method"] != CHOSEN, "evsi"]
    assert column(rows, "the same by importance") == check.tolist()
    rows = under(sheet, "What to decide")
    assert dict(zip(column(rows, "choice"), column(rows, "net"), strict=True)) == choices(trials)
    assert column(rows, "if others") == list(paid_by_others(trials).values())
    rows = under(sheet, "The best trial with one assumption")
    assert column(rows, "net benefit") == trials.ranges["enbs"].tolist()
    rows = under(sheet, "Assumptions of the trials")
    assert column(rows, "name") == ["fixed", "dropout", "horizon_of_decision"]
    assert column(rows, "high") == [100_000, 0.3, 15]
    assert column(rows, "status") == ["assumption"] * 3
    assert column(rows, "source") == ["invented"] * 3
    rows = under(sheet, "All sizes")
    chosen = trials.sizes[trials.sizes["method"] == CHOSEN]
    assert column(rows, "EVSI per person") == chosen["evsi"].tolist()
    assert len(sheet._charts) == 2


def test_the_first_sheet_says_what_a_trial_is_worth(results: Results, found: Further, book) -> None:
    assert found.trials is not None
    cells = {row[0].value: row[1].value for row in book["Summary"].iter_rows(max_col=2)}
    said = literal(trial_short(results.study, found.trials))
    assert any(str(cell).endswith(f'"Of the case as delivered: ","")&{said}') for cell in cells)
    place = results.study.jurisdiction.definition
    label = "The same for all patients whom the decision reaches "
    value = cells[f"{label}({place.currency} {place.price_year})"]
    people = results.population.effective()
    assert value == pytest.approx(people * results.probabilistic.evpi, rel=1e-12)
    assert people > 1


def test_information_for_all_patients(results: Results, book, tmp_path: Path) -> None:
    path = tmp_path / "plain.xlsx"
    book.save(path)
    values = recalculate(path)
    assert (values["Checks"]["B3"], values["Checks"]["B4"]) == (True, "yes")
    sheet, live = book["Value of information"], values["Value of information"]
    people = results.population.effective()
    labels = {str(c.value): c.row for c in sheet["A"]}
    row = labels["EVPI, all patients, at the base case's threshold (EUR 2024)"]
    assert sheet.cell(row, 2).value == pytest.approx(results.population_evpi, rel=1e-12)
    heads = {c.value: c.column_letter for c in sheet[5]}
    each, everybody = (heads[f"EVPI{x} (EUR 2024)"] for x in (" per person", ", all patients"))
    assert live[f"{everybody}12"] == pytest.approx(live[f"{each}12"] * people, rel=1e-12)
    groups = under(sheet, "Perfect information on one parameter")
    estimates = results.probabilistic.evppi["evppi"]
    assert column(groups, "EVPPI, all patients") == (estimates * people).tolist()


def test_groups_of_parameters_have_their_value(results: Results) -> None:
    table = results.probabilistic.evppi.head(2).assign(set=["costs", "utilities"])
    grouped = replace(results.probabilistic, evppi_groups=table)
    sheet = compose(replace(results, probabilistic=grouped)).workbook["Value of information"]
    rows = under(sheet, "Perfect information on a set")
    assert column(rows, "set") == ["costs", "utilities"]
    assert column(rows, "EVPPI (") == table["evppi"].tolist()


def test_what_there_is_nothing_of_has_no_sheet(results: Results, found: Further) -> None:
    assert not set(NEW) & set(compose(results).workbook.sheetnames)
    none = replace(found, sobol=None, definitions=(), trials=None)
    titles = compose(replace(results, population=None), further=none).workbook
    assert set(NEW) & set(titles.sheetnames) == {"Break-even"}
    assert "all patients" not in str([c.value for c in titles["Value of information"][5]])
    why = replace(found, trials=None, missing={"trials": "too few draws"})
    sheet = compose(results, further=why).workbook["Trials"]
    assert sheet["A3"].value == "Not worked out: too few draws."


def test_texts_of_inputs_are_no_formulas(results: Results, found: Further) -> None:
    study = results.study
    parameters = [replace(p, description=EVIL, unit="=1+1") for p in study.parameters]
    trial = found.definitions[0]
    entry = trial.assumptions["fixed"].model_copy(update={"source": EVIL, "unit": "+1"})
    trial = trial.model_copy(update={"title": "=1+1", "assumptions": {"=fixed": entry}})
    evil = replace(
        found,
        definitions=(trial,),
        break_even=found.break_even.assign(unit="=1+1"),
    )
    book = compose(
        replace(results, study=replace(study, parameters=parameters)), further=evil
    ).workbook
    seen = 0
    for title in NEW:
        for row in book[title].iter_rows():
            assert all(cell.data_type != "f" for cell in row if cell.coordinate != "A1")
            seen += sum(str(cell.value).startswith("=") for cell in row)
    assert seen > 10
