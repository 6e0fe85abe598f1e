"""The threshold price: at which price an intervention is just worth it, with its interval."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hecon.analyses.base_case import base_design, thresholds_stated
from hecon.analyses.base_case import threshold as own_threshold
from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_design, drawn_outcomes
from hecon.analyses.draws_table import checked_thresholds
from hecon.analyses.evaluate import Progress
from hecon.analyses.pair import Increments, find_parameter, increments, with_values
from hecon.analyses.run import MissingResult, Run, result
from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError
from hecon.parameters.design import Design, TableDesign, held
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study

#: Departure from a straight line, as a share of the change, that is still rounding.
_STRAIGHT = 1e-9


def threshold_price(
    study: Study,
    price: str,
    thresholds: Sequence[float] | Array,
    draws: Design,
    *,
    known: Increments | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """The value of a price at which intervention and comparator have equal net benefit.

    Args:
        price: Name of an input in which net benefit is linear.
        draws: Rows of a probabilistic analysis; the price's own draws, if any, are replaced.
        known: Increments of these rows at the price's base value, where they are known already.
        progress: Called with the rows run and the rows to run in all.

    Returns:
        One row a threshold: ``parameter``, ``unit``, ``threshold``, ``deterministic`` (base
        values), ``expected`` (where mean net benefit is zero) with ``standard_error`` (Monte Carlo,
        by the delta method; NaN for a single draw), ``low`` and ``high`` (2.5 and 97.5 percentiles
        over draws: the prices at which the intervention is cost-effective with probability 97.5 and
        2.5 %), ``feasible`` (False where the expected price is negative: no price makes it so) and
        ``nmb_at_zero`` (mean net benefit at a price of zero).

    Raises:
        InputError: If net benefit is not linear in the input or does not depend on it; use
            `break_even`.

    Notes:
        Two evaluations give the line, a third halfway checks it.
    """
    grid = checked_thresholds(thresholds)
    parameter = find_parameter(study, price)
    high = parameter.value if parameter.value and parameter.value > 0 else 1.0
    if parameter.key in draws.varying or high != parameter.value:
        known = None
    first, slope = _base_line(study, parameter, high)
    start, rise = _line(study, parameter, draws, high, workers, known, progress)
    rows = []
    for threshold in grid.tolist():
        level, per_unit = start.benefit(threshold), rise.benefit(threshold)
        if not (per_unit.all() and slope.benefit(threshold).all()):
            _refuse(parameter, f"net benefit does not depend on '{price}' at {threshold:g}")
        by_draw = -level / per_unit
        expected = -level.mean() / per_unit.mean()
        left = (level + expected * per_unit).std() / abs(per_unit.mean())
        error = left / np.sqrt(draws.draws) if draws.draws > 1 else np.nan
        low, upper = np.quantile(by_draw, [0.025, 0.975])
        rows.append(
            {
                "parameter": price,
                "unit": parameter.unit,
                "threshold": threshold,
                "deterministic": float(-first.benefit(threshold)[0] / slope.benefit(threshold)[0]),
                "expected": float(expected),
                "standard_error": float(error),
                "low": float(low),
                "high": float(upper),
                "feasible": bool(expected >= 0),
                "nmb_at_zero": float(level.mean()),
            }
        )
    return pd.DataFrame(rows)


def _line(
    study: Study,
    parameter: Parameter,
    design: Design,
    high: float,
    workers: int,
    known: Increments | None,
    progress: Progress | None,
) -> tuple[Increments, Increments]:
    """Increments at a price of zero, and their change per unit of price."""
    key, design = parameter.key, held(design)
    runs = 1 if known else 2

    def run(price: float, before: int) -> Increments:
        def tell(done: int, total: int) -> None:
            if progress is not None:
                progress(before * total + done, runs * total)

        tell(0, design.draws)
        return increments(study, with_values(design, {key: price}), workers=workers, progress=tell)

    zero = run(0.0, 0)
    full = known or run(high, 1)
    few = min(design.draws, 50)
    columns = {k: v[:few] for k, v in with_values(design, {key: high / 2}).columns.items()}
    numbers = {**design.numbers, key: high / 2}
    half = increments(study, TableDesign(few, numbers, columns))
    return zero, _slope(parameter, zero, half, full, high)


def _base_line(study: Study, parameter: Parameter, high: float) -> tuple[Increments, Increments]:
    """The same at base values, the three prices as rows of one design."""
    prices = np.array([0.0, high / 2, high])
    base = study.base_case()
    numbers = {key: value for key, value in base.numbers.items() if key != parameter.key}
    found = increments(study, TableDesign(3, numbers, {parameter.key: prices}))
    zero, half, full = (Increments(found.cost[[i]], found.qaly[[i]]) for i in range(3))
    return zero, _slope(parameter, zero, half, full, high)


def _slope(
    parameter: Parameter, zero: Increments, half: Increments, full: Increments, high: float
) -> Increments:
    """Change per unit of price; refused unless a price halfway gives what lies halfway."""
    few = len(half.cost)
    for a, b, middle in ((zero.cost, full.cost, half.cost), (zero.qaly, full.qaly, half.qaly)):
        change = np.abs(b[:few] - a[:few]).max()
        bend = np.abs(middle - (a[:few] + b[:few]) / 2).max()
        if bend > _STRAIGHT * max(change, np.abs(a[:few]).max()):
            _refuse(parameter, f"net benefit is not linear in '{parameter.text}'")
    return Increments((full.cost - zero.cost) / high, (full.qaly - zero.qaly) / high)


def _refuse(parameter: Parameter, why: str) -> None:
    text = f"{why}; its break-even value can be searched for instead"
    raise InputError([Fault(parameter.file, parameter.row, "name", text)])


@result("Threshold price")
def price_values(run: Run) -> pd.DataFrame:
    """The rows of `threshold_price` of the price asked for, or of the study's own.

    Without distributions there is one row of draws, the base case, and no interval. Thresholds
    are the run's own and those that the jurisdiction states, or those asked for.

    Raises:
        InputError: If the price asked for is unknown or net benefit is not linear in it; of the
            study's own price the result is unavailable then.
    """
    asked: str = run.option("parameter", "")
    own = run.study.definition.price
    if not asked and own is None:
        raise MissingResult("the study names no price; name one with --parameter")
    name = asked or (own.parameter if own else "")
    at: list[float] = run.option("thresholds", []) or [run(own_threshold), *run(thresholds_stated)]
    at = list(dict.fromkeys(at))
    checked_thresholds(at, "--thresholds")
    drawn = run.get(drawn_design)
    try:
        found = threshold_price(
            run.study,
            name,
            at,
            drawn or run(base_design),
            known=_increments(run) if drawn else None,
            workers=run.settings.workers,
            progress=run.telling("Threshold price"),
        )
    except InputError as error:
        if asked:
            raise
        raise MissingResult("; ".join(fault.message for fault in error.faults)) from None
    if drawn is None:
        found[["standard_error", "low", "high"]] = np.nan
    return found


def _increments(run: Run) -> Increments:
    """Increments of the run's own draws."""
    cost, qaly = totals(run(drawn_outcomes))
    a, b = ({"strategy": name} for name in run.study.compared)
    return Increments((cost.sel(a) - cost.sel(b)).values, (qaly.sel(a) - qaly.sel(b)).values)
