"""States and the transitions between them: boxes on an arc, the dead below."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.style import FAINT, INK, PAPER, WIDTH, axes, styled
from hecon.report.figures.writing import listed, wrapped
from hecon.report.language import say

Ends = tuple[str, str]
Point = tuple[float, float]

#: Half the width and height of a box, and half the axes of the ellipse that boxes lie on.
_BOX = (0.62, 0.3)
_ELLIPSE = (2.35, 1.45)
#: The living that there is room for on it; with more it grows, and so does what is seen.
_ROOM = 6
#: From where to where on it the living stand, in degrees.
_ARC = (200.0, -20.0)
#: How far two arrows that go to and fro bend apart.
_BEND = 0.14


@styled()
def state_diagram(
    states: Mapping[str, bool],
    edges: Mapping[Ends, Sequence[str]],
    strategies: Sequence[str],
) -> Picture:
    """The diagram of a model; arrows of some strategies alone are dashed and say whose they are.

    Args:
        states: Whether the dead are in it, by name.
        edges: Strategies in which people make the transition, by its ends.
    """
    title = say("States and the transitions between them")
    figure, area = axes(title, 3.5, WIDTH)
    area.set_axis_off()
    area.set_aspect("equal")
    wide = max(1.0, sum(not dead for dead in states.values()) / _ROOM)
    places = _places(states, wide)
    boxes = {name: _box(area, places[name], name, states[name], 8.5 / wide) for name in states}
    for (source, target), who in edges.items():
        own = "" if len(who) == len(strategies) else listed(list(who))
        if source == target:
            _stays(area, places[source], own)
        else:
            both = (target, source) in edges
            _arrow(area, (boxes[source], boxes[target]), places[source], places[target], both, own)
    width, height = _ELLIPSE[0] * wide + _BOX[0] + 0.25, _ELLIPSE[1] * wide + _BOX[1] + 0.3
    area.set_xlim(-width, width)
    area.set_ylim(-height, height)
    return picture("states", title, _alt(states, edges, strategies), figure)


def _places(states: Mapping[str, bool], wide: float) -> dict[str, Point]:
    """The living on an arc from left to right, the dead in the middle below."""
    found: dict[str, Point] = {}
    for dead in (False, True):
        names = [name for name, is_dead in states.items() if is_dead == dead]
        for i, name in enumerate(names):
            share = i / (len(names) - 1) if len(names) > 1 else 0.5
            if dead:
                x = (share - 0.5) * 2 * (len(names) - 1) * _BOX[0] * 1.2
                found[name] = (x, -_ELLIPSE[1] * wide)
                continue
            angle = math.radians(_ARC[0] + share * (_ARC[1] - _ARC[0]))
            across, up = (wide * half for half in _ELLIPSE)
            found[name] = (across * math.cos(angle), up * math.sin(angle))
    return found


def _box(area: Axes, place: Point, name: str, dead: bool, size: float) -> FancyBboxPatch:
    x, y = place
    box = FancyBboxPatch(
        (x - _BOX[0], y - _BOX[1]),
        2 * _BOX[0],
        2 * _BOX[1],
        boxstyle="round,pad=0,rounding_size=0.12",
        facecolor=FAINT if dead else PAPER,
        edgecolor=INK,
        linewidth=1.2,
        zorder=3,
    )
    area.add_patch(box)
    area.text(x, y, wrapped(say(name), 15, 3), ha="center", va="center", fontsize=size, zorder=4)
    return box


def _arrow(
    area: Axes,
    boxes: tuple[FancyBboxPatch, FancyBboxPatch],
    begin: Point,
    end: Point,
    both: bool,
    own: str,
) -> None:
    bend = _BEND if both else 0.0
    between = {"patchA": boxes[0], "patchB": boxes[1], "shrinkA": 1, "shrinkB": 1}
    _drawn(area, (begin, end), bend, own, mutation_scale=11, linewidth=1.1, **between)
    if own:
        across, up = end[0] - begin[0], end[1] - begin[1]
        x = (begin[0] + end[0]) / 2 + bend * up / 2
        y = (begin[1] + end[1]) / 2 - bend * across / 2
        _said(area, (x, y), own)


def _drawn(area: Axes, ends: tuple[Point, Point], bend: float, own: str, **more: Any) -> None:
    """A bent arrow; what some strategies alone do is dashed."""
    # limits are set by hand: to ask an arrow for its own takes as long as to draw it
    area.add_artist(
        FancyArrowPatch(
            *ends,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            color=INK,
            linestyle=(0, (4, 2)) if own else "-",
            zorder=2,
            in_layout=False,
            **more,
        )
    )


def _stays(area: Axes, place: Point, own: str) -> None:
    """A loop at the side of a box that looks outwards."""
    x, y = place
    side = 1 if y >= -_BOX[1] else -1
    top = y + side * _BOX[1]
    ends = (x - 0.16, top), (x + 0.16, top)
    _drawn(area, ends, -1.4 * side, own, mutation_scale=9, linewidth=1.0, shrinkA=0, shrinkB=0)
    if own:
        _said(area, (x, top + side * 0.3), own)


def _said(area: Axes, place: Point, text: str) -> None:
    area.text(
        *place,
        wrapped(text, 22, 2),
        ha="center",
        va="center",
        fontsize=7.5,
        color=INK,
        zorder=5,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
    )


def _alt(
    states: Mapping[str, bool],
    edges: Mapping[Ends, Sequence[str]],
    strategies: Sequence[str],
) -> str:
    parts = []
    for name in states:
        to = [
            say(target)
            if len(who) == len(strategies)
            else say("{target} ({strategies} only)", target=target, strategies=listed(list(who)))
            for (source, target), who in edges.items()
            if source == name and target != name
        ]
        parts.append(
            say("{state} to {others}", state=name, others=listed(to))
            if to
            else say("nobody leaves {state}", state=name)
        )
    return say("Arrows: {parts}.", parts="; ".join(parts))
