"""Columns that a regression is made of: smooth functions of one parameter and of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

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
#: Knots as close as this share of the range are one: the roughness of what bends between them would
#: drown that of all else in rounding.
_CLOSE = 1e-3


@dataclass(frozen=True)
class Basis:
    """Columns of a regression."""

    columns: Array  #: Shape (columns, draws); the first is 1, the others have mean 0.
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
    margins = [margin for margin in map(_margin, parameters) if margin is not None]
    kept = PRODUCTS_OF_TWO if len(margins) == 2 else PRODUCTS_OF_MORE
    roughness = [np.zeros(1), *(each for _, each in margins)]
    for (_, first), (_, second) in combinations(margins, 2):
        roughness.append(np.add.outer(first[:kept], second[:kept]).ravel())
    ends = np.cumsum([len(each) for each in roughness])
    columns = np.empty((ends[-1], len(parameters[0])))
    columns[0] = 1.0
    parts = [columns[start:end] for start, end in pairwise(ends)]
    for part, (functions, _) in zip(parts, margins, strict=False):
        part[:] = functions
    for part, ((first, _), (second, _)) in zip(
        parts[len(margins) :], combinations(margins, 2), strict=True
    ):
        pairs = product(first[:kept], second[:kept])
        for column, (one, other) in zip(part, pairs, strict=True):
            np.multiply(one, other, out=column)
            column -= column.mean()
    block = np.repeat(np.arange(len(parts)), np.diff(ends))
    return Basis(columns, np.concatenate(roughness), np.r_[0, block])


def _margin(values: Array) -> tuple[Array, Array] | None:
    """Orthonormal functions of one parameter with mean 0, smoothest first, and their roughness."""
    levels, place, often = np.unique(values, return_inverse=True, return_counts=True)
    if len(levels) == 1:
        return None
    functions, roughness = (_levels if len(levels) <= FUNCTIONS else _smooth)(levels, often)
    return np.take(functions, place, axis=1), roughness


def _smooth(levels: Array, often: Whole) -> tuple[Array, Array]:
    """Splines at the levels of a parameter that so many draws have, and their roughness."""
    scaled = (levels - levels[0]) / (levels[-1] - levels[0])
    draws = int(often.sum())
    positions = np.linspace(0, draws - 1, FUNCTIONS - _DEGREE + 1).round().astype(int)
    knots = np.unique(scaled[np.searchsorted(np.cumsum(often), positions, side="right")])
    apart = np.diff(knots) > _CLOSE
    knots = np.r_[0.0, knots[1:-1][apart[:-1] & (knots[1:-1] < 1 - _CLOSE)], 1.0]
    width, cubics = np.diff(knots), _splines(knots)
    interval = np.searchsorted(knots[1:-1], scaled, side="right")
    x = (scaled - knots[interval]) / width[interval]
    first = np.searchsorted(interval, np.arange(1, len(width)))
    powers = np.split(np.stack([np.ones_like(x), x, x * x, x * x * x]), first, axis=1)
    parts = zip(powers, np.split(often, first), strict=True)
    moments = np.stack([own * many @ own.T for own, many in parts])
    gram = (cubics.transpose(0, 2, 1) @ (moments / draws) @ cubics).sum(axis=0)
    means = (moments[:, :1] / draws @ cubics).sum(axis=(0, 1))
    # of second derivatives, which are a line in each interval
    bent = cubics[:, 2:] / width[:, None, None] ** 1.5
    curvature = (bent.transpose(0, 2, 1) @ [[4.0, 6.0], [6.0, 12.0]] @ bent).sum(axis=0)
    turn = linalg.qr(means[:, None])[0][:, 1:]
    size = turn.T @ gram @ turn
    size += 1e-10 * np.trace(size) / len(means) * np.eye(len(size))
    roughness, vectors = linalg.eigh(turn.T @ curvature @ turn, size)
    roughness[0] = 0.0
    turned = (cubics @ (turn @ vectors)).transpose(0, 2, 1)
    functions = np.hstack([each @ own for each, own in zip(turned, powers, strict=True)])
    return functions, np.maximum(roughness, 0.0) / roughness[1]


def _splines(knots: Array) -> Array:
    """Cubic B-splines as polynomials of the place in an interval, from 0 to 1.

    Returns:
        Coefficients, lowest power first, shape (intervals, powers, splines).

    Notes:
        De Boor (1978), A Practical Guide to Splines, chapter 10: at four places in each interval.
        SciPy's interpolation, which nothing else needs, takes a quarter of a second to load.
    """
    intervals, places = np.arange(len(knots) - 1), np.linspace(0.0, 1.0, _DEGREE + 1)
    whole = np.r_[[knots[0]] * _DEGREE, knots, [knots[-1]] * _DEGREE]
    x = knots[:-1, None, None] + np.diff(knots)[:, None, None] * places[:, None]
    values = np.zeros((len(intervals), len(places), len(whole) - 1))
    values[intervals, :, intervals + _DEGREE] = 1.0
    for degree in range(1, _DEGREE + 1):
        span = whole[degree:] - whole[:-degree]
        risen = (x - whole[:-degree]) / np.where(span > 0, span, np.inf)
        values = risen[..., :-1] * values[..., :-1] + (1 - risen[..., 1:]) * values[..., 1:]
    return np.asarray(np.linalg.solve(np.vander(places, increasing=True), values))


def _levels(levels: Array, often: Whole) -> tuple[Array, Array]:
    """One function a level beyond the first, orthonormal over the draws, none smoothed."""
    powers = np.vander((levels - levels.mean()) / np.ptp(levels), increasing=True)
    root = np.sqrt(often / often.sum())
    functions = (linalg.qr(root[:, None] * powers)[0].T / root)[1:]
    return functions, np.zeros(len(functions))
