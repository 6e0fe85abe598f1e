"""What a country puts in place of the study's own values is listed with both."""

from pathlib import Path

from hecon.analyses.run import Run
from hecon.report.sections.replacements_section import section
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"


def test_both_values_and_sources_stand_in_the_list() -> None:
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/england")
    (table,) = section(Run(study)).tables
    frame = table.frame.set_index("parameter")
    # parameters.csv of the study: 1, the wider perspective; of England's part: 0, NHS and PSS
    row = frame.loc["include_patient_cost"]
    assert (row["before"], row["value"]) == (1.0, 0.0)
    assert row["source"] == "rules.csv of the jurisdiction"
    assert row["file"].startswith("ptsd_in_england/parameters.csv, row ")
    assert set(frame.index) == {"include_patient_cost", "production_age"}


def test_a_study_that_nothing_replaces_has_nothing_to_list() -> None:
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway")
    assert section(Run(study)).empty
