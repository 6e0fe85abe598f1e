"""Rows of a deterministic design as one table: costs, QALYs and the decision."""

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.comparison import comparison, totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.threshold import severity
from hecon.analyses.ties import difference
from hecon.parameters.design import Design
from hecon.studies.study import Study

#: Totals of each strategy, the first columns of a result.
TOTALS = ("cost", "qaly", "life_years")


def result_table(
    study: Study, outcomes: xr.Dataset, limits: pd.DataFrame, pairs: list[tuple[str, str]]
) -> pd.DataFrame:
    """One row a draw.

    Args:
        limits: The threshold by draw, from `severity`.
        pairs: Intervention and comparator of each row.

    Returns:
        Totals by strategy, then ``intervention``, ``comparator``, ``cost_difference``,
        ``qaly_difference``, ``icer``, ``verdict``, ``shortfall``, ``weight``, ``threshold`` and
        ``nmb`` (incremental net monetary benefit at the row's threshold).
    """
    cost, qaly = totals(outcomes)
    figures = {
        "cost": cost.values,
        "qaly": qaly.values,
        "life_years": outcomes["life_years"].values,
    }
    strategies = study.model.strategies
    table = pd.DataFrame(
        {
            f"{what} {s}": values[i]
            for what, values in figures.items()
            for i, s in enumerate(strategies)
        }
    )
    found = []
    for draw, (a, b) in enumerate(pairs):
        i, j = strategies.index(a), strategies.index(b)
        gaps = (difference(v[i, draw], v[j, draw]) for v in figures.values())
        found.append(comparison(a, b, *map(float, gaps)))
    table["intervention"] = [f.intervention for f in found]
    table["comparator"] = [f.comparator for f in found]
    table["cost_difference"] = [f.cost for f in found]
    table["qaly_difference"] = [f.qaly for f in found]
    table["icer"] = [f.icer for f in found]
    table["verdict"] = [f.verdict for f in found]
    table["shortfall"] = limits.get("shortfall", np.nan)
    table["weight"] = limits["weight"]
    table["threshold"] = limits["threshold"]
    table["nmb"] = table["threshold"] * table["qaly_difference"] - table["cost_difference"]
    return table


def evaluated_table(study: Study, design: Design, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Evaluate a design and tabulate it with `result_table`."""
    outcomes = evaluate(study.model, design)
    return result_table(study, outcomes, severity(study, design, pairs), pairs)
