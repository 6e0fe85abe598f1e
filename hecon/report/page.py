"""The report as one HTML file: nothing fetched, all text escaped."""

import re
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from hecon.report.content import Drawn, Section, said_once
from hecon.report.grade import titled
from hecon.report.language import say
from hecon.report.live.live_page import Live
from hecon.report.markup import placed, templates
from hecon.report.numbers import Units
from hecon.report.page_view import explained, section_view
from hecon.report.things_called import counted_in
from hecon.studies.study import Study
from hecon.version import __version__

#: Scripts of a page that a browser runs.
_SCRIPT = re.compile(r'<script(?: id="[a-z-]+")?>(.*?)</script>', re.DOTALL)

#: Sections of a study whose tables and figures stand open: what a decision is taken by.
UNFOLDED = frozenset(("results", "severity", "price"))


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
    live: Live | None = None,
) -> str:
    """The whole page.

    Args:
        sections: In reading order; the first is the answer. Those with nothing to say are left out.
        pictures: Drawings by the name of their figure.
        live: What the page computes with; without it, it shows what it was given and no more.
    """
    return rendered(study_header(study), sections, pictures, units, live=live, unfolded=UNFOLDED)


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
    live: Live | None = None,
    unfolded: Collection[str] | None = None,
) -> str:
    """A page of sections, the first of which is the answer.

    Args:
        filters: Whether rows of tables can be filtered by what they hold.
        live: What the page computes with.
        unfolded: Sections whose tables and figures stand open, by name; without it those of all.
    """
    shown = [s for s in said_once(sections) if not s.empty]
    symbols = explained(shown)
    first, *rest = (
        replace(
            section_view(s, units, symbols),
            folded=unfolded is not None and s.name not in unfolded,
        )
        for s in shown
    )
    order = [name for part in rest for name in part.figures if name in pictures]
    drawn = {name: placed(pictures[name], order.index(name) + 1) for name in order}
    template = templates().get_template("page.html.j2")
    text = template.render(
        header=header,
        filters=filters,
        version=__version__,
        answer=first,
        sections=rest,
        pictures=drawn,
        live=live,
    )
    return with_policy(text)


def with_policy(text: str) -> str:
    """A page that runs the scripts it came with and nothing else, and asks nothing of a network."""
    scripts = _SCRIPT.findall(text)
    hashes = [b64encode(sha256(each.encode()).digest()).decode("ascii") for each in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    rules = (
        f"default-src 'none'; script-src {allowed}; worker-src blob:; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    first = '<meta charset="utf-8">'
    policy = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
    return text.replace(first, f"{first}\n{policy}", 1)
