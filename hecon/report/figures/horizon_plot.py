"""Net benefit by the horizon up to which is counted."""

import pandas as pd

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, INK, axes, styled
from hecon.report.figures.writing import axis_labels, number, numeric
from hecon.report.language import say


@styled()
def horizon_picture(found: pd.DataFrame, setting: Setting) -> Picture:
    """Incremental net benefit counted up to each year.

    Args:
        found: From `hecon.analyses.time_horizon.time_horizons`.
    """
    title = say("Net benefit by time horizon")
    figure, area = axes(title, grid="y")
    area.plot(found["years"], found["nmb"], "o-", color=COLOURS[0])
    area.axhline(0, color=INK, linewidth=0.7, label="_zero")
    area.set_xlim(0, float(found["years"].max()) * 1.02)
    numeric(area.xaxis)
    numeric(area.yaxis)
    axis_labels(
        area,
        say("time horizon (years)"),
        say("net benefit per person ({money})", money=setting.money),
    )
    first, last = found.iloc[0], found.iloc[-1]
    alt = say(
        "Net benefit is {first} at the end of year {start} and {last} at the end of year {end}.",
        first=setting.amount(float(first["nmb"])),
        start=number(float(first["years"])),
        last=setting.amount(float(last["nmb"])),
        end=number(float(last["years"])),
    )
    return picture("time_horizon", title, alt, figure)
