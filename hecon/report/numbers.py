"""How a figure is written: once, by its kind, for every medium and language."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hecon.report.content import Column, Kind
from hecon.report.language import Medium, language, say


@dataclass(frozen=True)
class Units:
    """What a run counts in, and whose run it is."""

    #: currency, price_year: Empty for draws from elsewhere that don't say.
    currency: str = ""
    price_year: str = ""
    #: effect, effects: One unit of effect and several.
    effect: str = "QALY"
    effects: str = "QALYs"
    #: What is said of a positive net benefit: a judgement, where there is a threshold.
    cost_effective: str = "cost-effective"
    #: study, jurisdiction: Names, as they stand in every table's file.
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
        """A heading, caption or title with the names of what is counted, as people read it."""
        text = say(text)
        for name in ("currency", "effects", "effect", "cost_effective"):
            text = text.replace(f"{{{name}}}", say(getattr(self, name)))
        starts = text.startswith(say(self.cost_effective))
        return text[:1].upper() + text[1:] if starts else text

    def shown(self, column: Column) -> str:
        """The unit that people are told: the price year is said once for a whole report."""
        units = {
            "money": self.currency,
            "change": self.currency,
            "millions": say("million {currency}", currency=self.currency).strip(),
        }
        return say(column.unit) or units.get(column.kind, "")

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
#: Kinds that are words.
_WORDS = ("text", "name", "label", "formula", "symbol", "doi", "status", "flag", "sheet")
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


def figure(value: float, kind: Kind, medium: Medium = "screen", infinite: str = "never") -> str:
    """A figure as text, without its unit; nothing for one that is undefined."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return say(infinite)
    if kind == "flag":
        return yes_or_no(value)
    if kind == "share":
        return _share(value, medium)
    if kind == "tiny":
        return "0" if value == 0 else f"{value:.1e}".replace(".", language().signs(medium).decimal)
    decimals = decimals_of(value, kind)
    shown = value / _MILLION if kind == "millions" else value
    text = grouped(shown, decimals, medium, sign=kind in _SIGNED)
    signs = language().signs(medium)
    if kind == "year":
        return text.replace(signs.thousands, "")
    if kind == "number" and signs.decimal in text:
        return text.rstrip("0").rstrip(signs.decimal)
    return text


def yes_or_no(value: object) -> str:
    """A flag as a word."""
    return say("yes") if value else say("no")


def grouped(value: float, decimals: int, medium: Medium = "screen", *, sign: bool = False) -> str:
    """A number with its thousands grouped; zero has no sign."""
    text = f"{abs(value):,.{decimals}f}"
    zero = not text.strip("0.,")
    signs = language().signs(medium)
    text = text.replace(",", "\0").replace(".", signs.decimal).replace("\0", signs.thousands)
    if zero:
        return text
    return (signs.minus if value < 0 else "+" if sign else "") + text


def _share(value: float, medium: Medium) -> str:
    """Per cent; what is not quite 0 or 1 is not shown as such."""
    space = language().signs(medium).space
    if 0 < value < 0.005:
        return say("less than {share}", share=f"1{space}%")
    if 0.995 <= value < 1:
        return say("more than {share}", share=f"99{space}%")
    decimals = 1 if 0 < abs(value) < 0.0995 else 0
    return f"{grouped(value * 100, decimals, medium)}{space}%"


def cell(value: object, column: Column, medium: Medium = "screen") -> str:
    """A cell's text; names stay what they are."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if column.kind == "flag":
        return yes_or_no(value)
    if isinstance(value, bool | np.bool_):
        return yes_or_no(value)
    if isinstance(value, int | float | np.integer | np.floating):
        kind: Kind = "number" if not numeric(column) else column.kind
        return figure(float(value), kind, medium, column.infinite)
    return str(value) if column.kind == "name" else say(str(value))


def numeric(column: Column) -> bool:
    """Whether a column holds figures, which stand to the right."""
    return column.kind not in _WORDS


#: Number formats of a spreadsheet; `_)` keeps figures apart from a text to their right.
SHEET_FORMATS: Mapping[Kind, str] = {
    "text": "General",
    "name": "General",
    "label": "General",
    "formula": "General",
    "symbol": "General",
    "doi": "General",
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
