"""Where Sessions has its columns: known before the sheet is written, for traces need them."""

from collections.abc import Mapping
from dataclasses import dataclass

from hecon.studies.course import TreatmentCourse
from hecon.workbook.sheet_layout import letter

TITLE = "Sessions"
FIXED = ("strategy", "session", "kind", "week", "included", "line")
#: What follows for each session, and the format it is shown in.
DERIVED = {
    "n_sessions": "count",
    "attendance": "probability",
    "cycle": "count",
    "in the horizon": "count",
    "year": "years",
    "discount_time": "years",
    "discount factor, cost": "exact",
    "discount factor, effect": "exact",
}


@dataclass(frozen=True)
class SessionColumns:
    """Cells of columns of Sessions, as other sheets see them."""

    strategy: str
    line: str
    cycle: str
    #: What sessions come to, by kind: ``cost`` and ``qaly``, where there is any.
    amounts: Mapping[str, str]
    items: Mapping[tuple[str, str], str]  #: The same of an item, by (kind, item).
    quantities: Mapping[str, str]  #: What sessions use, by name.


def session_columns(course: TreatmentCourse) -> SessionColumns:
    """Where a course's sessions stand."""
    heads = session_heads(course)
    first = first_session(course)
    last = first + len(course.sessions) - 1

    def span(name: str) -> str:
        c = letter(heads.index(name) + 1)
        return f"'{TITLE}'!${c}${first}:${c}${last}"

    return SessionColumns(
        span("strategy"),
        span("line"),
        span("cycle"),
        {kind: span(f"all {kind}") for kind in _kinds(course)},
        {(i.kind, i.item): span(f"{i.item}, {i.kind}") for i, _ in course.items},
        {q.name: span(f"{q.name}, quantity") for q, _ in course.quantities},
    )


def first_session(course: TreatmentCourse) -> int:
    """Row of the first session: below the totals."""
    return 9 + 2 * len(course.items) + len(course.quantities)


def session_heads(course: TreatmentCourse) -> list[str]:
    """What stands above the columns: what goes in, what follows, what is for the reader."""
    return [
        *FIXED,
        *course.columns,
        *DERIVED,
        *(f"{item.item}, {item.kind}" for item, _ in course.items),
        *(f"all {kind}" for kind in _kinds(course)),
        *(f"{q.name}, quantity" for q, _ in course.quantities),
        "source",
        "status",
        "note",
    ]


def _kinds(course: TreatmentCourse) -> list[str]:
    return [k for k in ("cost", "qaly") if any(i.kind == k for i, _ in course.items)]
