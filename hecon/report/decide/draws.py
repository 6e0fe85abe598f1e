"""A probabilistic analysis on the screen: means with their error, and how sure the choice is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from hecon.report.console import amount, money, number, percent, qalys, table
from hecon.report.decide.words import FEW, conclude
from hecon.report.words import listed

Tables = Mapping[str, pd.DataFrame]


#: Strategies, places and draws needed that are shown; the tables hold all.
SHOWN, PLACES = 20, 6


def print_decision(
    found: Tables, draws: int, threshold: float, currency: str, unit: str, to: Console
) -> str:
    """Print the tables of `decision_tables` and what they mean; gives the conclusion.

    Parameters
    ----------
    unit
        What effects are counted in, singular.
    """
    print_tables(found, threshold, currency, unit, to)
    text = (
        f"{conclusion(found, draws, threshold, currency, unit)} {worth(found, threshold, currency)}"
    )
    conclude(text, to)
    return text


def print_tables(found: Tables, threshold: float, currency: str, unit: str, to: Console) -> None:
    """Print the tables of `decision_tables`: of many strategies, those with the most benefit."""
    at = f"{amount(currency, threshold).strip()} per {unit}"
    means = found["means"]
    benefit = means[means["figure"] == "nmb"].sort_values("mean", ascending=False, kind="stable")
    shown = set(benefit["strategy"].head(SHOWN))
    _print_means(found, shown, at, to)
    _print_frontier(found, shown, currency, unit, to)
    _print_places(found, shown, threshold, at, to)
    _print_needed(found, shown, to)
    if len(benefit) > SHOWN:
        to.print()
        to.print(
            f"Shown are the {SHOWN} of {len(benefit)} strategies with the highest net benefit, and "
            "all on the frontier; the tables hold all."
        )


def nearest_row(found: pd.DataFrame, threshold: float) -> dict[Hashable, Any]:
    """The row of the threshold nearest to one."""
    position = int((found["threshold"] - threshold).abs().to_numpy().argmin())
    return found.to_dict("records")[position]


def conclusion(found: Tables, draws: int, threshold: float, currency: str, unit: str) -> str:
    """Which strategy is best at a threshold, and how sure the draws are of it."""
    at = f"{amount(currency, threshold).strip()} per {unit}"
    row = nearest_row(found["information"], threshold)
    text = f"At {at}, {row['best']} has the highest expected net benefit"
    if draws < 2:
        return f"{text} in the one draw there is, which says nothing of how sure that is."
    text += f" and is the best in {percent(row['probability_frontier'])} of {draws:,} draws."
    needed = found["draws_needed"]
    if bool(needed["enough"].all()):
        return f"{text} These draws are enough to say which strategy is best."
    short = needed[~needed["enough"]]
    most = short["needed"].max()
    wanted = (
        "no number of draws tells them apart" if most > 1e12 else f"about {most:,.0f} are needed"
    )
    return (
        f"{text} These draws are not enough to tell {row['best']} from "
        f"{listed(list(short['strategy']), FEW)} with 95 % confidence: {wanted}."
    )


def worth(found: Tables, threshold: float, currency: str) -> str:
    """What perfect information is worth, with its Monte Carlo error."""
    row = nearest_row(found["information"], threshold)
    value, error = amount(currency, row["evpi"]).strip(), row["evpi_error"]
    if error != error:
        return "What perfect information is worth can't be told from one draw."
    return f"Perfect information would be worth {value} per person (SE {money(error)})."


def _print_means(found: Tables, shown: set[str], at: str, to: Console) -> None:
    to.print(f"Means with Monte Carlo standard errors; net benefit at {at}", style="bold")
    rows = table("Strategy", "Cost (SE)", "Effect (SE)", "Net benefit (SE)")
    cells = {(r["strategy"], r["figure"]): r for r in found["means"].to_dict("records")}
    for strategy in (s for s in found["means"]["strategy"].unique() if s in shown):
        texts = []
        for figure, write in (("cost", money), ("effect", qalys), ("nmb", money)):
            row = cells[(strategy, figure)]
            texts.append(f"{write(row['mean'])} ({write(row['standard_error'])})")
        rows.add_row(strategy, *texts)
    to.print(rows)
    to.print()


def _print_frontier(found: Tables, shown: set[str], currency: str, unit: str, to: Console) -> None:
    to.print("Frontier of the means, in order of cost", style="bold")
    rows = table("Strategy", "", "Against", f"{currency} per {unit} gained".strip(), left=3)
    for row in found["frontier"].to_dict("records"):
        if row["strategy"] not in shown and row["status"] != "on the frontier":
            continue
        ratio = "" if row["icer"] != row["icer"] else money(row["icer"])
        rows.add_row(row["strategy"], row["status"], row["against"], ratio)
    to.print(rows)
    to.print()


def _print_places(found: Tables, shown: set[str], threshold: float, at: str, to: Console) -> None:
    ranks, curve = found["ranking"], found["acceptability"]
    nearest = float(nearest_row(found["information"], threshold)["threshold"])
    here = ranks[ranks["threshold"] == nearest]
    at_it = curve[curve["threshold"] == nearest].set_index("strategy")
    benefit, loss = at_it["nhb"].to_dict(), at_it["expected_loss"].to_dict()
    ordered = [s for s in here["strategy"].unique() if s in shown]
    shares = here.set_index(["strategy", "place"])["probability"].to_dict()
    places = sorted(here["place"].unique())
    to.print(f"Probability of each place at {at}", style="bold")
    rows = table("Strategy", *(f"{place}." for place in places[:PLACES]))
    for strategy in ordered:
        rows.add_row(strategy, *(_brief(shares[strategy, place]) for place in places[:PLACES]))
    to.print(rows)
    if len(places) > PLACES:
        to.print(f"Places after the {PLACES}th are in the table of ranking.")
    to.print()
    to.print(f"Net health benefit and expected loss at {at}", style="bold")
    rows = table("Strategy", "NHB", "Expected loss")
    for strategy in ordered:
        rows.add_row(strategy, number(benefit[strategy], 3), money(loss[strategy]))
    to.print(rows)
    to.print()


def _brief(share: float) -> str:
    """A share in the narrow column of a table."""
    return percent(share).replace("less than ", "<").replace("more than ", ">")


def _print_needed(found: Tables, shown: set[str], to: Console) -> None:
    needed = found["draws_needed"]
    needed = needed[needed["strategy"].isin(shown)]
    to.print("Draws that show which strategy is best, with 95 % confidence", style="bold")
    rows = table("Against", "Difference (SE)", "Needed", "Enough")
    for row in needed.to_dict("records"):
        many = "any number is too few" if row["needed"] > 1e12 else number(row["needed"], 0)
        difference = f"{money(row['difference'])} ({money(row['standard_error'])})"
        rows.add_row(
            row["strategy"],
            difference,
            many,
            "yes" if row["enough"] else "no",
        )
    to.print(rows)
