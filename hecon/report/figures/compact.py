"""A drawing in fewer bytes: numbers to what can be seen, letters by short names, no indentation."""

import re

#: Decimals of a coordinate, in points: a hundredth is a thirtieth of what a printer can place.
DECIMALS = 2

_INDENTED = re.compile(r"\n\s*")
#: Coordinates, and not what letters are scaled by or how wide a line is.
_PLACES = re.compile(r'(?:\b(?:d|x|y|width|height)="[^"]*"|translate\([^)]*\))')
_LONG = re.compile(rf"-?\d+\.\d{{{DECIMALS + 1},}}(?!\d|pt|e)")
_LETTER = re.compile(
    r'<use xlink:href="#([^"]+)" transform="translate\((-?[\d.]+)(?: (-?[\d.]+))?\)"/>'
)
_FONT = re.compile(r'(id="|href="#)DejaVuSans-')


def compact(svg: bytes) -> bytes:
    """The same drawing, as matplotlib's SVG says it at length.

    Args:
        svg: As `Figure.savefig` writes it.
    """
    text = _INDENTED.sub("\n", svg.decode())
    text = _PLACES.sub(lambda found: _LONG.sub(_rounded, found[0]), text)
    text = _LETTER.sub(_placed, text)
    return _FONT.sub(r"\1g-", text).encode()


def _rounded(number: re.Match[str]) -> str:
    short = f"{float(number[0]):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _placed(use: re.Match[str]) -> str:
    """A letter by its own place, which says the same as to move it there."""
    name, x, y = use[1], use[2], use[3] or "0"
    places = [f' {side}="{at}"' for side, at in (("x", x), ("y", y)) if float(at) != 0]
    return f'<use xlink:href="#{name}"{"".join(places)}/>'
