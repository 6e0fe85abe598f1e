"""A batch's plan: which studies, where, in which scenarios, and with how many draws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from hecon.analyses.scenario_draws import BASE
from hecon.batch.cases import Cases, SentStudy
from hecon.batch.jobs import Drawing, Job, Order
from hecon.errors import Fault, FaultList, InputError, nearest_or_some
from hecon.parameters.definitions import read_toml
from hecon.parameters.random import METHODS
from hecon.parameters.records import Required, Strict, Text, Whole
from hecon.studies.folders import jurisdiction_folder, study_folder

#: Scenarios by one word: the base case with all of them, or alone.
ALL, NONE = "all", "none"
MOST_DRAWS, LAST_SEED = 10_000_000, 2**31 - 1


def _chosen(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value not in (ALL, NONE):
        raise ValueError(f"found '{value}', allowed are '{ALL}', '{NONE}' or a list of names")
    return [ALL if value == ALL else BASE]


def _method(value: object) -> object:
    if isinstance(value, str) and value not in METHODS:
        raise ValueError(f"found '{value}', allowed are {', '.join(METHODS)}")
    return value


class Without(Strict):
    """Jobs that a grid leaves out: those that fit every entry which is given."""

    study: Text = ""
    jurisdiction: Text = ""
    scenario: Text = ""

    def fits(self, case: SentStudy, scenario: str) -> bool:
        """Whether a job is among them."""
        return (
            self.study in ("", case.study)
            and self.jurisdiction in ("", case.jurisdiction)
            and self.scenario in ("", scenario)
        )


class JobGrid(Strict):
    """Every study in every jurisdiction in every scenario.

    Attributes
    ----------
    studies
        Folders, from the plan's own.
    jurisdictions
        Names beside the studies, or folders; none for the studies' own.
    scenarios
        Names; the base case is one of them.
    draws
        None for the deterministic result.
    """

    studies: Annotated[list[Required], Field(min_length=1)]
    jurisdictions: list[Required] = Field(default_factory=list)
    scenarios: Annotated[list[Required], Field(min_length=1), BeforeValidator(_chosen)] = Field(
        default_factory=lambda: [ALL]
    )
    draws: Annotated[Whole, Field(ge=0, le=MOST_DRAWS)] = 0
    seed: Annotated[Whole, Field(ge=0, le=LAST_SEED)] = 1
    design: Annotated[Text, BeforeValidator(_method)] = METHODS[0]
    without: list[Without] = Field(default_factory=list)

    @property
    def drawing(self) -> Drawing | None:
        """How its jobs are drawn, if they are."""
        return Drawing(self.draws, self.seed, self.design) if self.draws else None


class Plan(Strict):
    """Contents of a plan: one grid or several."""

    grid: Annotated[list[JobGrid], Field(min_length=1)]


def planned_jobs(path: Path, cases: Cases) -> list[Job]:
    """The jobs of a plan's file, in the order of its table.

    Studies that can't be read in a jurisdiction have none; `cases` says why.

    Raises
    ------
    InputError
        With every name that is unknown, every exclusion that leaves out nothing, and jobs that
        stand in the plan twice.
    """
    plan = read_toml(path, path.name, Plan)
    faults = FaultList()
    jobs: dict[Order, Job] = {}
    for number, grid in enumerate(plan.grid, start=1):
        twice = []
        place = _Place(path, f"grid[{number}]", faults)
        for job in place.jobs(grid, cases):
            if job.order in jobs:
                twice.append(job.title)
            jobs[job.order] = job
        if twice:
            more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
            place.fault("", f"{twice[0]}{more} stands in the plan twice; leave one out")
    faults.raise_if_any()
    if not jobs and not cases.faults:
        raise InputError([Fault(path.name, None, None, "the plan is empty: it names no job")])
    return [jobs[key] for key in sorted(jobs)]


class _Place:
    """A grid of a plan's file, which messages name."""

    def __init__(self, path: Path, entry: str, faults: FaultList):
        self._path, self._entry, self._faults = path, entry, faults

    def fault(self, entry: str, message: str) -> None:
        """Note what is wrong with one of its entries."""
        column = f"{self._entry}.{entry}" if entry else self._entry
        self._faults.add(self._path.name, None, column, message)

    def jobs(self, grid: JobGrid, cases: Cases) -> Iterator[Job]:
        """The grid's jobs but for those that it leaves out."""
        found = self._cases(grid, cases)
        used = set()
        for case in found:
            for scenario in case.scenarios if grid.scenarios == [ALL] else grid.scenarios:
                fitting = [i for i, each in enumerate(grid.without) if each.fits(case, scenario)]
                used.update(fitting)
                if not fitting and scenario in case.scenarios:
                    yield Job(case, scenario, grid.drawing)
                elif not fitting:
                    hint = nearest_or_some(scenario, case.scenarios)
                    text = f"{case.title} has no scenario '{scenario}'{hint}; or leave it out there"
                    self.fault("scenarios", text)
        if len(found) == len(grid.studies) * max(len(grid.jurisdictions), 1):
            for i in set(range(len(grid.without))) - used:
                self.fault(f"without[{i + 1}]", "no job of the grid fits it; leave it out")

    def _cases(self, grid: JobGrid, cases: Cases) -> list[SentStudy]:
        """Studies in their jurisdictions, those that can be read."""
        found = []
        root, shown = self._path.parent, self._path.name
        for name in grid.studies:
            with self._faults.collect():
                study = study_folder(Path(name), shown, f"{self._entry}.studies", root)
                for text in grid.jurisdictions or [""]:
                    with self._faults.collect():
                        column = f"{self._entry}.jurisdictions"
                        place = jurisdiction_folder(study, text, shown, column, root)
                        case = cases.case(study, place)
                        found += [case] if case is not None else []
        return found
