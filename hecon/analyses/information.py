"""The value of information: perfect, for the population, and about parameters (EVPPI)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.analyses.bases import Basis, additive_basis, additive_columns
from hecon.analyses.draws_table import DrawsTable, checked_thresholds
from hecon.analyses.gaussian_process import LARGEST as LARGEST_PROCESS
from hecon.analyses.gaussian_process import gaussian_process_basis
from hecon.analyses.regression import Fit, fit, residual_pattern
from hecon.errors import Fault, FaultList, InputError
from hecon.studies.study import Study

Array = NDArray[np.float64]

METHODS = ("auto", "additive", "gaussian-process")
#: Draws that a regression needs for each of its columns.
DRAWS_A_COLUMN = 20
#: Residuals with a pattern less likely than this are called too stiff.
SUSPECT = 0.001
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


def values_of_fit(found: Fit, thresholds: Sequence[float] | Array) -> list[Value]:
    """Value at each threshold of knowing what a regression's fitted values rest on.

    Notes
    -----
    Strong, Oakley, Brennan (2014), Medical Decision Making 34:311. The standard error has two
    parts: that of a mean over the draws, and that of the regression, by simulating its
    coefficients as voi does, but jointly for all outcomes: their residuals are correlated.
    """
    others = len(found.fitted) // 2
    replicates, means = found.replicates()
    values = []
    for threshold in thresholds:
        benefit = _with_reference(threshold * found.fitted[others:] - found.fitted[:others])
        best = int(benefit.mean(axis=1).argmax())
        gain = benefit.max(axis=0) - benefit[best]
        simulated = threshold * replicates[others:] - replicates[:others]
        simulated_mean = threshold * means[others:] - means[:others]
        repeated = np.maximum(simulated.max(axis=0), 0.0).mean(axis=0)
        repeated -= np.maximum(simulated_mean.max(axis=0), 0.0)
        error = np.hypot(gain.std() / np.sqrt(len(gain)), repeated.std())
        values.append(Value(float(gain.mean()), float(error)))
    return values


def _with_reference(benefit: Array) -> Array:
    """Incremental net benefits with the first strategy's zeros on top."""
    return np.vstack([np.zeros((1, benefit.shape[1])), benefit])


def basis_for(table: DrawsTable, names: Sequence[str], method: str = "auto") -> tuple[Basis, str]:
    """Columns for a set of parameters, and the method used.

    Raises
    ------
    InputError
        If the set is empty, names something unknown, or is too large for the method.
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
) -> pd.DataFrame:
    """Expected value of partial perfect information for sets of parameters.

    Parameters
    ----------
    thresholds
        Values of a unit of effect.
    sets
        Parameters by the set's name; without it every parameter that varies, alone.
    method
        One of `METHODS`: ``additive`` (splines and their pairs), ``gaussian-process``, or
        ``auto``, which is additive up to the size that the draws allow.

    Returns
    -------
    pd.DataFrame
        One row a set and threshold: ``set``, ``parameters``, ``threshold``, ``evppi`` (per
        person), ``standard_error``, ``evpi``, ``share`` (of the EVPI), ``method`` and the
        diagnostics of `diagnostics` at the threshold-free level: ``explained`` (the
        smallest share of variance explained of any outcome) and ``suspect`` (residuals keep
        a pattern).

    Notes
    -----
    Net benefit is linear in cost and effect, so these are regressed once and serve all
    thresholds. Estimates are reported as they are, never clipped to 0 or to the EVPI.
    """
    grid = checked_thresholds(thresholds)
    if sets is None:
        sets = {name: [name] for name in table.varying}
    perfect = {t: _perfect(table, t) for t in grid.tolist()}
    outcomes = increments(table)
    rows = []
    for label, names in sets.items():
        basis, used = basis_for(table, names, method)
        found = fit(basis, outcomes)
        checks = diagnostics(table, names, found)
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
                    "explained": float(checks["explained"].min()),
                    "suspect": bool(checks["suspect"].any()),
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


def diagnostics(table: DrawsTable, names: Sequence[str], found: Fit) -> pd.DataFrame:
    """How well a regression fits: one row an incremental outcome.

    Returns
    -------
    pd.DataFrame
        ``outcome``, ``strategy``, ``explained`` (share of variance), ``degrees_of_freedom``,
        ``ratio`` and ``p_value`` (the smallest over the parameters and, for several, the fitted
        values, see `residual_pattern`, times the number of looks) and ``suspect`` (p-value
        below 0.001).
    """
    others = len(table.strategies) - 1
    orders = {name: np.argsort(table.parameter(name), kind="stable") for name in names}
    rows = []
    for row in range(2 * others):
        looked = [*orders.values()]
        if len(names) > 1:
            looked.append(np.argsort(found.fitted[row], kind="stable"))
        looks = [residual_pattern(order, found.residual[row]) for order in looked]
        ratio, p_value = min(looks, key=lambda look: look[1])
        if found.explained[row] > 1 - _EXACT:
            ratio, p_value = 1.0, 1.0
        p_value = min(1.0, p_value * len(looks))
        rows.append(
            {
                "outcome": "cost" if row < others else "effect",
                "strategy": table.strategies[1 + row % others],
                "explained": float(found.explained[row]),
                "degrees_of_freedom": float(found.freedom[row]),
                "ratio": ratio,
                "p_value": p_value,
                "suspect": p_value < SUSPECT,
            }
        )
    return pd.DataFrame(rows)


def _perfect(table: DrawsTable, threshold: float) -> float:
    benefit = table.benefit(threshold)
    return float(benefit.max(axis=0).mean() - benefit.mean(axis=1).max())
