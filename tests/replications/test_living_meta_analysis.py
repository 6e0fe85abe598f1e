"""The living meta-analysis of MDMA-AT: its published figures from the trials' own counts.

Two ways: statsmodels, and the formulas written out. Log risk ratios, Paule-Mandel tau2,
Knapp-Hartung interval on k - 1 degrees of freedom; where an arm has no event, 0.5 is added to the
events and to the number assessed of both arms.
"""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

TRIALS = Path(__file__).parents[2] / "inputs/studies/ptsd/trials.csv"

#: Rows of the trials file (MDMA 125 mg, control) and the column of events, with what was published:
#: risk ratio, its 95 % interval, and the prediction interval.
ANALYSES = {
    "response": (
        [("T001", "T002"), ("T003", "T004"), ("T005", "T006"), ("T007", "T008"), ("T011", "T012")],
        ["events_response"] * 5,
        (1.349, 1.098, 1.658),
        (1.06, 1.72),
    ),
    "remission": (
        [("T001", "T002"), ("T003", "T004"), ("T005", "T006"), ("T007", "T008")],
        # the database labels "no longer meets CAPS-IV criteria" as remission in the older trials
        ["events_remission", "events_remission", "events_diagnosis_lost", "events_diagnosis_lost"],
        (2.250, 1.040, 4.867),
        (1.01, 5.03),
    ),
}


def log_risk_ratios(pairs, columns):
    with TRIALS.open() as file:
        rows = {row["row_id"]: row for row in csv.DictReader(file)}
    effects, variances = [], []
    for pair, column in zip(pairs, columns, strict=True):
        events = [float(rows[r][column]) for r in pair]
        assessed = [float(rows[r]["n_assessed"]) for r in pair]
        if 0 in events:
            events, assessed = [e + 0.5 for e in events], [n + 0.5 for n in assessed]
        effects.append(math.log(events[0] / assessed[0] / (events[1] / assessed[1])))
        variances.append(sum(1 / e - 1 / n for e, n in zip(events, assessed, strict=True)))
    return np.array(effects), np.array(variances)


@pytest.mark.parametrize("name", ANALYSES)
def test_statsmodels_gives_the_published_figures(name):
    pairs, columns, published, prediction = ANALYSES[name]
    found = combine_effects(
        *log_risk_ratios(pairs, columns), method_re="iterated", use_t=True, row_names=None
    )
    assert found.tau2 == 0
    low, high = found.conf_int(use_t=True)[3]
    figures = np.exp([found.mean_effect_re, low, high])
    assert [round(f, 3) for f in figures] == list(published)
    # tau2 is zero: the interval of the next trial is that of the mean, without Knapp-Hartung
    low, high = found.conf_int(use_t=True)[1]
    assert [round(f, 2) for f in np.exp([low, high])] == list(prediction)


@pytest.mark.parametrize("name", ANALYSES)
def test_the_formulas_written_out(name):
    pairs, columns, published, _ = ANALYSES[name]
    effect, variance = log_risk_ratios(pairs, columns)
    weight = 1 / variance
    mean = (weight * effect).sum() / weight.sum()
    spread = (weight * (effect - mean) ** 2).sum()
    degrees = len(effect) - 1
    assert spread < degrees  # so Paule-Mandel's tau2 is zero
    half = stats.t.ppf(0.975, degrees) * math.sqrt(spread / degrees / weight.sum())
    figures = np.exp([mean, mean - half, mean + half])
    assert [round(f, 3) for f in figures] == list(published)


def test_the_continuity_correction_shows_in_the_third_digit():
    """Correcting the number assessed by one, not a half, misses the published 1.349."""
    pairs, columns, published, _ = ANALYSES["response"]
    effect, variance = log_risk_ratios(pairs, columns)
    effect[4] = math.log(4.5 / 9 / (0.5 / 5))
    variance[4] = 1 / 4.5 - 1 / 9 + 1 / 0.5 - 1 / 5
    mean = (effect / variance).sum() / (1 / variance).sum()
    assert round(math.exp(mean), 3) != published[0]
