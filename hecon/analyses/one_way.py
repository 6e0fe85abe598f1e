"""One-way sensitivity: each parameter at the low and the high end of its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.analyses.base_case import base_table
from hecon.analyses.comparison import SAVING
from hecon.analyses.pair import find_parameter
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, result
from hecon.errors import Fault, InputError
from hecon.parameters.design import base_values, rows
from hecon.parameters.schema import Parameter
from hecon.studies.study import Study

Array = NDArray[np.float64]


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


def find_range(study: Study, name: str) -> Range:
    """The range of one input; raises InputError if it is unknown or has none."""
    parameter = find_parameter(study, name)
    found = next((r for r in ranges(study) if r.parameter == parameter), None)
    if found is None:
        text = f"'{parameter.text}' has no range; give its lowest and highest value"
        raise InputError([Fault(parameter.file, parameter.row, "low", text)])
    return found


def one_way(study: Study) -> pd.DataFrame:
    """Every parameter at its two ends, all others at base.

    Returns
    -------
    pd.DataFrame
        Two rows a parameter (``parameter``, ``end``, ``value``, ``basis``) with the columns of
        `result_table`, the parameter with the widest bar of net monetary benefit first.
    """
    found = ranges(study)
    ends = [(r, end) for r in found for end in ("low", "high")]
    values = [{r.parameter.key: r.low if end == "low" else r.high} for r, end in ends]
    if not values:
        return pd.DataFrame()
    labels = [
        f"one-way, {r.parameter.text} at its {end} end, {r.low if end == 'low' else r.high:.6g}"
        for r, end in ends
    ]
    # the base case comes first: a bar reaches from it to both ends
    design = rows(base_values(study.parameters), [{}, *values], ["the base case", *labels])
    table = evaluated_table(study, design, [study.compared] * (1 + len(values)))
    base, table = float(table["nmb"].iloc[0]), table.iloc[1:].reset_index(drop=True)
    table.insert(0, "parameter", [r.parameter.text for r, _ in ends])
    table.insert(1, "end", [end for _, end in ends])
    table.insert(2, "value", [r.low if end == "low" else r.high for r, end in ends])
    table.insert(3, "basis", [r.basis for r, _ in ends])
    worth = table["nmb"].to_numpy(dtype=float)
    span = pd.Series(
        bar_widths(worth[::2], worth[1::2], base), index=[r.parameter.text for r in found]
    )
    order = [*span.sort_values(ascending=False, kind="stable").index]
    position = {name: i for i, name in enumerate(order)}
    key = [
        (position[p], e == "high") for p, e in zip(table["parameter"], table["end"], strict=True)
    ]
    index = sorted(range(len(table)), key=key.__getitem__)
    return table.iloc[index].reset_index(drop=True)


def bar_widths(low: Array, high: Array, base: float) -> Array:
    """How far each bar of a tornado reaches: over both ends of a range and the base case.

    Parameters
    ----------
    low, high
        A figure at the ends, one entry a bar; NaN where it has no meaning (an ICER under
        dominance), and then the bar is infinitely wide: it comes first.
    base
        The figure in the base case; NaN counts for nothing.
    """
    ends = np.stack([low, high])
    widest = np.fmax(ends.max(axis=0), base) - np.fmin(ends.min(axis=0), base)
    return np.where(np.isnan(ends).any(axis=0), np.inf, widest)


#: Figures that a tornado can be drawn of.
FIGURES = {"nmb": "nmb", "icer": "icer", "qaly": "qaly_difference"}


def tornado(table: pd.DataFrame, base: pd.Series, by: str = "nmb") -> pd.DataFrame:
    """One row a parameter from the two rows of `one_way`.

    Parameters
    ----------
    base
        The base case's row of `result_table`.
    by
        One of `FIGURES`: net monetary benefit, ICER or incremental QALYs, by whose bars the rows
        are ordered; an end without an ICER (dominance) goes first.

    Returns
    -------
    pd.DataFrame
        ``parameter``, ``basis``, ``low``, ``high``, then for each figure its value at the low
        and the high end, ``verdict_low``, ``verdict_high`` and ``turns`` (net benefit has
        another sign than in the base case at one end or at both).
    """
    if table.empty:
        return pd.DataFrame(columns=["parameter", "turns"])
    ends = {end: table[table["end"] == end].set_index("parameter") for end in ("low", "high")}
    low, high = ends["low"], ends["high"].loc[ends["low"].index]
    found = pd.DataFrame({"basis": low["basis"], "low": low["value"], "high": high["value"]})
    for name, column in {**FIGURES, "verdict": "verdict"}.items():
        found[f"{name}_low"], found[f"{name}_high"] = low[column], high[column]
    worth = base["nmb"] >= 0
    found["turns"] = ((low["nmb"] >= 0) != worth) | ((high["nmb"] >= 0) != worth)
    reached = [found[f"{by}_{end}"].to_numpy(dtype=float) for end in ("low", "high")]
    span = bar_widths(reached[0], reached[1], float(base[FIGURES[by]]))
    order = np.argsort(-span, kind="stable")
    return found.iloc[order].reset_index(names="parameter")


@result("One-way sensitivity")
def one_way_ends(run: Run) -> pd.DataFrame:
    """Every input at both ends of its range: the rows of `one_way`."""
    return one_way(run.study)


@result()
def one_way_bars(run: Run) -> pd.DataFrame:
    """The rows of `tornado`, by the figure that was asked for.

    A saving per unit of effect forgone is no ICER: such an end goes first, as dominance does.
    """
    ends = run(one_way_ends)
    if len(ends):
        ends = ends.assign(icer=ends["icer"].where(ends["verdict"] != SAVING))
    return tornado(ends, run(base_table).iloc[0], run.option("by", "nmb"))
