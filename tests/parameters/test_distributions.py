import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hecon.parameters.distributions import (
    KINDS,
    Distribution,
    DistributionError,
    distribution,
)

SETTINGS = settings(max_examples=60, derandomize=True, deadline=None)
U = np.array([1e-9, 1e-4, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.9999, 1 - 1e-9])
Z = 1.959963984540054  # the normal's 97.5 % point, from a table

CASES = [
    ("beta", (2.0, 5.0), stats.beta(2, 5)),
    ("beta", (47.003, 31.336), stats.beta(47.003, 31.336)),
    ("beta", (0.5, 0.5), stats.beta(0.5, 0.5)),
    ("gamma", (8.163, 459.375), stats.gamma(8.163, scale=459.375)),
    ("gamma", (0.3, 2.0), stats.gamma(0.3, scale=2.0)),
    ("lognormal", (-2.84, 0.5678), stats.lognorm(0.5678, scale=math.exp(-2.84))),
    ("normal", (1.1915, 0.3223), stats.norm(1.1915, 0.3223)),
    ("uniform", (-1.0, 3.0), stats.uniform(-1, 4)),
    ("triangular", (0.0, 0.2, 0.6), stats.triang(0.2 / 0.6, loc=0, scale=0.6)),
    ("triangular", (1.0, 1.0, 3.0), stats.triang(0, loc=1, scale=2)),
    ("dirichlet", (350.0,), stats.gamma(350)),
]


@pytest.mark.parametrize(("kind", "native", "peer"), CASES)
def test_quantiles(kind, native, peer):
    found = Distribution(kind, native).quantile(U)
    np.testing.assert_allclose(found, peer.ppf(U), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("kind", "native", "peer"), CASES)
def test_centres(kind, native, peer):
    centre = Distribution(kind, native).centre
    wanted = {"lognormal": peer.median(), "triangular": native[min(1, len(native) - 1)]}
    assert centre == pytest.approx(wanted.get(kind, peer.mean()), rel=1e-12)


def test_every_kind_is_compared():
    assert {kind for kind, _, _ in CASES} == set(KINDS) - {"fixed"}


def test_fixed():
    fixed = Distribution("fixed", (3.5,))
    assert not fixed.varies
    assert fixed.quantile(U).tolist() == [3.5] * len(U)
    assert fixed.describe() == "fixed"


def test_describe():
    assert Distribution("beta", (2.0, 5.0)).describe() == "beta (alpha 2, beta 5)"


@SETTINGS
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.9))
def test_beta_by_moments(mean, share):
    se = share * math.sqrt(mean * (1 - mean))
    peer = stats.beta(*distribution("beta", {"mean": mean, "se": se}).parameters)
    assert peer.mean() == pytest.approx(mean, rel=1e-9)
    assert peer.std() == pytest.approx(se, rel=1e-6)


@SETTINGS
@given(st.floats(0.01, 1e5), st.floats(0.01, 3))
def test_gamma_and_lognormal_by_moments(mean, share):
    se = share * mean
    shape, scale = distribution("gamma", {"mean": mean, "se": se}).parameters
    assert shape * scale == pytest.approx(mean, rel=1e-12)
    assert math.sqrt(shape) * scale == pytest.approx(se, rel=1e-12)
    mu, sigma = distribution("lognormal", {"mean": mean, "se": se}).parameters
    assert math.exp(mu + sigma**2 / 2) == pytest.approx(mean, rel=1e-9)
    assert mean * math.sqrt(math.exp(sigma**2) - 1) == pytest.approx(se, rel=1e-9)


def test_normal_by_moments():
    assert distribution("normal", {"mean": -1.0, "se": 0.5}).parameters == (-1.0, 0.5)


def test_intervals_of_a_normal():
    mean, sd = distribution("normal", {"estimate": 1.0, "ci_low": 0.02, "ci_high": 1.98}).parameters
    assert mean == 1.0
    assert sd == pytest.approx(1.96 / (2 * Z), rel=1e-12)


def test_interval_of_a_lognormal():
    """The relative risk of dropout: 1.724 (1.449 to 2.041)."""
    mu, sigma = distribution(
        "lognormal", {"estimate": 1.724, "ci_low": 1.449, "ci_high": 2.041}
    ).parameters
    assert mu == pytest.approx(math.log(1.724), rel=1e-12)
    assert sigma == pytest.approx(math.log(2.041 / 1.449) / (2 * Z), rel=1e-12)


@pytest.mark.parametrize("kind", ["beta", "gamma"])
def test_interval_by_standard_error(kind):
    given = {"estimate": 0.4, "ci_low": 0.3, "ci_high": 0.5}
    same = {"mean": 0.4, "se": 0.2 / (2 * Z)}
    found = distribution(kind, given).parameters
    assert found == pytest.approx(distribution(kind, same).parameters, rel=1e-12)


def test_triangular_may_be_written_min_mode_max():
    found = distribution("triangular", {"min": 0, "mode": 0.2, "max": 0.6})
    assert found.parameters == (0, 0.2, 0.6)


IMPOSSIBLE = [
    ("weibull", {"shape": 1}, "is not a distribution; allowed are beta"),
    ("beta", {"alpha": 1}, "alpha and beta"),
    ("beta", {"alpha": 0, "beta": 1}, None),
    ("beta", {"alpha": -1, "beta": 1}, None),
    ("beta", {"mean": 1.2, "se": 0.1}, "between 0 and 1"),
    ("beta", {"mean": 0.5, "se": 0.5}, "no beta has mean 0.5"),
    ("beta", {"mean": 0.5, "se": 0}, "above 0"),
    ("gamma", {"mean": -1, "se": 0.1}, "above 0"),
    ("gamma", {"shape": 0, "scale": 1}, None),
    ("gamma", {"shape": 1, "scale": -1}, None),
    ("lognormal", {"mean": 0, "se": 0.1}, "above 0"),
    ("lognormal", {"mu": 0, "sigma": -1}, None),
    ("lognormal", {"estimate": 1, "ci_low": -0.1, "ci_high": 2}, None),
    ("lognormal", {"estimate": 3, "ci_low": 1, "ci_high": 2}, None),
    ("normal", {"mean": 0, "sd": -1}, None),
    ("normal", {"estimate": 1, "ci_low": 2, "ci_high": 0}, None),
    ("uniform", {"low": 2, "high": 1}, None),
    ("uniform", {"mean": 2, "se": 1}, "low and high"),
    ("triangular", {"low": 0, "mode": 2, "high": 1}, None),
    ("triangular", {"low": 1, "mode": 1, "high": 1}, None),
    ("dirichlet", {"alpha": 0}, None),
    ("normal", {"mean": float("nan"), "sd": 1}, None),
    ("normal", {"mean": 0, "sd": float("inf")}, None),
]


@pytest.mark.parametrize(("kind", "given", "message"), IMPOSSIBLE)
def test_impossible(kind, given, message):
    with pytest.raises(DistributionError, match=message):
        distribution(kind, given)
