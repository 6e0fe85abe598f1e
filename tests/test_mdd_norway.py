"""Depression: a second disease as a folder, against an independent program's figures."""

import csv
from pathlib import Path

import pytest

from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.analyses.scenarios import scenario_results
from hecon.parameters.design import base_case
from hecon.report.conclusions import headline
from hecon.report.things_called import study_units
from hecon.report.words import spoken
from hecon.studies.load_study import load_study

HERE = Path(__file__).parent
INPUTS = HERE.parent / "inputs"
RELATIVE = 1e-9

#: Scenarios that end before death; the program cut their shortfall at the horizon too.
SHORT = ("D41", "D43")


def expected(name):
    with (HERE / "data" / "mdd" / f"expected_{name}.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def study():
    return load_study(INPUTS / "studies/mdd", INPUTS / "jurisdictions/norway")


@pytest.fixture(scope="module")
def outcomes(study):
    return evaluate(study.model, base_case(study.parameters)).isel(draw=0)


@pytest.fixture(scope="module")
def run(study):
    return Run(study, Settings(draws=2))


@pytest.fixture(scope="module")
def scenarios(run):
    return run(scenario_results).set_index("scenario")


def near(value):
    return pytest.approx(float(value), rel=RELATIVE, abs=1e-9)


def test_totals(outcomes):
    for row in expected("results"):
        found = outcomes.sel(strategy=row["strategy"])
        for suffix in ("", "_undiscounted"):
            assert float(found["cost" + suffix].sum()) == near(row["cost" + suffix])
            assert float(found["qaly" + suffix].sum()) == near(row["qaly" + suffix])
            assert float(found["life_years" + suffix]) == near(row["life_years" + suffix])


def test_the_reference_is_the_independent_programs():
    """What `make reproduce STUDY=mdd` compares with is not only the project's own."""
    with (HERE.parent / "reference/mdd_norway/scenarios.csv").open() as file:
        found = {row["scenario"]: row for row in csv.DictReader(file)}
    for row in expected("scenarios"):
        if row["id"] in found:
            assert float(found[row["id"]]["cost_difference"]) == near(row["d_cost"])
            assert float(found[row["id"]]["qaly_difference"]) == near(row["d_qaly"])
    assert len(found.keys() & {row["id"] for row in expected("scenarios")}) == 27


def test_items(outcomes):
    for row in expected("items"):
        dim, suffix = {"cost": "item", "qaly": "source"}[row["kind"]], ""
        if row["discounted"] == "no":
            suffix = "_undiscounted"
        found = outcomes[row["kind"] + suffix].sel({"strategy": row["strategy"], dim: row["item"]})
        assert float(found) == near(row["value"]), row


def test_scenarios(scenarios):
    rows = [row for row in expected("scenarios") if row["id"] != "base"]
    assert len(scenarios) == 54
    for row in rows:
        found = scenarios.loc[row["id"]]
        assert found["cost_difference"] == near(row["d_cost"]), row["id"]
        assert found["qaly_difference"] == near(row["d_qaly"]), row["id"]
        assert found["icer"] == near(row["icer"]), row["id"]
        assert found["verdict"] == row["verdict"]


def test_what_the_report_leads_with(study, run, scenarios):
    """A spread, and the word exploratory: one arm of twelve supports no point."""
    assert study.definition.grade == "exploratory"
    assert "MDMA-AT" in study.exploratory
    assert "mdma_open" in study.exploratory
    assert round(scenarios.loc["D01", "icer"]) == 423515
    assert round(scenarios.loc["D02", "icer"], -5) == 30_900_000
    said = [spoken(s, study_units(study)) for s in headline(run)]
    assert said[0] == "Exploratory: this is no basis for a decision."
    for figure in ("423,515", "30,898,664", "1,032,890"):
        assert figure in said[1]


def test_severity_is_of_remaining_life_and_of_the_comparison_in_hand(scenarios):
    """The program stops at 100 years: a few hundredths less than life, and the same class."""
    rows = {row["id"]: row for row in expected("scenarios")}
    for name in rows.keys() - {"base"}:
        row = rows["base" if name in SHORT else name]
        wanted = float(row["shortfall_of_own_comparator"])
        found = scenarios.loc[name]
        assert 0 <= found["shortfall"] - wanted < 0.02, name
        assert found["weight"] == near(row["weight"]), name


@pytest.mark.parametrize("country", ["australia", "england", "switzerland", "usa"])
def test_other_countries_take_their_own_costs_by_norways_rule(country):
    """Depression costs 0.935 of PTSD there too, and remission leaves 25 of 45 of it."""
    place = INPUTS / "jurisdictions" / country

    def rows(study):
        with (place / f"{study}_in_{country}" / "parameters.csv").open() as file:
            return {row["name"]: row for row in csv.DictReader(file)}

    own, ptsd = rows("mdd"), rows("ptsd")
    ill = float(own["c_mdd_month"]["value"])
    assert ill == round(float(ptsd["c_ptsd_month"]["value"]) * 0.935)
    saved = own["remission_saving_share"]["value"]
    assert saved == f"({ill:.0f} - {round(ill * 25 / 45)}) / {ill:.0f}"
    assert own["c_misuse_year"]["value"] == ptsd["c_misuse_year"]["value"]
    if country == "england":
        study = load_study(INPUTS / "studies/mdd", place)
        assert study.exploratory
        assert study.jurisdiction.definition.currency == "GBP"
