"""What a report says, as data: sections of sentences, tables and figures.

Numbers stay numbers here. A renderer (`terminal`, `page`, `sheet`, `files`) knows a medium and
nothing of health economics; `numbers` alone knows how a figure is written.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, get_args

import pandas as pd

#: What a figure is, which decides its unit and how it is written in every medium.
Kind = Literal[
    "text",  # words, broken over lines where they are long
    "name",  # a short identifier: a parameter, a strategy, a file
    "label",  # a few words on one line: a cost item, a unit, a subgroup
    "formula",  # one line of arithmetic: mathematics where a medium can set it
    "symbol",  # the name that formulas use for what its row explains
    "doi",  # of a publication: linked where it is one
    "status",  # a word with a colour: how an input is known, how a check ended
    "flag",  # yes or no
    "money",  # an amount of the run's currency
    "change",  # a difference of amounts, with its sign
    "millions",  # an amount, shown in millions
    "effect",  # units of effect (QALYs)
    "gain",  # a difference of effects, with its sign
    "years",
    "share",  # from 0 to 1, shown in per cent
    "count",  # a whole number
    "index",  # a figure without unit, three decimals
    "number",  # a figure of any size: four significant digits
    "year",  # a calendar year: no separator
    "tiny",  # a relative difference: powers of ten
    "sheet",  # title of a sheet of the workbook
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    #: Its name in the frame and in files: snake_case, one name for one thing in all tables.
    key: str
    heading: str  #: What people read above it, without its unit.
    kind: Kind = "text"
    #: Where the kind does not say it: money, effects and shares have theirs from the run.
    unit: str = ""
    #: A sentence for the data dictionary; the heading serves where it says enough.
    meaning: str = ""
    infinite: str = "never"  #: What stands for infinity.
    shown: bool = True  #: False for what only files hold.
    detail: bool = False  #: The first to go where a medium has no room.
    #: Column whose text stands where the figure is undefined: dominance in place of an ICER.
    words: str = ""
    #: Whether it is one of those that a spread makes: their unit is said once, in the caption.
    across: bool = False


@dataclass(frozen=True)
class Amount:
    """A figure within a sentence, and what it is."""

    value: float
    kind: Kind = "number"


@dataclass(frozen=True)
class Listing:
    """Things within a sentence: `a, b and c`, or the first of many and how many more.

    Names that hold commas are set apart by semicolons.
    """

    names: Sequence[str | Amount | Sentence]
    most: int = 5


Value = str | Amount | Listing

#: Names that every template may use: those of what a run counts in.
COUNTED = frozenset({"currency", "effect", "effects", "cost_effective"})


@dataclass(frozen=True)
class Sentence:
    """A template and its values: text and figures meet only in a renderer."""

    #: English text with names in braces; the key under which a catalogue holds other languages.
    template: str
    values: Mapping[str, Value] = field(default_factory=dict)
    #: ``warning`` stands out, ``verdict`` is a conclusion, ``note`` explains a table.
    tone: Literal["plain", "verdict", "warning", "note"] = "plain"
    mark: str = ""  #: What stands before it: the grade of what it rests on. It is translated apart.

    def __post_init__(self) -> None:
        named = {name for _, name, _, _ in string.Formatter().parse(self.template) if name}
        if named - COUNTED != set(self.values):
            raise ValueError(f"{self.template!r}: values {sorted(self.values)}")


@dataclass(frozen=True)
class Table:
    """A table: the same rows, columns, order and words in every medium."""

    name: str  #: Its file's name, one in a run.
    caption: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame  #: Rows; its columns are those of `columns`, in that order.
    #: Columns that together say which row is which: for joins and for the reference.
    keys: tuple[str, ...]
    #: A column whose values become columns where people read: costs by item and strategy.
    spread: str = ""
    #: Columns that a reference leaves out, because their digits hang on the machine.
    unsettled: tuple[str, ...] = ()
    note: Sentence | None = None  #: What has to be said beneath it.
    #: Rows that people see, by the value of a column; files hold all.
    only: Mapping[str, object] = field(default_factory=dict)
    shown: bool = True  #: False for a table that only files hold.
    whole: bool = False  #: Whether a terminal shows all of its rows: somebody has asked for them.

    def __post_init__(self) -> None:
        given, said = list(self.frame.columns), [c.key for c in self.columns]
        if given != said:
            raise ValueError(f"table {self.name}: columns {given}, described are {said}")
        if not set(self.keys) <= set(said):
            raise ValueError(f"table {self.name}: keys {self.keys}")

    def column(self, key: str) -> Column:
        """A column by its key."""
        return next(c for c in self.columns if c.key == key)


def table(
    name: str,
    caption: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    keys: Sequence[str],
    *,
    spread: str = "",
    unsettled: Sequence[str] = (),
    note: Sentence | None = None,
    only: Mapping[str, object] | None = None,
    shown: bool = True,
    whole: bool = False,
) -> Table:
    """A table of the described columns of a frame, in the order of their descriptions."""
    chosen = frame[[c.key for c in columns]].reset_index(drop=True)
    return Table(
        name,
        caption,
        tuple(columns),
        chosen,
        tuple(keys),
        spread,
        tuple(unsettled),
        note,
        only or {},
        shown,
        whole,
    )


@dataclass(frozen=True)
class Series:
    """One line or one set of bars of a chart: a column, for the rows where `where` holds."""

    column: str
    title: str
    where: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """A figure as a medium with charts of its own draws it, from cells of a table."""

    shape: Literal["bars", "lines"]
    title: str
    table: str  #: Name of a table of the same section.
    along: str  #: Column of the categories (bars) or of the horizontal axis (lines).
    series: tuple[Series, ...]
    across_title: str = ""
    up_title: str = ""
    most: int = 12  #: Rows that are drawn, from the first.


class Drawn(Protocol):
    """A drawing with its title, and what can be seen in it in words with the numbers."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def alt(self) -> str: ...  # noqa: D102
    @property
    def svg(self) -> bytes: ...  # noqa: D102
    @property
    def png(self) -> bytes: ...  # noqa: D102


