"""Meta-analysis of one comparison: fixed effect or random effects."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, parse
from hecon.errors import FaultList
from hecon.synthesis.estimate import LEVEL, Estimate, evaluate, normal_point
from hecon.synthesis.heterogeneity import Moments, between_study_variance, check_tau2

#: Fewer studies than this cannot estimate how far studies differ.
ENOUGH_STUDIES = 3

#: Columns of a pooling, one value a study.
COLUMNS: Mapping[str, Expr] = {
    "w": parse("1 / (variance + tau2)"),
    "residual": parse("estimate - mean"),
    "weight": parse("w / sum_w"),
}
#: Sums over the studies that the totals need.
SUMS: Mapping[str, Expr] = {
    "sum_w": parse("w"),
    "sum_wy": parse("w * estimate"),
    "sum_w2": parse("w ** 2"),
    "sum_w3": parse("w ** 3"),
    "q": parse("w * residual ** 2"),
    "slope": parse("w ** 2 * residual ** 2"),
}
#: Totals from the sums; ``q`` in ``i2`` is that at tau2 = 0.
TOTALS: Mapping[str, Expr] = {
    "mean": parse("sum_wy / sum_w"),
    "se": parse("sqrt(1 / sum_w)"),
    "se_knapp_hartung": parse("sqrt(q / (df * sum_w))"),
    "trace": parse("sum_w - sum_w2 / sum_w"),
    "information": parse("sum_w2 - 2 * sum_w3 / sum_w + (sum_w2 / sum_w) ** 2"),
    "i2": parse("max(0, 1 - df / q) if q > 0 else 0"),
    "half_prediction": parse("t * sqrt(tau2 + se ** 2)"),
}


@dataclass(frozen=True)
class Pooled:
    """A pooled effect on the scale of its studies."""

    estimate: float
    se: float
    #: low, high: Confidence interval: normal, or Knapp-Hartung on t with k - 1 degrees of freedom.
    low: float
    high: float
    #: Between-study variance; with fewer than three studies its 0 means unknown (see `note`).
    tau2: float
    #: q, df, p_q, i2: Cochran's Q, its degrees of freedom and p-value (NaN for one study), and I2
    #: from Q, 0 to 1.
    q: float
    df: int
    p_q: float
    i2: float
    weights: Array  #: Share of each study, in the order given; they sum to one.
    #: Interval for the effect of a new study (Higgins et al. 2009), None below three studies.
    prediction: tuple[float, float] | None
    k: int
    method: str
    knapp_hartung: bool
    note: str  #: What the figures cannot say, in plain words; empty if nothing.
    steps: int

    @property
    def effect(self) -> Estimate:
        """The pooled effect with its standard error."""
        return Estimate(self.estimate, self.se)


def pool(
    estimate: ArrayLike,
    variance: ArrayLike,
    *,
    method: str = "REML",
    tau2: float | None = None,
    knapp_hartung: bool = False,
    source: str = "studies",
) -> Pooled:
    """Pool the effects of studies by inverse variance.

    Args:
        estimate, variance: Effects and their sampling variances, shape (studies,). Their order does
            not matter, to the bit.
        method: How tau2 is estimated: ``REML`` (Viechtbauer 2005), ``DL`` (DerSimonian and Laird
            1986), ``PM`` (Paule and Mandel 1982) or ``fixed`` (tau2 = 0).
        tau2: A between-study variance to use instead of an estimated one.
        knapp_hartung: Standard error scaled by the weighted residual variance, interval on t (Knapp
            and Hartung 2003), as published: without raising a scale below one.

    Raises:
        InputError: Without a study, or with an effect that is not finite or a variance that is not
            above 0.
    """
    y, v = np.atleast_1d(np.asarray(estimate, float)), np.atleast_1d(np.asarray(variance, float))
    _check(y, v, tau2, source)
    order = np.lexsort((v, y))
    y, v = y[order], v[order]
    k, df = y.size, y.size - 1
    if tau2 is None:
        found, steps = between_study_variance(method, lambda t: _moments(y, v, t), float(v.min()))
    else:
        found, steps, method = float(tau2), 0, "given"
    total = totals(y, v, found)
    q = totals(y, v, 0.0)["q"]
    centre, se = total["mean"], total["se"]
    reach = normal_point()
    note = _note(k, method)
    if knapp_hartung and df > 0:
        scaled = total["se_knapp_hartung"]
        reach = float(special.stdtrit(df, 0.5 + LEVEL / 2))
        if scaled < se:
            note = " ".join(filter(None, (note, NARROWER)))
        se = scaled
    prediction = None
    if k >= ENOUGH_STUDIES:
        values = {"t": special.stdtrit(k - 2, 0.5 + LEVEL / 2), "tau2": found, "se": se}
        half = float(evaluate(TOTALS["half_prediction"], values))
        prediction = (centre - half, centre + half)
    weights = np.empty(k)
    w = evaluate(COLUMNS["w"], {"variance": v, "tau2": found})
    weights[order] = evaluate(COLUMNS["weight"], {"w": w, **total})
    return Pooled(
        estimate=centre,
        se=se,
        low=centre - reach * se,
        high=centre + reach * se,
        tau2=found,
        q=q,
        df=df,
        p_q=float(special.chdtrc(df, q)) if df else math.nan,
        i2=float(evaluate(TOTALS["i2"], {"q": q, "df": df})),
        weights=weights,
        prediction=prediction,
        k=k,
        method=method,
        knapp_hartung=knapp_hartung and df > 0,
        note=note,
        steps=steps,
    )


def totals(estimate: Array, variance: Array, tau2: float) -> dict[str, float]:
    """Sums and totals of a pooling at one tau2; every name of `SUMS` and most of `TOTALS`."""
    df = estimate.size - 1
    columns: dict[str, Array] = {
        "estimate": estimate,
        "w": evaluate(COLUMNS["w"], {"variance": variance, "tau2": tau2}),
    }
    found: dict[str, float] = {"tau2": tau2, "df": float(df)}
    for name in ("sum_w", "sum_wy", "sum_w2", "sum_w3"):
        found[name] = float(evaluate(SUMS[name], columns).sum())
    found["mean"] = float(evaluate(TOTALS["mean"], found))
    columns["residual"] = evaluate(COLUMNS["residual"], {"estimate": estimate, **found})
    for name in ("q", "slope"):
        found[name] = float(evaluate(SUMS[name], columns).sum())
    for name in ("se", "se_knapp_hartung", "trace", "information"):
        found[name] = float(evaluate(TOTALS[name], found))
    return found


def _moments(estimate: Array, variance: Array, tau2: float) -> Moments:
    total = totals(estimate, variance, tau2)
    names = ("q", "slope", "trace", "information")
    return Moments(tau2, estimate.size - 1, *(total[name] for name in names))


NARROWER = (
    "The Knapp-Hartung standard error is below the usual one, because these studies agree more "
    "than chance would have it: read the usual interval too."
)


def _note(k: int, method: str) -> str:
    if method == "fixed":
        return "" if k == 1 else "One effect common to all studies is assumed."
    if method == "given":
        return "The between-study variance is given, not estimated."
    if k == 1:
        return "One study cannot show heterogeneity; tau2 = 0 means unknown."
    if k < ENOUGH_STUDIES:
        return (
            "Two studies cannot estimate heterogeneity; tau2 = 0 means unknown, and any other "
            "figure is no better. See the pooled effect over a range of tau2."
        )
    return ""


def _check(estimate: Array, variance: Array, tau2: float | None, source: str) -> None:
    faults = FaultList()
    if estimate.size == 0:
        faults.add(source, None, None, "no study is left to pool; at least one is needed")
    if estimate.shape != variance.shape:
        message = f"{estimate.size} effects and {variance.size} variances"
        faults.add(source, None, "variance", message)
        faults.raise_if_any()
    for i, (y, v) in enumerate(zip(estimate, variance, strict=True), start=1):
        if not np.isfinite(y):
            faults.add(source, i, "estimate", f"the effect is {y:g}, not a finite number")
        if not (np.isfinite(v) and v > 0):
            faults.add(source, i, "variance", f"the variance is {v:g}; it must be above 0")
    check_tau2(tau2, source, faults)
    faults.raise_if_any()
