"""A workbook that comes back is untrusted: what is refused before a cell of it is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

from hecon.errors import Fault, InputError

MAX_FILE = 50_000_000
MAX_PARTS = 2_000
MAX_UNPACKED = 600_000_000

_FORBIDDEN = (
    ("vbaProject", "macros"),
    ("externalLinks/", "links to other files"),
    ("activeX/", "controls"),
    ("embeddings/", "embedded files"),
    ("connections.xml", "data connections"),
)
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


def refuse_unsafe(path: Path) -> None:
    """Raise InputError if a file is not a plain workbook of a sensible size.

    Refused are files that are not zip archives, oversized or over-compressed ones, and those
    with macros, links to other files, controls, embedded files or XML declarations of entities.
    """
    problem = _problem(path)
    if problem is not None:
        raise InputError([Fault(path.name, None, None, problem)])


def _problem(path: Path) -> str | None:
    if not path.is_file():
        return "the file is missing"
    if path.stat().st_size > MAX_FILE:
        return f"the file is larger than {MAX_FILE:,} bytes"
    try:
        with zipfile.ZipFile(path) as archive:
            return _archive_problem(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError):
        return "the file is not an Excel workbook (.xlsx), or is damaged or encrypted"


def _archive_problem(archive: zipfile.ZipFile) -> str | None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        return f"the archive holds {len(parts)} parts, allowed are {MAX_PARTS}"
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        return f"the archive unpacks to more than {MAX_UNPACKED:,} bytes"
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        return "the file is not an Excel workbook (.xlsx)"
    for marker, words in _FORBIDDEN:
        if any(marker in name for name in names):
            return f"the workbook holds {words}; save it without them as a plain .xlsx"
    for part in parts:
        if not part.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(part) as stream:
            # what a part says of its size is not trusted: reading stops at the limit
            head = stream.read(4_096)
            left, size = MAX_UNPACKED - len(head), len(head)
            if any(word in head for word in _DECLARATIONS):
                return f"part {part.filename} declares XML entities, which is not allowed"
            while chunk := stream.read(min(1 << 20, left)):
                size += len(chunk)
                left -= len(chunk)
            if size > part.file_size:
                return "the archive unpacks to more than it says"
    return None
