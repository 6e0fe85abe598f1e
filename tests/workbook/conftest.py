"""The shipped study, its results and its workbook: made once for all tests of the workbook."""

from __future__ import annotations

from pathlib import Path

import pytest
from hecon.analyses.results import Results, analyse

from hecon.studies.load import load_study
from hecon.workbook.book import build_workbook, write_workbook

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="session")
def results() -> Results:
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway")
    return analyse(study, draws=60)


@pytest.fixture(scope="session")
def plain(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with formulas and no values."""
    path = tmp_path_factory.mktemp("plain") / "plain.xlsx"
    build_workbook(results).save(path)
    return path


@pytest.fixture(scope="session")
def report(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook as a run writes it."""
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    write_workbook(results, path)
    return path
