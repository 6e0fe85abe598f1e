import math

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import Table2x2

from hecon.engine.expression import excel
from hecon.errors import InputError
from hecon.synthesis.effects import MEASURES, effects
from hecon.synthesis.estimate import evaluate

COUNTS = [(28, 42, 12, 37), (37, 52, 20, 42), (5, 10, 1, 9), (130, 461, 184, 455)]


@pytest.mark.parametrize("counts", COUNTS)
def test_statsmodels_has_the_same_ratios(counts):
    a, n_1, b, n_2 = counts
    peer = Table2x2(np.array([[a, n_1 - a], [b, n_2 - b]]))
    odds = effects("log odds ratio", *counts)
    assert odds.estimate[0] == pytest.approx(peer.log_oddsratio, rel=1e-13)
    assert odds.variance[0] == pytest.approx(peer.log_oddsratio_se**2, rel=1e-13)
    risk = effects("log risk ratio", *counts)
    assert risk.estimate[0] == pytest.approx(peer.log_riskratio, rel=1e-13)
    assert risk.variance[0] == pytest.approx(peer.log_riskratio_se**2, rel=1e-13)


def test_zero_cells_get_a_half_in_their_own_study_only():
    found = effects("log odds ratio", [5, 28], [10, 42], [0, 12], [10, 37])
    assert found.estimate[0] == pytest.approx(math.log((5.5 / 5.5) / (0.5 / 10.5)), rel=1e-14)
    assert found.variance[0] == pytest.approx(2 / 5.5 + 1 / 0.5 + 1 / 10.5, rel=1e-14)
    assert found.estimate[1] == pytest.approx(math.log(28 * 25 / (14 * 12)), rel=1e-14)
    full = effects("log risk ratio", 10, 10, 3, 9)
    assert full.estimate[0] == pytest.approx(math.log((10.5 / 11) / (3.5 / 10)), rel=1e-14)
    assert full.variance[0] == pytest.approx(1 / 10.5 - 1 / 11 + 1 / 3.5 - 1 / 10, rel=1e-14)
    none = effects("logit", [0, 7], [7, 7])
    np.testing.assert_allclose(none.estimate, [-math.log(15), math.log(15)], rtol=1e-14)


def test_swapped_arms_change_the_sign_only():
    one = effects("log odds ratio", [5, 28], [10, 42], [0, 12], [10, 37])
    other = effects("log odds ratio", [0, 12], [10, 37], [5, 28], [10, 42])
    np.testing.assert_allclose(one.estimate, -other.estimate, rtol=1e-15)
    np.testing.assert_allclose(one.variance, other.variance, rtol=1e-15)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda m: m.name)
def test_the_formulas_are_those_of_a_sheet(measure):
    cells = {"events_1": "A1", "n_1": "B1", "events_2": "C1", "n_2": "D1", "added": "E1"}
    text = excel(measure.variance, cells.__getitem__, lambda *_: "")
    assert text.startswith("1/(A1+E1)")
    assert evaluate(measure.natural, {"estimate": 0.0}) == (0.5 if measure.arms == 1 else 1)


def complaint(*args, **kwargs):
    with pytest.raises(InputError) as caught:
        effects(*args, **kwargs)
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_faulty_counts_are_named():
    studies = ["Foa 1991", "Vera 2011"]

    def of(events_1, n_1, events_2=(2, 1), n_2=(10, 7)):
        return complaint("log odds ratio", events_1, n_1, events_2, n_2, studies=studies,
                         source="trials.csv")  # fmt: skip

    assert of([4, 8], [10, 7]) == (
        "trials.csv, column events: study Vera 2011, arm 1: 8 events among 7 participants"
    )
    assert "Foa 1991, arm 1: the count is missing" in of([math.nan, 2], [10, 7])
    assert "Foa 1991, arm 1: -1 is not a count" in of([-1, 2], [10, 7])
    assert "2.5 is not a count" in of([4, 2.5], [10, 7])
    assert "n is 0" in of([4, 0], [10, 0])
    assert "Vera 2011 has no arm 2" in of([4, 2], [10, 7], [2, math.nan], [10, math.nan])
    assert "Vera 2011: nobody has the event" in of([4, 0], [10, 7], [2, 0])
    assert "everybody has the event" in of([4, 7], [10, 7], [2, 7])


def test_unknown_measures_and_lone_arms_are_named():
    assert "did you mean log odds ratio" in complaint("log-odds ratio", 1, 2, 1, 2)
    assert "study 1 has no arm 2" in complaint("log odds ratio", 1, 2)
    assert "2 counts for 5 studies" in complaint("logit", [1, 2, 3, 4, 5], [9, 9])
