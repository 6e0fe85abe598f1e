"""Do direct and indirect evidence agree? Side-splitting, and Q by design."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError
from hecon.synthesis.contrasts import Contrasts
from hecon.synthesis.estimate import Estimate
from hecon.synthesis.network import (
    design,
    direct_studies,
    fit,
    p_value,
    treatments_in,
)


@dataclass(frozen=True)
class Split:
    """Direct and indirect evidence on one comparison, and how far they are apart."""

    treatment: str
    against: str
    direct: Estimate
    indirect: Estimate
    difference: Estimate
    tau2: float


@dataclass(frozen=True)
class Heterogeneity:
    """A Q statistic with its degrees of freedom and p-value (NaN without degrees of freedom)."""

    q: float
    df: int

    @property
    def p(self) -> float:
        """Probability of a larger Q by chance."""
        return p_value(self.q, self.df)


@dataclass(frozen=True)
class Decomposition:
    """Q of a network, split by design (the set of treatments that a study compares)."""

    #: total, within, between: Without heterogeneity: between studies in all, of the same design,
    #: between designs.
    total: Heterogeneity
    within: Heterogeneity
    between: Heterogeneity
    tau2_within: float  #: Heterogeneity within designs.
    #: Between designs, given the heterogeneity within them: the test of inconsistency.
    between_random: Heterogeneity
    designs: pd.DataFrame  #: ``design``, ``studies``, ``q``, ``df``, ``p``: one row a design.


def side_split(
    contrasts: Contrasts,
    treatment: str,
    against: str,
    *,
    method: str = "REML",
    tau2: float | None = None,
) -> Split:
    """One comparison from the studies that make it, and from the rest of the network.

    The studies that compare the two directly get one more coefficient, how far their difference
    lies from the network's, half of it on either treatment, so that no arm is the special one
    (Dias et al. 2010, Stat Med 29:932; White 2015, Stata J 15:951). Heterogeneity is estimated
    anew.

    Raises:
        InputError: If the comparison is not made directly, or in no other way.
    """
    columns = _split_columns(contrasts, treatment, against)
    if columns is None:
        message = (
            f"{treatment} against {against} cannot be split: that needs studies that compare them "
            "directly and others that join them"
        )
        raise InputError([Fault("network", None, "treatment", message)])
    fitted = fit(contrasts, columns, method=method, tau2=tau2)
    position = {t: i for i, t in enumerate(contrasts.treatments[1:])}
    indirect, difference = np.zeros((2, columns.shape[1]))
    for name, sign in ((treatment, 1.0), (against, -1.0)):
        if name in position:
            indirect[position[name]] = sign
    difference[-1] = 1.0

    def estimate(weights: Array) -> Estimate:
        variance = float(weights @ fitted.covariance @ weights)
        return Estimate(float(weights @ fitted.coefficients), variance**0.5)

    return Split(
        treatment,
        against,
        direct=estimate(indirect + difference),
        indirect=estimate(indirect),
        difference=estimate(difference),
        tau2=fitted.tau2,
    )


def side_splits(contrasts: Contrasts) -> pd.DataFrame:
    """Every comparison that can be split, in alphabetical order.

    Returns:
        ``treatment``, ``against``, ``studies`` (direct), ``direct``, ``direct_se``, ``indirect``,
        ``indirect_se``, ``difference``, ``difference_se``, ``p``, ``tau2``.
    """
    rows = []
    for (a, b), studies in direct_studies(contrasts).items():
        if _split_columns(contrasts, a, b) is None:
            continue
        split = side_split(contrasts, a, b)
        row = {"treatment": a, "against": b, "studies": len(studies)}
        for name in ("direct", "indirect", "difference"):
            found: Estimate = getattr(split, name)
            row |= {name: found.estimate, f"{name}_se": found.se}
        rows.append(row | {"p": split.difference.p, "tau2": split.tau2})
    return pd.DataFrame(rows)


def decomposition(contrasts: Contrasts) -> Decomposition:
    """Q within designs and between them (Krahn, Binder and König 2013; Higgins et al. 2012).

    The heterogeneity within designs is estimated by moments (Jackson et al. 2012).
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for block in contrasts.blocks:
        name = tuple(sorted(treatments_in(contrasts, block)))
        groups.setdefault(name, []).extend(block)
    rows = []
    blocks = []
    for name, members in sorted(groups.items()):
        part = contrasts.part(members)
        columns = design(part)
        fitted = fit(part, columns, method="fixed")
        row = {"design": " v ".join(name), "studies": len(part.blocks)}
        rows.append({**row, "q": fitted.q, "df": fitted.df, "p": p_value(fitted.q, fitted.df)})
        placed = np.zeros((len(contrasts.pairs), columns.shape[1]))
        placed[members] = columns
        blocks.append(placed)
    separate = np.hstack(blocks)
    within = fit(contrasts, separate, method="DL")
    total = fit(contrasts, design(contrasts), tau2=within.tau2)
    df = total.df - within.df
    return Decomposition(
        total=Heterogeneity(total.q, total.df),
        within=Heterogeneity(within.q, within.df),
        between=Heterogeneity(total.q - within.q, df),
        tau2_within=within.tau2,
        between_random=Heterogeneity(total.q_random - within.q_random, df),
        designs=pd.DataFrame(rows),
    )


def _split_columns(contrasts: Contrasts, treatment: str, against: str) -> Array | None:
    """The network's columns and one for the direct studies; None if they are not of full rank."""
    half = {treatment: 0.5, against: -0.5}
    split = np.zeros((len(contrasts.pairs), 1))
    for block in contrasts.blocks:
        if treatments_in(contrasts, block).issuperset(half):
            for row in block:
                a, b = contrasts.pairs[row]
                split[row] = half.get(a[1], 0.0) - half.get(b[1], 0.0)
    columns = np.hstack([design(contrasts), split])
    full = int(np.linalg.matrix_rank(columns)) == columns.shape[1]
    return columns if full else None
