"""How a probabilistic analysis settles as draws are added."""

import pandas as pd
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from hecon.report.figures.label_positions import End, end_labels
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import INK, axes, styled
from hecon.report.figures.writing import axis_labels, listed, number, numeric
from hecon.report.language import say


@styled()
def convergence_picture(found: pd.DataFrame, setting: Setting) -> Picture:
    """Running mean of incremental net benefit with its 95 % Monte Carlo interval.

    Args:
        found: From `hecon.analyses.convergence.convergence`.
    """
    best = _best(found)
    title = say("Net benefit less that of {best}, as draws are added", best=best)
    figure, area = axes(title, grid="y")
    ends, parts = [], []
    others = found[found["strategy"] != best]
    low, high = float(others["low"].min()), float(others["high"].max())
    room = (high - low or 1.0) * 0.05
    area.set_ylim(min(low - room, 0.0), max(high + room, 0.0))
    for name, rows in others.groupby("strategy", sort=False):
        look = setting.looks[str(name)]
        area.fill_between(
            rows["draws"], rows["low"], rows["high"], color=look.colour, alpha=0.22, linewidth=0
        )
        area.plot(
            rows["draws"], rows["nmb"], color=look.colour, linestyle=look.dash, label=str(name)
        )
        last = rows.iloc[-1]
        ends.append(End(setting.names[str(name)], float(last["nmb"]), look.colour))
        parts.append(
            say(
                "{name} {nmb} (standard error {standard_error})",
                name=name,
                nmb=setting.amount(float(last["nmb"])),
                standard_error=setting.amount(float(last["standard_error"])),
            )
        )
    area.axhline(0, color=INK, linewidth=0.7, label="_zero")
    area.set_xscale("log")
    area.set_xlim(float(found["draws"].min()), float(found["draws"].max()))
    area.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5), numticks=12))
    area.xaxis.set_minor_locator(NullLocator())
    area.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    numeric(area.yaxis)
    end_labels(area, ends)
    axis_labels(
        area,
        say("draws (log scale)"),
        say("mean difference in net benefit per person ({money})", money=setting.money),
    )
    draws = int(found["draws"].max())
    alt = say(
        "After {draws} draws the mean net benefit less that of {best} is: {parts}.",
        draws=number(draws),
        best=best,
        parts=listed(parts),
    )
    return picture("convergence", title, alt, figure)


def _best(found: pd.DataFrame) -> str:
    """The strategy that all others are measured against."""
    against = found.groupby("strategy", sort=False)["against"].first()
    named = against[against.map(against) != against.index]
    return str(named.iloc[0]) if len(named) else str(against.iloc[0])
