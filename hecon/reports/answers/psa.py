"""A probabilistic analysis on the screen: means with their error, and how sure the choice is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from hecon.reports.answers.tables import conclude
from hecon.reports.console import amount, money, number, percent, qalys, table

Tables = Mapping[str, pd.DataFrame]


def print_decision(
    found: Tables, draws: int, threshold: float, currency: str, unit: str, to: Console
) -> str:
    """Print the tables of `decision_tables` and what they mean; gives the conclusion.

    Parameters
    ----------
    unit
        What effects are counted in, singular.
    """
    at = f"{amount(currency, threshold).strip()} per {unit}"
    _print_means(found, at, to)
    _print_frontier(found, currency, unit, to)
    _print_places(found, threshold, at, to)
    _print_needed(found, to)
    text = _conclusion(found, draws, threshold, at, currency)
    conclude(text, to)
    return text


def nearest_row(found: pd.DataFrame, threshold: float) -> dict[Hashable, Any]:
    """The row of the threshold nearest to one."""
    position = int((found["threshold"] - threshold).abs().to_numpy().argmin())
    return found.to_dict("records")[position]


def _conclusion(found: Tables, draws: int, threshold: float, at: str, currency: str) -> str:
    row = nearest_row(found["information"], threshold)
    needed = found["draws_needed"]
    text = (
        f"At {at}, {row['best']} has the highest expected net benefit and is the best in "
        f"{percent(row['probability_frontier'])} of draws. Perfect information would be worth "
        f"{amount(currency, row['evpi']).strip()} per person (SE {money(row['evpi_error'])})."
    )
    if bool(needed["enough"].all()):
        return f"{text} The {draws:,} draws are enough to say which strategy is best."
    short = needed[~needed["enough"]]
    names = ", ".join(short["strategy"])
    most = short["needed"].max()
    wanted = "no number of draws tells them apart" if most > 1e12 else f"about {most:,.0f} would be"
    return (
        f"{text} The {draws:,} draws are not enough to tell {row['best']} from {names} with 95 % "
        f"confidence: {wanted}{'' if most > 1e12 else ' needed'}."
    )


def _print_means(found: Tables, at: str, to: Console) -> None:
    to.print(f"Means with Monte Carlo standard errors; net benefit at {at}", style="bold")
    rows = table("Strategy", "Cost (SE)", "Effect (SE)", "Net benefit (SE)")
    cells = {(r["strategy"], r["figure"]): r for r in found["means"].to_dict("records")}
    for strategy in found["means"]["strategy"].unique():
        texts = []
        for figure, write in (("cost", money), ("effect", qalys), ("nmb", money)):
            row = cells[(strategy, figure)]
            texts.append(f"{write(row['mean'])} ({write(row['standard_error'])})")
        rows.add_row(strategy, *texts)
    to.print(rows)
    to.print()


def _print_frontier(found: Tables, currency: str, unit: str, to: Console) -> None:
    to.print("Frontier of the means, in order of cost", style="bold")
    rows = table("Strategy", "", "Against", f"{currency} per {unit} gained".strip(), left=3)
    for row in found["frontier"].to_dict("records"):
        ratio = "" if row["icer"] != row["icer"] else money(row["icer"])
        rows.add_row(row["strategy"], row["status"], row["against"], ratio)
    to.print(rows)
    to.print()


def _print_places(found: Tables, threshold: float, at: str, to: Console) -> None:
    ranks, curve = found["ranking"], found["acceptability"]
    nearest = float(nearest_row(found["information"], threshold)["threshold"])
    here = ranks[ranks["threshold"] == nearest]
    at_it = curve[curve["threshold"] == nearest].set_index("strategy")
    benefit, loss = at_it["nhb"].to_dict(), at_it["expected_loss"].to_dict()
    places = sorted(here["place"].unique())
    to.print(f"Probability of each place, net health benefit and expected loss at {at}")
    heads = [f"{place}." for place in places[:4]]
    rows = table("Strategy", *heads, "NHB", "Expected loss")
    for strategy, one in here.groupby("strategy", sort=False):
        shares = one.set_index("place")["probability"]
        rows.add_row(
            str(strategy),
            *(percent(shares[place]) for place in places[:4]),
            number(benefit[strategy], 3),
            money(loss[strategy]),
        )
    to.print(rows)
    to.print()


def _print_needed(found: Tables, to: Console) -> None:
    needed = found["draws_needed"]
    to.print("Draws that show which strategy is best, with 95 % confidence", style="bold")
    rows = table("Against", "Difference (SE)", "Needed", "Enough")
    for row in needed.to_dict("records"):
        many = "any number is too few" if row["needed"] > 1e12 else f"{row['needed']:,.0f}"
        difference = f"{money(row['difference'])} ({money(row['standard_error'])})"
        rows.add_row(row["strategy"], difference, many, "yes" if row["enough"] else "no")
    to.print(rows)
