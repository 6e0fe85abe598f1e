"""The cost-effectiveness frontier: strategies by cost and effect, the efficient ones joined."""

from __future__ import annotations

import pandas as pd

from hecon.reports.figures.picture import Picture, picture
from hecon.reports.figures.setting import Setting
from hecon.reports.figures.style import INK, QUIET, axes, styled
from hecon.reports.figures.writing import axis_labels, listed, number, numeric


@styled()
def frontier_picture(table: pd.DataFrame, setting: Setting) -> Picture:
    """Costs and effects of the options; filled and joined are those on the frontier.

    Parameters
    ----------
    table
        From `hecon.analyses.frontier.frontier`.
    """
    title = "Cost-effectiveness frontier"
    figure, area = axes(title, grid="both")
    efficient = table[table["status"] == "on the frontier"]
    area.plot(
        efficient["effect"], efficient["cost"], color=INK, linewidth=1.2, zorder=2, label="frontier"
    )
    low, high = float(table["effect"].min()), float(table["effect"].max())
    room = (high - low or 1.0) * 0.12
    area.set_xlim(low - room, high + room)
    bottom, top = float(table["cost"].min()), float(table["cost"].max())
    lift = (top - bottom or 1.0) * 0.16
    area.set_ylim(bottom - lift, top + lift)
    taken: list[tuple[float, float]] = []
    for each in table.to_dict("records"):
        look = setting.looks[str(each["strategy"])]
        inside = each["status"] == "on the frontier"
        x, y = float(each["effect"]), float(each["cost"])
        area.plot(
            x,
            y,
            marker=look.marker,
            markersize=7,
            linestyle="",
            color=look.colour,
            markerfacecolor=look.colour if inside else "white",
            zorder=3,
            label=each["strategy"],
        )
        text = str(each["strategy"]) + ("" if inside else f"\n{each['status']}")
        at = ((x - low + room) / (high - low + 2 * room), (y - bottom) / (top - bottom or 1.0))
        crowded = any(abs(at[0] - a) < 0.3 and abs(at[1] - b) < 0.16 for a, b in taken)
        taken.append(at)
        area.annotate(
            text,
            (x, y),
            (0, -9 if crowded else 8),
            textcoords="offset points",
            ha="left" if at[0] < 0.25 else "right" if at[0] > 0.75 else "center",
            va="top" if crowded else "bottom",
            fontsize=8,
            linespacing=1.0,
        )
    steps = []
    for each in efficient.to_dict("records"):
        if each["against"]:
            before = efficient[efficient["strategy"] == each["against"]].iloc[0]
            area.annotate(
                f"{setting.amount(float(each['icer']))}\nper {setting.effect}",
                ((each["effect"] + before["effect"]) / 2, (each["cost"] + before["cost"]) / 2),
                (-8, 4),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=7.5,
                color=QUIET,
                linespacing=1.0,
            )
            steps.append(
                f"{each['strategy']} against {each['against']} "
                f"{setting.amount(float(each['icer']))} per {setting.effect}"
            )
    numeric(area.xaxis)
    numeric(area.yaxis)
    axis_labels(area, f"{setting.effects} per person", f"cost per person ({setting.money})")
    out = [
        f"{r['strategy']} is {r['status']}"
        for r in table.to_dict("records")
        if r["status"] != "on the frontier"
    ]
    parts = [
        f"{r['strategy']} ({setting.amount(float(r['cost']))}, {number(float(r['effect']), 3)} "
        f"{setting.effects})"
        for r in efficient.to_dict("records")
    ]
    alt = (
        f"On the frontier: {listed(parts)}. "
        + (f"Steps: {listed(steps)}. " if steps else "")
        + (f"{'; '.join(out)}." if out else "")
    )
    return picture("frontier", title, alt.strip(), figure)
