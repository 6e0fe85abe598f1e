"""An edited workbook read back: its inputs become a study's files again, and are validated there.

The original study is copied, every cell that was typed over is written into the copy's files,
and the copy is loaded like any other study. Faults are then named by sheet and cell.
"""

import re
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from hecon.errors import Fault, InputError
from hecon.report.language import read_language, say, speaking
from hecon.report.study_texts import language_of
from hecon.studies.load_study import load_study
from hecon.studies.study import Study
from hecon.workbook.reading import edited_scenarios
from hecon.workbook.reading.cells import (
    WorkbookReading,
    at,
    bounded_rows,
    language_code,
    open_book,
    readable,
)
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
from hecon.workbook.translated import sheet_title

_LIVE = re.compile(r"\blive_draws (\d{1,4})\b")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


class MadeFrom(NamedTuple):
    """What a workbook says that it was made from, and how."""

    study: str
    jurisdiction: str
    language: str  #: Its code.
    live_draws: int  #: Draws that it works out itself.


def names_in_workbook(path: Path) -> MadeFrom:
    """Study and jurisdiction that a workbook says it was made from, its language and live draws.

    Raises:
        InputError: If the file is unsafe, or is no report of hecon.
    """
    refuse_unsafe(path)
    with readable(path), closing(open_book(path)) as book:
        code = language_code(book, path)
        with speaking(read_language(code)):
            sheet, words = sheet_title(DOCUMENTATION), (say("study"), say("jurisdiction"))
            settings = say("options")
        if sheet not in book.sheetnames:
            text = f"this is no report of hecon: it has no sheet {sheet}"
            raise InputError([Fault(path.name, None, None, text)])
        rows = bounded_rows(book[sheet], most=2)
        # how the report came about stands last
        found = {str(at(r, 0)): str(at(r, 1)) for r in rows}
    live = _LIVE.search(found.get(settings, ""))
    study, place = (found.get(word, "") for word in words)
    for what, name in zip(words, (study, place), strict=True):
        if not _NAME.fullmatch(name):
            text = f"sheet {sheet} names the {what} '{name[:60]}'"
            text += "; allowed are letters, digits, _ -"
            raise InputError([Fault(path.name, None, None, text)])
    return MadeFrom(study, place, code, int(live[1]) if live else 0)


def read_edited(path: Path, original: Study, folder: Path) -> tuple[Study, list[Edit]]:
    """The study that an edited workbook describes.

    Args:
        original: The study the workbook was made from.
        folder: An empty folder for the edited copy of the study's files.

    Returns:
        The edited study, loaded from `folder`, and every edit.

    Raises:
        InputError: Naming sheet and cell of every value that is not allowed.
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
    with ExitStack() as stack:
        stack.enter_context(readable(path))
        book = stack.enter_context(closing(open_book(path)))
        tongue = language_of(original, language_code(book, path))
        stack.enter_context(speaking(tongue))
        reading = WorkbookReading(book, path.name, original, files)
        curves = (acceptability_sheet.TITLE,) if original.uncertain else ()
        for sheet in (*readers, severity_sheet.title_of(original), *curves):
            if sheet_title(sheet) not in reading.book.sheetnames:
                text = f"sheet {sheet_title(sheet)} is missing; keep every sheet, "
                text += "its inputs are read back"
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
        with speaking(tongue):
            faults = [files.translated(fault, path.name) for fault in error.faults]
        raise InputError(faults) from None
    return study, files.edits
