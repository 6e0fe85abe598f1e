"""Columns that a regression is made of: smooth functions of one parameter and of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from hecon.engine.arrays import Array

Whole = NDArray[np.int64]

#: Functions of a parameter's own, with the constant; mgcv's default.
FUNCTIONS = 10
#: Smoothest functions of each parameter that are multiplied for a pair, alone and among others.
PRODUCTS_OF_TWO = 4
PRODUCTS_OF_MORE = 3
_DEGREE = 3


@dataclass(frozen=True)
class Basis:
    """Columns of a regression."""

    columns: Array  #: Shape (draws, columns); the first is 1, the others have mean 0.
    penalty: Array  #: Roughness of each column, shape (columns,); 0 is never smoothed away.
    block: Whole  #: Number of the smoothing parameter of each column, shape (columns,).


def additive_columns(parameters: int) -> int:
    """Columns that `additive_basis` makes of so many parameters at most."""
    products = PRODUCTS_OF_TWO if parameters == 2 else PRODUCTS_OF_MORE
    pairs = parameters * (parameters - 1) // 2
    return 1 + parameters * (FUNCTIONS - 1) + pairs * products**2


def additive_basis(parameters: Sequence[Array]) -> Basis:
    """Smooth functions of every parameter and products for every pair.

    Args:
        parameters: Draws of each parameter, shape (draws,); one that never varies adds nothing.

    Notes:
        Cubic regression splines with knots at quantiles and an integrated squared second derivative
        as roughness, rotated so that columns are orthonormal over the draws and roughness is
        diagonal (Demmler and Reinsch 1975, Numerische Mathematik 24:375). A pair is the tensor
        product of the smoothest functions of each (Wood 2017, Generalized Additive Models, 5.6), so
        the regression is the second order of the functional ANOVA.
    """
    draws = len(parameters[0])
    margins = [margin for margin in map(_margin, parameters) if margin is not None]
    kept = PRODUCTS_OF_TWO if len(margins) == 2 else PRODUCTS_OF_MORE
    roughness = [np.zeros(1), *(each for _, each in margins)]
    for (_, first), (_, second) in combinations(margins, 2):
        roughness.append(np.add.outer(first[:kept], second[:kept]).ravel())
    ends = np.cumsum([len(each) for each in roughness])
    columns = np.empty((draws, ends[-1]))
    columns[:, 0] = 1.0
    parts = [columns[:, start:end] for start, end in pairwise(ends)]
    for part, (functions, _) in zip(parts, margins, strict=False):
        part[:] = functions
    for part, ((first, _), (second, _)) in zip(
        parts[len(margins) :], combinations(margins, 2), strict=True
    ):
        products = (first[:, :kept, None] * second[:, None, :kept]).reshape(draws, -1)
        np.subtract(products, products.mean(axis=0), out=part)
    block = np.repeat(np.arange(len(parts)), np.diff(ends))
    return Basis(columns, np.concatenate(roughness), np.r_[0, block])


def _margin(values: Array) -> tuple[Array, Array] | None:
    """Orthonormal functions of one parameter with mean 0, smoothest first, and their roughness."""
    levels, place, often = np.unique(values, return_inverse=True, return_counts=True)
    if len(levels) == 1:
        return None
    functions, roughness = _functions(levels, often)
    return functions[place], roughness


def _functions(levels: Array, often: NDArray[np.int64]) -> tuple[Array, Array]:
    """The functions at the levels of a parameter that so many draws have, and their roughness."""
    if len(levels) <= FUNCTIONS:
        return _levels(levels, often / often.sum())
    scaled = (levels - levels[0]) / (levels[-1] - levels[0])
    whole, turn, roughness = _smooth(scaled.tobytes(), often.tobytes())
    return _splines(scaled, whole) @ turn, roughness


def _splines(scaled: Array, whole: Array) -> Array:
    """Splines on knots at the points given, shape (point, spline)."""
    # loaded when a regression needs it: it takes longer than all else that `check` loads
    from scipy.interpolate import BSpline

    return np.asarray(BSpline.design_matrix(scaled, whole, _DEGREE).toarray())


@lru_cache(maxsize=64)
def _smooth(scaled_bytes: bytes, often_bytes: bytes) -> tuple[Array, Array, Array]:
    """Knots, what turns the splines on them into the functions, and the functions' roughness.

    These few numbers are kept; the functions at every draw would be a megabyte a parameter.
    """
    scaled, often = np.frombuffer(scaled_bytes), np.frombuffer(often_bytes, dtype=np.int64)
    draws = int(often.sum())
    positions = np.linspace(0, draws - 1, FUNCTIONS - _DEGREE + 1).round().astype(int)
    knots = np.unique(scaled[np.searchsorted(np.cumsum(often), positions, side="right")])
    whole = np.r_[[0.0] * _DEGREE, knots, [1.0] * _DEGREE]
    plain = _splines(scaled, whole)
    count = plain.shape[1]
    weighted = plain * (often / draws)[:, None]
    gram = weighted.T @ plain
    means: Array = weighted.sum(axis=0)
    turn = linalg.qr(means[:, None])[0][:, 1:]
    size = turn.T @ gram @ turn
    size += 1e-10 * np.trace(size) / count * np.eye(count - 1)
    curvature = _curvature(knots, whole, count)
    roughness, vectors = linalg.eigh(turn.T @ curvature @ turn, size)
    roughness[0] = 0.0
    return whole, turn @ vectors, np.maximum(roughness, 0.0) / roughness[1]


def _curvature(knots: Array, whole: Array, count: int) -> Array:
    """Integrals of products of second derivatives; two Gauss points an interval are exact."""
    from scipy.interpolate import BSpline

    second = BSpline(whole, np.eye(count), _DEGREE).derivative(2)
    half, middle = np.diff(knots) / 2, (knots[1:] + knots[:-1]) / 2
    points = np.concatenate([middle - half / np.sqrt(3.0), middle + half / np.sqrt(3.0)])
    values = second(points)
    return np.asarray(values.T @ (values * np.tile(half, 2)[:, None]))


def _levels(levels: Array, share: Array) -> tuple[Array, Array]:
    """One function a level beyond the first, orthonormal over the draws, none smoothed."""
    powers = np.vander((levels - levels.mean()) / np.ptp(levels), increasing=True)
    turned = linalg.qr(np.sqrt(share)[:, None] * powers)[0] / np.sqrt(share)[:, None]
    functions = turned[:, 1:]
    return functions, np.zeros(functions.shape[1])
