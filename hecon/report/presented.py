"""What all media for people do with a table before they show it."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from hecon.report.content import Column, Table
from hecon.report.language import Medium, say
from hecon.report.numbers import Units, cell, numeric


def spread(table: Table, medium: Medium = "screen") -> tuple[list[Column], pd.DataFrame]:
    """Columns and rows as people read them, with words where a figure has no meaning.

    Rows are those that people see (`Table.only`), columns those that are shown, with one column
    for each value of `table.spread`: what stands below it is the last shown column that is no key.
    """
    frame = _visible(table)
    shown = [c for c in table.columns if c.shown]
    if not table.spread:
        return shown, frame
    rows = [c for c in shown if c.key in table.keys and c.key != table.spread]
    below = next(c for c in reversed(shown) if c.key not in table.keys)
    names = list(dict.fromkeys(frame[table.spread]))
    keys = [c.key for c in rows]
    order = frame[keys].drop_duplicates()
    wide = frame.pivot(index=keys, columns=table.spread, values=below.key)
    wide = order.merge(wide.reset_index(), on=keys, how="left")[[*keys, *names]]
    across = table.column(table.spread)
    columns = [
        *rows,
        *(
            replace(below, key=str(name), heading=_across(name, across, medium), across=True)
            for name in names
        ),
    ]
    return columns, wide.rename(columns=str)


def caption(table: Table, columns: Sequence[Column], units: Units) -> str:
    """A table's caption, with the unit of what is spread over columns; they are `spread`'s."""
    text = units.named(table.caption)
    unit = next((units.shown(c) for c in columns if c.across), "")
    return f"{text} ({unit})" if unit else text


def _across(value: object, column: Column, medium: Medium) -> str:
    """What stands above a value's column: a figure says what it is a figure of."""
    text = cell(value, column, medium)
    return f"{say(column.heading)} {text}" if numeric(column) else text


def _visible(table: Table) -> pd.DataFrame:
    frame = table.frame
    for key, value in table.only.items():
        frame = frame[frame[key] == value]
    frame = frame.reset_index(drop=True)
    for column in table.columns:
        if column.words:
            undefined = frame[column.key].isna()
            words = frame[column.words].where(undefined)
            frame[column.key] = frame[column.key].astype(object).where(~undefined, words)
    return frame


def fitting(columns: list[Column], keys: tuple[str, ...], most: int) -> list[Column]:
    """At most as many columns as there is room for: details go, the last first, but no key."""
    kept = list(columns)
    for column in reversed(columns):
        if len(kept) <= most:
            break
        if column.detail and column.key not in keys:
            kept.remove(column)
    return kept
