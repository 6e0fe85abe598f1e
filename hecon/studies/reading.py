"""What is shared while a study is read: where files lie, faults, and every formula's place."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from hecon.engine.expression import Expr, constant
from hecon.engine.model import FIXED_NAMES, TIME_NAMES
from hecon.errors import FaultList, UnknownName, nearest
from hecon.jurisdictions.jurisdiction_schema import Jurisdiction
from hecon.parameters.cell_text import parse_formula
from hecon.parameters.files import inside
from hecon.parameters.records import Strict
from hecon.parameters.tables import NO_ROWS, Cells, read_rows
from hecon.parameters.written_money import amounts
from hecon.studies.extends import LISTS, LayeredDefinition, StudyFile
from hecon.studies.study_schema import Listed, StudyDefinition

#: Names the engine supplies, by what a formula is for.
NO_TIME = frozenset(FIXED_NAMES)
EVENT_TIME = NO_TIME | {"cycle", "year", "age"}
COUNTED_TIME = EVENT_TIME | {"discount_time"}
#: In rows of a state that remembers how long people have been in it.
IN_STATE = frozenset({"years_in_state"})
ANY_TIME = COUNTED_TIME | frozenset(TIME_NAMES)

RowType = TypeVar("RowType", bound=Strict)


#: A file as messages name it, and a row of it.
Place = tuple[str, int]


def row_of(place: Place, file: str) -> str:
    """A row as a message in a file names it."""
    return f"row {place[1]}" if place[0] == file else f"row {place[1]} of {place[0]}"


#: Kinds of things, as messages call what a name should be one of.
STATE, STRATEGY, SCENARIO = "a state", "a strategy", "a scenario"
ITEM, PARAMETER = "an item of the model's costs", "a parameter"
QUANTITY = "a parameter or variable"
COUNTED, BLOCK = "a quantity of the course", "a block"

#: What a study that extends another may leave out: rows of files, by the file's entry.
LEFT_OUT = (
    *LISTS,
    *(
        "parameters",
        "variables",
        "transitions",
        "payoffs",
        "sessions",
        "scenarios",
        "subgroups",
        "perspectives",
    ),
    "correlations",
)


#: Files that say nothing without a row.
NEVER_EMPTY = (
    *("transitions", "payoffs", "variables", "course.sessions", "synthesis.estimates"),
    *("scenarios", "subgroups", "perspectives"),
)


def split(text: str) -> list[str]:
    """The names of a list in a cell, which are separated by semicolons."""
    return [name.strip() for name in text.split(";") if name.strip()] or [""]


def _one_each(row: RowType) -> list[RowType]:
    """A row that holds for several strategies or states, once for each of them."""
    rows = [row]
    for column in row.lists if isinstance(row, Listed) else ():
        rows = [
            each if ";" not in getattr(each, column) else each.model_copy(update={column: name})
            for each in rows
            for name in split(getattr(each, column))
        ]
    return rows


def _name(row: RowType, key: Callable[[RowType], Hashable]) -> str:
    """A row as it is named where a study leaves it out."""
    return row.called if isinstance(row, Listed) else str(key(row))


@dataclass(frozen=True)
class Formula:
    """A formula with its place, to be checked once everything is read."""

    expr: Expr
    file: str
    row: int | None
    column: str
    #: Strategies it is read in; None stands for outside all strategies.
    strategies: tuple[str | None, ...]
    local: frozenset[str]  #: Names that have a meaning in this formula only.
    time: frozenset[str]  #: Names of the engine that may be used, also by the formulas it rests on.


class PlacedRow(NamedTuple, Generic[RowType]):
    """A row with its place, and the cells that its record does not know."""

    file: str
    number: int
    row: RowType
    cells: Cells


@dataclass
class StudyReading:
    """A study being read."""

    study: LayeredDefinition
    jurisdiction: Jurisdiction
    faults: FaultList = field(default_factory=FaultList)
    formulas: list[Formula] = field(default_factory=list)
    #: Rows that the study leaves out of the one it extends.
    dropped: set[tuple[str, str]] = field(default_factory=set)
    #: Entries of `study.toml` of whose files some row could not be read: what rests on them is not
    #: blamed for what is missing.
    broken: set[str] = field(default_factory=set)

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies."""
        return tuple(s.name for s in self.definition.strategies)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return tuple(s.name for s in self.definition.states)

    @property
    def definition(self) -> StudyDefinition:
        """What `study.toml` says, with what it takes over from the study it extends."""
        return self.study.content

    def place(self, entry: str) -> str:
        """The `study.toml` that gives an entry, as messages name it."""
        return self.study.place(entry)

    def sources(self, entry: str) -> list[StudyFile]:
        """Files named by an entry of `study.toml` that lie where they may; others are faults."""
        found = []
        for source in self.study.sources(entry, self.jurisdiction.definition.name):
            with self.faults.collect():
                inside(source.folder, source.name, self.place(entry), entry)
                found.append(source)
        return found

    def file(self, entry: str) -> str:
        """The file to blame for what is in none of an entry's files; without one, `study.toml`."""
        files = self.study.sources(entry)
        return files[-1].shown if files else self.place(entry)

    def rows(
        self,
        entry: str,
        kind: type[RowType],
        key: Callable[[RowType], Hashable],
        free: bool = False,
    ) -> list[PlacedRow[RowType]]:
        """Rows of the CSV files that an entry of `study.toml` names; faults are recorded.

        A row takes the place of those with the same key in the study that is extended.
        """
        result: list[PlacedRow[RowType]] = []
        before, read = len(self.faults.faults), 0
        for source in self.sources(entry):
            found: list[PlacedRow[RowType]] = []
            with self.faults.collect():
                for number, row, cells in read_rows(
                    source.path, source.shown, kind, self.faults, free
                ):
                    found += [PlacedRow(source.shown, number, r, cells) for r in _one_each(row)]
            read += len(found)
            if self.study.may_leave_out(source.folder):
                found = [e for e in found if not self.left_out(entry, _name(e.row, key))]
            own = {key(each.row) for each in found}
            result = [each for each in result if key(each.row) not in own] + found
        if entry in NEVER_EMPTY and not read and len(self.faults.faults) == before:
            if self.study.sources(entry):
                self.faults.add(self.file(entry), None, None, NO_ROWS)
            else:
                self.faults.add(self.place(entry), None, entry, "names no file; one is needed")
        if len(self.faults.faults) > before:
            self.broken.add(entry)
        return result

    def left_out(self, entry: str, name: str) -> bool:
        """True if the study leaves out a row of the study it extends; it is then noted."""
        short = entry.rsplit(".", 1)[-1]
        if name not in self.definition.without.get(short, ()):
            return False
        self.dropped.add((short, name))
        return True

    def check_left_out(self) -> None:
        """Record a fault for each row that is to be left out and isn't there."""
        for entry, names in self.definition.without.items():
            known = (*LEFT_OUT, *self.definition.evidence)
            where = f"without.{entry}"
            if entry not in known:
                text = f"has no rows to leave out{nearest(entry, known)}; allowed are "
                self.faults.add(self.place(where), None, where, text + ", ".join(known))
                continue
            for name in names:
                if entry not in LISTS and (entry, name) not in self.dropped:
                    text = f"'{name}' is no row of {entry} in the study extended"
                    self.faults.add(self.place(where), None, where, text)

    def strategy(
        self, name: str, file: str, row: int | None, column: str = "strategy"
    ) -> str | None:
        """A strategy named in a row; None for all."""
        if name in ("", "all"):
            return None
        self.known_strategy(name, file, row, column, "all, ")
        return name

    def known_strategy(
        self, name: str, file: str, row: int | None, column: str, other: str = ""
    ) -> None:
        """Record a fault if a name is no strategy's; `other` tells what else is allowed."""
        if name not in self.strategies:
            unknown = UnknownName(name, STRATEGY, self.strategies, other)
            self.faults.add(file, row, column, unknown)

    def state(self, name: str, file: str, row: int | None, column: str, other: str = "") -> None:
        """Record a fault if a name is no state's; `other` tells what else is allowed."""
        if name not in self.states:
            self.faults.add(file, row, column, UnknownName(name, STATE, self.states, other))

    def remembered(self, states: Iterable[str | None]) -> frozenset[str]:
        """`years_in_state` where all of some states have a memory, else nothing."""
        memory = {s.name: s.memory_years > 0 for s in self.definition.states}
        found = [memory.get(str(state), True) for state in states]
        return IN_STATE if found and all(found) else frozenset()

    def formula(
        self,
        text: str,
        file: str,
        row: int | None,
        column: str,
        *,
        strategy: str | None = None,
        local: Iterable[str] = (),
        time: frozenset[str] = ANY_TIME,
    ) -> Expr:
        """Parse a formula and remember its place; a broken one becomes 0 and a fault."""
        expr = parse_formula(text, self.faults, file, row, column) or constant(0.0)
        strategies = self.strategies if strategy is None else (strategy,)
        self.remember(expr, file, row, column, strategies, local, time)
        return expr

    def no_amounts(self, expr: Expr, file: str, row: int | None, column: str) -> None:
        """Record a fault if a formula of money states an amount itself, which has no currency."""
        for amount in amounts(expr)[:1]:
            text = f"{amount:g} is an amount without a currency; make it a row of an input file"
            self.faults.add(file, row, column, f"{text}, with its currency, and name that")

    def money(self, expr: Expr, file: str, row: int | None, column: str) -> None:
        """The same where a study is read in a country that it doesn't bring with it.

        Beside the study's own `jurisdiction.toml` an amount is in the money that stands there.
        """
        if self.jurisdiction.folder not in self.study.folders:
            self.no_amounts(expr, file, row, column)

    def remember(
        self,
        expr: Expr,
        file: str,
        row: int | None,
        column: str,
        strategies: tuple[str | None, ...],
        local: Iterable[str] = (),
        time: frozenset[str] = ANY_TIME,
    ) -> None:
        """Have a formula checked at the end."""
        formula = Formula(expr, file, row, column, strategies, frozenset(local), time)
        self.formulas.append(formula)
