"""A study where all is algebra: net benefit is 20,000 * (gain + root ** 2) - price * units."""

from pathlib import Path

import pytest
from short_study import short_study

from hecon.analyses.run import Run, Settings
from hecon.report.content import Section
from hecon.report.figures.picture import Picture
from hecon.report.figures.setting import Setting, run_setting
from hecon.report.numbers import Units
from hecon.report.whole import sections_of
from hecon.report.words import spoken
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

UNITS = Units("EUR", "2024")


@pytest.fixture(scope="session")
def algebra() -> Study:
    return load_study(Path(__file__).parents[1] / "analyses" / "studies" / "algebra")


@pytest.fixture(scope="session")
def ptsd(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the shipped study over two years."""
    return Run(short_study(tmp_path_factory.mktemp("study")), Settings(600))


@pytest.fixture(scope="session")
def sections(ptsd: Run) -> list[Section]:
    return sections_of(ptsd)


@pytest.fixture(scope="session")
def book(ptsd: Run, sections: list[Section]) -> dict[str, Picture]:
    """All its figures by name."""
    return {f.name: f.draw() for s in sections for f in s.figures}


@pytest.fixture(scope="session")
def setting(ptsd: Run) -> Setting:
    return run_setting(ptsd)


@pytest.fixture
def run_of(algebra):
    """A run of the study, with options."""

    def make(draws: int = 600, study: Study | None = None, **options: object) -> Run:
        return Run(study or algebra, Settings(draws, options=options))

    return make


@pytest.fixture
def said():
    """The sentences of a section as text."""

    def texts(section: Section) -> list[str]:
        return [spoken(s, UNITS) for s in section.sentences]

    return texts


@pytest.fixture
def table_of():
    """A table of a section by its name."""

    def find(section: Section, name: str):
        return next(t for t in section.tables if t.name == name)

    return find
