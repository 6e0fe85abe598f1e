"""Opening input files: regular ones inside their folder, of sensible size, in UTF-8."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from hecon.errors import Fault, InputError, unprintable
from hecon.parameters import limits

_DIGESTS: ContextVar[dict[str, str] | None] = ContextVar("digests", default=None)


@contextmanager
def digests() -> Iterator[dict[str, str]]:
    """SHA-256 of every file that is read inside, by the name it is shown under."""
    found: dict[str, str] = {}
    token = _DIGESTS.set(found)
    try:
        yield found
    finally:
        _DIGESTS.reset(token)


def check_name(path: Path) -> None:
    """Refuse a folder or a file whose name can't be written into a report."""
    if problem := unprintable(path.name):
        raise InputError([Fault(ascii(path.name), None, None, f"in the name: found {problem}")])


def inside(folder: Path, file: str, shown: str, column: str | None = None) -> Path:
    """The path of a file named in an input, refused if it leaves its folder.

    Args:
        shown, column: Where the name stands, for the message.
    """
    try:
        path = (folder / file).resolve()
        within = path.is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        raise InputError([Fault(shown, None, column, f"{file!r} can't be a file's name")]) from None
    if not within:
        message = f"'{file}' lies outside its folder; name a file inside it"
        raise InputError([Fault(shown, None, column, message)])
    return path


def read_text(path: Path, shown: str) -> str:
    """The text of an input file.

    Raises:
        InputError: If it is missing, no regular file, too large, or not plain UTF-8.
    """

    def refused(message: str, row: int | None = None) -> InputError:
        return InputError([Fault(shown, row, None, message)])

    try:
        content = _content(path)
    except FileNotFoundError:
        raise refused(f"the file is missing (looked for {path})") from None
    except _NotRead as error:
        raise refused(str(error)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refused(f"the file can't be read: {reason}") from None
    known = _DIGESTS.get()
    if known is not None:
        known[shown] = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise refused(
            f"byte {error.start} is not UTF-8; save the file as 'CSV UTF-8'", row
        ) from None
    if problem := unprintable(text, lines=True):
        lines = enumerate(text.split("\n"), start=1)
        row = next(number for number, line in lines if unprintable(line, lines=True))
        raise refused(f"found {problem}", row)
    return text


class _NotRead(Exception):
    """Why a file is not read."""


def _content(path: Path) -> bytes:
    """Bytes of a regular file within the limit; never waits for a pipe, never reads a device."""
    _check_kind(os.stat(path))
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        # what was opened may be another one than was looked at
        _check_kind(os.fstat(file.fileno()))
        content = file.read(limits.BYTES + 1)
    if len(content) > limits.BYTES:
        raise _NotRead(f"the file has more than {limits.BYTES} bytes, which are allowed")
    return content


def _check_kind(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise _NotRead("is a folder; a file is expected")
    if not stat.S_ISREG(found.st_mode):
        raise _NotRead("is no regular file (a pipe or a device), which is never read")
    if found.st_size > limits.BYTES:
        raise _NotRead(f"the file has {found.st_size} bytes, allowed are {limits.BYTES}")
