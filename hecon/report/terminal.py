"""Sections on a terminal: as many columns and rows as there is room for, and where the rest is."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table as Grid

from hecon.report.content import Column, Section, Sentence, Table
from hecon.report.language import say, say_number
from hecon.report.numbers import Units, cell, numeric
from hecon.report.presented import caption, spread
from hecon.report.words import spoken

#: Rows of a table that are shown; its file holds all.
SHOWN = 15
_STYLES = {"plain": None, "verdict": "bold", "warning": "bold yellow", "note": "dim"}


def show(
    section: Section,
    units: Units,
    to: Console,
    *,
    rows: int = SHOWN,
    tables: Collection[str] | None = None,
) -> None:
    """Print a section: its tables, or those named, then what they mean."""
    to.print(units.named(section.title), style="bold")
    for table in section.visible:
        if tables is None or table.name in tables:
            to.print()
            show_table(table, units, to, rows)
    if section.sentences:
        to.print()
    for sentence in section.sentences:
        show_sentence(sentence, units, to)


def show_sentence(sentence: Sentence, units: Units, to: Console) -> None:
    """Print a sentence."""
    to.print(spoken(sentence, units), style=_STYLES[sentence.tone])


def show_table(table: Table, units: Units, to: Console, rows: int = SHOWN) -> None:
    """Print a table's caption, its first rows, and what stands in its file alone."""
    columns, frame = spread(table)
    rows = len(frame) if table.whole else rows
    records = frame.head(rows).to_dict("records")
    made = [_Shown.of(c, [cell(r[c.key], c) for r in records], units) for c in columns]
    made = [c for c in made if any(c.cells)]
    kept = _fitting(made, table.keys, to.width)
    left_out = [c for c in made if c not in kept]
    to.print(caption(table, units), style="bold")
    to.print(_grid(kept, to.width))
    more = len(frame) - rows
    elsewhere = [say_number("{count} more row", "{count} more rows", more)] if more > 0 else []
    elsewhere += [units.named(c.column.heading) for c in left_out]
    if elsewhere:
        held = say("In {file}: {what}.", file=f"{table.name}.csv", what=", ".join(elsewhere))
        to.print(held, style="dim")
    if table.note is not None:
        to.print(spoken(table.note, units), style="dim")


#: Columns between two columns, the least width of a text, and the longest line of a heading.
_BETWEEN, _TEXT, _HEADING = 2, 16, 14


@dataclass(frozen=True)
class _Shown:
    """A column as text, with the widths that it needs and that it would like."""

    column: Column
    heading: str
    cells: list[str]
    least: int
    most: int

    @classmethod
    def of(cls, column: Column, cells: list[str], units: Units) -> _Shown:
        widest = max(map(len, cells), default=0)
        heading = textwrap.fill(
            units.heading(column), max(min(widest, 30), _HEADING), break_long_words=False
        )
        above = max(map(len, heading.split("\n")), default=0)
        most = max(widest, above)
        broken = (column.kind in ("text", "formula") or column.words) and not column.detail
        least = min(most, max(_TEXT, above)) if broken else most
        return cls(column, heading, cells, least, most)


def _fitting(made: Sequence[_Shown], keys: Sequence[str], width: int) -> list[_Shown]:
    """The columns that there is room for, in their order."""

    def fit(some: Sequence[_Shown]) -> bool:
        return sum(c.least + _BETWEEN for c in some) <= width + _BETWEEN

    kept, lost = list(made), []
    while not fit(kept) and (loser := _loser(kept, keys)) is not None:
        kept.remove(loser)
        lost.append(loser)
    for each in reversed(lost):  # what was too wide leaves room for something narrower
        kept += [each] if fit([*kept, each]) else []
    return [c for c in made if c in kept]


def _loser(kept: Sequence[_Shown], keys: Sequence[str]) -> _Shown | None:
    """The column that goes first: the last detail, else the last that is no key."""
    others = [c for c in kept if c.column.key not in keys]
    losers = [c for c in others if c.column.detail] or others[1:]
    return losers[-1] if losers else None


def _grid(columns: Sequence[_Shown], width: int) -> Grid:
    made = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    spare = width + _BETWEEN - sum(c.least + _BETWEEN for c in columns)
    for shown in columns:
        wide = min(shown.most, shown.least + max(spare, 0))
        spare -= wide - shown.least
        side: JustifyMethod = "right" if numeric(shown.column) else "left"
        made.add_column(shown.heading, justify=side, width=wide, overflow="fold")
    for row in zip(*(c.cells for c in columns), strict=True):
        made.add_row(*row)
    return made
