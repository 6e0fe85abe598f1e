"""Break-even values: where along a parameter's range the decision turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hecon.analyses.one_way import find_range, ranges
from hecon.analyses.pair import base_value, changed_rows, find_parameter
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, result
from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError, ModelError
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study

#: Intervals that a range is searched in: a turn back within one of them is not seen.
INTERVALS = 16
#: Width at which the search ends, as a share of the range.
TOLERANCE = 1e-9
_CUTS = 99
#: How the status of a turn begins that lies between values which the model takes.
TURNS = "turns between"


@dataclass
class _Bracket:
    """Two values of a parameter with net benefits of different signs."""

    parameter: Parameter
    low: float
    high: float
    at_low: float
    at_high: float
    span: float
    refused: str = ""


def break_even(
    study: Study, bounds: Mapping[str, tuple[float, float]] | None = None
) -> pd.DataFrame:
    """Values at which intervention and comparator have equal net benefit.

    Args:
        bounds: Lowest and highest value by parameter; without it all parameters over the ranges of
            one-way sensitivity.

    Returns:
        One row a turn, or one row for a parameter without any: ``parameter``, ``unit``, ``base``,
        ``low``, ``high``, ``nmb_low``, ``nmb_high``, ``break_even`` (NaN if none), ``status``:
        ``solved``, ``no solution in range``, ``jumps across zero`` (a step, so that no value gives
        equality), or ``turns between`` two values or ``no values in between``, each with the reason
        why the model takes none of those searched.

    Notes:
        Net benefit is at the row's own threshold, as in one-way sensitivity. The range is cut in
        `INTERVALS` parts; each with a change of sign is cut in a hundred until it is narrower than
        `TOLERANCE` of the range, all parameters together, and the last cut is interpolated.

    Examples:
        >>> from hecon import break_even, load_study
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> found = break_even(study, {"p_total_pe": (0.3, 0.7)})
        >>> found[["parameter", "status"]].to_dict("records")
        [{'parameter': 'p_total_pe', 'status': 'solved'}]
    """
    chosen = _chosen(study, bounds)
    # no other strategy has a part in it
    study = replace(study, model=study.model.between(study.compared))
    table, brackets = [], []
    for parameter, points, benefit, why in _profiles(study, chosen):
        row = {
            "parameter": parameter.text,
            "unit": parameter.unit,
            "base": base_value(study, parameter),
            "low": points[0],
            "high": points[-1],
            "nmb_low": benefit[0],
            "nmb_high": benefit[-1],
        }
        turns = np.flatnonzero(np.sign(benefit[1:]) * np.sign(benefit[:-1]) < 0)
        exact = np.flatnonzero(benefit == 0)
        if why:
            between = _unsearched(points[0], points[-1], why)
            status = between if len(turns) else f"no values in between: {why}"
            table.append({**row, "break_even": np.nan, "status": status})
            continue
        if not (len(turns) or len(exact)):
            table.append({**row, "break_even": np.nan, "status": "no solution in range"})
        for i in exact:
            table.append({**row, "break_even": points[i], "status": "solved"})
        for i in turns:
            low, high = float(points[i]), float(points[i + 1])
            ends = float(benefit[i]), float(benefit[i + 1])
            brackets.append(_Bracket(parameter, low, high, *ends, float(np.ptp(points))))
            table.append({**row, "bracket": len(brackets) - 1})
    _narrow(study, brackets)
    for row in table:
        if "bracket" in row:
            found = brackets[row.pop("bracket")]
            row["break_even"], row["status"] = _solution(found, row["nmb_low"] - row["nmb_high"])
    return pd.DataFrame(table)


def turning(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `break_even` at which the decision turns."""
    if table.empty:
        return table
    return table[table["break_even"].notna() | table["status"].str.startswith(TURNS)]


def search_bounds(
    study: Study, names: Sequence[str], low: float | None = None, high: float | None = None
) -> dict[str, tuple[float, float]] | None:
    """Where to search: the ranges of some inputs, or the ends given for a single one.

    Returns:
        Bounds by name for `break_even`; None for all inputs.

    Raises:
        InputError: If an input is unknown or has no range, or ends are given for more than one.
    """
    if (low is not None or high is not None) and len(names) != 1:
        text = "a lowest and a highest value need exactly one parameter"
        raise InputError([Fault("--low, --high", None, None, text)])
    bounds = {}
    for name in names:
        if low is not None and high is not None:
            bounds[name] = (low, high)
        else:
            found = find_range(study, name)
            ends = (found.low if low is None else low, found.high if high is None else high)
            bounds[found.parameter.text] = ends
    return bounds or None


