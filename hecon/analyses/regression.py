"""Regression of outcomes on parameters, with the smoothness chosen from the draws."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy import special
from scipy.linalg import lapack

from hecon.analyses.bases import Basis, Whole
from hecon.engine.arrays import Array

#: Replicates of a regression, and draws at which they are looked at, for standard errors.
REPLICATES = 200
POINTS = 500

_ROUNDS = 60
#: What the draws are divided by for the smoothing parameters that a search may start at.
_STARTS = (1.0, 10.0, 100.0, 1000.0)
#: Change of a column's weight that ends the search: what the step after it would change is less by
#: orders.
_SETTLED = 1e-4
#: Likelihoods that differ by less, for each draw, differ by rounding.
_ALIKE = 1e-9
#: Variance, as a share, that is only rounding.
_ROUNDING = 1e-14
_LOOSEST, _STIFFEST = 1e-9, 1e9
#: Least and largest change of a standard deviation in one step, as a share, and of a logarithm.
_SHORTER = (-0.99, 9.0)
_LONGEST = 4.0
#: Share of a column, at least, that no other columns say, for it to tell more than rounding.
_SAME = 1e-6
#: A scaled matrix whose factor has less than this on its diagonal is not safely positive definite.
_DEFINITE = 1e-3


@dataclass(frozen=True)
class RegressionFit:
    """A regression of several outcomes on the same columns."""

    basis: Basis
    #: fitted, residual: Shape (outcomes, draws).
    fitted: Array
    residual: Array
    smoothing: Array  #: Smoothing parameter by outcome and block.
    #: Inverse of the penalised normal matrix by outcome, shape (outcomes, columns, columns).
    inverse: Array
    freedom: Array  #: Effective degrees of freedom by outcome, shape (outcomes,).
    gram: Array  #: Products of the columns, shape (columns, columns).

    def replicates(self) -> tuple[Whole, Array, Array]:
        """What other draws of the same size would have changed in the fitted values.

        Returns:
            Some of the draws, shape (points,); columns there, shape (points, columns); and changes
            of the coefficients, shape (outcomes, columns, replicates), of which the first are those
            of means over all draws. The seed is fixed.
        """
        x = self.basis.columns
        outcomes, draws = self.fitted.shape
        rows = np.linspace(0, draws - 1, min(POINTS, draws)).round().astype(int)
        points = x[:, rows].T
        points[:, 1:] -= points[:, 1:].mean(axis=0)
        noise = self.residual @ self.residual.T / draws
        noise *= np.sqrt(np.outer(*[draws / np.maximum(draws - self.freedom, 1.0)] * 2))
        mixed = np.tensordot(_root(noise), _standard_normal(outcomes, len(x)), 1)
        return rows, points, self.inverse @ (_root(self.gram) @ mixed)


@lru_cache(maxsize=8)
def _standard_normal(outcomes: int, columns: int) -> Array:
    """Standard normal numbers, shape (outcomes, columns, replicates)."""
    generator = np.random.Generator(np.random.PCG64DXSM(0))
    found = generator.standard_normal((outcomes, columns, REPLICATES))
    found.setflags(write=False)
    return found


def _root(matrix: Array) -> Array:
    """The symmetric root of a covariance matrix, singular or not.

    It is the only one that does not hang on the signs that a library gives to eigenvectors.
    """
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def fit(basis: Basis, outcomes: Array) -> RegressionFit:
    """Penalised least squares; each block's smoothness by restricted maximum likelihood.

    Args:
        outcomes: Shape (outcomes, draws).

    Notes:
        The coefficients of a block are normal around 0; of the variances of all blocks, Newton's
        method finds those with the highest restricted likelihood (Wood 2011, Journal of the Royal
        Statistical Society B 73:3). Matrices are no larger than the columns.
    """
    x = basis.columns
    middle = outcomes.mean(axis=1, keepdims=True)
    scale = outcomes.std(axis=1, keepdims=True)
    flat = scale <= 1e-12 * np.abs(middle)
    scale = np.where(flat, 1.0, scale)
    y = np.where(flat, 0.0, (outcomes - middle) / scale)
    blocks = np.equal.outer(np.unique(basis.block), basis.block) * basis.penalty
    known = _NormalEquations(x @ x.T, blocks[(blocks > 0).any(axis=1)], x.shape[1])
    products = zip(y @ x.T, (y**2).sum(axis=1), strict=True)
    found = [_likeliest(known, *own) for own in products]
    fitted = np.stack([own.beta for own in found]) @ x * scale + middle
    return RegressionFit(
        basis,
        fitted,
        outcomes - fitted,
        np.exp([own.logs for own in found]),
        np.stack([own.inverse for own in found]),
        np.array([(own.inverse * known.gram).sum() for own in found]),
        known.gram,
    )


@dataclass(frozen=True)
class _NormalEquations:
    """The left-hand side of the normal equations, and what smooths."""

    gram: Array  #: Products of the columns, shape (columns, columns).
    blocks: Array  #: Roughness of its own columns by block, shape (blocks, columns).
    draws: int

    @cached_property
    def ranks(self) -> Array:
        """Columns that each smoothing parameter holds, shape (blocks,)."""
        return np.asarray((self.blocks > 0).sum(axis=1), dtype=float)

    @cached_property
    def free(self) -> float:
        """Draws less the columns that are never smoothed, of which few draws may leave none."""
        return max(self.draws - len(self.gram) + float(self.ranks.sum()), 1.0)


@dataclass(frozen=True)
class _SmoothedFit:
    """One outcome's coefficients under some smoothing parameters."""

    logs: Array  #: Logarithms of the smoothing parameters, shape (blocks,).
    ridges: Array  #: What each adds to the diagonal of the matrix, shape (blocks, columns).
    inverse: Array  #: Inverse of the penalised matrix.
    beta: Array  #: Coefficients, shape (columns,).
    variance: float  #: Of the residuals.
    loss: float  #: The restricted log likelihood times -2, but for a constant.


