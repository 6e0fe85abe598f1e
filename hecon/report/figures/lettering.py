"""Texts as letters in their places: each word is set once, whatever texts it stands in."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from hecon.engine.arrays import Array

#: The size at which letters are read, in points, whatever they are written at.
SIZE = text_to_path.FONT_SCALE
#: Steps of the grid on which a font draws its letters, in one point of that size.
STEPS = 64

#: The sign of each kind of stroke, and how many points it takes.
_STROKES = {
    Path.MOVETO: ("M", 1),
    Path.LINETO: ("L", 1),
    Path.CURVE3: ("Q", 2),
    Path.CURVE4: ("C", 3),
    Path.CLOSEPOLY: ("z", 1),
}
#: Letters of scripts that run from right to left.
_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufeff]")
#: Outlines of all letters that were read, by their names; blank ones of spaces.
_READ: dict[str, Any] = {}


class Letter(NamedTuple):
    """A letter of a text."""

    name: str
    along: float  #: Where it begins, from the beginning of the text.
    up: float  #: How far it stands above the line.


class Lettering(NamedTuple):
    """A text at the size that letters are read at."""

    width: float
    above: float  #: How far it reaches above the line it stands on, and below it.
    below: float
    letters: tuple[Letter, ...]  #: Those with an outline.


@lru_cache(maxsize=4096)
def lettering(text: str, font: FontProperties) -> Lettering:
    """One line of text; its words are set apart, but for scripts that run from right to left."""
    face = font.copy()
    face.set_size(SIZE)
    if _LEFTWARDS.search(text):
        return _word(text, face)
    letters: list[Letter] = []
    at = above = below = 0.0
    for part in re.split("( )", text):
        if part:
            word = _word(part, face)
            letters += (Letter(name, at + along, up) for name, along, up in word.letters)
            at += word.width
            above, below = max(above, word.above), max(below, word.below)
    return Lettering(at, above, below, tuple(letters))


@lru_cache(maxsize=4096)
def _word(text: str, font: FontProperties) -> Lettering:
    width, height, below = text_to_path.get_text_width_height_descent(text, font, False)
    read = get_font(findfont(font))
    read.set_size(SIZE, text_to_path.DPI)
    placed, new, _ = text_to_path.get_glyphs_with_font(
        read, text, glyph_map=_READ, return_new_glyphs_only=True
    )
    _READ.update({name: _drawn(*strokes) for name, strokes in new.items()})
    letters = tuple(Letter(name, x, y) for name, x, y, _ in placed if _READ[name])
    return Lettering(width, height - below, below, letters)


def outline(name: str) -> str:
    """The path of a letter that was read, in steps of its font."""
    return str(_READ[name])


def _drawn(points: Array, codes: Array) -> str:
    steps = (STEPS * points).round().astype(int).tolist()
    parts, at = [], 0
    while at < len(steps):
        sign, taken = _STROKES[codes[at]]
        parts.append(sign)
        if sign != "z":
            parts.append(" ".join(f"{x} {y}" for x, y in steps[at : at + taken]))
        at += taken
    return "".join(parts)
