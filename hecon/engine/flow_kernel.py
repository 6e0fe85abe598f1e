"""What a model adds in each cycle: the kernel with every cycle kept instead of their sum."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.cohort import Kernel
from hecon.engine.invariants import check_draw_rows, check_totals
from hecon.engine.model import Key
from hecon.engine.payoffs import Credit, PayoffSum, Single
from hecon.engine.program import weighted


@dataclass(frozen=True)
class BlockFlows:
    """Amounts by cycle, shape (outcome, strategy, cycle 0..T, draw), and the traces behind them.

    Row 0 holds what happens at the start itself: one-offs without a week and, where rows are
    points in time, the first point. `traces` holds an array (cycle 0..T, state, draw) a cohort.
    """

    amounts: Array
    traces: list[Array]


@dataclass(frozen=True)
class _Kept:
    """What the loop went through: traces, and by node its values, shape (cycle 0..T, draw)."""

    traces: list[Array]
    nodes: dict[int, Array]


class FlowKernel(Kernel):
    """The kernel for few draws: it needs memory for every cycle, and sums to what `run` gives."""

    def flows(
        self,
        columns: Mapping[Key, Array],
        draws: int,
        first: int = 0,
        wanted: Collection[PayoffSum] | None = None,
    ) -> BlockFlows:
        """Run one block; parameters and errors as in `Kernel.run`.

        Of outcomes that are not wanted, all amounts are zero.
        """
        program = self.program
        shape = (len(program.outcomes), len(program.model.strategies), program.cycles + 1, draws)
        amounts = np.zeros(shape)
        asked = [i for i, o in enumerate(program.outcomes) if wanted is None or o in wanted]
        credits = [c for c in program.credits if c.outcome in asked]
        with np.errstate(all="ignore"):
            values = self._start(columns, draws)
            check_draw_rows(program, values, draws, first)
            kept = self._kept(credits, values, draws, first)
            for credit in credits:
                amounts[credit.outcome, credit.strategy] += self._by_cycle(credit, kept, values)
            for single in program.singles:
                if single.outcome in asked:
                    self._put(single, values, amounts[single.outcome, single.strategy])
        check_totals(program, amounts.sum(axis=2), columns, first)
        return BlockFlows(amounts, kept.traces)

    def _kept(self, credits: Sequence[Credit], values: list[Any], draws: int, first: int) -> _Kept:
        program = self.program
        rows, states = program.cycles + 1, len(program.states)
        wanted = {n.index for c in credits for n in c.loop}
        wanted |= {c.flow.node.index for c in credits if c.flow is not None}
        wanted |= {c.cycle.index for c in credits if c.cycle is not None}
        kept = _Kept(
            [np.empty((rows, states, draws)) for _ in program.traces],
            {index: np.empty((rows, draws)) for index in wanted},
        )
        for t, _, now in self._cycles(values, draws, first):
            for trace, occupancy in zip(kept.traces, now, strict=True):
                trace[t] = occupancy
            for index, series in kept.nodes.items():
                series[t] = values[index]
        return kept

    def _by_cycle(self, credit: Credit, kept: _Kept, values: list[Any]) -> Array:
        """What a credit adds in each cycle, shape (cycle 0..T, draw)."""
        program = self.program
        occupancy = kept.traces[credit.trace][:, credit.state]
        past = np.concatenate([np.zeros_like(occupancy[:1]), occupancy[:-1]])
        if credit.flow is not None:
            counted = past * kept.nodes[credit.flow.node.index]
            weights = program.counting.events(program.cycles)
        else:
            counted = program.before[:, None] * past + program.after[:, None] * occupancy
            weights = (program.before + program.after > 0).astype(float)
        scale = np.ones(program.cycles + 1)
        for node in credit.scale:
            scale = scale * program.constant_value(node)
        amount = counted * weighted(weights, scale)[:, None]
        for node in credit.loop:
            amount = amount * kept.nodes[node.index]
        for node in credit.by_draw:
            amount = amount * values[node.index]
        # a figure that isn't counted may be none, as a table before its first age
        amount = np.where((weights != 0.0)[:, None], amount, 0.0)
        if credit.cycle is None:
            return amount
        moved = np.zeros_like(amount)
        # what falls after the horizon is zero, wherever it is put
        at = np.minimum(kept.nodes[credit.cycle.index], program.cycles).astype(int)
        np.add.at(moved, (at, np.arange(amount.shape[1])), amount)
        return moved

    def _put(self, single: Single, values: list[Any], amounts: Array) -> None:
        """Add a one-off in the cycle of its week; what is later than the horizon is zero."""
        rows, draws = amounts.shape
        cycle = np.broadcast_to(values[single.cycle.index], draws)
        at = np.where(cycle < rows, cycle, 0.0).astype(int)
        amounts[at, np.arange(draws)] += values[single.node.index]
