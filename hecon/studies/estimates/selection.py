"""Choosing the evidence of an estimate: by use, study, row, time point and status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hecon.errors import FileColumn, UnknownName
from hecon.parameters.records import Grade, Named, Required, Strict, Text
from hecon.studies.estimates.evidence_records import Arm, Evidence, PublishedEffect

#: Statuses that are let in only by an estimate that names them.
DOUBTFUL = ("assumption", "retracted")
MISSING = ("assessed", "failure")

Evident = TypeVar("Evident", Arm, PublishedEffect)


class EstimateRow(Strict):
    """One named estimate: how it is made and what of."""

    name: Named
    title: Required
    method: Required
    measure: Required
    outcome: Text = ""
    treatments: Text = ""
    parts: Text = ""
    merge: Text = ""
    rows: Text = ""
    use: Text = ""
    studies: Text = ""
    timepoint: Text = ""
    rating: Text = ""
    statuses: Text = ""
    missing: Text = ""
    tau2: Text = ""
    knapp_hartung: Text = ""
    status: Text = ""
    grade: Grade = ""
    note: Text = ""


#: Columns that choose what an estimate is made of, and how.
CHOOSING = (
    *("outcome", "treatments", "parts", "merge", "rows", "use", "studies", "timepoint", "rating"),
    *("statuses", "missing", "tau2", "knapp_hartung"),
)


class Problem(Exception):
    """What is wrong with an estimate, and the column that says so.

    Attributes:
        needs: Columns of the evidence that it follows from where one of them is left out.
        also: Such columns of the estimates.
    """

    def __init__(
        self,
        column: str,
        message: str | UnknownName,
        *also: str,
        needs: Iterable[FileColumn] = (),
    ) -> None:
        super().__init__(message)
        self.column, self.message = column, message
        self.also, self.needs = also, tuple(needs)


class Unmade(Exception):
    """An estimate that it rests on is at fault itself, which is said there."""


@dataclass(frozen=True)
class ArmPair:
    """The two arms of a study that are compared."""

    study: str
    arms: tuple[Arm, Arm]
    counts: tuple[int, int, int, int]


def listed(text: str) -> list[str]:
    """The entries of a cell, separated by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def known(
    name: str,
    allowed: Iterable[str],
    column: str,
    what: str,
    *also: str,
    needs: Iterable[FileColumn] = (),
) -> None:
    """Refuse a name that is not among those allowed; what it may follow from is a `Problem`'s."""
    names = list(dict.fromkeys(allowed))
    if name not in names:
        raise Problem(column, UnknownName(name, what, names), *also, needs=needs)


