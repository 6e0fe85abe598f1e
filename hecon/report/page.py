"""The report as one HTML file: nothing fetched, all text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hecon.report.content import Drawn, Section, said_once
from hecon.report.grade import titled
from hecon.report.language import say
from hecon.report.markup import placed, templates
from hecon.report.numbers import Units
from hecon.report.page_view import explained, section_view
from hecon.report.things_called import counted_in
from hecon.studies.study import Study
from hecon.version import __version__


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
) -> str:
    """The whole page.

    Parameters
    ----------
    sections
        In reading order; the first is the answer. Those with nothing to say are left out.
    pictures
        Drawings by the name of their figure.
    """
    return rendered(study_header(study), sections, pictures, units)


def study_header(study: Study) -> Header:
    """What a report of a study is about."""
    place, date = study.jurisdiction.definition, study.definition.date
    about = counted_in(study)
    about += (say("; inputs of {date}", date=date) if date else "") + "."
    people = say(study.definition.population)
    return Header(
        say("Health economic evaluation"),
        titled(study, study.definition.title),
        say(study.definition.question),
        f"{about} {people}." if people else about,
        say(place.title),
        say("The workbook of the same name holds the model as live formulas."),
    )


def rendered(
    header: Header,
    sections: Sequence[Section],
    pictures: Mapping[str, Drawn],
    units: Units,
    *,
    filters: bool = False,
) -> str:
    """A page of sections, the first of which is the answer.

    Parameters
    ----------
    filters
        Whether rows of tables can be filtered by what they hold.
    """
    shown = [s for s in said_once(sections) if not s.empty]
    symbols = explained(shown)
    first, *rest = (section_view(s, units, symbols) for s in shown)
    order = [name for part in rest for name in part.figures if name in pictures]
    drawn = {name: placed(pictures[name], order.index(name) + 1) for name in order}
    template = templates().get_template("page.html.j2")
    return template.render(
        header=header,
        filters=filters,
        version=__version__,
        answer=first,
        sections=rest,
        pictures=drawn,
    )
