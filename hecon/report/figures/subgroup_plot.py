"""Subgroups as a forest: net benefit with its interval, areas by share."""

import numpy as np
import pandas as pd

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, INK, QUIET, axes, bare, styled
from hecon.report.figures.writing import listed, numeric, wrapped
from hecon.report.language import say


@styled()
def subgroup_forest(table: pd.DataFrame, pair: tuple[str, str], setting: Setting) -> Picture:
    """Net benefit of each subgroup from `subgroup_results`; everybody is a diamond.

    The mean and 95 % of the draws, or the base case where nothing is drawn.
    """
    drawn = "nmb_mean" in table
    title = say("Net benefit of {pair} against {pair_2} by subgroup", pair=pair[0], pair_2=pair[1])
    figure, area = axes(title, height=1.2 + 0.3 * max(len(table), 2), grid="x")
    area.axvline(0, color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1, label="_null")
    parts = []
    for row, each in enumerate(table.to_dict("records")):
        value = float(each["nmb_mean"] if drawn else each["nmb"])
        everybody = not each["dimension"]
        told = f"{say(each['subgroup'])} {setting.amount(value, sign=True)}"
        if drawn:
            low, high = float(each["nmb_low"]), float(each["nmb_high"])
            area.plot([low, high], [row, row], color=INK, linewidth=1.1, label="_interval")
            told += say(
                " ({low} to {high})",
                low=setting.amount(low, sign=True),
                high=setting.amount(high, sign=True),
            )
        parts.append(told)
        area.plot(
            value,
            row,
            "D" if everybody else "s",
            markersize=4 + 6 * np.sqrt(float(each["share"])),
            color=COLOURS[1] if everybody else COLOURS[0],
            label="_estimate",
        )
    area.set_yticks(range(len(table)), [wrapped(t, 34, 2) for t in table["title"]], fontsize=7)
    area.set_ylim(len(table) - 0.4, -0.6)
    bare(area)
    numeric(area.xaxis, 4)
    area.set_xlabel(say("net benefit per person ({money})", money=setting.money), loc="right")
    interval = say("mean and 95 % of the draws") if drawn else say("base case")
    assert setting.threshold is not None
    alt = say(
        "Net benefit {at_threshold}, {interval}: {parts}.",
        at_threshold=setting.at(setting.threshold),
        interval=interval,
        parts=listed(parts),
    )
    return picture("subgroups", title, alt, figure)
