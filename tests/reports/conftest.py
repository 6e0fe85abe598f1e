from __future__ import annotations

from pathlib import Path

import pytest

from hecon.analyses.results import Results, analyse
from hecon.report.figures.book import figure_book
from hecon.report.figures.material import Extras, Material, material
from hecon.report.figures.picture import Picture
from hecon.report.figures.setting import Setting, study_setting
from hecon.reports.verification import verification_table
from hecon.studies.load import load_study
from hecon.studies.study import Study

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="session")
def study() -> Study:
    return load_study(INPUTS / "studies" / "ptsd", INPUTS / "jurisdictions" / "norway")


@pytest.fixture(scope="session")
def results(study: Study) -> Results:
    return analyse(study, draws=600)


@pytest.fixture(scope="session")
def found(results: Results) -> Material:
    extras = Extras(people=2_000.0, verification=verification_table(results.study))
    return material(results, extras)


@pytest.fixture(scope="session")
def book(found: Material) -> dict[str, Picture]:
    return {each.name: each for each in figure_book(found)}


@pytest.fixture(scope="session")
def again(found: Material) -> list[Picture]:
    """The same figures, drawn a second time."""
    return figure_book(found)


@pytest.fixture(scope="session")
def setting(results: Results) -> Setting:
    return study_setting(results.study, results.threshold)