def _chosen(
    study: Study, bounds: Mapping[str, tuple[float, float]] | None
) -> list[tuple[Parameter, float, float]]:
    if bounds is None:
        return [(r.parameter, r.low, r.high) for r in ranges(study)]
    chosen = []
    for name, (low, high) in bounds.items():
        parameter = find_parameter(study, name)
        if not (np.isfinite([low, high]).all() and low < high):
            text = f"found {low:g} to {high:g}, needed is a lower and a higher finite value"
            raise InputError([Fault(study.name, None, name, text)])
        chosen.append((parameter, low, high))
    return chosen


def _profiles(
    study: Study, chosen: list[tuple[Parameter, float, float]]
) -> list[tuple[Parameter, Array, Array, str]]:
    """Net benefit along each range; alone, at the two ends, where the model refuses the rest."""
    apart = study.model.rests_on(study.model.cycle_months, study.model.horizon_years)
    parts = [[c] for c in chosen if c[0].name in apart]
    parts.append([c for c in chosen if c[0].name not in apart])
    found = {row[0].key: row for part in parts if part for row in _profiled(study, part)}
    return [found[parameter.key] for parameter, _, _ in chosen]


def _profiled(
    study: Study, chosen: list[tuple[Parameter, float, float]]
) -> list[tuple[Parameter, Array, Array, str]]:
    """Profiles of some parameters together, in halves while the model refuses any value."""
    grids = [(p, np.linspace(low, high, INTERVALS + 1)) for p, low, high in chosen]
    try:
        values = [{p.key: float(v)} for p, points in grids for v in points]
        benefit = _benefit(study, values).reshape(len(grids), -1)
        return [(p, points, b, "") for (p, points), b in zip(grids, benefit, strict=True)]
    except ModelError as error:
        if len(chosen) > 1:
            middle = len(chosen) // 2
            return _profiled(study, chosen[:middle]) + _profiled(study, chosen[middle:])
        ((parameter, points),) = grids
        ends = points[[0, -1]]
        benefit = _benefit(study, [{parameter.key: float(v)} for v in ends])
        return [(parameter, ends, benefit, error.message)]


def _benefit(study: Study, values: list[dict[tuple[str, str | None], float]]) -> Array:
    if not values:
        return np.empty(0)
    design = changed_rows(study, values)
    table = evaluated_table(study, design, [study.compared] * len(values))
    return table["nmb"].to_numpy(dtype=float)


def _narrow(study: Study, brackets: list[_Bracket]) -> None:
    """Cut all brackets until each is narrow enough, or the model refuses what lies inside."""

    def wide(b: _Bracket) -> bool:
        return not b.refused and b.high - b.low > TOLERANCE * b.span

    while active := [b for b in brackets if wide(b)]:
        cuts = [np.linspace(b.low, b.high, _CUTS + 2)[1:-1] for b in active]
        pairs = zip(active, cuts, strict=True)
        try:
            found = _benefit(study, [{b.parameter.key: float(v)} for b, cut in pairs for v in cut])
        except ModelError as error:
            if len(active) == 1:
                active[0].refused = error.message
            else:
                for b in active:
                    _narrow(study, [b])
            continue
        for b, cut, inner in zip(active, cuts, found.reshape(len(active), -1), strict=True):
            points = np.r_[b.low, cut, b.high]
            benefit = np.r_[b.at_low, inner, b.at_high]
            turn = int(np.flatnonzero(np.sign(benefit[1:]) != np.sign(benefit[0]))[0])
            b.low, b.high = float(points[turn]), float(points[turn + 1])
            b.at_low, b.at_high = float(benefit[turn]), float(benefit[turn + 1])


def _unsearched(low: float, high: float, reason: str) -> str:
    return f"{TURNS} {low:.6g} and {high:.6g}, not searched further: {reason}"


def _solution(found: _Bracket, change: float) -> tuple[float, str]:
    if found.refused:
        return np.nan, _unsearched(found.low, found.high, found.refused)
    gap = abs(found.at_high - found.at_low)
    share = abs(found.at_low) / gap
    value = found.low + share * (found.high - found.low)
    jump = gap > 1e-4 * max(abs(change), 1e-300)
    return value, "jumps across zero" if jump else "solved"


@result("Break-even values")
def break_even_values(run: Run) -> pd.DataFrame:
    """The rows of `break_even`: of the inputs that the run was asked for, or of all."""
    names: list[str] = run.option("parameters", [])
    low: float | None = run.option("low", None)
    return break_even(run.study, search_bounds(run.study, names, low, run.option("high", None)))
