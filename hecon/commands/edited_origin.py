"""Where an edited workbook comes from."""

import tomllib
from pathlib import Path

from hecon.errors import Fault, InputError


def origin(workbook: Path, original: Path | None, jurisdiction: str) -> tuple[Path, str, str]:
    """The study and the jurisdiction that an edited workbook was made from, and its language."""
    from hecon.report.progress import ProgressBar
    from hecon.report.staging import finish_earlier

    with ProgressBar() as tell:
        tell("Reading the workbook", 0, 1)
        finish_earlier(workbook)
        from hecon.workbook.edits import names_in_workbook

        name, rules, language = names_in_workbook(workbook)
    folder = original or Path("inputs/studies") / name
    if not folder.is_dir():
        text = f"the study it was made from is not in {folder}; name its folder with --original"
        raise InputError([Fault(workbook.name, None, None, text)])
    if not jurisdiction:
        try:
            own = tomllib.loads((folder / "jurisdiction.toml").read_text("utf-8")).get("name")
        except (OSError, ValueError):
            own = None
        if own != rules:
            jurisdiction = rules
    return folder, jurisdiction, language
