"""Reading the model's structure: who starts where, transitions and payoffs."""

import re
from collections.abc import Mapping, Sequence

from hecon.engine.expression import Expr
from hecon.engine.model import Key, Payoff, Transition
from hecon.errors import some
from hecon.parameters.cell_text import plain_number
from hecon.parameters.units import value_problem
from hecon.studies.effect import Effect
from hecon.studies.reading import (
    COUNTED_TIME,
    EVENT_TIME,
    NO_TIME,
    STATE,
    STRATEGY,
    Place,
    StudyReading,
    row_of,
    split,
)
from hecon.studies.study_schema import PayoffRow, TransitionRow

Initial = dict[Key, Expr | None]

#: States that a transition leads from and to, and its strategy.
Identity = tuple[str, str, str | None]

REST = "rest"


def read_initial(reading: StudyReading) -> Initial:
    """Initial shares by state and strategy; None is the complement."""
    result: Initial = {}
    for state in reading.definition.states:
        entries = state.initial if isinstance(state.initial, dict) else {"all": state.initial}
        column = f"states[{state.name}].initial"
        file = reading.place(column)
        for name, text in entries.items():
            if not text.strip():
                continue
            strategy = reading.strategy(name, file, None, column)
            result[(state.name, strategy)] = (
                None
                if text.strip() == REST
                else reading.formula(text, file, None, column, strategy=strategy, time=NO_TIME)
            )
    file = reading.place("states")
    nowhere = []
    for strategy in reading.strategies:
        shares = [_specific(result, state, strategy) for state in reading.states]
        given = [share for share in shares if share is not _NOBODY]
        if not given:
            nowhere.append(strategy)
        elif given.count(None) > 1:
            text = f"{strategy} has {given.count(None)} complements ('rest'), allowed is one"
            reading.faults.add(file, None, "states", text)
    if nowhere and reading.faults.knows(STRATEGY):
        whose = "" if len(nowhere) == len(reading.strategies) else f" in {some(nowhere)}"
        reading.faults.add(file, None, "states", f"nobody starts in any state{whose}")
    return result


_NOBODY = Expr("nobody")


def _specific(initial: Initial, state: str, strategy: str) -> Expr | None:
    return initial.get((state, strategy), initial.get((state, None), _NOBODY))


def read_transitions(reading: StudyReading) -> list[Transition]:
    """Transitions, each row's entries checked in every strategy."""
    result: list[Transition] = []
    rows: dict[Identity, Place] = {}
    entries = reading.rows(
        "transitions", TransitionRow, lambda row: (row.source, row.target, row.strategy or "all")
    )
    for file, number, row, _ in entries:
        reading.state(row.source, file, number, "from")
        reading.state(row.target, file, number, "to")
        strategy = reading.strategy(row.strategy, file, number)
        identity = (row.source, row.target, strategy)
        if identity in rows:
            text = f"{row.source} -> {row.target} is already in {row_of(rows[identity], file)}"
            reading.faults.add(file, number, "to", text)
        rows.setdefault(identity, (file, number))
        probability = None
        if row.probability != REST:
            time = EVENT_TIME | reading.remembered([row.source])
            probability = reading.formula(
                row.probability, file, number, "probability", strategy=strategy, time=time
            )
        origin = f"{file}, row {number}"
        result.append(Transition(row.source, row.target, probability, strategy, origin))
    if entries:
        _check_transitions(reading, result, rows)
    return result


def _check_transitions(
    reading: StudyReading,
    transitions: Sequence[Transition],
    rows: Mapping[Identity, Place],
) -> None:
    """Every state needs a row of transitions with at most one complement, in every strategy."""
    file, rowless = reading.file("transitions"), list[str]()
    for state in reading.states:
        leaving = [t for t in transitions if t.source == state]
        if not leaving:
            rowless.append(state)
            continue
        for strategy in reading.strategies:
            own = {t.target for t in leaving if t.strategy == strategy}
            holding = [
                t
                for t in leaving
                if t.strategy == strategy or (t.strategy is None and t.target not in own)
            ]
            judged = "transitions" not in reading.broken and reading.faults.knows(STRATEGY)
            if not holding and judged:
                text = f"state {state} has no row for strategy {strategy}"
                reading.faults.add(file, None, "from", text)
            complements = sorted(
                rows[(t.source, t.target, t.strategy)] for t in holding if t.probability is None
            )
            for here, number in complements[1:]:
                text = (
                    f"the row of {state} has a second complement; the first is in "
                    f"{row_of(complements[0], here)}, allowed is one"
                )
                reading.faults.add(here, number, "probability", text)
    if rowless and "transitions" not in reading.broken and reading.faults.knows(STATE):
        what = "states {} have no row" if len(rowless) > 1 else "state {} has no row"
        text = f"; write {rowless[0]},{rowless[0]},rest if nobody leaves"
        reading.faults.add(file, None, "from", what.format(some(rowless)) + text)


