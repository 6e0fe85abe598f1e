"""The threshold price on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from rich.console import Console

from hecon.reports.answers.tables import conclude, title
from hecon.reports.console import amount, money, table
from hecon.studies.study import Study


def print_price(study: Study, found: pd.DataFrame, base: float, to: Console) -> str:
    """Print the price at each threshold, and what the first one means; gives that sentence.

    Parameters
    ----------
    base
        The price in the base case.
    """
    a, b = study.compared
    currency = study.jurisdiction.definition.currency
    name, unit = found["parameter"][0], found["unit"][0]
    title(study, "Threshold price", to)
    to.print(f"{name} ({unit}) at which {a} and {b} have equal net benefit; now {money(base)}")
    rows = table("Value of a QALY", "Base values", "Expected (SE)", "95 % of draws")
    for row in found.to_dict("records"):
        rows.add_row(
            amount(currency, row["threshold"]),
            money(row["deterministic"]),
            f"{money(row['expected'])} ({money(row['standard_error'])})",
            f"{money(row['low'])} to {money(row['high'])}",
        )
    to.print(rows)
    text = price_words(study, found, base)
    conclude(text, to)
    return text


def price_words(
    study: Study, found: pd.DataFrame, base: float, named: Callable[[str], str] = str
) -> str:
    """What the price at the first threshold means, in a sentence or two."""
    a, b = study.compared
    first = found.iloc[0]
    name, unit = named(first["parameter"]), first["unit"]
    at = f"{amount(study.jurisdiction.definition.currency, first['threshold'])} per QALY"
    price = f"{money(first['expected'])} {unit}"
    if first["expected"] < 0:
        text = (
            f"At {at} no price of {name} makes {a} and {b} equal on average: even at a price of "
            f"zero the answer is the one of today."
        )
    else:
        side = "below" if base > first["expected"] else "above"
        text = (
            f"At {at} {a} and {b} are equal on average at a {name} of {price}; today's price would "
            f"have to go {side} it for the decision to turn."
        )
    if first["high"] >= 0 > first["low"]:
        text += f" The draws put it between less than zero and {money(first['high'])} (95 %)."
    return text
