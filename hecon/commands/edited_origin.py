"""Where an edited workbook comes from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from hecon.errors import Fault, InputError

if TYPE_CHECKING:
    from hecon.workbook.edits import MadeFrom


def origin(workbook: Path, original: Path | None, jurisdiction: str) -> tuple[Path, str, MadeFrom]:
    """Folder and jurisdiction of the study that a workbook was made from, and what it says."""
    from hecon.report.progress import ProgressBar
    from hecon.report.staging import finish_earlier

    with ProgressBar() as tell:
        tell("Reading the workbook", 0, 1)
        finish_earlier(workbook)
        from hecon.workbook.edits import names_in_workbook

        made = names_in_workbook(workbook)
    folder = original or Path("inputs/studies") / made.study
    if not folder.is_dir():
        text = f"the study it was made from is not in {folder}; name its folder with --original"
        raise InputError([Fault(workbook.name, None, None, text)])
    if not jurisdiction:
        try:
            own = tomllib.loads((folder / "jurisdiction.toml").read_text("utf-8")).get("name")
        except (OSError, ValueError):
            own = None
        if own != made.jurisdiction:
            jurisdiction = made.jurisdiction
    return folder, jurisdiction, made
