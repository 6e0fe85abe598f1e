"""The threshold price on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from rich.console import Console

from hecon.reports.answers.tables import conclude, described, descriptions, title
from hecon.reports.console import amount, money, table
from hecon.studies.study import Study

#: Draws below which their 2.5 and 97.5 percentiles are no more than their ends.
LEAST_INTERVAL = 40


def print_price(study: Study, found: pd.DataFrame, base: float, draws: int, to: Console) -> str:
    """Print the price at each threshold, and what the first one means; gives that sentence.

    Parameters
    ----------
    base
        The price in the base case.
    draws
        Draws that the expected price and its interval rest on.
    """
    a, b = study.compared
    currency = study.jurisdiction.definition.currency
    name, unit = found["parameter"][0], found["unit"][0]
    title(study, "Threshold price", to)
    label = described([name], descriptions(study))
    to.print(f"{label}, {unit}, at which {a} and {b} have equal net benefit; now {money(base)}")
    rows = table("Value of a QALY", "Base values", "Expected (SE)", "95 % of draws")
    for row in found.to_dict("records"):
        rows.add_row(
            amount(currency, row["threshold"]),
            money(row["deterministic"]),
            f"{money(row['expected'])} ({money(row['standard_error'])})",
            "n/a" if draws == 1 else f"{money(row['low'])} to {money(row['high'])}",
        )
    to.print(rows)
    text = price_words(study, found, base)
    if draws < LEAST_INTERVAL:
        few = "One draw tells no standard error" if draws == 1 else f"{draws} draws are few"
        text += f" {few}; an interval of 95 % needs {LEAST_INTERVAL} draws at least."
    conclude(text, to, study)
    return text


def price_words(
    study: Study, found: pd.DataFrame, base: float, named: Callable[[str], str] = str
) -> str:
    """What the price at the first threshold means, in a sentence or two."""
    a, b = study.compared
    first = found.iloc[0]
    name = named(first["parameter"])
    at = f"{amount(study.jurisdiction.definition.currency, first['threshold'])} per QALY"
    text = (
        _negative(first, at, name, a, b)
        if first["expected"] < 0
        else _positive(first, at, name, base, a, b)
    )
    if first["high"] >= 0 > first["low"]:
        text += f" The draws put it between less than zero and {money(first['high'])} (95 %)."
    return text


def _negative(row: pd.Series, at: str, name: str, a: str, b: str) -> str:
    worth = (
        "even at a price of zero {a} is not" if row["nmb_at_zero"] < 0 else "at any price {a} is"
    )
    return (
        f"At {at} no price of {name} makes {a} and {b} equal on average: "
        f"{worth.format(a=a)} cost-effective against {b}."
    )


def _positive(row: pd.Series, at: str, name: str, base: float, a: str, b: str) -> str:
    text = (
        f"At {at} {a} and {b} are equal on average at a {name} of {money(row['expected'])} "
        f"{row['unit']}."
    )
    if base == row["expected"]:
        return f"{text} That is today's price."
    above = base > row["expected"]
    worth = (row["nmb_at_zero"] >= 0) != above
    side, way = ("above", "fall") if above else ("below", "rise")
    return (
        f"{text} Today's price, {money(base)}, is {side} it: on average {a} is "
        f"{'' if worth else 'not '}cost-effective against {b}, and the price would have to {way} "
        "for that to turn."
    )
