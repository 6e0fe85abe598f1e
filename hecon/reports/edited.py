"""Running an edited workbook: its inputs through Python again, and what differs from the study."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import formualizer
import pandas as pd
from rich.console import Console
from rich.table import Table

from hecon.analyses.comparison import totals
from hecon.analyses.results import Progress, Results
from hecon.reports.run import Written, write_run
from hecon.reports.workbook.context import MODES
from hecon.reports.workbook.edits import read_edited
from hecon.reports.workbook.reading.files import Edit
from hecon.reports.workbook.sheets.inputs import AGREES, SELECTORS
from hecon.studies.study import Study


@dataclass(frozen=True)
class Edited:
    """What was found in an edited workbook.

    Attributes
    ----------
    edits
        Cells that were typed over.
    gap
        Largest relative difference between the workbook's own base-case totals, recalculated,
        and Python's from the inputs read back; NaN if the workbook could not be recalculated.
    """

    edits: list[Edit]
    gap: float

    def table(self) -> pd.DataFrame:
        """The edits, one row each."""
        columns = ["sheet", "cell", "what", "before", "after"]
        return pd.DataFrame([vars(e) for e in self.edits], columns=columns)

    def print(self, console: Console) -> None:
        """List the edits, and say whether the workbook's formulas still agree."""
        if not self.edits:
            console.print("No input differs from the original study.")
        else:
            shown = Table(title=f"{len(self.edits)} inputs differ from the original study")
            for heading in ("Sheet", "Cell", "What", "Original", "Edited"):
                shown.add_column(heading)
            for edit in self.edits:
                shown.add_row(edit.sheet, edit.cell, edit.what, edit.before, edit.after)
            console.print(shown)
        if math.isnan(self.gap):
            console.print(
                "The workbook's own formulas could not be recalculated, so its totals were not "
                "compared. The new report holds what the inputs give."
            )
        elif self.gap >= AGREES:
            console.print(
                "The workbook's own formulas give other totals than Python does from its inputs "
                f"(relative difference {self.gap:.2g}): something besides the yellow cells was "
                "changed. The new report holds what the inputs give."
            )
        console.print()


def run_edited(
    workbook: Path,
    original: Study,
    analyse: Callable[[Study], Results],
    out: Path,
    progress: Progress | None = None,
) -> tuple[Results, Written, Edited]:
    """Read an edited workbook back, analyse it and write it as a run of its own.

    The run's outputs also hold ``edits.csv`` and the edited inputs as a study's files.
    """
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        study, edits = read_edited(workbook, original, folder)
        results = analyse(study)
        edited = Edited(edits, workbook_gap(workbook, results))

        def extra(outputs: Path) -> None:
            edited.table().to_csv(outputs / "edits.csv", index=False, lineterminator="\n")
            shutil.copytree(folder, outputs / "inputs")

        written = write_run(
            results, out, progress, suffix="_edited", extra=extra, keeps_inputs=True
        )
    return results, written, edited


def workbook_gap(workbook: Path, results: Results) -> float:
    """Largest relative difference of the workbook's base-case totals from Python's.

    NaN if the workbook can't be recalculated: a broken formula is no reason to withhold the run.
    """
    try:
        return _gap(workbook, results)
    except Exception:  # whatever the engine raises, the answer is the same
        return float("nan")


def _gap(workbook: Path, results: Results) -> float:
    book = formualizer.Workbook.from_path(str(workbook))
    book.sheet("Inputs").set_value(SELECTORS, 3, MODES[0])
    book.evaluate_all()
    cost, qaly = totals(results.base)
    expected = {"Total cost": cost.values[:, 0], "Total qaly": qaly.values[:, 0]}
    gap, seen = 0.0, 0
    width = len(results.study.model.strategies)
    for row in range(1, 200):
        label = book.evaluate_cell("Results", row, 1)
        for start, values in expected.items():
            if (
                isinstance(label, str)
                and label.startswith(start)
                and label.endswith(", discounted")
            ):
                seen += 1
                for j in range(width):
                    found = book.evaluate_cell("Results", row, 2 + j)
                    if not isinstance(found, float | int):
                        return float("nan")
                    gap = max(gap, abs(found - values[j]) / max(abs(values[j]), 1e-12))
    return gap if seen == len(expected) else float("nan")
