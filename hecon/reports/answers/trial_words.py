"""Planned trials in words: which is worth doing, and whether funding should wait for it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.analyses.approval import ADOPT, ADOPT_AND_STUDY, REJECT, WAIT
from hecon.analyses.population import Population
from hecon.reports.console import number
from hecon.studies.study import Study
from hecon.studies.trials import TrialDefinition

if TYPE_CHECKING:
    from hecon.analyses.trial_report import TrialReport

#: Choices in which the trial is done, and its cost is saved if others pay for it.
STUDIED = (WAIT, ADOPT_AND_STUDY)

_ADVICE = {
    REJECT: "{a} is not worth funding on today's evidence, and no trial is worth paying for.",
    WAIT: "Funding {a} should wait for the trial.",
    ADOPT: "{a} is worth funding today, and no trial is worth paying for.",
    ADOPT_AND_STUDY: "{a} is worth funding today, with the trial going on beside it.",
}
#: What the advice is not about.
LICENCE = "Whether to license it is another question, which costs don't decide."


def times(value: float) -> str:
    """How many times as many patients a trial needs to pay."""
    if np.isinf(value):
        return "never"
    return f"x {value:,.0f}" if value >= 10 else f"x {value:.1f}"


def millions(value: float) -> str:
    """An amount in millions, two decimals below ten."""
    return number(value / 1e6, 1 if abs(value) >= 1e7 or value == 0 else 2)


def design(row: Mapping[Hashable, Any]) -> str:
    """A trial's name, follow-up and size."""
    return f"{row['trial']}, {row['follow_up_weeks']:g} weeks, {row['patients']:,} patients"


def choices(found: TrialReport) -> dict[str, float]:
    """The value of each choice for the best trial at its best size."""
    first, rows = found.best.iloc[0], found.choices
    same = (rows["trial"] == first["trial"]) & (rows["follow_up_weeks"] == first["follow_up_weeks"])
    return {str(r["choice"]): float(r["value"]) for r in rows[same].to_dict("records")}


def paid_by_others(found: TrialReport) -> dict[str, float]:
    """The same if others pay for the trial."""
    cost = float(found.best.iloc[0]["cost"])
    return {c: v + cost if c in STUDIED else v for c, v in choices(found).items()}


def trial_words(study: Study, found: TrialReport, definitions: Sequence[TrialDefinition]) -> str:
    """What the trials are worth and what to decide today."""
    currency = study.jurisdiction.definition.currency
    first = found.best.to_dict("records")[0]
    together = found.ranges[found.ranges["end"] == "all favourable"].iloc[0]
    place = study.jurisdiction.definition.title
    title = {d.name: d.title for d in definitions}[str(first["trial"])]
    which = f"{title} ({first['follow_up_weeks']:g} weeks, {first['patients']:,} patients)"
    worth = f"{currency} {millions(first['population_evsi'])} million"
    cost = f"{millions(first['cost'])} million"
    if first["enbs"] > 0:
        text = (
            f"For {place} the trial most worth doing is {which}: its information is worth {worth} "
            f"and it costs {cost}."
        )
    else:
        best, most = float(together["enbs"]), float(together["times"])
        end = (
            f"would gain {millions(best)} million"
            if best > 0
            else "would pay for no number of patients"
            if np.isinf(most)
            else f"would still take {times(most).removeprefix('x ')} times as many"
        )
        many = float(first["times"])
        pays = (
            "it would pay for no number of patients"
            if np.isinf(many)
            else f"it would pay for {times(many).removeprefix('x ')} times as many patients, as a "
            "trial shared by many countries may have"
        )
        text = (
            f"For {place} alone no planned trial is worth its cost. The one nearest to it is "
            f"{which}: its information is worth {worth} here and it costs {cost}; {pays}. With "
            f"every assumption at its favourable end it {end}."
        )
    return f"{text} {_advice(study, found)} {LICENCE} {_without(found)}"


def _without(found: TrialReport) -> str:
    """What funding is worth today, and where it is, what waiting for others' trial changes.

    Where it is not, information that costs nothing adds its own worth: by construction, so that
    nothing is said of it.
    """
    free = paid_by_others(found)
    words = {REJECT: "keeping current care", ADOPT: "funding today"}
    better, worse = sorted(words, key=lambda choice: -free[choice])
    text = (
        f"Without a trial {words[better]} is worth {millions(free[better] - free[worse])} million "
        f"more than {words[worse]}"
    )
    if better == REJECT:
        return f"{text}."
    gain = free[WAIT] - free[better]
    change = "adds" if gain >= 0 else "takes"
    return (
        f"{text}; waiting for a trial that others pay for {change} {millions(abs(gain))} million."
    )


def trial_short(study: Study, found: TrialReport) -> str:
    """The same in a line or two."""
    place = study.jurisdiction.definition.title
    first = found.best.to_dict("records")[0]
    if first["enbs"] > 0:
        text = f"For {place} the trial most worth doing is {design(first)}."
    else:
        text = f"For {place} alone no planned trial is worth its cost."
    return f"{text} {_advice(study, found)} {LICENCE}"


def _advice(study: Study, found: TrialReport) -> str:
    """Whether funding should wait for a trial that is paid for here."""
    value = choices(found)
    return _ADVICE[max(value, key=lambda choice: value[choice])].format(a=study.compared[0])


def guessed(definitions: Sequence[TrialDefinition], people: Population) -> list[str]:
    """Names of the assumptions that no evidence stands behind."""
    statuses = {n: a.status for n, a in people.assumptions.items()}
    for definition in definitions:
        statuses |= {n: a.status for n, a in definition.assumptions.items()}
    return [name for name, status in statuses.items() if status == "assumption"]
