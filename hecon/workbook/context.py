"""What all sheets share: the results, the layout and where each table's columns are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from hecon.analyses.base_case import base_table
from hecon.analyses.budget_sensitivity import budget_own_draws
from hecon.analyses.drawn import drawn_design
from hecon.analyses.one_way import Range, one_way_ends, ranges
from hecon.analyses.run import Run
from hecon.analyses.scenarios import selectable_results
from hecon.engine.arrays import Array
from hecon.engine.model import CohortModel, Key, key_text
from hecon.report.content import Section
from hecon.studies.budget_values import budget_extent, with_budget
from hecon.studies.study import Scenario, Study
from hecon.workbook.formula_text import quoted
from hecon.workbook.pages import Sheets
from hecon.workbook.sheet_layout import INPUTS, SELECTORS, Counted, Layout, Quantity, Scope, letter

if TYPE_CHECKING:
    from hecon.workbook.sheets.trace_amounts import TraceAmounts

T = TypeVar("T")

#: Sheets of what moves the result, and of the draws and what rests on them.
SENSITIVITY, UNCERTAINTY = "Sensitivity", "Uncertainty"
#: Draws that the workbook holds and can replay; all draws are in the output files.
REPLAYED = 1_000

MODES = ("Base case", "Scenario", "One-way", "PSA draw")
#: What a mode other than the base case shows, as the selectors name it.
Shown = Literal["scenario", "one_way", "draw"]
SHOWN: tuple[Shown, ...] = ("scenario", "one_way", "draw")
#: What is chosen on Inputs, in the order of its rows.
Selectable = Literal["mode", "end"] | Shown
SELECTABLE: tuple[Selectable, ...] = ("mode", "scenario", "one_way", "end", "draw")


@dataclass(frozen=True)
class Selector:
    """Where something is chosen on Inputs: what the user types, and its number."""

    typed: str
    number: str


#: Where each thing is chosen that can be shown.
SELECTOR: Mapping[Selectable, Selector] = {
    name: Selector(f"'{INPUTS}'!$C${row}", f"'{INPUTS}'!$D${row}")
    for row, name in enumerate(SELECTABLE, start=SELECTORS)
}


@dataclass(frozen=True)
class SheetTable:
    """A table on a sheet: its columns by name and its rows; `left` are columns beside it."""

    sheet: str
    first: int
    rows: int
    columns: tuple[str, ...]
    left: int = 0

    def column(self, name: str) -> int:
        """Number of a column."""
        return self.left + self.columns.index(name) + 1

    def span(self, name: str) -> str:
        """A column's cells as an absolute range."""
        c = letter(self.column(name))
        return f"{quoted(self.sheet)}!${c}${self.first}:${c}${self.first + self.rows - 1}"

    def cell(self, name: str, row: int) -> str:
        """One cell, `row` counted from 0."""
        return f"{quoted(self.sheet)}!${letter(self.column(name))}${self.first + row}"


@dataclass
class TraceAddresses:
    """Where traces have what other sheets take from them."""

    #: Address of a trace's total by (sheet, column name, discounted).
    totals: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    #: Addresses of one-off amounts at the start by (strategy, kind, item).
    starts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    #: A trace's columns by (sheet, what and state): ``share``, ``counted``, ``qaly``, ``cost``.
    columns: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    #: The column of who starts a later line of treatment, by (strategy, line).
    begun: dict[tuple[str, int], str] = field(default_factory=dict)
    #: The amounts of a strategy's trace, for sheets that count them otherwise.
    amounts: dict[str, TraceAmounts] = field(default_factory=dict)


