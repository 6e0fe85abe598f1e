"""Files that are carried along for the reader: each a table, some with columns that are needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from hecon.engine.expression import Expr
from hecon.errors import misspelt
from hecon.parameters.records import Named, Required, Strict, Text
from hecon.parameters.tables import LESS_ALIKE, read_cells
from hecon.studies.reading import StudyReading
from hecon.studies.study_schema import known_status

#: Rows of a file as they are written: cells by column.
Document = list[dict[str, str]]

#: Files that the program itself reads.
MISSING = "missing"
ARTICLE = "article"
ASSUMPTIONS = "assumptions"
SOURCES = "sources"

#: Items of CHEERS 2022.
ITEMS = 28


def _item(text: str) -> str:
    if text not in map(str, range(1, ITEMS + 1)):
        raise ValueError(f"found '{text}', allowed is an item of CHEERS 2022, 1 to {ITEMS}")
    return text


class MissingRow(Strict):
    """What would firm a parameter up, and where it might be found."""

    parameter: Required
    needed: Required
    where: Text = ""


class CheersRow(Strict):
    """An item of the reporting checklist and where it is reported."""

    item: Annotated[Required, AfterValidator(_item)]
    section: Text
    name: Text
    sheet: Text
    report: Text


class SourceRow(Strict):
    """A published figure that rows refer to by its id."""

    id: Named


class AssumptionRow(Strict):
    """What the model takes for granted, why, and the scenarios that test it."""

    id: Named
    assumption: Required
    justification: Text = ""
    tested_by: Text = ""
    status: Annotated[Required, AfterValidator(known_status)]


class FactRow(Strict):
    """A fact of an article and the model's figures beside it."""

    id: Named
    fact: Required = Field(alias="seed_fact")
    status: Annotated[Text, AfterValidator(known_status)]
    cross_check: Text = Field(alias="own_cross_check")
    figures: Required


#: What each file's rows must hold; any other column is carried along.
RECORDS: Mapping[str, type[Strict]] = {
    MISSING: MissingRow,
    "cheers": CheersRow,
    ASSUMPTIONS: AssumptionRow,
    SOURCES: SourceRow,
    ARTICLE: FactRow,
}


#: The kind of a figure that is a formula.
FORMULA = "formula"


@dataclass(frozen=True)
class ModelFigure:
    """A figure of the model that stands beside a fact."""

    label: str
    reference: str
    kind: str  #: ``formula``, ``estimate``, ``quantity``, ``result`` or ``scenario``.
    names: tuple[str, ...] = ()  #: What a reference other than a formula names.
    #: expr, strategy: The formula, and the strategy it is read in.
    expr: Expr | None = None
    strategy: str | None = None


@dataclass(frozen=True)
class Fact:
    """A fact with its figures and its place."""

    row: FactRow
    figures: tuple[ModelFigure, ...]
    file: str
    number: int


def read_documents(reading: StudyReading) -> dict[str, Document]:
    """Every file of `[evidence]` by its name there, with faults recorded.

    A row's key is its first cell: rows of a study that is extended give way to those of the
    study itself.
    """
    found: dict[str, Document] = {}
    for name, file in reading.definition.evidence.items():
        column = f"evidence.{name}"
        if near := misspelt(name, RECORDS.keys() - reading.definition.evidence.keys()):
            reading.faults.add(reading.place(column), None, column, LESS_ALIKE.format(near))
        if not file.endswith(".csv"):
            text = f"found '{file}', allowed is a CSV file"
            reading.faults.add(reading.place(column), None, column, text)
        elif name in RECORDS:
            rows = reading.rows(column, RECORDS[name], _key, free=True)
            _check_keys(reading, [(e.file, e.number, _key(e.row)) for e in rows])
            found[name] = [{**entry.row.model_dump(by_alias=True), **entry.cells} for entry in rows]
        else:
            found[name] = _table(reading, column)
    return found


def _key(row: Strict) -> str:
    """The first of a row's cells."""
    return str(next(iter(row.model_dump().values())))


def _check_keys(reading: StudyReading, rows: Sequence[tuple[str, int, str]]) -> None:
    """Two rows of a file under one key would stand for each other."""
    seen: dict[tuple[str, str], int] = {}
    for file, number, key in rows:
        first = seen.setdefault((file, key), number)
        if first != number:
            reading.faults.add(file, number, None, f"'{key}' is already in row {first}")


def _table(reading: StudyReading, entry: str) -> Document:
    columns: list[str] = []
    result: Document = []

    def broken(file: str) -> bool:
        return any((fault.file, fault.row) == (file, 1) for fault in reading.faults.faults)

    for source in reading.sources(entry):
        if broken(source.shown):  # told where it is read as evidence
            continue
        with reading.faults.collect():
            header, rows = read_cells(source.path, source.shown, reading.faults)
            own = {cells[header[0]] for _, cells in rows}
            if broken(source.shown):
                continue
            _check_keys(reading, [(source.shown, n, cells[header[0]]) for n, cells in rows])
            columns = list(dict.fromkeys([*columns, *header]))
            result = [cells for cells in result if cells[columns[0]] not in own]
            result += [cells for _, cells in rows]
    return [{column: cells.get(column, "") for column in columns} for cells in result]
