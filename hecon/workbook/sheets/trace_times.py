"""Time in the states of a trace: what it is in each step, and what formulas mean there."""

from collections.abc import Sequence

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel
from hecon.workbook.context import Book
from hecon.workbook.sheet_layout import TIME, Counted, letter, trace_title
from hecon.workbook.sheets.time_sheet import in_state
from hecon.workbook.sheets.trace_places import (
    ABOVE,
    Columns,
    Here,
    SubState,
    memory_rows,
    remembers,
    scope_of,
    timed_keys,
)

#: Stands for the row of a cycle in the meaning of a name at a step of a state.
ROW = "{row}"


def times_of(
    book: Book, model: CohortModel, strategy: str, columns: Columns, states: list[SubState]
) -> list[Here]:
    """What `years_in_state`, and what rests on it alone, is in each step of each state.

    These are cells above the table, at the cycle in use. The sheet has a number of steps for
    good. A cycle so short that more time would have to be remembered is told in words and by a
    check.
    """
    if not remembers(model):
        return [{"years_in_state": "0"}] * len(states)
    if model.cycles_differ:
        _check_memory(book, strategy, states)
        return _by_cycle(book, states, "start")
    layout, page, fixed = book.layout, columns.page, book.layout.fixed
    title, row = page.title, layout.first - ABOVE - memory_rows(book)
    months = book.scope(None, title, model=model).formula(model.cycle_months)
    per_year, tolerance = fixed["months_per_year"], fixed["tolerance"]
    timed = [key for key in timed_keys(book) if model.resolve(key[0], strategy) == key]
    labels = (
        "time in a state",
        "years remembered",
        "the same in cycles in use",
        "completed cycles in the state",
        "years in the state",
        *(key[0] for key in timed),
    )
    for offset, label in enumerate(labels, start=1):
        page.put(row + offset, 1, label)
    result: list[Here] = []
    lasts = []
    for position, state in enumerate(states, start=columns.next):
        if state.steps == 1:
            result.append({"years_in_state": "0"})
            continue
        c = letter(position)
        page.put(row + 1, position, state.label, "heading")
        page.put(row + 2, position, state.remembered, "text", "years")
        needed = f"-INT(-({c}{row + 2}*{per_year}/({months})-{tolerance}))"
        page.formula(row + 3, position, needed, "formula", "count")
        page.put(row + 4, position, state.step, "text", "count")
        years = f"MIN({c}{row + 4},{c}{row + 3})*({months})/{per_year}"
        page.formula(row + 5, position, years, "formula", "years")
        here = {"years_in_state": f"${c}${row + 5}"}
        for at, key in enumerate(timed, start=row + 6):
            scope = book.scope(strategy, title, model=model, here=here)
            page.formula(at, position, scope.formula(model.formulas[key]), "formula", "exact")
        result.append(here | {key[0]: f"${c}${at}" for at, key in enumerate(timed, start=row + 6)})
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


def ends_of(
    model: CohortModel, book: Book, times: list[Here], states: list[SubState]
) -> list[Here]:
    """The same at the end of a cycle, which differs where the lengths of cycles do."""
    return _by_cycle(book, states, "end") if remembers(model) and model.cycles_differ else times


def _by_cycle(book: Book, states: list[SubState], when: str) -> list[Here]:
    """Years in each step of each state, as columns of Time."""
    columns = book.layout.times
    return [
        {
            "years_in_state": "0"
            if state.steps == 1
            else f"'{TIME}'!${columns[(in_state(state.remembered, state.step, when), False)]}{ROW}"
        }
        for state in states
    ]


def _check_memory(book: Book, strategy: str, states: list[SubState]) -> None:
    """In the last step of a state nobody is who has not been there as long as is remembered."""
    layout, parts = book.layout, ["0"]
    cycle = layout.time_column("cycle")
    for state in states:
        if state.step and state.step == state.steps - 1:
            years = layout.time_column(in_state(state.remembered, state.step, "start"))
            short = f"({years}<{state.remembered!r}-{layout.fixed['tolerance']})"
            within = f"({cycle}>{state.step})*({cycle}<={layout.fixed['cycles']})"
            parts.append(f"SUMPRODUCT({within}*{short})")
    label = "there are columns for all the time in a state that is remembered"
    book.checks.append((f"{trace_title(strategy)}: {label}", f"{'+'.join(parts)}=0"))


def by_step(
    book: Book,
    model: CohortModel,
    strategy: str,
    expr: Expr,
    times: Sequence[Here],
    *,
    row: int,
    counted: Counted = False,
) -> list[str]:
    """An expression's formula at each step of a state; one where time in it changes nothing."""
    texts = []
    for here in times:
        scope = scope_of(book, model, strategy, trace_title(strategy), row, counted)
        scope.here = {name: text.replace(ROW, f"{row}") for name, text in here.items()}
        texts.append(scope.formula(expr))
    return texts[:1] if len(set(texts)) == 1 else texts
