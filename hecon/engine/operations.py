"""Operations of expressions: with their NumPy, Excel, JavaScript and MathML faces side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from hecon.engine.mathml import (
    CASES,
    EXPIT,
    EXPONENTIAL,
    FRACTION,
    GAMMA,
    NEGATIVE,
    NOT,
    POWER,
    ROOT,
    MathML,
    between,
    chain,
    function,
    infix,
)

#: Two figures closer than this are one where a formula compares, rounds or looks up: a boundary
#: that is reached by way of fractions (14 months as (13 / 12 + 1 / 12) * 12) is met all the same.
NEAR = 5e-10

#: The same as decimals of a difference that a spreadsheet or a page rounds.
DECIMALS = 9


@dataclass(frozen=True)
class Operation:
    """The faces of one operation: a NumPy function, templates of Excel, JavaScript and MathML.

    `binds` is how tightly the Excel face binds. A comparison's Excel template is filled with the
    difference of its sides; one of a `series` takes any number of arguments in its Excel face.
    Arguments of the JavaScript face are atoms, and so is what it gives.
    """

    numpy: Callable[..., Any]
    excel: str
    javascript: str
    mathml: MathML
    arity: int
    binds: int = 9
    logical: bool = False
    compares: bool = False
    series: bool = False


def _comparison(test: Callable[[Any], Any], excel: str, javascript: str, sign: str) -> Operation:
    """A comparison as a test of the difference, alike in every face."""

    def compare(a: Any, b: Any, out: np.ndarray | None = None) -> Any:
        found = test(np.subtract(a, b))
        if out is None:
            return found
        np.copyto(out, found)
        return out

    in_excel, in_javascript = f"ROUND({{0}},{{decimals}}){excel}0", f"({javascript}?1:0)"
    drawn = infix(sign, 0, 1, 1)
    return Operation(compare, in_excel, in_javascript, drawn, 2, 0, True, compares=True)


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
    "add": Operation(np.add, "{0}+{1}", "({0}+{1})", infix("+", 1, 1, 3), 2, 1),
    "sub": Operation(np.subtract, "{0}-{1}", "({0}-{1})", infix("−", 1, 1, 3), 2, 1),
    "mul": Operation(np.multiply, "{0}*{1}", "({0}*{1})", infix("⋅", 3, 2, 4), 2, 2),
    "div": Operation(np.divide, "{0}/{1}", "({0}/{1})", FRACTION, 2, 2),
    "pow": Operation(np.power, "{0}^{1}", "power({0},{1})", POWER, 2, 3),
    "neg": Operation(np.negative, "-{0}", "(-{0})", NEGATIVE, 1, 4),
    "lt": _comparison(lambda d: d <= -NEAR, "<", "{0}-{1}<=-NEAR", "&lt;"),
    "le": _comparison(lambda d: d < NEAR, "<=", "{0}-{1}<NEAR", "≤"),
    "gt": _comparison(lambda d: d >= NEAR, ">", "{0}-{1}>=NEAR", "&gt;"),
    "ge": _comparison(lambda d: d > -NEAR, ">=", "{0}-{1}>-NEAR", "≥"),
    "eq": _comparison(lambda d: np.absolute(d) < NEAR, "=", "Math.abs({0}-{1})<NEAR", "="),
    "ne": _comparison(lambda d: ~(np.absolute(d) < NEAR), "<>", "!(Math.abs({0}-{1})<NEAR)", "≠"),
    "and": Operation(
        np.logical_and,
        "AND({0})",
        "({0}!==0&&{1}!==0?1:0)",
        chain("∧", -2),
        2,
        9,
        True,
        series=True,
    ),
    "or": Operation(
        np.logical_or, "OR({0})", "({0}!==0||{1}!==0?1:0)", chain("∨", -3), 2, 9, True, series=True
    ),
    "not": Operation(np.logical_not, "NOT({0})", "({0}!==0?0:1)", NOT, 1, 9, True),
    "if": Operation(_select, "IF({0},{1},{2})", "({0}!==0?{1}:{2})", CASES, 3),
    "min": Operation(
        np.minimum, "MIN({0})", "Math.min({0},{1})", function("<mi>min</mi>", ","), 2, series=True
    ),
    "max": Operation(
        np.maximum, "MAX({0})", "Math.max({0},{1})", function("<mi>max</mi>", ","), 2, series=True
    ),
    "exp": Operation(np.exp, "EXP({0})", "Math.exp({0})", EXPONENTIAL, 1),
    "log": Operation(np.log, "LN({0})", "Math.log({0})", function("<mi>ln</mi>"), 1),
    "sqrt": Operation(np.sqrt, "SQRT({0})", "Math.sqrt({0})", ROOT, 1),
    "abs": Operation(np.absolute, "ABS({0})", "Math.abs({0})", between("|", "|"), 1),
    "floor": Operation(
        _floor, "INT(ROUND({0},{decimals}))", "Math.floor({0}+NEAR)", between("⌊", "⌋"), 1
    ),
    "ceil": Operation(
        _ceil, "-INT(-ROUND({0},{decimals}))", "Math.ceil({0}-NEAR)", between("⌈", "⌉"), 1, 4
    ),
    "expit": Operation(special.expit, "1/(1+EXP(-({0})))", "(1/(1+Math.exp(-{0})))", EXPIT, 1, 2),
    "logit": Operation(
        special.logit, "LN(({0})/(1-({0})))", "Math.log({0}/(1-{0}))", function("<mi>logit</mi>"), 1
    ),
    # since Excel 2010; a file must mark them as newer than its format
    "norm_cdf": Operation(
        special.ndtr, "_xlfn.NORM.S.DIST({0},TRUE)", "normCdf({0})", function("<mi>Φ</mi>"), 1
    ),
    "gamma_cdf": Operation(
        _gamma_cdf, "_xlfn.GAMMA.DIST({0},{1},1,TRUE)", "gammaCdf({0},{1})", GAMMA, 2
    ),
}
