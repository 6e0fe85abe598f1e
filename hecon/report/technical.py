"""The technical documentation: the model and what it rests on, in the order of a submission."""

from collections.abc import Mapping, Sequence

from hecon.report.content import Drawn, Section
from hecon.report.document import PaperLayout, document
from hecon.report.numbers import Units
from hecon.report.page import study_header
from hecon.studies.study import Study

#: Sections by the names of their analyses; a run without one of them has a document without it.
ORDER = (
    *("answer", "results", "severity", "model", "evidence", "synthesis", "consistency"),
    *("replacements", "assumptions", "verification", "guideline", "cheers", "sources"),
    "provenance",
)
#: Figures of these sections that stand in the document.
TECHNICAL_FIGURES = ("states",)
_LAYOUT = PaperLayout(size=9.0, margin=15.0, picture=130.0, sideways=True)


def technical(
    study: Study, sections: Sequence[Section], pictures: Mapping[str, Drawn], units: Units
) -> bytes:
    """The technical documentation of a study as a Word document."""
    head = study_header(study)
    lines = (head.over, head.title, head.question, head.about)
    by_name = {section.name: section for section in sections}
    chosen = [by_name[name] for name in ORDER if name in by_name]
    shown = {name: pictures[name] for name in TECHNICAL_FIGURES if name in pictures}
    return document(lines, [chosen], shown, units, _LAYOUT)
