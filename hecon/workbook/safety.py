"""A workbook that comes back is untrusted: what is refused before a cell of it is read."""

import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from hecon.errors import Fault, InputError, shown

MAX_FILE = 50_000_000
MAX_PARTS = 2_000
MAX_UNPACKED = 300_000_000

#: Sheets, and bytes of a part that is no worksheet: texts, styles, charts.
MAX_SHEETS = 300
MAX_OTHER = 30_000_000

#: A part larger than this may not be compressed more than this many times.
LARGE_PART = 10_000_000
MAX_RATIO = 200

#: In the name of a part, or in what a part is said to be: a name alone can be any.
_FORBIDDEN = (
    ("vbaproject", "macros"),
    ("macroenabled", "macros"),
    ("macrosheet", "macros"),
    ("externallink", "links to other files"),
    ("activex", "controls"),
    ("embeddings/", "embedded files"),
    ("oleobject", "embedded files"),
    ("connections", "data connections"),
)
_CONTENTS = "[content_types].xml"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
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

    Refused are files that are not zip archives, oversized or over-compressed ones or those packed
    as no spreadsheet program packs them, and those with macros, links to other files, controls,
    embedded files or XML declarations of entities.
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
    if problem := _forbidden(" ".join(names)):
        return problem
    for part in parts:
        if part.compress_type not in _PACKINGS:
            return f"part {shown(part.filename)} is packed in a way that no spreadsheet uses"
    unpacked = 0
    for part in parts:
        problem, size = _part_problem(archive, part, MAX_UNPACKED - unpacked)
        if problem is not None:
            return problem
        unpacked += size
    return None


def _forbidden(text: str) -> str | None:
    """What is not allowed in a workbook, from names of parts or what they are said to be."""
    for marker, words in _FORBIDDEN:
        if marker in text:
            return f"the workbook holds {words}; save it without them as a plain .xlsx"
    return None


def _part_problem(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, allowed: int
) -> tuple[str | None, int]:
    """What is wrong with a part, and how many bytes it unpacks to, counted as they come."""
    size, tail, kept = 0, b"", []
    name = part.filename.lower()
    relations = name.endswith(".rels")
    told = relations or name in (_CONTENTS, "xl/workbook.xml")
    if not name.startswith("xl/worksheets/sheet"):
        allowed = min(allowed, MAX_OTHER)
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > allowed:
                text = f"with part {shown(part.filename)} the archive unpacks to more than"
                return f"{text} {MAX_UNPACKED:,} bytes, or that part to {MAX_OTHER:,}", size
            if size > LARGE_PART and size > MAX_RATIO * max(part.compress_size, 1):
                text = f"part {shown(part.filename)} is compressed more than {MAX_RATIO} times"
                return text, size
            # a declaration may lie across two chunks
            seen = tail + chunk
            if any(word in seen for word in _DECLARATIONS):
                text = f"part {shown(part.filename)} declares XML entities, which is not allowed"
                return text, size
            tail = seen[-_OVERLAP:]
            if told:
                kept.append(chunk)
    whole = b"".join(kept)
    if name == "xl/workbook.xml":
        if whole.count(b"<sheet ") > MAX_SHEETS:
            return f"the workbook has more than {MAX_SHEETS} sheets", size
    elif told and (problem := _forbidden(_kinds(whole))):
        return problem, size
    if relations and _links_outside(whole):
        return "the workbook holds links to other files; save it without them", size
    return None, size


def _kinds(contents: bytes) -> str:
    """What the parts are said to be by a list of contents or of relationships."""
    elements = ElementTree.fromstring(contents).iter()
    return " ".join(e.get("ContentType", "") + e.get("Type", "") for e in elements).lower()


def _links_outside(relations: bytes) -> bool:
    """True if a list of relationships names anything outside but the target of a hyperlink."""
    for element in ElementTree.fromstring(relations).iter():
        outside = element.get("TargetMode", "").strip().lower() == "external"
        if outside and not element.get("Type", "").strip().endswith("/hyperlink"):
            return True
    return False
