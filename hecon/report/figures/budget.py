"""Budget impact as figures: net cost by payer's block, and demand against places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, DASHES, HATCHES, INK, MARKERS, axes, key, styled
from hecon.report.figures.writing import listed, number, numeric

_LINES = {"demand": "want it", "places": "places", "treated": "treated", "waiting": "waiting"}


@styled()
def net_picture(blocks: pd.DataFrame, labels: Mapping[str, str], setting: Setting) -> Picture:
    """Bars of the difference by block, stacked; a dot is their sum."""
    wide = blocks.pivot(index="year", columns="block", values="cost_difference")[[*labels]] / 1e6
    years, title = wide.index.to_numpy(), "Net cost to the payer by year"
    figure, area = axes(title, grid="y")
    up, down = np.zeros(len(wide)), np.zeros(len(wide))
    for position, (name, label) in enumerate(labels.items()):
        values = wide[name].to_numpy()
        bottom = np.where(values >= 0, up, down)
        area.bar(
            years,
            values,
            0.62,
            bottom=bottom,
            color=COLOURS[position % len(COLOURS)],
            hatch=HATCHES[position % len(HATCHES)],
            edgecolor="white",
            linewidth=0.4,
            label=label,
        )
        up, down = up + np.maximum(values, 0), down + np.minimum(values, 0)
    net = wide.sum(axis=1)
    area.plot(years, net, "D", color=INK, markersize=4, linestyle="", label="net")
    area.axhline(0, color=INK, linewidth=0.8, label="_zero")
    area.set_xticks(years)
    numeric(area.yaxis, 5)
    area.set_xlabel("year", loc="right")
    area.set_ylabel(f"million {setting.money}")
    key(figure)
    parts = [f"year {year}: {number(value)}" for year, value in net.items()]
    named = listed([*labels.values()])
    alt = f"Net cost in million {setting.money}, {listed(parts)}. Blocks: {named}."
    return picture("budget_net", title, alt, figure)


@styled()
def people_picture(table: pd.DataFrame, strategy: str) -> Picture:
    """Lines of those who want a treatment, places, those treated and those who wait."""
    title = f"Who wants {strategy}, and for whom there are places"
    figure, area = axes(title, grid="y")
    years, last = table["year"].to_numpy(), table.iloc[-1]
    said = []
    for position, (name, words) in enumerate(_LINES.items()):
        values = table[name].where(np.isfinite(table[name]))
        if values.isna().all():
            continue
        area.plot(
            years,
            values,
            color=COLOURS[position],
            linestyle=DASHES[position],
            marker=MARKERS[position],
            markersize=4.5,
            label=words,
        )
        said.append(f"{words} {number(float(last[name]))}")
    area.set_xticks(years)
    area.set_ylim(bottom=0)
    numeric(area.yaxis, 5)
    area.set_xlabel("year", loc="right")
    area.set_ylabel("persons")
    key(figure)
    alt = f"In year {int(last['year'])}: {listed(said)}."
    return picture("budget_people", title, alt, figure)
