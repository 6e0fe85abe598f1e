"""Where everything stands in the workbook, decided before the first formula is written.

A quantity that is one number has one cell; one that differs by strategy has a cell on each
strategy's trace; one that changes by cycle has a column, on `Time` if it is common to all
strategies, else on the trace.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from openpyxl.utils import get_column_letter

from hecon.engine.arrays import Array
from hecon.engine.clock import remembered_cycles
from hecon.engine.expression import Expr, excel
from hecon.engine.graph import Graph
from hecon.engine.model import FIXED_NAMES, TIME_NAMES, CohortModel, Key
from hecon.engine.timing import COUNTING, Counting
from hecon.studies.study import Study
from hecon.workbook.formula_text import quoted

#: Row of cycle 0 on `Time` and on every trace; the same everywhere, so rows can be compared.
TIME = "Time"
#: Row of the headings of both: with the sheet's title the only rows that stay in view.
HEADINGS = 3
INPUTS = "Inputs"
#: Row of the headings of Inputs: close below what is chosen, for all above stays on the screen.
HEADER = 10
#: Row of the first choice of what is shown there.
SELECTORS = 4
#: Column of the first look-up table, right of the inputs.
TABLES = 19
SEVERITY = "Severity"

#: Number of cycles until the end of life, whatever the horizon.
LIFE_CYCLES = f"'{SEVERITY}'!$G$4"

#: The sheet of a budget's places and queue, and on it the cycles that its years take.
BUDGET_QUEUE = "Budget months"
BUDGET_CYCLES = f"'{BUDGET_QUEUE}'!$C$7"
#: The sheet of checks, below which every cell that can be typed over is listed, and how many were.
EDITS = CHECKS = "Checks"
EDITED = f"'{CHECKS}'!$C$3"

SUPPLIED = frozenset(TIME_NAMES) | frozenset(FIXED_NAMES)

#: What columns count: nothing (moving between states), everything, or costs by their own rule.
Counted = bool | Literal["cost"]
COSTS: Literal["cost"] = "cost"


@dataclass
class Layout:
    """Addresses by what they hold."""

    study: Study
    #: The lengths of cycles of all that is replayed, in months: each a number, or shape (cycles,)
    #: where they differ.
    lengths: tuple[float | Array, ...] = (1.0,)
    first: int = 0
    rows: int = 0
    #: Absolute address of each quantity that is one number.
    cells: dict[Key, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    #: Absolute address of quantities that are one number per strategy, by strategy and key.
    local: dict[tuple[str, Key], str] = field(default_factory=dict)
    #: common, own: Column letters of quantities by cycle: on `Time`, and on a strategy's trace; the
    #: flag tells whether times are those of counting (payoffs) or of moving (transitions).
    common: dict[tuple[Key, Counted], str] = field(default_factory=dict)
    own: dict[tuple[str, Key, Counted], str] = field(default_factory=dict)
    times: dict[tuple[str, Counted], str] = field(default_factory=dict)
    tables: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def weighs_severity(self) -> bool:
        """True if shortfall is weighed, so that traces are also counted to the end of life."""
        rule = self.study.jurisdiction.definition.severity
        return rule is not None and self.study.population is not None

    def counted(self, kind: str) -> Counted:
        """In which columns a kind of outcome is counted: costs may have a rule of their own."""
        model = self.study.model
        return COSTS if kind == "cost" and model.rule("cost") != model.counting else True

    def rule(self, counted: Counted) -> Counting:
        """The counting rule of some columns."""
        model = self.study.model
        return COUNTING[model.rule("cost") if counted == COSTS else model.counting]

    @property
    def counts(self) -> tuple[Counted, ...]:
        """Columns of counting, effects first; those of costs where their rule is another."""
        return tuple(dict.fromkeys((self.counted("qaly"), self.counted("cost"))))

    @property
    def moments(self) -> tuple[Counted, ...]:
        """Columns whose times differ: of moving, and of counting at points in time."""
        return (False, *(c for c in self.counts if self.rule(c).points))

    def times_of(self, counted: Counted) -> Counted:
        """The columns that hold times for some others: rules of cycles have those of moving."""
        return counted if counted in self.moments else False

    def setting(self, name: str, counted: Counted) -> str:
        """The address of a setting of the counting rule."""
        return self.fixed[f"{name}_cost" if counted == COSTS else name]

    def steps(self, memory_years: float) -> int:
        """Sub-states of a state: one, and one more for each cycle that is remembered."""
        if not memory_years:
            return 1
        most = max(remembered_cycles(memory_years, months) for months in self.lengths)
        return min(most + 1, self.rows)

    def cycle_years(self, row: int) -> str:
        """The length of the cycle in a row: the setting, or its own where cycles differ."""
        if column := self.times.get(("cycle_years", False)):
            return f"'{TIME}'!${column}{row}"
        return self.fixed["cycle_years"]

    def time_column(self, name: str, counted: Counted = False) -> str:
        """A column of `Time` from cycle 0 to the last row, as an absolute range."""
        column = self.times[(name, counted)]
        return f"'{TIME}'!${column}${self.first}:${column}${self.first + self.rows - 1}"


@dataclass(frozen=True)
class Quantity:
    """A formula's kind: does it change by cycle, differ by strategy, need the time in a state?"""

    key: Key
    by_cycle: bool
    by_strategy: bool
    by_time_in_state: bool


