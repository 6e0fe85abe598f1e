"""One trace a strategy: probabilities, occupancy, costs and QALYs, cycle by cycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from hecon.engine.expression import Expr
from hecon.engine.model import MONTHS_PER_YEAR, CohortModel, Key, Payoff
from hecon.engine.transitions import TOLERANCE
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import TIME, Scope, letter, trace_title
from hecon.reports.workbook.sheets.time import used
from hecon.reports.workbook.styles import Page, add_page

#: Space above the table: headings, totals, and a line between.
ABOVE = 6
TOP = 4

#: Most columns of a page that can be read on paper.
PRINTED = 14

#: Space for what each step of a state with memory means: words, headings and figures.
MEMORY = 7


@dataclass(frozen=True)
class SubState:
    """A state, or one step of a state that remembers how long people have been in it."""

    name: str
    step: int
    steps: int
    remembered: float

    @property
    def label(self) -> str:
        """What the columns are headed with."""
        return self.name if self.steps == 1 else f"{self.name} {self.step}"


def substates(book: Book, model: CohortModel) -> list[SubState]:
    """The expanded states, enough for the shortest cycle that is replayed.

    A longer cycle needs fewer: then the last ones all mean the longest time that is remembered.
    """
    result = []
    for state in model.states:
        cycles = state.memory_years * MONTHS_PER_YEAR / book.layout.shortest
        steps = 1 if state.memory_years == 0 else ceil(cycles - TOLERANCE) + 1
        steps = min(steps, book.layout.rows)
        result += [SubState(state.name, k, steps, state.memory_years) for k in range(steps)]
    return result


def remembers(models: list[CohortModel]) -> bool:
    """True if some state of the models has a memory."""
    return any(state.memory_years for model in models for state in model.states)


def local_keys(book: Book, model: CohortModel) -> list[Key]:
    """Formulas that are one number in each of the model's strategies."""
    wanted = used(model, False) | used(model, True)
    return [
        key
        for key, kind in book.kinds.items()
        if kind.by_strategy
        and not kind.by_cycle
        and not kind.by_time_in_state
        and (model is book.study.model or key[0] in wanted)
    ]


def starts_of(model: CohortModel, strategy: str) -> list[Payoff]:
    """One-off payoffs at the start, without those of treatment courses."""
    return [p for p in model.payoffs_of(strategy) if p.on == "once" and not p.session]


def place_traces(book: Book, models: list[CohortModel]) -> None:
    """Find room above the tables, and give quantities of a strategy their cells and columns."""
    layout = book.layout
    rooms = [len(local_keys(book, m)) + len(starts_of(m, s)) for m in models for s in m.strategies]
    layout.first = TOP + 2 + max(rooms) + ABOVE + (MEMORY if remembers(models) else 0)
    for model in models:
        keys = local_keys(book, model)
        for strategy in model.strategies:
            title = trace_title(strategy)
            for i, key in enumerate(keys):
                layout.local[(strategy, key)] = f"'{title}'!$C${TOP + 1 + i}"
            for position, (key, counted) in enumerate(own_columns(book, model, strategy)):
                layout.own[(strategy, key, counted)] = letter(2 + position)


def own_columns(book: Book, model: CohortModel, strategy: str) -> list[tuple[Key, bool]]:
    """Quantities by cycle that only this strategy has, or that differ between strategies."""
    contexts = (False, True) if book.layout.points else (False,)
    result = []
    for counted in contexts:
        wanted = used(model, counted)
        if not book.layout.points:
            wanted |= used(model, True)
        for name in dict.fromkeys(k[0] for k in book.kinds):
            key = model.resolve(name, strategy)
            if name in wanted and key in book.kinds:
                kind = book.kinds[key]
                if kind.by_cycle and not kind.by_time_in_state and (kind.by_strategy or key[1]):
                    result.append((key, counted))
    return result


@dataclass
class _Columns:
    """Columns filled from left to right, each with its heading and its formula by row."""

    page: Page
    first: int
    rows: int
    next: int = 1

    def add(self, heading: str, cell: Callable[[int, int], str], shape: str) -> str:
        """Fill a column; `cell` gets the cycle and the row. Returns its letter."""
        column = self.next
        self.page.headings(self.first - 1, [heading], column)
        self.page.fill(self.first, self.rows, column, cell, shape)
        self.next += 1
        return letter(column)


