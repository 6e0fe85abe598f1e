"""The workbook as its readers use it: a policymaker, a reviewer; in an engine of its own."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from hecon.analyses.base_case import threshold
from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_outcomes
from hecon.analyses.evaluate import evaluate
from hecon.analyses.results_table import result_table
from hecon.analyses.run import Run, Settings
from hecon.analyses.scenarios import scenario_results
from hecon.analyses.threshold import severity
from hecon.parameters.design import base_values, rows
from hecon.workbook.archive import CellValue
from hecon.workbook.book import compose
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.libreoffice import LibreOfficeMissing, libreoffice_replays
from hecon.workbook.proof import against_engine
from hecon.workbook.sheet_layout import SELECTORS
from hecon.workbook.sheets.summary_sheet import ANSWER, FLAGS, IN_USE

#: What is in use, the two sentences of the answer, and the two flags.
ANSWERS = (f"B{IN_USE}", f"A{ANSWER}", f"A{ANSWER + 1}", f"B{FLAGS}", f"E{FLAGS}")


def answer(live: LiveWorkbook) -> list[CellValue]:
    summary = live.values()["Summary"]
    return [summary[cell] for cell in ANSWERS]


def about(value: float) -> str:
    """Two significant digits."""
    return f"{float(f'{value:.2g}'):,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def rows_of(report: Path, sheet: str) -> dict[str, int]:
    """Rows by what stands in the first column, the first of each."""
    with closing(openpyxl.load_workbook(report, read_only=True)) as book:
        cells = list(enumerate(book[sheet].iter_rows(max_col=1, values_only=True), start=1))
    return {str(c[0]): row for row, c in reversed(cells) if c and c[0] is not None}


@pytest.fixture(scope="module")
def live(report: Path) -> LiveWorkbook:
    """The workbook in an engine; whoever types into it takes it back."""
    return LiveWorkbook(report)


def test_a_policymaker_reads_switches_and_resets(
    live: LiveWorkbook, report: Path, run: Run
) -> None:
    """Open, read, choose 'PE dropout 50 %', read the new answer, choose the base case again."""
    with closing(openpyxl.load_workbook(report, data_only=True, read_only=True)) as book:
        opened = list(book["Summary"].iter_rows(values_only=True))
    before = answer(live)
    places = [coordinate_to_tuple(c) for c in ANSWERS]
    assert [opened[row - 1][column - 1] for row, column in places] == before
    assert before[0] == "Base case"

    scenario = next(s for s in run.study.scenarios if s.title == "PE dropout 50%")
    live.set("Inputs", SELECTORS, 3, "Scenario")
    live.set("Inputs", SELECTORS + 1, 3, scenario.id)
    shown, first, second, sound, equal = answer(live)
    row = run(scenario_results).set_index("scenario").loc[scenario.id]
    assert shown == f"Scenario {scenario.id}: PE dropout 50%"
    assert first == (
        f"MDMA-AT costs about NOK {about(row['cost_difference'])} more per person than PE and "
        f"gives about {about(row['qaly_difference'])} more QALYs: about NOK {about(row['icer'])} "
        "per QALY gained."
    )
    worth = {s: row["threshold"] * row[f"qaly {s}"] - row[f"cost {s}"] for s in run.study.options}
    assert second == (
        f"At the severity-weighted opportunity cost of NOK {row['threshold']:,.0f} per QALY the "
        f"best of the alternatives (UC, PE and MDMA-AT) is {max(worth, key=worth.__getitem__)}; "
        f"MDMA-AT against PE: net monetary benefit about NOK {about(row['nmb'])} per person."
    )
    assert (sound, equal) == (True, "yes")
    assert first != before[1]

    live.set("Inputs", SELECTORS, 3, "Base case")
    assert answer(live) == before


def test_a_reviewer_makes_the_drug_free(live: LiveWorkbook, report: Path, run: Run) -> None:
    """The workbook gives what Python gives when the price is 0."""
    study = run.study
    key = ("unit_mdma_session", None)
    design = rows(base_values(study.parameters), [{key: 0.0}])
    outcomes = evaluate(study.model, design)
    limits = severity(study, design, [study.compared])
    expected = result_table(study, outcomes, limits, [study.compared]).iloc[0]
    price = rows_of(report, "Inputs")["unit_mdma_session"]
    live.set("Inputs", price, 4, 0.0)
    values = live.values()
    labels = rows_of(report, "Results")
    icer = next(row for text, row in labels.items() if re.match(r"ICER \(NOK.* per QALY", text))
    assert values["Results"][f"B{icer}"] == pytest.approx(expected["icer"], rel=1e-9)
    assert values["Checks"]["B3"] is True
    assert values["Checks"]["B4"] == "edited: not comparable"
    listed = [c for c in values["Checks"] if c.startswith("E") and values["Checks"][c] == 1.0]
    assert len(listed) == 1
    row = listed[0][1:]
    assert values["Checks"][f"D{row}"] == 0.0
    with closing(openpyxl.load_workbook(report, read_only=True)) as book:
        edits = book["Checks"].iter_rows(int(row), int(row), 1, 3, values_only=True)
        sheet, cell, delivered = next(edits)
    assert (sheet, cell) == ("Inputs", f"D{price}")
    assert delivered == dict(base_values(study.parameters))[key]
    live.set("Inputs", price, 4, delivered)
    assert live.values()["Checks"]["B4"] == "yes"


@pytest.mark.long
def test_a_reviewer_types_counts_into_the_delivered_file(report: Path) -> None:
    """LibreOffice, given the file with its values, follows them through long chains of steps."""
    trials = {name: row for name, row in rows_of(report, "Evidence").items() if name[0] == "T"}
    first, second = (("Evidence", f"{c}{trials[t]}") for c, t in (("D", "T002"), ("F", "T004")))
    live = LiveWorkbook(report)
    before = live.values()
    typed = [{first: 40.0}, {second: 30.0}, {first: 44.0, second: 20.0}]
    try:
        replayed = libreoffice_replays(report, typed, anew=False)
        for changes, found in zip(typed, replayed, strict=True):
            for (sheet, cell), value in changes.items():
                live.set(sheet, *coordinate_to_tuple(cell), value)
            values = live.values()
            assert against_engine(values, found).difference < 1e-9
            same = values["Summary"][f"A{ANSWER}"] == before["Summary"][f"A{ANSWER}"]
            assert same == (changes is typed[-1])
    except LibreOfficeMissing as missing:
        pytest.skip(str(missing))


def test_a_reviewer_replays_draw_57(live: LiveWorkbook, report: Path, run: Run) -> None:
    live.set("Inputs", SELECTORS, 3, "PSA draw")
    live.set("Inputs", SELECTORS + 4, 3, 57.0)
    values = live.values()["Results"]
    live.set("Inputs", SELECTORS, 3, "Base case")
    cost, qaly = (t.values[:, 56] for t in totals(run(drawn_outcomes)))
    labels = rows_of(report, "Results")
    for label, expected in (
        ("Total cost (NOK 2024), discounted", cost),
        ("Total QALYs, discounted", qaly),
    ):
        found = [values[f"{c}{labels[label]}"] for c in "BCDE"]
        np.testing.assert_allclose(np.array(found, dtype=float), expected, rtol=1e-9)
    i, j = (run.study.model.strategies.index(s) for s in run.study.compared)
    nmb = next(row for text, row in labels.items() if text.startswith("Incremental net monetary"))
    expected_nmb = run(threshold) * (qaly[i] - qaly[j]) - (cost[i] - cost[j])
    assert values[f"B{nmb}"] == pytest.approx(expected_nmb, rel=1e-8)


@pytest.mark.long
def test_a_price_of_what_the_comparator_uses_more_of(run: Run, tmp_path: Path) -> None:
    """With the pair turned round, the price must be above that at which both break even."""
    study = run.study
    turned = study.definition.model_copy(update={"intervention": "PE", "comparator": "MDMA-AT"})
    other = Run(replace(study, definition=turned, scenarios=[]), Settings(draws=20))
    path = tmp_path / "report.xlsx"
    compose(other).workbook.save(path)
    labels, inputs = rows_of(path, "Results"), rows_of(path, "Inputs")
    price = labels["Price at which net benefit is zero (NOK 2024; drug_price_session)"]
    side = labels["On which side of that price the intervention is cost-effective"]
    nmb = next(row for text, row in labels.items() if text.startswith("Incremental net monetary"))
    live = LiveWorkbook(path)
    values = live.values()["Results"]
    assert (values[f"B{price}"], values[f"B{side}"]) == ("any price", "see above")
    # a QALY worth more: now there is such a price, and at that price nothing is gained or lost
    live.set("Inputs", inputs["wtp_base"], 4, 1_500_000.0)
    values = live.values()["Results"]
    found = values[f"B{price}"]
    assert isinstance(found, float)
    assert values[f"B{side}"] == "cost-effective above this price"
    for factor, sign in ((1.0, 0), (1.1, 1), (0.9, -1)):
        live.set("Inputs", inputs["unit_mdma_session"], 4, factor * found)
        benefit = live.values()["Results"][f"B{nmb}"]
        assert isinstance(benefit, float)
        assert (benefit > 1e-3) - (benefit < -1e-3) == sign
