"""Sections as the page shows them: cells as text, figures to the right, statuses with a colour."""

from __future__ import annotations

from dataclasses import dataclass

from hecon.report.content import Column, Section, Table
from hecon.report.language import say
from hecon.report.numbers import Units, cell, numeric
from hecon.report.presented import caption, fitting, spread
from hecon.report.words import spoken

#: Characters of a long text; rows of a table that is folded; columns that fit an upright page, and
#: the most that a screen shows.
LONG, FOLDED, BROAD, MOST = 60, 25, 7, 9


@dataclass(frozen=True)
class CellView:
    """One cell: its text, whether it is a figure, and the status it names, if any."""

    text: str
    number: bool = False
    mark: str = ""


@dataclass(frozen=True)
class TableView:
    """A table ready for the template; the first cell of each row is the row's heading."""

    caption: str
    columns: list[str]
    rows: list[list[CellView]]
    numeric: list[bool]
    note: str = ""

    @property
    def wide(self) -> list[bool]:
        """Columns with long texts, which need room."""
        return [any(len(row[i].text) > LONG for row in self.rows) for i in range(len(self.columns))]

    @property
    def broad(self) -> bool:
        """Whether it has so many columns that it is printed on pages turned sideways."""
        return len(self.columns) > BROAD

    @property
    def folded(self) -> bool:
        """Whether it is so long that it is opened only on request."""
        return len(self.rows) > FOLDED


@dataclass(frozen=True)
class SectionView:
    """A section ready for the template: what it says by tone, `figures` as names of pictures."""

    id: str
    title: str
    texts: list[str]
    warnings: list[str]
    notes: list[str]
    tables: list[TableView]
    figures: tuple[str, ...]


def section_view(section: Section, units: Units) -> SectionView:
    """A section in the page's signs; tables without rows are left out."""
    said = [(s.tone, spoken(s, units, "typeset")) for s in section.sentences]
    return SectionView(
        section.name.replace("_", "-"),
        units.named(section.title),
        [text for tone, text in said if tone not in ("warning", "note")],
        [text for tone, text in said if tone == "warning"],
        [text for tone, text in said if tone == "note"],
        [table_view(t, units) for t in section.visible],
        tuple(f.name for f in section.figures),
    )


def table_view(table: Table, units: Units) -> TableView:
    """A table as text; columns that say nothing are left out."""
    columns, frame = spread(table)
    kept = [c for c in columns if not _blank([cell(v, c, "typeset") for v in frame[c.key]])]
    shown = fitting(kept, table.keys, MOST)
    left_out = [units.named(c.heading) for c in kept if c not in shown]
    notes = [spoken(table.note, units, "typeset")] if table.note else []
    if left_out:
        notes.append(say("In {file}: {what}.", file=f"{table.name}.csv", what=", ".join(left_out)))
    rows = [[_cell(record[c.key], c) for c in shown] for record in frame.to_dict("records")]
    return TableView(
        caption(table, units),
        [units.heading(c) for c in shown],
        rows,
        [numeric(c) for c in shown],
        " ".join(notes),
    )


def _blank(texts: list[str]) -> bool:
    return not any(texts)


def _cell(value: object, column: Column) -> CellView:
    text = cell(value, column, "typeset")
    mark = str(value).strip().lower().replace(" ", "-") if column.kind == "status" else ""
    return CellView(text, numeric(column), mark)
