"""One folder adds a country: the study's values with the country's own, and no other's files."""

import csv
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from countries import country

from hecon.analyses.base_case import base_limits, base_shortfalls, base_table
from hecon.analyses.perspectives import perspective_results
from hecon.analyses.run import Run
from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.uncertainty_checks import ranges_and_distributions
from hecon.errors import InputError
from hecon.report.sections.sources_section import texts
from hecon.report.whole import sections_of
from hecon.studies.load_study import load_study
from hecon.studies.variant import with_values

ROOT = Path(__file__).parents[2]
PTSD = ROOT / "inputs/studies/ptsd"
COUNTRIES = ROOT / "inputs/jurisdictions"

#: An independent program's base case, from inputs rounded as in its own files.
EXPECTED = {
    row["country"]: row
    for row in csv.DictReader(
        (ROOT / "tests/data/countries_base_case.csv").read_text().splitlines()
    )
}


@pytest.mark.parametrize("name", sorted(path.name for path in COUNTRIES.iterdir()))
def test_fault_10_ranges_agree_with_distributions_in_every_country(name: str) -> None:
    finding = ranges_and_distributions(ComputedStudy(country(name).study))
    assert (finding.result, finding.detail[:4]) == ("pass", "each")


@pytest.mark.parametrize("name", EXPECTED)
def test_the_base_case_is_that_of_an_independent_program(name: str) -> None:
    run, expected = country(name), EXPECTED[name]
    row = run(base_table).iloc[0]
    for found, column in (
        ("cost MDMA-AT", "cost_mdma"),
        ("cost PE", "cost_pe"),
        ("qaly MDMA-AT", "qaly_mdma"),
        ("qaly PE", "qaly_pe"),
        ("cost_difference", "d_cost"),
        ("qaly_difference", "d_qaly"),
        ("icer", "icer"),
    ):
        np.testing.assert_allclose(row[found], float(expected[column]), rtol=1e-4)
    assert row["threshold"] == float(expected["threshold"])
    # that program counts until the age of 100, shortfall here until the life table ends
    short = run(base_shortfalls).set_index("discounted")
    for counted, word in ((False, "undiscounted"), (True, "discounted")):
        for found, column in (
            ("shortfall", f"shortfall_{word}"),
            ("proportional_shortfall", f"proportional_{word}"),
        ):
            np.testing.assert_allclose(short[found][counted], float(expected[column]), rtol=3e-3)


def test_classes_of_severity_in_norway_and_england() -> None:
    norway, england = (country(n)(base_limits).iloc[0] for n in ("norway", "england"))
    assert norway["shortfall"] == pytest.approx(5.875, abs=5e-4)
    assert norway["weight"] == 1.4
    assert england["shortfall"] == pytest.approx(3.447, abs=5e-4)
    assert england["proportional_shortfall"] == pytest.approx(0.197, abs=5e-4)
    assert england["weight"] == 1.0


def test_a_country_needs_no_file_of_another(tmp_path: Path) -> None:
    shutil.copytree(PTSD, tmp_path / "studies/ptsd")
    shutil.copytree(COUNTRIES / "england", tmp_path / "jurisdictions/england")
    study = load_study(tmp_path / "studies/ptsd", tmp_path / "jurisdictions/england")
    assert not [name for name in study.input_hashes() if "norway" in name]
    names = {p.text: p for p in study.parameters}
    assert names["include_patient_cost"].file == "ptsd_in_england/parameters.csv"
    assert names["include_patient_cost"].value == 0
    assert names["u_gain"].file == "ptsd/parameters.csv"


def test_a_country_has_one_part_of_its_own_of_a_study(tmp_path: Path) -> None:
    shutil.copytree(COUNTRIES / "england", tmp_path / "england")
    shutil.copytree(tmp_path / "england/ptsd_in_england", tmp_path / "england/ptsd_in_wales")
    with pytest.raises(InputError, match="there can be one"):
        load_study(PTSD, tmp_path / "england")


