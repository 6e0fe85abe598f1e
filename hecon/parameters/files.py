"""Opening input files: only those inside their folder, of sensible size, in UTF-8."""

from __future__ import annotations

import re
from pathlib import Path

from hecon.errors import Fault, InputError

MAX_BYTES = 20_000_000

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def inside(folder: Path, file: str, shown: str, column: str | None = None) -> Path:
    """The path of a file named in an input, refused if it leaves its folder.

    Parameters
    ----------
    shown, column
        Where the name stands, for the message.
    """
    try:
        path = (folder / file).resolve()
        within = path.is_relative_to(folder.resolve())
    except (OSError, ValueError):
        raise InputError([Fault(shown, None, column, f"{file!r} can't be a file's name")]) from None
    if not within:
        message = f"'{file}' lies outside its folder; name a file inside it"
        raise InputError([Fault(shown, None, column, message)])
    return path


def read_text(path: Path, shown: str) -> str:
    """The text of an input file, refused if it is missing, too large or not plain UTF-8."""

    def refused(message: str, row: int | None = None) -> InputError:
        return InputError([Fault(shown, row, None, message)])

    try:
        if not path.is_file():
            raise refused(f"the file is missing (looked for {path})")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refused(f"the file has {size} bytes, allowed are {MAX_BYTES}")
        content = path.read_bytes()
    except OSError as error:
        raise refused(f"the file can't be read: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise refused(
            f"byte {error.start} is not UTF-8; save the file as 'CSV UTF-8'", row
        ) from None
    unwanted = _CONTROL.search(text)
    if unwanted:
        row = text.count("\n", 0, unwanted.start()) + 1
        raise refused(f"found the control character {unwanted.group()!r}, allowed is text", row)
    return text
