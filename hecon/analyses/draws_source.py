"""A table of draws as it is in its file: columns with names of their own, cells as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.analyses.decimals import read_numbers
from hecon.analyses.delimited import read_delimited
from hecon.analyses.draws_table import LARGEST
from hecon.errors import Fault, FaultList, InputError, shown, unprintable
from hecon.parameters import limits

TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
#: What R and pandas call a first column that only counts rows.
_COUNTER = ("", "X", "...1", "Unnamed: 0")
_MOST_FAULTS = 20


@dataclass
class DrawsFile:
    """A table in its file."""

    frame: pd.DataFrame  #: Cells as texts or numbers, indexed by their row in the file.
    file: str
    header: int | None  #: Row of the header in the file; None where columns have names without one.
    separator: str  #: What parts columns.
    notes: list[str]  #: What a reader has to know of how it was read, in sentences.

    def fault(self, row: int | None, column: str | None, text: str) -> Fault:
        """A fault in this file."""
        return Fault(self.file, row, column, text)


def read_source(path: Path) -> DrawsFile:
    """A table from a file; raises InputError for one that can't be read or has faulty names."""

    def wrong(text: str) -> InputError:
        return InputError([Fault(path.name, None, None, text)])

    if path.is_dir():
        raise wrong("is a folder; a file is expected with a table")
    if not path.is_file():
        raise wrong(f"the file is missing (looked for {path})")
    kind = path.name.lower()
    if kind.endswith(TEXT):
        found = read_delimited(path)
        notes = []
        if found.encoding == "cp1252":
            notes.append("The file is not UTF-8 and is read as Windows-1252.")
        return _checked(DrawsFile(found.cells, path.name, found.header, found.separator, notes))
    if not kind.endswith(".parquet"):
        raise wrong(f"found '{path.suffix}', allowed are {', '.join(TEXT)} and .parquet")
    # imported here: it brings pyarrow, which no other table needs
    from hecon.analyses.parquet import read_parquet

    frame = read_parquet(path)
    frame.columns = [str(name).strip() for name in frame.columns]
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return _checked(DrawsFile(frame, path.name, None, ",", []))


def _checked(source: DrawsFile) -> DrawsFile:
    """Leave out a column that only counts rows; every other one needs a name of its own."""
    frame, faults = source.frame, FaultList()
    if len(frame.columns) and frame.columns[0] in _COUNTER and _counts(frame.iloc[:, 0]):
        if name := frame.columns[0]:
            source.notes.append(f"The first column, {name}, only counts rows and is left out.")
        frame = frame.iloc[:, 1:]
    blank = [
        not name and bool((frame.iloc[:, i].astype(str).str.strip() == "").all())
        for i, name in enumerate(frame)
    ]
    frame = frame.loc[:, ~np.array(blank, dtype=bool)]
    for name in frame.columns:
        if problem := name_problem(name):
            faults.add(source.file, source.header, None, f"the column {shown(name)} {problem}")
    for name in sorted(set(frame.columns[frame.columns.duplicated()]) - {""}):
        faults.add(source.file, source.header, name, "the column is there twice")
    if "" in frame.columns:
        text = (
            f"column {list(frame.columns).index('') + 1} has no name; row names, if it holds them"
        )
        faults.add(source.file, source.header, None, f"{text}, have to be left out")
    faults.raise_if_any()
    if frame.empty:
        raise InputError([source.fault(None, None, "the table has no draws")])
    source.frame = frame
    return source


def name_problem(name: str) -> str:
    """What is wrong with a name, in words that follow it; empty if nothing is."""
    if len(name) > limits.LONGEST_NAME:
        return f"has a name of {len(name):,} characters, allowed are {limits.LONGEST_NAME}"
    problem = unprintable(name)
    return f"has {problem}" if problem else ""


def _counts(column: pd.Series) -> bool:
    """Whether a column is 1, 2, ... or 0, 1, ..."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    return any(np.array_equal(values, np.arange(len(values)) + first) for first in (0, 1))


def source_numbers(source: DrawsFile, columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Columns as numbers, shape (rows,); raises InputError with every cell that is none."""
    frame, faults = source.frame, FaultList()
    kinds = frame.dtypes
    texts = [c for c in columns if not pd.api.types.is_numeric_dtype(kinds[c])]
    cells = {c: [str(v).strip() for v in frame[c].where(frame[c].notna(), "")] for c in texts}
    read = read_numbers(cells, source.separator)
    found = {c: read.values[c] if c in cells else frame[c].to_numpy(float) for c in columns}
    for column, values in found.items():
        wrong = np.flatnonzero(~(np.abs(values) <= LARGEST))
        for row in wrong[:1]:
            cell = cells[column][row] if column in cells else str(values[row])
            found_here = "an empty cell or NaN" if cell in ("", "nan") else shown(cell)
            with_mark = " with a decimal comma" if read.mark == "," and column in cells else ""
            more = f"; {len(wrong)} such cells in the column" if len(wrong) > 1 else ""
            limits = f"a number{with_mark} from {-LARGEST:g} to {LARGEST:g}"
            text = f"found {found_here}, allowed is {limits}{more}"
            faults.add(source.file, int(frame.index[row]), column, text)
        if len(faults.faults) >= _MOST_FAULTS:
            break
    faults.raise_if_any()
    if read.doubtful is not None:
        column, row = read.doubtful
        text = (
            f"{shown(cells[column][row])} may have a decimal mark or grouped thousands, and no "
            "number in the file tells which; write numbers without grouped thousands, and at "
            "least one with another number of decimals than three"
        )
        raise InputError([source.fault(int(frame.index[row]), column, text)])
    if read.grouped is not None:
        text, value = read.grouped
        mark = {",": "comma", ".": "point"}[read.mark]
        source.notes.append(
            f"Thousands are grouped and the decimal mark is a {mark}: '{text}' is read as "
            f"{value:.15g}."
        )
    return found
