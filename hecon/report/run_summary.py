"""What a full run found, on a screen."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from hecon.report.content import Section, said_once
from hecon.report.grade import titled
from hecon.report.language import say
from hecon.report.numbers import Units
from hecon.report.terminal import show
from hecon.report.things_called import counted_in
from hecon.report.whole import Written
from hecon.report.written_documents import DOCUMENT_TITLES
from hecon.studies.study import Study

#: Sections that the screen shows of a full run; the report holds all.
SHOWN = ("results", "severity", "uncertainty", "budget_impact", "verification", "answer")
#: Of their tables, those that the screen shows; without a list all.
TABLES = {
    "results": ("base_case", "comparison", "frontier"),
    "budget_impact": ("budget_impact", "budget_blocks"),
    "uncertainty": ("probabilistic_comparison", "departures"),
    "verification": (),
}


def show_summary(
    study: Study,
    sections: Sequence[Section],
    written: Written,
    units: Units,
    to: Console,
    *,
    whole: bool = True,
) -> None:
    """Print the question, the results, the conclusion last, and where the files are.

    Args:
        whole: False where single analyses were asked for: then all of them are shown.
    """
    asked = study.definition.question or study.definition.title
    to.print(titled(study, asked), style="bold")
    to.print(counted_in(study))
    by_name = {section.name: section for section in said_once(sections)}
    chosen = [by_name[n] for n in SHOWN if n in by_name] if whole else sections
    for section in chosen:
        if not section.empty:
            to.print()
            tables = TABLES.get(section.name) if whole else None
            show(section, units, to, tables=tables)
    to.print()
    places: dict[str, Path | None] = {"Report": written.report, "Page": written.page}
    places |= {DOCUMENT_TITLES[name]: path for name, path in written.documents.items()}
    found = {f"{say(name)}:": path for name, path in (places | {"Tables": written.outputs}).items()}
    room = max(len(name) for name, path in found.items() if path is not None)
    for name, path in found.items():
        if path is not None:
            to.print(f"{name:{room}} {path}", soft_wrap=True)
    for problem in written.problems:
        to.print(say("Attention: {problem}", problem=problem), soft_wrap=True)