def _likeliest(known: _NormalEquations, cross: Array, square: float) -> _SmoothedFit:
    """Coefficients under the smoothing parameters with the highest restricted likelihood.

    Args:
        cross: Products of the columns and the outcome, shape (columns,).
        square: The outcome's sum of squares.
    """
    # the likelihood may have several tops, one of a line and one of a wave
    starts = [np.full(len(known.ranks), np.log(known.draws / s)) for s in _STARTS]
    here = min((_penalised(known, cross, square, s) for s in starts), key=lambda own: own.loss)
    if not len(known.ranks):
        return here
    step = _step(known, here)
    for _ in range(_ROUNDS):
        there = _penalised(known, cross, square, here.logs + step)
        if there.loss > here.loss + _ALIKE * known.draws:
            step = step / 3
            continue
        # what smoothing leaves of each column, as a share
        left, before = (1 / (1 + at.ridges / known.draws) for at in (there, here))
        here = there
        if np.abs(left - before).max() < _SETTLED:
            break
        step = _step(known, here)
    return here


def _penalised(known: _NormalEquations, cross: Array, square: float, logs: Array) -> _SmoothedFit:
    logs = np.clip(logs, *np.log([_LOOSEST, _STIFFEST * known.draws]))
    ridges = np.exp(logs)[:, None] * known.blocks
    inverse, size = _inverse(known.gram, ridges.sum(axis=0))
    beta = inverse @ cross
    variance = max(square - float(beta @ cross), _ROUNDING * known.draws) / known.free
    loss = known.free * np.log(variance) + size - float(known.ranks @ logs)
    return _SmoothedFit(logs, ridges, inverse, beta, variance, loss)


def _step(known: _NormalEquations, at: _SmoothedFit) -> Array:
    """Newton's step for the logarithms of the smoothing parameters.

    It is taken in the standard deviations of the blocks' coefficients, each by a share of itself:
    a block without effect goes to 0 there, on a parabola, and to infinity in its logarithm. Where
    the loss is no bowl in them, the step is taken in the logarithms; where it is none in these
    either, with the information averaged over what is seen and what is expected (Gilmour, Thompson
    and Cullis 1995, Biometrics 51:1440), which always has one.
    """
    pull = at.ridges * at.beta
    rough = pull @ at.beta / at.variance
    spread = at.ridges @ at.inverse.diagonal()
    slope = rough + spread - known.ranks
    inner = pull @ at.inverse @ pull.T / at.variance
    curve = np.diag(rough + spread) - 2 * inner - np.outer(rough, rough) / known.free
    curve -= at.ridges @ at.inverse**2 @ at.ridges.T
    shorter = _solved(curve + np.diag(slope / 2), slope / 2)
    if shorter is not None:
        return np.asarray(-2 * np.log1p(np.clip(shorter, *_SHORTER)))
    step = _solved(curve, -slope)
    if step is None:
        step = _solved(np.diag(1.01 * rough + 1e-12) - inner, -slope)
    return np.zeros_like(slope) if step is None else np.clip(step, -_LONGEST, _LONGEST)


def _solved(matrix: Array, right: Array) -> Array | None:
    """The solution, or None if the matrix is not positive definite."""
    own = matrix.diagonal()
    if not (own > 0).all():
        return None
    scale = 1 / np.sqrt(own)
    factor, wrong = lapack.dpotrf(matrix * np.outer(scale, scale), lower=1)
    if wrong or factor.diagonal().min() < _DEFINITE:
        return None
    return np.asarray(scale * lapack.dpotrs(factor, scale * right, lower=1)[0])


def _inverse(gram: Array, ridge: Array) -> tuple[Array, float]:
    """The inverse of a penalised matrix, and the logarithm of the matrix's determinant."""
    matrix = gram.copy(order="F")
    np.fill_diagonal(matrix, gram.diagonal() + ridge)
    scale = np.sqrt(matrix.diagonal())
    factor, wrong = lapack.dpotrf(matrix, lower=1, clean=1)
    if wrong or (factor.diagonal() / scale).min() < _SAME:
        # columns that say the same: the direction in which they differ is only rounding
        values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
        told = values > _SAME**2 * values[-1]
        vectors = vectors[:, told] / scale[:, None]
        values = np.where(told, values, _SAME**2 * values[-1])
        size = float(np.log(values).sum() + 2 * np.log(scale).sum())
        return (vectors / values[told]) @ vectors.T, size
    size = 2 * float(np.log(factor.diagonal()).sum())
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    own = inverse.diagonal().copy()
    inverse = inverse + inverse.T
    np.fill_diagonal(inverse, own)
    return inverse, size


def residual_pattern(order: Whole, residual: Array) -> tuple[float, float]:
    """What is left in residuals in the order of a variable: von Neumann's ratio and its p-value.

    Args:
        order: Positions of the draws in rising order of the variable, shape (draws,).

    Returns:
        The ratio, 1 where neighbours have nothing in common and less where the regression is too
        stiff, and the one-sided p-value.

    Notes:
        Von Neumann (1941), Annals of Mathematical Statistics 12:367; mgcv's `k.check` is the same
        idea with permutations.
    """
    sorted_ = residual[order]
    draws, variance = len(sorted_), float(sorted_.var())
    if variance == 0:
        return 1.0, 1.0
    ratio = float(np.mean(np.diff(sorted_) ** 2)) / (2 * variance)
    error = np.sqrt((draws - 2) / (draws**2 - 1))
    return ratio, float(special.ndtr((ratio - 1) / error))
