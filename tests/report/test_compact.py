"""A drawing in fewer bytes is the same drawing: each number read anew, each letter in its place."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure

from hecon.report.figures.compact import compact
from hecon.report.figures.style import styled

#: What moves or shapes what is drawn.
GEOMETRY = ("d", "x", "y", "width", "height", "points", "transform", "viewBox", "style")


@pytest.fixture(scope="module")
def long() -> bytes:
    with styled(), io.BytesIO() as file:
        figure = Figure(figsize=(3, 2))
        axes = figure.add_subplot()
        axes.plot(np.linspace(0, 1, 40), np.sin(np.linspace(0, 7, 40)))
        axes.bar([0.2, 0.7], [0.123456, -0.654321], hatch="..")
        axes.set_title("Costs < effects & 'rest' to 0.12345")
        figure.savefig(file, format="svg")
        return file.getvalue()


def drawn(svg: bytes) -> list[tuple[str, list[float]]]:
    """Each element with its numbers; a letter that is moved stands where it is moved to."""
    found = []
    for element in ElementTree.fromstring(svg).iter():
        cells = dict(element.attrib)
        if "Sans" in element.get("id", "") or element.get("id", "").startswith("g-"):
            cells.pop("id")
        moved = re.fullmatch(r"translate\((\S+?)(?: (\S+))?\)", cells.get("transform", ""))
        if element.tag.endswith("use") and moved:
            del cells["transform"]
            cells["x"], cells["y"] = moved[1], moved[2] or "0"
        if element.tag.endswith("use"):
            cells = {"x": "0", "y": "0", **cells}
        numbers = [
            float(n)
            for name in GEOMETRY
            for n in re.findall(r"(?<![#\w])-?\d+(?:\.\d+)?", cells.get(name, ""))
        ]
        found.append((element.tag, numbers))
    return found


def test_every_number_is_within_half_a_hundredth_of_a_point(long: bytes) -> None:
    before, after = drawn(long), drawn(compact(long))
    assert [tag for tag, _ in before] == [tag for tag, _ in after]
    for (_, old), (_, new) in zip(before, after, strict=True):
        assert new == pytest.approx(old, abs=0.005 + 1e-9)


def test_letters_are_found_and_words_are_whole(long: bytes) -> None:
    text = compact(long).decode()
    root = ElementTree.fromstring(text)
    known = {e.get("id") for e in root.iter()}
    used = [v[1:] for e in root.iter() for k, v in e.items() if k.endswith("href")]
    assert len(used) > 30
    assert set(used) <= known
    assert "<!-- Costs &lt; effects &amp; 'rest' to 0.12345 -->" in text


def test_a_third_is_saved(long: bytes) -> None:
    assert len(compact(long)) < 0.75 * len(long)
