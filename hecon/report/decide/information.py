"""The value of information on the screen."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.console import Console

from hecon.analyses.population import Population
from hecon.report.console import amount, money, number, table
from hecon.report.decide.draws import nearest_row
from hecon.report.decide.words import FEW, conclude, described, of_all, share_text
from hecon.report.words import listed

SHOWN = 12


def with_population(found: pd.DataFrame, people: float) -> pd.DataFrame:
    """A table of values per person with its values for the population, where it is known."""
    if people != people:
        return found
    made = found.copy()
    for column in ("evpi", "evppi"):
        if column in made:
            made[f"population_{column}"] = made[column] * people
    return made


def print_information(
    perfect: pd.DataFrame,
    partial: pd.DataFrame,
    threshold: float,
    people: Population | None,
    currency: str,
    unit: str,
    to: Console,
    descriptions: Mapping[str, str] | None = None,
    opening: str = "",
) -> str:
    """Print EVPI and EVPPI at one threshold; gives the conclusion, which begins with `opening`.

    Parameters
    ----------
    perfect, partial
        ``information`` of `decision_tables`, and `information_tables`.
    people
        Whom the decision concerns, or None if nobody says.
    descriptions
        What parameters are, by name.
    """
    row = nearest_row(perfect, threshold)
    at = f"{amount(currency, threshold).strip()} per {unit}"
    to.print(f"Expected value of perfect information at {at}", style="bold")
    each = amount(currency, row["evpi"]).strip()
    to.print(f"Per person: {each} (SE {money(row['evpi_error'])})")
    if people is not None:
        number_ = people.effective()
        all_ = amount(currency, row["evpi"] * number_).strip()
        to.print(
            f"Population: {all_} for {number_:,.0f} discounted people: {people.annual:,.0f} "
            f"eligible a year, uptake {', '.join(f'{u:.1%}' for u in people.uptake)}, over "
            f"{people.years:g} years at {people.discount:.1%}".replace("%", " %")
        )
    to.print()
    text = opening and f"{opening} "
    text += f"Perfect information on everything would be worth {each} per person at {at}."
    if partial.empty:
        conclude(text, to)
        return text
    here = partial[(partial["threshold"] - threshold).abs() < 1e-9]
    for kind, label in (("group", "Sets of parameters"), ("parameter", "Single parameters")):
        part = here[here["kind"] == kind].sort_values("evppi", ascending=False, kind="stable")
        if not part.empty:
            _print_partial(part, label, at, to)
    to.print(
        "Share is that of perfect information; explained is that of the variance of net benefit, "
        "the best option's less the next best one's. An estimate is never below zero and biased "
        "upwards where it is small: read it beside its standard error (SE)."
    )
    text += _of_singles(here[here["kind"] == "parameter"], descriptions or {})
    groups = here[here["kind"] == "group"]
    if len(groups):
        first = max(groups.to_dict("records"), key=lambda row: float(row["evppi"]))
        if first["evppi"] > 2 * first["standard_error"]:
            text += (
                f" The set worth most is {first['set']}, {amount(currency, first['evppi']).strip()}"
                f" per person, {of_all(first['share'])} of perfect information."
            )
    suspect = here.loc[here["suspect"], "set"].tolist()
    if suspect:
        text += (
            f" Residuals keep a pattern for {listed(suspect, FEW)}: the regression may be too "
            "stiff there, and the value another."
        )
    conclude(text, to)
    return text


def _of_singles(singles: pd.DataFrame, descriptions: Mapping[str, str]) -> str:
    """What the estimates say of single parameters, and no more."""
    if singles.empty:
        return ""
    told = singles[singles["evppi"] > 2 * singles["standard_error"]]
    told = told.sort_values("evppi", ascending=False, kind="stable")
    if told.empty:
        return (
            " For no single parameter can the worth of learning about it alone be told from zero "
            "with these draws."
        )
    text = (
        " Learning about one parameter alone is worth something (more than two standard errors) "
        f"for {described(list(told['set']), descriptions)}."
    )
    if len(told) < len(singles):
        text += " For no other can that worth be told from zero with these draws."
    return text


def _print_partial(part: pd.DataFrame, label: str, at: str, to: Console) -> None:
    to.print(f"{label} (EVPPI) per person at {at}", style="bold")
    rows = table("", "EVPPI", "SE", "Share", "Explained", "Method")
    for row in part.head(SHOWN).to_dict("records"):
        share = share_text(row["share"])
        rows.add_row(
            row["set"] + (" (suspect fit)" if row["suspect"] else ""),
            money(row["evppi"]),
            money(row["standard_error"]),
            share,
            number(row["explained"], 3),
            row["method"],
        )
    to.print(rows)
    if len(part) > SHOWN:
        to.print(f"{len(part) - SHOWN} more are in the table.")
    to.print()
