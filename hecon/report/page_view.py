"""Sections as the page shows them: cells as text, figures to the right, statuses with a colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from hecon.engine.model import key_of
from hecon.report.content import Column, Section, Table
from hecon.report.doi import doi_address
from hecon.report.language import say
from hecon.report.mathematics import anchor, mathematics
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
    set: Markup | None = None  #: A formula as mathematics, to stand in the text's place.
    id: str = ""  #: Anchor of a symbol that its row explains.
    link: str = ""  #: Where a DOI leads.


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
    """A section ready for the template: what it says by tone, `figures` as names of pictures.

    Of one that is folded what it says and its first figure stand open.
    """

    id: str
    title: str
    texts: list[str]
    warnings: list[str]
    notes: list[str]
    tables: list[TableView]
    figures: tuple[str, ...]
    folded: bool = False


def explained(sections: Sequence[Section]) -> dict[str, str]:
    """Symbols that a row of some table explains: the table's name by theirs, the first if many."""
    found: dict[str, str] = {}
    for table in (t for section in sections for t in section.visible):
        for column in table.columns:
            if column.kind == "symbol":
                for name in table.frame[column.key]:
                    found.setdefault(key_of(str(name))[0], table.name)
    return found


def section_view(
    section: Section,
    units: Units,
    symbols: Mapping[str, str] | None = None,
) -> SectionView:
    """A section in the page's signs; tables without rows are left out.

    Args:
        symbols: Tables that explain them, by their names; those of the section itself without it.
    """
    known = explained([section]) if symbols is None else symbols
    said = [(s.tone, spoken(s, units, "typeset")) for s in section.sentences]
    return SectionView(
        section.name.replace("_", "-"),
        units.named(section.title),
        [text for tone, text in said if tone not in ("warning", "note")],
        [text for tone, text in said if tone == "warning"],
        [text for tone, text in said if tone == "note"],
        [table_view(t, units, known) for t in section.visible],
        tuple(f.name for f in section.figures),
    )


def table_view(table: Table, units: Units, symbols: Mapping[str, str] | None = None) -> TableView:
    """A table as text; columns that say nothing are left out."""
    known = symbols or {}
    columns, frame = spread(table, "typeset")
    kept = [c for c in columns if any(cell(v, c, "typeset") for v in frame[c.key])]
    shown = fitting(kept, table.keys, MOST)
    left_out = [units.named(c.heading) for c in kept if c not in shown]
    notes = [spoken(table.note, units, "typeset")] if table.note else []
    if left_out:
        notes.append(
            say("Only in {file}: {what}.", file=f"{table.name}.csv", what=", ".join(left_out))
        )
    here = {name for name, place in known.items() if place == table.name}
    rows = [
        [_placed(_cell(v, c, known), c, here) for v, c in zip(values, shown, strict=True)]
        for values in zip(*(frame[c.key].tolist() for c in shown), strict=True)
    ]
    return TableView(
        caption(table, columns, units),
        [units.heading(c) for c in shown],
        rows,
        [numeric(c) for c in shown],
        " ".join(notes),
    )


def _placed(made: CellView, column: Column, here: set[str]) -> CellView:
    """A symbol's first cell in the table that explains it, with its anchor."""
    name = key_of(made.text)[0]
    if column.kind != "symbol" or name not in here:
        return made
    here.remove(name)
    return replace(made, id=anchor(name))


def _set(element: str | None) -> Markup | None:
    return None if element is None else Markup(element)


def _cell(value: object, column: Column, symbols: Mapping[str, str]) -> CellView:
    text = cell(value, column, "typeset")
    if column.kind == "formula":
        return CellView(text, set=_set(mathematics(text, symbols)))
    mark = str(value).strip().lower().replace(" ", "-") if column.kind == "status" else ""
    link = doi_address(text) if column.kind == "doi" else ""
    return CellView(text, numeric(column), mark, link=link)
