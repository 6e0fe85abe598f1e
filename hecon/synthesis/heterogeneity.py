"""Between-study variance: one step formula for each method, repeated until it stands still.

The same steps serve a pairwise meta-analysis, a network and a spreadsheet: each step needs four
numbers at the current tau2, with P the projection that removes the fitted effects and D the
pattern of the random effects (the identity for two-arm studies):

=============  =================  ==========================================
``q``          y'Py               weighted sum of squared residuals
``slope``      y'PDPy             how fast q falls as tau2 grows
``trace``      tr(PD)             expectation of the slope
``information``  tr(PDPD)         twice Fisher's information on tau2
=============  =================  ==========================================
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hecon.engine.expression import Expr, parse
from hecon.errors import Fault, FaultList, InputError, ModelError, nearest
from hecon.synthesis.estimate import evaluate

#: The next tau2 of each method, from the numbers at the present one.
STEPS: Mapping[str, Expr] = {
    # Raudenbush 2009; Viechtbauer 2005: Fisher scoring of the restricted likelihood
    "REML": parse("max(0, tau2 + damping * (slope - trace) / information)"),
    # DerSimonian and Kacker 2007: Newton's step to q = degrees of freedom
    "PM": parse("max(0, tau2 + (q - df) / slope)"),
    # DerSimonian and Laird 1986; Jackson et al. 2012 for networks: one step from 0
    "DL": parse("max(0, (q - df) / trace)"),
}
#: Fisher scoring may swing about its goal for ever: each change of direction halves its steps.
#: At the goal the direction is that of a rounding, which is not the same in every engine.
ROUNDING = 1e-13
DAMPING: Expr = parse(
    "damping / 2 if (slope - trace) * score_before < 0 "
    f"and abs(slope - trace) > {ROUNDING} * trace else damping"
)
METHODS = (*STEPS, "fixed")

#: A step smaller than this share of (tau2 + the smallest variance) ends the iteration.
TOLERANCE = 1e-12
MOST_STEPS = 1_000


@dataclass(frozen=True)
class Moments:
    """What a step needs, at one tau2."""

    tau2: float
    df: int
    q: float
    slope: float
    trace: float
    information: float


def check_tau2(tau2: float | None, source: str, faults: FaultList) -> None:
    """Collect the fault of a given between-study variance that is below 0 or not finite."""
    if tau2 is not None and not (math.isfinite(tau2) and tau2 >= 0):
        faults.add(source, None, "tau2", f"tau2 is {tau2:g}; it must be 0 or above")


def between_study_variance(
    method: str, moments: Callable[[float], Moments], smallest_variance: float
) -> tuple[float, int]:
    """Tau2 and the number of steps it took.

    Raises:
        InputError: For an unknown method.
        ModelError: If the iteration does not come to rest.
    """
    if method not in METHODS:
        message = f"'{method}' is not a method; allowed are {', '.join(METHODS)}"
        raise InputError([Fault("synthesis", None, "method", message + nearest(method, METHODS))])
    start = moments(0.0)
    if method == "fixed" or start.df == 0:
        return 0.0, 0
    step = STEPS[method]
    if method == "DL":
        return float(evaluate(step, vars(start))), 1
    # REML starts from DL, which is near; PM from 0, from where Newton's steps never overshoot
    tau2 = float(evaluate(STEPS["DL"], vars(start))) if method == "REML" else 0.0
    damping, score_before = 1.0, 0.0
    for count in range(1, MOST_STEPS + 1):
        values = vars(moments(tau2))
        damping = float(
            evaluate(DAMPING, {**values, "damping": damping, "score_before": score_before})
        )
        score_before = values["slope"] - values["trace"]
        following = float(evaluate(step, {**values, "damping": damping}))
        if abs(following - tau2) <= TOLERANCE * (following + smallest_variance):
            return following, count
        tau2 = following
    raise ModelError(f"{method} did not come to rest in {MOST_STEPS} steps; use DL or PM")
