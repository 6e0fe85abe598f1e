"""Every published figure that the rest of the report refers to by its id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hecon.analyses.run import Run
from hecon.report.cited import cited
from hecon.report.content import Listing, Section
from hecon.report.plain import plain_table
from hecon.report.registry import Analysis

_DETAILS = ("topic", "uncertainty_kind", "n", "N", "country", "url_read", "note", "low", "high")


def section(run: Run, others: Sequence[Section]) -> Section:
    """Sources named in any sentence or cell of the other sections, or by an input."""
    study = run.study
    named = [text for p in study.parameters for text in vars(p).values() if type(text) is str]
    rows = cited([*texts(others), *named], study.evidence("sources"))
    if not rows:
        return Section("sources", "Sources")
    caption = "Every published figure that this report refers to by its id"
    return Section("sources", "Sources", (), (plain_table("sources", caption, rows, _DETAILS),))


def texts(sections: Sequence[Section]) -> Iterator[str]:
    """All words of sections: templates, values that are words, and cells."""
    for section in sections:
        for sentence in section.sentences:
            yield sentence.template
            for value in sentence.values.values():
                if isinstance(value, str):
                    yield value
                elif isinstance(value, Listing):
                    yield from value.names
        for table in section.tables:
            for column in table.frame:
                yield from (cell for cell in table.frame[column] if isinstance(cell, str))


ANALYSIS = Analysis(closing=section)
