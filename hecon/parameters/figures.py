"""Figures in cells: a number, or a formula of numbers such as ``1251 / 1734``."""

import contextlib
import math
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator

from hecon.engine.expression import Expr, ExpressionError, parse
from hecon.engine.operations import OPERATIONS
from hecon.parameters.records import number, short


def figure(text: str) -> float:
    """The value of a cell; raises ValueError with what was found and what is allowed."""
    try:
        return number(text)
    except ValueError as refused:
        expr = None
        with contextlib.suppress(ExpressionError, RecursionError, OverflowError):
            expr = parse(text.strip())
        if expr is None or expr.names or expr.tables:
            raise refused from None
    with np.errstate(all="ignore"):
        value = _worked_out(expr)
    if not math.isfinite(value):
        raise ValueError(f"'{short(text)}' is {value:g}, allowed is a finite number")
    return value


def _worked_out(expr: Expr) -> float:
    if expr.op == "const":
        return expr.value
    return float(OPERATIONS[expr.op].numpy(*(np.float64(_worked_out(a)) for a in expr.args)))


def _figure_or_blank(value: object) -> object:
    if not isinstance(value, str):
        return value
    return figure(value) if value.strip() else None


Figure = Annotated[float | None, BeforeValidator(_figure_or_blank)]
