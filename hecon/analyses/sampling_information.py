"""The value of a planned trial: EVSI by two methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import special

from hecon.analyses.bases import additive_basis
from hecon.analyses.binomial import binomial_quantile
from hecon.analyses.draws_table import DrawsTable, checked_thresholds
from hecon.analyses.information import Value, increments, values_of_fit
from hecon.analyses.regression import RegressionFit, fit
from hecon.analyses.trial_plan import Measured, Trial
from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError
from hecon.parameters import random

METHODS = ("regression", "importance")
#: Data sets that importance sampling averages over, and how much is handled together.
DATA_SETS = 4_000
_SETS_TOGETHER = 500
_DRAWS_TOGETHER = 100
#: Log likelihood, less the highest, at which a draw weighs nothing: processors are slow with
#: numbers that are so small that they lose digits, and squares of weights must not be among them.
_LEAST = -300.0
#: Closest that a probability may come to 0 and 1 on the log scale.
_EDGE = 1e-12


def simulated_data(
    measured: Sequence[Measured], patients: int, seed: int
) -> list[tuple[Array, Array]]:
    """What a trial would find in every draw: by outcome the result and the number observed.

    Returns:
        For a binomial outcome the count, for a normal one the mean; and the persons observed; each
        of shape (draws,). The random numbers are the same for every number of patients, so that
        curves over sizes are smooth.
    """
    data: list[tuple[Array, Array]] = []
    for outcome in measured:
        followed: Array | float = np.floor(outcome.share * patients + 0.5)
        if outcome.among is not None:
            followed = data[outcome.among][0]
        observed = np.floor(followed * (1 - outcome.dropout) + 0.5)
        observed = np.broadcast_to(observed, outcome.truth.shape).astype(float)
        if outcome.sd > 0:
            u = random.monte_carlo(seed, _stream(outcome.name), 0, len(outcome.truth))
            error = outcome.sd / np.sqrt(np.maximum(observed, 1.0))
            result = outcome.truth + error * special.ndtri(u)
        else:
            given = outcome.name, observed.tobytes(), outcome.truth.tobytes()
            result = _counts(seed, *given)
        data.append((result, observed))
    return data


def _stream(outcome: str) -> str:
    """Name of an outcome's stream of random numbers."""
    return f"trial {outcome}"


@lru_cache(maxsize=64)
def _counts(seed: int, outcome: str, observed_bytes: bytes, truth_bytes: bytes) -> Array:
    """How many have a binomial outcome; trials of other lengths share what comes before."""
    observed, truth = np.frombuffer(observed_bytes), np.frombuffer(truth_bytes)
    u = random.monte_carlo(seed, _stream(outcome), 0, len(truth))
    found = binomial_quantile(u, observed, truth)
    found.setflags(write=False)
    return found


def _summaries(measured: Sequence[Measured], data: list[tuple[Array, Array]]) -> list[Array]:
    """One number an outcome: the mean, or the log odds with half a person added to each side."""
    return [
        result if outcome.sd > 0 else np.log((result + 0.5) / (observed - result + 0.5))
        for outcome, (result, observed) in zip(measured, data, strict=True)
    ]


def _likelihood_parts(
    measured: Sequence[Measured], data: list[tuple[Array, Array]]
) -> list[tuple[Array, Array]]:
    """Pairs of matrices whose products add up to the log likelihood, less the highest there is.

    One pair for all outcomes of the same persons: an outcome and those among whom it is seen.

    Returns:
        Shapes (data sets, parts) and (parts, draws).
    """
    pairs: dict[int, tuple[list[Array], list[Array]]] = {}
    first: list[int] = []
    for position, (outcome, (y, n)) in enumerate(zip(measured, data, strict=True)):
        p = outcome.truth
        first.append(position if outcome.among is None else first[outcome.among])
        found, truth = pairs.setdefault(first[-1], ([], []))
        if outcome.sd > 0:
            highest = n * (y / outcome.sd) ** 2 / 2
            found += [n * y, n]
            truth += [p / outcome.sd**2, -0.5 * (p / outcome.sd) ** 2]
        else:
            inside = np.clip(p, _EDGE, 1 - _EDGE)
            ways = special.xlogy(y, y) + special.xlogy(n - y, n - y) - special.xlogy(n, n)
            highest = np.asarray(ways, dtype=float)
            found += [y, n - y]
            truth += [np.log(inside), np.log1p(-inside)]
        found.append(-highest)
        truth.append(np.ones_like(p))
    return [(np.stack(found, axis=1), np.stack(truth)) for found, truth in pairs.values()]


