"""The base case of a run: every input at its own value."""

import pandas as pd
import xarray as xr

from hecon.analyses.comparison import Comparison, compare, totals
from hecon.analyses.draws_table import checked_thresholds
from hecon.analyses.evaluate import evaluate
from hecon.analyses.frontier import frontier
from hecon.analyses.results_table import result_table
from hecon.analyses.run import Run, result
from hecon.analyses.threshold import severity, shortfalls, stated_thresholds
from hecon.parameters.design import Design


@result()
def base_design(run: Run) -> Design:
    """The design of one row with every input at its own value."""
    return run.study.base_case()


@result("Base case")
def base_outcomes(run: Run) -> xr.Dataset:
    """Outcomes by strategy, of one draw."""
    return evaluate(run.study.model, run(base_design))


@result()
def base_limits(run: Run) -> pd.DataFrame:
    """Severity and the threshold it implies: the one row of `severity`."""
    return severity(run.study, run(base_design), [run.study.compared])


@result()
def base_shortfalls(run: Run) -> pd.DataFrame:
    """Both ways to count shortfall: rows of `shortfalls` with ``discounted``, and ``used``.

    No rows for a study that knows no general population; ``used`` says which one the
    jurisdiction's rule takes.
    """
    study, rows = run.study, []
    rule = study.jurisdiction.definition.severity
    for discounted in (False, True) if study.population is not None else ():
        found = shortfalls(study, run(base_design), [study.compared], discounted=discounted)
        used = rule is not None and rule.discounted == discounted
        rows.append(found.assign(discounted=discounted, used=used))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


@result()
def threshold(run: Run) -> float:
    """Value of a unit of effect: the one asked for, or opportunity cost times severity weight."""
    asked: float | None = run.option("threshold", None)
    if asked is not None:
        return float(checked_thresholds([asked], "--threshold")[0])
    return float(run(base_limits)["threshold"].iloc[0])


@result()
def thresholds_stated(run: Run) -> tuple[float, ...]:
    """Values of a unit of effect that the jurisdiction judges at, weighted by severity.

    The ends of a range, every benchmark, or the run's own threshold. Where none is stated they
    are the values at which net benefit and price are shown.
    """
    place = run.study.jurisdiction
    if not place.threshold_values or run.option("threshold", None) is not None:
        return (run(threshold),)
    weights = run(base_limits)["weight"].to_numpy(dtype=float)
    return tuple(map(float, stated_thresholds(run.study, run(base_design), weights)[0]))


@result()
def base_table(run: Run) -> pd.DataFrame:
    """The one row of `result_table` of the study's comparison."""
    return result_table(run.study, run(base_outcomes), run(base_limits), [run.study.compared])


@result()
def base_comparison(run: Run) -> Comparison:
    """Intervention against comparator."""
    return compare(run(base_outcomes), *run.study.compared)


@result()
def base_frontier(run: Run) -> pd.DataFrame:
    """The frontier of the strategies that can be chosen, see `frontier`."""
    options = list(run.study.options)
    cost, qaly = (x.sel(strategy=options).values[:, 0] for x in totals(run(base_outcomes)))
    return frontier(options, cost, qaly)