def pair(row: EstimateRow) -> tuple[str, str]:
    """The two treatments that are compared."""
    names = [n.strip() for n in row.treatments.split(" v ")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        text = f"found '{row.treatments}', allowed is 'A v B' with two treatments"
        raise Problem("treatments", text)
    return names[0], names[1]


def renames(row: EstimateRow, treatments: Sequence[str]) -> dict[str, str]:
    """New names of treatments by old ones, as `merge` says: ``A = B; C = D``."""
    names = {}
    for text in listed(row.merge):
        old, sign, new = (part.strip() for part in text.partition("="))
        if not sign or not new:
            raise Problem("merge", f"found '{text}', allowed is 'treatment = treatment'")
        known(old, treatments, "merge", "a treatment of the evidence")
        names[old] = new
    return names


def merged(row: EstimateRow, found: Sequence[Evident]) -> list[Evident]:
    """The evidence with treatments renamed as `merge` says."""
    names = renames(row, _treatments(found))
    return [item.renamed(names) for item in found]


def _treatments(found: Sequence[Evident]) -> list[str]:
    return [name for item in found for name in item.treatments]


def columns(found: Iterable[Evident], *names: str) -> list[FileColumn]:
    """Columns of the files that evidence stands in."""
    return list(dict.fromkeys((item.file, name) for item in found for name in names))


def selected(row: EstimateRow, found: Sequence[Evident]) -> list[Evident]:
    """The rows that an estimate asks for; what it names must be there and fit to be used."""
    ids, studies, uses = listed(row.rows), listed(row.studies), listed(row.use)
    accepted = listed(row.statuses)
    for names, column, what, allowed in (
        (ids, "rows", "a row of the evidence", [i.id for i in found]),
        (studies, "studies", "a study of the evidence", [i.study for i in found]),
        (uses, "use", "a use of the evidence", [i.use for i in found]),
    ):
        for name in names:
            known(name, allowed, column, what, needs=columns(found, column))
    for name in accepted:
        known(name, [*DOUBTFUL, *(i.status for i in found)], "statuses", "a status")
    chosen = [
        item
        for item in found
        if (not ids or item.id in ids)
        and (not studies or item.study in studies)
        and (not uses or item.use in uses)
    ]
    kept = [i for i in chosen if (i.status in accepted if accepted else i.status not in DOUBTFUL)]
    for item in chosen:
        if item not in kept and (ids or studies):
            text = f"{item.id} ({item.study}) has the status {item.status}; name it here to use it"
            raise Problem("statuses", text)
    return kept


def arms_of(row: EstimateRow, evidence: Evidence, wanted: Sequence[str] = ()) -> list[Arm]:
    """The arms of studies with a wanted treatment (or of all), each study at one time point."""
    known(row.outcome, evidence.outcomes, "outcome", "an outcome of the arms")
    if row.missing:
        known(row.missing, MISSING, "missing", "a rule for those not assessed")
    found = merged(row, selected(row, evidence.arms))
    moments = listed(row.timepoint)
    for name in moments:
        known(name, [a.timepoint for a in evidence.arms], "timepoint", "a time point of the arms")
    for name in wanted:
        what = "a treatment of the arms chosen"
        known(name, _treatments(found), "treatments", what, "merge", "statuses")
    result: list[Arm] = []
    for study in dict.fromkeys(a.study for a in found if not wanted or a.treatment in wanted):
        arms = [a for a in found if a.study == study]
        repeated = {a.arm for a in arms if sum(b.arm == a.arm for b in arms) > 1}
        times = list(dict.fromkeys(a.timepoint for a in arms if a.arm in repeated))
        chosen = [t for t in times if t in moments]
        if repeated and len(chosen) != 1:
            text = f"{study} is reported at {', '.join(times)}; choose one"
            raise Problem("timepoint", text, "studies")
        result += [a for a in arms if a.arm not in repeated or a.timepoint == chosen[0]]
    return result


def counted(row: EstimateRow, arm: Arm) -> tuple[int, int] | None:
    """Events and the number they are counted among."""
    return arm.counts(row.outcome, row.missing or "assessed")


def single_arms(row: EstimateRow, evidence: Evidence) -> list[tuple[Arm, tuple[int, int]]]:
    """The arms of one treatment with their counts."""
    found = arms_of(row, evidence, [row.treatments])
    result = []
    for arm in found:
        if arm.treatment != row.treatments:
            continue
        counts = counted(row, arm)
        if counts is not None:
            result.append((arm, counts))
        elif row.rows or row.studies:
            raise Problem("outcome", f"{arm.id} ({arm.study}) has no count of '{row.outcome}'")
    if not result:
        raise Problem("treatments", f"no arm of {row.treatments} counts '{row.outcome}'")
    return result


def comparisons(row: EstimateRow, evidence: Evidence) -> list[ArmPair]:
    """The studies that compare the two treatments, with their counts.

    A study of other treatments, or that does not report the outcome, is none of them; a study
    with one arm, or one that is named and can't be used, is a fault.
    """
    wanted = pair(row)
    found = arms_of(row, evidence, wanted)
    named = bool(row.rows or row.studies)
    result = []
    for study in dict.fromkeys(a.study for a in found):
        arms = [a for a in found if a.study == study]
        sides = [[a for a in arms if a.treatment == name] for name in wanted]
        for name, side in zip(wanted, sides, strict=True):
            if len(side) > 1:
                ids = ", ".join(a.id for a in side)
                raise Problem("treatments", f"{study} has {len(side)} arms of {name} ({ids})")
        if not all(sides):
            if any(sides) and (named or len(arms) == 1):
                lacking = next(n for n, side in zip(wanted, sides, strict=True) if not side)
                text = f"{study} has one arm only; a contrast needs its arm of {lacking}"
                raise Problem("treatments", text, "studies")
            continue
        first, second = sides[0][0], sides[1][0]
        counts = counted(row, first), counted(row, second)
        if counts[0] is not None and counts[1] is not None:
            result.append(ArmPair(study, (first, second), (*counts[0], *counts[1])))
        elif named or counts != (None, None):
            lacking = first.id if counts[0] is None else second.id
            raise Problem("outcome", f"{lacking} ({study}) has no count of '{row.outcome}'")
    if not result:
        text = f"no study compares {' with '.join(wanted)} on '{row.outcome}'"
        raise Problem("treatments", text)
    return result


def contrasts_of(row: EstimateRow, evidence: Evidence) -> list[PublishedEffect]:
    """The contrasts of a network of standardised mean differences."""
    if not evidence.contrasts:
        text = f"a network of {row.measure} is made of contrasts, and [synthesis] names none"
        raise Problem("method", text)
    ratings = listed(row.rating)
    for name in ratings:
        ratings_known = [c.rating for c in evidence.contrasts]
        needs = columns(evidence.contrasts, "rating")
        known(name, ratings_known, "rating", "a rating of the contrasts", needs=needs)
    found = merged(row, selected(row, evidence.contrasts))
    kept = [c for c in found if not ratings or c.rating in ratings]
    if not kept:
        raise Problem("use", "no contrast is left to make a network of")
    return kept
