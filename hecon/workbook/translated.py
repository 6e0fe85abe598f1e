"""A workbook in the language in force: every text of its file, looked up where it stands.

Texts that formulas compare are looked up on both sides, so that a formula finds what it found.
"""

import re
from collections.abc import Callable, Iterable
from html import unescape
from xml.sax.saxutils import escape, quoteattr

from hecon.report.language import language, say
from hecon.workbook.formula_text import quoted, without_needless_quotes

#: Characters that the title of a sheet may have.
LONGEST = 31

_TEXT = re.compile(r"(<(t|a:t)\b[^>]*>)([^<]*)(</\2>)")
#: The name of a line in a chart, where no cell holds it.
_LINE = re.compile(r"(<(tx)><v>)([^<]*)(</v></\2>)")
#: What stands at the foot of a printed page, to the left and to the right.
_FOOT = re.compile(r"(<(oddFooter)>)(&amp;L[^<]*&amp;R[^<]*)(</\2>)")
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


class LanguageOfParts:
    """Puts the parts of a workbook into the language in force."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = {title: sheet_title(title) for title in titles}
        self._needed = language().code != "en"

    def part(self, name: str, content: bytes) -> bytes:
        """A member of the file by its name, as openpyxl writes it."""
        if not (self._needed and _PARTS.fullmatch(name)):
            return content
        return _translated(content.decode(), self._formula, self._titles).encode()

    def _formula(self, text: str) -> str:
        return _PIECE.sub(lambda match: _piece(match, self._titles), text)


def sheet_title(english: str) -> str:
    """A sheet's title in the language in force, as long as one may be."""
    return say(english)[:LONGEST]


def _translated(xml: str, formula: Callable[[str], str], titles: dict[str, str]) -> str:
    def element(change: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda m: f"{m[1]}{escape(change(unescape(m[3])))}{m[4]}"

    def attribute(change: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda m: f"{m[1]}{quoteattr(change(unescape(m[2])), {})}"

    xml = _TEXT.sub(element(say), xml)
    xml = _LINE.sub(element(say), xml)
    xml = _FOOT.sub(element(_foot), xml)
    xml = _FORMULA.sub(element(formula), xml)
    xml = _SHEET.sub(attribute(lambda title: titles[title]), xml)
    xml = _PLACE.sub(attribute(formula), xml)
    return _SHOWN.sub(lambda m: f"{m[1]}={quoteattr(say(unescape(m[2])))}", xml)


def _foot(text: str) -> str:
    """Both sides of a page's foot; only the right one is known to hold no `&R` of a name."""
    left, _, right = text.removeprefix("&L").rpartition("&R")
    return f"&L{page_foot(say(left.replace('&&', '&')))}&R{say(right)}"


def page_foot(heading: str) -> str:
    """A heading at the foot of a page, where ampersands are doubled and length is limited."""
    doubled = heading.replace("&", "&&")[:120]
    return doubled[: 120 - doubled.count("&") % 2]


def _piece(match: re.Match[str], titles: dict[str, str]) -> str:
    text, within, plain = match.groups()
    if text is not None:
        return _literal(text)
    title = plain if within is None else within.replace("''", "'")
    if title not in titles:
        return match[0]
    return without_needless_quotes(f"{quoted(titles[title])}!")


def _literal(text: str) -> str:
    """A text within a formula: one, or the choices of a list."""
    english = text.replace('""', '"')
    said = say(english)
    if said == english:
        said = ",".join(map(say, english.split(",")))
    return '"' + said.replace('"', '""') + '"'
