"""What a figure's texts are and where they stand, measured by the renderer."""

import itertools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from hecon.report.figures.style import styled

#: Dots by which boxes of letters may touch: they include room for accents.
TOUCH = 2.0


def texts(figure: Figure) -> list[Text]:
    """Texts that are drawn: ticks beyond the limits are not."""
    hidden = set()
    for axes in figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            room = 1e-9 * (high - low)
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low - room <= tick.get_loc() <= high + room:
                    hidden |= {id(tick.label1), id(tick.label2)}
    return [
        t
        for t in figure.findobj(Text)
        if t.get_visible() and t.get_text().strip() and id(t) not in hidden
    ]


def misplaced(figure: Figure) -> list[tuple[str, ...]]:
    """Texts outside the canvas, and pairs of texts that lie on each other."""
    with styled():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in texts(figure)]
    edge = figure.bbox
    wrong: list[tuple[str, ...]] = [
        ("outside", text)
        for text, box in boxes
        if box.x0 < 0 or box.y0 < 0 or box.x1 > edge.x1 or box.y1 > edge.y1
    ]
    for (text, box), (other, second) in itertools.combinations(boxes, 2):
        across = min(box.x1, second.x1) - max(box.x0, second.x0)
        up = min(box.y1, second.y1) - max(box.y0, second.y0)
        if across > TOUCH and up > TOUCH:
            wrong.append(("overlap", text, other))
    return wrong


def lightness(colour: str) -> float:
    """L* of CIE 1976."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    y = float(np.dot((0.2126, 0.7152, 0.0722), linear))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y
