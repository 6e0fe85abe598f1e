"""A Gaussian process as columns of a regression, for sets too large for additive terms."""

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from hecon.analyses.bases import Basis
from hecon.engine.arrays import Array

#: Parameters that a kernel with a length each can learn from `_LEARNING` draws.
LARGEST = 30
_LEARNING = 300
_CENTRES = 300


def gaussian_process_basis(parameters: Sequence[Array], outcomes: Array) -> Basis:
    """Linear terms and a squared exponential kernel with a length for every parameter.

    Args:
        parameters: Draws of each parameter, shape (draws,), none constant.
        outcomes: What will be regressed, shape (outcomes, draws); a part of the draws chooses the
            lengths.

    Notes:
        Strong, Oakley, Brennan (2014), Medical Decision Making 34:311, with the kernel projected on
        a part of the draws so that all of them can be used (Quiñonero-Candela and Rasmussen 2005,
        Journal of Machine Learning Research 6:1939, subset of regressors). Every k-th draw is
        taken, so the result is the same each time.
    """
    z = np.stack([(p - p.mean()) / p.std() for p in parameters], axis=1)
    draws, count = z.shape
    lengths = _lengths(_every(z, _LEARNING), _every(outcomes.T, _LEARNING).T)
    scaled = z / lengths
    centres = _every(scaled, min(_CENTRES, draws // 20))
    inner = _kernel(centres, centres) + 1e-6 * np.eye(len(centres))
    features = linalg.solve_triangular(
        linalg.cholesky(inner, lower=True), _kernel(centres, scaled), lower=True
    )
    features -= features.mean(axis=1, keepdims=True)
    held = np.r_[np.zeros(1 + count), np.ones(len(features))]
    return Basis(np.vstack([np.ones(draws), z.T, features]), held, held.astype(np.int64))


def _every(values: Array, wanted: int) -> Array:
    """About so many rows, evenly spaced."""
    positions = np.linspace(0, len(values) - 1, min(wanted, len(values))).round().astype(int)
    return np.asarray(values[positions])


def _kernel(a: Array, b: Array) -> Array:
    square = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T
    return np.asarray(np.exp(-0.5 * np.maximum(square, 0.0)))


def _lengths(z: Array, outcomes: Array) -> Array:
    """Lengths with the highest likelihood, common to all outcomes, after linear terms."""
    # imported here: it brings half of SciPy, which nothing else of `check` needs
    from scipy import optimize

    draws, count = z.shape
    design = np.hstack([np.ones((draws, 1)), z])
    y = outcomes - (design @ np.linalg.lstsq(design, outcomes.T, rcond=None)[0]).T
    size = np.sqrt((y**2).mean(axis=1))
    kept = size > 1e-9 * np.abs(outcomes).max(axis=1)
    if not kept.any():
        return np.full(count, 1e3)
    y = y[kept] / size[kept, None]

    def loss(logs: Array) -> tuple[float, Array]:
        scaled = z * np.exp(-logs[:count])
        kernel = _kernel(scaled, scaled)
        noise = np.exp(logs[count])
        lower = linalg.cholesky(kernel + noise * np.eye(draws), lower=True)
        inverse = linalg.lapack.dpotri(lower, lower=True)[0]
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
        weights = y @ inverse
        fits = (weights * y).sum(axis=1)
        value = len(y) * np.log(np.diag(lower)).sum() + 0.5 * draws * np.log(fits).sum()
        pull = 0.5 * len(y) * inverse - 0.5 * draws * (weights.T / fits) @ weights
        pull *= kernel
        slope = 2 * (pull.sum(axis=1) @ scaled**2 - (scaled * (pull @ scaled)).sum(axis=0))
        prior = 0.5 * ((logs[:count] - 1.0) ** 2).sum() / 4
        gradient = np.r_[slope + (logs[:count] - 1.0) / 4, noise * np.trace(pull)]
        return float(value + prior), gradient

    start = np.r_[np.full(count, 1.0), np.log(0.5)]
    bounds = [(-2.0, 6.0)] * count + [(-9.0, 6.0)]
    best, _, _ = optimize.fmin_l_bfgs_b(loss, start, bounds=bounds, maxiter=30)
    return np.asarray(np.exp(best[:count]))
