"""The verification battery as a table: for the screen, the workbook and a file."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from hecon.analyses.verification.battery import verify
from hecon.analyses.verification.finding import FAIL, NOT_APPLICABLE, PASS
from hecon.report.console import stdout
from hecon.studies.study import Study

COLUMNS = ("check", "why", "result", "figure", "detail")


def verification_table(study: Study) -> pd.DataFrame:
    """Every check of the battery, one a row, with the columns of `COLUMNS`.

    `result` is ``pass``, ``fail`` or ``not applicable``; `figure` is what was measured.
    """
    rows = [(c.name, c.why, f.result, f.figure, f.detail) for c, f in verify(study)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def verify_command(study: Study) -> int:
    """Run the battery, print it, and give the exit code: 1 if a check fails, else 0."""
    table = verification_table(study)
    print_verification(study, table, stdout())
    return int((table["result"] == FAIL).any())


def print_verification(study: Study, table: pd.DataFrame, to: Console) -> None:
    """Print every check with its figure and what it means, and the tally."""
    place = study.jurisdiction.definition
    to.print(f"{study.definition.title}; {place.title}", style="bold")
    for row in table.to_dict("records"):
        style = "bold red" if row["result"] == FAIL else None
        to.print(f"{row['result']}: {row['check']}", style=style)
        to.print(f"    {'; '.join(str(row[c]) for c in ('figure', 'detail') if row[c])}")
    print_tally(table, to)


def print_tally(table: pd.DataFrame, to: Console) -> None:
    """Print in one line how many checks passed, failed and do not apply."""
    counts = table["result"].value_counts()
    parts = [f"{counts.get(result, 0)} {result}" for result in (PASS, FAIL, NOT_APPLICABLE)]
    style = "bold red" if FAIL in counts else "bold"
    to.print(f"{len(table)} checks: {', '.join(parts)}", style=style)
