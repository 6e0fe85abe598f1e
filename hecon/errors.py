"""The two things that can go wrong: an input is faulty, or a model misbehaves while it runs."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in an input: where it is, what was found and what is allowed."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


def grouped(faults: Iterable[Fault]) -> list[str]:
    """Faults as lines, those that differ only in their columns, or in their rows, in one."""
    columns: dict[tuple[str, int | None, str], list[str]] = {}
    for fault in faults:
        found = columns.setdefault((fault.file, fault.row, fault.message), [])
        found += [] if fault.column is None or fault.column in found else [fault.column]
    rows: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for (file, row, message), names in columns.items():
        numbers = rows.setdefault((file, tuple(names), message), [])
        numbers += [] if row is None else [str(row)]
    return [
        f"{file}{_several('row', numbers)}{_several('column', names)}: {message}"
        for (file, names, message), numbers in rows.items()
    ]


#: Rows or columns named of faults that are otherwise the same.
_SHOWN = 12


def _several(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    several = "s" * (len(names) > 1)
    return f", {what}{several} {', '.join(names[:_SHOWN])}{more}" if names else ""


class HeconError(Exception):
    """Base of the errors that are shown to the user as a message, without a traceback."""


class InputError(HeconError):
    """Faulty input; carries every fault found, not only the first."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ModelError(HeconError):
    """A model that breaks a rule while it runs, with the coordinates of the breach.

    Attributes
    ----------
    message
        What is wrong, without where.
    place
        File and row of what is wrong.
    run
        What was run: the base case, a scenario, an end of a range, a draw. It stands in the
        text for the number of the draw.
    """

    def __init__(self, message: str, *, place: str = "", run: str = "", **coordinates: object):
        self.message, self.place, self.run = message, place, run
        self.coordinates = {k: v for k, v in coordinates.items() if v is not None}
        shown = [f"{k} {v}" for k, v in self.coordinates.items() if not (run and k == "draw")]
        where = ", ".join([run] * bool(run) + shown)
        super().__init__(": ".join(part for part in (place, where, message) if part))

    def within(self, run: str, **coordinates: object) -> ModelError:
        """The same error, with what was run and some coordinates changed."""
        both = {**self.coordinates, **coordinates}
        return ModelError(self.message, place=self.place, run=run, **both)


class FaultList:
    """Collects faults so that all of them can be reported at once.

    Attributes
    ----------
    absent
        Columns, by file, that may be left out and are: what their cells lack is one fault.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.absent: dict[str, set[str]] = {}

    def add(self, file: str, row: int | None, column: str | None, message: str) -> None:
        """Record one fault."""
        self.faults.append(Fault(file, row, column, message))

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Absorb the faults of an `InputError` raised inside and go on."""
        try:
            yield
        except InputError as error:
            self.faults.extend(error.faults)

    def raise_if_any(self) -> None:
        """Raise one `InputError` with everything collected so far."""
        if self.faults:
            raise InputError(self._by_absent_column())

    def _by_absent_column(self) -> list[Fault]:
        """The faults, those of a column that is not there in one, at the header."""
        missed: dict[tuple[str, str], list[Fault]] = {}
        found: list[Fault] = []
        for fault in self.faults:
            if fault.row in (None, 1) or fault.column not in self.absent.get(fault.file, ()):
                found.append(fault)
            else:
                missed.setdefault((fault.file, str(fault.column)), []).append(fault)
        for (file, column), lacking in missed.items():
            rows = _several("row", list(dict.fromkeys(str(f.row) for f in lacking)))[2:]
            text = f"the column is missing and needed in {rows}: {lacking[0].message}"
            found.append(Fault(file, 1, column, text))
        return found


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the closest known names, or an empty string."""
    matches = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def nearest_or_some(name: str, known: Iterable[str]) -> str:
    """A hint with the closest known names or, where none is close, the first of all."""
    names = list(known)
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return nearest(name, names) or f"; allowed are {shown}"


def unprintable(text: str) -> str:
    """What in a text neither XML nor a terminal can show, in words; empty if there is nothing."""
    for character in text:
        code = ord(character)
        none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        if none or unicodedata.category(character) in ("Cc", "Cs"):
            return f"the character U+{code:04X}, which can't be shown"
    return ""


def shown(text: str) -> str:
    """A text as a message quotes it: not more of it than is read, and in one line."""
    plain = "".join("?" if unprintable(character) else character for character in text[:60])
    return f"'{plain}'" + (f" ({len(text):,} characters)" if len(text) > 60 else "")
