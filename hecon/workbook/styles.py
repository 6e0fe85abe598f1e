"""How the workbook looks: one palette, a word beside every colour, print set-up on every sheet."""

from typing import Any

from openpyxl.styles import Font, Side
from openpyxl.styles.cell_style import StyleArray

INK, QUIET = "1F2933", "616E7C"

LINE = Side(style="thin", color="CBD2D9")

#: Fill of each kind of cell; the legend on the guide says the same in words.
FILLS = {
    "input": "FFF4D6",
    "link": "E3EEF9",
    "output": "DFF3E4",
    "check": "EDE7F6",
    "heading": "243B53",
    "assumption": "FDE8E0",
    "retracted": "EFA9A9",
}


# openpyxl writes the parts of a font in another order than the schema of Office demands
Font.__elements__ = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)


def _font(size: float = 10, color: str = INK, **more: Any) -> Font:
    return Font(name="Calibri", size=size, color=color, **more)


FONTS = {
    "text": _font(),
    "title": _font(16, bold=True),
    "section": _font(12, bold=True),
    "heading": _font(color="FFFFFF", bold=True),
    "output": _font(bold=True),
    "label": _font(bold=True),
    "part": _font(14, "243B53", bold=True),
    "note": _font(color=QUIET, italic=True),
    "jump": _font(color="1A5FB4", underline="single"),
}

#: Number formats by what they show; `_)` keeps figures apart from a text to their right.
FORMATS = {
    "general": "General",
    "plain": "General_)",
    "money": "#,##0_);-#,##0_);0_)",
    "number": "#,##0.000_)",
    "qaly": "0.000_)",
    "probability": "0.0000_)",
    "share": "0.0%_)",
    "count": "#,##0_)",
    "exact": "0.000000_)",
    "years": "0.00_)",
    "weight": "0.00_)",
    # LibreOffice forgets now and then that 1 is TRUE
    "flag": '"TRUE";;"FALSE"',
    "text": "@",
    "difference": "0.0E+00_)",
}

#: Styles by kind of cell, number format, whether texts wrap and at which side they stand.
Looks = dict[tuple[str, str, bool, str], StyleArray]

#: Decimals that a figure is shown with, however many it has.
_DECIMALS = 4


def fitting(value: float) -> str:
    """Name of the format for a number of no known kind: as it is, or without a tail of digits."""
    _, _, decimals = f"{value:.15g}".partition(".")
    if abs(value) >= 1_000:
        return "money"
    if len(decimals) <= _DECIMALS or "e" in decimals or abs(value) < 10.0**-_DECIMALS:
        return "plain"
    return "probability"
