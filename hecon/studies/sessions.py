"""Reading treatment courses, and turning single cells of them into parameters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hecon.engine.expression import Expr
from hecon.engine.model import Transition
from hecon.parameters import limits
from hecon.parameters.cell_text import name_problem, plain_number
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import FIXED
from hecon.studies.course import Session, TreatmentCourse
from hecon.studies.inputs import Inputs
from hecon.studies.model_structure import known_moves, no_move, read_moves
from hecon.studies.reading import COUNTED_TIME, NO_TIME, Place, StudyReading, row_of
from hecon.studies.study_schema import SessionRow

#: A session's cell: strategy, the session's label and column.
Cell = tuple[str, str, str]

_CELL_NAME = re.compile(r"session_(?:[0-9]+_)+(.*)")


def read_course(
    reading: StudyReading, inputs: Inputs, transitions: Sequence[Transition]
) -> TreatmentCourse | None:
    """All courses of a study, or None if it has none."""
    entry = reading.definition.course
    if entry is None:
        return None
    sessions, columns = _sessions(reading, inputs)
    if "course.sessions" in reading.broken:
        inputs.complete = False
    starts = _starts(reading, sessions, transitions)
    local = [*columns, "line", "session", "n_sessions", "included", "week"]
    where = reading.place("course.attendance")
    attendance = reading.formula(
        entry.attendance, where, None, "course.attendance", local=local, time=NO_TIME
    )
    local.append("attendance")
    items = []
    # what a later line costs can't depend on when it starts: its sessions are worked out once
    time = NO_TIME if starts else COUNTED_TIME
    for item in entry.items:
        column = f"course.items[{item.item}].amount"
        where = reading.place(column)
        amount = reading.formula(item.amount, where, None, column, local=local, time=time)
        items.append((item, amount))
    quantities = []
    for quantity in entry.quantities:
        column = f"course.quantities[{quantity.name}].amount"
        where = reading.place(column)
        amount = reading.formula(quantity.amount, where, None, column, local=local, time=NO_TIME)
        quantities.append((quantity, amount))
    for column, names in (
        ("course.items", [f"{item.item}, {item.kind}" for item in entry.items]),
        ("course.quantities", [quantity.name for quantity in entry.quantities]),
    ):
        for name in sorted({n for n in names if names.count(n) > 1}):
            reading.faults.add(reading.place(column), None, column, f"'{name}' appears twice")
    course = TreatmentCourse(
        attendance, tuple(sessions), tuple(items), tuple(quantities), tuple(columns), starts
    )
    _check_money(reading, course)
    return course


def _check_money(reading: StudyReading, course: TreatmentCourse) -> None:
    """What a session costs has a currency: in the formula of an item, and in a session's cells."""
    for item, amount in course.items:
        if item.kind != "cost":
            continue
        column = f"course.items[{item.item}].amount"
        reading.money(amount, reading.place(column), None, column)
    for name in sorted(course.money):
        for session in course.sessions:
            reading.money(session.quantities[name], session.file, session.row, name)


def _starts(
    reading: StudyReading, sessions: Sequence[Session], transitions: Sequence[Transition]
) -> dict[int, tuple[tuple[str, str], ...]]:
    """The transitions at which lines of treatment start."""
    assert reading.definition.course is not None
    moves = known_moves(reading, transitions)
    lines = {str(session.line): session.line for session in sessions}
    starts = {}
    for line, text in reading.definition.course.starts.items():
        column = f"course.starts.{line}"
        where = reading.place(column)
        if line not in lines:
            found = f"no session is of line {line}; those there are are of " + ", ".join(lines)
            reading.faults.add(where, None, column, found)
            continue
        starts[lines[line]] = tuple(read_moves(reading, text, where, None, column))
        for source, target in starts[lines[line]]:
            for state in (source, target):
                reading.state(state, where, None, column, "'state -> state' with ")
            if moves and {source, target} <= {*reading.states} and (source, target) not in moves:
                reading.faults.add(where, None, column, no_move(source, target))
    return starts


