"""Tables as files: CSV that joins and reads back, and a dictionary of every column."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from hecon.analyses.exports import spreadsheet_safe
from hecon.report.content import Table
from hecon.report.language import ENGLISH, speaking
from hecon.report.numbers import Units

DICTIONARY = "columns"

#: What a column holds, in a reader's terms.
_TYPES = {
    **dict.fromkeys(
        ("text", "name", "label", "formula", "symbol", "doi", "status", "sheet"), "text"
    ),
    "flag": "yes or no",
    "count": "whole number",
    "year": "year",
}


def as_file(table: Table, units: Units) -> pd.DataFrame:
    """A table as its file holds it: whose it is first, yes and no in words, nothing rounded."""
    cells: dict[str, object] = dict(_about(table, units))
    for column in table.columns:
        values = table.frame[column.key]
        if column.kind == "flag":
            values = values.map({True: "yes", False: "no"}).fillna("")
        cells[column.key] = values
    return pd.DataFrame(cells, index=table.frame.index)


def _about(table: Table, units: Units) -> dict[str, str]:
    """Whose a table is, by the columns that say so; what the table says itself stays its own."""
    about = {"study": units.study, "jurisdiction": units.jurisdiction}
    if any(c.kind in ("money", "change", "millions") for c in table.columns):
        about |= {"currency": units.currency, "price_year": units.price_year}
    own = {c.key for c in table.columns}
    return {name: value for name, value in about.items() if value and name not in own}


def dictionary(tables: Iterable[Table], units: Units, bare: Sequence[Table] = ()) -> pd.DataFrame:
    """Every column of every file: `table, column, type, unit, key, meaning`.

    Args:
        bare: Tables whose files hold their own columns alone, and do not say whose they are.
    """
    rows = []
    for table, about in (*((t, _about(t, units)) for t in tables), *((t, {}) for t in bare)):
        rows += [(table.name, name, "text", "", "no", _ABOUT[name]) for name in about]
        for column in table.columns:
            kind = _TYPES.get(column.kind, "number")
            key = "yes" if column.key in table.keys else "no"
            meaning = units.named(column.meaning or column.heading)
            rows.append((table.name, column.key, kind, units.of(column), key, meaning))
    return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "key", "meaning"])


_ABOUT = {
    "study": "the study's name",
    "jurisdiction": "the jurisdiction's name",
    "currency": "currency of all amounts in the row",
    "price_year": "year whose prices the amounts are in",
}


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, the same bytes each time; no text in it is a formula to a spreadsheet."""
    spreadsheet_safe(frame).to_csv(path, index=False, lineterminator="\n")


def write_tables(
    tables: Iterable[Table], units: Units, folder: Path, bare: Sequence[Table] = ()
) -> list[Path]:
    """Write each table as CSV, and `columns.csv` beside them, which describes `bare` ones too."""
    folder.mkdir(parents=True, exist_ok=True)
    some = list(tables)
    written = []
    for table in some:
        path = folder / f"{table.name}.csv"
        write_table(as_file(table, units), path)
        written.append(path)
    path = folder / f"{DICTIONARY}.csv"
    with speaking(ENGLISH):
        write_table(dictionary(some, units, bare), path)
    return [*written, path]
