"""A run of the shipped study in few cycles, and its workbook, made once for all tests of it."""

from pathlib import Path

import openpyxl
import pytest
from short_study import yearly_study

from hecon.analyses.run import Run, Settings
from hecon.report.content import Section
from hecon.report.language import speaking
from hecon.report.study_texts import language_of
from hecon.report.whole import sections_of
from hecon.workbook.book import compose, write_workbook
from hecon.workbook.context import Book

#: What a report says without thousands of further runs of the model.
QUICK = (
    *("answer", "results", "severity", "uncertainty", "one_way", "scenarios", "article"),
    *("synthesis", "evidence", "assumptions", "sources", "cheers", "provenance"),
)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(
        yearly_study(tmp_path_factory.mktemp("yearly")),
        Settings(draws=60, options={"live_draws": 3}),
    )


@pytest.fixture(scope="session")
def sections(run: Run) -> list[Section]:
    return sections_of(run, QUICK)


@pytest.fixture(scope="session")
def composed(run: Run, sections: list[Section]) -> Book:
    """The workbook with formulas and no values, and where everything stands in it."""
    return compose(run, sections)


@pytest.fixture(scope="session")
def plain(composed: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    path = tmp_path_factory.mktemp("plain") / "plain.xlsx"
    composed.workbook.save(path)
    return path


@pytest.fixture(scope="session")
def norsk(composed: Book, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same file in Norwegian."""
    path = tmp_path_factory.mktemp("norsk") / "norsk.xlsx"
    with speaking(language_of(run.study, "nb")):
        composed.workbook.save(path)
    return path


@pytest.fixture(scope="session")
def opened(plain: Path) -> openpyxl.Workbook:
    """The same as it is read, to be looked at only."""
    return openpyxl.load_workbook(plain)


@pytest.fixture(scope="session")
def report(run: Run, sections: list[Section], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook as a run writes it."""
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    write_workbook(run, sections, path)
    return path
