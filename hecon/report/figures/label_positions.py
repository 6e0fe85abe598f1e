"""Direct labels: names at the ends of lines, moved apart where they would touch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from hecon.report.figures.style import INK, QUIET

#: Inches that one line of a label takes.
LINE = 0.155
#: Inches of a figure's height that titles and axis names take.
AROUND = 1.0


@dataclass(frozen=True)
class End:
    """A label and the height, in data, that it belongs to."""

    text: str
    value: float
    colour: str


def spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Positions between 0 and 1, in the order wanted and as near as their sizes allow.

    Args:
        wanted: Where each would like its middle to be.
        sizes: How much room each takes.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    places: list[float] = [0.0] * len(wanted)
    edge = -np.inf
    for i in order:
        half = sizes[i] / 2
        places[i] = max(min(max(wanted[i], half), 1 - half), edge + half)
        edge = places[i] + half
    edge = 1.0
    for i in reversed(order):
        half = sizes[i] / 2
        places[i] = min(places[i], edge - half)
        edge = places[i] - half
    return places


def end_labels(area: Axes, ends: Sequence[End]) -> None:
    """Write names to the right of the axes, each tied to its height; limits must be set before.

    The figure grows if the names need it.
    """
    figure = area.get_figure(root=True)
    if not ends or figure is None:
        return
    needed = sum(1 + end.text.count("\n") for end in ends) * LINE
    figure.set_figheight(max(figure.get_figheight(), needed + AROUND))
    height = max(float(figure.get_figheight()) - AROUND, 1.0)
    bottom, top = area.get_ylim()
    wanted = [(end.value - bottom) / (top - bottom) for end in ends]
    sizes = [(1 + end.text.count("\n")) * LINE / height for end in ends]
    for end, here, there in zip(ends, wanted, spread(wanted, sizes), strict=True):
        area.plot(
            [1.005, 1.03],
            [min(max(here, 0), 1), there],
            color=end.colour,
            linewidth=0.8,
            transform=area.transAxes,
            clip_on=False,
            label="_tie",
        )
        area.text(
            1.04,
            there,
            end.text,
            transform=area.transAxes,
            va="center",
            ha="left",
            linespacing=1.05,
            color=INK,
        )


def upright(area: Axes, value: float, text: str) -> None:
    """A thin line at a value of the horizontal axis, named above the axes."""
    left, right = area.get_xlim()
    if not left <= value <= right:
        return
    area.axvline(value, color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1, label="_at")
    where = (value - left) / (right - left)
    side = "left" if where < 0.25 else "right" if where > 0.75 else "center"
    area.text(
        value,
        1.015,
        text,
        transform=area.get_xaxis_transform(),
        ha=side,
        va="bottom",
        color=QUIET,
        fontsize=7.5,
    )
