"""One-way sensitivity: each parameter at the low and the high end of its range."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hecon.analyses.results_table import evaluated_table
from hecon.parameters.design import base_values, rows
from hecon.parameters.schema import Parameter
from hecon.studies.study import Study


@dataclass(frozen=True)
class Range:
    """The two ends of a parameter's range and where they come from."""

    parameter: Parameter
    low: float
    high: float
    basis: str


def ranges(study: Study) -> list[Range]:
    """Ranges of all inputs: the stated interval, else the distribution's 2.5 and 97.5 percentiles.

    A parameter with neither has no range; none is ever invented. The opportunity cost is no
    doubt about the model and is left out.
    """
    found = []
    for parameter in study.parameters:
        if not parameter.is_input or parameter.name in study.jurisdiction.opportunity_cost.names:
            continue
        if parameter.low is not None and parameter.high is not None:
            low, high, basis = parameter.low, parameter.high, "stated range"
        elif parameter.distribution.varies and parameter.distribution.kind != "dirichlet":
            low = float(parameter.distribution.quantile(0.025))
            high = float(parameter.distribution.quantile(0.975))
            basis = "95 % of the distribution"
        else:
            continue
        if low != high:
            found.append(Range(parameter, low, high, basis))
    return found


def one_way(study: Study) -> pd.DataFrame:
    """Every parameter at its two ends, all others at base.

    Returns
    -------
    pd.DataFrame
        Two rows a parameter (``parameter``, ``end``, ``value``, ``basis``) with the columns of
        `result_table`, the parameter with the widest span of net monetary benefit first.
    """
    found = ranges(study)
    ends = [(r, end) for r in found for end in ("low", "high")]
    values = [{r.parameter.key: r.low if end == "low" else r.high} for r, end in ends]
    if not values:
        return pd.DataFrame()
    design = rows(base_values(study.parameters), values)
    table = evaluated_table(study, design, [study.compared] * len(values))
    table.insert(0, "parameter", [r.parameter.text for r, _ in ends])
    table.insert(1, "end", [end for _, end in ends])
    table.insert(2, "value", [r.low if end == "low" else r.high for r, end in ends])
    table.insert(3, "basis", [r.basis for r, _ in ends])
    span = table.groupby("parameter")["nmb"].agg(lambda s: s.max() - s.min())
    order = [*span.sort_values(ascending=False, kind="stable").index]
    position = {name: i for i, name in enumerate(order)}
    key = [
        (position[p], e == "high") for p, e in zip(table["parameter"], table["end"], strict=True)
    ]
    index = sorted(range(len(table)), key=key.__getitem__)
    return table.iloc[index].reset_index(drop=True)
