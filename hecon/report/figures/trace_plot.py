"""Who is in which state over time, one small panel a strategy."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hecon.engine.arrays import Array
from hecon.report.figures.measured_axes import MeasuredAxes
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.style import PAPER, blank, head, styled
from hecon.report.figures.writing import listed, numeric, per_cent, share, short, wrapped
from hecon.report.language import say

#: Fills in steps of lightness with a hatch on every second.
_FILLS = ("#b34a00", "#8fc7e8", "#e9b872", "#e8ebee", "#0072b2", "#009e73", "#cc79a7", "#f0e442")
_HATCHES = ("", "\\\\\\", "///", "", "xxxx", "\\\\\\\\", "++", "oo")
#: Cycles between whose shares a straight line is nowhere further off than this are not drawn.
_STRAIGHT = 0.002
#: The alternative text tells who is where in the cycle nearest to this, in years.
_ALT_YEARS = 5.0


@styled()
def occupancy(
    trace: xr.Dataset,
    labels: Mapping[str, str],
) -> Picture:
    """Stacked shares of the cohort by state.

    Args:
        trace: From `hecon.analyses.evaluate.base_traces`; its first draw is shown.
        labels: Readable names of states.
    """
    shares = trace["share"].isel(draw=0)
    strategies = shares["strategy"].values.tolist()
    names = shares["state"].values.tolist()
    time = shares["year"].values
    # areas are stacked: what must be straight is each state's upper edge
    edges = np.cumsum(shares.transpose("cycle", "strategy", "state").values, axis=2)
    chosen = kept(time, edges.reshape(len(time), -1))
    title = say("Share of people in each state over time")
    rows = (len(strategies) + 1) // 2
    columns = min(2, len(strategies))
    figure = blank(1.2 + 1.75 * rows)
    head(figure, title)
    panels = figure.subplots(
        rows,
        columns,
        sharex=True,
        sharey=True,
        squeeze=False,
        subplot_kw={"axes_class": MeasuredAxes},
    )
    handles = []
    for position, panel in enumerate(panels.ravel().tolist()):
        if position >= len(strategies):
            panel.set_visible(False)
            continue
        strategy = strategies[position]
        values = [shares.sel(strategy=strategy, state=s).values[chosen] for s in names]
        handles = panel.stackplot(
            time[chosen], values, colors=_FILLS, labels=names, edgecolor=PAPER, linewidth=0.5
        )
        for i, area in enumerate(handles):
            area.set_hatch(_HATCHES[i % len(_HATCHES)])
        panel.set_title(wrapped(strategy, 24, 3), fontsize=8.5, fontweight="normal", pad=3)
        panel.set_xlim(float(time[0]), float(time[-1]))
        panel.set_ylim(0, 1)
        numeric(panel.xaxis)
        per_cent(panel.yaxis)
        if position + columns >= len(strategies):
            panel.set_xlabel(say("years since the start"))
            panel.tick_params(labelbottom=True)
    figure.supylabel(say("share of the cohort"), fontsize=8.5)
    figure.legend(
        handles,
        [say(labels.get(n) or n) for n in names],
        frameon=False,
        loc="outside lower left",
        ncols=2,
        fontsize=7.5,
    )
    return picture("occupancy", title, _alt(shares, time, strategies, names, labels), figure)


def kept(time: Array, curves: Array) -> NDArray[np.intp]:
    """Points of time that draw all curves, shaped (time, curve): the ends, and every bend."""
    keep = {0, len(time) - 1}
    waiting = [(0, len(time) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        way = (time[first : last + 1] - time[first]) / (time[last] - time[first])
        line = curves[first] + way[:, None] * (curves[last] - curves[first])
        gaps = np.abs(curves[first : last + 1] - line).max(axis=1)
        if gaps.max() > _STRAIGHT:
            middle = first + int(gaps.argmax())
            keep.add(middle)
            waiting += [(first, middle), (middle, last)]
    return np.array(sorted(keep))


def _alt(
    shares: xr.DataArray,
    time: Array,
    strategies: list[str],
    names: list[str],
    labels: Mapping[str, str],
) -> str:
    if len(time) < 2:
        return say("Shares of the cohort by state at the start.")
    at = max(1, int(np.abs(time - _ALT_YEARS).argmin()))
    parts = []
    for strategy in strategies:
        found = [
            f"{say(labels.get(n) or n)} {share(float(shares.sel(strategy=strategy, state=n)[at]))}"
            for n in names
        ]
        parts.append(f"{strategy}: {listed(found)}")
    when, told = short(time[at]), "; ".join(parts)
    if time[at] == 1:
        return say("After one year: {parts}.", parts=told)
    return say("After {time} years: {parts}.", time=when, parts=told)