def write_trace(book: Book, model: CohortModel, strategy: str, label: str) -> None:
    """Write a strategy's trace."""
    layout = book.layout
    title = trace_title(strategy)
    page = add_page(
        book.workbook,
        title,
        f"Trace: {label}",
        "Each row is a cycle: its probabilities, then who is in which state at its end, then what "
        "that costs and is worth. Totals stand above the columns.",
        f"B{layout.first}",
        "portrait",
    )
    page.widths(24, *([12.0] * 120))
    _top(book, page, model, strategy)
    columns = _Columns(page, layout.first, layout.rows)
    columns.add("cycle", lambda t, row: f"'{TIME}'!$A{row}", "count")
    for key, counted in own_columns(book, model, strategy):
        expr = model.formulas[key]

        def own(t: int, row: int, expr: Expr = expr, counted: bool = counted) -> str:
            return _scope(book, model, strategy, title, row, counted).formula(expr)

        columns.add(key[0].replace("_", " "), own, "exact")
    states = substates(book, model)
    clocks = _clocks(book, model, title, columns, states)
    moves = _probabilities(book, model, strategy, columns, states, clocks)
    shares = columns.next
    occupancy, counted_letters = _occupancy(book, model, strategy, columns, states, moves)
    amounts = columns.next
    _amounts(book, model, strategy, columns, states, clocks, moves, occupancy, counted_letters)
    if columns.next - 1 > PRINTED:
        last = layout.first + layout.rows - 1
        page.put(3, 1, "Printed are shares, costs and QALYs; all else is on screen.", "note")
        page.print_blocks(
            f"A1:{letter(PRINTED)}{layout.first - 2}",
            f"{letter(shares)}{layout.first - 1}:{letter(shares + len(states))}{last}",
            f"{letter(amounts)}{layout.first - 4}:{letter(columns.next - 1)}{last}",
        )


