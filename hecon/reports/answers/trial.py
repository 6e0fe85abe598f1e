"""Planned trials on the screen: which is worth doing, at what size, and whether to wait."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.console import Console

from hecon.analyses.approval import ADOPT, ADOPT_AND_STUDY, REJECT, WAIT
from hecon.analyses.population import Population
from hecon.analyses.trial import TrialDefinition
from hecon.analyses.trial_report import TrialReport
from hecon.reports.answers.tables import conclude, plain, title
from hecon.reports.console import amount, number, table
from hecon.studies.study import Study


def print_trials(
    study: Study,
    found: TrialReport,
    definitions: list[TrialDefinition],
    people: Population,
    to: Console,
) -> str:
    """Print what each trial is worth, the choices and the assumptions; gives the conclusion."""
    currency = study.jurisdiction.definition.currency
    titles = {d.name: d.title for d in definitions}
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
            *(_millions(row[name]) for name in ("population_evsi", "cost", "enbs")),
            _times(row["times"]),
        )
    to.print(rows)
    to.print(
        "Years until it reports; EVSI of all concerned; pays at: how many times as many patients "
        "would have to benefit."
    )
    first = found.best.iloc[0]
    _print_choices(found, first, currency, to)
    _print_ranges(found, currency, to)
    _print_assumptions(definitions, people, to)
    text = _conclusion(study, found, titles[str(first["trial"])], currency)
    conclude(text, to)
    return text


def _times(value: float) -> str:
    """How many times as many patients a trial needs to pay."""
    if np.isinf(value):
        return "never"
    return f"x {value:,.0f}" if value >= 10 else f"x {value:.1f}"


def _millions(value: float) -> str:
    return number(value / 1e6, 1 if abs(value) >= 1e7 or value == 0 else 2)


def _choices(found: TrialReport, first: pd.Series) -> dict[str, float]:
    rows = found.choices
    same = (rows["trial"] == first["trial"]) & (rows["follow_up_weeks"] == first["follow_up_weeks"])
    return {str(r["choice"]): float(r["value"]) for r in rows[same].to_dict("records")}


def _print_choices(found: TrialReport, first: pd.Series, currency: str, to: Console) -> None:
    to.print()
    name = f"{first['trial']}, {first['follow_up_weeks']:g} weeks, {first['patients']:,} patients"
    to.print(f"What to decide today: {name}", style="bold")
    rows = table("Choice", f"Net benefit, million {currency}", "if others pay the trial")
    cost = float(first["cost"])
    for choice, value in _choices(found, first).items():
        free = value + cost if choice in (WAIT, ADOPT_AND_STUDY) else value
        rows.add_row(choice, _millions(value), _millions(free))
    to.print(rows)


def _print_ranges(found: TrialReport, currency: str, to: Console) -> None:
    to.print()
    to.print(f"The best trial's net benefit over its assumptions, million {currency}", style="bold")
    rows = table("Assumption", "Low", "High", "Net: low", "high", "Pays: low", "high")
    for name, part in found.ranges.groupby("assumption", sort=False):
        ends = part.to_dict("records")
        rows.add_row(
            "all of them" if name == "all" else str(name),
            *("" if row["value"] != row["value"] else plain(row["value"]) for row in ends),
            *(_millions(row["enbs"]) for row in ends),
            *(_times(row["times"]) for row in ends),
        )
    to.print(rows)
    to.print("Low and high of all of them: every one against the trial, every one for it.")


def _print_assumptions(definitions: list[TrialDefinition], people: Population, to: Console) -> None:
    statuses: dict[str, str] = {n: a.status for n, a in people.assumptions.items()}
    for definition in definitions:
        statuses |= {n: a.status for n, a in definition.assumptions.items()}
    guessed = [name for name, status in statuses.items() if status == "assumption"]
    to.print()
    to.print(f"Assumptions, not evidence: {', '.join(guessed)}; their ranges are in the files.")


def _conclusion(study: Study, found: TrialReport, label: str, currency: str) -> str:
    a, _ = study.compared
    first = found.best.to_dict("records")[0]
    ranges = {str(r["end"]): float(r["enbs"]) for r in found.ranges.to_dict("records")}
    ranges_times = {
        str(r["end"]): _times(float(r["times"])).removeprefix("x ")
        for r in found.ranges.to_dict("records")
    }
    place = study.jurisdiction.definition.title
    which = f"{label} ({first['follow_up_weeks']:g} weeks, {first['patients']:,} patients)"
    worth = f"{currency} {_millions(first['population_evsi'])} million"
    cost = f"{_millions(first['cost'])} million"
    if first["enbs"] > 0:
        text = (
            f"For {place} the trial most worth doing is {which}: its information is worth {worth} "
            f"and it costs {cost}."
        )
    else:
        best = ranges["all favourable"]
        end = (
            f"With every assumption at its favourable end it would gain {_millions(best)} million."
            if best > 0
            else "With every assumption at its favourable end it would still take "
            f"{ranges_times['all favourable']} times as many."
        )
        many = _times(float(first["times"])).removeprefix("x ")
        text = (
            f"For {place} alone no planned trial is worth its cost. The one nearest to it is "
            f"{which}: its information is worth {worth} here and it costs {cost}; it would pay for "
            f"{many} times as many patients, as a trial shared by many countries may have. {end}"
        )
    return f"{text} {_advice(_choices(found, found.best.iloc[0]), float(first['cost']), a)}"


def _advice(choices: dict[str, float], cost: float, a: str) -> str:
    """Whether approval should wait, if the trial is paid here and if others pay it."""
    free = choices | {c: choices[c] + cost for c in (WAIT, ADOPT_AND_STUDY)}
    best, other = (max(c, key=lambda choice: c[choice]) for c in (choices, free))
    text = _ADVICE[best].format(a=a)
    if other != best:
        text += f" If others pay for the trial: {_ADVICE[other].format(a=a)}"
    gain = free[WAIT] - free[ADOPT]
    more = "more" if gain > 0 else "less"
    return (
        f"{text} The cost of the trial apart, waiting for it is worth {_millions(abs(gain))} "
        f"million {more} than adopting today."
    )


_ADVICE = {
    REJECT: "{a} is not worth adopting on today's evidence, nor is a trial worth paying for.",
    WAIT: "Approval should wait for the trial.",
    ADOPT: "{a} is worth adopting today; approval need not wait.",
    ADOPT_AND_STUDY: "{a} is worth adopting today, with the trial going on beside it.",
}
