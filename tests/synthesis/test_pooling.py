import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from hecon.engine.expression import parse
from hecon.errors import InputError, ModelError
from hecon.synthesis import heterogeneity
from hecon.synthesis.pooling import pool

SETTINGS = settings(max_examples=80, derandomize=True, deadline=None)
METHODS = ("REML", "DL", "PM")

#: BCG vaccine against tuberculosis, 13 trials (Colditz et al. 1994): cases and numbers, both arms.
BCG = np.array([
    (4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867),
    (33, 5069, 47, 5808), (180, 1541, 372, 1451), (8, 2545, 10, 629), (505, 88391, 499, 88391),
    (29, 7499, 45, 7277), (17, 1716, 65, 1665), (186, 50634, 141, 27338), (5, 2498, 3, 2341),
    (27, 16913, 29, 17854),
])  # fmt: skip


def bcg():
    a, n, b, m = BCG.T
    return np.log(a / n / (b / m)), 1 / a - 1 / n + 1 / b - 1 / m


def restricted_deviance(tau2, y, v):
    """Minus twice the restricted log likelihood, from its definition; at many tau2 at once."""
    variance, ones = np.eye(y.size) * (v + np.asarray(tau2)[..., None, None]), np.ones((y.size, 1))
    inverse = np.linalg.inv(variance)
    information = ones.T @ inverse @ ones
    residual = y[:, None] - ones @ np.linalg.solve(information, ones.T @ inverse @ y[:, None])
    parts = np.linalg.slogdet(variance)[1] + np.linalg.slogdet(information)[1]
    return parts + (residual.mT @ inverse @ residual)[..., 0, 0]


effects = st.integers(2, 9).flatmap(
    lambda k: st.tuples(
        st.lists(st.floats(-3, 3), min_size=k, max_size=k),
        st.lists(st.floats(0.01, 4), min_size=k, max_size=k),
    )
)


def test_bcg_trials_as_metafor_prints_them():
    # Viechtbauer 2010 (J Stat Softw 36:3), the package's own example, REML on the log risk ratio
    found = pool(*bcg())
    assert found.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert found.se == pytest.approx(0.1798, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((-1.0669, -0.3622), abs=5e-5)
    assert found.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert found.df == 12


@SETTINGS
@given(effects)
def test_restricted_likelihood_is_at_its_maximum(given_effects):
    y, v = map(np.array, given_effects)
    found = pool(y, v)
    grid = np.concatenate([[0], np.geomspace(1e-4, 50, 300)])
    deviance = restricted_deviance(grid, y, v)
    best = int(np.argmin(deviance))
    around = (grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)])
    peer = optimize.minimize_scalar(
        restricted_deviance, args=(y, v), bounds=around, method="bounded",
        options={"xatol": 1e-12},
    )  # fmt: skip
    lowest = min(peer.fun, deviance[best])
    assert restricted_deviance(found.tau2, y, v) <= lowest + 1e-9


@SETTINGS
@given(effects)
def test_statsmodels_has_the_same(given_effects):
    y, v = map(np.array, given_effects)
    found = pool(y, v, method="DL")
    assume(found.q > 1.01 * found.df)  # below, statsmodels lets tau2 turn negative
    laird = combine_effects(y, v, method_re="dl")
    assert found.tau2 == pytest.approx(laird.tau2, rel=1e-9)
    assert found.q == pytest.approx(laird.q, rel=1e-9)
    assert found.i2 == pytest.approx(laird.i2, rel=1e-9)
    assert found.estimate == pytest.approx(laird.mean_effect_re, abs=1e-10)
    assert found.se == pytest.approx(laird.sd_eff_w_re, rel=1e-9)
    fixed = pool(y, v, method="fixed")
    assert fixed.estimate == pytest.approx(laird.mean_effect_fe, abs=1e-10)
    assert fixed.se == pytest.approx(laird.sd_eff_w_fe, rel=1e-9)
    hartung = pool(y, v, method="DL", knapp_hartung=True)
    assert hartung.se == pytest.approx(laird.sd_eff_w_re_hksj, rel=1e-9)


def test_statsmodels_iterates_to_the_same():
    peer = combine_effects(*bcg(), method_re="iterated", atol=1e-12)
    assert pool(*bcg(), method="PM").tau2 == pytest.approx(peer.tau2, rel=1e-6)


@SETTINGS
@given(effects)
def test_paule_mandel_solves_its_equation(given_effects):
    y, v = map(np.array, given_effects)

    def surplus(tau2):
        w = 1 / (v + tau2)
        return (w * (y - (w * y).sum() / w.sum()) ** 2).sum() - (y.size - 1)

    expected = optimize.brentq(surplus, 0, 1e3, xtol=1e-14) if surplus(0) > 0 else 0.0
    assert pool(y, v, method="PM").tau2 == pytest.approx(expected, rel=1e-8, abs=1e-10)


@SETTINGS
@given(effects, st.randoms(use_true_random=False), st.sampled_from((*METHODS, "fixed")))
def test_order_does_not_matter_to_the_bit(given_effects, random, method):
    y, v = map(np.array, given_effects)
    order = list(range(y.size))
    random.shuffle(order)
    one, other = pool(y, v, method=method), pool(y[order], v[order], method=method)
    for name in ("estimate", "se", "tau2", "q", "i2", "low", "high", "prediction", "steps"):
        assert getattr(one, name) == getattr(other, name)
    ties = len(set(zip(y, v, strict=True))) < y.size
    assert ties or (one.weights[order] == other.weights).all()
    assert one.weights.sum() == pytest.approx(1, abs=1e-14)


