"""A model compiled for one design: what is computed once, per draw, per cycle, and in the loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hecon.engine.expression import OPERATIONS
from hecon.engine.graph import Graph, Node
from hecon.engine.model import (
    CALENDAR,
    MONTHS_PER_YEAR,
    WEEKS_PER_YEAR,
    CohortModel,
    Key,
    Table,
)
from hecon.engine.payoffs import Credit, Credits, Outcome, Single
from hecon.engine.timing import COUNTING, Counting
from hecon.engine.transitions import TOLERANCE, Cohorts, Move, Row, Trace
from hecon.errors import ModelError

Array = NDArray[np.float64]


class Program:
    """A model prepared for a design whose rows share the number and length of cycles.

    Parameters
    ----------
    numbers
        Values of the parameters that are the same in every draw.
    varying
        Keys of the parameters that differ between draws.
    cycles, cycle_months
        Number of cycles and their length: a number, or shape (cycles,) where they differ.

    Raises
    ------
    ModelError
        If the counting rule doesn't fit the number or the lengths of the cycles.
    """

    def __init__(
        self,
        model: CohortModel,
        numbers: Mapping[Key, float],
        varying: frozenset[Key],
        cycles: int,
        cycle_months: float | Array,
    ):
        self.model = model
        self.numbers = numbers
        self.cycles = cycles
        self.cycle_months = cycle_months
        self.counting: Counting = COUNTING[model.counting]
        self._times = self.times()
        if np.ndim(cycle_months):
            model = replace(model, tables={**model.tables, CALENDAR: self._calendar()})
            self.model = model
        try:
            self.before = self.counting.before(cycles)
            self.after = self.counting.after(cycles)
        except ValueError as error:
            raise ModelError(str(error)) from None
        self.graph = Graph(model, varying, varying | frozenset(numbers))
        self.cohorts = Cohorts(model, self.graph, cycles, cycle_months)
        self.states, self.rows = self.cohorts.states, self.cohorts.rows
        self.traces, self.trace_of = self.cohorts.traces, self.cohorts.trace_of
        credits = Credits(model, self.graph, self.cohorts, self.counting)
        self.outcomes, self.credits, self.singles = (
            credits.outcomes,
            credits.credits,
            credits.singles,
        )
        self._constants: dict[int, float | Array] = {}
        with np.errstate(all="ignore"):
            for node in self.graph.nodes:
                if not node.by_draw:
                    self._constants[node.index] = self._constant(node)

    def substates(self, name: str) -> list[int]:
        """Positions of a state's sub-states."""
        return self.cohorts.substates(name)

    def coefficient(self, credit: Credit) -> Array:
        """Weights for t = 0..T: everything in a credit that is the same for all draws.

        For plain occupancy the counting rule is included, so that occupancy at t counts for
        the cycle that ends at t and the one that begins there.
        """
        scale = np.ones(self.cycles + 1)
        with np.errstate(all="ignore"):
            for node in credit.scale:
                scale = scale * self.constant_value(node)
        if credit.flow is not None:
            return weighted(self.counting.events(self.cycles), scale)
        if credit.loop:
            return weighted((self.before + self.after > 0).astype(float), scale)
        result = weighted(self.after, scale)
        result[:-1] += weighted(self.before, scale)[1:]
        return result

    def constant_value(self, node: Node) -> float | Array:
        """Value of a node that does not vary by draw: a number, or one per cycle 0..T."""
        return self._constants[node.index]

    def _constant(self, node: Node) -> float | Array:
        match node.op:
            case "const":
                return float(node.what)  # type: ignore[arg-type]
            case "parameter":
                return self.numbers[node.what]  # type: ignore[index]
            case "fixed":
                return {
                    "cycle_years": self.cycle_months / MONTHS_PER_YEAR,
                    "months_per_year": MONTHS_PER_YEAR,
                    "weeks_per_year": WEEKS_PER_YEAR,
                }[str(node.what)]
            case "time":
                return self._times[str(node.what)]
            case "lookup":
                table, column = str(node.what).split(".")
                key = self._constants[node.args[0].index]
                return self.model.tables[table].look_up(column, key)
            case op:
                args = [self._constants[a.index] for a in node.args]
                value: float | Array = OPERATIONS[op].numpy(*args) * 1.0
                return value

    def times(self) -> dict[str, Array]:
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
                f"cycles of different length can't be counted by '{self.model.counting}'; "
                f"allowed are {rules}"
            )
        length = np.concatenate([years[:1], years])
        begun = np.concatenate([[0.0, 0.0], np.cumsum(years)[:-1]])
        return {
            "cycle": cycle,
            "year": begun,
            "counted_year": begun,
            "discount_time": begun + self.counting.moment * length,
            "cycle_years": length,
        }

    def _calendar(self) -> Table:
        """Which cycle a week is in, by minus the week: the row of the first end not before it.

        What is later than all ends is in the row before them, one cycle after the last.
        """
        ends = np.cumsum(self._times["cycle_years"][1:]) * WEEKS_PER_YEAR
        columns = {}
        for name in ("cycle", "year", "discount_time", "cycle_years"):
            later = self.cycles + 1.0 if name == "cycle" else self._times[name][-1]
            columns[name] = np.concatenate([[later], self._times[name][:0:-1]])
        return Table(CALENDAR, np.concatenate([[-np.inf], -ends[::-1]]), columns)


def weighted(weights: Array, values: Array) -> Array:
    """The product, zero where the weight is zero even if the value there is not a number."""
    return np.multiply(weights, values, out=np.zeros_like(weights), where=weights != 0.0)


__all__ = ["TOLERANCE", "Credit", "Move", "Outcome", "Program", "Row", "Single", "Trace"]
