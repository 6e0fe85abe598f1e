"""Regression of outcomes on parameters, with the smoothness chosen from the draws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.linalg import lapack

from hecon.analyses.bases import Basis
from hecon.engine.arrays import Array

#: Replicates of a regression, and draws at which they are looked at, for standard errors.
REPLICATES = 200
POINTS = 500

_ROUNDS = 60
_SETTLED = 1e-3
_STIFFEST = 1e9
#: Columns are orthogonal if their products are below this share of their squares.
_ORTHOGONAL = 1e-9


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

    def replicates(self) -> tuple[Array, Array]:
        """Fitted values as other draws of the same size would have given them.

        Returns:
            Fitted values at some of the draws, shape (outcomes, points, replicates), and their
            means over all draws, shape (outcomes, replicates). The seed is fixed.
        """
        x = self.basis.columns
        outcomes, draws = self.fitted.shape
        rows = np.linspace(0, draws - 1, min(POINTS, draws)).round().astype(int)
        points = x[rows]
        points[:, 1:] -= points[:, 1:].mean(axis=0)
        noise = self.residual @ self.residual.T / draws
        noise *= np.sqrt(np.outer(*[draws / np.maximum(draws - self.freedom, 1.0)] * 2))
        normal = np.random.Generator(np.random.PCG64DXSM(0)).standard_normal
        mixed = np.tensordot(_root(noise), normal((outcomes, x.shape[1], REPLICATES)), 1)
        shifts = self.inverse @ (_root(self.gram) @ mixed)
        return self.fitted[:, rows, None] + points @ shifts, (
            self.fitted.mean(axis=1)[:, None] + shifts[:, 0]
        )


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
        Smoothing parameters by the generalised Fellner-Schall update (Wood and Fasiolo 2017,
        Biometrics 73:1071), all outcomes together; matrices are no larger than the columns.
    """
    x = basis.columns
    draws, count = x.shape
    middle = outcomes.mean(axis=1, keepdims=True)
    scale = outcomes.std(axis=1, keepdims=True)
    flat = scale <= 1e-12 * np.abs(middle)
    scale = np.where(flat, 1.0, scale)
    y = np.where(flat, 0.0, (outcomes - middle) / scale)
    gram, cross, square = x.T @ x, y @ x, (y**2).sum(axis=1)
    blocks = np.equal.outer(np.unique(basis.block), basis.block) * basis.penalty
    ranks = (blocks > 0).sum(axis=1)
    blocks, ranks = blocks[ranks > 0], ranks[ranks > 0]
    smoothing = np.full((len(y), len(ranks)), 1e-2 * draws)
    for _ in range(_ROUNDS):
        ridge = smoothing @ blocks
        beta, diagonal = _solved(gram, ridge, cross)
        if not len(ranks):
            break
        freedom = count - (ridge * diagonal).sum(axis=1)
        rest = square - (beta * (cross + ridge * beta)).sum(axis=1)
        noise = np.maximum(rest, 1e-14 * draws) / np.maximum(draws - freedom, 1.0)
        spread = diagonal @ blocks.T
        rough = np.maximum(beta**2 @ blocks.T, 1e-300)
        used = np.maximum(ranks - smoothing * spread, 1e-12)
        update = np.clip(noise[:, None] * used / rough, 1e-9, _STIFFEST * draws)
        settled = np.abs(1 / (1 + update / draws) - 1 / (1 + smoothing / draws)).max()
        smoothing = update
        if settled < _SETTLED:
            break
    inverse = np.stack([_inverse(gram, own) for own in ridge])
    freedom = np.einsum("ocd,dc->o", inverse, gram)
    fitted = (beta @ x.T) * scale + middle
    return RegressionFit(basis, fitted, outcomes - fitted, smoothing, inverse, freedom, gram)


def _solved(gram: Array, ridge: Array, cross: Array) -> tuple[Array, Array]:
    """Coefficients by outcome, and the diagonal of the inverse of the penalised normal matrix."""
    own = np.diag(gram)
    if np.abs(gram - np.diag(own)).max() < _ORTHOGONAL * own.max():
        diagonal = 1 / (own + ridge)
        return cross * diagonal, diagonal
    beta, diagonal = np.empty_like(cross), np.empty_like(cross)
    for row, (own_ridge, products) in enumerate(zip(ridge, cross, strict=True)):
        half = _half_inverse(gram, own_ridge)
        beta[row] = half.T @ (half @ products)
        diagonal[row] = np.einsum("ij,ij->j", half, half)
    return beta, diagonal


def _half_inverse(gram: Array, ridge: Array) -> Array:
    """A matrix whose product with itself, transposed first, is the inverse of a penalised one."""
    matrix = gram.copy(order="F")
    np.fill_diagonal(matrix, np.diag(gram) + ridge)
    factor, wrong = lapack.dpotrf(matrix, lower=1, clean=1, overwrite_a=1)
    if not wrong:
        half, wrong = lapack.dtrtri(factor, lower=1, overwrite_c=1)
    if wrong:
        # columns that say the same: what rounding leaves of their difference is kept at bay
        values, vectors = np.linalg.eigh(gram + np.diag(ridge))
        half = vectors.T / np.sqrt(np.maximum(values, values[-1] * 1e-14))[:, None]
    return np.asarray(half)


def _inverse(gram: Array, ridge: Array) -> Array:
    half = _half_inverse(gram, ridge)
    return np.asarray(half.T @ half)


def residual_pattern(order: NDArray[np.int64], residual: Array) -> tuple[float, float]:
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
