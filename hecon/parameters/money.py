"""Money: which rows count in a currency, of which prices, and what must then be said."""

import re
from collections.abc import Iterator

from hecon.parameters import limits
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.units import ANY_CURRENCY, unit_problem

#: Price years that are none: an amount that is never indexed, a source that doesn't say.
NOMINAL, NOT_STATED = "nominal", "not stated"

#: A calendar year, or a financial year by both of its years.
_YEAR = re.compile(r"([0-9]{4})(?:/([0-9]{2}))?")


def price_year_problem(text: str) -> str | None:
    """Why a text is no year of prices, or None."""
    if text in (NOMINAL, NOT_STATED):
        return None
    first, last = limits.FIRST_PRICE_YEAR, limits.LAST_PRICE_YEAR
    year = _YEAR.fullmatch(text)
    if year and first <= int(year[1]) <= last:
        following = year[2] is None or int(year[2]) == (int(year[1]) + 1) % 100
        if following:
            return None
    return f"found '{text}', allowed is a year such as 2024 or 2024/25, or '{NOT_STATED}'"


def parameter_problems(
    parameter: Parameter, currency: str, price_year: str, title: str
) -> Iterator[tuple[str, str]]:
    """Columns of a row whose unit, currency or price year is at fault, each with what is wrong.

    Args:
        currency, price_year, title: The jurisdiction's.
    """
    problem = unit_problem(parameter.unit, currency)
    if problem:
        yield "unit", problem
        return
    words = re.findall(r"[A-Za-z]+", parameter.unit)
    counted = parameter.unit_currency or (currency if currency in words else "")
    if not counted and ANY_CURRENCY not in words:
        for column in ("currency", "price_year"):
            if getattr(parameter, column):
                text = f"the unit '{parameter.unit}' is no money; leave it blank, or write the unit"
                yield column, text
        return
    for found in filter(None, (counted, parameter.currency)):
        if found != currency:
            yield (
                "currency",
                f"found '{found}', but {title} counts in {currency}; convert the figure and say "
                "how in the derivation",
            )
            return
    computed = parameter.formula is not None and not counted
    if not computed and not parameter.currency:
        yield "currency", f"is empty beside an amount of money; {title} counts in {currency}"
    stated = parameter.price_year or not computed
    if stated and parameter.price_year not in (price_year, NOMINAL):
        yield (
            "price_year",
            f"found '{parameter.price_year}', but prices are of {price_year} here; adjust the "
            f"figure, or write '{NOMINAL}' for an amount that is never indexed",
        )
