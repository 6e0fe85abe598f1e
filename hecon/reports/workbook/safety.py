"""A workbook that comes back is untrusted: what is refused before a cell of it is read."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from hecon.errors import Fault, InputError

MAX_FILE = 50_000_000
MAX_PARTS = 2_000
MAX_UNPACKED = 600_000_000

#: A part larger than this may not be compressed more than this many times.
LARGE_PART = 10_000_000
MAX_RATIO = 200

_FORBIDDEN = (
    ("vbaproject", "macros"),
    ("externallinks/", "links to other files"),
    ("activex/", "controls"),
    ("embeddings/", "embedded files"),
    ("connections.xml", "data connections"),
)
_DECLARATIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_OVERLAP = max(len(word) for word in _DECLARATIONS) - 1
_CHUNK = 1 << 20
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    ElementTree.ParseError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
)


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
    try:
        if path.stat().st_size > MAX_FILE:
            return f"the file is larger than {MAX_FILE:,} bytes"
        with zipfile.ZipFile(path) as archive:
            return _archive_problem(archive)
    except _UNREADABLE:
        return "the file is not an Excel workbook (.xlsx), or is damaged or encrypted"


def _archive_problem(archive: zipfile.ZipFile) -> str | None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        return f"the archive holds {len(parts)} parts, allowed are {MAX_PARTS}"
    names = [part.filename.lower() for part in parts]
    if "xl/workbook.xml" not in names:
        return "the file is not an Excel workbook (.xlsx)"
    for marker, words in _FORBIDDEN:
        if any(marker in name for name in names):
            return f"the workbook holds {words}; save it without them as a plain .xlsx"
    unpacked = 0
    for part in parts:
        problem, size = _part_problem(archive, part, MAX_UNPACKED - unpacked)
        if problem is not None:
            return problem
        unpacked += size
    return None


def _part_problem(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, allowed: int
) -> tuple[str | None, int]:
    """What is wrong with a part, and how many bytes it unpacks to, counted as they come."""
    size, tail, kept = 0, b"", []
    relations = part.filename.lower().endswith(".rels")
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > allowed:
                return f"the archive unpacks to more than {MAX_UNPACKED:,} bytes", size
            if size > LARGE_PART and size > MAX_RATIO * max(part.compress_size, 1):
                text = f"part {part.filename} is compressed more than {MAX_RATIO} times"
                return text, size
            # a declaration may lie across two chunks
            seen = tail + chunk
            if any(word in seen for word in _DECLARATIONS):
                text = f"part {part.filename} declares XML entities, which is not allowed"
                return text, size
            tail = seen[-_OVERLAP:]
            if relations:
                kept.append(chunk)
    if relations and _links_outside(b"".join(kept)):
        return "the workbook holds links to other files; save it without them", size
    return None, size


def _links_outside(relations: bytes) -> bool:
    """True if a list of relationships names anything outside but the target of a hyperlink."""
    for element in ElementTree.fromstring(relations).iter():
        outside = element.get("TargetMode", "").strip().lower() == "external"
        if outside and not element.get("Type", "").strip().endswith("/hyperlink"):
            return True
    return False
