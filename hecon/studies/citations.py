"""What a study's files refer to must be there: evidence by its id, scenarios, parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hecon.errors import FaultList, UnknownName
from hecon.parameters.tables import Cells, read_cells
from hecon.studies.documents import ASSUMPTIONS, MISSING, SOURCES, Document
from hecon.studies.inputs import Inputs
from hecon.studies.reading import PARAMETER, QUANTITY, SCENARIO, StudyReading
from hecon.studies.study import Budget, Scenario

#: Files of a synthesis whose rows are evidence.
_EVIDENCE = ("synthesis.arms", "synthesis.effects", "synthesis.contrasts")

_SEPARATORS = re.compile(r"[,;]\s*")


def check_citations(
    reading: StudyReading,
    inputs: Inputs,
    budget: Budget | None,
    documents: Mapping[str, Document],
    scenarios: Sequence[Scenario],
) -> None:
    """Record a fault for each id, scenario or parameter that a row names and that is not there.

    Args:
        scenarios: The study's own, to which those of the budget are added.
    """
    if not inputs.complete:
        return
    rests_on = (f"evidence.{SOURCES}", *_EVIDENCE)
    if SOURCES in documents and not reading.broken.intersection(rests_on):
        evidence = [_first(row) for rows in documents.values() for row in rows]
        evidence += [_first(row) for _, _, row in _rows(reading, _EVIDENCE)]
        own = budget.parameters if budget is not None else ()
        evidence += [p.id for p in (*inputs.parameters, *own) if p.id]
        evidence += [entry.id for entry in reading.jurisdiction.definition.tables.values()]
        for file, number, text in _cited(reading, inputs, budget):
            _check(reading, file, number, "evidence_ids", text, "a row of the evidence", evidence)
    known = [s.id for s in (*scenarios, *(budget.scenarios if budget is not None else ()))]
    listed = [*_rows(reading, ["scenarios"])]
    if {fault.file for fault in reading.faults.faults} & {file for file, _, _ in listed}:
        # a row with a fault of its own is there all the same
        known = list(dict.fromkeys([*known, *(row.get("id", "") for _, _, row in listed)]))
    for file, number, row in _rows(reading, [f"evidence.{ASSUMPTIONS}"]):
        text = row.get("tested_by", "")
        _check(reading, file, number, "tested_by", text, SCENARIO, known)
    names = [p.text for p in inputs.parameters]
    for file, number, row in _rows(reading, [f"evidence.{MISSING}"]):
        text = row.get("parameter", "")
        _check(reading, file, number, "parameter", text, PARAMETER, names, among=QUANTITY)


def _cited(
    reading: StudyReading, inputs: Inputs, budget: Budget | None
) -> Iterator[tuple[str, int, str]]:
    """Lists of ids with their file and row."""
    for p in (*inputs.parameters, *(budget.parameters if budget is not None else ())):
        yield p.file, p.row, p.evidence_ids
    for file, number, row in _rows(reading, ["synthesis.effects"]):
        yield file, number, row.get("evidence_ids", "")


def _rows(reading: StudyReading, entries: Iterable[str]) -> Iterator[tuple[str, int, Cells]]:
    """Rows of the files that entries of `study.toml` name; their faults are told elsewhere.

    A row takes the place of those with the same first cell in the layers before.
    """
    for entry in entries:
        found: dict[str, tuple[str, int, Cells]] = {}
        for source in reading.study.sources(entry, reading.jurisdiction.definition.name):
            faults = FaultList()
            with faults.collect():
                _, rows = read_cells(source.path, source.shown, faults)
                found |= {_first(cells): (source.shown, n, cells) for n, cells in rows}
        yield from found.values()


def _first(row: Mapping[str, str]) -> str:
    return next(iter(row.values()))


def _check(
    reading: StudyReading,
    file: str,
    number: int,
    column: str,
    text: str,
    what: str,
    known: Sequence[str],
    among: str = "",
) -> None:
    for name in filter(None, _SEPARATORS.split(text)):
        if name not in known:
            unknown = UnknownName(name, what, known, among=among)
            reading.faults.add(file, number, column, unknown, (file, "id"))
