"""Sentences as text, in the signs of a medium and in a language."""

from collections.abc import Sequence

from hecon.report.content import COUNTED, Amount, Listing, Sentence, Value
from hecon.report.language import Medium, language, say
from hecon.report.numbers import Units, figure


def spoken(sentence: Sentence, units: Units, medium: Medium = "screen") -> str:
    """A sentence as text, in the language in force."""
    values = {name: said(value, units, medium) for name, value in sentence.values.items()}
    values |= {name: say(getattr(units, name)) for name in COUNTED}
    text = language().text(sentence.template).format_map(values)
    return f"{say(sentence.mark)}: {text}" if sentence.mark else text


def said(value: Value, units: Units, medium: Medium = "screen") -> str:
    """One value as it stands within a sentence: amounts with their currency."""
    if isinstance(value, str):
        return say(value)
    if isinstance(value, Listing):
        texts = [
            spoken(each, units, medium) if isinstance(each, Sentence) else said(each, units, medium)
            for each in value.names
        ]
        # figures hold commas of their own
        named = all(isinstance(each, str) for each in value.names)
        return listed(texts, value.most, mark=None if named else ", ")
    text = _amount(value, units, medium)
    return text if text else say("n/a")


def _amount(value: Amount, units: Units, medium: Medium) -> str:
    text = figure(value.value, value.kind, medium, infinite="no amount")
    if text and value.kind in ("money", "change", "millions") and units.currency:
        text = f"{units.currency}{language().signs(medium).space}{text}"
    return say("{amount} million", amount=text) if text and value.kind == "millions" else text


def listed(
    names: Sequence[str], most: int | None = None, last: str = "and", mark: str | None = None
) -> str:
    """`a, b and c`; names with commas of their own stand between semicolons.

    Args:
        most: Names shown; of a longer list the rest is counted.
        last: What stands before the last name.
        mark: What stands between the others; without it the names decide.
    """
    if not names:
        return say("none")
    mark = mark or ("; " if any("," in name for name in names) else ", ")
    if most is not None and len(names) > most:
        some, more = mark.join(names[:most]), len(names) - most
        return say("{names} and {count} more", names=some, count=more)
    if len(names) == 1:
        return names[0]
    return f"{mark.join(names[:-1])}{';' if mark == '; ' else ''} {say(last)} {names[-1]}"
