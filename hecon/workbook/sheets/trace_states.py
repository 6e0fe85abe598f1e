"""The states of a trace: probabilities, who is where, and who counts, cycle by cycle."""

from __future__ import annotations

from dataclasses import dataclass

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key
from hecon.workbook.context import Book
from hecon.workbook.layout import TIME, letter, trace_title
from hecon.workbook.sheets.trace_places import (
    ABOVE,
    MEMORY,
    Columns,
    SubState,
    remembers,
    scope_of,
)


def clocks_of(
    book: Book, model: CohortModel, title: str, columns: Columns, states: list[SubState]
) -> list[str]:
    """What `years_in_state` is in each sub-state: cells above the table, at the cycle in use.

    The sheet has a number of steps for good. A cycle so short that more time would have to be
    remembered is told in words and by a check.
    """
    if not remembers([model]):
        return ["0"] * len(states)
    layout, page, fixed = book.layout, columns.page, book.layout.fixed
    row = layout.first - ABOVE - MEMORY
    months = book.scope(None, title, model=model).formula(model.cycle_months)
    per_year, tolerance = fixed["months_per_year"], fixed["tolerance"]
    labels = (
        "time in a state",
        "years remembered",
        "the same in cycles in use",
        "completed cycles in the state",
        "years in the state",
    )
    for offset, label in enumerate(labels, start=1):
        page.put(row + offset, 1, label)
    result, lasts = [], []
    for position, state in enumerate(states, start=columns.next):
        if state.steps == 1:
            result.append("0")
            continue
        c = letter(position)
        page.put(row + 1, position, state.label, "heading")
        page.put(row + 2, position, state.remembered, "text", "years")
        needed = f"-INT(-({c}{row + 2}*{per_year}/({months})-{tolerance}))"
        page.formula(row + 3, position, needed, "formula", "count")
        page.put(row + 4, position, state.step, "text", "count")
        years = f"MIN({c}{row + 4},{c}{row + 3})*({months})/{per_year}"
        page.formula(row + 5, position, years, "formula", "years")
        result.append(f"${c}${row + 5}")
        if state.step == state.steps - 1:
            held, cycles = page.ref(row + 4, position), fixed["cycles"]
            lasts.append(f"{held}>=MIN({page.ref(row + 3, position)},{cycles})")
    enough = f"AND({','.join(lasts)})"
    words = (
        f'IF({enough},"Time in a state is remembered as long as the study says.",'
        '"WRONG FIGURES BELOW: the cycle in use is so short that time in a state must be '
        'remembered for more cycles than this sheet has columns. Run hecon with that cycle.")'
    )
    page.formula(row, 1, words, "check")
    book.checks.append(
        (f"{title}: there are columns for all the time in a state that is remembered", enough)
    )
    return result


@dataclass(frozen=True)
class Move:
    """The column with the probability of going from one state to another."""

    source: int
    target: int
    column: str


def probabilities(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: Columns,
    states: list[SubState],
    clocks: list[str],
) -> list[Move]:
    """Probability columns in blocks by destination, then each row's sum."""
    title = trace_title(strategy)
    first = {s.name: i for i, s in reversed(list(enumerate(states)))}
    rows: list[tuple[int, int, Expr | None]] = []
    for position, state in enumerate(states):
        for transition in model.transitions_of(strategy, state.name):
            target = first[transition.target]
            if transition.target == state.name:
                target = min(position + 1, target + state.steps - 1)
            rows.append((position, target, transition.probability))
    rows.sort(key=lambda r: (r[1], r[0]))
    begin = columns.next
    letters = {(a, b): letter(begin + i) for i, (a, b, _) in enumerate(rows)}

    def probability(t: int, row: int, source: int, target: int, expr: Expr | None) -> str:
        if expr is None:
            others = [f"${letters[(a, b)]}{row}" for a, b, _ in rows if a == source and b != target]
            return "-".join(["1", *others])
        scope = scope_of(book, model, strategy, title, row)
        scope.here = {"years_in_state": clocks[source]}
        return scope.formula(expr)

    moves = []
    for source, target, expr in rows:

        def cell(
            t: int, row: int, source: int = source, target: int = target, expr: Expr | None = expr
        ) -> str:
            return probability(t, row, source, target, expr)

        heading = f"{states[source].label} -> {states[target].label}"
        moves.append(Move(source, target, columns.add(heading, cell, "exact")))
    sums = []
    for position, state in enumerate(states):
        parts = [m.column for m in moves if m.source == position]
        sums.append(
            columns.add(
                f"sum {state.label}",
                lambda t, row, parts=parts: "+".join(f"${c}{row}" for c in parts),  # type: ignore[misc]
                "exact",
            )
        )
    last = book.layout.first + book.layout.rows - 1
    area = f"'{title}'!${sums[0]}${book.layout.first + 1}:${sums[-1]}${last}"
    tolerance = book.layout.fixed["tolerance"]
    book.checks.append(
        (
            f"{title}: every row of probabilities sums to one",
            f"SUMPRODUCT(({area}-1)^2)<{tolerance}",
        )
    )
    lowest = f"'{title}'!${moves[0].column}${book.layout.first + 1}:${moves[-1].column}${last}"
    book.checks.append((f"{title}: no probability is negative", f"MIN({lowest})>=-{tolerance}"))
    return moves


