"""Demand, places and the queue between them, period by period: who starts, waits and gives up."""

from dataclasses import dataclass

import numpy as np

from hecon.engine.arrays import Array


@dataclass(frozen=True)
class Queue:
    """What becomes of those who want a treatment, all [draw, period]."""

    #: demand, treated, returned: Persons who come to want it in the period, who start it, and who
    #: take what they would have had.
    demand: Array
    treated: Array
    returned: Array
    waiting: Array  #: Persons who wait at the end of the period.

    @property
    def waited(self) -> Array:
        """Person-periods of waiting: the mean of the queue at both ends of the period."""
        before = np.concatenate([np.zeros_like(self.waiting[:, :1]), self.waiting[:, :-1]], axis=1)
        return (before + self.waiting) / 2

    @property
    def unaccounted(self) -> float:
        """The largest number of persons who are neither treated nor returned nor waiting."""
        gone = (self.treated + self.returned).sum(axis=1) + self.waiting[:, -1]
        return float(np.abs(self.demand.sum(axis=1) - gone).max())


def queue(demand: Array, places: Array, wait_share: Array, leave: Array) -> Queue:
    """First come, first served.

    Args:
        demand: Persons a period, [draw, period].
        places: Starts that are possible in the period, [draw, period]; infinite without a limit.
        wait_share: Of those who come and find no place, who wait; the others return at once. [draw]
        leave: Of those waiting, who leave in a period for what they would have had. [draw]
    """
    treated, returned, waiting = (np.zeros_like(demand) for _ in range(3))
    queued = np.zeros(len(demand))
    for t in range(demand.shape[1]):
        come = demand[:, t]
        stay = (1 - leave) * queued
        treated[:, t] = np.minimum(stay + come, places[:, t])
        unserved = come - np.maximum(0.0, treated[:, t] - stay)
        returned[:, t] = leave * queued + (1 - wait_share) * unserved
        queued = stay + come - treated[:, t] - (1 - wait_share) * unserved
        waiting[:, t] = queued
    return Queue(demand, treated, returned, waiting)


def convolved(starts: Array, flows: Array) -> Array:
    """What people cause by period since the decision, from what each does since his start.

    Args:
        starts: Persons who start, [draw, period].
        flows: Amounts a person by period since the start, the first that of the start itself,
            [draw, period, ...].
    """
    result = np.zeros((len(starts), starts.shape[1], *flows.shape[2:]))
    wide = (slice(None), slice(None), *([None] * (flows.ndim - 2)))
    for since in range(min(starts.shape[1], flows.shape[1])):
        ever = starts[:, : starts.shape[1] - since]
        result[:, since:] += ever[wide] * flows[:, since][:, None]
    return result
