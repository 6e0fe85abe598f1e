"""A waterfall: from one net benefit to another, group by group."""

import numpy as np

from hecon.analyses.swaps import Swaps
from hecon.report.figures.picture import Picture, picture, styled
from hecon.report.figures.style import COLOURS, INK, axes, bare
from hecon.report.figures.writing import listed, money, numeric, wrapped
from hecon.report.language import say


@styled()
def waterfall(found: Swaps) -> Picture:
    """Net benefit of both ends, and between them what each group adds in the mean over orders."""
    acting = found.contributions[found.contributions["nmb"] != 0]
    before, after = found.ends["nmb"].tolist()
    steps = acting["nmb"].to_numpy(float)
    begun = before + np.r_[0.0, np.cumsum(steps)[:-1]] if len(steps) else steps
    names = [found.names[0], *map(str, acting["group"]), found.names[1]]
    values = np.r_[before, steps, after]
    left = np.r_[0.0, begun, 0.0]
    title = say(
        "Net benefit from {names} to {names_2}", names=found.names[0], names_2=found.names[1]
    )
    figure, area = axes(title, height=1.15 + 0.29 * len(names), grid="x")
    ends = np.arange(len(names)) % (len(names) - 1) == 0
    for rows, colour, hatch in (
        (ends, INK, ""),
        (~ends & (values >= 0), COLOURS[0], ""),
        (~ends & (values < 0), COLOURS[4], "////"),
    ):
        area.barh(
            np.flatnonzero(rows),
            values[rows],
            left=left[rows],
            height=0.62,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
        )
    area.axvline(0, color=INK, linewidth=0.7, label="_zero")
    area.set_yticks(range(len(names)), [wrapped(n, 38, 2) for n in names], fontsize=7)
    area.set_ylim(len(names) - 0.45, -0.55)
    bare(area)
    numeric(area.xaxis, 4)
    area.set_xlabel(say("incremental net benefit per person"), loc="right")
    parts = [f"{n} {money(v, True)}" for n, v in zip(acting["group"], steps, strict=True)]
    alt = say(
        "From {before} to {after}. The largest parts: {parts}; each is the mean over all orders "
        "of swapping.",
        before=money(before),
        after=money(after),
        parts=listed(parts[:4]),
    )
    return picture("waterfall", title, alt, figure)
