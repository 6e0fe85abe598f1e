"""Sentences as text, in the signs of a medium and in a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hecon.report.content import COUNTED, Amount, Listing, Sentence, Value
from hecon.report.numbers import SCREEN, Style, Units, figure

#: Templates in other languages by the English ones; a template that is missing stays English.
Catalogue = Mapping[str, str]


def spoken(
    sentence: Sentence, units: Units, style: Style = SCREEN, catalogue: Catalogue | None = None
) -> str:
    """A sentence as text."""
    known = catalogue or {}
    template = known.get(sentence.template, sentence.template)
    values = {name: said(value, units, style) for name, value in sentence.values.items()}
    values |= {name: getattr(units, name) for name in COUNTED}
    text = template.format_map(values)
    return f"{known.get(sentence.mark, sentence.mark)}: {text}" if sentence.mark else text


def said(value: Value, units: Units, style: Style = SCREEN) -> str:
    """One value as it stands within a sentence: amounts with their currency."""
    if isinstance(value, str):
        return value
    if isinstance(value, Listing):
        return listed(value.names, value.most)
    text = _amount(value, units, style)
    return text if text else "n/a"


def _amount(value: Amount, units: Units, style: Style) -> str:
    text = figure(value.value, value.kind, style, infinite="no amount")
    if text and value.kind in ("money", "change", "millions") and units.currency:
        text = f"{units.currency}{style.space}{text}"
    return f"{text} million" if text and value.kind == "millions" else text


def listed(names: Sequence[str], most: int | None = None, last: str = "and") -> str:
    """`a, b and c`; names with commas of their own stand between semicolons.

    Parameters
    ----------
    most
        Names shown; of a longer list the rest is counted.
    last
        What stands before the last name.
    """
    if not names:
        return "none"
    mark = "; " if any("," in name for name in names) else ", "
    if most is not None and len(names) > most:
        return f"{mark.join(names[:most])} and {len(names) - most} more"
    if len(names) == 1:
        return names[0]
    return f"{mark.join(names[:-1])}{';' if mark == '; ' else ''} {last} {names[-1]}"
