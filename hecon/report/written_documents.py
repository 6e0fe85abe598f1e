"""The Word documents of a full run, by what stands behind its name in theirs."""

from collections.abc import Mapping, Sequence

from hecon.analyses.run import Run
from hecon.report.brief import BRIEF_FIGURES, brief
from hecon.report.content import Drawn, Section
from hecon.report.numbers import Units
from hecon.report.technical import TECHNICAL_FIGURES, technical

#: What they are called where a run's files are named.
DOCUMENT_TITLES = {"brief": "Brief", "technical": "Technical documentation"}
#: Figures that documents hold, which take drawings made of dots.
DOCUMENT_FIGURES = frozenset((*BRIEF_FIGURES, *TECHNICAL_FIGURES))


def documents(
    run: Run, sections: Sequence[Section], pictures: Mapping[str, Drawn], units: Units
) -> dict[str, bytes]:
    """The brief and the technical documentation."""
    return {
        "brief": brief(run, sections, pictures, units),
        "technical": technical(run.study, sections, pictures, units),
    }
