"""The incremental cost-effectiveness plane: draws, their credible ellipse and the threshold."""

import numpy as np

from hecon.analyses.plane import Plane
from hecon.engine.arrays import Array
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, INK, QUIET, axes, key, styled
from hecon.report.figures.writing import axis_labels, listed, number, numeric, share
from hecon.report.language import say

#: Draws shown; more only blacken the middle. They are spread evenly over all.
SHOWN = 4_000


@styled()
def plane_picture(
    found: Plane, intervention: str, comparator: str, setting: Setting, level: float = 0.95
) -> Picture:
    """The draws of one comparison on the plane."""
    title = say(
        "Incremental cost and {effects}, {intervention} against {comparator}",
        effects=setting.effects,
        intervention=intervention,
        comparator=comparator,
    )
    figure, area = axes(title, height=4.0)
    draws = len(found.effect)
    chosen = np.linspace(0, draws - 1, min(SHOWN, draws)).round().astype(int)
    area.scatter(
        found.effect[chosen],
        found.cost[chosen],
        s=5,
        color=COLOURS[4],
        alpha=0.35,
        linewidths=0,
        rasterized=True,
        label="_draws",
    )
    area.plot(found.ellipse["effect"], found.ellipse["cost"], color=COLOURS[0], label="_ellipse")
    mean = float(found.effect.mean()), float(found.cost.mean())
    area.plot(*mean, "D", color=INK, markersize=5, label="_mean")
    across = _limits(np.r_[found.effect[chosen], found.ellipse["effect"], 0.0])
    up = _limits(np.r_[found.cost[chosen], found.ellipse["cost"], 0.0])
    area.set_xlim(*across)
    area.set_ylim(*up)
    area.axhline(0, color=QUIET, linewidth=0.7, label="_zero")
    area.axvline(0, color=QUIET, linewidth=0.7, label="_zero")
    marks = [
        (say("mean"), "D", INK, ""),
        (say("{level} credible ellipse", level=share(level)), "", COLOURS[0], "-"),
    ]
    if setting.threshold is not None:
        ends = np.array(across)
        area.plot(
            ends,
            setting.threshold * ends,
            color=COLOURS[1],
            linestyle=(0, (4, 2)),
            linewidth=1.2,
            label="_threshold",
        )
        words = say(
            "threshold {threshold} per {effect}",
            threshold=setting.amount(setting.threshold),
            effect=setting.effect,
        )
        marks.append((words, "", COLOURS[1], (0, (4, 2))))  # type: ignore[arg-type]
    for text, marker, colour, dash in marks:
        area.plot([], [], marker=marker, color=colour, linestyle=dash or "", label=text)
    key(figure, handlelength=1.6, columnspacing=1.2)
    numeric(area.xaxis)
    numeric(area.yaxis)
    axis_labels(
        area,
        say("incremental {effects}", effects=setting.effects),
        say("incremental cost ({money})", money=setting.money),
    )
    parts = [f"{share(v)} {say(name)}" for name, v in found.quadrants.items() if v > 0]
    below = ""
    if setting.threshold is not None:
        worth = float((setting.threshold * found.effect > found.cost).mean())
        below = say(
            " {worth} lie where it is {cost_effective} ",
            worth=share(worth),
            cost_effective=setting.cost_effective,
        )
        below += f"{setting.at(setting.threshold)}."
    alt = say(
        "{draws} draws of {intervention} against {comparator}: {parts}.{below} Mean: {mean} and "
        "{mean_2} {effects} per person.",
        draws=number(draws),
        intervention=intervention,
        comparator=comparator,
        parts=listed(parts),
        below=below,
        mean=setting.amount(mean[1], sign=True),
        mean_2=number(mean[0], 3, sign=True),
        effects=setting.effects,
    )
    return picture("plane", title, alt, figure)


def _limits(values: Array) -> tuple[float, float]:
    """Ends that hold all values with some room."""
    low, high = float(values.min()), float(values.max())
    room = (high - low or 1.0) * 0.04
    return low - room, high + room
