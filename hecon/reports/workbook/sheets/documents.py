"""Evidence, assumptions, sources and CHEERS: what the figures rest on, in words."""

from __future__ import annotations

import re

from hecon.parameters.schema import Parameter
from hecon.reports.cited import cited
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import EDITS
from hecon.reports.workbook.styles import Page, add_page

#: Texts longer than this are broken over several lines.
WRAPPED = 40

# an id like 007 is no number, and a year is none to be grouped by thousands
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE]-?\d+)?")


def _table(page: Page, row: int, rows: list[dict[str, str]]) -> int:
    """A table of texts, numbers where the text is one; returns the next free row."""
    columns = list(rows[0])
    page.headings(row, [c.replace("_", " ") for c in columns])
    for i, each in enumerate(rows, start=1):
        for j, name in enumerate(columns, start=1):
            text = each[name]
            counted = _NUMBER.fullmatch(text) and not name.endswith("year")
            number = float(text) if counted else None
            page.put(row + i, j, text if number is None else number, wrap=len(text) > WRAPPED)
    return row + len(rows) + 2


def write_texts(book: Book) -> None:
    """Evidence of a study that makes no estimates of it: trials and published effects as texts."""
    given = [
        ("Trial arms", book.study.evidence("trials")),
        ("Published effects without counts", book.study.evidence("reported_effects")),
    ]
    if not any(rows for _, rows in given):
        return
    page = add_page(
        book.workbook,
        "Evidence",
        "Evidence",
        "Arms of the trials and published effects behind the inputs, each with its status; inputs "
        "are set on Inputs.",
        "C5",
    )
    page.widths(9, 30, 8, 18, 16, *([13.0] * 20))
    row = 3
    for heading, rows in given:
        if rows:
            page.heading(row, heading)
            row = _table(page, row + 1, rows)


def write_assumptions(book: Book) -> None:
    """Structural assumptions, then every input that is an assumption or not read in a source."""
    study = book.study
    structure = study.evidence("assumptions")
    weak = [p for p in study.parameters if p.is_input and p.status in ("assumption", "memory")]
    if not structure and not weak:
        return
    page = add_page(
        book.workbook,
        "Assumptions",
        "Assumptions",
        "What the model takes for granted, why, and which scenario tests it.",
        "A4",
    )
    page.widths(26, 70, 70, 26, 14, 14, 14)
    row = 3
    if structure:
        page.heading(row, "Structure")
        row = _table(page, row + 1, structure)
    if not weak:
        return
    page.heading(row, "Inputs that are assumptions, or that were not read in a source")
    columns = ["input", "description", "justification", "scenarios that test it"]
    page.headings(row + 1, [*columns, "status", "low", "high"])
    for r, parameter in enumerate(weak, start=row + 2):
        page.put(r, 1, parameter.text)
        page.put(r, 2, parameter.description, wrap=True)
        reason = parameter.derivation or parameter.note or parameter.source
        page.put(r, 3, reason, wrap=True)
        page.put(r, 4, ", ".join(_tests(book, parameter)) or "one-way only")
        page.put(r, 5, parameter.status, parameter.status)
        page.put(r, 6, parameter.low)
        page.put(r, 7, parameter.high)


def _tests(book: Book, parameter: Parameter) -> list[str]:
    """Scenarios that set the parameter, or a quantity computed from nothing else."""
    model = book.study.model
    same = {parameter.key}
    same |= {k for k, e in model.formulas.items() if e.op == "name" and e.name == parameter.name}
    return [s.id for s in book.study.scenarios if same & set(s.changes)]


def write_sources(book: Book) -> None:
    """Published figures that any other sheet refers to, with status: the last to be written."""
    study = book.study
    # on Edits an id would be the address of a cell
    texts = (
        cell.value
        for sheet in book.workbook.worksheets
        if sheet.title != EDITS
        for cells in sheet.iter_rows()
        for cell in cells
        if cell.data_type == "s" and isinstance(cell.value, str)
    )
    tables = {**study.jurisdiction.definition.tables, **study.definition.tables}
    listed = [
        {
            "table": name,
            "id": entry.id,
            "description": entry.description,
            "source": entry.source,
            "status": entry.status,
            "note": entry.note,
        }
        for name, entry in tables.items()
    ]
    own = (text for row in listed for text in row.values())
    rows = [dict(row) for row in cited((*texts, *own), study.evidence("sources"))]
    if not rows and not listed:
        return
    page = add_page(
        book.workbook,
        "Sources",
        "Sources",
        "Every published figure that a sheet refers to by its id, and whether it was read in the "
        "source itself.",
        "C5",
    )
    page.widths(8, 24, 50, 16, 14, 11, 11, 14, 9, 12, 10, 10, 60, 26, 40, 12, 50)
    end = 3
    if rows:
        page.heading(3, f"{len(rows)} figures")
        end = _table(page, 4, rows)
    if listed:
        page.heading(end, "Tables")
        _table(page, end + 1, listed)


def write_cheers(book: Book) -> None:
    """The reporting checklist, each item with where it is reported, if the study has one."""
    rows = book.study.evidence("cheers")
    if not rows:
        return
    page = add_page(
        book.workbook,
        "CHEERS 2022",
        "CHEERS 2022",
        "Items of the Consolidated Health Economic Evaluation Reporting Standards (Husereau et "
        "al., BMJ 2022;376:e067975) and where this workbook reports them.",
        "A5",
    )
    page.widths(8, 24, 62, 20, 90)
    _table(page, 4, rows)
    titles = [s.title for s in book.workbook.worksheets]
    for i, each in enumerate(rows):
        if each["sheet"] in titles:
            page.link(5 + i, 4, each["sheet"])
