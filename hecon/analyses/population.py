"""From a value per person to a value for all the people whom a decision concerns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hecon.errors import Fault, InputError


def effective_population(
    annual: float,
    years: float,
    discount: float,
    uptake: Sequence[float] = (1.0,),
    start: float = 0.0,
) -> float:
    """Discounted number of people whose treatment a decision changes.

    Parameters
    ----------
    annual
        People who become eligible in a year.
    years
        How long the decision stays relevant, from today; the last year may be a part of one.
    discount
        Annual rate.
    uptake
        Share of the eligible whom the decision reaches, by year; the last one goes on.
    start
        Years from today until people begin to benefit (a trial that has to report).

    Notes
    -----
    Sum over years of annual * uptake / (1 + discount) ** middle of the year; Philips, Claxton,
    Palmer (2008), Medical Decision Making 28:199, on the choice of the horizon.
    """
    for label, value, allowed in (
        ("people a year", annual, annual >= 0),
        ("years", years, years > 0),
        ("discount", discount, discount > -1),
        ("start", start, start >= 0),
    ):
        if not allowed or not np.isfinite(value):
            text = f"found {value:g}, allowed is a finite number that is not negative"
            raise InputError([Fault("population", None, label, text)])
    shares = np.asarray(uptake, dtype=float)
    if not shares.size or not ((shares >= 0) & (shares <= 1)).all():
        raise InputError([Fault("population", None, "uptake", "allowed are shares from 0 to 1")])
    edges = np.unique(np.r_[np.arange(np.ceil(years)), start, years])
    edges = edges[(edges >= start) & (edges <= years)]
    first, last = edges[:-1], edges[1:]
    share = shares[np.minimum(first.astype(int), len(shares) - 1)]
    factor = (1 + discount) ** (-(first + last) / 2)
    return float((annual * share * factor * (last - first)).sum())
