"""Where studies and jurisdictions are, by what somebody wrote."""

import os
from pathlib import Path

from hecon.errors import Fault, InputError, nearest, shown, unprintable
from hecon.studies.extends import FILE


def study_folder(
    text: Path, place: str = "", column: str | None = None, root: Path | None = None
) -> Path:
    """The folder of a study, in full.

    Args:
        place, column: Where it was written, for messages; without it the folder itself is named.
        root: What a path starts from; without it where the program was started.

    Raises:
        InputError: If there is none, with the studies beside it that have a similar name.
    """
    here, there = _looked_up((root or Path()) / text, place, column)
    if not there:
        known = sorted(p.parent.name for p in here.parent.glob(f"*/{FILE}"))
        message = f"there is no study's folder here{nearest(here.name, known)}"
        message = f"{shown(str(text))}: {message}" if place else message
        raise InputError([Fault(place or str(text), None, column, message)])
    return here


def jurisdiction_folder(
    study: Path,
    text: str,
    place: str = "--jurisdiction",
    column: str | None = None,
    root: Path | None = None,
) -> Path | None:
    """The folder of a jurisdiction: a name beside the studies first, else a path.

    Args:
        study: The study's folder, in full.
        text: None is meant by an empty one.
        place, column: Where it was written, for messages.
        root: What a path starts from; without it where the program was started.

    Raises:
        InputError: If it is neither, with the jurisdictions that there are.
    """
    if not text:
        return None
    path, there = _looked_up((root or Path()) / text, place, column)
    beside = study.parent.parent / "jurisdictions"
    if Path(text).name == text and (beside / text).is_dir():
        return beside / text
    if there:
        return path
    known = sorted(p.name for p in beside.iterdir() if p.is_dir()) if beside.is_dir() else []
    named = f"; in {beside} there are {', '.join(known)}" if known else ""
    message = f"{shown(text)} is neither a jurisdiction nor a folder{nearest(text, known)}{named}"
    raise InputError([Fault(place, None, column, message)])


def _looked_up(text: Path, place: str, column: str | None) -> tuple[Path, bool]:
    """A path in full, and whether a folder is there."""
    # files are named by their folder, which `.` and `..` would leave blank
    path = Path(os.path.abspath(text))
    problem = unprintable(str(path))
    try:
        if not problem:
            return path, path.is_dir()
    except OSError as error:
        problem = f"no folder ({error.strerror})"
    message = f"{shown(str(text))}: found {problem}" if place else f"found {problem}"
    raise InputError([Fault(place or shown(str(path)), None, column, message)])
