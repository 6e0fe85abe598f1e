"""A part of the page, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hecon.reports.html.tables import Table


@dataclass(frozen=True)
class Section:
    """A part of the page; `figures` are names of pictures, shown where they exist."""

    id: str
    title: str
    texts: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    figures: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)


def said(section: Section) -> Iterator[str]:
    """Every text of a section."""
    yield from (*section.texts, *section.warnings)
    for table in section.tables:
        yield from (table.caption, *table.columns)
        yield from (cell.text for row in table.rows for cell in row)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame."""
    return frame.to_dict("records")  # type: ignore[return-value]
