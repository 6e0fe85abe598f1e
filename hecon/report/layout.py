"""What all media for people do with a table before they show it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hecon.report.content import Column, Table


def spread(table: Table) -> tuple[list[Column], pd.DataFrame]:
    """Columns and rows as people read them: one column for each value of `table.spread`.

    What stands below a spread column is the last of the shown columns that is no key; a table
    that is not spread is given as it is, without what only files hold.
    """
    shown = [c for c in table.columns if c.shown]
    if not table.spread:
        return shown, table.frame
    rows = [c for c in shown if c.key in table.keys and c.key != table.spread]
    below = next(c for c in reversed(shown) if c.key not in table.keys)
    names = list(dict.fromkeys(table.frame[table.spread]))
    keys = [c.key for c in rows]
    order = table.frame[keys].drop_duplicates()
    wide = table.frame.pivot(index=keys, columns=table.spread, values=below.key)
    wide = order.merge(wide.reset_index(), on=keys, how="left")[[*keys, *names]]
    columns = [*rows, *(replace(below, key=str(name), heading=str(name)) for name in names)]
    return columns, wide.rename(columns=str)


def fitting(columns: list[Column], keys: tuple[str, ...], most: int) -> list[Column]:
    """At most as many columns as there is room for: details go, the last first, but no key."""
    kept = list(columns)
    for column in reversed(columns):
        if len(kept) <= most:
            break
        if column.detail and column.key not in keys:
            kept.remove(column)
    return kept
