"""Units of parameters: a list, and what may stand beside each."""

import re

from hecon.errors import nearest

#: Plain numbers by their scale, each between two bounds; None is no bound.
SCALES: dict[str, tuple[float | None, float | None]] = {
    **dict.fromkeys(("probability", "share", "proportion", "0/1"), (0.0, 1.0)),
    "utility": (None, 1.0),
    **dict.fromkeys(
        ("hazard ratio", "odds ratio", "risk ratio", "rate ratio", "relative risk"), (0.0, None)
    ),
    **dict.fromkeys(
        (
            *("log odds ratio", "log risk ratio", "log hazard ratio", "log rate ratio"),
            *("SMD", "number", "1", "index", "multiplier", "ratio"),
        ),
        (None, None),
    ),
}

#: What is counted, and what is measured: never below zero.
COUNTED = (
    *("count", "person", "people", "patient", "event", "session", "visit", "consultation"),
    *("therapist", "night", "unit", "dose", "course", "room", "call"),
)
MEASURED = (
    *("second", "minute", "hour", "h", "day", "week", "month", "year", "cycle"),
    *("mg", "g", "kg", "FTE", "FTE-year", "patient-year", "person-year"),
)

#: The effect that a year in full health has one of.
QALY = "QALY"
LIFE_YEAR = "life-year"
#: Health, which may also be lost, and points of a scale.
HEALTH = (QALY, "DALY", LIFE_YEAR, "point")

#: The jurisdiction's currency, whichever it is.
ANY_CURRENCY = "currency"

#: Currencies recognised in a unit such as ``NOK/h``.
CURRENCIES = {
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HUF", "ILS", "INR", "ISK"),
    *("JPY", "KRW", "MXN", "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "USD", "ZAR"),
}

_NOUNS = (*COUNTED, *MEASURED, *HEALTH)
_WORD = re.compile(r"[A-Za-z]+")
_PER = re.compile(r"(?:(?P<of>.*\S)\s*/\s*|(?:(?P<what>.*\S)\s+)?per\s+)(?P<each>[^\s/]+)")
_EACH = re.compile(r"[^\W\d_][\w-]*")


def currency_in(unit: str) -> str:
    """The currency that a unit counts in, or an empty string."""
    return next((word for word in _WORD.findall(unit) if word in CURRENCIES), "")


def unit_problem(unit: str, currency: str = "") -> str | None:
    """Why a unit is none of the known, or None.

    Args:
        currency: The jurisdiction's, which may be one that the list doesn't hold.
    """
    if not unit:
        return "is empty; write the unit, 'number' for a plain number"
    if _known(unit, currency):
        return None
    match = _PER.fullmatch(unit)
    if match and unit not in SCALES:
        what = match["of"] or match["what"] or ""
        paid = match["of"] and (what in (*CURRENCIES, ANY_CURRENCY, currency))
        # a price may be of anything; a rate is per time, person or event
        each = _EACH.fullmatch(match["each"]) if paid else _known(match["each"], currency)
        if each and (not what or _known(what, currency)):
            return None
    known = [*SCALES, *COUNTED, *MEASURED, *HEALTH, ANY_CURRENCY]
    return (
        f"'{unit}' is not a unit{nearest(unit, known)}; allowed are {', '.join(known)}, a currency "
        "such as EUR, and 'EUR/year' or 'per year' of these"
    )


def value_problem(unit: str, money: str, value: float) -> str | None:
    """Why a value can't be in its unit, or None."""
    low, high = value_bounds(unit)
    if low is not None and high is not None and not low <= value <= high:
        return f"found {value:g}, allowed for a {unit} is {low:g} to {high:g}"
    if high is not None and value > high:
        return f"found {value:g}, allowed for a {unit} is {high:g} at most"
    if money and value < 0:
        return f"found {value:g}, a cost can't be negative"
    if low is not None and value < low:
        return f"found {value:g}, allowed in the unit '{unit}' is {low:g} or more"
    return None


def value_bounds(unit: str) -> tuple[float | None, float | None]:
    """The least and the most that a unit allows; a change per year may have either sign."""
    if unit in SCALES:
        return SCALES[unit]
    if unit.startswith("probability per "):
        return SCALES["probability"]
    return (0.0, None) if _singular(unit) in (*COUNTED, *MEASURED) else (None, None)


def _known(word: str, currency: str) -> bool:
    return (
        word in SCALES
        or _singular(word) in _NOUNS
        or word in CURRENCIES
        or word in (ANY_CURRENCY, *filter(None, [currency]))
    )


def _singular(word: str) -> str:
    return word.removesuffix("s") if word.removesuffix("s") in _NOUNS else word
