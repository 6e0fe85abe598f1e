"""Where figures come from: those that the report refers to by id, and tables looked up."""

from collections.abc import Iterator, Sequence

from hecon.analyses.run import Run
from hecon.errors import FaultList
from hecon.parameters.tables import read_cells
from hecon.report.cited import SOURCES, cited
from hecon.report.content import Listing, Section
from hecon.report.plain import plain_table
from hecon.report.registry import Analysis
from hecon.studies.study import Study

_DETAILS = ("topic", "uncertainty_kind", "n", "N", "country", "url_read", "note", "low", "high")


def section(run: Run, others: Sequence[Section]) -> Section:
    """Sources named by any sentence or cell of the other sections, or in the study's files."""
    study = run.study
    looked_up = looked_up_tables(study)
    rows = cited([*texts(others), *given(study)], study.evidence("sources"))
    caption = "Every published figure that this report refers to by its id"
    return Section(
        "sources",
        "Sources",
        (),
        (
            plain_table(SOURCES, caption, rows, _DETAILS),
            plain_table("source_tables", "Tables that formulas look up", looked_up, ("note",)),
        ),
    )


def looked_up_tables(study: Study) -> list[dict[str, str]]:
    """A row a table: its name, what it holds, where it comes from and how that is known."""
    return [
        {
            "table": name,
            "id": entry.id,
            "description": entry.description,
            "source": entry.source,
            "status": entry.status,
            "note": entry.note,
        }
        for name, entry in study.table_entries.items()
    ]


def given(study: Study) -> Iterator[str]:
    """All words of inputs, of the two definitions, and of what estimates are made of."""
    budget = study.budget.parameters if study.budget else ()
    for parameter in (*study.parameters, *budget):
        yield from (text for text in vars(parameter).values() if type(text) is str)
    for definition in (study.definition, study.jurisdiction.definition):
        yield definition.model_dump_json()
    for entry in ("arms", "effects", "contrasts"):
        for source in study.sources(f"synthesis.{entry}"):
            _, rows = read_cells(source.path, source.shown, FaultList())
            yield from (text for _, cells in rows for text in cells.values())


def texts(sections: Sequence[Section]) -> Iterator[str]:
    """All words of sections: templates, values that are words, and cells."""
    for section in sections:
        for sentence in section.sentences:
            yield sentence.template
            for value in sentence.values.values():
                if isinstance(value, str):
                    yield value
                elif isinstance(value, Listing):
                    yield from (name for name in value.names if isinstance(name, str))
        for table in section.tables:
            for column in table.frame:
                yield from (cell for cell in table.frame[column] if isinstance(cell, str))


ANALYSIS = Analysis(closing=section)
