"""The cost-effectiveness frontier: strategies by cost and effect, the efficient ones joined."""

import pandas as pd

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import INK, axes, key, styled
from hecon.report.figures.writing import axis_labels, listed, number, numeric
from hecon.report.language import say


@styled()
def frontier_picture(table: pd.DataFrame, setting: Setting) -> Picture:
    """Costs and effects of the options; filled and joined are those on the frontier.

    The key is in order of cost, and says what each step along the frontier costs.

    Args:
        table: From `hecon.analyses.frontier.frontier`.
    """
    title = say("Cost-effectiveness frontier")
    figure, area = axes(title, grid="both")
    efficient = table[table["status"] == "on the frontier"]
    joined = efficient["effect"], efficient["cost"]
    area.plot(*joined, color=INK, linewidth=1.2, zorder=2, label="_frontier")
    low, high = float(table["effect"].min()), float(table["effect"].max())
    room = (high - low or 1.0) * 0.12
    area.set_xlim(low - room, high + room)
    bottom, top = float(table["cost"].min()), float(table["cost"].max())
    lift = (top - bottom or 1.0) * 0.16
    area.set_ylim(bottom - lift, top + lift)
    for each in table.to_dict("records"):
        look = setting.looks[str(each["strategy"])]
        inside = each["status"] == "on the frontier"
        step = say(
            "{icer} per {effect}", icer=setting.amount(float(each["icer"])), effect=setting.effect
        )
        below = say(each["status"]) if not inside else step if each["against"] else ""
        area.plot(
            float(each["effect"]),
            float(each["cost"]),
            marker=look.marker,
            markersize=7,
            linestyle="",
            color=look.colour,
            markerfacecolor=look.colour if inside else "white",
            zorder=3,
            label=f"{each['strategy']}\n{below}".strip(),
        )
    key(figure, 4, handlelength=1.2)
    steps = []
    for each in efficient.to_dict("records"):
        if each["against"]:
            steps.append(
                say(
                    "{strategy} against {against} {icer} per {effect}",
                    strategy=each["strategy"],
                    against=each["against"],
                    icer=setting.amount(float(each["icer"])),
                    effect=setting.effect,
                )
            )
    numeric(area.xaxis)
    numeric(area.yaxis)
    axis_labels(
        area,
        say("{effects} per person", effects=setting.effects),
        say("cost per person ({money})", money=setting.money),
    )
    out = [
        say("{strategy} is {status}", strategy=r["strategy"], status=r["status"])
        for r in table.to_dict("records")
        if r["status"] != "on the frontier"
    ]
    parts = [
        f"{r['strategy']} ({setting.amount(float(r['cost']))}, {number(float(r['effect']), 3)} "
        f"{say(setting.effects)})"
        for r in efficient.to_dict("records")
    ]
    alt = (
        say("On the frontier: {parts}. ", parts=listed(parts))
        + (say("Steps: {steps}. ", steps=listed(steps)) if steps else "")
        + (f"{'; '.join(out)}." if out else "")
    )
    return picture("frontier", title, alt.strip(), figure)