def check_reachable(
    reading: StudyReading, initial: Initial, transitions: Sequence[Transition]
) -> None:
    """Somebody must start in a state or be able to move there."""
    if not initial or "transitions" in reading.broken or not reading.faults.knows(STATE):
        return
    reached = {state for state, _ in initial}
    waiting = list(reached)
    while waiting:
        state = waiting.pop()
        for transition in transitions:
            if transition.source == state and transition.target not in reached:
                reached.add(transition.target)
                waiting.append(transition.target)
    # of a state that nobody leaves either it is told that it has no row
    leaving = {transition.source for transition in transitions}
    apart = [state for state in reading.states if state not in reached and state in leaving]
    if apart:
        what, it = ("states", "them") if len(apart) > 1 else ("state", "it")
        text = (
            f"{what} {some(apart)} can't be reached: nobody starts there and no transition leads "
            f"to {it}"
        )
        reading.faults.add(reading.file("transitions"), None, "to", text)


def read_payoffs(reading: StudyReading, transitions: Sequence[Transition]) -> list[Payoff]:
    """Payoffs of states, transitions and the start."""
    moves = known_moves(reading, transitions)
    result: list[Payoff] = []
    seen: dict[object, Place] = {}
    entries = reading.rows(
        "payoffs", PayoffRow, lambda row: (row.item, row.kind, row.on, row.strategy or "all")
    )
    for file, number, row, _ in entries:
        strategy = reading.strategy(row.strategy, file, number)
        places = _places(reading, row, file, number)
        time = COUNTED_TIME | reading.remembered(source for _, source, _ in places)
        if row.on == "start":
            time = EVENT_TIME
        amount = reading.formula(row.amount, file, number, "amount", strategy=strategy, time=time)
        problem = _amount_problem(row, amount, reading.definition.effect)
        if problem:
            reading.faults.add(file, number, "amount", problem)
        elif row.kind == "cost":
            reading.money(amount, file, number, "amount")
        for on, source, target in places:
            identity = (row.item, row.kind, on, source, target, strategy)
            if identity in seen:
                text = f"'{row.item}' on {row.on} is already in {row_of(seen[identity], file)}"
                reading.faults.add(file, number, "on", text)
            seen.setdefault(identity, (file, number))
            if on == "transition" and moves and (source, target) not in moves:
                reading.faults.add(file, number, "on", no_move(source, target))
            rate = row.per == "year"
            result.append(
                Payoff(
                    row.item,
                    row.kind,
                    on,
                    amount,
                    strategy,
                    source,
                    target,
                    rate,
                    origin=f"{file}, row {number}",
                )
            )
    return result


def known_moves(reading: StudyReading, transitions: Sequence[Transition]) -> set[tuple[str, str]]:
    """Moves between states; none if some row of transitions could not be read."""
    if "transitions" in reading.broken or not reading.faults.knows(STATE):
        return set()
    return {(t.source, t.target) for t in transitions}


def no_move(source: str | None, target: str | None) -> str:
    """What is said of a transition that a study doesn't have."""
    return f"no transition leads from {source} to {target}"


def _amount_problem(row: PayoffRow, amount: Expr, effect: Effect) -> str | None:
    """Why an amount that is only a number can't be paid, or None."""
    value = plain_number(amount)
    if value is None:
        return None
    if row.kind == "cost":
        return value_problem("number", "cost", value)
    utility = effect.is_qaly and row.per == "year"
    return value_problem("utility", "", value) if utility else None


def _places(
    reading: StudyReading, row: PayoffRow, file: str, number: int
) -> list[tuple[str, str | None, str | None]]:
    """What a payoff is on: the start, some states, or a transition."""
    if row.on == "start":
        if row.per != "event":
            reading.faults.add(file, number, "per", "a payoff on 'start' is per event")
        return [("once", None, None)]
    names = [n.strip() for n in re.split(r"->|;", row.on)]
    for name in names:
        other = "'start', states separated by ';' and 'state -> state' with "
        reading.state(name, file, number, "on", other)
    if "->" in row.on:
        if row.per != "event":
            reading.faults.add(file, number, "per", "a payoff on a transition is per event")
        moves = read_moves(reading, row.on, file, number, "on")
        return [("transition", source, target) for source, target in moves]
    if row.per == "event":
        text = "a payoff on a state is per year or per cycle"
        reading.faults.add(file, number, "per", text)
    return [("state", name, None) for name in names]


def read_moves(
    reading: StudyReading, text: str, file: str, row: int | None, column: str
) -> list[tuple[str, str]]:
    """From where to where, of transitions written `state -> state; state -> state`."""
    moves = [[n.strip() for n in part.split("->")] for part in split(text)]
    if any(len(move) != 2 for move in moves):
        problem = f"found '{text}', allowed is 'state -> state; state -> state'"
        reading.faults.add(file, row, column, problem)
        return []
    return [(source, target) for source, target in moves]