@dataclass
class Book:
    """The workbook in the making: its parts are written when another first asks for them."""

    workbook: Sheets
    run: Run
    study: Study  #: The run's, with what its budget impact adds to it: see `workbook_study`.
    layout: Layout
    kinds: dict[Key, Quantity]
    scenarios: SheetTable
    one_way: SheetTable
    draws: SheetTable
    live_draws: int  #: Draws that the workbook works out itself, 0 if none were asked for.
    changed: list[Key]
    ranges: dict[Key, Range]
    sections: Sequence[Section]  #: What the report says besides.
    #: What the traces fill as they are written; others ask for `write_traces`.
    tracing: TraceAddresses = field(default_factory=TraceAddresses)
    #: Live checks of the workbook itself: (what, formula that is TRUE when it holds).
    checks: list[tuple[str, str]] = field(default_factory=list)
    #: The same for what must equal Python's figures as long as no input is typed over.
    comparisons: list[tuple[str, str]] = field(default_factory=list)
    #: Where each of both stands on Checks, and its value if it holds.
    told: list[tuple[str, str, bool | str]] = field(default_factory=list)
    #: begun, written: Parts in the order in which they were begun, and what each gave that is
    #: written.
    begun: list[Callable[[Book], object]] = field(default_factory=list)
    written: dict[Callable[[Book], object], object] = field(default_factory=dict)

    def after(self, part: Callable[[Book], T]) -> T:
        """Addresses that a part of the workbook gives to others, once it is written.

        Raises:
            RuntimeError: If the part is still being written: two parts would need each other.
        """
        if part in self.begun and part not in self.written:
            raise RuntimeError(f"{part.__name__} needs what needs it itself")
        if part not in self.written:
            self.begun.append(part)
            self.written[part] = part(self)
        return cast(T, self.written[part])

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies."""
        return self.study.model.strategies

    @property
    def models(self) -> list[CohortModel]:
        """The study's model, and that of the general population if there is one."""
        return [self.study.model, *([self.study.population] if self.study.population else [])]

    @property
    def currency(self) -> str:
        """Currency with price year, for headings."""
        place = self.study.jurisdiction.definition
        return f"{place.currency} {place.price_year}"

    def has(self, what: Selectable) -> bool:
        """Whether there is a ``scenario``, a ``one_way`` range or a ``draw`` to be shown."""
        there = {
            "scenario": bool(self.study.scenarios),
            "one_way": bool(self.ranges),
            "draw": bool(self.draws.columns),
        }
        return there.get(what, True)

    def compared(self, which: str) -> str:
        """A formula for the ``intervention`` or ``comparator`` in use: a scenario has its own."""
        base = f'"{self.study.compared[which == "comparator"]}"'
        if not self.study.scenarios:
            return base
        own = f"INDEX({self.scenarios.span(which)},{SELECTOR['scenario'].number})"
        return f"IF({SELECTOR['mode'].number}=2,{own},{base})"

    def column(self, title: str, what: str, column: str) -> None:
        """Note a column of a trace; a state that remembers time has several."""
        first, last = self.layout.first, self.layout.first + self.layout.rows - 1
        area = f"{quoted(title)}!${column}${first}:${column}${last}"
        self.tracing.columns.setdefault((title, what), []).append(area)

    def scope(
        self,
        strategy: str | None,
        sheet: str,
        *,
        row: int = 0,
        counted: Counted = False,
        model: CohortModel | None = None,
        here: dict[str, str] | None = None,
    ) -> Scope:
        """A scope in which expressions become formulas for one place."""
        return Scope(
            self.layout,
            model or self.study.model,
            self.kinds,
            strategy,
            row,
            sheet,
            counted,
            here or {},
        )


def totals_columns(strategies: tuple[str, ...]) -> list[str]:
    """Names of the columns with Python's totals."""
    return [f"{what} {s}" for what in ("cost", "qaly", "life_years") for s in strategies]


DECISION = (
    "intervention",
    "comparator",
    "cost_difference",
    "qaly_difference",
    "icer",
    "verdict",
    "shortfall",
    "weight",
    "threshold",
    "nmb",
)


