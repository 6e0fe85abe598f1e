"""A model compiled for one design: what is computed once, per draw, per cycle, and in the loop."""

from collections.abc import Mapping

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.clock import Clock
from hecon.engine.graph import Node
from hecon.engine.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR, CohortModel, Key
from hecon.engine.operations import OPERATIONS
from hecon.engine.payoffs import Credit, Single
from hecon.engine.structure import structure
from hecon.engine.timing import TOLERANCE
from hecon.engine.transitions import Move, Row, Trace


class Program:
    """A model prepared for a design whose rows share the number and length of cycles.

    Args:
        numbers: Values of the parameters that are the same in every draw.
        varying: Keys of the parameters that differ between draws.
        cycles, cycle_months: Number of cycles and their length: a number, or shape (cycles,) where
            they differ.

    Raises:
        ModelError: If the counting rule doesn't fit the number or the lengths of the cycles.
    """

    def __init__(
        self,
        model: CohortModel,
        numbers: Mapping[Key, float],
        varying: frozenset[Key],
        cycles: int,
        cycle_months: float | Array,
    ):
        self.numbers = numbers
        self.structure = structure(model, varying | frozenset(numbers), cycles, cycle_months)
        self.model = self.structure.model
        self.cycles = cycles
        self.cycle_months = cycle_months
        self.clock = Clock(model.counting, cycles, cycle_months)
        self.counting = self.clock.counting
        self.before, self.after = self.clock.before, self.clock.after
        self.states, self.trace_of = self.structure.states, self.structure.trace_of
        self.outcomes = self.structure.outcomes
        self.marked = self.structure.marked(varying)
        self.nodes = self.marked.nodes
        self.rows, self.traces = self.marked.rows, self.marked.traces
        self.credits, self.singles = self.marked.credits, self.marked.singles
        self._constants: dict[int, float | Array] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if not node.by_draw:
                    self._constants[node.index] = self._constant(node)

    def substates(self, name: str) -> list[int]:
        """Positions of a state's sub-states."""
        return self.structure.substates(name)

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
                return node.number
            case "parameter":
                return self.numbers[node.key]
            case "fixed":
                return {
                    "cycles": float(self.cycles),
                    "cycle_years": self.cycle_months / MONTHS_PER_YEAR,
                    "months_per_year": MONTHS_PER_YEAR,
                    "weeks_per_year": WEEKS_PER_YEAR,
                }[str(node.what)]
            case "time":
                return self.clock.series(node.what)
            case "lookup":
                table, column = str(node.what).split(".")
                key = self._constants[node.args[0].index]
                return self.model.tables[table].look_up(column, key)
            case op:
                args = [self._constants[a.index] for a in node.args]
                value: float | Array = OPERATIONS[op].numpy(*args) * 1.0
                return value


def weighted(weights: Array, values: Array) -> Array:
    """The product, zero where the weight is zero even if the value there is not a number."""
    return np.multiply(weights, values, out=np.zeros_like(weights), where=weights != 0.0)


__all__ = ["TOLERANCE", "Credit", "Move", "Program", "Row", "Single", "Trace"]
