"""Designs: tables of parameter values with one row a draw.

A design is what an analysis varies. It hands out blocks of rows, so that a million draws need
no more memory than one block.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy import special

from hecon.engine.arrays import Array
from hecon.engine.model import Key, key_text
from hecon.parameters import random
from hecon.parameters.distributions import Distribution
from hecon.parameters.parameter_schema import Parameter

#: Variance left to a correlated parameter that is only rounding.
SINGULAR = 1e-12


class Design(Protocol):
    """Rows of parameter values."""

    @property
    def draws(self) -> int:
        """Number of rows."""

    @property
    def numbers(self) -> Mapping[Key, float]:
        """Values that are the same in every row."""

    @property
    def varying(self) -> frozenset[Key]:
        """Keys of the values that differ between rows."""

    def block(self, first: int, last: int) -> dict[Key, Array]:
        """Varying values of rows `first` to `last` (exclusive), each of shape (last - first,)."""


@dataclass(frozen=True)
class TableDesign:
    """A design held as a table.

    Attributes:
        numbers: Values common to all rows.
        columns: Values by row, each of shape (draws,).
        free: True if another such design will vary something else: a model then needs one program
            for all of them, somewhat slower than one of its own.
        labels: What each row is, for messages.
    """

    draws: int
    numbers: Mapping[Key, float]
    columns: Mapping[Key, Array] = field(default_factory=dict)
    labels: Sequence[str] = ()
    free: bool = False

    @property
    def varying(self) -> frozenset[Key]:
        """Keys of the columns."""
        return frozenset(self.columns)

    def block(self, first: int, last: int) -> dict[Key, Array]:
        """Rows `first` to `last` (exclusive)."""
        return {key: column[first:last] for key, column in self.columns.items()}


def held(design: Design) -> TableDesign:
    """A design with all its rows worked out, for analyses that read them many times."""
    return TableDesign(design.draws, design.numbers, design.block(0, design.draws))


def rows(
    numbers: Mapping[Key, float],
    changes: Sequence[Mapping[Key, float]],
    labels: Sequence[str] = (),
) -> TableDesign:
    """A design with one row per set of changes to common values.

    Args:
        numbers: Base values; a key changed in some row must have a base value here.
        labels: What each row is, for messages.
    """
    changed = sorted({key for change in changes for key in change}, key=key_text)
    columns = {
        key: np.array([change.get(key, numbers.get(key, np.nan)) for change in changes])
        for key in changed
    }
    constant = {key: value for key, value in numbers.items() if key not in columns}
    return TableDesign(len(changes), constant, columns, labels, free=True)


def base_values(parameters: Sequence[Parameter]) -> dict[Key, float]:
    """Base-case values of all inputs."""
    return {p.key: p.value for p in parameters if p.value is not None}


def base_case(parameters: Sequence[Parameter]) -> TableDesign:
    """A design of one row: every parameter at its base value."""
    return TableDesign(1, base_values(parameters), labels=("base case",), free=True)


def row_label(design: Design, row: int) -> str:
    """What a row of a design is, as messages name it; draws are numbered from 1 as in tables."""
    if isinstance(design, ProbabilisticDesign):
        return f"probabilistic analysis, draw {row + 1}"
    labels = design.labels if isinstance(design, TableDesign) else ()
    return labels[row] if labels else ""


@dataclass(frozen=True)
class Correlation:
    """Rank correlation between two parameters, as a Gaussian copula's rho."""

    first: Key
    second: Key
    rho: float


#: Rows of which a distribution's draws are kept together: 16 kB.
STRETCH = 2_048


