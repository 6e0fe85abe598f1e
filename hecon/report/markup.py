"""What the page and a notebook share: templates that escape all text, and drawings within them."""

import re
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from hecon.report.content import Drawn
from hecon.report.language import language, say, say_number

#: Signs that need no writing by number between quotation marks of an address.
_PLAIN = " /:;=,()+@!$*?'"
#: An element's beginning, and an attribute in it that single quotation marks can hold.
_ELEMENT, _ATTRIBUTE = re.compile(r"<\w[^>]*>"), re.compile(r"=\"([^\"']*)\"")
#: Points of an SVG in a pixel of a screen.
_POINTS = 72 / 96


@cache
def templates() -> Environment:
    """The templates of `hecon/report/templates`."""
    made = Environment(
        loader=PackageLoader("hecon.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"say": say, "say_number": say_number, "language": language}
    return made


def part(macro: str, *values: object) -> str:
    """HTML of one macro of `parts.html.j2`."""
    made: Any = getattr(templates().get_template("parts.html.j2").module, macro)
    return str(made(*values))


def placed(each: Drawn, number: int = 0) -> dict[str, object]:
    """A drawing as the macro `figure` takes it; without a number it stands alone."""
    width, height = _size(each.svg)
    return {
        "title": each.title,
        "alt": each.alt,
        "width": width,
        "height": height,
        "source": _source(each.svg),
        "number": number,
    }


def _source(svg: bytes) -> str:
    """A drawing as an address that holds it, safe between quotation marks of HTML.

    Signs that mean something in an address or in HTML are written by their numbers; all others
    stand as they are, which is a third less than base64. Attributes are held by single marks,
    which need no number.
    """
    text = _ELEMENT.sub(lambda found: _ATTRIBUTE.sub(r"='\1'", found[0]), svg.decode())
    text = text.replace("\n", " ")
    # the per cent sign first: all others are written with one
    for sign in sorted(set(text), key="%".__ne__):
        text = text.replace(sign, quote(sign, safe=_PLAIN))
    return f"data:image/svg+xml,{text}"


def _size(svg: bytes) -> tuple[int, int]:
    """Width and height of a drawing in pixels."""
    start = svg[svg.index(b"<svg") :].split(b">", 1)[0].decode()
    sides = {
        side: float(re.findall(rf'\b{side}="([\d.]+)pt"', start)[0]) for side in ("width", "height")
    }
    return round(sides["width"] / _POINTS), round(sides["height"] / _POINTS)
