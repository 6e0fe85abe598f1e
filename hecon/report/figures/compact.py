"""A drawing in fewer bytes: numbers to what can be seen, no indentation."""

import re

#: Decimals of a coordinate, in points: a hundredth is a thirtieth of what a printer can place.
DECIMALS = 2

_INDENTED = re.compile(r"\n\s*")
#: Coordinates, and not what letters are scaled by or how wide a line is.
_PLACES = re.compile(r'\b(?:d|x|y|width|height)="[^"]*\.[^"]*"')
_LONG = re.compile(rf"-?\d+\.\d{{{DECIMALS + 1},}}(?!\d|pt|e)")


def compact(svg: str) -> str:
    """The same drawing, as matplotlib says it at length."""
    text = _INDENTED.sub("\n", svg)
    return _PLACES.sub(lambda found: _LONG.sub(_rounded, found[0]), text)


def _rounded(number: re.Match[str]) -> str:
    short = f"{float(number[0]):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short
