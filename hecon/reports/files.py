"""Tables as files for people."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hecon.analyses.exports import spreadsheet_safe


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table, the same bytes each time; no text in it is a formula to a spreadsheet."""
    spreadsheet_safe(table).to_csv(path, index=False, lineterminator="\n")
