import math

import pytest
from scipy import stats

from hecon.errors import InputError
from hecon.synthesis.bucher import indirect
from hecon.synthesis.conversion import (
    se_from_interval,
    smd_to_log_odds,
)
from hecon.synthesis.estimate import Estimate


def test_one_standard_deviation_of_a_logistic_is_its_log_odds():
    assert smd_to_log_odds(Estimate(1.0, 0.5)).estimate == pytest.approx(stats.logistic.std())
    # Chinn 2000: ln OR / 1.81
    found = smd_to_log_odds(Estimate(1.0, 0.2))
    assert (found.estimate, found.se) == pytest.approx((1.81, 0.362), rel=0.003)


def test_an_interval_gives_its_standard_error_back():
    low, high = stats.norm.interval(0.95, loc=0.4, scale=0.13)
    assert se_from_interval(low, high) == pytest.approx(0.13, rel=1e-12)


@pytest.mark.parametrize("interval", [(2.0, 1.0), (1.0, 1.0), (math.nan, 1.0)])
def test_what_is_not_an_interval(interval):
    with pytest.raises(InputError, match="is not an interval"):
        se_from_interval(*interval)


def test_indirect_comparison():
    # Bucher 1997: variances add
    found = indirect(Estimate(1.2, 0.3), Estimate(0.5, 0.4))
    assert (found.estimate, found.se) == pytest.approx((0.7, 0.5))
    assert found.p == pytest.approx(2 * stats.norm.sf(1.4))
    assert (found.low, found.high) == pytest.approx((0.7 - 0.979982, 0.7 + 0.979982), abs=1e-6)
    assert math.isnan(Estimate(0.5, 0.0).p)
