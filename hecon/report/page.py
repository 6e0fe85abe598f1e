"""The report as one HTML file: nothing fetched, all text escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Header:
    """What a page is about: `over` stands above the title, `place` beside it in the tab."""

    over: str
    title: str
    question: str
    about: str
    place: str
    footer: str


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
    place, date = study.jurisdiction.definition, study.definition.date
    about = f"{place.title}; costs in {place.currency}, {place.price_year} prices, per person"
    about += (f"; inputs of {date}" if date else "") + "."
    people = study.definition.population
    return rendered(
        Header(
            "Health economic evaluation",
            titled(study, study.definition.title),
            study.definition.question,
            f"{about} {people}." if people else about,
            place.title,
            "The workbook of the same name holds the model as live formulas.",
        ),
        sections,
        pictures,
        units,
        catalogue,
    )


def rendered(
    header: Header,
    sections: Sequence[Section],
    pictures: Mapping[str, Drawn],
    units: Units,
    catalogue: Catalogue | None = None,
    *,
    filters: bool = False,
) -> str:
    """A page of sections, the first of which is the answer.

    Parameters
    ----------
    filters
        Whether rows of tables can be filtered by what they hold.
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
        header=header,
        filters=filters,
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
