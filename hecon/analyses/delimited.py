"""Text tables as spreadsheets, R and pandas write them: any usual separator and encoding."""

import codecs
import csv
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from hecon.errors import Fault, FaultList, InputError

SEPARATORS = ("\t", ";", ",")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MOST_FAULTS = 20
#: Most bytes of a table, unpacked; most cells; most columns; most characters of a cell.
MOST_BYTES, MOST_CELLS, MOST_COLUMNS, LONGEST_CELL = 200_000_000, 10_000_000, 10_000, 1_000


@dataclass(frozen=True)
class Delimited:
    """A text table."""

    #: Texts; columns as the header names them, and indexed by their row in the file, counted from
    #: 1.
    cells: pd.DataFrame
    header: int  #: Row of the header in the file.
    separator: str  #: One of `SEPARATORS`, or what a first line ``sep=`` says.
    encoding: str  #: How the bytes were read.


def read_delimited(path: Path) -> Delimited:
    """A text table from a file, ``.gz`` or plain; empty lines are left out.

    Raises:
        InputError: An empty file, one that is not text, or rows that have not as many cells as the
            header.
    """
    text, encoding = _text(path)
    named = re.match(r'"?sep=(.)"?\r?\n', text)
    stream = io.StringIO(text, newline="")
    marks = max(text.count(mark) for mark in (*SEPARATORS, "\n"))
    if marks > MOST_CELLS:
        fault = f"found {marks:,} cells, allowed are {MOST_CELLS:,}"
        raise InputError([Fault(path.name, None, None, fault)])
    try:
        separator = named[1] if named else _separator(stream)
        rows = list(csv.reader(stream, delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError([Fault(path.name, None, None, f"can't be read: {error}")]) from None
    filled = [(number, row) for number, row in enumerate(rows, start=1) if row]
    filled = filled[1:] if named else filled
    while filled and not any(cell.strip() for cell in filled[-1][1]):
        filled.pop()
    if not filled:
        raise InputError([Fault(path.name, None, None, "the file is empty")])
    (first, header), *body = filled
    faults = FaultList()
    if len(header) > MOST_COLUMNS:
        text = f"found {len(header):,} columns, allowed are {MOST_COLUMNS:,}"
        raise InputError([Fault(path.name, first, None, text)])
    for number, row in body:
        if max(map(len, row)) > LONGEST_CELL:
            size = max(map(len, row))
            text = f"found a cell of {size:,} characters, allowed are {LONGEST_CELL:,}"
            faults.add(path.name, number, None, text)
        if len(row) != len(header):
            text = f"found {len(row)} cells, allowed are {len(header)} as in the header"
            faults.add(path.name, number, None, text)
        if len(faults.faults) >= _MOST_FAULTS:
            break
    faults.raise_if_any()
    cells = pd.DataFrame(
        [row for _, row in body],
        index=[number for number, _ in body],
        columns=[name.strip() for name in header],
        dtype=object,
    )
    return Delimited(cells, first, separator, encoding)


def refuse_size(path: Path, size: int) -> None:
    """Raise InputError if a table is larger than is read."""
    if size > MOST_BYTES:
        text = f"the table is larger than {MOST_BYTES:,} bytes"
        raise InputError([Fault(path.name, None, None, text)])


def _text(path: Path) -> tuple[str, str]:
    refuse_size(path, path.stat().st_size)
    packed = path.suffix.lower() == ".gz"
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InputError([Fault(path.name, None, None, f"can't be read: {error}")]) from None
    refuse_size(path, len(data))
    marked = [encoding for mark, encoding in _MARKS.items() if data.startswith(mark)]
    # what spreadsheets save without a mark where they don't save UTF-8
    for encoding in marked or ["utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if not re.search(r"[\0-\x08]", text):
            return text, encoding
    raise InputError([Fault(path.name, None, None, "is not text in UTF-8, UTF-16 or Windows-1252")])


def _separator(stream: io.StringIO) -> str:
    """The separator that parts header and first row alike; else that of the longest header."""
    widths = {}
    for separator in SEPARATORS:
        rows = csv.reader(stream, delimiter=separator)
        widths[separator] = [len(row) for row in islice((row for row in rows if row), 2)]
        stream.seek(0)
        if len(set(widths[separator])) == 1 and widths[separator][0] > 1:
            return separator
    return max(widths, key=lambda separator: widths[separator][:1])
