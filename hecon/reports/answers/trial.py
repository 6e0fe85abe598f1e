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
    rows = table(
        "Trial", "Weeks", "Patients", "Reports", "EVSI, all", "Cost", "Net (SE)", "Pays at"
    )
    for row in found.best.to_dict("records"):
        times = row["times"]
        rows.add_row(
            row["trial"],
            f"{row['follow_up_weeks']:g}",
            f"{row['patients']:,}",
            f"{row['years_to_report']:.1f} y",
            _millions(row["population_evsi"]),
            _millions(row["cost"]),
            f"{_millions(row['enbs'])} ({_millions(row['enbs_error'])})",
            "never" if np.isinf(times) else f"x {times:,.0f}" if times > 10 else f"x {times:.1f}",
        )
    to.print(rows)
    to.print("Pays at: how many times as many patients must benefit for the trial to be worth it.")
    first = found.best.iloc[0]
    _print_choices(found, first, currency, to)
    _print_ranges(found, currency, to)
    _print_assumptions(definitions, people, to)
    text = _conclusion(study, found, titles[str(first["trial"])], currency)
    conclude(text, to)
    return text


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
    rows = table("Assumption", "Low", "High", "Net at low", "Net at high")
    single = found.ranges[found.ranges["assumption"] != "all"]
    for name, part in single.groupby("assumption", sort=False):
        ends = {str(r["end"]): r for r in part.to_dict("records")}
        rows.add_row(
            str(name),
            *(plain(ends[e]["value"]) for e in ("low", "high")),
            *(_millions(ends[e]["enbs"]) for e in ("low", "high")),
        )
    to.print(rows)


def _print_assumptions(definitions: list[TrialDefinition], people: Population, to: Console) -> None:
    statuses: dict[str, str] = {n: a.status for n, a in people.assumptions.items()}
    for definition in definitions:
        statuses |= {n: a.status for n, a in definition.assumptions.items()}
    guessed = [name for name, status in statuses.items() if status == "assumption"]
    to.print()
    to.print(f"Assumptions, not evidence: {', '.join(guessed)}; their ranges are in the files.")


def _conclusion(study: Study, found: TrialReport, label: str, currency: str) -> str:
    a, b = study.compared
    first = found.best.iloc[0]
    everyone = found.ranges.set_index("end")["enbs"]
    favourable = float(everyone["all favourable"])
    choices = _choices(found, first)
    place = study.jurisdiction.definition.title
    which = f"{label} ({first['follow_up_weeks']:g} weeks, {first['patients']:,} patients)"
    if first["enbs"] > 0:
        text = (
            f"For {place} {which} is the trial most worth doing: its information is worth "
            f"{currency} {_millions(first['population_evsi'])} million and it costs "
            f"{_millions(first['cost'])} million."
        )
    else:
        most = found.sizes.loc[
            found.sizes["population_evsi"].where(found.sizes["method"] == "regression").idxmax()
        ]
        text = (
            f"For {place} alone no trial is worth its cost: the information of the best one per "
            f"krone, {which}, is worth {currency} {_millions(first['population_evsi'])} million and "
            f"it costs {_millions(first['cost'])} million. The most informative here is "
            f"{most['trial']} with {most['patients']:,} patients and {most['follow_up_weeks']:g} "
            f"weeks, worth {_millions(most['population_evsi'])} million."
        ).replace("the best one per krone", "the one that loses least")
        text += (
            " Nor is it with every assumption at its favourable end."
            if favourable <= 0
            else f" With every assumption at its favourable end it is ({_millions(favourable)} "
            "million)."
        )
    return f"{text} {_advice(choices, float(first['cost']), a, b)}"


def _advice(choices: dict[str, float], cost: float, a: str, b: str) -> str:
    """Whether approval should wait, if the trial is paid here and if others pay it."""
    best = max(choices, key=lambda choice: choices[choice])
    free = choices | {c: choices[c] + cost for c in (WAIT, ADOPT_AND_STUDY)}
    if best == REJECT:
        text = f"{a} is not worth adopting today, so approval should not come before evidence that changes this"
    elif best == WAIT:
        text = "approval should wait for the trial"
    elif best == ADOPT:
        text = f"{a} is worth adopting today and approval need not wait"
    else:
        text = f"{a} is worth adopting today, and the trial should go on beside it"
    text = text[0].upper() + text[1:]
    other = max(free, key=lambda choice: free[choice])
    if other != best and free[other] > free[best]:
        gain = free[other] - free[best]
        text += f"; if others pay the trial, the best choice is to {_verb(other)} (worth {_millions(gain)} million more)"
    against = free[WAIT] - free[ADOPT]
    better = "more" if against > 0 else "less"
    text += f". Waiting is worth {_millions(abs(against))} million {better} than adopting at once, the cost of the trial apart."
    return text


def _verb(choice: str) -> str:
    return {
        WAIT: "wait for it",
        ADOPT_AND_STUDY: "adopt now and let it run",
        ADOPT: "adopt now",
        REJECT: "keep current care",
    }[choice]