@dataclass(frozen=True)
class Figure:
    """A figure: its file's name without ending, and how it is drawn when a medium asks."""

    name: str
    draw: Callable[[], Drawn]
    chart: Chart | None = None  #: The same for a medium with charts of its own.


@dataclass(frozen=True)
class Section:
    """A part of a report."""

    name: str  #: Identifier: anchor on the page, and the command that shows it.
    title: str
    sentences: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    #: Title of the workbook's live sheet that shows the same, if there is one: the section has no
    #: sheet of its own then.
    live: str = ""

    @property
    def empty(self) -> bool:
        """Whether it has nothing to say."""
        return not (self.sentences or self.figures or self.visible)

    @property
    def visible(self) -> tuple[Table, ...]:
        """Tables that people see; those without rows say nothing."""
        return tuple(t for t in self.tables if t.shown and len(t.frame))


def said_once(sections: Sequence[Section]) -> list[Section]:
    """Sections without the sentences that an earlier one has said: for media that show them all."""
    said: list[tuple[str, Mapping[str, Value]]] = []
    kept = []
    for section in sections:
        new = tuple(s for s in section.sentences if (s.template, s.values) not in said)
        said += [(s.template, s.values) for s in new]
        kept.append(replace(section, sentences=new))
    return kept


def money(value: float) -> Amount:
    """An amount of the run's currency within a sentence."""
    return Amount(float(value), "money")


def change(value: float) -> Amount:
    """A difference of amounts of the run's currency within a sentence, with its sign."""
    return Amount(float(value), "change")


def share(value: float) -> Amount:
    """A share within a sentence."""
    return Amount(float(value), "share")


def count(value: float) -> Amount:
    """A whole number within a sentence."""
    return Amount(float(value), "count")


def effect(value: float) -> Amount:
    """Units of effect within a sentence."""
    return Amount(float(value), "effect")
