"""A batch's page and workbook: countries beside each other, scenarios as a matrix, and why."""

import pandas as pd
import pytest
from openpyxl import load_workbook
from small_batch import edit

from hecon.batch.batch_files import write_batch
from hecon.batch.overview import compared_results, overview, stated_results
from hecon.batch.run_batch import do_batch, read_batch
from hecon.batch.store import STORE, Store

DRAWN = 'draws = 40\nscenarios = "none"'


@pytest.fixture
def written(plan, inputs):
    """A batch of everything, of which Nearby has no threshold that it could meet."""
    edit(inputs / "jurisdictions/nearby/jurisdiction.toml", '"20000"', '"200000"')
    batch = read_batch(plan("", DRAWN), Store(inputs / "out" / STORE))
    results, faults = do_batch(batch, 1, "", lambda *_: None, print)
    return write_batch(batch, results, faults, inputs / "out")


def test_the_matrix_says_what_the_results_say(written):
    results = pd.read_csv(written.tables / "results.csv", keep_default_na=False)
    results = results[results["draws"] == 0]
    figures = results.set_index(["jurisdiction", "scenario", "figure"])["value"].astype(str)
    matrix = pd.read_csv(written.tables / "net_health_benefit_small.csv")
    assert len(matrix) == 6
    for row in matrix.to_dict("records"):
        nmb, threshold = (
            float(figures[(row["place"], row["scenario"], name)]) for name in ("nmb", "threshold")
        )
        assert row["net_health_benefit"] == pytest.approx(nmb / threshold)
    assert len(pd.read_csv(written.tables / "probability_small.csv").dropna()) == 2
    base = pd.read_csv(written.tables / "base_cases.csv").set_index("place")
    assert base["cost_effective"].to_dict() == {"nearby": "yes", "testland": "no"}
    # half the price switches Testland's decision alone; S2 compares another pair
    assert base[["scenarios", "switching"]].to_numpy().tolist() == [[1, 0], [1, 1]]
    parts = pd.read_csv(written.tables / "differences_small.csv")
    change = float(figures[("nearby", "base case", "nmb")]) - float(
        figures[("testland", "base case", "nmb")]
    )
    assert parts["nmb"].sum() == pytest.approx(change)
    assert set(parts["group"]) == {"discounting", "threshold and severity"}


def test_page_and_workbook_hold_the_same_and_can_be_filtered(written):
    page = written.page.read_text(encoding="utf-8")
    assert "New is cost-effective against Old in 1 of 2 base cases with a threshold: nearby" in page
    assert 'field.type = "search"' in page
    assert "From Testland to Nearby net benefit changes by" in page
    book = load_workbook(written.book)
    assert book.sheetnames == [
        *("The answer", "Base cases", "Scenarios, small", "What differs, small"),
        "All comparisons",
    ]
    sheet = book["All comparisons"]
    first, _, last = sheet.auto_filter.ref.partition(":")
    assert sheet[first].value == "Study"
    assert sheet.max_row == int("".join(c for c in last if c.isdigit()))
    assert sheet[f"B{sheet.max_row}"].value == "testland"


def test_base_cases_stand_at_every_value_that_a_country_states(plan, inputs):
    """A range weighted by severity, and values without a verdict: net benefit by algebra."""
    for name, kind, values in (
        ("testland", "range", '"15000", "30000"'),
        ("nearby", "none", '"10000", "40000"'),
    ):
        with (inputs / f"jurisdictions/{name}/jurisdiction.toml").open("a") as target:
            target.write(f'\n[threshold]\nkind = "{kind}"\nvalues = [{values}]\n')
    batch = read_batch(plan("", DRAWN), Store(inputs / "out" / STORE))
    results, faults = do_batch(batch, 1, "", lambda *_: None, print)
    tables = write_batch(batch, results, faults, inputs / "out", report=False).tables
    rows = pd.read_parquet(tables / "results.parquet")
    compared = compared_results(rows, {}, ["nearby"])
    sections = overview(compared, stated_results(rows, ["nearby"]), [], None)
    (table,) = next(s for s in sections if s.name == "thresholds").tables
    found = table.frame
    # the cohort loses more than one QALY: its class weighs 1.5
    expected = {"nearby": [15_000, 30_000, 60_000], "testland": [22_500, 30_000, 45_000]}
    assert {p: some["at"].tolist() for p, some in found.groupby("place")} == expected
    base = compared[compared["scenario"] == "base case"].set_index("place")
    for row in found.to_dict("records"):
        own = base.loc[row["place"]]
        benefit = row["at"] * own["qaly_difference"] - own["cost_difference"]
        assert row["nmb"] == pytest.approx(benefit, rel=1e-12)
        assert row["cost_effective"] == (benefit >= 0 if row["place"] == "testland" else None)
