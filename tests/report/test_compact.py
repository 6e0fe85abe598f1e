"""A drawing in fewer bytes is the same drawing: letters in their places, each number read anew."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from hecon.report.figures.compact import compact
from hecon.report.figures.lettering import SIZE, lettering
from hecon.report.figures.measured_axes import MeasuredAxes
from hecon.report.figures.style import blank, settle, styled
from hecon.report.figures.svg_canvas import SvgCanvas

#: What moves or shapes what is drawn.
GEOMETRY = ("d", "x", "y", "width", "height", "points", "transform", "viewBox", "style")
#: Letters that are set closer in pairs, marks, signs, and scripts that run the other way.
TEXTS = (
    "AVATAR To. fjord",
    "385\u202f000 \u2212 12 %",
    "a  b",
    " ",
    "e\u0301\u00e9",
    "\u05d0\u05d1 \u05d2",
)


def made(kind: type[Axes]) -> Figure:
    """A figure of lines, bars and texts, laid out."""
    with styled():
        figure = blank(2.5)
        area = figure.add_subplot(axes_class=kind)
        area.plot(np.linspace(0, 1, 40), np.sin(np.linspace(0, 7, 40)))
        area.bar([0.2, 0.7], [0.123456, -0.654321], hatch="..")
        area.set_yticks([0.0, 0.5], ["a long name on\nits two lines", "AVATAR To"])
        area.set_xlabel("Costs < effects & 'rest' to 0.12345", loc="right")
        area.set_ylabel("upwards")
        settle(figure)
        return figure


@pytest.fixture(scope="module")
def figure() -> Figure:
    return made(MeasuredAxes)


@pytest.fixture(scope="module")
def long(figure: Figure) -> str:
    """As matplotlib writes it."""
    with styled(), io.StringIO() as file:
        FigureCanvasSVG(figure).print_svg(file)
        return file.getvalue()


@pytest.fixture(scope="module")
def short(figure: Figure) -> str:
    with styled():
        return compact(SvgCanvas(figure).svg(150, {}))


def drawn(svg: str) -> list[tuple[str, list[float]]]:
    """Each element with its numbers."""
    found = []
    for element in ElementTree.fromstring(svg).iter():
        numbers = [
            float(n)
            for name in GEOMETRY
            for n in re.findall(r"(?<![#\w])-?\d+(?:\.\d+)?", element.get(name, ""))
        ]
        found.append((element.tag, numbers))
    return found


def test_every_number_is_within_half_a_hundredth_of_a_point(long: str) -> None:
    before, after = drawn(long), drawn(compact(long))
    assert [tag for tag, _ in before] == [tag for tag, _ in after]
    for (_, old), (_, new) in zip(before, after, strict=True):
        assert new == pytest.approx(old, abs=0.005 + 1e-9)


def letters(svg: str) -> list[tuple[list[float], float, float, list[float]]]:
    """Of each letter: how its text is moved, where it stands in it, and its outline."""
    root = ElementTree.fromstring(svg)
    outlines = {e.get("id"): numbers(e.get("d", "")) for e in root.iter() if e.get("id")}
    found = []
    for text in (e for e in root.iter() if "scale" in e.get("transform", "")):
        for use in (e for e in text if e.tag.endswith("use")):
            x, y = numbers(use.get("transform", "")) or (use.get("x", "0"), use.get("y", "0"))
            (name,) = (v[1:] for k, v in use.items() if k.endswith("href"))
            if outlines[name]:
                place = numbers(text.get("transform", ""))
                found.append((place, float(x), float(y), outlines[name]))
    return found


def numbers(text: str) -> list[float]:
    found = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]
    return [*found, 0.0] if text.startswith("translate") and len(found) == 1 else found


def test_letters_stand_where_matplotlib_puts_them(long: str, short: str) -> None:
    theirs, ours = letters(long), letters(short)
    assert len(ours) > 80
    for old, new in zip(theirs, ours, strict=True):
        assert new[0] == pytest.approx(old[0], abs=0.0051)
        assert new[1:3] == pytest.approx(old[1:3], abs=0.0051)
        assert new[3] == pytest.approx(old[3], abs=0.5)
    assert "<!-- Costs &lt; effects &amp; 'rest' to 0.12345 -->" in short


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_texts_are_as_wide_and_high_as_matplotlib_says(text: str, weight: str) -> None:
    font = FontProperties(family="DejaVu Sans", weight=weight, size=SIZE)
    found = lettering(text, font)
    width, height, below = text_to_path.get_text_width_height_descent(text, font, False)
    assert found.width == pytest.approx(width, abs=0.02)
    assert (found.above, found.below) == pytest.approx((height - below, below), abs=0.02)


def test_axes_that_are_measured_once_stand_where_others_do(figure: Figure) -> None:
    other = made(Axes)
    with styled():
        for each in (figure, other):
            each.draw_without_rendering()
    (ours,), (theirs,) = figure.axes, other.axes
    # a point, in shares of the figure
    assert ours.get_position().extents == pytest.approx(theirs.get_position().extents, abs=0.0025)
    for axis in ("xaxis", "yaxis"):
        first, second = (getattr(a, axis).label.get_window_extent().extents for a in (ours, theirs))
        assert first == pytest.approx(second, abs=1.0)


def test_a_quarter_is_saved(long: str, short: str) -> None:
    assert len(short) < 0.75 * len(long)
