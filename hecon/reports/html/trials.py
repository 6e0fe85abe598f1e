"""Planned trials on the page: what they are worth, what to decide, and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.analyses.population import Population
from hecon.reports.answers.trial_words import (
    choices,
    design,
    paid_by_others,
    times,
    trial_words,
)
from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import Setting
from hecon.reports.figures.writing import number
from hecon.reports.html.section import Section, records
from hecon.reports.html.tables import Table, build, thin

if TYPE_CHECKING:
    from hecon.analyses.further import Further
    from hecon.analyses.trial_report import TrialReport


def trials_section(found: Material, setting: Setting) -> Section:
    """Which planned trial is worth doing, at what size, and whether funding should wait."""
    further, people = found.extras.further, found.results.population
    if further is None or not further.definitions:
        return Section("trials", "Planned trials")
    if further.trials is None or people is None:
        return Section(
            "trials", "Planned trials", [f"Not worked out: {further.missing['trials']}."]
        )
    trials = further.trials
    threshold = float(trials.best["threshold"].iloc[0])
    texts = [
        thin(trial_words(found.results.study, trials, further.definitions)),
        f"Worked out {setting.at(threshold)} for {number(people.annual)} eligible a year over "
        f"{people.years:g} years, {number(people.effective())} discounted patients in all whom "
        "the decision reaches. Information is worth something only to those treated after the "
        "report. The value of information is estimated by regression; importance weights check "
        "it at the best size of each design.",
    ]
    tables = [
        _best(trials, further, setting),
        _choices(trials, setting),
        _checked(trials, setting),
        _ranges(trials, setting),
        assumptions(further, people),
        _sizes(trials, setting),
    ]
    return Section("trials", "Planned trials", texts, tables, ("evsi", "enbs"))


def _million(row: dict[str, object], name: str) -> str:
    value = float(row[name]) / 1e6  # type: ignore[arg-type]
    return number(value, 1 if abs(value) >= 10 else 2)


def _best(trials: TrialReport, further: Further, setting: Setting) -> Table:
    titles = {d.name: d.title for d in further.definitions}
    rows = [
        {
            **row,
            "title": titles[row["trial"]],
            "reports": number(row["years_to_report"], 1),
            **{n: _million(row, n) for n in ("population_evsi", "cost", "enbs", "enbs_error")},
            "times": thin(times(row["times"])),
        }
        for row in records(trials.best)
    ]
    return build(
        "Each design at its best size: years until it reports; information for all patients, "
        f"cost and net benefit of sampling in millions of {setting.money}; pays at so many times "
        "as many patients",
        [
            ("Trial", "title", ""),
            ("Weeks", "follow_up_weeks", "count"),
            ("Patients", "patients", "count"),
            ("Years", "reports", ""),
            ("Information", "population_evsi", ""),
            ("Cost", "cost", ""),
            ("Net benefit", "enbs", ""),
            ("Error", "enbs_error", ""),
            ("Pays at", "times", ""),
        ],
        rows,
    )


def _choices(trials: TrialReport, setting: Setting) -> Table:
    free = paid_by_others(trials)
    rows = [
        {
            "choice": choice,
            "value": _million({"v": value}, "v"),
            "free": _million({"v": free[choice]}, "v"),
        }
        for choice, value in choices(trials).items()
    ]
    name = design(trials.best.to_dict("records")[0])
    return build(
        f"What to decide today, with the trial {thin(name)}: net benefit over current care, all "
        f"patients (millions of {setting.money})",
        [("Choice", "choice", ""), ("Value", "value", ""), ("If others pay it", "free", "")],
        rows,
    )


def _checked(trials: TrialReport, setting: Setting) -> Table:
    keys = ["trial", "follow_up_weeks", "patients"]
    both = trials.best.merge(trials.checks, on=keys, suffixes=("", "_check"))
    return build(
        f"Value of the information per person by both methods ({setting.money})",
        [
            ("Trial", "trial", ""),
            ("Weeks", "follow_up_weeks", "count"),
            ("Patients", "patients", "count"),
            ("EVSI by regression", "evsi", "money"),
            ("Standard error", "standard_error", "money"),
            ("By importance", "evsi_check", "money"),
            ("Standard error", "standard_error_check", "money"),
            ("Limit: no sampling error", "evppi", "money"),
        ],
        records(both),
    )


def _ranges(trials: TrialReport, setting: Setting) -> Table:
    rows = [
        {
            **row,
            "assumption": "all of them" if row["assumption"] == "all" else row["assumption"],
            "enbs": _million(row, "enbs"),
            "times": thin(times(row["times"])),
        }
        for row in records(trials.ranges)
    ]
    return build(
        f"The best trial with one assumption at an end of its range (millions of {setting.money})",
        [
            ("Assumption", "assumption", ""),
            ("End", "end", ""),
            ("Value", "value", "short"),
            ("Best size", "patients", "count"),
            ("Net benefit", "enbs", ""),
            ("Pays at", "times", ""),
        ],
        rows,
    )


def assumptions(further: Further, people: Population) -> Table:
    """Every assumption of the trials and of the population with its range and source."""
    rows = [
        {"of": of, "name": name, **vars(entry)}
        for of, found in (
            *((d.name, d.assumptions) for d in further.definitions),
            ("population", people.assumptions),
        )
        for name, entry in found.items()
    ]
    return build(
        "Assumptions of the trials and of the population",
        [
            ("Name", "name", ""),
            ("Of", "of", ""),
            ("Value", "value", "short"),
            ("Low", "low", "short"),
            ("High", "high", "short"),
            ("Unit", "unit", ""),
            ("Status", "status", "mark"),
            ("Source", "source", ""),
        ],
        rows,
    )


def _sizes(trials: TrialReport, setting: Setting) -> Table:
    rows = [
        {
            **row,
            "reports": number(row["years_to_report"], 1),
            **{n: _million(row, n) for n in ("population_evsi", "cost", "enbs")},
        }
        for row in records(trials.by_size)
    ]
    return build(
        f"All sizes (EVSI per person in {setting.money}, the rest in millions)",
        [
            ("Trial", "trial", ""),
            ("Weeks", "follow_up_weeks", "count"),
            ("Patients", "patients", "count"),
            ("EVSI", "evsi", "money"),
            ("Standard error", "standard_error", "money"),
            ("Reports after (years)", "reports", ""),
            ("Information, all patients", "population_evsi", ""),
            ("Cost", "cost", ""),
            ("Net benefit of sampling", "enbs", ""),
        ],
        rows,
    )
