"""Bars with intervals: partial information, and indices of global sensitivity."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hecon.engine.arrays import Array
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, INK, axes, bare, key, styled
from hecon.report.figures.writing import listed, number, numeric
from hecon.report.language import say

#: Values below this share of the largest are not drawn.
LEAST = 0.005
#: Rows that are drawn at most.
SHOWN = 12


@styled()
def partial_information(table: pd.DataFrame, setting: Setting, threshold: float) -> Picture:
    """EVPPI of single parameters or sets at one threshold, with 95 % intervals, largest first.

    Estimates that went below zero are drawn below zero.
    """
    rows = table[np.isclose(table["threshold"], threshold)]
    rows = rows.sort_values("evppi", ascending=False, kind="stable")
    least = LEAST * float((rows["evppi"] + rows["standard_error"]).max())
    seen = rows[(rows["evppi"].abs() + rows["standard_error"] > least)].head(SHOWN)
    left, rows = len(rows) - len(seen), seen if len(seen) else rows.head(1)
    title = say(
        "Value of perfect information on one parameter, {at_threshold}",
        at_threshold=setting.at(threshold),
    )
    names = [setting.label(str(n), 38, 2) for n in rows["set"]]
    figure, area = axes(title, height=1.15 + 0.29 * max(len(rows), 2), grid="x")
    value, error = rows["evppi"].to_numpy(float), rows["standard_error"].to_numpy(float)
    _bars(area, names, value, value - 1.96 * error, value + 1.96 * error, 0)
    numeric(area.xaxis, 4)
    area.set_xlabel(
        say("EVPPI per person with 95 % interval ({money})", money=setting.money), loc="right"
    )
    evpi = float(rows["evpi"].iloc[0])
    parts = [
        say(
            "{named} {evppi} (standard error {standard_error})",
            named=setting.named(str(r["set"])),
            evppi=setting.amount(float(r["evppi"])),
            standard_error=setting.amount(float(r["standard_error"])),
        )
        for r in rows.head(3).to_dict("records")
    ]
    alt = say(
        "Worth knowing most per person: {parts}. Knowing everything is worth {evpi}.",
        parts=listed(parts),
        evpi=setting.amount(evpi),
    ) + (say(" {left} others, each less, are not shown.", left=left) if left else "")
    return picture("evppi", title, alt, figure)


@styled()
def sobol_picture(table: pd.DataFrame, setting: Setting) -> Picture:
    """First-order and total Sobol' indices, from `hecon.analyses.global_sensitivity.sobol`."""
    rows = table[~table["idle"]].head(SHOWN)
    title = say("Share of the variance of net benefit")
    names = [setting.label(str(n), 38, 2) for n in rows["parameter"]]
    figure, area = axes(title, height=1.25 + 0.38 * max(len(rows), 2), grid="x")
    for position, (column, words) in enumerate(
        (
            ("first_order", say("by itself (first order)")),
            ("total", say("with interactions (total)")),
        )
    ):
        value, low, high = _interval(rows, column)
        _bars(area, names, value, low, high, position, 2, words)
    key(figure)
    numeric(area.xaxis)
    area.set_xlabel(say("Sobol' index with 95 % bootstrap interval"), loc="right")
    parts = [
        f"{setting.named(str(r['parameter']))} {number(r['total'] * 100)} %"
        for r in rows.head(3).to_dict("records")
    ]
    alt = say(
        "Largest shares of the variance of net benefit, interactions included: {parts}.",
        parts=listed(parts),
    )
    return picture("sobol", title, alt, figure)


@styled()
def morris_picture(table: pd.DataFrame, setting: Setting) -> Picture:
    """Morris elementary effects, from `hecon.analyses.global_sensitivity.morris`."""
    rows = table[~table["idle"]].head(15)
    title = say("Mean size of elementary effects on net benefit")
    names = [setting.label(str(n), 38, 2) for n in rows["parameter"]]
    figure, area = axes(title, height=1.15 + 0.29 * max(len(rows), 2), grid="x")
    value, low, high = _interval(rows, "mu_star")
    _bars(area, names, value, low, high, 0)
    numeric(area.xaxis, 4)
    area.set_xlabel(
        say("mean effect per person with 95 % interval ({money})", money=setting.money), loc="right"
    )
    parts = [
        f"{setting.named(str(r['parameter']))} {setting.amount(float(r['mu_star']))}"
        for r in rows.head(3).to_dict("records")
    ]
    alt = say(
        "Inputs that move net benefit most over their whole range: {parts}.", parts=listed(parts)
    )
    return picture("morris", title, alt, figure)


def _interval(rows: pd.DataFrame, column: str) -> tuple[Array, Array, Array]:
    value, low, high = (rows[f"{column}{end}"].to_numpy(float) for end in ("", "_low", "_high"))
    return value, low, high


def _bars(
    area: Axes,
    names: Sequence[str],
    value: Array,
    low: Array,
    high: Array,
    position: int,
    of: int = 1,
    label: str = "",
) -> None:
    """Horizontal bars with intervals, the first at the top; `of` of them share a row."""
    rows = np.arange(len(names), dtype=float)
    height = 0.66 / of
    middle = rows + (position - (of - 1) / 2) * height
    area.barh(
        middle,
        value,
        height=height * 0.94,
        color=COLOURS[(0, 4)[position]],
        hatch=("", "////")[position],
        edgecolor="white",
        linewidth=0.3,
        label=label or "_bars",
    )
    area.hlines(middle, low, high, color=INK, linewidth=1.0)
    area.plot(low, middle, "|", color=INK, markersize=4, label="_low")
    area.plot(high, middle, "|", color=INK, markersize=4, label="_high")
    area.axvline(0, color=INK, linewidth=0.7, label="_zero")
    area.set_yticks(rows, names, fontsize=7)
    area.set_ylim(len(names) - 0.45, -0.55)
    bare(area)
