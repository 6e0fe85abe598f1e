"""The value of information: perfect, for the population, and about parameters (EVPPI)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.analyses.bases import Basis, additive_basis, additive_columns
from hecon.analyses.draws_table import DrawsTable, checked_thresholds
from hecon.analyses.gaussian_process import LARGEST as LARGEST_PROCESS
from hecon.analyses.gaussian_process import gaussian_process_basis
from hecon.analyses.regression import RegressionFit, fit, residual_pattern
from hecon.engine.arrays import Array
from hecon.errors import Fault, FaultList, InputError
from hecon.studies.study import Study

#: Columns of `evppi`.
EVPPI = (
    "set",
    "parameters",
    "threshold",
    "evppi",
    "standard_error",
    "evpi",
    "share",
    "method",
    "explained",
    "suspect",
)
METHODS = ("auto", "additive", "gaussian-process")
#: Draws that a regression needs for each of its columns.
DRAWS_A_COLUMN = 20
#: Residuals with a pattern less likely than this, over all that is looked at, are suspect.
SUSPECT = 0.01
#: Variance left, as a share, that is only rounding.
_EXACT = 1e-12


@dataclass(frozen=True)
class Value:
    """What information is worth at one threshold, with its standard error."""

    value: float
    standard_error: float


def increments(table: DrawsTable) -> Array:
    """Costs and effects of every strategy less the first's: (2 * (strategies - 1), draws)."""
    return np.vstack([table.cost[1:] - table.cost[0], table.effect[1:] - table.effect[0]])


def values_of_fit(found: RegressionFit, thresholds: Sequence[float] | Array) -> list[Value]:
    """Value at each threshold of knowing what a regression's fitted values rest on.

    Notes:
        Strong, Oakley, Brennan (2014), Medical Decision Making 34:311: the mean of the best fitted
        net benefit less the best of the means. That is never below zero, and what the regression
        takes for signal can only add to it, so that small values are biased upwards. The standard
        error has two parts: that of a mean over the draws, and that of the regression, by
        simulating its coefficients as voi does, but jointly for all outcomes: their residuals are
        correlated.
    """
    others = len(found.fitted) // 2
    rows, points, shifts = found.replicates()
    values = []
    for threshold in thresholds:
        benefit = _benefit(found.fitted, threshold)
        best = int(benefit.mean(axis=1).argmax())
        gain = benefit.max(axis=0) - benefit[best]
        shift = threshold * shifts[others:] - shifts[:others]
        simulated = points @ shift + benefit[1:, rows, None]
        simulated_mean = shift[:, 0] + benefit[1:].mean(axis=1, keepdims=True)
        repeated = np.maximum(simulated.max(axis=0), 0.0).mean(axis=0)
        repeated -= np.maximum(simulated_mean.max(axis=0), 0.0)
        error = np.hypot(gain.std() / np.sqrt(len(gain)), repeated.std())
        values.append(Value(float(gain.mean()), float(error)))
    return values


def _benefit(outcomes: Array, threshold: float) -> Array:
    """Net benefit less the first strategy's from rows of `increments`: (strategies, draws)."""
    others = len(outcomes) // 2
    benefit = threshold * outcomes[others:] - outcomes[:others]
    return np.vstack([np.zeros((1, benefit.shape[1])), benefit])


def basis_for(table: DrawsTable, names: Sequence[str], method: str = "auto") -> tuple[Basis, str]:
    """Columns for a set of parameters, and the method used.

    Raises:
        InputError: If the set is empty, names something unknown, or is too large for the method.
    """
    if method not in METHODS:
        text = f"'{method}' is not a method; allowed are {', '.join(METHODS)}"
        raise InputError([Fault(table.name, None, None, text)])
    if not names:
        raise InputError([Fault(table.name, None, None, "a set without parameters")])
    values = [table.parameter(name) for name in names]
    varying = _telling([v for v in values if np.ptp(v) > 0])
    needed = DRAWS_A_COLUMN * additive_columns(len(varying))
    fits = len(varying) <= 1 or table.draws >= needed
    if method == "additive" and not fits:
        _too_large(table, names, f"additive regression with pairs needs {needed:,} draws")
    if method == "additive" or (method == "auto" and fits):
        return additive_basis(varying or values), "additive"
    if len(varying) > LARGEST_PROCESS:
        _too_large(table, names, f"a Gaussian process takes {LARGEST_PROCESS} parameters at most")
    return gaussian_process_basis(varying, increments(table)), "gaussian-process"


