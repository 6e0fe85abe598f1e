"""One-way sensitivity: each parameter at the low and the high end of its range."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.analyses.base_case import base_table
from hecon.analyses.comparison import SAVING
from hecon.analyses.pair import base_value, changed_rows, find_parameter
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import SAME
from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study


@dataclass(frozen=True)
class Range:
    """The two ends of a parameter's range and where they come from."""

    parameter: Parameter
    low: float
    high: float
    basis: str


def ranges(study: Study) -> list[Range]:
    """Ranges of all parameters: the stated one, else the distribution's 2.5 and 97.5 percentiles.

    A computed parameter has the range that its row states, whatever it is computed from. A
    parameter with neither has no range; none is ever invented. The opportunity cost is no doubt
    about the model and is left out.
    """
    found = []
    for parameter in study.parameters:
        if parameter.name in study.jurisdiction.opportunity_cost.names:
            continue
        if stated := parameter.stated_range:
            (low, high), basis = stated, "stated range"
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
    """The range of one parameter; raises InputError if it is unknown or has none."""
    parameter = find_parameter(study, name)
    found = next((r for r in ranges(study) if r.parameter == parameter), None)
    if found is None:
        text = f"'{parameter.text}' has no range; give its lowest and highest value"
        raise InputError([Fault(parameter.file, parameter.row, "low", text)])
    return found


def one_way(study: Study) -> pd.DataFrame:
    """Every parameter at its two ends, all others at base.

    Returns:
        Two rows a parameter (``parameter``, ``end``, ``value``, ``basis``) with the columns of
        `result_table`, the parameter with the widest bar of net monetary benefit first. The basis
        of a range also says what is held fixed, and at which end nothing moves.

    Examples:
        >>> from hecon import load_study, one_way
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> widest = one_way(study).head(2)
        >>> widest[["parameter", "end"]].to_dict("list")
        {'parameter': ['unit_mdma_session', 'unit_mdma_session'], 'end': ['low', 'high']}
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
    design = changed_rows(study, [{}, *values], ["the base case", *labels])
    table = evaluated_table(study, design, [study.compared] * design.draws)
    still = _without_effect(table, found, study)
    base, table = float(table["nmb"].iloc[0]), table.iloc[1:].reset_index(drop=True)
    table.insert(0, "parameter", [r.parameter.text for r, _ in ends])
    table.insert(1, "end", [end for _, end in ends])
    table.insert(2, "value", [r.low if end == "low" else r.high for r, end in ends])
    table.insert(3, "basis", [_basis(r, still[r.parameter.text]) for r, _ in ends])
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


def _without_effect(table: pd.DataFrame, found: list[Range], study: Study) -> dict[str, list[str]]:
    """Ends apart from the base value at which nothing moves, by parameter; row 0 is the base."""
    shown = table[["cost_difference", "qaly_difference", "threshold"]].to_numpy()
    same = np.isclose(shown, shown[0], rtol=SAME, atol=0).all(axis=1)
    result: dict[str, list[str]] = {}
    for i, each in enumerate(found):
        base, ends = base_value(study, each.parameter), {"low": each.low, "high": each.high}
        moved = [(end, same[1 + 2 * i + j]) for j, end in enumerate(ends) if ends[end] != base]
        quiet = [end for end, still in moved if still]
        result[each.parameter.text] = ["low", "high"] if len(quiet) == len(moved) else quiet
    return result


def _basis(found: Range, still: list[str]) -> str:
    """Where a range comes from, what it leaves as it is, and where it moves nothing."""
    fixed = found.parameter.holds_fixed
    effect = {0: "", 1: f"no effect at the {still[0]} end" if still else "", 2: "no effect"}
    words = (found.basis, fixed and f"holds fixed: {fixed}", effect[len(still)])
    return "; ".join(filter(None, words))


def bar_widths(low: Array, high: Array, base: float) -> Array:
    """How far each bar of a tornado reaches: over both ends of a range and the base case.

    Args:
        low, high: A figure at the ends, one entry a bar; NaN where it has no meaning (an ICER under
            dominance), and then the bar is infinitely wide: it comes first.
        base: The figure in the base case; NaN counts for nothing.
    """
    ends = np.stack([low, high])
    widest = np.fmax(ends.max(axis=0), base) - np.fmin(ends.min(axis=0), base)
    return np.where(np.isnan(ends).any(axis=0), np.inf, widest)


#: Figures that a tornado can be drawn of.
FIGURES = {"nmb": "nmb", "icer": "icer", "qaly": "qaly_difference"}


def tornado(table: pd.DataFrame, base: pd.Series, by: str = "nmb") -> pd.DataFrame:
    """One row a parameter from the two rows of `one_way`.

    Args:
        base: The base case's row of `result_table`.
        by: One of `FIGURES`: net monetary benefit, ICER or incremental QALYs, by whose bars the
            rows are ordered; an end without an ICER (dominance) goes first.

    Returns:
        ``parameter``, ``basis``, ``low``, ``high``, then for each figure its value at the low and
        the high end, ``verdict_low``, ``verdict_high`` and ``turns`` (net benefit has another sign
        than in the base case at one end or at both) and ``turns_by_severity`` (it has so only
        because the end falls into another severity class).
    """
    if table.empty:
        return pd.DataFrame(columns=["parameter", "turns", "turns_by_severity"])
    ends = {end: table[table["end"] == end].set_index("parameter") for end in ("low", "high")}
    low, high = ends["low"], ends["high"].loc[ends["low"].index]
    found = pd.DataFrame({"basis": low["basis"], "low": low["value"], "high": high["value"]})
    for name, column in {**FIGURES, "verdict": "verdict"}.items():
        found[f"{name}_low"], found[f"{name}_high"] = low[column], high[column]
    worth = base["nmb"] >= 0
    found["turns"] = ((low["nmb"] >= 0) != worth) | ((high["nmb"] >= 0) != worth)
    threshold = float(base["threshold"])
    plain = [e["qaly_difference"] * threshold - e["cost_difference"] for e in (low, high)]
    kept = ((plain[0] >= 0) == worth) & ((plain[1] >= 0) == worth)
    found["turns_by_severity"] = found["turns"] & kept
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
