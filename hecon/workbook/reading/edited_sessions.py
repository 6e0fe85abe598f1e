"""Sessions read back: weeks, who is included, and every quantity of a session."""

import math

from hecon.report.language import say
from hecon.studies.course import Session
from hecon.workbook.reading.cells import (
    WorkbookReading,
    address,
    at,
    changed,
    is_formula,
    show,
)
from hecon.workbook.reading.edited_files import Edit
from hecon.workbook.sheets.session_places import TITLE, session_heads


def read_sessions(reading: WorkbookReading) -> None:
    """Read every session's row."""
    study = reading.study
    course = study.course
    if course is None:
        return
    heads: list[str] = []
    known = {(say(s.strategy), float(s.line), float(s.number)): s for s in course.sessions}
    missing = dict(known)
    for row, cells in reading.rows(TITLE):
        if cells[:2] == (say("strategy"), say("session")):
            heads = [str(c) for c in cells]
            for name in session_heads(course):
                reading.heading(heads, name, TITLE)
            continue
        strategy, number = at(cells, 0), at(cells, 1)
        if not heads or (strategy is None and number is None):
            continue
        line = reading.heading(heads, "line", TITLE)
        key = (str(strategy), _count(at(cells, line or 0)), _count(number))
        session = missing.pop(key, None)
        if session is None:
            twice = "appears twice" if key in known else "is none of the study's"
            text = f"'{str(strategy)[:60]}', session '{str(number)[:60]}' {twice}"
            reading.faults.add(f"{reading.name}, sheet {TITLE}, row {row}", None, None, text)
            continue
        _session(reading, session, heads, row, cells)
    for session in missing.values():
        text = f"session {session.label} of {session.strategy} is missing"
        reading.fault(TITLE, "", text)


def _count(value: object) -> float:
    """A cell's number, NaN for anything else."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain else math.nan  # type: ignore[arg-type]


def _session(
    reading: WorkbookReading,
    session: Session,
    heads: list[str],
    row: int,
    cells: tuple[object, ...],
) -> None:
    exprs = {"week": session.week, "included": session.included, **session.quantities}
    for column, expr in exprs.items():
        position = reading.heading(heads, column, TITLE)
        if position is None:
            continue
        value = at(cells, position)
        plain = expr.op == "const"
        if not plain and (value is None or is_formula(value)):
            continue
        cell = address(position, row)
        after = reading.number(value, TITLE, cell, needed=True)
        before = expr.value if plain else None
        if after is None or not changed(before, after):
            continue
        what = f"{session.strategy}, session {session.label}, {column}"
        shown = show(before) if before is not None else "formula"
        edit = reading.note(Edit(TITLE, cell, what, shown, show(after)))
        file = reading.files.of_study(reading.study, session.file)
        reading.files.set(file, session.row, column, repr(after), edit)
