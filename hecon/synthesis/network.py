"""Network meta-analysis: every treatment against every other, directly and through others.

Generalised least squares on contrasts, with the covariance of studies with several arms and one
between-study variance for all contrasts (Lu and Ades 2004; Salanti 2012; White et al. 2012).
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import linalg, special

from hecon.engine.arrays import Array
from hecon.errors import FaultList, nearest
from hecon.synthesis.connected import components
from hecon.synthesis.contrasts import Contrasts
from hecon.synthesis.estimate import Estimate, evaluate
from hecon.synthesis.heterogeneity import Moments, between_study_variance, check_tau2
from hecon.synthesis.pooling import TOTALS


@dataclass(frozen=True)
class NetworkFit:
    """Coefficients of a linear model of contrasts, their covariance and what is left over.

    `q` is without heterogeneity, `q_random` with it.
    """

    coefficients: Array
    covariance: Array
    tau2: float
    q: float
    q_random: float
    df: int
    steps: int


@dataclass(frozen=True)
class Network:
    """Effects of treatments against a reference."""

    contrasts: Contrasts
    treatments: tuple[str, ...]  #: In alphabetical order.
    reference: str
    #: estimate, covariance: Each treatment minus the reference, shapes (treatments,) and
    #: (treatments, treatments); zero for the reference itself.
    estimate: Array
    covariance: Array
    tau2: float  #: Variance of any contrast between studies.
    #: q, df, p_q, i2: Generalised Q of the whole network without heterogeneity, its p-value and I2
    #: from it.
    q: float
    df: int
    p_q: float
    i2: float
    method: str
    steps: int

    def effect(self, treatment: str, against: str) -> Estimate:
        """One treatment minus another.

        Raises:
            InputError: For a treatment that the network does not have.
        """
        i, j = (_position(self.treatments, t) for t in (treatment, against))
        variance = self.covariance[i, i] + self.covariance[j, j] - 2 * self.covariance[i, j]
        return Estimate(
            float(self.estimate[i] - self.estimate[j]), math.sqrt(max(0.0, float(variance)))
        )

    def league(self) -> pd.DataFrame:
        """Every treatment against every other, one row an unordered pair.

        Returns:
            ``treatment``, ``against``, ``estimate``, ``se``, ``low``, ``high``, ``p`` and
            ``studies``, those that compare the two directly.
        """
        direct = direct_studies(self.contrasts)
        rows = []
        for a, b in combinations(self.treatments, 2):
            found = self.effect(a, b)
            rows.append(
                {
                    "treatment": a,
                    "against": b,
                    "estimate": found.estimate,
                    "se": found.se,
                    "low": found.low,
                    "high": found.high,
                    "p": found.p,
                    "studies": len(direct.get((a, b), ())),
                }
            )
        return pd.DataFrame(rows)


def network(
    contrasts: Contrasts,
    reference: str,
    *,
    method: str = "REML",
    tau2: float | None = None,
    source: str = "contrasts",
) -> Network:
    """Estimate a network.

    Args:
        contrasts: From `hecon.synthesis.contrasts`: `from_arms`, `from_differences`, `combined`.
        reference: The treatment that the estimates are against; it changes no comparison.
        method, tau2: As for `hecon.synthesis.pooling.pool`.

    Raises:
        InputError: Without a contrast, with an unknown reference, or if the network falls apart.
    """
    faults = FaultList()
    if not contrasts.pairs:
        faults.add(source, None, None, "no study is left in the network; at least one is needed")
        faults.raise_if_any()
    parts = components((a[1], b[1]) for a, b in contrasts.pairs)
    if len(parts) > 1:
        named = "; ".join(", ".join(sorted(part)) for part in sorted(parts, key=sorted))
        message = f"the network falls apart into {len(parts)} that no study joins: {named}"
        faults.add(source, None, "treatment", message)
    check_tau2(tau2, source, faults)
    faults.raise_if_any()
    at = _position(contrasts.treatments, reference)
    fitted = fit(contrasts, design(contrasts), method=method, tau2=tau2)
    # from "against the first treatment" to "against the reference"
    shift = np.eye(len(contrasts.treatments))
    shift[:, at] -= 1.0
    basic = shift[:, 1:]
    return Network(
        contrasts=contrasts,
        treatments=contrasts.treatments,
        reference=reference,
        estimate=basic @ fitted.coefficients,
        covariance=basic @ fitted.covariance @ basic.T,
        tau2=fitted.tau2,
        q=fitted.q,
        df=fitted.df,
        p_q=p_value(fitted.q, fitted.df),
        i2=float(evaluate(TOTALS["i2"], {"q": fitted.q, "df": fitted.df})),
        method=method if tau2 is None else "given",
        steps=fitted.steps,
    )


def design(contrasts: Contrasts) -> Array:
    """Contrasts by treatment, without the first treatment: shape (contrasts, treatments - 1)."""
    position = {t: i for i, t in enumerate(contrasts.treatments)}
    found = np.zeros((len(contrasts.pairs), len(position)))
    for row, (a, b) in enumerate(contrasts.pairs):
        found[row, position[a[1]]] += 1.0
        found[row, position[b[1]]] -= 1.0
    return found[:, 1:]


def fit(
    contrasts: Contrasts, columns: Array, *, method: str = "REML", tau2: float | None = None
) -> NetworkFit:
    """Generalised least squares of the contrasts on columns of full rank.

    Shapes: ``columns`` (contrasts, coefficients).
    """
    y, sampling, pattern = contrasts.estimate, contrasts.covariance, contrasts.heterogeneity
    df = y.size - columns.shape[1]

    def projection(t: float) -> tuple[Array, Array, Array]:
        inverse = linalg.inv(sampling + t * pattern)
        weighted = inverse @ columns
        covariance = linalg.inv(columns.T @ weighted)
        return inverse - weighted @ covariance @ weighted.T, covariance, weighted

    def moments(t: float) -> Moments:
        p, _, _ = projection(t)
        residual, spread = p @ y, p @ pattern
        return Moments(
            tau2=t,
            df=df,
            q=float(y @ residual),
            slope=float(residual @ pattern @ residual),
            trace=float(np.trace(spread)),
            information=float((spread * spread.T).sum()),
        )

    if tau2 is None:
        found, steps = between_study_variance(method, moments, float(np.diag(sampling).min()))
    else:
        found, steps = float(tau2), 0
    _, covariance, weighted = projection(found)
    q, q_random = (moments(t).q if df else 0.0 for t in (0.0, found))
    return NetworkFit(covariance @ weighted.T @ y, covariance, found, q, q_random, df, steps)


def direct_studies(contrasts: Contrasts) -> dict[tuple[str, str], tuple[str, ...]]:
    """Studies that compare two treatments directly, by pair in alphabetical order."""
    found: dict[tuple[str, str], list[str]] = {}
    for block in contrasts.blocks:
        study = contrasts.pairs[block[0]][0][0]
        for pair in combinations(sorted(treatments_in(contrasts, block)), 2):
            found.setdefault(pair, []).append(study)
    return {pair: tuple(studies) for pair, studies in sorted(found.items())}


def treatments_in(contrasts: Contrasts, block: tuple[int, ...]) -> frozenset[str]:
    """Treatments that a block of contrasts compares."""
    return frozenset(arm[1] for row in block for arm in contrasts.pairs[row])


def p_value(q: float, df: int) -> float:
    """Probability of a larger Q by chance; NaN without degrees of freedom."""
    return float(special.chdtrc(df, q)) if df else math.nan


def _position(treatments: tuple[str, ...], treatment: str) -> int:
    faults = FaultList()
    if treatment not in treatments:
        message = f"'{treatment}' is not in the network; it has {', '.join(treatments)}"
        faults.add("network", None, "treatment", message + nearest(treatment, treatments))
    faults.raise_if_any()
    return treatments.index(treatment)
