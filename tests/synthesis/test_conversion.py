from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from hecon.errors import InputError
from hecon.synthesis.bucher import indirect
from hecon.synthesis.conversion import (
    from_ratio,
    log_odds_to_smd,
    se_from_interval,
    smd_to_log_odds,
)
from hecon.synthesis.estimate import Estimate


def test_chinn_divides_log_odds_by_1_81():
    found = log_odds_to_smd(Estimate(1.81, 0.362))  # Chinn 2000: ln OR / 1.81
    assert found.estimate == pytest.approx(1.0, abs=0.003)
    assert found.se == pytest.approx(0.2, abs=0.001)


def test_one_standard_deviation_of_a_logistic_is_its_log_odds():
    assert smd_to_log_odds(Estimate(1.0, 0.5)).estimate == pytest.approx(stats.logistic.std())
    there_and_back = log_odds_to_smd(smd_to_log_odds(Estimate(0.32, 0.12)))
    assert (there_and_back.estimate, there_and_back.se) == pytest.approx((0.32, 0.12))


def test_an_interval_gives_its_standard_error_back():
    for level in (0.8, 0.95, 0.99):
        low, high = stats.norm.interval(level, loc=0.4, scale=0.13)
        assert se_from_interval(low, high, level=level) == pytest.approx(0.13, rel=1e-12)
    ratio = from_ratio(1.80, 1.10, 2.96)  # Schnurr 2007
    assert ratio.estimate == math.log(1.80)
    np.testing.assert_allclose(np.exp([ratio.low, ratio.high]), [1.10, 2.96], rtol=0.005)


@pytest.mark.parametrize("interval", [(2.0, 1.0), (1.0, 1.0), (math.nan, 1.0)])
def test_what_is_not_an_interval(interval):
    with pytest.raises(InputError, match="is not an interval"):
        se_from_interval(*interval)


@pytest.mark.parametrize("ratio", [(1.8, 1.9, 2.9), (1.8, 0.0, 2.9), (-1.0, -2.0, 3.0)])
def test_what_is_not_a_ratio(ratio):
    with pytest.raises(InputError, match="not a ratio above 0 inside its interval"):
        from_ratio(*ratio)


def test_indirect_comparison():
    # Bucher 1997: variances add
    found = indirect(Estimate(1.2, 0.3), Estimate(0.5, 0.4))
    assert (found.estimate, found.se) == pytest.approx((0.7, 0.5))
    assert found.p == pytest.approx(2 * stats.norm.sf(1.4))
    assert (found.low, found.high) == pytest.approx((0.7 - 0.979982, 0.7 + 0.979982), abs=1e-6)
    assert math.isnan(Estimate(0.5, 0.0).p)
