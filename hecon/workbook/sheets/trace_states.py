"""The states of a trace: probabilities, who is where, and who counts, cycle by cycle."""

from collections.abc import Callable

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key, Payoff
from hecon.workbook.context import Book
from hecon.workbook.sheet_layout import TIME, letter, trace_title
from hecon.workbook.sheets.trace_moves import MoveColumns, Moves, Shares
from hecon.workbook.sheets.trace_places import Columns, Here, SubState
from hecon.workbook.sheets.trace_times import by_step


def probabilities(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: Columns,
    states: list[SubState],
    times: list[Here],
) -> Moves:
    """Probability columns in blocks by destination, then what checks each row.

    A block has a column for each step of the state that people leave, or one where the time in
    it changes nothing. Who is left to stay in a state that remembers has no column: occupancy
    works it out, and a column has the least of those probabilities.
    """
    title = trace_title(strategy)
    spans: dict[str, range] = {}
    for position, state in enumerate(states):
        spans.setdefault(state.name, range(position, position + state.steps))
    blocks: list[tuple[str, str, Expr | None, int]] = []
    left: set[str] = set()
    for name, span in spans.items():
        found = model.transitions_of(strategy, name)
        own = [times[position] for position in span]
        sizes = {
            t.target: len(by_step(book, model, strategy, t.probability, own, row=1))
            for t in found
            if t.probability is not None
        }
        widest = [size for size in sizes.values() if size > 1]
        for t in found:
            if t.probability is None and t.target == name and len(span) > 1 and len(widest) < 2:
                left.add(name)
                continue
            size = max(sizes.values(), default=1) if t.probability is None else sizes[t.target]
            blocks.append((name, t.target, t.probability, size))
    order = list(spans)
    blocks.sort(key=lambda b: (order.index(b[1]), order.index(b[0])))
    moves, at = [], columns.next
    for source, target, _, size in blocks:
        letters = tuple(letter(at + i) for i in range(size))
        moves.append(MoveColumns(source, target, letters))
        at += size
    found_moves = Moves(tuple(states), spans, tuple(moves), frozenset(left))
    for move, (source, target, expr, _) in zip(moves, blocks, strict=True):
        for step in range(len(move.letters)):

            def cell(
                t: int,
                row: int,
                move: MoveColumns = move,
                expr: Expr | None = expr,
                step: int = step,
            ) -> str:
                if expr is None:
                    others = found_moves.leaving(move.source, step, row, without=move)
                    return "-".join(["1", *others])
                own = [times[spans[move.source][step]]]
                return by_step(book, model, strategy, expr, own, row=row)[0]

            label = states[spans[source][step]].label if len(move.letters) > 1 else source
            columns.add(f"{label} -> {target}", cell, "exact")
    _check_rows(book, title, columns, found_moves)
    return found_moves


def _check_rows(book: Book, title: str, columns: Columns, moves: Moves) -> None:
    """Sums of rows, the least of what is left to stay, and the checks on both."""
    first, last = book.layout.first + 1, book.layout.first + book.layout.rows - 1
    tolerance = book.layout.fixed["tolerance"]
    begin = columns.next
    for name, span in moves.spans.items():
        steps = range(moves.width(name)) if name not in moves.left else ()
        for step in steps:

            def total(t: int, row: int, name: str = name, step: int = step) -> str:
                return "+".join(moves.leaving(name, step, row))

            label = moves.states[span[step]].label if len(steps) > 1 else name
            columns.add(f"sum {label}", total, "exact")
    area = f"'{title}'!${letter(begin)}${first}:${letter(columns.next - 1)}${last}"
    book.checks.append(
        (
            f"{title}: every row of probabilities sums to one",
            f"SUMPRODUCT(({area}-1)^2)<{tolerance}",
        )
    )
    staying = columns.next
    for name in moves.spans:
        if name in moves.left:
            columns.add(
                f"{name}, least to stay",
                lambda t, row, name=name: moves.least_staying(name, row),  # type: ignore[misc]
                "exact",
            )
    letters = [column for move in moves.moves for column in move.letters]
    areas = [f"'{title}'!${letters[0]}${first}:${letters[-1]}${last}"]
    if columns.next > staying:
        areas.append(f"'{title}'!${letter(staying)}${first}:${letter(columns.next - 1)}${last}")
    lowest = f"MIN({','.join(areas)})>=-{tolerance}"
    book.checks.append((f"{title}: no probability is negative", lowest))


