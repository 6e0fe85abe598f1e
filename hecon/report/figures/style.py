"""How figures look: one palette, one hand of type, and a second sign beside every colour."""

import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from hecon.report.figures.measured_axes import MeasuredAxes
from hecon.report.figures.svg_canvas import POINTS, SvgCanvas
from hecon.report.figures.writing import distinct
from hecon.report.grade import marked_title

#: Inches; a figure as wide as this is read on a phone without turning it.
WIDTH = 5.2
HEIGHT = 3.6
EDGE = 0.06

#: Dots per inch of a PNG, and of points that are painted inside an SVG.
RESOLUTION = 150

#: Characters of a title on one line.
TITLE = 58

#: Letters that a key has room for across the figure, and those that a sign takes.
KEY, SIGN = 84, 8
#: Inches that a key takes for an entry and for each of its lines.
ENTRY, LINE = 0.055, 0.125

INK, QUIET, FAINT, PAPER = "#1f2933", "#52606d", "#d5dae0", "#ffffff"

#: Okabe and Ito's colours in an order that also differs in lightness.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "////", "..", "xxxx", "\\\\\\\\", "++++", "oo")

#: The low and the high end of a range, and worse and better than nothing.
LOW, HIGH = "#56b4e9", "#b34a00"

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.titley": 1.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.8,
    "hatch.linewidth": 0.6,
    "hatch.color": PAPER,
    "text.parse_math": False,
    "text.hinting": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "hecon",
    "path.simplify": True,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


@dataclass(frozen=True)
class Look:
    """How one strategy is drawn wherever it appears: colour, and a sign that survives in grey."""

    colour: str
    dash: Any
    marker: str
    hatch: str


def looks(names: Sequence[str]) -> dict[str, Look]:
    """A look for each name; later names repeat colours with other dashes."""
    return {
        name: Look(
            COLOURS[i % len(COLOURS)],
            DASHES[i % len(DASHES)],
            MARKERS[i % len(MARKERS)],
            HATCHES[i % len(HATCHES)],
        )
        for i, name in enumerate(names)
    }


@contextmanager
def styled() -> Iterator[None]:
    """The settings of matplotlib within which figures are made and saved.

    Text from inputs may hold signs that the font lacks: they show as boxes, without a warning.
    """
    settings: Any = {k: v for k, v in mpl.rcParamsDefault.items() if k != "backend"}
    settings.update(_RC)
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


def blank(height: float, width: float = WIDTH) -> Figure:
    """An empty figure that leaves a narrow edge free.

    It is laid out as its SVG is written; a PNG has letters of the same width.
    """
    figure = Figure(figsize=(width, height), layout="constrained", dpi=POINTS)
    SvgCanvas(figure)
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(w_pad=EDGE, h_pad=EDGE)
    return figure


def axes(
    title: str, height: float = HEIGHT, width: float = WIDTH, grid: str = ""
) -> tuple[Figure, Axes]:
    """An empty figure with a title at the left edge; `grid` draws faint lines along x, y or both.

    Call it within `styled`.
    """
    figure = blank(height, width)
    area = figure.add_subplot(axes_class=MeasuredAxes)
    head(figure, title)
    if grid:
        rules(area, grid)
    return figure, area


def head(figure: Figure, title: str) -> None:
    """The title at the left edge, on as many lines as it needs."""
    lines = textwrap.wrap(marked_title(title), TITLE)
    figure.suptitle("\n".join(lines), x=0.012, ha="left", fontsize=9.5, fontweight="bold")


def key(
    figure: Figure, columns: int = 3, handles: Sequence[Artist] | None = None, **more: Any
) -> None:
    """What signs mean, below the figure at its left edge, in as many columns as there is room for.

    Long names are broken, and the figure grows by the lines that this takes. A label's first line
    is its name.
    """
    if handles is None:
        found = (area.get_legend_handles_labels()[0] for area in figure.axes)
        handles = [handle for some in found for handle in some]
    labels = [str(handle.get_label()) for handle in handles]
    count = next((n for n in range(columns, 2, -1) if _across(labels, n) <= KEY), 2)
    if count == 2:
        names = distinct([label.partition("\n")[0] for label in labels], KEY // 2 - SIGN)
        for position, label in enumerate(labels):
            name, line, rest = label.partition("\n")
            labels[position] = names[name] + line + rest
    figure.legend(
        handles,
        labels,
        frameon=False,
        loc="outside lower left",
        ncols=count,
        fontsize=7.5,
        **more,
    )
    parts = np.array_split(labels, count)
    high = max(sum(ENTRY + LINE * (1 + label.count("\n")) for label in some) for some in parts)
    figure.set_figheight(figure.get_figheight() + max(high - 2 * (ENTRY + LINE), 0.0))


def _across(labels: Sequence[str], columns: int) -> int:
    """Letters that a key of some columns takes, signs included."""
    parts = [column for column in np.array_split(labels, columns) if len(column)]
    return sum(
        max(len(line) for text in column for line in text.split("\n")) + SIGN for column in parts
    )


def rules(area: Axes, along: str) -> None:
    """Faint lines behind the data."""
    area.grid(axis=along, color=FAINT, linewidth=0.6)  # type: ignore[arg-type]
    area.set_axisbelow(True)


def bare(area: Axes) -> None:
    """Leave out the vertical axis's line and ticks: names stand at its side."""
    area.spines["left"].set_visible(False)
    area.tick_params(axis="y", length=0)


def settle(figure: Figure) -> None:
    """Work out the layout once, so that every format of the figure has the same.

    A figure with an engine, even one that does nothing, is painted twice whenever it is saved.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)
    for area in figure.axes:
        if isinstance(area, MeasuredAxes):
            area.settle()
