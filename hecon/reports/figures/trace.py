"""Who is in which state over time, one small panel a strategy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hecon.reports.figures.picture import Picture, picture
from hecon.reports.figures.setting import Setting
from hecon.reports.figures.style import PAPER, blank, head, styled
from hecon.reports.figures.writing import listed, numeric, per_cent, share, wrapped

#: Fills in steps of lightness with a hatch on every second.
_FILLS = ("#b34a00", "#8fc7e8", "#e9b872", "#e8ebee", "#0072b2", "#009e73", "#cc79a7", "#f0e442")
_HATCHES = ("", "\\\\\\", "///", "", "xxxx", "\\\\\\\\", "++", "oo")
#: Points in time drawn; the shares between are straight to the eye.
_POINTS = 61


@styled()
def occupancy(
    trace: xr.Dataset,
    setting: Setting,
    states: Mapping[str, str] | None = None,
) -> Picture:
    """Stacked shares of the cohort by state.

    Parameters
    ----------
    trace
        From `hecon.analyses.evaluate.base_traces`; its first draw is shown.
    states
        Readable names of states.
    """
    labels = states or {}
    shares = trace["share"].isel(draw=0)
    strategies = shares["strategy"].values.tolist()
    names = shares["state"].values.tolist()
    time = shares["year"].values
    chosen = np.unique(np.linspace(0, len(time) - 1, min(_POINTS, len(time))).round().astype(int))
    title = "Share of people in each state over time"
    rows = (len(strategies) + 1) // 2
    columns = min(2, len(strategies))
    figure = blank(1.2 + 1.75 * rows)
    head(figure, title)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
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
            panel.set_xlabel("years since the start")
            panel.tick_params(labelbottom=True)
    figure.supylabel("share of the cohort", fontsize=8.5)
    figure.legend(
        handles,
        [labels.get(n) or n for n in names],
        frameon=False,
        loc="outside lower left",
        ncols=2,
        fontsize=7.5,
    )
    return picture("occupancy", title, _alt(shares, time, strategies, names, labels), figure)


def _alt(
    shares: xr.DataArray,
    time: NDArray[np.float64],
    strategies: list[str],
    names: list[str],
    labels: Mapping[str, str],
) -> str:
    said = []
    for years in (5.0,):
        at = int(np.abs(time - years).argmin())
        if at == 0:
            continue
        parts = []
        for strategy in strategies:
            largest = [
                f"{labels.get(n) or n} {share(float(shares.sel(strategy=strategy, state=n)[at]))}"
                for n in names[:-1]
            ]
            parts.append(f"{strategy}: {listed(largest)}")
        said.append(f"After {time[at]:g} year{'' if time[at] == 1 else 's'}: {'; '.join(parts)}.")
    return " ".join(said) or "Shares of the cohort by state over time."
