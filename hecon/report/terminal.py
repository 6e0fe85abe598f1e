"""Sections on a terminal: as many columns and rows as there is room for, and where the rest is."""

from __future__ import annotations

import re
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
    tables: Collection[str] | None = None,
) -> None:
    """Print a section: its tables, or those named, then what they mean."""
    _print(units.named(section.title), to, "bold")
    for table in section.visible:
        if tables is None or table.name in tables:
            to.print()
            show_table(table, units, to)
    if section.sentences:
        to.print()
    for sentence in section.sentences:
        show_sentence(sentence, units, to)


def show_sentence(sentence: Sentence, units: Units, to: Console) -> None:
    """Print a sentence."""
    _print(spoken(sentence, units), to, _STYLES[sentence.tone])


def show_table(table: Table, units: Units, to: Console, rows: int = SHOWN) -> None:
    """Print a table's caption, its first rows, and what stands in its file alone."""
    columns, frame = spread(table)
    rows = len(frame) if table.whole else rows
    records = frame.head(rows).to_dict("records")
    made = [_Shown.of(c, [cell(r[c.key], c) for r in records], units) for c in columns]
    made = [c for c in made if any(c.cells)]
    kept = _fitting(made, table.keys, to.width)
    left_out = [c for c in made if c not in kept]
    _print(caption(table, columns, units), to, "bold")
    to.print(_grid(kept, to.width))
    more = len(frame) - rows
    elsewhere = [say_number("{count} more row", "{count} more rows", more)] if more > 0 else []
    elsewhere += [units.named(c.column.heading) for c in left_out]
    if elsewhere:
        apart = "; " if any("," in name for name in elsewhere) else ", "
        held = say("Only in {file}: {what}.", file=f"{table.name}.csv", what=apart.join(elsewhere))
        _print(held, to, "dim")
    if table.note is not None:
        _print(spoken(table.note, units), to, "dim")


def _print(text: str, to: Console, style: str | None) -> None:
    to.print(_filled(text, to.width), style=style)


def _filled(text: str, width: int) -> str:
    """A text in lines that break at plain spaces only: no figure is torn apart."""
    whole = _THOUSANDS.sub(_KEPT, text)
    return textwrap.fill(whole, width, break_on_hyphens=False).replace(_KEPT, " ")


#: The space within a figure of a study's own text, as in 30 000.
_THOUSANDS = re.compile(r"(?<=\d)\x20(?=\d{3}\b)")

#: Columns between two columns, the least width of a text, and the longest line of a heading.
_BETWEEN, _TEXT, _HEADING = 2, 16, 14
#: The width of a text for which details make room.
_ROOMY = 22


#: The unit at the end of a heading, and what stands in it for a space while lines are made.
_UNIT, _KEPT = re.compile(r" \([^()]{1,20}\)$"), "\0"


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
        text = _UNIT.sub(lambda unit: " " + unit[0][1:].replace(" ", _KEPT), units.heading(column))
        heading = textwrap.fill(text, max(min(widest, 30), _HEADING), break_long_words=False)
        heading = heading.replace(_KEPT, " ")
        above = max(map(len, heading.split("\n")), default=0)
        most = max(widest, above)
        broken = (column.kind in ("text", "formula") or column.words) and not column.detail
        least = min(most, max(_TEXT, above)) if broken else most
        return cls(column, heading, cells, least, most)


def _fitting(made: Sequence[_Shown], keys: Sequence[str], width: int) -> list[_Shown]:
    """The columns that there is room for, in their order."""

    def fit(some: Sequence[_Shown], least: int = _ROOMY) -> bool:
        widths = [max(c.least, min(c.most, least)) for c in some]
        return sum(widths) + _BETWEEN * (len(some) - 1) <= width

    kept, lost = list(made), []
    while (loser := _loser(kept, keys)) is not None:
        if fit(kept, _ROOMY if loser.column.detail else 0):
            break
        kept.remove(loser)
        lost.append(loser)
    for each in reversed(lost):  # what was too wide leaves room for something narrower
        kept += [each] if fit([*kept, each]) else []
    return [c for c in made if c in kept]


def _loser(kept: Sequence[_Shown], keys: Sequence[str]) -> _Shown | None:
    """The column that goes first: the last detail, a key if need be, else the last of the rest."""
    others = [c for c in kept if c.column.key not in keys]
    details = [c for c in kept if c.column.detail]
    losers = [c for c in details if c in others] or details or others[1:]
    return losers[-1] if losers else None


def _grid(columns: Sequence[_Shown], width: int) -> Grid:
    made = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    spare = width + _BETWEEN - sum(c.least + _BETWEEN for c in columns)
    cells = []
    for shown in columns:
        wide = min(shown.most, shown.least + max(spare, 0))
        spare -= wide - shown.least
        side: JustifyMethod = "right" if numeric(shown.column) else "left"
        made.add_column(shown.heading, justify=side, width=wide, overflow="fold")
        cells.append([_filled(text, wide) if len(text) > wide else text for text in shown.cells])
    for row in zip(*cells, strict=True):
        made.add_row(*row)
    return made
