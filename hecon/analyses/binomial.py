"""Counts from uniform numbers: the binomial distribution's quantiles, many at once."""

import numpy as np
from scipy import special

from hecon.engine.arrays import Array

#: Standard deviations from the mean, and a probability, beyond which the search is SciPy's.
_FAR = 5.0
_TINY = 1e-200


def binomial_quantile(u: Array, n: Array, p: Array) -> Array:
    """The least count whose cumulative probability reaches `u`.

    Args:
        u, n, p: Uniform numbers, numbers of trials and probabilities, each of shape (draws,).

    Notes:
        A first guess by the expansion of Cornish and Fisher (1938), the cumulative probability
        there, and from it step by step with the ratio of neighbouring probabilities.
    """
    q = 1.0 - p
    # a count that reaches it but for rounding reaches it
    u = u * (1.0 - 1e-13)
    with np.errstate(all="ignore"):
        z = special.ndtri(u)
        guess = n * p + np.sqrt(n * p * q) * z + (q - p) * (z**2 - 1.0) / 6.0
        k = np.clip(np.nan_to_num(np.floor(guess + 0.5)), 0.0, n)
        below = np.where(k < n, special.betainc(np.maximum(n - k, 1.0), k + 1.0, q), 1.0)
        every, found, others = _log_factorials(n, k, n - k)
        there = np.exp(every - found - others + special.xlogy(k, p) + special.xlog1py(n - k, -p))
    _step_down(u, n, p, k, below, there)
    _step_up(u, n, p, k, below, there)
    # the expansion, or the probability at its guess, may be nothing that steps can start from
    far = (np.abs(z) > _FAR) | (there < _TINY)
    if far.any():
        # imported here: it costs most of a second and 50 MB, and few draws are that far
        from scipy import stats

        k[far] = np.clip(stats.binom.ppf(u[far], n[far].astype(int), p[far]), 0.0, n[far])
    return np.asarray(k)


def _log_factorials(largest: Array, *others: Array) -> list[Array]:
    """Of whole numbers; looked up, which is faster, where they are fewer than the draws."""
    most = largest.max(initial=0.0)
    if most >= len(largest):
        return [special.gammaln(each + 1.0) for each in (largest, *others)]
    known = special.gammaln(np.arange(1.0, most + 2.0))
    return [known[each.astype(np.int64)] for each in (largest, *others)]


def _step_down(u: Array, n: Array, p: Array, k: Array, below: Array, there: Array) -> None:
    moving = np.flatnonzero((k > 0) & (below - there >= u))
    while moving.size:
        count = k[moving]
        below[moving] -= there[moving]
        there[moving] *= count / (n[moving] - count + 1.0) * (1.0 - p[moving]) / p[moving]
        k[moving] = count - 1.0
        moving = moving[(count > 1) & (below[moving] - there[moving] >= u[moving])]


def _step_up(u: Array, n: Array, p: Array, k: Array, below: Array, there: Array) -> None:
    moving = np.flatnonzero((k < n) & (below < u))
    while moving.size:
        count = k[moving] + 1.0
        there[moving] *= (n[moving] - count + 1.0) / count * p[moving] / (1.0 - p[moving])
        below[moving] += there[moving]
        k[moving] = count
        moving = moving[(count < n[moving]) & (below[moving] < u[moving])]
