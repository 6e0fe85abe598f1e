"""The two things that can go wrong: an input is faulty, or a model misbehaves while it runs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain

#: A file, as messages name it, and a column of it.
FileColumn = tuple[str, str]


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in an input: where it is, what was found and what is allowed.

    Whatever was found, its texts can be shown and are no longer than is read.

    Attributes:
        needs: Columns, as (file, column), that it follows from where one of them is left out.
        unknown: The name that nothing has, as (kind, name); the name is blank where there is
            nothing of the kind at all.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    needs: tuple[FileColumn, ...] = field(default=(), compare=False)
    unknown: tuple[str, str] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", shortened(readable(self.file or "."), _WORD))
        object.__setattr__(self, "message", readable(self.message))
        if self.column is not None:
            object.__setattr__(self, "column", shortened(readable(self.column), _WORD))

    @property
    def place(self) -> str:
        """File, row and column."""
        row = "" if self.row is None else f", row {self.row}"
        return f"{self.file}{row}" + ("" if self.column is None else f", column {self.column}")

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


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

#: Likeness from which a name is taken for another one misspelt.
_ALMOST = 0.8

#: Names shown of a list, and rows or columns of faults that are otherwise the same.
_SHOWN = 12


def _several(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    heading = f"{what}{'s' * (len(names) > 1)} " if what else ""
    return f", {heading}{', '.join(names[:_SHOWN])}{more}" if names else ""


class HeconError(Exception):
    """Base of the errors that are shown to the user as a message, without a traceback."""


class InputError(HeconError):
    """Faulty input; carries every fault found, not only the first."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(dict.fromkeys(faults))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


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
        super().__init__(readable(": ".join(part for part in (place, where, message) if part)))

    def within(self, run: str, **coordinates: object) -> ModelError:
        """The same error, with what was run and some coordinates changed."""
        both = {**self.coordinates, **coordinates}
        return ModelError(self.message, place=self.place, run=run, **both)


class UnknownName(ValueError):
    """A name that nothing of a kind (`a state`) has, with the names that there are.

    Args:
        other: What is allowed beside the names.
        among: The wider kind that this one is some of: a name that nothing has is in neither.
    """

    def __init__(
        self, name: str, kind: str, known: Iterable[str], other: str = "", among: str = ""
    ):
        names = list(dict.fromkeys(known))
        #: Kind and name, which is blank where there is nothing of the kind.
        self.what = (among or kind, name if names else "")
        super().__init__(name, kind, names, other, among)

    def __str__(self) -> str:
        name, kind, names, other, _ = self.args
        return f"'{name}' is not {kind}{allowed(name, names, other)}"


