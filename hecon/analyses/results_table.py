"""Rows of a deterministic design as one table: costs, QALYs and the decision."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.comparison import comparison, totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.threshold import severity
from hecon.parameters.design import Design
from hecon.studies.study import Study


def result_columns(strategies: tuple[str, ...]) -> list[str]:
    """Names of the columns that hold each strategy's totals."""
    return [f"{what} {s}" for what in ("cost", "qaly", "life_years") for s in strategies]


def result_table(
    study: Study, outcomes: xr.Dataset, limits: pd.DataFrame, pairs: list[tuple[str, str]]
) -> pd.DataFrame:
    """One row a draw.

    Parameters
    ----------
    limits
        The threshold by draw, from `severity`.
    pairs
        Intervention and comparator of each row.

    Returns
    -------
    pd.DataFrame
        Totals by strategy, then ``intervention``, ``comparator``, ``cost_difference``,
        ``qaly_difference``, ``icer``, ``verdict``, ``shortfall``, ``weight``, ``threshold``
        and ``nmb`` (incremental net monetary benefit at the row's threshold).
    """
    cost, qaly = totals(outcomes)
    life_years = outcomes["life_years"]
    rows = []
    for draw, (a, b) in enumerate(pairs):
        by = {
            "cost": cost.isel(draw=draw),
            "qaly": qaly.isel(draw=draw),
            "life_years": life_years.isel(draw=draw),
        }
        row: dict[str, object] = {
            f"{what} {s}": float(values.sel(strategy=s))
            for what, values in by.items()
            for s in study.model.strategies
        }
        found = comparison(
            a, b, *(float(v.sel(strategy=a) - v.sel(strategy=b)) for v in by.values())
        )
        threshold = float(limits["threshold"][draw])
        row |= {
            "intervention": a,
            "comparator": b,
            "cost_difference": found.cost,
            "qaly_difference": found.qaly,
            "icer": found.icer,
            "verdict": found.verdict,
            "shortfall": float(limits["shortfall"][draw]) if "shortfall" in limits else np.nan,
            "weight": float(limits["weight"][draw]),
            "threshold": threshold,
            "nmb": threshold * found.qaly - found.cost,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def evaluated_table(study: Study, design: Design, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Evaluate a design and tabulate it with `result_table`."""
    outcomes = evaluate(study.model, design)
    return result_table(study, outcomes, severity(study, design, outcomes), pairs)
