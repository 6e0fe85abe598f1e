"""The report as one HTML file: nothing fetched, all text escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from hecon import __version__
from hecon.report.content import Drawn, Section, said_once
from hecon.report.grade import titled
from hecon.report.numbers import Units
from hecon.report.page_view import section_view
from hecon.report.words import Catalogue
from hecon.studies.study import Study

#: Points of an SVG in a pixel of a screen.
_POINTS = 72 / 96

#: Signs that need no writing by number between quotation marks of an address.
_PLAIN = " /:;=,()+@!$*?"


def page(
    study: Study,
    sections: Sequence[Section],
    pictures: Mapping[str, Drawn],
    units: Units,
    catalogue: Catalogue | None = None,
) -> str:
    """The whole page.

    Parameters
    ----------
    sections
        In reading order; the first is the answer. Those with nothing to say are left out.
    pictures
        Drawings by the name of their figure.
    """
    environment = Environment(
        loader=PackageLoader("hecon.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    first, *rest = (section_view(s, units, catalogue) for s in said_once(sections) if not s.empty)
    order = [name for part in rest for name in part.figures if name in pictures]
    shown = {name: _placed(pictures[name], order.index(name) + 1) for name in order}
    return environment.get_template("page.html.j2").render(
        title=titled(study, study.definition.title),
        question=study.definition.question,
        population=study.definition.population,
        place=study.jurisdiction.definition,
        date=study.definition.date,
        version=__version__,
        answer=first,
        sections=rest,
        pictures=shown,
    )


def _placed(each: Drawn, number: int) -> dict[str, object]:
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
    stand as they are, which is a third less than base64.
    """
    return "data:image/svg+xml," + quote(svg.decode().replace("\n", " "), safe=_PLAIN)


def _size(svg: bytes) -> tuple[int, int]:
    """Width and height of a drawing in pixels."""
    start = svg[svg.index(b"<svg") :].split(b">", 1)[0].decode()
    sides = {
        side: float(re.findall(rf'\b{side}="([\d.]+)pt"', start)[0]) for side in ("width", "height")
    }
    return round(sides["width"] / _POINTS), round(sides["height"] / _POINTS)
