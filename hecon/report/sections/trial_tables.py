"""Tables of the planned trials: their columns, and what fills them."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.approval import ADOPT_AND_STUDY, WAIT
from hecon.analyses.population import population
from hecon.analyses.run import Run
from hecon.analyses.trial_report import TrialReport, trial_definitions, trial_values
from hecon.report.content import (
    Column,
    Table,
    table,
)
from hecon.report.vocabulary import SOURCE, STATUS, UNIT

#: Choices in which the trial is done, and its cost is saved if others pay for it.
STUDIED = (WAIT, ADOPT_AND_STUDY)

_KEYS = (
    Column("trial", "Trial", "name"),
    Column("follow_up_weeks", "Weeks", "count", meaning="weeks of follow-up"),
    Column("patients", "Patients", "count", meaning="patients randomised, all arms together"),
)

_METHOD = Column("method", "Method", "label", detail=True)

_EVSI = Column("evsi", "EVSI per person", "money", meaning="expected value of sample information")

_EVSI_ERROR = Column("standard_error", "Standard error", "money", detail=True)

_EVPPI = (
    Column("evppi", "Limit without sampling error", "money", detail=True),
    Column("evppi_error", "Its standard error", "money", shown=False),
    Column("effective_draws", "Effective draws", "number", shown=False),
)

_NET = (
    Column("years_to_report", "Reports after", "years"),
    Column("people_after", "Patients after the report", "count", detail=True),
    Column("population_evsi", "EVSI, all patients", "millions"),
    Column("cost", "Cost of the trial", "millions"),
    Column("enbs", "Net benefit of sampling", "millions"),
    Column("enbs_error", "Its standard error", "millions", detail=True),
    Column("optimal", "Best size", "flag", detail=True),
)

_THRESHOLD = Column("threshold", "Value of a {effect}", "money", shown=False)

_TIMES = Column(
    "times",
    "Pays at times as many patients",
    "number",
    meaning="how many times as many patients would have to benefit for the trial to pay",
)

SIZES = (*_KEYS, _THRESHOLD, _METHOD, _EVSI, _EVSI_ERROR, *_EVPPI, *_NET)

_DETAILED = ("evsi", "years_to_report")

BEST = tuple(
    replace(c, detail=True) if c.key in _DETAILED else c
    for c in (*_KEYS, _THRESHOLD, _METHOD, _EVSI, _EVSI_ERROR, *_EVPPI, *_NET[:-1], _TIMES)
)

CHECKS = (
    *_KEYS,
    Column("regression", "EVSI by regression", "money"),
    _EVSI_ERROR,
    Column("importance", "By importance weights", "money"),
    Column("importance_error", "Its standard error", "money", detail=True),
    _EVPPI[0],
)

CHOICES = (
    *_KEYS,
    Column("choice", "Choice"),
    Column("value", "Net benefit, all patients", "millions"),
    Column("standard_error", "Standard error", "millions", detail=True),
    Column("if_others_pay", "If others pay for the trial", "millions"),
    Column("best", "Best", "flag"),
)

RANGES = (
    Column("assumption", "Assumption", "label"),
    Column("end", "End", "label"),
    Column("value", "Value", "number"),
    Column("patients", "Best size", "count"),
    Column("enbs", "Net benefit of sampling", "millions"),
    _TIMES,
)

ASSUMPTIONS = (
    Column("name", "Assumption", "name"),
    Column("of", "Of", "name"),
    Column("value", "Value", "number"),
    Column("range_low", "From", "number"),
    Column("range_high", "To", "number"),
    UNIT,
    STATUS,
    SOURCE,
)

_KEY = tuple(c.key for c in _KEYS)

_UNSETTLED = ("standard_error", "evppi_error", "enbs_error")


def tables(run: Run) -> tuple[Table, ...]:
    """All tables of the planned trials."""
    found = run(trial_values)
    chosen = found.choices.assign(if_others_pay=if_others_pay(found))
    both = found.by_size.merge(found.checks, on=list(_KEY), suffixes=("", "_check"))
    both = both.rename(
        columns={
            "evsi": "regression",
            "evsi_check": "importance",
            "standard_error_check": "importance_error",
        }
    )
    return (
        table(
            "trial_best",
            "Each design at its best size, the best design first",
            BEST,
            found.best,
            ("trial", "follow_up_weeks"),
            unsettled=_UNSETTLED,
        ),
        table(
            "trial_choices",
            "What to decide today: net benefit over current care without a trial",
            CHOICES,
            chosen,
            ("trial", "follow_up_weeks", "choice"),
            unsettled=("standard_error",),
        ),
        table(
            "trial_checks",
            "Value of the information per person by both methods",
            CHECKS,
            both,
            _KEY,
            unsettled=("standard_error", "importance_error"),
        ),
        table(
            "trial_ranges",
            "The best trial with one assumption at an end of its range, then with all",
            RANGES,
            found.ranges,
            ("assumption", "end"),
        ),
        _assumptions(run),
        table(
            "trial_sizes",
            "All sizes, by regression; by importance weights where both were worked out",
            SIZES,
            found.sizes,
            (*_KEY, "method"),
            unsettled=_UNSETTLED,
        ),
    )


def if_others_pay(found: TrialReport) -> pd.Series:
    """The value of each choice without the cost of its trial."""
    cost = found.best.set_index(["trial", "follow_up_weeks"])["cost"]
    pairs = zip(found.choices["trial"], found.choices["follow_up_weeks"], strict=True)
    own = pd.Series([cost[pair] for pair in pairs], index=found.choices.index)
    return found.choices["value"] + own.where(found.choices["choice"].isin(STUDIED), 0.0)


def _assumptions(run: Run) -> Table:
    named = [(d.name, d.assumptions) for d in run(trial_definitions)]
    people = run(population)
    if people is not None:
        named.append(("population", dict(people.assumptions)))
    rows = [
        {
            "name": name,
            "of": of,
            "value": entry.value,
            "range_low": entry.low,
            "range_high": entry.high,
            "unit": entry.unit,
            "status": entry.status,
            "source": entry.source,
        }
        for of, found in named
        for name, entry in found.items()
    ]
    frame = pd.DataFrame(rows, columns=[c.key for c in ASSUMPTIONS])
    caption = "Assumptions of the trials and of the population"
    return table("trial_assumptions", caption, ASSUMPTIONS, frame, ("of", "name"))
