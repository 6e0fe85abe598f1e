"""One-way sensitivity, grids of two parameters and break-even values, on the screen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from rich.console import Console

from hecon.analyses.break_even import turning
from hecon.analyses.one_way import ranges
from hecon.analyses.pair import find_parameter
from hecon.reports.answers.tables import (
    conclude,
    described,
    descriptions,
    ratio,
    title,
)
from hecon.reports.conclusions import short
from hecon.reports.console import amount, money, percent, qalys, table
from hecon.reports.words import FEW, listed
from hecon.studies.study import Study

Array = NDArray[np.float64]

SHOWN = 15
_LABELS = {"nmb": "NMB", "icer": "ICER", "qaly": "QALYs"}


def print_tornado(study: Study, found: pd.DataFrame, by: str, threshold: float, to: Console) -> str:
    """Print the widest bars and say which parameters turn the decision; gives that sentence."""
    a, b = study.compared
    title(study, "One-way sensitivity", to)
    write: Callable[[float], str] = qalys if by == "qaly" else money
    label = _LABELS[by]
    rows = table("Parameter", "Low", "High", f"{label} at low", f"{label} at high")
    for row in found.head(SHOWN).to_dict("records"):
        ends = [_end(row, by, end, write) for end in ("low", "high")]
        rows.add_row(row["parameter"], short(row["low"]), short(row["high"]), *ends)
    to.print(rows)
    if len(found) > SHOWN:
        to.print(f"The {SHOWN} widest of {len(found)}; all are in the table.")
    for row in found.head(SHOWN).to_dict("records"):
        _, _, said = str(row["basis"]).partition("; ")
        if said:
            to.print(f"{row['parameter']}: {said}.")
    turning = found.loc[found["turns"].astype(bool), "parameter"].tolist()
    currency = study.jurisdiction.definition.currency
    at = f"{amount(currency, threshold)} per QALY"
    if found.empty:
        text = "No input has a range of its own, so none is moved alone."
    elif turning:
        text = (
            f"{len(turning)} of {len(found)} parameters alone turn the decision between {a} and "
            f"{b} at {at} at an end of their range: {described(turning, descriptions(study))}."
        )
        steps = found.loc[found["turns_by_severity"], "parameter"].tolist()
        if steps:
            text += f" Only through a step of severity class: {listed(steps, 5)}."
    else:
        text = (
            f"At the ends of their ranges none of the {len(found)} parameters alone turns the "
            f"decision between {a} and {b} at {at}."
        )
    conclude(text, to, study)
    return text


def _end(row: Mapping[Hashable, Any], by: str, end: str, write: Callable[[float], str]) -> str:
    value = row[f"{by}_{end}"]
    return ratio(value, row[f"verdict_{end}"]) if by == "icer" else write(value)


def print_grid(study: Study, found: xr.Dataset, to: Console) -> str:
    """Print net benefit over the grid, thinned to what a screen holds, and where it turns."""
    first, second = (str(d) for d in found["nmb"].dims)
    a, b = study.compared
    title(study, "Two-way sensitivity", to)
    to.print(f"Net monetary benefit of {a} against {b}; rows {first}, columns {second}")
    nmb = found["nmb"]
    down, across = _thinned(nmb.sizes[first], 11), _thinned(nmb.sizes[second], 5)
    rows = table(first, *(short(float(v)) for v in nmb[second].values[across]))
    for i in down:
        cells = [money(float(v)) for v in nmb.values[i, across]]
        rows.add_row(short(float(nmb[first].values[i])), *cells)
    to.print(rows)
    share = float((nmb > 0).mean())
    where = {0.0: "nowhere", 1.0: "everywhere"}.get(share, f"in {percent(share)}")
    on = "on" if share in (0.0, 1.0) else "of"
    known = descriptions(study)
    both = described([first, second], known)
    text = f"{a} is cost-effective {where} {on} this grid of {both}."
    text += "".join(_beyond(study, name, nmb[name].values) for name in (first, second))
    conclude(text, to, study)
    return text


def _beyond(study: Study, name: str, values: Array) -> str:
    """Says that values lie outside the range which the study gives an input."""
    parameter = find_parameter(study, name)
    own = next((r for r in ranges(study) if r.parameter == parameter), None)
    if own is None:
        return f" The study gives no range of {name}."
    if own.low <= values.min() and values.max() <= own.high:
        return ""
    return f" Values of {name} go beyond the {own.basis}, {short(own.low)} to {short(own.high)}."


def _thinned(size: int, most: int) -> list[int]:
    return sorted({round(i) for i in np.linspace(0, size - 1, min(size, most))})


def grid_table(found: xr.Dataset) -> pd.DataFrame:
    """The grid as one row a combination."""
    return found.to_dataframe().reset_index()


def break_even_words(study: Study, found: pd.DataFrame, name: Callable[[str], str] = str) -> str:
    """Where the decision turns, in a sentence; `name` says what a parameter is called."""
    a, b = study.compared
    names = turning(found)["parameter"].drop_duplicates().tolist()
    total = found["parameter"].nunique()
    if names:
        return (
            f"{a} and {b} have equal net benefit at a value inside the range for {len(names)} of "
            f"{total} parameters: {listed([name(n) for n in names], FEW)}."
        )
    return (
        f"No solution in range: no value of the {total} parameters searched makes {a} and "
        f"{b} equal, all others at base."
    )


def print_break_even(study: Study, found: pd.DataFrame, to: Console) -> str:
    """Print where the decision turns, parameters without a turn counted at the end."""
    title(study, "Break-even values", to)
    solved = turning(found)
    rows = table("Parameter", "Unit", "Base", "From", "To", "Break-even", left=2)
    shown = found if len(found) <= SHOWN else solved
    for row in shown.to_dict("records"):
        value = short(row["break_even"]) if row["status"] == "solved" else row["status"]
        if row["status"] == "jumps across zero":
            value = f"{short(row['break_even'])} (jumps)"
        ends = [short(row[name]) for name in ("base", "low", "high")]
        rows.add_row(row["parameter"], row["unit"], *ends, value)
    to.print(rows)
    without = found["parameter"].nunique() - solved["parameter"].nunique()
    if len(found) > SHOWN and without:
        to.print(f"No solution in range for {without} other parameters.")
    known = descriptions(study)
    text = break_even_words(study, found, lambda name: described([name], known))
    conclude(text, to, study)
    return text
