"""Planned trials: which pays, what to decide meanwhile, and why there may be no figures."""

from dataclasses import replace

import numpy as np
import pytest

from hecon.analyses.run import Run, Settings
from hecon.analyses.trial_report import TrialReport, trial_values
from hecon.report.numbers import Units
from hecon.report.sections.trials_section import section, short_answer
from hecon.report.words import spoken

NOK = Units("NOK", "2024")


def with_report(run: Run, found: TrialReport) -> Run:
    """The run with another report of its trials."""
    return run.knowing({trial_values: found})


@pytest.fixture(scope="module")
def report(ptsd: Run) -> TrialReport:
    """The best trial gains 2 million here and costs 100."""
    found = ptsd(trial_values)
    best = found.best.assign(population_evsi=2e6, cost=100e6, enbs=-98e6, times=50.0)
    return replace(found, best=best)


def all_said(run: Run) -> list[str]:
    return [spoken(s, NOK) for s in section(run).sentences]


def test_a_trial_that_does_not_pay_says_what_it_would_take(ptsd, report):
    texts = all_said(with_report(ptsd, report))
    assert texts[0].startswith("For Norway alone no planned trial is worth its cost: ")
    assert texts[0].endswith("is worth NOK 2.00 million here and it costs NOK 100.0 million.")
    assert texts[1].startswith("That trial would pay for 50 times as many patients")
    assert texts[2].startswith("With every assumption at its favourable end that trial would ")


def test_a_trial_that_pays_is_named_and_may_be_waited_for(ptsd, report):
    pays = replace(
        report,
        best=report.best.assign(population_evsi=110e6, enbs=10e6, times=0.9),
        choices=report.choices.assign(best=report.choices["choice"] == "wait for the trial"),
    )
    run = with_report(ptsd, pays)
    text = " ".join(all_said(run))
    assert "For Norway the trial most worth doing is" in text
    assert "per QALY funding MDMA-AT should wait for the trial." in text
    assert "no planned trial" not in text + " ".join(spoken(s, NOK) for s in short_answer(run))


def test_a_trial_that_no_number_of_patients_pays_for(ptsd, report):
    idle = replace(
        report,
        best=report.best.assign(population_evsi=0.0, enbs=-100e6, times=np.inf),
        ranges=report.ranges.assign(enbs=-1.0, times=np.inf),
    )
    texts = all_said(with_report(ptsd, idle))
    assert texts[1] == "That trial would pay for no number of patients."
    assert texts[2].endswith("that trial would pay for no number of patients.")


@pytest.mark.parametrize(
    ("adopt", "wait", "said"),
    [
        (-30e6, 2e6, "keeping current care is worth NOK 30.0 million more than funding today."),
        (30e6, 12e6, "waiting for a trial that others pay for takes NOK 18.0 million."),
        (30e6, 42e6, "waiting for a trial that others pay for adds NOK 12.0 million."),
    ],
)
def test_waiting_is_compared_with_the_best_choice_without_a_trial(ptsd, report, adopt, wait, said):
    """What waiting is worth apart from the trial's 100 million."""
    values = {"keep current care, no trial": 0.0, "adopt now, no trial": adopt}
    values |= {"adopt now, with the trial": -105e6, "wait for the trial": wait - 100e6}
    choices = report.choices.assign(value=report.choices["choice"].map(values))
    texts = all_said(with_report(ptsd, replace(report, choices=choices)))
    assert any(text.endswith(said) for text in texts)
    # free information never loses: true by construction, so nothing is said of it
    assert any("others pay" in text for text in texts) == (adopt > 0)


def test_why_there_are_none_is_said(ptsd):
    few = Run(ptsd.study, Settings(40))
    assert all_said(few) == ["Not worked out: this run has 40 draws, needed are 500 to learn from."]
    assert short_answer(few) == ()
    none = Run(replace(ptsd.study, trials=()), Settings(40))
    assert section(none).empty
