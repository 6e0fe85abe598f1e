"""How a design's blocks are run: compiled where this machine can, in NumPy where it can't."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.cohort import Kernel
from hecon.engine.compiled import Machine, height
from hecon.engine.invariants import check_constant_rows
from hecon.engine.model import CohortModel, Key
from hecon.engine.native import CannotCompile
from hecon.engine.payoffs import PayoffSum
from hecon.engine.program import Program
from hecon.errors import ModelError


class Runner:
    """A model made ready for designs that share the number and length of cycles.

    Args:
        numbers, varying: Values that all rows share, and keys of those that differ.
        draws: Rows of the design in all.
        one_program: True to compile as if every value differed: one program serves all such
            designs.
        summed: True for discounted totals alone, in the order of `SUMMED`, instead of all outcomes.
    """

    #: Kinds of outcomes whose discounted totals are given if sums are asked for.
    SUMMED = ("cost", "qaly", "life_years")

    def __init__(
        self,
        model: CohortModel,
        numbers: Mapping[Key, float],
        varying: frozenset[Key],
        cycles: int,
        cycle_months: float | Array,
        draws: int,
        *,
        one_program: bool = False,
        summed: bool = False,
    ):
        self._given = (model, numbers, varying, cycles, cycle_months)
        self._numbers: Mapping[Key, float] = numbers if one_program else {}
        if one_program:
            self.program = Program(model, {}, varying | frozenset(numbers), cycles, cycle_months)
            try:
                check_constant_rows(self.program)
            except ModelError:
                check_constant_rows(self._own)
        else:
            self.program = self._own
            check_constant_rows(self.program)
        self.outcomes: list[PayoffSum] = self.program.outcomes
        self.rows: Sequence[int | None] = range(len(self.outcomes))
        if summed:
            self.rows = [
                self.SUMMED.index(o.kind) if o.discounted and o.kind in self.SUMMED else None
                for o in self.outcomes
            ]
        self._machine: Machine | None = None
        try:
            self._machine = Machine(self.program, self.rows, draws)
        except CannotCompile:
            check_constant_rows(self._own)

    @cached_property
    def _own(self) -> Program:
        """The program of this design and no other."""
        return Program(*self._given)

    @cached_property
    def _kernel(self) -> Kernel:
        return Kernel(self._own)

    def run(self, columns: Mapping[Key, Array], draws: int, first: int) -> Array:
        """Totals of a block, shape (row, strategy, draw).

        Raises:
            ModelError: If a probability is negative, a row does not sum to one or a figure is not
                finite; the error names draw, strategy, cycle and transition.
        """
        if self._machine is None:
            return self._checked(columns, draws, first)
        shared = {key: np.broadcast_to(value, draws) for key, value in self._numbers.items()}
        totals, well = self._machine.run({**shared, **columns}, draws)
        if not well:
            # the kernel names what is wrong; a breach by rounding alone may be none to it
            self._checked(columns, draws, first)
        return totals

    def _checked(self, columns: Mapping[Key, Array], draws: int, first: int) -> Array:
        found = self._kernel.run(columns, draws, first=first).totals
        totals = np.zeros((height(self.rows), *found.shape[1:]))
        for row, values in zip(self.rows, found, strict=True):
            if row is not None:
                totals[row] += values
        return totals
