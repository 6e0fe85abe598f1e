"""How a figure is written: once, by its kind, for every medium and language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hecon.report.content import Column, Kind


@dataclass(frozen=True)
class Style:
    """The signs of a medium in a language."""

    thousands: str = ","
    decimal: str = "."
    minus: str = "-"
    space: str = " "
    yes: str = "yes"
    no: str = "no"
    less: str = "less than"
    more: str = "more than"


#: Plain text on a terminal.
SCREEN = Style()
#: Typeset text: thin spaces that do not break, and a true minus.
PRINT = Style(thousands="\u202f", minus="\u2212", space="\u202f")


@dataclass(frozen=True)
class Units:
    """What a run counts in, and whose run it is.

    Attributes
    ----------
    currency, price_year
        Empty for draws from elsewhere that don't say.
    effect, effects
        One unit of effect and several.
    cost_effective
        What is said of a positive net benefit: a judgement, where there is a threshold.
    study, jurisdiction
        Names, as they stand in every table's file.
    """

    currency: str = ""
    price_year: str = ""
    effect: str = "QALY"
    effects: str = "QALYs"
    cost_effective: str = "cost-effective"
    study: str = ""
    jurisdiction: str = ""

    def of(self, column: Column) -> str:
        """A column's unit in words; empty where there is none."""
        money = f"{self.currency} {self.price_year}".strip()
        units: Mapping[str, str] = {
            "money": money,
            "change": money,
            "millions": f"million {money}".strip(),
            "effect": self.effects,
            "gain": self.effects,
            "years": "years",
            "share": "share",
        }
        return column.unit or units.get(column.kind, "")

    def named(self, text: str) -> str:
        """A heading, caption or title with the names of what is counted."""
        for name in ("currency", "effects", "effect", "cost_effective"):
            text = text.replace(f"{{{name}}}", getattr(self, name))
        return text[:1].upper() + text[1:] if text.startswith(self.cost_effective) else text

    def shown(self, column: Column) -> str:
        """The unit that people are told: the price year is said once for a whole report."""
        return column.unit or {
            "money": self.currency,
            "change": self.currency,
            "millions": f"million {self.currency}".strip(),
        }.get(column.kind, "")

    def heading(self, column: Column) -> str:
        """What stands above a column: its heading and, where nothing else says it, its unit."""
        heading, unit = self.named(column.heading), self.shown(column)
        return f"{heading} ({unit})" if unit and heading and not column.across else heading


#: Decimals of the kinds that always have as many.
_DECIMALS: Mapping[str, int] = {
    "effect": 3,
    "gain": 3,
    "years": 1,
    "count": 0,
    "index": 3,
    "year": 0,
}
_SIGNED = ("change", "gain")
_SIGNIFICANT = 4
_MILLION = 1e6


def decimals_of(value: float, kind: Kind) -> int:
    """How many decimals a figure of a kind is shown with."""
    size = abs(value)
    if kind in ("money", "change"):
        return 0 if size >= 100 or size == 0 else 2
    if kind == "millions":
        return 1 if size >= 10 * _MILLION else 2
    if kind == "number":
        if size == 0:
            return 0
        return min(max(0, _SIGNIFICANT - 1 - math.floor(math.log10(size))), 6)
    return _DECIMALS.get(kind, 0)


def figure(value: float, kind: Kind, style: Style = SCREEN, infinite: str = "never") -> str:
    """A figure as text, without its unit; nothing for one that is undefined."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return infinite
    if kind == "flag":
        return style.yes if value else style.no
    if kind == "share":
        return _share(value, style)
    if kind == "tiny":
        return "0" if value == 0 else f"{value:.1e}"
    decimals = decimals_of(value, kind)
    shown = value / _MILLION if kind == "millions" else value
    text = grouped(shown, decimals, style, sign=kind in _SIGNED)
    if kind == "year":
        return text.replace(style.thousands, "")
    if kind == "number" and style.decimal in text:
        return text.rstrip("0").rstrip(style.decimal)
    return text


def grouped(value: float, decimals: int, style: Style = SCREEN, *, sign: bool = False) -> str:
    """A number with its thousands grouped; zero has no sign."""
    text = f"{abs(value):,.{decimals}f}"
    zero = not text.strip("0.,")
    text = text.replace(",", "\0").replace(".", style.decimal).replace("\0", style.thousands)
    if zero:
        return text
    return (style.minus if value < 0 else "+" if sign else "") + text


def _share(value: float, style: Style) -> str:
    """Per cent; what is not quite 0 or 1 is not shown as such."""
    if 0 < value < 0.005:
        return f"{style.less} 1{style.space}%"
    if 0.995 < value < 1:
        return f"{style.more} 99{style.space}%"
    decimals = 1 if 0 < abs(value) < 0.0995 else 0
    return f"{grouped(value * 100, decimals, style)}{style.space}%"


def cell(value: object, column: Column, style: Style = SCREEN) -> str:
    """A cell's text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if column.kind == "flag":
        return style.yes if value else style.no
    if isinstance(value, bool | np.bool_):
        return style.yes if value else style.no
    if isinstance(value, int | float | np.integer | np.floating):
        kind: Kind = "number" if not numeric(column) else column.kind
        return figure(float(value), kind, style, column.infinite)
    return str(value)


def numeric(column: Column) -> bool:
    """Whether a column holds figures, which stand to the right."""
    return column.kind not in ("text", "name", "status", "flag", "sheet")


#: Number formats of a spreadsheet; `_)` keeps figures apart from a text to their right.
SHEET_FORMATS: Mapping[Kind, str] = {
    "text": "General",
    "name": "General",
    "status": "General",
    "flag": "General",
    "money": "#,##0_);-#,##0_);0_)",
    "change": "+#,##0_);-#,##0_);0_)",
    "millions": "#,##0.00,,_);-#,##0.00,,_);0_)",
    "effect": "0.000_)",
    "gain": "+0.000_);-0.000_);0.000_)",
    "years": "0.0_)",
    "share": "0.0%_)",
    "count": "#,##0_)",
    "index": "0.000_)",
    "number": "General_)",
    "year": "0_)",
    "sheet": "General",
    "tiny": "0.0E+00_)",
}


def sheet_format(kind: Kind, value: float) -> str:
    """The number format of one cell: as its kind demands, without a tail of digits."""
    if kind in ("money", "change") and 0 < abs(value) < 100:
        return SHEET_FORMATS[kind].replace("#,##0", "0.00")
    if kind == "number" and math.isfinite(value):
        decimals = decimals_of(value, kind)
        text = f"{value:.{decimals}f}".rstrip("0")
        places = len(text.partition(".")[2]) if "." in text else 0
        return f"#,##0{'.' + '0' * places if places else ''}_)"
    return SHEET_FORMATS[kind]
