"""Planned trials on the screen: which is worth doing, at what size, and whether to wait."""

from __future__ import annotations

from rich.console import Console

from hecon.analyses.population import Population
from hecon.analyses.trial_report import TrialReport
from hecon.reports.answers.tables import conclude, title
from hecon.reports.answers.trial_words import (
    choices,
    design,
    guessed,
    millions,
    paid_by_others,
    times,
    trial_words,
)
from hecon.reports.conclusions import short
from hecon.reports.console import amount, table
from hecon.studies.study import Study
from hecon.studies.trials import TrialDefinition


def print_trials(
    study: Study,
    found: TrialReport,
    definitions: list[TrialDefinition],
    people: Population,
    to: Console,
) -> str:
    """Print what each trial is worth, the choices and the assumptions; gives the conclusion."""
    currency = study.jurisdiction.definition.currency
    title(study, "Planned trials", to)
    threshold = float(found.best["threshold"].iloc[0])
    to.print(
        f"At {amount(currency, threshold)} per QALY, for {people.annual:,.0f} eligible a year over "
        f"{people.years:g} years; amounts in millions of {currency}, at each trial's best size"
    )
    heads = ("Weeks", "Patients", "Years", "EVSI", "Cost", "Net", "Pays at")
    rows = table("Trial", *heads)
    rows.columns[0].no_wrap = True
    for row in found.best.to_dict("records"):
        rows.add_row(
            row["trial"],
            f"{row['follow_up_weeks']:g}",
            f"{row['patients']:,}",
            f"{row['years_to_report']:.1f}",
            *(millions(row[name]) for name in ("population_evsi", "cost", "enbs")),
            times(row["times"]),
        )
    to.print(rows)
    to.print(
        "Years until it reports; EVSI of all concerned; pays at: how many times as many patients "
        "would have to benefit."
    )
    _print_choices(found, currency, to)
    _print_ranges(found, currency, to)
    to.print()
    names = ", ".join(guessed(definitions, people))
    to.print(f"Assumptions, not evidence: {names}; their ranges are in the files.")
    text = trial_words(study, found, definitions)
    conclude(text, to, study)
    return text


def _print_choices(found: TrialReport, currency: str, to: Console) -> None:
    to.print()
    name = design(found.best.to_dict("records")[0])
    to.print(f"What to decide today: {name}", style="bold")
    rows = table("Choice", f"Net benefit, million {currency}", "if others pay the trial")
    free = paid_by_others(found)
    for choice, value in choices(found).items():
        rows.add_row(choice, millions(value), millions(free[choice]))
    to.print(rows)


def _print_ranges(found: TrialReport, currency: str, to: Console) -> None:
    to.print()
    to.print(f"The best trial's net benefit over its assumptions, million {currency}", style="bold")
    rows = table("Assumption", "Low", "High", "Net: low", "high", "Pays: low", "high")
    for name, part in found.ranges.groupby("assumption", sort=False):
        ends = part.to_dict("records")
        rows.add_row(
            "all of them" if name == "all" else str(name),
            *("" if row["value"] != row["value"] else short(row["value"]) for row in ends),
            *(millions(row["enbs"]) for row in ends),
            *(times(row["times"]) for row in ends),
        )
    to.print(rows)
    to.print("Low and high of all of them: every one against the trial, every one for it.")
