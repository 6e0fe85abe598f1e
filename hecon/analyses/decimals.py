"""Numbers written by people and programs: decimal points or commas, thousands grouped or not."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from hecon.engine.arrays import Array

_SPACES = "\u0020\u00a0\u202f\u2009'\u2019"
_PLAIN = re.compile(r"[0-9.eE+-]*")


def _pattern(mark: str, other: str) -> re.Pattern[str]:
    """Numbers with one decimal mark, whose thousands the other mark or a space may group."""
    whole = rf"[1-9]\d{{0,2}}(?P<group>[{other}{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*|\d+"
    return re.compile(
        rf"[+-]?(?:(?:{whole})(?:[{mark}]\d*)?|[{mark}]\d+)(?:[eE][+-]?\d+)?",
    )


_WITH = {".": _pattern(".", ","), ",": _pattern(",", ".")}


@dataclass(frozen=True)
class Read:
    """Columns of texts as numbers."""

    values: dict[str, Array]  #: By column; NaN where a text is no number.
    mark: str  #: The decimal mark, the same in all columns; empty if it can't be told.
    #: Column and position of a cell that means one number with a decimal point and another with a
    #: decimal comma, where the mark can't be told.
    doubtful: tuple[str, int] | None = None
    #: A text whose thousands are grouped and what it is read as, if there is one.
    grouped: tuple[str, float] | None = None


def read_numbers(columns: Mapping[str, Sequence[str]], separator: str) -> Read:
    """Numbers from texts.

    Args:
        separator: What parts columns: with commas a lone ``1.017`` has a decimal point; otherwise
            it may be a thousand, so another cell has to tell.

    Notes:
        All cells together say which mark is the decimal one: ``0,5`` and ``12,75`` can't have
        grouped thousands, and beside them ``1.017`` can be nothing but a thousand and seventeen.
    """
    if separator == "," and all(_PLAIN.fullmatch("".join(c)) for c in columns.values()):
        with suppress(ValueError):
            return Read({name: np.array(list(c), dtype=float) for name, c in columns.items()}, ".")
    fits = {
        mark: {name: [bool(pattern.fullmatch(c)) for c in cells] for name, cells in columns.items()}
        for mark, pattern in _WITH.items()
    }
    point, comma = (sum(map(sum, fits[mark].values())) for mark in ".,")
    lone = separator == "," and not any("," in c for cells in columns.values() for c in cells)
    doubtful = None
    if point == comma and not lone:
        both = (
            (name, i)
            for name, cells in columns.items()
            for i, c in enumerate(cells)
            if fits["."][name][i] and fits[","][name][i] and ("." in c or "," in c)
        )
        doubtful = next(both, None)
    mark = "." if point > comma or (point == comma and separator == ",") else ","
    pattern, grouped, values = _WITH[mark], None, {}
    for name, cells in columns.items():
        found = np.full(len(cells), np.nan)
        for i, cell in enumerate(cells):
            if (match := pattern.fullmatch(cell)) is None:
                continue
            group = match["group"]
            found[i] = float((cell.replace(group, "") if group else cell).replace(mark, "."))
            if group and grouped is None:
                grouped = cell, float(found[i])
        values[name] = found
    return Read(values, "" if doubtful else mark, doubtful, grouped)
