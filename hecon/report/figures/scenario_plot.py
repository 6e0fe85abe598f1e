"""Scenarios as dots: how far each moves net benefit from the base case."""

import pandas as pd

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, FAINT, INK, axes, bare, key, styled
from hecon.report.figures.writing import listed, numeric, wrapped
from hecon.report.language import say


@styled()
def scenario_dots(
    table: pd.DataFrame, pair: tuple[str, str], setting: Setting, shown: int = 20
) -> Picture:
    """Difference in net benefit to the base case by scenario, as `against_base` orders them.

    A filled dot: cost-effective in the scenario. Squares: rests on an assumption or retracted work.
    """
    rows = table[table["same_pair"]]
    count = len(rows)
    rows = rows.head(shown)
    title = say(
        "Scenarios: change in net benefit of {pair} against {pair_2}", pair=pair[0], pair_2=pair[1]
    )
    figure, area = axes(title, height=1.35 + 0.29 * max(len(rows), 2), grid="x")
    for row, each in enumerate(rows.to_dict("records")):
        value = float(each["nmb_to_base"])
        area.plot([0, value], [row, row], color=FAINT, linewidth=1.4, zorder=1, label="_stem")
        worth = float(each["nmb"]) >= 0
        doubtful = each["status"] in ("assumption", "retracted")
        area.plot(
            value,
            row,
            marker="s" if doubtful else "o",
            markersize=5.5,
            markerfacecolor=COLOURS[0] if worth else "white",
            markeredgecolor=COLOURS[1] if doubtful else COLOURS[0],
            label="_dot",
        )
    area.axvline(0, color=INK, linewidth=0.8, label="_zero")
    names = [wrapped(f"{r['scenario']} {say(r['title'])}", 42, 2) for r in rows.to_dict("records")]
    area.set_yticks(range(len(rows)), names, fontsize=7)
    area.set_ylim(len(rows) - 0.4, -0.6)
    bare(area)
    for words, marker, face, edge in (
        (say(setting.cost_effective), "o", COLOURS[0], COLOURS[0]),
        (
            say("not {cost_effective}", cost_effective=setting.cost_effective),
            "o",
            "white",
            COLOURS[0],
        ),
        (say("assumption or retracted"), "s", "white", COLOURS[1]),
    ):
        area.plot(
            [],
            [],
            linestyle="",
            marker=marker,
            markersize=5.5,
            markerfacecolor=face,
            markeredgecolor=edge,
            label=words,
        )
    key(figure, handletextpad=0.3)
    numeric(area.xaxis, 4)
    area.set_xlabel(
        say("change in net benefit per person ({money})", money=setting.money), loc="right"
    )
    parts = [
        f"{r['scenario']} {say(r['title'])} ({setting.amount(float(r['nmb_to_base']), sign=True)})"
        for r in rows.head(3).to_dict("records")
    ]
    gains = int((rows["nmb"] >= 0).sum())
    alt = say(
        "The {count} of {count_2} scenarios that move net benefit most; in {gains} of them {pair}"
        " is {cost_effective}. The largest changes: {parts}.",
        count=len(rows),
        count_2=count,
        gains=gains,
        pair=pair[0],
        cost_effective=setting.cost_effective,
        parts=listed(parts),
    )
    return picture("scenarios", title, alt, figure)
