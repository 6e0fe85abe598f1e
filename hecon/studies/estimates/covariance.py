"""Correlations that follow from evidence which estimates share."""

import math
from collections.abc import Mapping
from itertools import combinations

from hecon.engine.model import Key
from hecon.parameters.design import Correlation
from hecon.studies.estimates.synthesised import Synthesised

#: Correlations nearer to zero than this are rounding.
NONE = 1e-12


def correlation(first: Synthesised, second: Synthesised) -> float:
    """Correlation of two estimates on their own scales, from the errors they share.

    Notes:
        Delta method: each estimate is linear in the errors of its arms (an arm's log odds or log
        risk, times its weight), of published effects and of networks, which are independent of each
        other. Counts of different outcomes in one arm are taken as independent: dropout and an
        outcome among those assessed are, as the likelihood of an arm is their product.
    """
    shared = first.loadings.keys() & second.loadings.keys()
    covariance = math.fsum(first.loadings[k] * second.loadings[k] for k in sorted(shared))
    rho = covariance / (first.effect.se * second.effect.se)
    return max(-1.0, min(1.0, rho))


def shared_correlations(estimates: Mapping[Key, Synthesised]) -> list[Correlation]:
    """Correlations of the parameters that take their distribution from estimates.

    Every parameter rises with its estimate, so the correlation of the estimates' errors is that
    of the Gaussian copula. The matrix can't contradict itself: it is made of sums of products
    of the same errors.
    """
    found = []
    for (one, first), (two, second) in combinations(estimates.items(), 2):
        rho = correlation(first, second)
        if abs(rho) > NONE:
            found.append(Correlation(one, two, rho))
    return found
