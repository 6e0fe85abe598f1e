"""A workbook in the language in force: every text of its file, looked up where it stands.

Texts that formulas compare are looked up on both sides, so that a formula finds what it found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from hecon.report.language import language, say
from hecon.workbook.archive import read_parts, sheets_of, write_parts

#: Characters that the title of a sheet may have.
LONGEST = 31

_TEXT = re.compile(r"(<(t|a:t)\b[^>]*>)([^<]*)(</\2>)")
_FORMULA = re.compile(
    r"(<(f|c:f|formula|formula1|formula2|definedName)\b[^>]*(?<!/)>)([^<]*)(</\2>)"
)
_SHEET = re.compile(r'(<sheet\b[^>]*?\bname=)"([^"]*)"')
_PLACE = re.compile(r'(<hyperlink\b[^>]*?\blocation=)"([^"]*)"')
_SHOWN = re.compile(r'\b(display|prompt|promptTitle|error|errorTitle)="([^"]*)"')
#: A text within a formula, the quoted title of a sheet before a cell, or a plain one.
_PIECE = re.compile(r"\"((?:[^\"]|\"\")*)\"|'((?:[^']|'')+)'!|(?<![\w.'!])([A-Za-z_][\w.]*)!")
_PARTS = re.compile(
    r"xl/(sharedStrings|workbook|worksheets/sheet\d+|charts/chart\d+|drawings/\w+)\.xml"
)


def translate_file(path: Path) -> None:
    """Put a workbook that openpyxl saved into the language in force, in place."""
    if language().code == "en":
        return
    parts = read_parts(path)
    titles = {title: sheet_title(title) for title in sheets_of(parts).values()}

    def formula(text: str) -> str:
        return _PIECE.sub(lambda match: _piece(match, titles), text)

    for name, content in parts.items():
        if _PARTS.fullmatch(name):
            parts[name] = _translated(content.decode(), formula, titles).encode()
    write_parts(path, parts)


def sheet_title(english: str) -> str:
    """A sheet's title in the language in force, as long as one may be."""
    return say(english)[:LONGEST]


def _translated(xml: str, formula: Callable[[str], str], titles: dict[str, str]) -> str:
    def element(change: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda m: f"{m[1]}{escape(change(unescape(m[3])))}{m[4]}"

    def attribute(change: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda m: f"{m[1]}{quoteattr(change(unescape(m[2])), {})}"

    xml = _TEXT.sub(element(say), xml)
    xml = _FORMULA.sub(element(formula), xml)
    xml = _SHEET.sub(attribute(lambda title: titles[title]), xml)
    xml = _PLACE.sub(attribute(formula), xml)
    return _SHOWN.sub(lambda m: f"{m[1]}={quoteattr(say(unescape(m[2])))}", xml)


def _piece(match: re.Match[str], titles: dict[str, str]) -> str:
    text, quoted, plain = match.groups()
    if text is not None:
        return _literal(text)
    title = plain if quoted is None else quoted.replace("''", "'")
    if title not in titles:
        return match[0]
    return "'" + titles[title].replace("'", "''") + "'!"


def _literal(text: str) -> str:
    """A text within a formula: one, or the choices of a list."""
    english = text.replace('""', '"')
    said = say(english)
    if said == english:
        said = ",".join(map(say, english.split(",")))
    return '"' + said.replace('"', '""') + '"'