def occupancy_of(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: Columns,
    moves: Moves,
    times: list[Here],
) -> Shares:
    """Columns of who is in which state at the end of each cycle, and of who counts in it."""
    title = trace_title(strategy)
    layout, states = book.layout, moves.states
    begin = columns.next
    shares = Shares(moves, tuple(letter(begin + i) for i in range(len(states))))
    initial = _initial(book, model, strategy, list(states))
    for position, state in enumerate(states):

        def share(t: int, row: int, position: int = position) -> str:
            return shares.arriving(position, row) if t else initial[position]

        column = columns.add(state.label, share, "exact")
        book.column(title, f"share {state.name}", column)
    mass = columns.add("all", lambda t, row: shares.everybody(row), "exact")
    last = layout.first + layout.rows - 1
    area = f"'{title}'!${mass}${layout.first}:${mass}${last}"
    book.checks.append(
        (
            f"{title}: nobody is lost (shares sum to one)",
            f"SUMPRODUCT(({area}-1)^2)<{layout.fixed['tolerance']}",
        )
    )
    _counted(book, model, strategy, columns, shares, times)
    return shares


def _counted(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: Columns,
    shares: Shares,
    times: list[Here],
) -> None:
    """Who counts in each state, by step only where an amount changes with the time in it."""
    title, moves = trace_title(strategy), shares.moves
    own = [p for p in model.payoffs_of(strategy) if p.on == "state"]
    begin = columns.next
    for name, span in moves.spans.items():
        at = [times[position] for position in span]

        def steps(payoff: Payoff, at: list[Here] = at) -> int:
            return len(by_step(book, model, strategy, payoff.amount, at, row=1, counted=True))

        parted = any(p.source == name and steps(p) > 1 for p in own)
        letters = []
        for part in [range(p, p + 1) for p in span] if parted else [span]:
            label = moves.states[part.start].label if parted else name
            credit = _credit(book, shares, part)
            letters.append(columns.add(f"counted {label}", credit, "exact"))
            book.column(title, f"counted {name}", letters[-1])
        shares.counted[name] = tuple(letters)
    _years_in_states(book, title, columns, shares, begin)


def _credit(book: Book, shares: Shares, part: range) -> Callable[[int, int], str]:
    weights = [f"'{TIME}'!${book.layout.times[(word, True)]}" for word in ("before", "after")]

    def credit(t: int, row: int) -> str:
        return shares.weighted(part, t, row, weights[0], weights[1])

    return credit


def _years_in_states(
    book: Book, title: str, columns: Columns, shares: Shares, position: int
) -> None:
    """Totals above the counted columns: years in each state, discounted as effects and not."""
    layout = book.layout
    first, last = layout.first, layout.first + layout.rows - 1
    rate = layout.times[("discount_effect", True)]
    factors = f"'{TIME}'!${rate}${first}:${rate}${last}"
    addresses: dict[tuple[str, bool], list[str]] = {}
    for name, letters in shares.counted.items():
        for column in letters:
            area = f"${column}${first}:${column}${last}"
            if ("cycle_years", False) in layout.times:
                years = layout.time_column("cycle_years")
                texts = (f"SUMPRODUCT({area},{factors},{years})", f"SUMPRODUCT({area},{years})")
            else:
                years = layout.fixed["cycle_years"]
                texts = (f"SUMPRODUCT({area},{factors})*{years}", f"SUM({area})*{years}")
            for row, discounted, text in (
                (first - 4, True, texts[0]),
                (first - 3, False, texts[1]),
            ):
                columns.page.formula(row, position, text, "output", "exact")
                addresses.setdefault((name, discounted), []).append(columns.page.ref(row, position))
            position += 1
    for (name, discounted), parts in addresses.items():
        book.tracing.totals[(title, f"state years {name}", discounted)] = "+".join(parts)


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
