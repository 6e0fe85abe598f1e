"""Formulas of a plan's own: made of its assumptions and of the study's quantities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from hecon.engine.expression import OPERATIONS, Expr, ExpressionError, parse
from hecon.engine.model import CohortModel, Key
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError
from hecon.parameters.records import Real, Required, Strict
from hecon.parameters.schema import STATUSES

Array = NDArray[np.float64]


class Assumption(Strict):
    """A figure of a plan's own, with its range and where it comes from."""

    value: Real
    low: Real
    high: Real
    unit: str = ""
    source: Required
    status: Literal[STATUSES]  # type: ignore[valid-type]
    price_year: str = ""

    @model_validator(mode="after")
    def _inside_its_range(self) -> Assumption:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"found {self.value:g}, allowed is {self.low:g} to {self.high:g}")
        return self


def parsed(text: str, shown: str, where: str) -> Expr:
    """A formula; raises InputError with its place."""
    try:
        return parse(text)
    except ExpressionError as error:
        raise InputError([Fault(shown, None, where, str(error))]) from None


def evaluated(
    expr: Expr,
    strategy: str | None,
    known: Mapping[str, float],
    model: CohortModel,
    numbers: Mapping[Key, float],
    columns: Mapping[Key, Array],
) -> Array:
    """Value by draw; names in `known` go before the study's."""
    wanted = sorted(expr.names - known.keys())
    targets = [(Expr("name", name=name), strategy) for name in wanted]
    found: dict[str, Array | float] = {**known}
    found |= zip(wanted, formula_values(model, targets, numbers, columns), strict=True)
    draws = len(next(iter(columns.values()))) if columns else 1

    def fold(part: Expr) -> Array | float:
        if part.op == "const":
            return part.value
        if part.op == "name":
            return found[part.name]
        return np.asarray(OPERATIONS[part.op].numpy(*map(fold, part.args)), dtype=float)

    with np.errstate(all="ignore"):  # who asks looks at what comes out
        return np.array(np.broadcast_to(np.asarray(fold(expr), dtype=float), (draws,)))
