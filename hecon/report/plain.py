"""Tables of a study's own files, shown as they are."""

from collections.abc import Mapping, Sequence

import pandas as pd

from hecon.report.content import Column, Kind, Table
from hecon.report.language import heading

#: Texts longer than this are sentences rather than words.
_LONG = 40


def plain_table(
    name: str,
    caption: str,
    rows: Sequence[Mapping[str, str]],
    details: Sequence[str] = (),
) -> Table:
    """The rows of a file: a column of numbers holds numbers, one named ``status`` is marked.

    Args:
        details: Columns that go first where there is little room.
    """
    frame = pd.DataFrame(list(rows)).rename(columns=_key)
    columns = []
    for key in frame:
        numbers = pd.to_numeric(frame[key].replace("", None), errors="coerce")
        blank = frame[key].eq("")
        kind = _kind(str(key), frame[key])
        if kind == "text" and not blank.all() and numbers.notna().equals(~blank):
            frame[key], kind = numbers, "number"
        columns.append(Column(str(key), heading(str(key)), kind, detail=key in details))
    return Table(name, caption, tuple(columns), frame, (str(frame.columns[0]),) if rows else ())


def _key(name: str) -> str:
    return name.strip().replace(" ", "_")


def _kind(key: str, cells: pd.Series) -> Kind:
    if key.endswith("status"):
        return "status"
    if key in ("sheet", "doi"):
        return "sheet" if key == "sheet" else "doi"
    if key.endswith("year"):
        return "label"
    return "name" if key.endswith("id") and cells.str.len().max() < _LONG else "text"