def _scaled_truth(measured: Sequence[Measured]) -> list[Array]:
    """What the trial measures on the scale of its summaries: means, and log odds."""
    return [
        m.truth if m.sd > 0 else special.logit(np.clip(m.truth, _EDGE, 1 - _EDGE)) for m in measured
    ]


@dataclass(frozen=True)
class TrialInformation:
    """A trial's information among some draws, with what all sizes share worked out once."""

    table: DrawsTable
    trial: Trial
    grid: Array  #: Thresholds.
    seed: int
    #: perfect, limits: Regression on what the trial measures, without error, and its value by
    #: threshold.
    perfect: RegressionFit
    limits: list[Value]

    def at(self, patients: int, methods: Sequence[str] = METHODS) -> list[dict[str, object]]:
        """Rows of `evsi` for one size."""
        measured, grid = self.trial.measured, self.grid
        data = simulated_data(measured, patients, self.seed)
        rows: list[dict[str, object]] = []
        for method in methods:
            if method == "regression":
                found = fit(additive_basis(_summaries(measured, data)), increments(self.table))
                values, effective = values_of_fit(found, grid), np.nan
            else:
                values, effective = _importance(self.perfect, measured, data, grid, self.limits)
            for threshold, value, limit in zip(grid.tolist(), values, self.limits, strict=True):
                rows.append(
                    {
                        "trial": self.trial.definition.name,
                        "follow_up_weeks": self.trial.follow_up_weeks,
                        "patients": patients,
                        "threshold": threshold,
                        "method": method,
                        "evsi": value.value,
                        "standard_error": value.standard_error,
                        "evppi": limit.value,
                        "evppi_error": limit.standard_error,
                        "effective_draws": effective,
                    }
                )
        return rows

    def of(self, trial: Trial) -> TrialInformation:
        """The information of the same trial under other assumptions."""
        mine, others = (_scaled_truth(t.measured) for t in (self.trial, trial))
        if len(mine) == len(others) and all(map(np.array_equal, mine, others)):
            return replace(self, trial=trial)
        return trial_information(self.table, trial, self.grid, self.seed)


def trial_information(
    table: DrawsTable, trial: Trial, thresholds: Sequence[float] | Array, seed: int = 1
) -> TrialInformation:
    """Regress net benefit on what a trial measures.

    Args:
        table: The draws that the trial was planned for.

    Raises:
        InputError: If it was planned for other draws.
    """
    grid = checked_thresholds(thresholds)
    planned = len(trial.measured[0].truth)
    if planned != table.draws:
        text = f"was planned for {planned} draws, the table has {table.draws}"
        raise InputError([Fault(trial.label, None, None, text)])
    perfect = fit(additive_basis(_scaled_truth(trial.measured)), increments(table))
    return TrialInformation(table, trial, grid, seed, perfect, values_of_fit(perfect, grid))


