"""What is shared while a study is read: where files lie, faults, and every formula's place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hecon.engine.expression import Expr, constant
from hecon.engine.model import FIXED_NAMES, TIME_NAMES
from hecon.errors import FaultList, nearest
from hecon.jurisdictions.schema import Jurisdiction
from hecon.parameters.files import inside
from hecon.parameters.records import Strict
from hecon.parameters.rows import parse_formula
from hecon.parameters.tables import Cells, read_rows
from hecon.studies.schema import StudyDefinition

FILE = "study.toml"

#: Names the engine supplies, by what a formula is for.
NO_TIME = frozenset(FIXED_NAMES)
EVENT_TIME = NO_TIME | {"cycle", "year", "age"}
COUNTED_TIME = EVENT_TIME | {"discount_time"}
ANY_TIME = COUNTED_TIME | frozenset(TIME_NAMES)

RowType = TypeVar("RowType", bound=Strict)


@dataclass(frozen=True)
class Formula:
    """A formula with its place, to be checked once everything is read.

    Attributes
    ----------
    strategies
        Strategies it is read in; None stands for outside all strategies.
    local
        Names that have a meaning in this formula only.
    time
        Names of the engine that may be used, also by the formulas it rests on.
    """

    expr: Expr
    file: str
    row: int | None
    column: str
    strategies: tuple[str | None, ...]
    local: frozenset[str]
    time: frozenset[str]


@dataclass
class Reading:
    """A study being read."""

    folder: Path
    definition: StudyDefinition
    jurisdiction: Jurisdiction
    faults: FaultList = field(default_factory=FaultList)
    formulas: list[Formula] = field(default_factory=list)

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies."""
        return tuple(s.name for s in self.definition.strategies)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return tuple(s.name for s in self.definition.states)

    def shown(self, file: str) -> str:
        """A file as messages name it."""
        return f"{self.folder.name}/{file}"

    def path(self, file: str, column: str) -> Path:
        """Where a file named in `study.toml` lies; raises InputError if it lies elsewhere."""
        return inside(self.folder, file, self.shown(FILE), column)

    def rows(
        self, file: str, column: str, kind: type[RowType], free: bool = False
    ) -> list[tuple[int, RowType, Cells]]:
        """Rows of a CSV file named in `study.toml`; its faults are recorded."""
        result: list[tuple[int, RowType, Cells]] = []
        with self.faults.collect():
            path = self.path(file, column)
            result = read_rows(path, self.shown(file), kind, self.faults, free)
        return result

    def strategy(
        self, name: str, file: str, row: int | None, column: str = "strategy"
    ) -> str | None:
        """A strategy named in a row; None for all."""
        if name in ("", "all"):
            return None
        if name not in self.strategies:
            allowed = ", ".join(("all", *self.strategies))
            hint = f"{nearest(name, self.strategies)}; allowed are {allowed}"
            self.faults.add(file, row, column, f"'{name}' is not a strategy{hint}")
        return name

    def state(self, name: str, file: str, row: int, column: str, other: str = "") -> None:
        """Record a fault if a name is no state's; `other` tells what else is allowed."""
        if name not in self.states:
            hint = f"{nearest(name, self.states)}; allowed are {other}{', '.join(self.states)}"
            self.faults.add(file, row, column, f"'{name}' is not a state{hint}")

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
