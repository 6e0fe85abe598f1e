"""Evidence: forest plots of effects and the graph of a network of trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.style import COLOURS, INK, QUIET, WIDTH, axes, bare, styled
from hecon.report.figures.writing import listed, number, numeric, short, wrapped
from hecon.report.language import say

#: Where along a line its number may stand, best first, and how far from others it has to.
_ALONG = (0.38, 0.62, 0.3, 0.7, 0.5, 0.45, 0.55, 0.25, 0.75)
_APART = 0.17


@dataclass(frozen=True)
class ForestLine:
    """One line of a forest plot: an estimate with its interval, and how much it weighs.

    A `pooled` one is drawn as a diamond; one that is `marked` (a status such as retracted) is
    drawn hollow with the word beside its name.
    """

    label: str
    estimate: float
    low: float
    high: float
    weight: float = 0.0
    pooled: bool = False
    marked: str = ""


@dataclass(frozen=True)
class Link:
    """Two treatments that were compared directly, and in how many studies."""

    first: str
    second: str
    studies: int


@styled()
def forest(
    effects: Sequence[ForestLine],
    title: str,
    measure: str,
    *,
    null: float = 0.0,
    log: bool = False,
    name: str = "forest",
) -> Picture:
    """Effects with intervals; squares have areas by weight, diamonds are pooled.

    Args:
        measure: Name of the horizontal axis, with the direction that favours a treatment.
        null: Value of no effect: 1 for a ratio.
        log: A ratio on a logarithmic axis.
    """
    measure = say(measure)
    figure, area = axes(title, height=1.2 + 0.3 * max(len(effects), 2))
    heaviest = max((e.weight for e in effects), default=0.0) or 1.0
    if log:
        area.set_xscale("log")
    area.axvline(null, color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1, label="_null")
    for row, each in enumerate(effects):
        if each.pooled:
            area.fill(
                [each.low, each.estimate, each.high, each.estimate],
                [row, row - 0.28, row, row + 0.28],
                color=COLOURS[1],
                label="_pooled",
            )
            continue
        area.plot([each.low, each.high], [row, row], color=INK, linewidth=1.1, label="_interval")
        size = 4 + 6 * np.sqrt(each.weight / heaviest)
        area.plot(
            each.estimate,
            row,
            "s",
            markersize=size,
            markeredgecolor=COLOURS[0],
            markerfacecolor="white" if each.marked else COLOURS[0],
            label="_estimate",
        )
    names = [
        wrapped(say(e.label) + (f" ({say(e.marked)})" if e.marked else ""), 30, 2) for e in effects
    ]
    area.set_yticks(range(len(effects)), names, fontsize=7.5)
    area.set_ylim(len(effects) - 0.4, -0.6)
    bare(area)
    for row, each in enumerate(effects):
        area.text(
            1.02,
            row,
            say(
                "{estimate} ({low} to {high})",
                estimate=number(each.estimate, 2),
                low=number(each.low, 2),
                high=number(each.high, 2),
            ),
            transform=area.get_yaxis_transform(),
            va="center",
            fontsize=7.5,
            fontweight="bold" if each.pooled else "normal",
        )
    if log:
        area.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5), numticks=8))
        area.xaxis.set_minor_locator(NullLocator())
        area.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    else:
        numeric(area.xaxis)
    area.set_xlabel(wrapped(measure, 60, 3))
    parts = [
        say(
            "{label}{part} {estimate} ({low} to {high})",
            label=e.label,
            part=f" ({say(e.marked)})" if e.marked else "",
            estimate=number(e.estimate, 2),
            low=number(e.low, 2),
            high=number(e.high, 2),
        )
        for e in effects
    ]
    return picture(name, title, f"{measure}: {listed(parts)}.", figure)


@styled()
def network_graph(
    nodes: Mapping[str, int],
    links: Sequence[Link],
    title: str = say("Network of trials"),
    name: str = "network",
) -> Picture:
    """Treatments on a circle, joined where trials compared them.

    Args:
        nodes: Patients by treatment: areas of the discs.
        links: Direct comparisons: widths, with the number of studies.
    """
    figure, area = axes(title, height=WIDTH * 0.82)
    area.set_axis_off()
    area.set_aspect("equal")
    area.set_xlim(-1.75, 1.75)
    area.set_ylim(-1.4, 1.4)
    names = list(nodes)
    turn = np.pi / 2 - 2 * np.pi * np.arange(len(names)) / max(len(names), 1)
    place = {n: (float(np.cos(t)), float(np.sin(t))) for n, t in zip(names, turn, strict=True)}
    most = max((link.studies for link in links), default=1)
    largest = max(nodes.values(), default=1) or 1
    taken: list[tuple[float, float]] = []
    for link in links:
        (x, y), (u, v) = place[link.first], place[link.second]
        area.plot(
            [x, u],
            [y, v],
            color=COLOURS[4],
            linewidth=1 + 6 * link.studies / most,
            zorder=1,
            solid_capstyle="butt",
            label=say("{first} v {second}", first=link.first, second=link.second),
        )
        # where it is furthest from other numbers, at best off the middle, where lines cross
        spots = [(x + share * (u - x), y + share * (v - y)) for share in _ALONG]
        apart = [min((np.hypot(a - c, b - d) for c, d in taken), default=2.0) for a, b in spots]
        spot = next((s for s, gap in zip(spots, apart, strict=True) if gap > _APART), None)
        spot = spot or spots[int(np.argmax(apart))]
        taken.append(spot)
        area.text(
            *spot,
            str(link.studies),
            ha="center",
            va="center",
            fontsize=7.5,
            zorder=4,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        )
    for each, (x, y) in place.items():
        size = 5 + 13 * np.sqrt(nodes[each] / largest)
        area.plot(x, y, "o", markersize=size, color=COLOURS[0], zorder=3, label=each)
        side = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
        area.text(
            1.16 * x,
            1.18 * y + (0.06 if y > 0.9 else -0.06 if y < -0.9 else 0.0),
            f"{wrapped(each, 18, 2)}\n{number(nodes[each])}",
            ha=side,
            va="center" if abs(y) < 0.9 else "bottom" if y > 0 else "top",
            fontsize=7.5,
            linespacing=1.05,
        )
    said = [
        say("{first} v {second} in {studies}", first=k.first, second=k.second, studies=k.studies)
        for k in links
    ]
    total = sum(link.studies for link in links)
    alt = say(
        "{count} treatments and {total} comparisons; studies by direct comparison: {said}.",
        count=len(nodes),
        total=total,
        said=listed(said),
    )
    return picture(name, title, alt, figure)
