"""Global sensitivity on the screen: shares of variance, or elementary effects."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from rich.console import Console

from hecon.reports.answers.tables import conclude, described, descriptions, title
from hecon.reports.console import money, number, percent, table
from hecon.reports.words import FEW, listed
from hecon.studies.study import Study

SHOWN = 15


def print_sobol(study: Study, found: pd.DataFrame, to: Console) -> str:
    """Print first-order and total indices; gives the conclusion."""
    title(study, "Sobol' indices of incremental net monetary benefit", to)
    rows = table("Parameter", "First order", "95 %", "Total", "95 %")
    live = found[~found["idle"]]
    for row in live.head(SHOWN).to_dict("records"):
        cells = []
        for name in ("first_order", "total"):
            low, high = (number(row[f"{name}_{end}"], 3) for end in ("low", "high"))
            cells += [number(row[name], 3), f"{low} to {high}"]
        rows.add_row(row["parameter"], *cells)
    to.print(rows)
    _print_rest(found, to)
    known = descriptions(study)
    words = sobol_words(found, lambda name: described([name], known))
    text = (
        f"{words} A share of variance is no value of information: hecon voi tells which doubt "
        "could turn the decision."
    )
    conclude(text, to, study)
    return text


def sobol_words(found: pd.DataFrame, name: Callable[[str], str] = str) -> str:
    """What matters, in two sentences; `name` says what a parameter is called."""
    live = found[~found["idle"]]
    most = [name(n) for n in live.loc[live["total"] >= 0.1, "parameter"]]
    explained = float(live["first_order"].sum())
    text = f"What matters (a total share of the variance of a tenth or more): {listed(most, FEW)}."
    if len(live) == 1:
        return f"{text} It is all that varies, so its shares are 1."
    if not 0 <= explained <= 1:
        return (
            f"{text} Estimated shares of the parameters acting alone add up to "
            f"{number(explained, 2)}, outside 0 to 1: sampling error, which hides what they do "
            "together."
        )
    return (
        f"{text} The parameters acting alone explain {percent(explained)} of it; the rest is how "
        "they act together."
    )


def print_morris(study: Study, found: pd.DataFrame, to: Console) -> str:
    """Print elementary effects; gives the conclusion."""
    title(study, "Morris screening of incremental net monetary benefit", to)
    rows = table("Parameter", "mu*", "95 %", "mu", "sigma")
    live = found[~found["idle"]]
    for row in live.head(SHOWN).to_dict("records"):
        span = f"{money(row['mu_star_low'])} to {money(row['mu_star_high'])}"
        rows.add_row(
            row["parameter"],
            money(row["mu_star"]),
            span,
            money(row["mu"]),
            money(row["sigma"]),
        )
    to.print(rows)
    _print_rest(found, to)
    known = descriptions(study)
    text = morris_words(found, lambda name: described([name], known))
    conclude(text, to, study)
    return text


def morris_words(found: pd.DataFrame, name: Callable[[str], str] = str) -> str:
    """The largest effects, and whether they are straight, in a sentence or two."""
    live = found[~found["idle"]]
    most = [name(n) for n in live.loc[live["mu_star"] >= 0.5 * live["mu_star"].max(), "parameter"]]
    text = (
        "The largest effects on net benefit over their whole range (at least half of the "
        f"largest): {listed(most, FEW)}."
    )
    bent = live.loc[live["sigma"] >= live["mu_star"], "parameter"].tolist()
    if live["sigma"].notna().any():
        text += (
            f" For {listed(bent, FEW)} sigma is as large as mu*: the effect depends on the other "
            "parameters or bends."
            if bent
            else " No sigma is as large as mu*, so that no effect depends that much on the others."
        )
    if live["sigma"].isna().any():
        text += " Parameters sampled as one have no direction of their own, so no mu and sigma."
    return text


def _print_rest(found: pd.DataFrame, to: Console) -> None:
    idle = found.loc[found["idle"], "parameter"].tolist()
    more = int((~found["idle"]).sum()) - SHOWN
    if more > 0:
        to.print(f"{more} more are in the table.")
    if idle:
        to.print(f"{len(idle)} parameters never move the result here: {listed(idle, FEW)}.")
