"""When cycles begin, end and count: the time variables and the weights of a counting rule."""

from dataclasses import dataclass

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.model import CALENDAR, MONTHS_PER_YEAR, WEEKS_PER_YEAR, LookupTable
from hecon.engine.timing import COUNTING, TOLERANCE, Counting
from hecon.errors import ModelError


def remembered_cycles(memory_years: float, cycle_months: float | Array) -> int:
    """The most cycles that a memory takes: it is full after so many, whenever they begin.

    `cycle_months` is a number, or shape (cycles,) where they differ.
    """
    if not isinstance(cycle_months, np.ndarray):
        return int(np.ceil(memory_years * MONTHS_PER_YEAR / cycle_months - TOLERANCE))
    ends = np.concatenate([[0.0], np.cumsum(cycle_months)]) / MONTHS_PER_YEAR
    full = np.searchsorted(ends[:-1], ends + memory_years - TOLERANCE)
    return int((full - np.arange(len(ends))).max())


@dataclass(frozen=True)
class InState:
    """Years in a state after some completed cycles in it, at most those that are remembered.

    At the start of each cycle, or at its end. Where cycles differ in length these differ by cycle.
    """

    completed: int
    memory_years: float
    at_end: bool = False


class Clock:
    """Times and weights for t = 0..T.

    Args:
        rule: Name of the counting rule.
        cycles, cycle_months: Number of cycles and their length: a number, or shape (cycles,) where
            they differ.

    Raises:
        ModelError: If the counting rule doesn't fit the number or the lengths of the cycles.
    """

    def __init__(self, rule: str, cycles: int, cycle_months: float | Array):
        self.rule = rule
        self.cycles = cycles
        self.cycle_months = cycle_months
        self.counting: Counting = COUNTING[rule]
        self.times = self._regular_times()
        try:
            self.before = self.counting.before(cycles)
            self.after = self.counting.after(cycles)
        except ValueError as error:
            raise ModelError(str(error)) from None

    def _regular_times(self) -> dict[str, Array]:
        """The time variables for t = 0..T."""
        cycle = np.arange(self.cycles + 1, dtype=float)
        started = np.maximum(cycle - 1.0, 0.0)
        counted = cycle if self.counting.points else started
        moment = cycle if self.counting.points else started + self.counting.moment
        if isinstance(self.cycle_months, np.ndarray):
            return self._uneven_times(cycle, self.cycle_months / MONTHS_PER_YEAR)
        years = self.cycle_months / MONTHS_PER_YEAR
        return {
            "cycle": cycle,
            "year": started * self.cycle_months / MONTHS_PER_YEAR,
            "counted_year": counted * self.cycle_months / MONTHS_PER_YEAR,
            "discount_time": moment * years,
        }

    def _uneven_times(self, cycle: Array, years: Array) -> dict[str, Array]:
        """The time variables where cycles differ in length, `years` of shape (cycles,)."""
        if self.counting.points:
            rules = ", ".join(name for name, rule in COUNTING.items() if not rule.points)
            raise ModelError(
                f"cycles of different length can't be counted by '{self.rule}'; allowed are {rules}"
            )
        length = np.concatenate([years[:1], years])
        begun = np.concatenate([[0.0, 0.0], np.cumsum(years)[:-1]])
        return {
            "cycle": cycle,
            "year": begun,
            "counted_year": begun,
            "discount_time": begun + self.counting.moment * length,
            "cycle_years": length,
            "end_week": np.concatenate([[0.0], np.cumsum(years)]) * WEEKS_PER_YEAR,
        }

    def series(self, what: object) -> Array:
        """A time variable for t = 0..T: one of `times` by its name, or years in a state."""
        if not isinstance(what, InState):
            return self.times[str(what)]
        ends = np.concatenate([[0.0], np.cumsum(np.broadcast_to(self.cycle_months, self.cycles))])
        now = np.arange(self.cycles + 1) - (0 if what.at_end else 1)
        begun = ends[np.maximum(now - what.completed, 0)]
        years: Array = (ends[np.maximum(now, 0)] - begun) / MONTHS_PER_YEAR
        return np.minimum(years, what.memory_years)

    def calendar(self) -> LookupTable:
        """Which cycle a week is in, by minus the week: the row of the first end not before it.

        What is later than all ends is in the row before them, one cycle after the last.
        """
        ends = self.times["end_week"][1:]
        columns = {}
        for name in ("cycle", "year", "discount_time", "cycle_years"):
            later = self.cycles + 1.0 if name == "cycle" else self.times[name][-1]
            columns[name] = np.concatenate([[later], self.times[name][:0:-1]])
        return LookupTable(CALENDAR, np.concatenate([[-np.inf], -ends[::-1]]), columns)