def _sessions(reading: StudyReading, inputs: Inputs) -> tuple[list[Session], list[str]]:
    entries = reading.rows(
        "course.sessions", SessionRow, lambda row: (row.strategy, row.line, row.session), free=True
    )
    columns: dict[str, str] = {}
    for each in entries:
        columns |= {c: each.file for c in each.cells if c not in columns}
    defined = {name for name, _ in inputs.keys}
    for column, file in columns.items():
        problem = name_problem(column)
        if not problem and column in defined:
            problem = f"'{column}' is also a parameter or variable; rename one of them"
        if problem:
            reading.faults.add(file, 1, column, problem)
            inputs.complete = False
    sessions = []
    seen: dict[tuple[str, int, int], Place] = {}
    for file, number, row, cells in entries:
        reading.known_strategy(row.strategy, file, number, "strategy")
        identity = (row.strategy, row.line, row.session)
        if identity in seen:
            text = f"session {row.session} of {row.strategy} is already in "
            reading.faults.add(file, number, "session", text + row_of(seen[identity], file))
        seen.setdefault(identity, (file, number))
        texts = {"week": row.week, "included": row.included or "1"}
        texts |= {name: cells.get(name) or "0" for name in columns}
        exprs = {
            column: reading.formula(text, file, number, column, strategy=row.strategy, time=NO_TIME)
            for column, text in texts.items()
        }
        week, included = exprs.pop("week"), exprs.pop("included")
        if (plain_number(week) or 0.0) < 0:
            text = f"found {week.text}, allowed is week 0 or later"
            reading.faults.add(file, number, "week", text)
        share = plain_number(included)
        if share is not None and not 0 <= share <= 1:
            text = f"found {included.text}, allowed is 0 to 1"
            reading.faults.add(file, number, "included", text)
        sessions.append(
            Session(
                strategy=row.strategy,
                line=row.line,
                number=row.session,
                week=week,
                kind=row.kind,
                included=included,
                quantities=exprs,
                source=row.source,
                status=row.status,
                note=row.note,
                file=file,
                row=number,
            )
        )
    _check_numbers(reading, seen)
    return sessions, list(columns)


def _check_numbers(reading: StudyReading, seen: Mapping[tuple[str, int, int], Place]) -> None:
    """Sessions of a line are numbered from 0 or 1 without a gap."""
    if len(seen) > limits.SESSIONS:
        file, number = list(seen.values())[limits.SESSIONS]
        text = f"the courses have {len(seen)} sessions, allowed are {limits.SESSIONS}"
        reading.faults.add(file, number, "session", text)
    for (strategy, line, number), (file, row) in seen.items():
        known = strategy in reading.strategies
        if known and number > 1 and (strategy, line, number - 1) not in seen:
            text = f"session {number} of {strategy} has no session {number - 1} before it"
            reading.faults.add(file, row, "session", text)


def cells_of(session: Session) -> dict[str, Expr]:
    """The cells of a session that a scenario may override."""
    return {"week": session.week, "included": session.included, **session.quantities}


def cell_column(parameter: Parameter) -> str:
    """The column that a parameter of `cell_parameter` stands for."""
    return _CELL_NAME.sub(r"\1", parameter.name)


def cell_parameter(session: Session, column: str) -> Parameter:
    """The parameter that stands for one cell of a session in its strategy."""
    expr = cells_of(session)[column]
    plain = expr.op == "const"
    return Parameter(
        name=f"session_{session.label.replace('-', '_')}_{column}",
        strategy=session.strategy,
        description=f"{session.strategy}, session {session.label}, {column}",
        unit="",
        value=expr.value if plain else None,
        formula=None if plain else expr,
        low=None,
        high=None,
        distribution=FIXED,
        group="sessions",
        source=session.source,
        status=session.status or "derived",
        file=session.file,
        row=session.row,
    )


def with_parameters(course: TreatmentCourse, cells: Mapping[Cell, Parameter]) -> TreatmentCourse:
    """The course with some cells reading their parameter."""
    sessions = []
    for session in course.sessions:
        exprs = cells_of(session)
        for column in exprs:
            parameter = cells.get((session.strategy, session.label, column))
            if parameter is not None:
                exprs[column] = Expr("name", name=parameter.name, text=parameter.name)
        week, included = exprs.pop("week"), exprs.pop("included")
        sessions.append(replace(session, quantities=exprs, week=week, included=included))
    return replace(course, sessions=tuple(sessions))
