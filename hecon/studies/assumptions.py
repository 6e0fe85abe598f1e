"""Formulas of a plan's own: made of its assumptions and of the study's quantities."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import model_validator

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, ExpressionError, parse
from hecon.engine.model import CohortModel, Key
from hecon.engine.operations import OPERATIONS
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError
from hecon.parameters.cell_text import name_problem, parse_formula
from hecon.parameters.parameter_schema import STATUSES
from hecon.parameters.records import Real, Required, Strict, Text
from hecon.parameters.units import unit_problem
from hecon.studies.reading import NO_TIME, StudyReading

#: An entry of a plan, its formula, the strategy it is read in, and names of its own.
PlanFormula = tuple[str, str, str | None, tuple[str, ...]]


class Assumption(Strict):
    """A figure of a plan's own, with its range and where it comes from."""

    value: Real
    low: Real
    high: Real
    unit: Text = ""
    source: Required
    status: Literal[STATUSES]  # type: ignore[valid-type]
    price_year: Text = ""

    @model_validator(mode="after")
    def _inside_its_range(self) -> Assumption:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"found {self.value:g}, allowed is {self.low:g} to {self.high:g}")
        return self


def there(path: Path) -> bool:
    """True if something lies at a path, whatever it is and wherever it leads."""
    return os.path.lexists(path)


def remember_formulas(
    reading: StudyReading,
    shown: str,
    formulas: Iterable[PlanFormula],
    assumptions: Mapping[str, Assumption],
) -> None:
    """Have a plan's formulas checked with the study's, and every assumption for its use.

    Args:
        formulas: Entry, formula, the strategy it is read in, and the names beside the assumptions
            that mean something in it only.
    """
    used: set[str] = set()
    readable = True
    for entry, text, strategy, given in formulas:
        expr = parse_formula(text, reading.faults, shown, None, entry)
        readable &= expr is not None
        if expr is not None:
            used |= expr.names
            local = {*assumptions, *given}
            reading.remember(expr, shown, None, entry, (strategy,), local, NO_TIME)
    for name, assumption in assumptions.items():
        column = f"assumptions.{name}"
        problem = name_problem(name)
        if not problem and assumption.unit:
            problem = unit_problem(assumption.unit, reading.jurisdiction.definition.currency)
        if not problem and name not in used and readable:
            problem = "no formula of the file uses it; take it out, or use it"
        if problem:
            reading.faults.add(shown, None, column, problem)


#: A plan is worked out many times, at each end of each range.
_parse = cache(parse)


def parsed(text: str, shown: str, where: str) -> Expr:
    """A formula; raises InputError with its place."""
    try:
        return _parse(text)
    except ExpressionError as error:
        raise InputError([Fault(shown, None, where, str(error))]) from None


class Quantities:
    """A study's quantities in the rows of a design, each worked out once.

    Args:
        numbers, columns: Values of the parameters: common to all rows, and by row.
    """

    def __init__(
        self, model: CohortModel, numbers: Mapping[Key, float], columns: Mapping[Key, Array]
    ):
        self._given = (model, numbers, columns)
        self._known: dict[tuple[str, str | None], Array] = {}
        self.rows = len(next(iter(columns.values()))) if columns else 1

    def of(self, names: Iterable[str], strategy: str | None) -> dict[str, Array]:
        """Values by name, as a strategy has them: a number, or shape (rows,)."""
        model, numbers, columns = self._given
        wanted = sorted(names)
        new = [name for name in wanted if (name, strategy) not in self._known]
        targets = [(Expr("name", name=name), strategy) for name in new]
        for name, value in zip(
            new, formula_values(model, targets, numbers, columns) if new else (), strict=True
        ):
            self._known[name, strategy] = value
        return {name: self._known[name, strategy] for name in wanted}


def evaluated(
    expr: Expr, strategy: str | None, known: Mapping[str, float], quantities: Quantities
) -> Array:
    """Value by row; names in `known` go before the study's."""
    found: dict[str, Array | float] = {**known}
    found |= quantities.of(expr.names - known.keys(), strategy)
    value = np.asarray(worked_out(expr, found), dtype=float)
    return np.array(np.broadcast_to(value, (quantities.rows,)))


def worked_out(expr: Expr, found: Mapping[str, Array | float]) -> Array | float:
    """An expression's value from those of the names in it; who asks looks at what comes out."""

    def fold(part: Expr) -> Array | float:
        if part.op == "const":
            return part.value
        if part.op == "name":
            return found[part.name]
        return np.asarray(OPERATIONS[part.op].numpy(*map(fold, part.args)), dtype=float)

    with np.errstate(all="ignore"):
        return fold(expr)
