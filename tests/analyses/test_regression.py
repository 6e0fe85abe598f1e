"""Smooth regressions against SciPy's splines and the likelihood written out."""

import numpy as np
import pytest
from scipy import interpolate, optimize

from hecon.analyses.bases import FUNCTIONS, additive_basis
from hecon.analyses.regression import fit


def test_functions_are_cubic_splines_with_their_roughness():
    x = np.sort(np.random.default_rng(1).gamma(2.0, size=500))
    basis = additive_basis([x])
    knots = x[np.linspace(0, 499, FUNCTIONS - 2).round().astype(int)]
    whole = np.r_[[knots[0]] * 3, knots, [knots[-1]] * 3]
    splines = [interpolate.make_lsq_spline(x, column, whole) for column in basis.columns[1:]]
    for spline, column in zip(splines, basis.columns[1:], strict=True):
        np.testing.assert_allclose(spline(x), column, atol=1e-6)
    fine = np.linspace(x[0], x[-1], 200_001)
    rough = [np.trapezoid(spline.derivative(2)(fine) ** 2, fine) for spline in splines]
    np.testing.assert_allclose(basis.penalty[1], 0)
    np.testing.assert_allclose(rough / rough[1], basis.penalty[1:], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(basis.columns @ basis.columns.T / 500, np.eye(10), atol=1e-6)


def test_a_parameter_with_a_long_tail_keeps_its_line():
    x = np.random.default_rng(0).gamma(0.3, size=3000) ** 3
    basis = additive_basis([x])
    assert (basis.penalty >= 0).all()
    found = fit(basis, 2 + 3 * x[None])
    np.testing.assert_allclose(found.residual, 0, atol=1e-6)
    assert found.freedom[0] == pytest.approx(2)


def test_as_many_columns_as_draws_leave_nothing():
    x, y = np.random.default_rng(2).standard_normal((2, 4))
    np.testing.assert_allclose(fit(additive_basis([x]), y[None]).residual, 0, atol=1e-6)


def test_parameters_that_say_the_same_are_one():
    a, noise = np.random.default_rng(1).standard_normal((2, 1000))
    outcomes = np.stack([3 * a + 5, np.sin(2 * a) + noise])
    found = fit(additive_basis([a, 2 * a + 1, a + 1e-7 * noise]), outcomes)
    np.testing.assert_allclose(found.residual[0], 0, atol=1e-5)
    alone = fit(additive_basis([a]), outcomes)
    assert np.corrcoef(found.fitted[1], alone.fitted[1])[0, 1] > 0.99


def restricted(basis, outcome):
    """Minus twice the log likelihood of an outcome, but for a constant, by its covariance.

    It is that of what the columns that are never smoothed do not explain.
    """
    held = basis.penalty > 0
    contrasts = np.linalg.svd(basis.columns[~held].T)[0][:, (~held).sum() :]
    columns, y = contrasts.T @ basis.columns[held].T, contrasts.T @ outcome
    blocks = np.unique(basis.block[held], return_inverse=True)[1]

    def loss(logs):
        variance = np.exp(-np.asarray(logs))[blocks] / basis.penalty[held]
        covariance = np.eye(len(y)) + columns * variance @ columns.T
        square = y @ np.linalg.solve(covariance, y)
        return len(y) * np.log(square) + np.linalg.slogdet(covariance)[1]

    return loss


def test_smoothing_has_the_highest_restricted_likelihood():
    a, b, noise = np.random.default_rng(5).standard_normal((3, 60))
    for outcome in (np.sin(2 * a) + 0.3 * a * b + 0.5 * noise, noise):
        found = fit(additive_basis([a, b]), outcome[None])
        loss = restricted(found.basis, outcome)
        logs = np.log(found.smoothing[0])
        for start in ([2.0] * 3, logs.clip(-9, 25)):
            best = optimize.minimize(loss, start, method="L-BFGS-B", bounds=[(-9, 25)] * 3)
            assert loss(logs) < best.fun + 1e-5


@pytest.mark.parametrize("seed", [8, 95])
def test_of_two_tops_the_higher_is_found(seed):
    """A wave that a line nearly says as well: the restricted likelihood has a top for each."""
    x = np.sort(np.random.default_rng(0).standard_normal(200))
    random = np.random.default_rng(seed)
    pace, height = random.uniform(2, 9), random.uniform(0, 0.6)
    outcome = height * np.sin(pace * x) + random.standard_normal(200)
    found = fit(additive_basis([x]), outcome[None])
    loss = restricted(found.basis, outcome)
    everywhere = np.array([loss([log]) for log in np.linspace(-9, 25, 60)])
    inner = everywhere[1:-1]
    assert ((inner < everywhere[:-2]) & (inner < everywhere[2:])).sum() + (
        everywhere[-1] < everywhere[-2]
    ) == 2
    assert loss(np.log(found.smoothing[0])) < everywhere.min() + 1e-3
