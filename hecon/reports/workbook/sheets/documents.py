"""Evidence, assumptions, sources and CHEERS: what the figures rest on, in words."""

from __future__ import annotations

import re

from hecon.parameters.schema import Parameter
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.styles import Page, add_page

#: Texts longer than this are broken over several lines.
WRAPPED = 40

# an id like 007 is no number, and a year is none to be grouped by thousands
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE]-?\d+)?")


def _table(page: Page, row: int, rows: list[dict[str, str]]) -> int:
    """A table of texts, numbers where the text is one; returns the next free row."""
    if not rows:
        page.put(row, 1, "none given with this study", "note")
        return row + 2
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
    page = add_page(
        book.workbook,
        "Evidence",
        "Evidence",
        "Arms of the trials and published effects behind the inputs, each with its status; inputs "
        "are set on Inputs.",
        "C5",
    )
    page.widths(9, 30, 8, 18, 16, *([13.0] * 20))
    page.heading(3, "Trial arms")
    end = _table(page, 4, book.study.evidence("trials"))
    page.heading(end, "Published effects without counts")
    _table(page, end + 1, book.study.evidence("reported_effects"))


def write_assumptions(book: Book) -> None:
    """Structural assumptions, then every input that is an assumption or not read in a source."""
    study = book.study
    page = add_page(
        book.workbook,
        "Assumptions",
        "Assumptions",
        "What the model takes for granted, why, and which scenario tests it.",
        "A5",
    )
    page.widths(26, 70, 70, 26, 14, 14, 14)
    page.heading(3, "Structure")
    end = _table(page, 4, study.evidence("assumptions"))
    page.heading(end, "Inputs that are assumptions, or that were not read in a source")
    page.headings(
        end + 1,
        [
            "input",
            "description",
            "justification",
            "scenarios that test it",
            "status",
            "low",
            "high",
        ],
    )
    weak = [p for p in study.parameters if p.is_input and p.status in ("assumption", "memory")]
    for i, parameter in enumerate(weak):
        row = end + 2 + i
        page.put(row, 1, parameter.text)
        page.put(row, 2, parameter.description, wrap=True)
        reason = parameter.derivation or parameter.note or parameter.source
        page.put(row, 3, reason, wrap=True)
        page.put(row, 4, ", ".join(_tests(book, parameter)) or "one-way only")
        page.put(row, 5, parameter.status, parameter.status)
        page.put(row, 6, parameter.low)
        page.put(row, 7, parameter.high)


def _tests(book: Book, parameter: Parameter) -> list[str]:
    """Scenarios that set the parameter, or a quantity computed from nothing else."""
    model = book.study.model
    same = {parameter.key}
    same |= {k for k, e in model.formulas.items() if e.op == "name" and e.name == parameter.name}
    return [s.id for s in book.study.scenarios if same & set(s.changes)]


def write_sources(book: Book) -> None:
    """Published figures that the inputs and scenarios refer to, with status."""
    study = book.study
    texts = [p.evidence_ids for p in study.parameters] + [s.source for s in study.scenarios]
    wanted = {word for text in texts for word in re.split(r"[,; ]+", text)}
    rows = [r for r in study.evidence("sources") if r.get("id", "") in wanted]
    page = add_page(
        book.workbook,
        "Sources",
        "Sources",
        "Every published figure that an input or a scenario refers to by its id, and whether it "
        "was read in the source itself.",
        "C5",
    )
    page.widths(8, 24, 50, 16, 14, 11, 11, 14, 9, 12, 10, 10, 60, 26, 40, 12, 50)
    page.heading(3, f"{len(rows)} figures")
    end = _table(page, 4, rows)
    page.heading(end, "Tables")
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
    _table(page, end + 1, listed)


def write_cheers(book: Book) -> None:
    """The reporting checklist, each item with where it is reported."""
    page = add_page(
        book.workbook,
        "CHEERS 2022",
        "CHEERS 2022",
        "Items of the Consolidated Health Economic Evaluation Reporting Standards (Husereau et "
        "al., BMJ 2022;376:e067975) and where this workbook reports them.",
        "A5",
    )
    page.widths(8, 24, 62, 20, 90)
    rows = book.study.evidence("cheers")
    _table(page, 4, rows)
    titles = [s.title for s in book.workbook.worksheets]
    for i, each in enumerate(rows):
        if each["sheet"] in titles:
            page.link(5 + i, 4, each["sheet"])
