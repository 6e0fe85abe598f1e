"""An estimate with its standard error, on the scale on which it is normal."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, parse
from hecon.engine.operations import OPERATIONS

#: Coverage of every interval in this package unless another is asked for.
LEVEL = 0.95

#: Ends of an interval; ``z`` is how many standard errors it reaches.
LOW: Expr = parse("estimate - z * se")
HIGH: Expr = parse("estimate + z * se")


def normal_point(level: float = LEVEL) -> float:
    """How many standard errors a two-sided normal interval reaches (1.96 for 95 %)."""
    return float(special.ndtri(0.5 + level / 2))


@dataclass(frozen=True)
class Estimate:
    """An estimate and its standard error: log odds, log ratios, or standardised differences."""

    estimate: float
    se: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self._end(LOW)

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self._end(HIGH)

    def _end(self, formula: Expr) -> float:
        values = {"estimate": self.estimate, "se": self.se, "z": normal_point()}
        return float(evaluate(formula, values))

    @property
    def p(self) -> float:
        """Two-sided p-value of no effect; NaN without uncertainty."""
        return 2 * float(special.ndtr(-abs(self.estimate) / self.se)) if self.se > 0 else math.nan


def evaluate(expr: Expr, values: Mapping[str, ArrayLike]) -> Array:
    """The value of an expression without look-ups, for numbers or arrays by name."""
    with np.errstate(all="ignore"):  # a branch that is not taken may divide by zero
        return _value(expr, values)


def _value(expr: Expr, values: Mapping[str, ArrayLike]) -> Array:
    if expr.op == "const":
        return np.asarray(expr.value)
    if expr.op == "name":
        return np.asarray(values[expr.name], dtype=float)
    found = OPERATIONS[expr.op].numpy(*[_value(arg, values) for arg in expr.args])
    return np.asarray(found, dtype=float)