class FaultList:
    """Collects faults so that all of them can be reported at once, each cause in one.

    Attributes:
        absent: Columns, by file, that may be left out and are: what their cells lack is one fault.
        unread: Kinds of things of which some could not be read: nobody is blamed for a name of
            theirs that nothing seems to have.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.absent: dict[str, set[str]] = {}
        self.unread: set[str] = set()

    def add(
        self,
        file: str,
        row: int | None,
        column: str | None,
        message: str | Exception,
        *needs: FileColumn,
    ) -> None:
        """Record one fault, and the columns that it follows from where one is left out."""
        unknown = message.what if isinstance(message, UnknownName) else None
        self.faults.append(Fault(file, row, column, str(message), needs, unknown))

    def knows(self, kind: str) -> bool:
        """Whether all of a kind was read and each name of it so far is something's.

        If not, what nobody names may be what a misspelt name means.
        """
        named = (fault.unknown[0] for fault in self.faults if fault.unknown is not None)
        return kind not in self.unread and kind not in named

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
            raise InputError(self._by_unknown_name(self._by_absent_column()))

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
            text = f"the column is missing and needed in {_places(file, lacking)}"
            found.append(Fault(file, 1, column, f"{text}: {lacking[0].message}"))
        return found

    def _by_unknown_name(self, faults: Sequence[Fault]) -> list[Fault]:
        """The faults, those of a name that nothing has in one, at its first place."""
        judged = [f for f in faults if f.unknown is None or f.unknown[0] not in self.unread]
        by_kind: dict[str, dict[str, list[Fault]]] = {}
        for kind, name, fault in ((*f.unknown, f) for f in judged if f.unknown is not None):
            by_kind.setdefault(kind, {}).setdefault(name, []).append(fault)
        told: dict[Fault, Fault | None] = {}
        for names in by_kind.values():
            # many unknown names of a kind have one cause, such as a file that nothing names
            few = len(names) <= _ALIKE
            for same in names.values() if few else [list(chain(*names.values()))]:
                if few and len({(f.file, f.column, f.message) for f in same}) == 1:
                    continue  # which is one line with its rows
                others = "" if few else f", {len(names) - 1} other names,"
                elsewhere = [f for f in same if _row_or_entry(f) != _row_or_entry(same[0])]
                text = same[0].message
                if elsewhere or others:
                    places = _places(same[0].file, elsewhere or same[:1])
                    text += f"; likewise{others} in {places}"
                told |= dict.fromkeys(same)
                told[same[0]] = replace(same[0], message=text)
        return [each for f in judged if (each := told.get(f, f)) is not None]


def _row_or_entry(fault: Fault) -> tuple[str, int | str | None]:
    return fault.file, fault.column if fault.row is None else fault.row


def _places(file: str, faults: Iterable[Fault]) -> str:
    """Rows with faults, or their entries, those of other files with the file's name."""
    places: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        if fault.row is None:
            places.setdefault((fault.file, ""), []).append(str(fault.column))
        else:
            places.setdefault((fault.file, "row"), []).append(str(fault.row))
    places = {at: sorted(names, key=int) if at[1] else names for at, names in places.items()}
    return " and ".join(
        ("" if other == file else f"{other}, ") + _several(what, list(dict.fromkeys(names)))[2:]
        for (other, what), names in places.items()
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the closest known names, or an empty string."""
    # what is longer than any name is near to none, and comparing it takes its time
    matches = difflib.get_close_matches(name[:LONGEST_SHOWN], list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def misspelt(name: str, known: Iterable[str]) -> str:
    """The known name that another is almost, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(known), 1, _ALMOST)), "")


def some(names: Sequence[str]) -> str:
    """A list of names, or the first of a long one."""
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")


def allowed(name: str, known: Iterable[str], other: str = "") -> str:
    """A hint with the closest known names and all of a few, or the first where none is close."""
    names = list(known)
    near = nearest(name, names)
    if near and len(names) > _SHOWN:
        return near
    return f"{near}; allowed are {other}{some(names)}" if names else "; the study has none"


def nearest_or_some(name: str, known: Iterable[str]) -> str:
    """A hint with the closest known names or, where none is close, the first of all."""
    names = list(known)
    return nearest(name, names) or f"; allowed are {some(names)}"


#: Characters shown of what was found, of a word (a path is one), and of a message.
LONGEST_SHOWN, _WORD, _MESSAGE = 80, 400, 2_000

#: What neither XML nor a terminal can show, or what turns the direction of the text around it:
#: control characters, halves of surrogate pairs, and what Unicode says is no character.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(17))
    + "]"
)

#: Ends of lines and tabs, to be left out.
_LINES = dict.fromkeys(map(ord, "\t\n\r"))

#: A text in quotation marks, which are no apostrophes.
_QUOTED = re.compile(r"(?<!\w)'((?:[^']|(?<=\w)'(?=\w))*)'(?!\w)")

_WORDS = re.compile(rf"\S{{{_WORD + 1},}}")


def unprintable(text: str, *, lines: bool = False) -> str:
    """What in a text can't be shown, in words; empty if there is nothing.

    Args:
        lines: Whether ends of lines and tabs are text.
    """
    if lines:
        text = text.translate(_LINES)
    if text.isprintable():  # most are, and the search takes a hundred times as long
        return ""
    found = _UNFIT.search(text)
    return f"the character U+{ord(found[0]):04X}, which can't be shown" if found else ""


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """A text or, of one that is longer than is read, its beginning."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def shown(text: str) -> str:
    """A text as a message quotes it: in one line, and not more of it than is read."""
    count = f" ({len(text):,} characters)" if len(text) > LONGEST_SHOWN else ""
    return f"'{shortened(_UNFIT.sub('?', text))}'{count}"


def readable(message: str) -> str:
    """A message in one line that can be shown, whatever it quotes cut to what is read."""
    cut = _QUOTED.sub(lambda quoted: shown(quoted[1]), _UNFIT.sub("?", message))
    cut = _WORDS.sub(lambda word: shortened(word[0], _WORD), cut)
    return shortened(cut, _MESSAGE)
