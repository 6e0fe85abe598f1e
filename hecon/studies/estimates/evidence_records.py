"""The evidence a synthesis is made of: trial arms, published effects and contrasts, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from hecon.errors import FaultList
from hecon.parameters import limits
from hecon.parameters.parameter_schema import known_status
from hecon.parameters.records import Bounded, Named, Real, Required, Strict, Text, Whole, short
from hecon.studies.reading import StudyReading, row_of
from hecon.studies.study_schema import SynthesisFiles

#: Columns of arms that count something: `events_` and the outcome's name; dropout is apart.
EVENTS = "events_"
DROPOUT = "dropout"
RANDOMISED, ASSESSED = "n_randomised", "n_assessed"

Count = Annotated[Whole, Field(ge=0, le=limits.PERSONS)]
Size = Annotated[Whole, Field(ge=1, le=limits.PERSONS)]


def events_column(outcome: str) -> str:
    """The column of arms that counts an outcome."""
    return "dropout_n" if outcome == DROPOUT else f"{EVENTS}{outcome}"


def counted_among(outcome: str, missing: str) -> str:
    """The column of arms with the number that an outcome is counted among."""
    return RANDOMISED if missing == "failure" or outcome == DROPOUT else ASSESSED


class ArmRow(Strict):
    """Fixed columns of the file of arms; `events_X` counts the outcome X, others are carried."""

    row_id: Named
    study: Required
    arm: Required
    treatment_class: Required
    n_randomised: Count
    n_assessed: Count
    timepoint: Text = ""
    dropout_n: Text = ""
    status: Required
    use: Text = ""
    source: Text = ""
    note: Text = ""


class EffectRow(Strict):
    """A published effect of the first treatment against the second, or a proportion."""

    id: Named
    study: Required
    treat1: Required
    treat2: Text = ""
    outcome: Text = ""
    scale: Required
    estimate: Bounded = None
    ci_low: Bounded = None
    ci_high: Bounded = None
    n: Text = ""
    status: Required
    evidence_ids: Text = ""
    use: Text = ""


class ContrastRow(Strict):
    """A standardised mean difference of two arms of a trial; positive favours the first."""

    contrast_id: Named
    study: Required
    arm1: Text = ""
    arm1_letter: Text = ""
    treat1: Required
    treat2: Required
    g: Annotated[Real, Field(ge=-limits.LARGEST_DIFFERENCE, le=limits.LARGEST_DIFFERENCE)]
    se: Annotated[Real, Field(ge=limits.SMALLEST_ERROR, le=limits.LARGEST_ERROR)]
    n1: Size
    n2: Size
    instrument: Text = ""
    rating: Text = ""
    analysis: Text = ""
    status: Required
    source: Text = ""
    use: Text = ""
    note: Text = ""


@dataclass(frozen=True)
class Arm:
    """An arm of a trial at one time point."""

    id: str
    study: str
    arm: str
    treatment: str
    randomised: int
    assessed: int
    events: Mapping[str, int]  #: Counts by outcome; an outcome that was not reported is missing.
    timepoint: str
    status: str
    use: str
    source: str
    file: str
    row: int

    @property
    def treatments(self) -> tuple[str, ...]:
        """Its one treatment, as other evidence has two."""
        return (self.treatment,)

    def renamed(self, names: Mapping[str, str]) -> Arm:
        """The arm with its treatment called otherwise."""
        return replace(self, treatment=names.get(self.treatment, self.treatment))

    def counts(self, outcome: str, missing: str) -> tuple[int, int] | None:
        """Events and the number they are counted among, or None if not reported.

        Dropout is counted among all who were randomised; so is every outcome if `missing` is
        ``failure``, which takes whoever was not assessed for a failure.
        """
        if outcome not in self.events:
            return None
        everyone = counted_among(outcome, missing) == RANDOMISED
        return self.events[outcome], self.randomised if everyone else self.assessed


@dataclass(frozen=True)
class PublishedEffect:
    """A published effect with its 95 % interval, or a contrast with its standard error.

    `arm` tells apart the first arms of a study that has two of a treatment; `sizes` are those
    of the two arms.
    """

    id: str
    study: str
    treatments: tuple[str, str]
    outcome: str
    scale: str
    estimate: float
    low: float | None
    high: float | None
    se: float | None
    status: str
    use: str
    source: str
    rating: str
    arm: str
    sizes: tuple[int, int]
    file: str
    row: int

    def renamed(self, names: Mapping[str, str]) -> PublishedEffect:
        """The effect with its treatments called otherwise."""
        a, b = (names.get(name, name) for name in self.treatments)
        return replace(self, treatments=(a, b))


@dataclass
class Evidence:
    """Everything that estimates may select from; `complete` is False if a row was faulty."""

    arms: list[Arm] = field(default_factory=list)
    effects: list[PublishedEffect] = field(default_factory=list)
    contrasts: list[PublishedEffect] = field(default_factory=list)
    complete: bool = True

    @property
    def outcomes(self) -> list[str]:
        """Outcomes that some arm counts."""
        return sorted({name for arm in self.arms for name in arm.events})


def read_evidence(reading: StudyReading, entry: SynthesisFiles) -> Evidence:
    """Arms, effects and contrasts named in `[synthesis]`, with faults recorded."""
    before = len(reading.faults.faults)
    found = Evidence(_arms(reading, entry), _effects(reading, entry), _contrasts(reading, entry))
    found.complete = len(reading.faults.faults) == before
    return found


def _arms(reading: StudyReading, entry: SynthesisFiles) -> list[Arm]:
    if not entry.arms:
        return []
    faults = reading.faults
    arms: list[Arm] = []
    rows = reading.rows("synthesis.arms", ArmRow, lambda row: row.row_id, free=True)
    for file, number, row, extra in rows:
        _check_status(row.status, file, number, faults)
        if row.n_assessed > row.n_randomised:
            text = f"{row.n_assessed} assessed are more than the {row.n_randomised} randomised"
            faults.add(file, number, "n_assessed", text)
        events = {}
        cells = {k: v for k, v in extra.items() if k.startswith(EVENTS)}
        cells["dropout_n"] = row.dropout_n
        for column, text in cells.items():
            size = row.n_randomised if column == "dropout_n" else row.n_assessed
            count = _events(text, size, file, number, column, faults)
            if count is not None:
                outcome = DROPOUT if column == "dropout_n" else column.removeprefix(EVENTS)
                events[outcome] = count
        arms.append(
            Arm(
                row.row_id,
                row.study,
                row.arm,
                row.treatment_class,
                row.n_randomised,
                row.n_assessed,
                events,
                row.timepoint,
                row.status,
                row.use,
                row.source,
                file,
                number,
            )
        )
    _check_twice([(a.id, a) for a in arms], "row_id", "the row", faults)
    places = [(f"{a.study}, {a.arm}, {a.timepoint or 'no time point'}", a) for a in arms]
    _check_twice(places, "study", "the arm", faults)
    return arms


def _events(
    text: str, size: int, file: str, row: int, column: str, faults: FaultList
) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        faults.add(file, row, column, f"found '{short(text)}', allowed is a count or a blank")
        return None
    if int(text) > size:
        among = "randomised" if column == "dropout_n" else "assessed"
        faults.add(file, row, column, f"{text} events are more than the {size} {among}")
        return None
    return int(text)


def _effects(reading: StudyReading, entry: SynthesisFiles) -> list[PublishedEffect]:
    if not entry.effects:
        return []
    faults = reading.faults
    found = []
    rows = reading.rows("synthesis.effects", EffectRow, lambda row: row.id)
    for file, number, row, _ in rows:
        _check_status(row.status, file, number, faults)
        low, value, high = row.ci_low, row.estimate, row.ci_high
        if value is not None and low is not None and high is not None and not low < value < high:
            text = f"{value:g} must lie inside its interval {low:g} to {high:g}"
            faults.add(file, number, "estimate", text)
        treatments = (row.treat1, row.treat2)
        found.append(
            PublishedEffect(
                row.id,
                row.study,
                treatments,
                row.outcome,
                row.scale,
                float("nan") if value is None else value,
                low,
                high,
                None,
                row.status,
                row.use,
                row.evidence_ids,
                "",
                "",
                (0, 0),
                file,
                number,
            )
        )
    _check_twice([(e.id, e) for e in found], "id", "the row", faults)
    return found


def _contrasts(reading: StudyReading, entry: SynthesisFiles) -> list[PublishedEffect]:
    if not entry.contrasts:
        return []
    faults = reading.faults
    found, places = [], []
    rows = reading.rows("synthesis.contrasts", ContrastRow, lambda row: row.contrast_id)
    for file, number, row, _ in rows:
        _check_status(row.status, file, number, faults)
        if row.treat1 == row.treat2:
            faults.add(file, number, "treat2", f"'{row.treat2}' is compared with itself")
        found.append(
            PublishedEffect(
                row.contrast_id,
                row.study,
                (row.treat1, row.treat2),
                "",
                "SMD",
                row.g,
                None,
                None,
                row.se,
                row.status,
                row.use,
                row.source,
                row.rating,
                row.arm1_letter,
                (row.n1, row.n2),
                file,
                number,
            )
        )
        places.append((f"{row.study}, {row.treat1} {row.arm1_letter} v {row.treat2}", found[-1]))
    _check_twice([(e.id, e) for e in found], "contrast_id", "the row", faults)
    _check_twice(places, "study", "the contrast", faults)
    return found


def _check_status(status: str, file: str, row: int, faults: FaultList) -> None:
    try:
        known_status(status)
    except ValueError as error:
        faults.add(file, row, "status", str(error))


def _check_twice(
    names: Sequence[tuple[str, Arm | PublishedEffect]], column: str, what: str, faults: FaultList
) -> None:
    seen: dict[str, Arm | PublishedEffect] = {}
    for name, item in names:
        first = seen.setdefault(name, item)
        if first is not item:
            where = row_of((first.file, first.row), item.file)
            text = f"{what} '{name}' is already in {where}"
            needs = ((item.file, c) for c in ("timepoint", "arm1_letter"))
            faults.add(item.file, item.row, column, text, *needs)
