"""How likely each strategy is to take each place."""

import numpy as np
import xarray as xr
from matplotlib.colors import LinearSegmentedColormap

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import INK, PAPER, axes, bare, key, styled
from hecon.report.figures.writing import listed, per_cent, share
from hecon.report.language import say

#: Shares of a bar that have room for a figure.
_ROOM = 0.09
_SHADES = LinearSegmentedColormap.from_list("places", ["#08415c", "#4f8fae", "#a9cfe0", "#e3eff5"])


@styled()
def ranking_picture(found: xr.Dataset, setting: Setting, threshold: float) -> Picture:
    """One bar a strategy, split by place; from `hecon.analyses.ranking.ranking`."""
    chosen = found.sel(threshold=threshold, method="nearest")
    names = chosen["strategy"].values.tolist()
    places = chosen["place"].values.tolist()
    title = say("Place by net benefit, {at_threshold}", at_threshold=setting.at(threshold))
    shown = [setting.names[name] for name in names]
    row = max(0.42, 0.14 * max(1 + text.count("\n") for text in shown))
    figure, area = axes(title, height=1.3 + row * len(names))
    probability = chosen["probability"].values
    left = np.zeros(len(names))
    for column, place in enumerate(places):
        shade = _SHADES(column / max(len(places) - 1, 1))
        values = probability[:, column]
        area.barh(
            range(len(names)),
            values,
            left=left,
            color=shade,
            edgecolor=PAPER,
            height=0.66,
            label=_ordinal(place),
        )
        for row, value in enumerate(values.tolist()):
            if value >= _ROOM:
                area.text(
                    left[row] + value / 2,
                    row,
                    share(value),
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color=PAPER if sum(shade[:3]) < 1.4 else INK,
                )
        left += values
    area.set_yticks(range(len(names)), shown, fontsize=7.5)
    area.set_ylim(len(names) - 0.5, -0.5)
    area.set_xlim(0, 1)
    bare(area)
    per_cent(area.xaxis)
    area.set_xlabel(say("share of draws"))
    key(figure, 6, handlelength=1.2)
    parts = [
        say(
            "{name} first in {row} and last in {row_2}",
            name=name,
            row=share(float(row[0])),
            row_2=share(float(row[-1])),
        )
        for name, row in zip(names, probability, strict=True)
    ]
    alt = say(
        "Places by net benefit {at_threshold}, as shares of the draws: {parts}.",
        at_threshold=setting.at(threshold),
        parts=listed(parts),
    )
    return picture("ranking", title, alt, figure)


def _ordinal(place: int) -> str:
    words = ("first", "second", "third")
    return say(words[place - 1]) if place <= len(words) else say("{place}th", place=place)
