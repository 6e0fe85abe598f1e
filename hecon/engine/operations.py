"""Operations of expressions: each with its NumPy, Excel and JavaScript face side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

#: Two figures closer than this are one where a formula compares, rounds or looks up: a boundary
#: that is reached by way of fractions (14 months as (13 / 12 + 1 / 12) * 12) is met all the same.
NEAR = 5e-10

#: The same as decimals of a difference that a spreadsheet or a page rounds.
DECIMALS = 9


@dataclass(frozen=True)
class Operation:
    """The faces of one operation: a NumPy function, templates of Excel and JavaScript.

    `binds` is how tightly the Excel face binds. A comparison's Excel template is filled with the
    difference of its sides; one of a `series` takes any number of arguments in its Excel face.
    Arguments of the JavaScript face are atoms, and so is what it gives.
    """

    numpy: Callable[..., Any]
    excel: str
    javascript: str
    arity: int
    binds: int = 9
    logical: bool = False
    compares: bool = False
    series: bool = False


def _comparison(test: Callable[[Any], Any], excel: str, javascript: str) -> Operation:
    """A comparison as a test of the difference, alike in every face."""

    def compare(a: Any, b: Any, out: np.ndarray | None = None) -> Any:
        found = test(np.subtract(a, b))
        if out is None:
            return found
        np.copyto(out, found)
        return out

    in_excel, in_javascript = f"ROUND({{0}},{{decimals}}){excel}0", f"({javascript}?1:0)"
    return Operation(compare, in_excel, in_javascript, 2, 0, True, compares=True)


def _floor(value: Any, out: np.ndarray | None = None) -> Any:
    return np.floor(np.add(value, NEAR), out=out)


def _ceil(value: Any, out: np.ndarray | None = None) -> Any:
    return np.ceil(np.subtract(value, NEAR), out=out)


def _select(condition: object, yes: object, no: object, out: np.ndarray | None = None) -> object:
    result = np.where(np.asarray(condition) != 0, yes, no)  # type: ignore[call-overload]
    if out is None:
        return result
    np.copyto(out, result)
    return out


def _gamma_cdf(value: Any, shape: Any, out: np.ndarray | None = None) -> Any:
    return special.gammainc(shape, value, out=out)


OPERATIONS: dict[str, Operation] = {
    "add": Operation(np.add, "{0}+{1}", "({0}+{1})", 2, 1),
    "sub": Operation(np.subtract, "{0}-{1}", "({0}-{1})", 2, 1),
    "mul": Operation(np.multiply, "{0}*{1}", "({0}*{1})", 2, 2),
    "div": Operation(np.divide, "{0}/{1}", "({0}/{1})", 2, 2),
    "pow": Operation(np.power, "{0}^{1}", "power({0},{1})", 2, 3),
    "neg": Operation(np.negative, "-{0}", "(-{0})", 1, 4),
    "lt": _comparison(lambda d: d <= -NEAR, "<", "{0}-{1}<=-NEAR"),
    "le": _comparison(lambda d: d < NEAR, "<=", "{0}-{1}<NEAR"),
    "gt": _comparison(lambda d: d >= NEAR, ">", "{0}-{1}>=NEAR"),
    "ge": _comparison(lambda d: d > -NEAR, ">=", "{0}-{1}>-NEAR"),
    "eq": _comparison(lambda d: np.absolute(d) < NEAR, "=", "Math.abs({0}-{1})<NEAR"),
    "ne": _comparison(lambda d: ~(np.absolute(d) < NEAR), "<>", "!(Math.abs({0}-{1})<NEAR)"),
    "and": Operation(np.logical_and, "AND({0})", "({0}!==0&&{1}!==0?1:0)", 2, 9, True, series=True),
    "or": Operation(np.logical_or, "OR({0})", "({0}!==0||{1}!==0?1:0)", 2, 9, True, series=True),
    "not": Operation(np.logical_not, "NOT({0})", "({0}!==0?0:1)", 1, 9, True),
    "if": Operation(_select, "IF({0},{1},{2})", "({0}!==0?{1}:{2})", 3),
    "min": Operation(np.minimum, "MIN({0})", "Math.min({0},{1})", 2, series=True),
    "max": Operation(np.maximum, "MAX({0})", "Math.max({0},{1})", 2, series=True),
    "exp": Operation(np.exp, "EXP({0})", "Math.exp({0})", 1),
    "log": Operation(np.log, "LN({0})", "Math.log({0})", 1),
    "sqrt": Operation(np.sqrt, "SQRT({0})", "Math.sqrt({0})", 1),
    "abs": Operation(np.absolute, "ABS({0})", "Math.abs({0})", 1),
    "floor": Operation(_floor, "INT(ROUND({0},{decimals}))", "Math.floor({0}+NEAR)", 1),
    "ceil": Operation(_ceil, "-INT(-ROUND({0},{decimals}))", "Math.ceil({0}-NEAR)", 1, 4),
    "expit": Operation(special.expit, "1/(1+EXP(-({0})))", "(1/(1+Math.exp(-{0})))", 1, 2),
    "logit": Operation(special.logit, "LN(({0})/(1-({0})))", "Math.log({0}/(1-{0}))", 1),
    # since Excel 2010; a file must mark them as newer than its format
    "norm_cdf": Operation(special.ndtr, "_xlfn.NORM.S.DIST({0},TRUE)", "normCdf({0})", 1),
    "gamma_cdf": Operation(_gamma_cdf, "_xlfn.GAMMA.DIST({0},{1},1,TRUE)", "gammaCdf({0},{1})", 2),
}