#: What stands over columns of results; others are called by their names.
RESULT_HEADINGS = {
    "scenario": "Scenario",
    "title": "Title",
    "parameter": "Parameter",
    "end": "End",
    "value": "Value",
    "basis": "Basis",
    "nmb_to_base": "NMB against base case",
    "cost_to_base": "Cost against base case",
    "qaly_to_base": "QALYs against base case",
    "intervention": "Intervention",
    "comparator": "Comparator",
    "verdict": "In words",
    "cost_difference": "Incremental cost",
    "qaly_difference": "Incremental QALYs",
    "icer": "ICER",
    "shortfall": "Shortfall",
    "weight": "Weight",
    "threshold": "Threshold",
    "nmb": "NMB",
    "status": "Status",
    "why": "Why",
}


def override_name(key: Key) -> str:
    """Heading of the column that holds a scenario's value for a quantity."""
    return f"set {key[0]}" + (f"[{key[1]}]" if key[1] else "")


def workbook_study(run: Run) -> Study:
    """The run's study with its budget's inputs beside its own, and all that can be shown.

    Scenarios and combined subgroups come by how far they move the net benefit, those that compare
    another pair after them, the budget's scenarios last.
    """
    study = with_budget(run.study)
    shown = _by_effect(run, study.selectable)
    return replace(study, scenarios=[*shown, *(study.budget.scenarios if study.budget else ())])


def _by_effect(run: Run, scenarios: list[Scenario]) -> list[Scenario]:
    if not scenarios:
        return scenarios
    base = float(run(base_table)["nmb"].iloc[0])
    table = run(selectable_results)
    gaps = dict(zip(table["scenario"], (table["nmb"] - base).abs(), strict=True))

    def place(scenario: Scenario) -> tuple[bool, float]:
        return scenario.compare != run.study.compared, -gaps[scenario.id]

    return sorted(scenarios, key=place)


def new_book(
    workbook: Sheets,
    run: Run,
    study: Study,
    layout: Layout,
    kinds: dict[Key, Quantity],
    sections: Sequence[Section],
) -> Book:
    """Decide where the tables of scenarios, one-way results and draws stand."""
    totals = totals_columns(study.model.strategies)
    nets = net_columns(study)
    changed = list(dict.fromkeys(key for s in study.scenarios for key in s.changes))
    differences = ("nmb_to_base", "cost_to_base", "qaly_to_base")
    scenario_columns = ["scenario", "title", *differences, *DECISION, "status", "why", *totals]
    scenario_columns += [*nets, *(override_name(k) for k in changed)]
    one_way_columns = ["parameter", "end", "value", "basis", *DECISION, *totals, "key"]
    design = run.get(drawn_design)
    drawn = [p.text for p in design.parameters.values()] if design else []
    drawn += [key_text(key) for key in own_draws(run)] if design else []
    draw_columns = ["draw", *drawn, *totals, *nets] if design else []
    draws = min(design.draws, REPLAYED) if design else 1
    return Book(
        workbook,
        run,
        study,
        layout,
        kinds,
        SheetTable("Scenarios", 6, max(len(study.scenarios), 1), tuple(scenario_columns)),
        SheetTable(SENSITIVITY, 6, max(len(run(one_way_ends)), 1), tuple(one_way_columns)),
        SheetTable(UNCERTAINTY, 6, draws, tuple(draw_columns), draws_left(study)),
        run.option("live_draws", 0),
        changed,
        {r.parameter.key: r for r in ranges(run.study)},
        sections,
    )


def plane_left(study: Study) -> int:
    """Columns of Uncertainty to the left of the increments of each draw."""
    return 15 + 2 * len(study.options)


def draws_left(study: Study) -> int:
    """Columns of Uncertainty to the left of the draws."""
    return plane_left(study) + 7


def own_draws(run: Run) -> dict[Key, Array]:
    """Draws of the budget's own inputs, which stand beside the study's; nothing without any."""
    return {} if run.study.budget is None else run(budget_own_draws)


def net_columns(study: Study) -> list[str]:
    """Names of the columns with Python's net cost by year; none without a budget impact."""
    if study.budget is None:
        return []
    return [f"net year {year}" for year in range(1, budget_extent(study)[0] + 1)]
