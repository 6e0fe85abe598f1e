"""The report as one HTML file: nothing fetched, all text escaped."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from hecon import __version__
from hecon.reports.conclusions import marked
from hecon.reports.figures.material import Material
from hecon.reports.figures.picture import Picture
from hecon.reports.html.answer import answer
from hecon.reports.html.sections import sections

#: Pixels of a screen in an inch.
_SCREEN = 96


def page(found: Material, pictures: Sequence[Picture]) -> str:
    """The whole page.

    Parameters
    ----------
    pictures
        Figures from `figure_book`; each appears in the section that names it.
    """
    environment = Environment(
        loader=PackageLoader("hecon.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    study = found.results.study
    parts = sections(found)
    shown = {each.name: _placed(each) for each in pictures}
    order = [name for part in parts for name in part.figures if name in shown]
    for position, name in enumerate(order, start=1):
        shown[name]["number"] = position
    return environment.get_template("page.html.j2").render(
        title=marked(study.definition.title, study),
        question=study.definition.question,
        population=study.definition.population,
        place=study.jurisdiction.definition,
        date=study.definition.date,
        version=__version__,
        answer=answer(found),
        sections=parts,
        pictures=shown,
    )


def _placed(each: Picture) -> dict[str, object]:
    width, height = each.figure.get_size_inches() * _SCREEN
    data = base64.b64encode(each.svg).decode("ascii")
    return {
        "title": each.title,
        "alt": each.alt,
        "width": round(width),
        "height": round(height),
        "source": f"data:image/svg+xml;base64,{data}",
        "number": 0,
    }


def write_page(found: Material, pictures: Sequence[Picture], path: Path) -> None:
    """Write the page; the same run gives the same bytes."""
    path.write_text(page(found, pictures), encoding="utf-8", newline="\n")