def _telling(columns: Sequence[Array]) -> list[Array]:
    """The columns without those that follow from earlier ones, such as two drawn as one."""
    kept: list[Array] = []
    directions: list[Array] = []
    for column in columns:
        rest = (column - column.mean()) / column.std()
        for direction in directions:
            rest = rest - (rest @ direction) * direction
        size = np.linalg.norm(rest)
        if size > 1e-6 * np.sqrt(len(column)):
            kept.append(column)
            directions.append(rest / size)
    return kept


def _too_large(table: DrawsTable, names: Sequence[str], why: str) -> None:
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    text = f"the set of {len(names)} parameters ({shown}) is too large: {why}"
    raise InputError([Fault(table.name, None, None, f"{text}; found are {table.draws:,} draws")])


def evppi(
    table: DrawsTable,
    thresholds: Sequence[float] | Array,
    sets: Mapping[str, Sequence[str]] | None = None,
    method: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Expected value of partial perfect information for sets of parameters.

    Args:
        thresholds: Values of a unit of effect.
        sets: Parameters by the set's name; without it every parameter that varies, alone.
        method: One of `METHODS`: ``additive`` (splines and their pairs), ``gaussian-process``, or
            ``auto``, which is additive up to the size that the draws allow.
        progress: Called with the sets done and the sets in all.

    Returns:
        One row a set and threshold: ``set``, ``parameters``, ``threshold``, ``evppi`` (per person),
        ``standard_error``, ``evpi``, ``share`` (of the EVPI), ``method`` and, see `diagnostics`,
        ``explained`` (the share of the variance of the best strategy's net benefit against the next
        best one's that the set explains) and ``suspect`` (residuals of net benefit keep a pattern).

    Notes:
        Net benefit is linear in cost and effect, so these are regressed once and serve all
        thresholds. Estimates are never below zero by their making and biased upwards where they are
        small, see `values_of_fit`: one within two standard errors of zero can't be told from zero.
        They are not held down to the EVPI, and no correction is made.
    """
    grid = checked_thresholds(thresholds)
    if sets is None:
        sets = {name: [name] for name in table.varying}
    perfect = {t: _perfect(table, t) for t in grid.tolist()}
    outcomes = increments(table)
    rows = []
    for done, (label, names) in enumerate(sets.items()):
        if progress is not None:
            progress(done, len(sets))
        basis, used = basis_for(table, names, method)
        found = fit(basis, outcomes)
        checks = diagnostics(table, names, found, grid, len(sets)).groupby("threshold")
        explained, suspect = checks["explained"].first(), checks["suspect"].any()
        for threshold, value in zip(grid.tolist(), values_of_fit(found, grid), strict=True):
            evpi = perfect[threshold]
            rows.append(
                {
                    "set": label,
                    "parameters": ", ".join(names),
                    "threshold": threshold,
                    "evppi": value.value,
                    "standard_error": value.standard_error,
                    "evpi": evpi,
                    "share": value.value / evpi if evpi > 0 else np.nan,
                    "method": used,
                    "explained": float(explained[threshold]),
                    "suspect": bool(suspect[threshold]),
                }
            )
    return pd.DataFrame(rows)


def parameter_groups(study: Study, table: DrawsTable) -> dict[str, list[str]]:
    """Uncertain inputs by the study's own groups; those without a group are left out."""
    groups: dict[str, list[str]] = {}
    varying = set(table.varying)
    for parameter in study.parameters:
        if parameter.group and parameter.text in varying:
            groups.setdefault(parameter.group, []).append(parameter.text)
    return groups


def named_sets(texts: Sequence[str]) -> dict[str, list[str]]:
    """Sets of parameters written as `name=a,b`; raises InputError if one is not."""
    found: dict[str, list[str]] = {}
    for text in texts:
        name, equals, members = text.partition("=")
        names = [part.strip() for part in members.split(",") if part.strip()]
        if not equals or not name.strip() or not names:
            message = f"found '{text}', allowed is NAME=parameter,parameter"
            raise InputError([Fault("--set", None, None, message)])
        if name.strip() in found:
            raise InputError([Fault("--set", None, None, f"'{name.strip()}' is there twice")])
        found[name.strip()] = names
    return found


def checked_sets(table: DrawsTable, sets: Mapping[str, Sequence[str]]) -> None:
    """Raise InputError if a set is empty, names something unknown, or shares a parameter."""
    owner: dict[str, str] = {}
    faults = FaultList()
    for label, names in sets.items():
        if not names:
            faults.add(table.name, None, label, "a set without parameters")
        for name in names:
            with faults.collect():
                table.parameter(name)
            if name in owner:
                text = f"'{name}' is in set '{owner[name]}' already; sets may not overlap"
                faults.add(table.name, None, label, text)
            owner.setdefault(name, label)
    faults.raise_if_any()


def diagnostics(
    table: DrawsTable,
    names: Sequence[str],
    found: RegressionFit,
    thresholds: Sequence[float] | Array,
    sets: int = 1,
) -> pd.DataFrame:
    """How well a regression fits net benefit: a row a threshold and strategy but the best.

    Args:
        sets: Sets of parameters looked at beside each other, for which p-values are corrected.

    Returns:
        ``threshold``, ``strategy`` (the next best first), ``against`` (the best of means),
        ``explained`` (share of the variance of the difference in net benefit), ``ratio`` and
        ``p_value`` (see `residual_pattern`) and ``suspect`` (p-value below 0.01).

    Notes:
        Residuals are looked at in the order of each parameter and, for several, of the fitted
        values. The smallest p-value counts, times the number of orders, strategies and sets looked
        at at a threshold (Bonferroni).
    """
    orders = [np.argsort(table.parameter(name), kind="stable") for name in names]
    rows = []
    for threshold in np.asarray(thresholds, dtype=float).tolist():
        fitted, left = (_benefit(part, threshold) for part in (found.fitted, found.residual))
        best, *others = np.argsort(-table.benefit(threshold).mean(axis=1), kind="stable")
        for other in others:
            gap, rest = fitted[best] - fitted[other], left[best] - left[other]
            looked = [*orders, np.argsort(gap, kind="stable")] if len(names) > 1 else orders
            ratio, p_value = min((residual_pattern(o, rest) for o in looked), key=lambda r: r[1])
            explained = _explained(gap, rest)
            if explained > 1 - _EXACT:
                ratio, p_value = 1.0, 1.0
            p_value = min(1.0, p_value * len(looked) * len(others) * sets)
            rows.append(
                {
                    "threshold": threshold,
                    "strategy": table.strategies[other],
                    "against": table.strategies[best],
                    "explained": explained,
                    "ratio": ratio,
                    "p_value": p_value,
                    "suspect": p_value < SUSPECT,
                }
            )
    return pd.DataFrame(rows)


def _explained(fitted: Array, residual: Array) -> float:
    """Share of variance that fitted values explain; nothing is explained where none varies."""
    total = float((fitted + residual).var())
    return 1 - float(residual.var()) / total if total > 0 else 0.0


def _perfect(table: DrawsTable, threshold: float) -> float:
    benefit = table.benefit(threshold)
    return float(benefit.max(axis=0).mean() - benefit.mean(axis=1).max())