def _clocks(
    book: Book, model: CohortModel, title: str, columns: _Columns, states: list[SubState]
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


def _scope(
    book: Book, model: CohortModel, strategy: str, title: str, row: int, counted: bool = False
) -> Scope:
    return book.scope(strategy, title, row=row, counted=counted, model=model)


def _top(book: Book, page: Page, model: CohortModel, strategy: str) -> None:
    row = TOP
    keys = local_keys(book, model)
    page.put(row, 1, "This strategy", "heading")
    page.put(row, 2, "", "heading")
    page.put(row, 3, "value", "heading")
    for i, key in enumerate(keys):
        page.put(row + 1 + i, 1, key[0])
        page.put(row + 1 + i, 2, next((v.unit for v in book.study.variables if v.key == key), ""))
        scope = book.scope(strategy, page.title, model=model)
        page.formula(row + 1 + i, 3, scope.formula(model.formulas[key]))
    row += 1 + len(keys)
    now = {"cycle": "0", "year": "0", "cycle_years": book.layout.fixed["cycle_years"]}
    if model.start_age is not None:
        now["age"] = f"({book.scope(strategy, page.title, model=model).formula(model.start_age)})"
    for i, payoff in enumerate(starts_of(model, strategy)):
        page.put(row + i, 1, f"{payoff.item} at the start")
        page.put(row + i, 2, payoff.kind)
        scope = book.scope(strategy, page.title, model=model, here=now)
        shape = "money" if payoff.kind == "cost" else "exact"
        page.formula(row + i, 3, scope.formula(payoff.amount), "output", shape)
        book.starts[(strategy, payoff.kind, payoff.item)] = page.ref(row + i, 3)


@dataclass(frozen=True)
class _Move:
    source: int
    target: int
    column: str


def _probabilities(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: _Columns,
    states: list[SubState],
    clocks: list[str],
) -> list[_Move]:
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
        scope = _scope(book, model, strategy, title, row)
        scope.here = {"years_in_state": clocks[source]}
        return scope.formula(expr)

    moves = []
    for source, target, expr in rows:

        def cell(
            t: int, row: int, source: int = source, target: int = target, expr: Expr | None = expr
        ) -> str:
            return probability(t, row, source, target, expr)

        heading = f"{states[source].label} -> {states[target].label}"
        moves.append(_Move(source, target, columns.add(heading, cell, "exact")))
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


def _occupancy(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: _Columns,
    states: list[SubState],
    moves: list[_Move],
) -> tuple[list[str], list[str]]:
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
    book: Book, title: str, columns: _Columns, states: list[SubState], counted: list[str]
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


def _amounts(
    book: Book,
    model: CohortModel,
    strategy: str,
    columns: _Columns,
    states: list[SubState],
    clocks: list[str],
    moves: list[_Move],
    occupancy: list[str],
    counted: list[str],
) -> None:
    """Columns of costs, QALYs and life-years with their totals."""
    title = trace_title(strategy)
    layout = book.layout
    running = [p for p in model.payoffs_of(strategy) if p.on != "once"]
    before, after = layout.times[("before", True)], layout.times[("after", True)]

    def amount(t: int, row: int, payoff: Payoff) -> str:
        terms: dict[str, list[str]] = {}
        for position, state in enumerate(states):
            if state.name != payoff.source:
                continue
            scope = _scope(book, model, strategy, title, row, counted=True)
            scope.here = {"years_in_state": clocks[position]}
            value = f"({scope.formula(payoff.amount)})"
            if payoff.rate:
                value += f"*{layout.cycle_years(row)}"
            if payoff.on == "state":
                terms.setdefault(value, []).append(f"${counted[position]}{row}")
                continue
            events = f"('{TIME}'!${before}{row}+'{TIME}'!${after}{row})"
            for move in moves:
                arrives = states[move.target].name == payoff.target
                if t and move.source == position and arrives:
                    flow = f"${occupancy[position]}{row - 1}*${move.column}{row}*{events}"
                    terms.setdefault(value, []).append(flow)
        parts = [f"({'+'.join(shares)})*{value}" for value, shares in terms.items()]
        return "+".join(parts) or "0"

    for payoff in running:

        def cell(t: int, row: int, payoff: Payoff = payoff) -> str:
            return amount(t, row, payoff)

        cost = payoff.kind == "cost"
        where = payoff.source if payoff.on == "state" else f"{payoff.source} -> {payoff.target}"
        heading = f"{payoff.item}, {where}, {'cost' if cost else 'QALY'}"
        column = columns.add(heading, cell, "money" if cost else "exact")
        if payoff.on == "state":
            book.column(title, f"{payoff.kind} {payoff.source}", column)
        names = (f"{payoff.kind} {payoff.item}", f"state {payoff.kind} {payoff.source}")
        _totals(book, title, columns, column, payoff.kind, names)
    if book.study.course is not None and model is book.study.model:
        _course(book, strategy, columns)
    for discounted in (True, False):
        years = [
            book.totals[(title, f"state years {s.name}", discounted)]
            for s in model.states
            if not s.dead
        ]
        book.totals[(title, "life_years alive", discounted)] = "+".join(years)


def _totals(
    book: Book,
    title: str,
    columns: _Columns,
    column: str,
    kind: str,
    names: tuple[str, ...],
) -> None:
    """Totals above a column, discounted and not, added to those of the same names."""
    layout = book.layout
    first, last = layout.first, layout.first + layout.rows - 1
    rate = layout.times[("discount_cost" if kind == "cost" else "discount_effect", True)]
    area = f"${column}${first}:${column}${last}"
    factors = f"'{TIME}'!${rate}${first}:${rate}${last}"
    position = columns.next - 1
    page = columns.page
    shape = "money" if kind == "cost" else "exact"
    page.put(first - 4, 1, "total, discounted", "text")
    page.put(first - 3, 1, "total, undiscounted", "text")
    page.formula(first - 4, position, f"SUMPRODUCT({area},{factors})", "output", shape)
    page.formula(first - 3, position, f"SUM({area})", "output", shape)
    for row, discounted in ((first - 4, True), (first - 3, False)):
        for name in names:
            key = (title, name, discounted)
            known = book.totals.get(key)
            address = page.ref(row, position)
            book.totals[key] = f"{known}+{address}" if known else address


def _course(book: Book, strategy: str, columns: _Columns) -> None:
    """What the treatment course costs in each cycle, from the sessions."""
    title = trace_title(strategy)
    places = book.answers
    names, cycles = places["sessions strategy"], places["sessions cycle"]
    for kind, heading, shape in (
        ("cost", "treatment course, cost", "money"),
        ("qaly", "treatment course, QALY", "exact"),
    ):
        if f"sessions {kind}" not in places:
            continue
        amounts = places[f"sessions {kind}"]

        def cell(t: int, row: int, amounts: str = amounts) -> str:
            return f'SUMIFS({amounts},{names},"{strategy}",{cycles},$A{row})'

        column = columns.add(heading, cell, shape)
        _totals(book, title, columns, column, kind, (f"sessions {kind}",))
