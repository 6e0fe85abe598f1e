"""Running an edited workbook: its inputs through Python again, and what differs from the study."""

import math
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from hecon.analyses.base_case import base_outcomes
from hecon.analyses.comparison import totals
from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.language import say, speaking
from hecon.report.study_texts import language_of
from hecon.report.table_files import write_table
from hecon.report.whole import Written, write_whole
from hecon.studies.study import Study
from hecon.workbook.archive import FORMULA, formula_places, read_parts, sheets_of
from hecon.workbook.book import write_workbook
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import MODES
from hecon.workbook.edits import names_in_workbook, read_edited
from hecon.workbook.reading.edited_files import Edit
from hecon.workbook.reading.edited_results import total_rows
from hecon.workbook.sheet_layout import INPUTS, SELECTORS, letter
from hecon.workbook.sheets.model_settings import AGREES
from hecon.workbook.sheets.totals_sheet import TITLE as RESULTS
from hecon.workbook.translated import sheet_title

#: What is added to the name of an edited run.
SUFFIX = "_edited"
#: A reference to whole columns or rows, outside of a longer one.
_WHOLE = re.compile(r"(?<![A-Z0-9$])\$?([A-Z]{1,3}:\$?[A-Z]{1,3}|\d+:\$?\d+)(?![A-Z0-9(])")


@dataclass(frozen=True)
class Edited:
    """What was found in an edited workbook."""

    edits: list[Edit]  #: Cells that were typed over.
    #: Largest relative difference between the workbook's own base-case totals, recalculated, and
    #: Python's from the inputs read back; NaN if the workbook could not be recalculated.
    gap: float

    def print(self, console: Console) -> None:
        """List the edits, and say whether the workbook's formulas still agree."""
        if not self.edits:
            console.print(say("No input differs from the original study."))
        else:
            count = len(self.edits)
            title = say("{count} inputs differ from the original study", count=count)
            shown = Table(title=title)
            for heading in ("Sheet", "Cell", "What", "Original", "Edited", "What follows"):
                shown.add_column(say(heading))
            for edit in self.edits:
                shown.add_row(sheet_title(edit.sheet), *map(say, list(vars(edit).values())[1:]))
            console.print(shown)
        if math.isnan(self.gap):
            text = (
                "The workbook's own formulas could not be recalculated, are not all hecon's, or "
                "are in another language than the new report, so its totals were not compared. The "
                "new report holds what the inputs give."
            )
            console.print(say(text))
        elif self.gap >= AGREES:
            text = (
                "The workbook's own formulas give other totals than Python does from its inputs "
                "(relative difference {gap}): something besides the yellow cells was changed. The "
                "new report holds what the inputs give."
            )
            console.print(say(text, gap=f"{self.gap:.2g}"))
        console.print()


def run_edited(
    workbook: Path, original: Study, start: Callable[[Study], Run], out: Path, **how: Any
) -> tuple[list[Section], Written, Edited]:
    """Read an edited workbook back and write it as a run of its own.

    The run's outputs also hold ``edits.csv`` and the edited inputs as a study's files.

    Args:
        start: Makes the run of the study that is read back.
        how: What `write_whole` is asked for.
    """
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        study, edits = read_edited(workbook, original, folder)
        run = start(study)

        def extra(outputs: Path) -> None:
            write_table(edit_table(edits), outputs / "edits.csv")
            shutil.copytree(folder, outputs / "inputs")

        sections, written = write_whole(
            run, out, workbook=write_workbook, suffix=SUFFIX, extra=extra, **how
        )
        return sections, written, Edited(edits, workbook_gap(workbook, run, written.report))


def edit_table(edits: list[Edit]) -> pd.DataFrame:
    """The edits, one row each."""
    return pd.DataFrame([vars(e) for e in edits], columns=[f.name for f in fields(Edit)])


def workbook_gap(workbook: Path, run: Run, report: Path | None) -> float:
    """Largest relative difference of the workbook's base-case totals from Python's.

    NaN if the workbook can't be recalculated: a broken formula is no reason to withhold the run.
    Formulas of an untrusted file are worked out only where `report`, hecon's own of the same
    inputs, has one too, and none goes over whole columns or rows.
    """
    if report is None:
        return float("nan")
    try:
        return _gap(workbook, run) if _only_ours(workbook, report) else float("nan")
    except Exception:  # whatever the engine raises, the answer is the same
        return float("nan")


def _only_ours(workbook: Path, report: Path) -> bool:
    """Whether a workbook has formulas only where hecon's own has them, of bounded size."""
    own = {title: set(places) for title, places in formula_places(report).items()}
    for title, places in formula_places(workbook).items():
        if not set(places) <= own.get(title, set()):
            return False
    parts = read_parts(workbook)
    sheets = (parts[part].decode() for part in sheets_of(parts))
    return not any(
        _WHOLE.search(found[5] or "") for xml in sheets for found in FORMULA.finditer(xml)
    )


def _gap(workbook: Path, run: Run) -> float:
    book = LiveWorkbook(workbook)
    with speaking(language_of(run.study, names_in_workbook(workbook).language)):
        book.set(sheet_title(INPUTS), SELECTORS, 3, say(MODES[0]))
        values = book.values()[sheet_title(RESULTS)]
        rows = total_rows(workbook, run.study)
    gap = 0.0
    for kind, totalled in zip(("cost", "qaly"), totals(run(base_outcomes)), strict=True):
        for column, expected in enumerate(totalled.values[:, 0].tolist(), start=2):
            found = values.get(f"{letter(column)}{rows[kind]}")
            if not isinstance(found, float):
                return math.nan
            gap = max(gap, abs(found - expected) / max(abs(expected), 1e-12))
    return gap
