"""Tables of the page: cells as text, numbers to the right, statuses as words with a colour."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.parameters.schema import STATUSES
from hecon.report.figures.writing import THIN, money, number, share, short

#: Characters of a long text; rows of a table that is folded; columns that fit an upright page.
LONG, FOLDED, BROAD = 60, 25, 7

_NUMBER = re.compile(r"[-\u2212+]?[\d.,\u202f]+( ?%)?")


@dataclass(frozen=True)
class Cell:
    """One cell: its text, whether it is a number, and the status or result it names, if any."""

    text: str
    number: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption; the first cell of each row is the row's heading."""

    caption: str
    columns: list[str]
    rows: list[list[Cell]]

    @property
    def numeric(self) -> list[bool]:
        """Columns that hold numbers wherever they hold anything."""
        return [
            any(row[i].text for row in self.rows)
            and all(row[i].number or not row[i].text for row in self.rows)
            for i in range(len(self.columns))
        ]

    @property
    def wide(self) -> list[bool]:
        """Columns with long texts, which need room."""
        return [any(len(row[i].text) > LONG for row in self.rows) for i in range(len(self.columns))]

    @property
    def broad(self) -> bool:
        """Whether the table has so many columns that it is printed on pages turned sideways."""
        return len(self.columns) > BROAD

    @property
    def folded(self) -> bool:
        """Whether the table is so long that it is opened only on request."""
        return len(self.rows) > FOLDED


def cell(value: object, kind: str = "") -> Cell:
    """A cell of a kind: money, change, qaly, gain, share, count, short, mark or text."""
    if isinstance(value, float | int | np.floating | np.integer) and not isinstance(value, bool):
        amount = float(value)
        if math.isnan(amount):
            return Cell("", True)
        if math.isinf(amount):
            return Cell("no end", True)
        writers = {
            "money": lambda v: money(v),
            "change": lambda v: money(v, sign=True),
            "qaly": lambda v: number(v, 3),
            "gain": lambda v: number(v, 3, sign=True),
            "share": share,
            "count": number,
        }
        return Cell(writers.get(kind, short)(amount), True)
    text = "" if value is None else str(value)
    if kind == "text":
        return Cell(text)
    if kind == "mark":
        return Cell(text, mark=marked(text))
    return Cell(text, bool(_NUMBER.fullmatch(text)))


def marked(text: str) -> str:
    """The class of a status or of a check's result; nothing for other words."""
    word = text.strip().lower()
    return word.replace(" ", "-") if word in (*STATUSES, "pass", "fail", "not applicable") else ""


def build(
    caption: str, columns: Sequence[tuple[str, str, str]], records: Sequence[Mapping[str, object]]
) -> Table:
    """A table from records.

    Parameters
    ----------
    columns
        Heading, key of the record, and kind of the cell.
    """
    rows = [[cell(each.get(key, ""), kind) for _, key, kind in columns] for each in records]
    return Table(caption, [heading for heading, _, _ in columns], rows)


def plain(caption: str, records: Sequence[Mapping[str, str]]) -> Table:
    """A table of texts as they stand in a file; a column named ``status`` is marked."""
    keys = list(records[0]) if records else []
    columns = [(k.replace("_", " "), k, "mark" if k == "status" else "") for k in keys]
    return build(caption, columns, records)


def framed(caption: str, frame: pd.DataFrame) -> Table:
    """A table of a frame as it is; a column named ``status`` is marked."""
    columns = [(str(c).replace("_", " "), str(c), "mark" if c == "status" else "") for c in frame]
    return build(caption, columns, frame.to_dict("records"))  # type: ignore[arg-type]


def thin(text: str) -> str:
    """A sentence with its thousands grouped as on the rest of the page."""
    return re.sub(r"(?<=\d),(?=\d{3})", THIN, text)
