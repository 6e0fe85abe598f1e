"""Counting rules: which occupancy a cycle is credited with, and when it is discounted.

Every rule is the same line, ``counted[t] = before[t] * occupancy[t-1] + after[t] * occupancy[t]``
for t = 0..T, with the moment at which row t is discounted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hecon.engine.arrays import Array

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Counting:
    """A counting rule."""

    label: str  #: What the rule does, in words for the report.
    #: Gives ``after[0..T]`` from T; ``before`` is `before_share` for t >= 1.
    weights: Callable[[int], Array]
    before_share: float  #: Share of the occupancy at the start of the cycle that counts.
    moment: float  #: When a cycle's credit is discounted, in cycles after its start (1 is its end).
    #: True if rows are points in time 0..T, so that ages are those at the end of cycle t.
    points: bool = False
    #: True if what happens in a cycle is weighted as occupancy is. It is no integration rule: an
    #: event happens once, however occupancy is counted.
    weighs_events: bool = False

    def after(self, cycles: int) -> Array:
        """Weights of the occupancy at the end of each cycle, t = 0..T."""
        return self.weights(cycles)

    def before(self, cycles: int) -> Array:
        """Weights of the occupancy at the start of each cycle, t = 0..T (none at t = 0)."""
        weights = np.full(cycles + 1, self.before_share)
        weights[0] = 0.0
        return weights

    @property
    def after_share(self) -> float:
        """Share of the occupancy at the end of a cycle that counts, if it is one for all cycles."""
        return 1.0 - self.before_share

    def events(self, cycles: int) -> Array:
        """Weights of what happens during each cycle (transition payoffs); nothing does at t = 0."""
        weights = np.ones(cycles + 1)
        if self.weighs_events:
            weights = self.before(cycles) + self.after(cycles)
        weights[0] = 0.0
        return weights


def _cycles(share: float) -> Callable[[int], Array]:
    def weights(cycles: int) -> Array:
        result = np.full(cycles + 1, share)
        result[0] = 0.0
        return result

    return weights


def _every_point(cycles: int) -> Array:
    return np.ones(cycles + 1)


def _half_ends(cycles: int) -> Array:
    result = np.ones(cycles + 1)
    result[0] = result[-1] = 0.5
    return result


def _simpson(cycles: int) -> Array:
    if cycles % 2:
        raise ValueError(
            f"Simpson's rule needs an even number of cycles, found {cycles}; "
            "choose half-cycle or cycle-means"
        )
    result = np.where(np.arange(cycles + 1) % 2 == 1, 4.0, 2.0) / 3.0
    result[0] = result[-1] = 1.0 / 3.0
    return result


def _darth_simpson(cycles: int) -> Array:
    result = np.where(np.arange(cycles + 1) % 2 == 0, 4.0, 2.0) / 3.0
    result[0] = result[-1] = 1.0 / 3.0
    return result


COUNTING: dict[str, Counting] = {
    "cycle-means": Counting(
        "mean of the start and the end of each cycle, discounted at mid-cycle",
        _cycles(0.5),
        0.5,
        0.5,
    ),
    "start-of-cycle": Counting(
        "no correction: occupancy at the start of each cycle", _cycles(0.0), 1.0, 0.0
    ),
    "end-of-cycle": Counting(
        "no correction: occupancy at the end of each cycle", _cycles(1.0), 0.0, 1.0
    ),
    "every-point": Counting(
        "no correction, both ends counted (darthtools 'none')", _every_point, 0.0, 1.0, True
    ),
    "half-cycle": Counting(
        "half-cycle correction: trapezoid over points in time", _half_ends, 0.0, 1.0, True
    ),
    "simpson": Counting("Simpson's 1/3 rule over points in time", _simpson, 0.0, 1.0, True),
    "darth-simpson": Counting(
        "darthtools 'Simpson1/3': Simpson's inner weights swapped, and events weighted as "
        "occupancy; not an integration rule",
        _darth_simpson,
        0.0,
        1.0,
        True,
        True,
    ),
    "heemod-life-table": Counting(
        "heemod 'life-table': mean of start and end, discounted at the start of the cycle",
        _cycles(0.5),
        0.5,
        0.0,
    ),
}
