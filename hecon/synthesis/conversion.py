"""Conversions between scales, and of published intervals to standard errors."""

import math

from hecon.engine.expression import Expr, parse
from hecon.errors import FaultList
from hecon.synthesis.estimate import Estimate, evaluate, normal_point

#: A logistic distribution's standard deviation: what one unit of a standardised difference is
#: worth in log odds (Hasselblad and Hedges 1995; Chinn 2000, Stat Med 19:3127).
LOGISTIC_SD = math.pi / math.sqrt(3)
SMD_TO_LOG_ODDS: Expr = parse(f"smd * {LOGISTIC_SD!r}")
#: On the scale on which the interval is symmetric; ``z`` is 1.96 for 95 %.
SE_FROM_INTERVAL: Expr = parse("(high - low) / (2 * z)")


def smd_to_log_odds(smd: Estimate) -> Estimate:
    """A standardised mean difference as a log odds ratio, if the symptoms are logistic."""
    return _scaled(smd, SMD_TO_LOG_ODDS, "smd")


def _scaled(given: Estimate, formula: Expr, name: str) -> Estimate:
    return Estimate(
        float(evaluate(formula, {name: given.estimate})), float(evaluate(formula, {name: given.se}))
    )


def se_from_interval(low: float, high: float) -> float:
    """Standard error behind a published interval, on the scale on which it is symmetric.

    Raises:
        InputError: If the ends are missing or in the wrong order.
    """
    faults = FaultList()
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        faults.add("interval", None, None, f"{low:g} to {high:g} is not an interval")
    faults.raise_if_any()
    values = {"low": low, "high": high, "z": normal_point()}
    return float(evaluate(SE_FROM_INTERVAL, values))
