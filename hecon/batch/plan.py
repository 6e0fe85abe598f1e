"""A batch's plan: which studies, where, in which scenarios, and with how many draws."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from hecon.batch.cases import EVERYBODY, OWN, Cases, SentStudy
from hecon.batch.jobs import Drawing, Job, Order
from hecon.errors import Fault, FaultList, InputError, nearest_or_some
from hecon.parameters.definitions import read_toml
from hecon.parameters.random import METHODS
from hecon.parameters.records import Required, Strict, Text, Whole
from hecon.studies.folders import jurisdiction_folder, study_folder
from hecon.studies.study import BASE, Study

#: By one word: what is special, or with all of the others.
ALL, NONE = "all", "none"
MOST_DRAWS, LAST_SEED = 10_000_000, 2**31 - 1
#: Of a study, and of a jurisdiction that is not the study's own.
Folders = tuple[Path, Path | None]


def _chosen(alone: str) -> BeforeValidator:
    """A list of names, or one word that stands for it."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        if value not in (ALL, NONE):
            raise ValueError(f"found '{value}', allowed are '{ALL}', '{NONE}' or a list of names")
        return [ALL if value == ALL else alone]

    return BeforeValidator(read)


Names = Annotated[list[Required], Field(min_length=1)]


def _method(value: object) -> object:
    if isinstance(value, str) and value not in METHODS:
        raise ValueError(f"found '{value}', allowed are {', '.join(METHODS)}")
    return value


class Without(Strict):
    """Jobs that a grid leaves out: those that fit every entry which is given."""

    study: Text = ""
    jurisdiction: Text = ""
    perspective: Text = ""
    subgroup: Text = ""
    scenario: Text = ""

    def fits(self, **labels: str) -> bool:
        """Whether a job with these labels, or all jobs with them, are among them."""
        given = {name: value for name, value in self if value}
        return all(labels.get(name) == value for name, value in given.items())


class JobGrid(Strict):
    """Every study in every jurisdiction in every scenario."""

    studies: Annotated[list[Required], Field(min_length=1)]  #: Folders, from the plan's own.
    #: Names beside the studies, or folders; none for the studies' own.
    jurisdictions: list[Required] = Field(default_factory=list)
    #: perspectives, subgroups, scenarios: Names; the country's own, everybody and the base case are
    #: such.
    perspectives: Annotated[Names, _chosen(OWN)] = Field(default_factory=lambda: [OWN])
    subgroups: Annotated[Names, _chosen(EVERYBODY)] = Field(default_factory=lambda: [EVERYBODY])
    scenarios: Annotated[Names, _chosen(BASE)] = Field(default_factory=lambda: [ALL])
    draws: Annotated[Whole, Field(ge=0, le=MOST_DRAWS)] = 0  #: None for the deterministic result.
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

    Raises:
        InputError: With every name that is unknown, every exclusion that leaves out nothing, and
            jobs that stand in the plan twice.
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
        self._used: set[int] = set()

    def fault(self, entry: str, message: str) -> None:
        """Note what is wrong with one of its entries."""
        column = f"{self._entry}.{entry}" if entry else self._entry
        self._faults.add(self._path.name, None, column, message)

    def jobs(self, grid: JobGrid, cases: Cases) -> Iterator[Job]:
        """The grid's jobs but for those that it leaves out."""
        found = self._places(grid, cases)
        for study, folders in found:
            for case in self._cases(grid, cases, study, folders):
                labels = _labels(case)
                for scenario in case.scenarios if grid.scenarios == [ALL] else grid.scenarios:
                    if self._left_out(grid, **labels, scenario=scenario):
                        continue
                    if scenario in case.scenarios:
                        yield Job(case, scenario, grid.drawing)
                    else:
                        hint = nearest_or_some(scenario, case.scenarios)
                        text = f"{case.title} has no scenario '{scenario}'{hint}; "
                        self.fault("scenarios", f"{text}or leave it out there")
        if len(found) == len(grid.studies) * max(len(grid.jurisdictions), 1):
            for i in set(range(len(grid.without))) - self._used:
                self.fault(f"without[{i + 1}]", "no job of the grid fits it; leave it out")

    def _left_out(self, grid: JobGrid, **labels: str) -> bool:
        """Whether jobs with these labels are left out; what leaves them out has a use."""
        fitting = [i for i, each in enumerate(grid.without) if each.fits(**labels)]
        self._used.update(fitting)
        return bool(fitting)

    def _cases(
        self, grid: JobGrid, cases: Cases, study: Study, folders: Folders
    ) -> Iterator[SentStudy]:
        """A study in every perspective and subgroup that it has, but for those left out."""
        name, place = study.name, study.jurisdiction.definition.name
        perspectives, subgroups = grid.perspectives, grid.subgroups
        if perspectives == [ALL]:
            perspectives = [OWN, *(p.id for p in study.perspectives)]
        if subgroups == [ALL]:
            subgroups = [EVERYBODY, *(s.name for s in study.subgroups)]
        for perspective, subgroup in product(perspectives, subgroups):
            labels = {"perspective": perspective, "subgroup": subgroup}
            if self._left_out(grid, study=name, jurisdiction=place, **labels):
                continue
            chosen = ["" if perspective == OWN else perspective]
            chosen.append("" if subgroup == EVERYBODY else subgroup)
            try:
                yield cases.case(*folders, *chosen)
            except InputError as error:
                (fault,) = error.faults
                entry = "perspectives" if fault.column == "perspectives" else "subgroups"
                text = f"{name} in {place}: {fault.message}; or leave it out there"
                self.fault(entry, text)

    def _places(self, grid: JobGrid, cases: Cases) -> list[tuple[Study, Folders]]:
        """Studies in their jurisdictions, those that can be read."""
        found = []
        root, shown = self._path.parent, self._path.name
        for name in grid.studies:
            with self._faults.collect():
                folder = study_folder(Path(name), shown, f"{self._entry}.studies", root)
                for text in grid.jurisdictions or [""]:
                    with self._faults.collect():
                        column = f"{self._entry}.jurisdictions"
                        place = jurisdiction_folder(folder, text, shown, column, root)
                        study = cases.study(folder, place)
                        found += [(study, (folder, place))] if study is not None else []
        return found


def _labels(case: SentStudy) -> dict[str, str]:
    return {
        "study": case.study,
        "jurisdiction": case.jurisdiction,
        "perspective": case.perspective or OWN,
        "subgroup": case.subgroup or EVERYBODY,
    }
