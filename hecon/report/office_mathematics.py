"""Formulas in a Word document: its own mathematics, made from MathML."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

#: Signs that open and close a bracket which grows with what it holds.
_BRACKETS = {"(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉"}


def office_mathematics(element: str, size: int) -> str:
    """The mathematics of a MathML element as `mathematics` writes it, `size` in half points."""
    font = '<w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/>'
    look = f'<w:rPr>{font}<w:sz w:val="{size}"/></w:rPr>'
    made = _inside(ElementTree.fromstring(element)).replace("<m:t ", f"{look}<m:t ")
    return f"<m:oMath>{made}</m:oMath>"


def _inside(element: ElementTree.Element) -> str:
    return "".join(_made(child) for child in element)


def _made(element: ElementTree.Element) -> str:
    match element.tag:
        case "mrow":
            return _row(list(element))
        case "mfrac":
            above, below = map(_made, element)
            return f"<m:f><m:num>{above}</m:num><m:den>{below}</m:den></m:f>"
        case "msup":
            base, power = map(_made, element)
            return f"<m:sSup><m:e>{base}</m:e><m:sup>{power}</m:sup></m:sSup>"
        case "msqrt":
            hidden = '<m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>'
            return f"<m:rad>{hidden}<m:e>{_inside(element)}</m:e></m:rad>"
        case "mtable":
            rows = (
                "<m:mr>" + "".join(f"<m:e>{_inside(cell)}</m:e>" for cell in row) + "</m:mr>"
                for row in element
            )
            left = (
                '<m:mPr><m:mcs><m:mc><m:mcPr><m:count m:val="2"/><m:mcJc m:val="left"/>'
                "</m:mcPr></m:mc></m:mcs></m:mPr>"
            )
            return f"<m:m>{left}{''.join(rows)}</m:m>"
        case "mtext":
            return _text(element)
        case _:
            return _run(element.text or "")


def _row(parts: list[ElementTree.Element]) -> str:
    """A row; what stands between brackets, or behind the brace of cases, grows with them."""
    first = parts[0].text if parts and parts[0].tag == "mo" else None
    last = parts[-1].text if parts and parts[-1].tag == "mo" else None
    if first == "{":
        return _delimited("{", "", parts[1:])
    if first in _BRACKETS and last == _BRACKETS[first]:
        return _delimited(first, last, parts[1:-1])
    return "".join(map(_made, parts))


def _delimited(left: str, right: str, parts: list[ElementTree.Element]) -> str:
    inside = "".join(map(_made, parts))
    signs = f'<m:begChr m:val="{left}"/><m:endChr m:val="{right}"/>'
    return f"<m:d><m:dPr>{signs}</m:dPr><m:e>{inside}</m:e></m:d>"


def _text(element: ElementTree.Element) -> str:
    """A symbol with its index, or words."""
    letter, index = element.find(".//i"), element.find(".//sub")
    if letter is None:
        return _run(element.text or "", plain=True)
    base = _run(letter.text or "")
    if index is None:
        return base
    below = _run(index.text or "", plain=True)
    return f"<m:sSub><m:e>{base}</m:e><m:sub>{below}</m:sub></m:sSub>"


def _run(text: str, *, plain: bool = False) -> str:
    upright = '<m:rPr><m:sty m:val="p"/></m:rPr>' if plain else ""
    return f'<m:r>{upright}<m:t xml:space="preserve">{escape(text)}</m:t></m:r>'
