"""Jobs of a batch: a scenario of a case, and its figures, which nothing but its inputs decides.

Jobs are done in packs, so that those of one case share what is read and compiled; a job's figures
are the same to the last bit whatever else is in its pack.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from hecon.batch.cases import SentStudy
from hecon.batch.versions import code
from hecon.studies.study import BASE

#: What jobs are sorted by, whoever planned them in which order.
Order = tuple[object, ...]

#: Jobs of a pack: those of base values share one program; draws are many.
TOGETHER, DRAWN_TOGETHER = 40, 8_000


@dataclass(frozen=True)
class Drawing:
    """How a job is drawn."""

    draws: int
    seed: int
    method: str


@dataclass(frozen=True)
class Job:
    """A scenario of a case; without a drawing, at its base values."""

    case: SentStudy
    scenario: str
    drawing: Drawing | None = None

    @property
    def title(self) -> str:
        """The job in words."""
        drawn = f", {self.drawing.draws:,} draws" if self.drawing else ""
        return f"{self.case.title}, {self.scenario}{drawn}"

    @property
    def inputs(self) -> str:
        """Hash of the inputs that it rests on."""
        return self.case.scenarios[self.scenario].inputs

    @property
    def status(self) -> str:
        """The weakest status of an input in use."""
        return self.case.scenarios[self.scenario].status

    @cached_property
    def key(self) -> str:
        """What it is known by in a store: its inputs, its settings, and what computes."""
        text = repr((code(), self.inputs, self.drawing, self.case.perspective, self.case.subgroup))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def order(self) -> Order:
        """Its place in the table."""
        case = self.case
        drawn = self.drawing or Drawing(0, 0, "")
        return (
            *(case.study, case.jurisdiction, case.perspective, case.subgroup),
            *(drawn.draws, drawn.seed, drawn.method),
            *(self.scenario != BASE, _natural(self.scenario)),
        )


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A name whose numbers sort as numbers."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)
    )


@dataclass(frozen=True)
class JobFigure:
    """A figure of a job."""

    of: str  #: A strategy, or a comparison written `A v B`.
    name: str
    value: float
    error: float = np.nan  #: Its Monte Carlo standard error, NaN where there is none.
    words: str = ""  #: What is said in its place, or what it means.
    at: float = np.nan  #: The value of a QALY that it is counted at, NaN where it hangs on none.


@dataclass(frozen=True)
class Done:
    """A job's figures, or why it has none."""

    figures: tuple[JobFigure, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class Pack:
    """Jobs of one case and one drawing, which are sent and done together."""

    case: SentStudy
    scenarios: tuple[str, ...]
    drawing: Drawing | None

    @property
    def jobs(self) -> list[Job]:
        """Its jobs."""
        return [Job(self.case, name, self.drawing) for name in self.scenarios]


def packed(jobs: Iterable[Job]) -> list[Pack]:
    """Jobs in packs, those of base values first: they are soon done."""

    def alike(job: Job) -> Order:
        return (job.drawing is not None, *job.order[:-2])

    packs = []
    for _, group in groupby(sorted(jobs, key=lambda j: (alike(j), j.order)), alike):
        some = list(group)
        first = some[0]
        size = TOGETHER
        if first.drawing is not None:
            size = max(1, DRAWN_TOGETHER // first.drawing.draws)
        packs += [
            Pack(first.case, tuple(j.scenario for j in some[i : i + size]), first.drawing)
            for i in range(0, len(some), size)
        ]
    return packs
