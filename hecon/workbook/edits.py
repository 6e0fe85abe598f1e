"""An edited workbook read back: its inputs become a study's files again, and are validated there.

The original study is copied, every cell that was typed over is written into the copy's files,
and the copy is loaded like any other study. Faults are then named by sheet and cell.
"""

import re
from contextlib import closing
from pathlib import Path

from hecon.errors import Fault, InputError
from hecon.studies.load_study import load_study
from hecon.studies.study import Study
from hecon.workbook.reading import edited_scenarios
from hecon.workbook.reading.cells import WorkbookReading, at, bounded_rows, open_book, readable
from hecon.workbook.reading.edited_evidence import read_evidence
from hecon.workbook.reading.edited_files import Edit, Files
from hecon.workbook.reading.edited_inputs import read_inputs
from hecon.workbook.reading.edited_sessions import read_sessions
from hecon.workbook.reading.edited_settings import read_settings
from hecon.workbook.reading.edited_tables import read_tables
from hecon.workbook.safety import refuse_unsafe
from hecon.workbook.sheet_groups import DOCUMENTATION
from hecon.workbook.sheet_layout import INPUTS
from hecon.workbook.sheets import (
    acceptability_sheet,
    evidence_tables,
    session_places,
    severity_sheet,
)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def names_in_workbook(path: Path) -> tuple[str, str]:
    """Study and jurisdiction that a workbook says it was made from.

    Raises
    ------
    InputError
        If the file is unsafe, or is no report of hecon.
    """
    refuse_unsafe(path)
    with readable(path), closing(open_book(path)) as book:
        written = str(book.properties.language or "en")
        if written != "en":
            text = (
                f"this report is written in '{written[:8]}'; inputs are read back from one in "
                "English (hecon run ... --language en)"
            )
            raise InputError([Fault(path.name, None, None, text)])
        if DOCUMENTATION not in book.sheetnames:
            text = f"this is no report of hecon: it has no sheet {DOCUMENTATION}"
            raise InputError([Fault(path.name, None, None, text)])
        rows = bounded_rows(book[DOCUMENTATION], most=2)
        # how the report came about stands last
        found = {str(at(r, 0)): str(at(r, 1)) for r in rows}
    names = (found.get("study", ""), found.get("jurisdiction", ""))
    for what, name in zip(("study", "jurisdiction"), names, strict=True):
        if not _NAME.fullmatch(name):
            text = f"sheet {DOCUMENTATION} names the {what} '{name[:60]}'"
            text += "; allowed are letters, digits, _ -"
            raise InputError([Fault(path.name, None, None, text)])
    return names


def read_edited(path: Path, original: Study, folder: Path) -> tuple[Study, list[Edit]]:
    """The study that an edited workbook describes.

    Parameters
    ----------
    original
        The study the workbook was made from.
    folder
        An empty folder for the edited copy of the study's files.

    Returns
    -------
    tuple
        The edited study, loaded from `folder`, and every edit.

    Raises
    ------
    InputError
        Naming sheet and cell of every value that is not allowed.
    """
    refuse_unsafe(path)
    files = Files.copy(original, folder)
    readers = {INPUTS: read_inputs}
    if original.course is not None:
        readers[session_places.TITLE] = read_sessions
    if original.synthesis.estimates:
        readers[evidence_tables.TITLE] = read_evidence
    if original.scenarios or (original.budget and original.budget.scenarios):
        readers[edited_scenarios.TITLE] = edited_scenarios.read_scenarios
    with readable(path), closing(open_book(path)) as book:
        reading = WorkbookReading(book, path.name, original, files)
        curves = (acceptability_sheet.TITLE,) if original.uncertain else ()
        for sheet in (*readers, severity_sheet.title_of(original), *curves):
            if sheet not in reading.book.sheetnames:
                text = f"sheet {sheet} is missing; keep every sheet, its inputs are read back"
                reading.faults.add(path.name, None, None, text)
        reading.faults.raise_if_any()
        for read in (*readers.values(), read_tables, read_settings):
            read(reading)
    reading.faults.raise_if_any()
    files.save()
    rules = original.jurisdiction.folder
    own = rules == original.folder
    try:
        study = load_study(files.copies[original.folder], None if own else files.copies[rules])
    except InputError as error:
        raise InputError([files.translated(f, path.name) for f in error.faults]) from None
    return study, files.edits
