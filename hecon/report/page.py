"""The report as one HTML file: nothing fetched, all text escaped."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence

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
    data = base64.b64encode(each.svg).decode("ascii")
    return {
        "title": each.title,
        "alt": each.alt,
        "width": width,
        "height": height,
        "source": f"data:image/svg+xml;base64,{data}",
        "number": number,
    }


def _size(svg: bytes) -> tuple[int, int]:
    """Width and height of a drawing in pixels."""
    start = svg[svg.index(b"<svg") :].split(b">", 1)[0].decode()
    sides = {
        side: float(re.findall(rf'\b{side}="([\d.]+)pt"', start)[0]) for side in ("width", "height")
    }
    return round(sides["width"] / _POINTS), round(sides["height"] / _POINTS)
