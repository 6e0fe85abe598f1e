"""Binomial quantiles against SciPy's."""

import numpy as np
import pytest
from scipy import stats

from hecon.analyses.binomial import binomial_quantile


@pytest.mark.parametrize("n", [0, 1, 7, 90, 400, 5_000])
@pytest.mark.parametrize("shape", [(1, 1), (0.2, 3), (60, 2), (300, 300)])
def test_scipy_gives_the_same_counts(n, shape):
    random = np.random.default_rng(n)
    u = np.r_[random.random(2_000), 1e-12, 1e-300, 1 - 1e-12, 0.5]
    p = np.r_[random.beta(*shape, 2_000), 0.3, 0.9, 0.1, 0.5]
    trials = np.full(len(u), float(n))
    wanted = np.clip(stats.binom.ppf(u, trials.astype(int), p), 0, n)
    np.testing.assert_array_equal(binomial_quantile(u, trials, p), wanted)


def test_certainty_and_different_numbers():
    u = np.array([0.2, 0.9, 0.5, 0.5])
    n = np.array([10.0, 10.0, 0.0, 3.0])
    p = np.array([0.0, 1.0, 0.4, 1e-320])
    np.testing.assert_array_equal(binomial_quantile(u, n, p), [0, 10, 0, 0])


def test_numbers_beyond_all_memory():
    u, n, p = np.array([0.3, 0.7]), np.full(2, 1e12), np.full(2, 0.1)
    np.testing.assert_allclose(binomial_quantile(u, n, p), stats.binom.ppf(u, n, p), rtol=1e-11)
