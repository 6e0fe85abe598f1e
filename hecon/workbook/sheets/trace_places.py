"""Where a trace has what: its states, its quantities, and columns filled from left to right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hecon.engine.model import CohortModel, Key, Payoff
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import Counted, Scope, letter, trace_title
from hecon.workbook.sheets.time_sheet import names_at, used

#: Space above the table: headings, totals, and a line between.
ABOVE = 6
TOP = 4

#: Space for what each step of a state with memory means: words, headings and figures.
MEMORY = 7

#: What names mean at a step of a state: the time in it, and what rests on nothing but that.
Here = Mapping[str, str]


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
    """The expanded states, enough for all cycles that are replayed.

    Longer cycles need fewer: then the last ones all mean the longest time that is remembered.
    """
    result = []
    for state in model.states:
        steps = book.layout.steps(state.memory_years)
        result += [SubState(state.name, k, steps, state.memory_years) for k in range(steps)]
    return result


def remembers(model: CohortModel) -> bool:
    """True if some state of the model has a memory."""
    return any(state.memory_years for state in model.states)


def timed_keys(book: Book) -> list[Key]:
    """Formulas that change with the time in a state and not from cycle to cycle."""
    return [key for key, kind in book.kinds.items() if kind.by_time_in_state and not kind.by_cycle]


def memory_rows(book: Book) -> int:
    """Rows above a trace's table for what each step of a state with memory means."""
    model = book.study.model
    return MEMORY + len(timed_keys(book)) if remembers(model) and not model.cycles_differ else 0


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


def place_traces(book: Book) -> None:
    """Find room above the tables, and give quantities of a strategy their cells and columns."""
    layout, models = book.layout, book.models
    rooms = [len(local_keys(book, m)) + len(starts_of(m, s)) for m in models for s in m.strategies]
    layout.first = TOP + 2 + max(rooms) + ABOVE + memory_rows(book)
    for model in models:
        keys = local_keys(book, model)
        for strategy in model.strategies:
            title = trace_title(strategy)
            for i, key in enumerate(keys):
                layout.local[(strategy, key)] = f"'{title}'!$C${TOP + 1 + i}"
            for position, (key, counted) in enumerate(own_columns(book, model, strategy)):
                layout.own[(strategy, key, counted)] = letter(2 + position)


def own_columns(book: Book, model: CohortModel, strategy: str) -> list[tuple[Key, Counted]]:
    """Quantities by cycle that only this strategy has, or that differ between strategies."""
    result = []
    for counted in book.layout.moments:
        wanted = names_at(book.layout, model, counted)
        for name in dict.fromkeys(k[0] for k in book.kinds):
            key = model.resolve(name, strategy)
            if name in wanted and key in book.kinds:
                kind = book.kinds[key]
                if kind.by_cycle and not kind.by_time_in_state and (kind.by_strategy or key[1]):
                    result.append((key, counted))
    return result


@dataclass
class Columns:
    """Columns filled from left to right, each with its heading and its formula by row.

    `headings` is the row of the headings; 0 is the row above the first.
    """

    page: Page
    first: int
    rows: int
    next: int = 1
    headings: int = 0

    def add(self, heading: str, cell: Callable[[int, int], str], shape: str) -> str:
        """Fill a column; `cell` gets the cycle and the row. Returns its letter."""
        column = self.next
        self.page.headings(self.headings or self.first - 1, [heading], column)
        self.page.fill(self.first, self.rows, column, cell, shape)
        self.next += 1
        return letter(column)


def scope_of(
    book: Book, model: CohortModel, strategy: str, title: str, row: int, counted: Counted = False
) -> Scope:
    """What names mean in a row of a trace."""
    return book.scope(strategy, title, row=row, counted=counted, model=model)
