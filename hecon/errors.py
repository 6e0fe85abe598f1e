"""The two things that can go wrong: an input is faulty, or a model misbehaves while it runs."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

#: A file, as messages name it, and a column of it.
FileColumn = tuple[str, str]


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in an input: where it is, what was found and what is allowed.

    Attributes:
        needs: Columns, as (file, column), that it follows from where one of them is left out.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    needs: tuple[FileColumn, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


def grouped(faults: Iterable[Fault]) -> list[str]:
    """Faults as lines, those that differ only in their columns, or in their rows, in one.

    Of many in one column the first are shown and the others counted.
    """
    columns: dict[tuple[str, int | None, str], list[str]] = {}
    for fault in faults:
        found = columns.setdefault((fault.file, fault.row, fault.message), [])
        found += [] if fault.column is None or fault.column in found else [fault.column]
    rows: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    for (file, row, message), names in columns.items():
        numbers = rows.setdefault((file, tuple(names), message), [])
        numbers += [] if row is None else [str(row)]
    lines: list[str] = []
    told: dict[tuple[str, tuple[str, ...]], int] = {}
    for (file, columns_of, message), numbers in rows.items():
        place = (file, columns_of)
        told[place] = told.get(place, 0) + 1
        if not columns_of or told[place] <= _ALIKE:
            where = f"{file}{_several('row', numbers)}{_several('column', columns_of)}"
            lines.append(f"{where}: {message}")
    for (file, columns_of), count in told.items():
        if columns_of and count > _ALIKE:
            more = f"{count - _ALIKE} more faults, not shown"
            lines.append(f"{file}{_several('column', columns_of)}: {more}")
    return lines


#: Messages shown of one column: more of them mostly have one cause.
_ALIKE = 4

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

    Attributes:
        message: What is wrong, without where.
        place: File and row of what is wrong.
        run: What was run: the base case, a scenario, an end of a range, a draw. It stands in the
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

    Attributes:
        absent: Columns, by file, that may be left out and are: what their cells lack is one fault.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.absent: dict[str, set[str]] = {}

    def add(
        self, file: str, row: int | None, column: str | None, message: str, *needs: FileColumn
    ) -> None:
        """Record one fault, and the columns that it follows from where one is left out."""
        self.faults.append(Fault(file, row, column, message, needs))

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
        """The faults, those of a column that is not there in one, at its header."""
        missed: dict[FileColumn, list[Fault]] = {}
        found: list[Fault] = []
        for fault in self.faults:
            own = [] if fault.row in (None, 1) else [(fault.file, str(fault.column))]
            causes = [(f, c) for f, c in (*own, *fault.needs) if c in self.absent.get(f, ())]
            if causes:
                missed.setdefault(causes[0], []).append(fault)
            else:
                found.append(fault)
        for (file, column), lacking in missed.items():
            if len(lacking) == 1 and (lacking[0].file, lacking[0].column) != (file, column):
                # one message as it is, and the cell of another column may be what is wrong
                found += lacking
                continue
            text = f"the column is missing and needed in {_rows(file, lacking)}"
            found.append(Fault(file, 1, column, f"{text}: {lacking[0].message}"))
        return found


def _rows(file: str, faults: Iterable[Fault]) -> str:
    """Rows with faults, those of other files with the file's name."""
    rows: dict[str, list[str]] = {}
    for fault in faults:
        rows.setdefault(fault.file, []).append(str(fault.row))
    return " and ".join(
        ("" if other == file else f"{other}, ") + _several("row", list(dict.fromkeys(numbers)))[2:]
        for other, numbers in rows.items()
    )


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
