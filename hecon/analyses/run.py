"""One run of a study: every result under its name, computed once, when something asks for it.

A result is a function of a run, marked with `result`; what it rests on it asks of the same run:

    @result("One-way sensitivity")
    def one_way_bars(run: Run) -> pd.DataFrame:
        return one_way(run.study)

    bars = run(one_way_bars)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from hecon.errors import HeconError
from hecon.studies.study import Study

T = TypeVar("T")

#: Told what is running, the amount done and the amount in all.
Progress = Callable[[str, int, int], None]


class MissingResult(HeconError):
    """A result that a run can't have, with the reason in words."""


@dataclass(frozen=True)
class Settings:
    """What a run needs besides its study."""

    #: draws, seed, method: Size, seed and kind of the probabilistic design.
    draws: int = 10_000
    seed: int = 1
    method: str = "monte-carlo"
    workers: int = 1  #: Threads; no figure depends on it.
    #: What single analyses are asked for, by the name of the option.
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result(Generic[T]):
    """A result by name; `title` is what progress says while it is computed.

    `starts_from` names what a long one starts from, which may then be worked out in a process of
    its own.
    """

    name: str
    title: str
    compute: Callable[[Run], T]
    starts_from: tuple[Result[Any], ...] = ()


def result(
    title: str = "", starts_from: tuple[Result[Any], ...] = ()
) -> Callable[[Callable[[Run], T]], Result[T]]:
    """Mark a function of a run as a result; without a title its progress says nothing new."""

    def mark(compute: Callable[[Run], T]) -> Result[T]:
        return Result(compute.__name__, title, compute, starts_from)

    return mark


class Run:
    """A study with its settings, and whatever of its results has been asked for.

    Attributes:
        other: A second study that this one is compared with, if there is one.
        missing: Why results that were asked for are not there, in words, by name.
        elsewhere: What to call for results that another process works out, by name.
    """

    def __init__(
        self,
        study: Study,
        settings: Settings | None = None,
        progress: Progress | None = None,
        other: Study | None = None,
    ):
        self.study = study
        self.other = other
        self.settings = settings or Settings()
        self.missing: dict[str, str] = {}
        self.elsewhere: dict[str, Callable[[], Any]] = {}
        self._progress = progress
        self._results: dict[str, Any] = {}

    def __call__(self, wanted: Result[T]) -> T:
        """A result, computed at the first call.

        Raises:
            Unavailable: If the run can't have it; the reason is in `missing`, too.
        """
        if wanted.name in self.missing:
            raise MissingResult(self.missing[wanted.name])
        if wanted.name not in self._results:
            if wanted.title:
                self.tell(wanted.title)
            try:
                made = self.elsewhere.pop(wanted.name, None)
                self._results[wanted.name] = wanted.compute(self) if made is None else made()
            except MissingResult as error:
                self.missing[wanted.name] = str(error)
                raise
        found: T = self._results[wanted.name]
        return found

    def get(self, wanted: Result[T]) -> T | None:
        """A result, or None where the run can't have it."""
        try:
            return self(wanted)
        except MissingResult:
            return None

    def knowing(self, known: Mapping[Result[Any], Any], study: Study | None = None) -> Run:
        """A run with this one's results, some of them as given rather than worked out.

        Args:
            study: The study that it speaks of, if that is another one.
        """
        made = Run(study or self.study, self.settings, self._progress, self.other)
        made.missing = dict(self.missing)
        made._results = self._results | {each.name: value for each, value in known.items()}
        return made

    def option(self, name: str, default: T) -> T:
        """What an analysis was asked for, or its default."""
        found: T = self.settings.options.get(name, default)
        return found

    def tell(self, what: str, done: int = 0, total: int = 1) -> None:
        """Report progress."""
        if self._progress is not None:
            self._progress(what, done, total)

    def silence(self) -> None:
        """Report no more progress."""
        self._progress = None

    def telling(self, what: str) -> Callable[[int, int], None]:
        """Progress of one piece of work, as functions that count call it."""
        return lambda done, total: self.tell(what, done, total)