def evsi(
    table: DrawsTable,
    trial: Trial,
    thresholds: Sequence[float] | Array,
    sizes: Sequence[int] | None = None,
    methods: Sequence[str] = METHODS,
    seed: int = 1,
) -> pd.DataFrame:
    """Expected value of a trial's information per person.

    Args:
        table: The draws that the trial was planned for.
        sizes: Numbers randomised in all arms together; without it the trial's own.

    Returns:
        One row a size, threshold and method: ``trial``, ``follow_up_weeks``, ``patients``,
        ``threshold``, ``method``, ``evsi``, ``standard_error``, ``evppi`` (of knowing what the
        trial measures without error: the limit) with ``evppi_error``, and ``effective_draws``
        (median effective sample size of the weights; NaN for regression).

    Notes:
        ``regression``: one data set a draw, net benefit regressed on its summary (Strong, Oakley,
        Brennan, Breeze 2015, Medical Decision Making 35:570). ``importance``: draws weighted by the
        likelihood of each data set, net benefit first regressed on what the trial measures (Menzies
        2016, Medical Decision Making 36:308). Below about 50 effective draws the second is biased
        upwards.
    """
    unknown = [method for method in methods if method not in METHODS]
    if unknown or not methods:
        text = f"found {', '.join(unknown) or 'none'}, allowed are {', '.join(METHODS)}"
        raise InputError([Fault(trial.label, None, "method", text)])
    known = trial_information(table, trial, thresholds, seed)
    chosen = trial.definition.sizes if sizes is None else sizes
    return pd.DataFrame([row for patients in chosen for row in known.at(patients, methods)])


def _importance(
    perfect: RegressionFit,
    measured: Sequence[Measured],
    data: list[tuple[Array, Array]],
    grid: Array,
    limits: Sequence[Value],
) -> tuple[list[Value], float]:
    """EVSI from posterior means under the weights of each data set."""
    draws = perfect.fitted.shape[1]
    chosen = np.linspace(0, draws - 1, min(DATA_SETS, draws)).round().astype(int)
    data = [(result[chosen], observed[chosen]) for result, observed in data]
    means, effective = _posterior(_likelihood_parts(measured, data), perfect.fitted)
    others = len(means) // 2
    prior = perfect.fitted.mean(axis=1)
    values = []
    for threshold, limit in zip(grid, limits, strict=True):
        benefit = np.vstack([np.zeros(len(chosen)), threshold * means[others:] - means[:others]])
        best = int(np.r_[0.0, threshold * prior[others:] - prior[:others]].argmax())
        gain = benefit.max(axis=0) - benefit[best]
        value = float(gain.mean())
        share = value / limit.value if limit.value > 0 else 0.0
        error = np.hypot(gain.std() / np.sqrt(len(gain)), share * limit.standard_error)
        values.append(Value(value, float(error)))
    return values, float(np.median(effective))


def _posterior(parts: Sequence[tuple[Array, Array]], fitted: Array) -> tuple[Array, Array]:
    """Means of fitted values by data set, and how many draws their weights are worth.

    Most persons' data are those of another data set, too: a likelihood is worked out once for
    all different ones, and weights are products of likelihoods, once for all different sets.
    """
    different = [np.unique(found, axis=0, return_inverse=True) for found, _ in parts]
    places, place = np.unique([own for _, own in different], axis=1, return_inverse=True)
    sets, draws = places.shape[1], fitted.shape[1]
    summed = np.vstack([fitted, np.ones(draws)]).T.copy()
    totals, squares = np.zeros((sets, summed.shape[1])), np.zeros(sets)
    least = _LEAST / len(parts)
    for start in range(0, draws, _DRAWS_TOGETHER):
        columns = slice(start, start + _DRAWS_TOGETHER)
        likelihoods = []
        for (found, _), (_, truth) in zip(different, parts, strict=True):
            likelihood = found @ truth[:, columns]
            np.maximum(likelihood, least, out=likelihood)
            likelihoods.append(np.exp(likelihood, out=likelihood))
        for first in range(0, sets, _SETS_TOGETHER):
            rows = slice(first, first + _SETS_TOGETHER)
            weights = likelihoods[0][places[0, rows]]
            for likelihood, own in zip(likelihoods[1:], places[1:], strict=True):
                weights *= likelihood[own[rows]]
            totals[rows] += weights @ summed[columns]
            squares[rows] += np.einsum("ij,ij->i", weights, weights)
    return (totals[place, :-1] / totals[place, -1:]).T, totals[place, -1] ** 2 / squares[place]