class ProbabilisticDesign:
    """Random rows: every uncertain parameter drawn from its distribution.

    Args:
        parameters: All parameters; those with a fixed distribution keep their base value.
        draws, seed: Number of rows, and the seed of all streams.
        method: ``monte-carlo``, ``latin-hypercube`` or ``sobol``.
        correlations: Pairs joined by a Gaussian copula; the implied matrix must be positive
            semi-definite.

    Raises:
        ValueError: If the method is unknown or the correlations are impossible.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        draws: int,
        seed: int,
        method: str = "monte-carlo",
        correlations: Sequence[Correlation] = (),
    ):
        if method not in random.METHODS:
            raise ValueError(f"'{method}' is not a design; allowed are {', '.join(random.METHODS)}")
        uncertain = [p for p in parameters if p.is_input and p.distribution.varies]
        self.draws = draws
        self.seed = seed
        self.method = method
        self.parameters = {p.key: p for p in uncertain}
        self.varying = frozenset(self.parameters)
        self.numbers = {k: v for k, v in base_values(parameters).items() if k not in self.varying}
        self._cholesky = correlated(correlations)
        self._stored: dict[Key, Array] = {}
        streams = {k: p.stream for k, p in self.parameters.items()}
        if method == "latin-hypercube":
            self._stored = {k: random.latin_hypercube(seed, s, draws) for k, s in streams.items()}
        elif method == "sobol":
            points = random.sobol(seed, list(streams.values()), draws)
            self._stored = {k: points[s] for k, s in streams.items()}

    def _uniform(self, key: Key, first: int, last: int) -> Array:
        if self._stored:
            return self._stored[key][first:last]
        return random.monte_carlo(self.seed, self.parameters[key].stream, first, last)

    def _alone(self, parameter: Parameter, first: int, last: int) -> Array:
        """Draws of a parameter by itself, put together from stretches that are worked out once."""
        begun, end = first - first % STRETCH, max(last, self.draws)
        parts = [
            _drawn(parameter.distribution, self.seed, parameter.stream, a, min(a + STRETCH, end))
            for a in range(begun, last, STRETCH)
        ]
        values = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return values[first - begun : last - begun]

    def _at(self, parameter: Parameter, uniform: Array) -> Array:
        return parameter.distribution.quantile(uniform)

    def block(self, first: int, last: int) -> dict[Key, Array]:
        """Values of rows `first` to `last` (exclusive); they may be read-only."""
        joined = {key for keys, _ in self._cholesky for key in keys}
        alone = (
            {} if self._stored else {k: p for k, p in self.parameters.items() if k not in joined}
        )
        uniforms = {k: self._uniform(k, first, last) for k in self.parameters if k not in alone}
        for keys, lower in self._cholesky:
            normal = [special.ndtri(uniforms[k]) for k in keys]
            for i, key in enumerate(keys):
                joint = lower[i, 0] * normal[0]
                for j in range(1, i + 1):
                    joint = joint + lower[i, j] * normal[j]
                uniforms[key] = special.ndtr(joint)
        values = {
            key: self._alone(parameter, first, last)
            if key in alone
            else self._at(parameter, uniforms[key])
            for key, parameter in self.parameters.items()
        }
        groups: dict[str, list[Key]] = {}
        for key, parameter in self.parameters.items():
            if parameter.distribution.kind == "dirichlet":
                groups.setdefault(parameter.distribution.group, []).append(key)
        for members in groups.values():
            total = values[members[0]]
            for key in members[1:]:
                total = total + values[key]
            for key in members:
                values[key] = values[key] / total
        return values


@lru_cache(maxsize=2_048)
def _drawn(distribution: Distribution, seed: int, stream: str, first: int, last: int) -> Array:
    """Draws of one distribution by itself: the same in every scenario that leaves it alone."""
    values = distribution.quantile(random.monte_carlo(seed, stream, first, last))
    values.setflags(write=False)
    return values


def correlated(correlations: Sequence[Correlation]) -> list[tuple[list[Key], Array]]:
    """Connected groups of correlated parameters with the Cholesky factor of each."""
    groups: list[set[Key]] = []
    for pair in correlations:
        joined: set[Key] = {pair.first, pair.second}
        apart = []
        for group in groups:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        groups = [*apart, joined]
    result: list[tuple[list[Key], Array]] = []
    for group in groups:
        keys = sorted(group, key=key_text)
        matrix = np.eye(len(keys))
        for pair in correlations:
            if pair.first in group:
                i, j = keys.index(pair.first), keys.index(pair.second)
                matrix[i, j] = matrix[j, i] = pair.rho
        lower = _lower(matrix)
        if lower is None:
            names = ", ".join(key_text(k) for k in keys)
            raise ValueError(f"the correlations of {names} contradict each other")
        result.append((keys, lower))
    return result


def _lower(matrix: Array) -> Array | None:
    """Lower triangle L with L L' the matrix, or None if there is none.

    Unlike a library's, it takes two quantities that are one and the same (correlation 1).
    """
    lower = np.zeros_like(matrix)
    for j in range(len(matrix)):
        left = matrix[j:, j] - lower[j:, :j] @ lower[j, :j]
        if left[0] > SINGULAR:
            lower[j:, j] = left / np.sqrt(left[0])
        elif left[0] < -SINGULAR or np.abs(left).max() > np.sqrt(SINGULAR):
            return None
    return lower