def test_a_part_of_a_study_keeps_its_name(tmp_path: Path) -> None:
    shutil.copytree(COUNTRIES / "england", tmp_path / "england")
    path = tmp_path / "england/ptsd_in_england/study.toml"
    path.write_text(f'name = "other"\n{path.read_text()}')
    with pytest.raises(InputError, match="no such entry"):
        load_study(PTSD, tmp_path / "england")


def test_a_file_that_nothing_reads_is_named(tmp_path: Path) -> None:
    shutil.copytree(COUNTRIES / "england", tmp_path / "england")
    (tmp_path / "england/ptsd_in_england/parametres.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"did you mean parameters\.csv"):
        load_study(PTSD, tmp_path / "england")


#: Words that belong to one country.
NORWEGIAN = re.compile(
    r"norw|\bNOK\b|\bDMP\b|\bISF\b|\bSSB\b|kroner|Nye metoder|not a ceiling", re.IGNORECASE
)
#: Sections that need no run of the model but the base case.
SAID = (
    *("severity", "results", "replacements", "assumptions", "sources", "cheers"),
    *("guideline", "provenance"),
)


@pytest.mark.parametrize("name", ["england", "usa", "switzerland", "australia"])
def test_no_word_of_norway_elsewhere(name: str) -> None:
    run = country(name)
    said = sections_of(run, SAID)
    tables = [table for section in said for table in section.tables]
    words = [*texts(said), *(str((t.caption, t.note, t.columns)) for t in tables)]
    words += [str((s.title, s.why, s.source, s.text)) for s in run.study.scenarios]
    assert run.study.budget is not None
    inputs = [*run.study.parameters, *run.study.budget.parameters]
    words += [str((p.description, p.derivation, p.source, p.note)) for p in inputs]
    words += [fact.row.fact for fact in run.study.facts]
    assert len(words) > 1_000
    assert [word for word in words if NORWEGIAN.search(word)] == []


@pytest.mark.parametrize("study", ["ptsd", "mdd"])
@pytest.mark.parametrize("name", ["england", "usa"])
def test_fault_29_what_goes_with_a_study_holds_in_every_country(study: str, name: str) -> None:
    """The checklist, assumptions and what is missing name no money, rates or rules of Norway's."""
    found = load_study(ROOT / "inputs/studies" / study, COUNTRIES / name)
    files = ("cheers", "assumptions", "missing")
    words = [" ".join(row.values()) for file in files for row in found.evidence(file)]
    words += [scenario.title for scenario in found.scenarios]
    own = re.compile(rf"{NORWEGIAN.pattern}|4, 3 and 2 %|absolute shortfall", re.IGNORECASE)
    assert len(words) > 90
    assert [text for text in words if own.search(text)] == []


@pytest.mark.parametrize("name", ["usa", "australia"])
def test_a_second_perspective_stands_beside_the_base_case(name: str) -> None:
    """Its figures are those of the study with the same inputs set: not a scenario's."""
    run = country(name)
    (beside,) = run.study.perspectives
    travel, hour = {"usa": (20, 32.7), "australia": (30, 35)}[name]
    values = ["include_productivity=1", "include_patient_cost=1"]
    values += [f"unit_patient_travel={travel}", f"unit_patient_hour={hour}"]
    other = Run(with_values(run.study, values))(base_table).iloc[0]
    found = run(perspective_results).set_index(["figure", "perspective"])["value"]
    for figure, column in (("Cost, PE", "cost PE"), ("ICER", "icer"), ("Net benefit", "nmb")):
        assert found[figure, beside.title] == pytest.approx(other[column], rel=1e-12)
        own = run(base_table).iloc[0][column]
        assert found[figure, run.study.definition.perspective] == pytest.approx(own, rel=1e-12)
    assert beside.id not in {s.id for s in run.study.scenarios}
    assert run(perspective_results)["value"].nunique() == 10