def occupancy_of(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: Columns,
    states: list[SubState],
    moves: list[Move],
) -> tuple[list[str], list[str]]:
    """Columns of who is in which state at the end of each cycle, and of who counts in it."""
    title = trace_title(strategy)
    layout = book.layout
    begin = columns.next
    occupancy = [letter(begin + i) for i in range(len(states))]
    weights = (layout.times[("before", True)], layout.times[("after", True)])
    initial = _initial(book, model, strategy, states)
    for position, state in enumerate(states):

        def share(t: int, row: int, position: int = position) -> str:
            if t == 0:
                return initial[position]
            terms = [
                f"${occupancy[m.source]}{row - 1}*${m.column}{row}"
                for m in moves
                if m.target == position
            ]
            return "+".join(terms) or "0"

        column = columns.add(state.label, share, "exact")
        book.column(title, f"share {state.name}", column)
    mass = columns.add(
        "all", lambda t, row: f"SUM(${occupancy[0]}{row}:${occupancy[-1]}{row})", "exact"
    )
    last = layout.first + layout.rows - 1
    tolerance = layout.fixed["tolerance"]
    area = f"'{title}'!${mass}${layout.first}:${mass}${last}"
    book.checks.append(
        (f"{title}: nobody is lost (shares sum to one)", f"SUMPRODUCT(({area}-1)^2)<{tolerance}")
    )
    counted = []
    for position, state in enumerate(states):

        def credit(t: int, row: int, position: int = position) -> str:
            now = f"'{TIME}'!${weights[1]}{row}*${occupancy[position]}{row}"
            if t == 0:
                return now
            return f"'{TIME}'!${weights[0]}{row}*${occupancy[position]}{row - 1}+{now}"

        counted.append(columns.add(f"counted {state.label}", credit, "exact"))
        book.column(title, f"counted {state.name}", counted[-1])
    _years_in_states(book, title, columns, states, counted)
    return occupancy, counted


def _years_in_states(
    book: Book, title: str, columns: Columns, states: list[SubState], counted: list[str]
) -> None:
    """Totals above the counted columns: years in each state, discounted as effects and not."""
    layout = book.layout
    first, last = layout.first, layout.first + layout.rows - 1
    rate = layout.times[("discount_effect", True)]
    factors = f"'{TIME}'!${rate}${first}:${rate}${last}"
    addresses: dict[tuple[str, bool], list[str]] = {}
    for i, (state, column) in enumerate(zip(states, counted, strict=True)):
        area = f"${column}${first}:${column}${last}"
        position = columns.next - len(states) + i
        if ("cycle_years", False) in layout.times:
            years = layout.time_column("cycle_years")
            texts = (f"SUMPRODUCT({area},{factors},{years})", f"SUMPRODUCT({area},{years})")
        else:
            years = layout.fixed["cycle_years"]
            texts = (f"SUMPRODUCT({area},{factors})*{years}", f"SUM({area})*{years}")
        for row, discounted, text in ((first - 4, True, texts[0]), (first - 3, False, texts[1])):
            columns.page.formula(row, position, text, "output", "exact")
            addresses.setdefault((state.name, discounted), []).append(
                columns.page.ref(row, position)
            )
    for (name, discounted), parts in addresses.items():
        book.totals[(title, f"state years {name}", discounted)] = "+".join(parts)


def _initial(book: Book, model: CohortModel, strategy: str, states: list[SubState]) -> list[str]:
    texts: dict[str, str | None] = {}
    scope = book.scope(strategy, trace_title(strategy), model=model)
    for state in model.states:
        key: Key = (state.name, strategy if (state.name, strategy) in model.initial else None)
        if key in model.initial:
            expr = model.initial[key]
            texts[state.name] = None if expr is None else scope.formula(expr)
    others = [f"({t})" for t in texts.values() if t is not None]
    result = []
    for state_ in states:
        text = texts.get(state_.name, "0") if state_.step == 0 else "0"
        result.append("-".join(["1", *others]) if text is None else text)
    return result
