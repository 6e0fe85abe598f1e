"""Demands of an agency: judged by what the study has, not by what its files claim."""

import csv
import shutil
from pathlib import Path

import pytest
from countries import INPUTS, country

from hecon.analyses.base_case import base_table
from hecon.analyses.guideline import guideline, guideline_moves
from hecon.analyses.other_effects import effects_compared
from hecon.analyses.run import Run
from hecon.errors import InputError
from hecon.jurisdictions.load_jurisdiction import load_jurisdiction
from hecon.report.sections.guideline_section import section
from hecon.studies.variant import with_values

COUNTRIES = INPUTS / "jurisdictions"


def judged(run: Run) -> dict[str, str]:
    return run(guideline).set_index("item")["verdict"].to_dict()


@pytest.mark.parametrize("name", sorted(path.name for path in COUNTRIES.iterdir()))
def test_every_country_says_what_is_demanded_and_not_all_of_it_is_met(name: str) -> None:
    found = judged(country(name))
    assert len(found) >= 6
    assert "met" in found.values()
    assert {"not met", "partly"} & set(found.values())
    assert "not judged" not in found.values()


@pytest.mark.parametrize(
    ("name", "values", "item", "verdicts"),
    [
        ("norway", ["disc_0_39=0.05"], "discount rates of costs and effects", ("met", "not met")),
        ("norway", ["disc_break_1=35"], "years of the discount steps", ("met", "not met")),
        (
            "england",
            ["include_patient_cost=1"],
            "perspective: NHS and personal social services",
            ("met", "partly"),
        ),
        ("norway", ["horizon_age=60"], "time horizon", ("met", "not met")),
        ("norway", ["wtp_base=500000"], "opportunity cost of a QALY", ("met", "partly")),
    ],
)
def test_a_verdict_follows_the_run(
    name: str, values: list[str], item: str, verdicts: tuple[str, str]
) -> None:
    run = country(name)
    changed = Run(with_values(run.study, values), run.settings)
    assert (judged(run)[item], judged(changed)[item]) == verdicts


def test_the_usa_asks_for_equal_value_and_gets_it() -> None:
    run = country("usa")
    assert run(guideline).set_index("check")["verdict"]["equal value"] == "met"
    gained = run(effects_compared).set_index("effect")["effect_difference"]
    # those who live longer live below 0.851: an added year counts for more than its QALYs
    assert gained["QALY"] < gained["evLY"] < gained["QALY"] + gained["life-year"]


def test_norways_stopgaps_are_said() -> None:
    rows = country("norway")(guideline).set_index("item")
    norms = rows.loc["norms of the agency, for severity and utilities by age"]
    assert norms["verdict"] == "not met"
    assert "stopgap" in norms["found"]
    costs = rows.loc["unit costs of the agency's database"]
    assert costs["verdict"] == "not met"
    assert costs["nmb_low"] < 0 < costs["nmb_high"]


def test_what_a_demand_moves_is_what_its_inputs_move() -> None:
    run = country("england")
    moves = run(guideline_moves).set_index(["item", "what"])["nmb_to_base"]
    own = Run(with_values(run.study, ["include_productivity=1"]))(base_table).iloc[0]
    gap = own["nmb"] - run(base_table).iloc[0]["nmb"]
    item = "perspective: NHS and personal social services"
    assert moves[item, "S50"] == pytest.approx(gap, rel=1e-9)
    usa = country("usa")(guideline_moves).set_index("item")
    beside = usa.loc["modified societal perspective beside it"]
    assert beside["title"] == "modified societal"
    own = usa.loc["perspective of the base case: health-care system"].set_index(["what", "title"])
    # patients' time costs nothing in the country's prices
    assert own.loc["include_patient_cost", "nmb_to_base"].tolist() == [0, 0]
    assert beside["nmb_to_base"] != 0


def test_a_country_without_demands_has_no_section() -> None:
    study = country("england").study
    from dataclasses import replace

    bare = replace(study, jurisdiction=replace(study.jurisdiction, demands=()))
    assert section(Run(bare)).empty


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("check", "discountin", "did you mean discounting"),
        ("check", "", "is given, but no check"),
        ("needs", "cost: 0.035", "allowed is 'name = value'"),
        ("needs", "costs = 0.035", "'costs' is no entry of discounting; did you mean cost"),
        ("needs", "cost = 3.5 %", "found '3.5 %', allowed is a number"),
        ("needs", "cost = 0.03; cost = 0.04", "'cost' is there twice"),
        ("needs", "", "is empty; say what is needed"),
        ("status", "VERIFIED", "found 'VERIFIED'; allowed are published"),
    ],
)
def test_faults_of_a_demand(tmp_path: Path, column: str, text: str, said: str) -> None:
    folder = tmp_path / "england"
    shutil.copytree(COUNTRIES / "england", folder)
    path = folder / "rules.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = [r for r in rows if r["check"] == "discounting"]
    row[column] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError, match=said) as refused:
        load_jurisdiction(folder)
    (fault,) = refused.value.faults
    assert (fault.file, fault.row) == ("england/rules.csv", rows.index(row) + 2)