@SETTINGS
@given(effects, st.sampled_from(METHODS), st.floats(0.01, 100))
def test_another_unit_scales_everything(given_effects, method, unit):
    y, v = map(np.array, given_effects)
    one, other = pool(y, v, method=method), pool(unit * y, unit**2 * v, method=method)
    assert other.tau2 == pytest.approx(unit**2 * one.tau2, rel=1e-6, abs=1e-9 * unit**2)
    assert other.estimate == pytest.approx(unit * one.estimate, rel=1e-6, abs=1e-9 * unit)


@pytest.mark.parametrize("method", METHODS)
def test_equal_variances_have_a_closed_form(method):
    y, v = np.array([0.1, 0.9, 1.4, 2.2]), 0.2
    found = pool(y, np.full(4, v), method=method)
    assert found.tau2 == pytest.approx(y.var(ddof=1) - v, rel=1e-12)
    assert found.estimate == pytest.approx(y.mean(), rel=1e-14)
    assert found.se == pytest.approx(math.sqrt(y.var(ddof=1) / 4), rel=1e-12)


def test_knapp_hartung_with_equal_variances_is_the_t_interval():
    y = np.array([0.1, 0.9, 1.4, 2.2])
    found = pool(y, np.full(4, 0.2), knapp_hartung=True)
    low, high = stats.t.interval(0.95, 3, loc=y.mean(), scale=stats.sem(y))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert found.knapp_hartung


def test_knapp_hartung_that_narrows_says_so():
    agreeing = pool([0.50, 0.51, 0.49], [0.2, 0.3, 0.1], knapp_hartung=True)
    assert agreeing.se < pool([0.50, 0.51, 0.49], [0.2, 0.3, 0.1]).se
    assert "agree more than chance" in agreeing.note
    assert pool(*bcg(), knapp_hartung=True).note == ""


def test_prediction_interval():
    # Higgins, Thompson, Spiegelhalter 2009: t with k - 2 degrees of freedom
    y, v = bcg()
    found = pool(y, v)
    half = 2.200985 * math.sqrt(found.tau2 + found.se**2)  # t(0.975, 11) from a table
    expected = (found.estimate - half, found.estimate + half)
    assert found.prediction == pytest.approx(expected, abs=1e-5)
    assert pool(y[:2], v[:2]).prediction is None
    assert pool(y[:3], v[:3]).prediction is not None


def test_few_studies_say_that_heterogeneity_is_unknown():
    two = pool([1.4279, 1.0], [0.24, 0.19])
    assert "Two studies cannot estimate heterogeneity" in two.note
    one = pool([0.59], [0.06])
    assert (one.estimate, one.tau2, one.df, one.i2) == (0.59, 0.0, 0, 0.0)
    assert math.isnan(one.p_q)
    assert "One study cannot show heterogeneity" in one.note
    assert pool([0.59], [0.06], knapp_hartung=True).se == one.se
    assert pool(*bcg()).note == ""


def test_a_range_of_heterogeneity():
    y, v = np.array([1.4279, 1.0]), np.array([0.24, 0.19])
    for tau2 in (0.0, 0.1, 0.5):
        found, w = pool(y, v, tau2=tau2), 1 / (v + tau2)
        assert found.estimate == pytest.approx((w * y).sum() / w.sum(), rel=1e-14)
        assert found.se == pytest.approx(w.sum() ** -0.5, rel=1e-14)


def test_a_swing_is_damped(monkeypatch):
    # plain Fisher scoring goes back and forth for ever here
    y = np.array([0.34, 0.42, -0.14, -0.25, 0.42, 0.25, 1.25, 0.4, 0.27])
    v = np.array([2.09, 0.39, 0.01, 0.31, 0.03, 0.19, 1.01, 0.94, 0.42])
    found = pool(y, v)
    deviance = [restricted_deviance(t, y, v) for t in np.linspace(0, 5, 501)]
    assert restricted_deviance(found.tau2, y, v) <= min(deviance) + 1e-9
    assert found.steps < 60
    monkeypatch.setattr(heterogeneity, "DAMPING", parse("damping"))
    with pytest.raises(ModelError, match="did not come to rest"):
        pool(y, v)


def test_what_does_not_come_to_rest_is_an_error(monkeypatch):
    monkeypatch.setattr(heterogeneity, "MOST_STEPS", 1)
    with pytest.raises(ModelError, match="did not come to rest in 1 steps"):
        pool(*bcg())


@pytest.mark.parametrize(
    ("args", "options", "message"),
    [
        (([], []), {}, "no study is left to pool"),
        (([1.0], [0.0]), {}, "the variance is 0; it must be above 0"),
        (([math.nan], [1.0]), {}, "not a finite number"),
        (([1.0, 2.0], [1.0]), {}, "2 effects and 1 variances"),
        (([1.0], [1.0]), {"method": "RMEL"}, "did you mean REML"),
        (([1.0], [1.0]), {"tau2": -0.1}, "tau2 is -0.1; it must be 0 or above"),
    ],
)
def test_bad_input(args, options, message):
    with pytest.raises(InputError, match=message) as caught:
        pool(*args, **options)
    assert len(caught.value.faults) == 1