def quantities(model: CohortModel) -> dict[Key, Quantity]:
    """The kind of every formula of a model."""
    graph = Graph(model, frozenset(), frozenset())
    found = {}
    for key in model.formulas:
        strategies = [key[1]] if key[1] else list(model.strategies)
        nodes = []
        for strategy in strategies:
            local = {"years_in_state": graph.add("time", what="years_in_state")}
            nodes.append(graph.lower(Expr("name", name=key[0]), strategy, local=local))
        clock = {n.index for n in graph.nodes if n.what == "years_in_state"}
        remembers = any(_rests_on(n, clock) for n in nodes)
        passing = {n.index for n in graph.nodes if n.by_cycle and not n.args} - clock
        found[key] = Quantity(
            key,
            by_cycle=any(n.by_cycle and _rests_on(n, passing) for n in nodes),
            by_strategy=key[1] is None and len({n.index for n in nodes}) > 1,
            by_time_in_state=remembers,
        )
    return found


def _rests_on(node: object, wanted: set[int]) -> bool:
    stack, seen = [node], set()
    while stack:
        current = stack.pop()
        index = current.index  # type: ignore[attr-defined]
        if index in wanted:
            return True
        if index not in seen:
            seen.add(index)
            stack += current.args  # type: ignore[attr-defined]
    return False


@dataclass
class Scope:
    """Turns an expression into an Excel formula for one place in the workbook."""

    layout: Layout
    #: The model whose names are meant (the study's, or the general population's).
    model: CohortModel
    kinds: Mapping[Key, Quantity]
    strategy: str | None
    row: int = 0  #: The row of the cycle, for quantities by cycle; 0 where there is none.
    sheet: str = ""  #: The sheet the formula stands on, whose own cells need no sheet name.
    counted: Counted = False
    here: Mapping[str, str] = field(default_factory=dict)  #: Meanings that hold only here.

    def formula(self, expr: Expr) -> str:
        """The expression as a formula without its equals sign."""
        decimals = self._shorten(self.layout.fixed["decimals"])
        return excel(expr, self._reference, self._look_up, decimals)

    def _column(self, letter: str, sheet: str) -> str:
        if sheet == self.sheet:
            return f"${letter}{self.row}"
        return f"{quoted(sheet)}!${letter}{self.row}"

    def _reference(self, name: str) -> str:
        layout = self.layout
        if name in self.here:
            return self.here[name]
        counted = layout.times_of(self.counted)
        if name == "discount_time":
            return self._column(layout.times[(name, self.counted or True)], TIME)
        if name in SUPPLIED and (name, counted) in layout.times:
            return self._column(layout.times[(name, counted)], TIME)
        if name in FIXED_NAMES:
            return self._shorten(layout.fixed[name])
        key = self.model.resolve(name, self.strategy)
        if key is None:
            raise KeyError(f"{name} has no place in the workbook")
        if key in layout.cells:
            return self._shorten(layout.cells[key])
        if self.kinds[key].by_time_in_state:
            return f"({self.formula(self.model.formulas[key])})"
        if self.strategy is not None and (self.strategy, key) in layout.local:
            return self._shorten(layout.local[(self.strategy, key)])
        if (key, counted) in layout.common:
            return self._column(layout.common[(key, counted)], TIME)
        if self.strategy is not None and (self.strategy, key, counted) in layout.own:
            return self._column(
                layout.own[(self.strategy, key, counted)], trace_title(self.strategy)
            )
        return f"({self.formula(self.model.formulas[key])})"

    def _shorten(self, address: str) -> str:
        own = f"{quoted(self.sheet)}!"
        return address.removeprefix(own)

    def _look_up(self, name: str, key: str) -> str:
        area, column = self.layout.tables[name]
        return f"VLOOKUP({key},{area},{column},TRUE)"


def trace_title(strategy: str) -> str:
    """Name of a strategy's trace sheet, within what Excel allows."""
    cleaned = "".join("-" if c in "[]:*?/\\'" else c for c in strategy)
    return f"Trace {cleaned}"[:31]


def letter(column: int) -> str:
    """Column letters of a column number."""
    return get_column_letter(column)
