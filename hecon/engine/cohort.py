"""The kernel: moves cohorts through a compiled model, all draws of a block at once.

Arrays stay contiguous along draws and no transition tensor is ever built: memory is a few
vectors per block, whatever the number of cycles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.graph import Node
from hecon.engine.invariants import check_constant_rows, check_draw_rows, check_totals, find_breach
from hecon.engine.layout import (
    LoopSum,
    Plan,
    assign_buffers,
    layout_step,
    needed,
    plan,
    running_sums,
)
from hecon.engine.model import Key
from hecon.engine.operations import OPERATIONS
from hecon.engine.program import TOLERANCE, Credit, Program


@dataclass(frozen=True)
class BlockResult:
    """Totals of a block, shape (outcome, strategy, draw), and its traces if they were asked for.

    `traces` holds one array (cycle 0..T, state, draw) per distinct cohort.
    """

    totals: Array
    traces: list[Array]


class Kernel:
    """A program laid out for execution; shared by all blocks and read-only while they run."""

    def __init__(self, program: Program):
        self.program = program
        nodes = program.nodes
        roots = _loop_roots(program)
        loop = needed([n for n in nodes if n.by_draw and n.by_cycle], roots)
        self.draw_steps = [n for n in nodes if n.by_draw and not n.by_cycle]
        self.steps = [layout_step(program, n) for n in loop]
        self.buffer_of, self.buffers = assign_buffers(loop, {r.index for r in roots})
        used = {a for n in loop for a in n.args} | set(roots)
        self.by_cycle = [
            (n.index, np.asarray(program.constant_value(n)).tolist())
            for n in sorted(used, key=lambda n: n.index)
            if n.by_cycle and not n.by_draw
        ]
        probabilities = {n for row in program.rows.values() for n in row.nodes}
        self.watched = sorted(n.index for n in probabilities if n.by_draw and n.by_cycle)
        self.plans = [plan(trace.moves, program) for trace in program.traces]
        self.occupancy_sums, self.loop_sums = running_sums(program)
        check_constant_rows(program)

    # -- running ------------------------------------------------------------------------------

    def run(
        self,
        columns: Mapping[Key, Array],
        draws: int,
        *,
        first: int = 0,
        keep_traces: bool = False,
    ) -> BlockResult:
        """Run one block.

        Args:
            columns: Values of the varying parameters, each of shape (draws,).
            first: Number of the block's first draw, for messages.

        Raises:
            ModelError: If a probability is negative, a row does not sum to one or a figure is not
                finite; the error names draw, strategy, cycle and transition.
        """
        program = self.program
        with np.errstate(all="ignore"):
            values = self._start(columns, draws)
            check_draw_rows(program, values, draws, first)
            totals = np.zeros((len(program.outcomes), len(program.model.strategies), draws))
            traces = self._loop(values, totals, draws, first, keep_traces)
            for single in program.singles:
                totals[single.outcome, single.strategy] += values[single.node.index]
        check_totals(program, totals, columns, first)
        return BlockResult(totals, traces)

    def _start(self, columns: Mapping[Key, Array], draws: int) -> list[Any]:
        program = self.program
        values: list[Any] = [None] * len(program.nodes)
        for node in program.nodes:
            if not node.by_draw and not node.by_cycle:
                values[node.index] = float(program.constant_value(node))
        for node in self.draw_steps:
            if node.op == "parameter":
                values[node.index] = columns[node.key]
            elif node.op == "lookup":
                table, column = str(node.what).split(".")
                found = program.model.tables[table].look_up(column, values[node.args[0].index])
                values[node.index] = found
            else:
                args = [values[a.index] for a in node.args]
                # logical results become 0.0 and 1.0
                values[node.index] = np.multiply(OPERATIONS[node.op].numpy(*args), 1.0)
        buffers = [np.empty(draws) for _ in range(self.buffers)]
        for index, buffer in self.buffer_of.items():
            values[index] = buffers[buffer]
        return values

    def _compute(self, t: int, values: list[Any], buffers: Mapping[int, Array]) -> None:
        """Everything that varies by draw and cycle, for cycle t."""
        for index, series in self.by_cycle:
            values[index] = series[t]
        for step in self.steps:
            args = [values[a] for a in step.args]
            if step.choose:
                values[step.out] = args[1] if args[0] else args[2]
            else:
                values[step.out] = step.apply(*args, out=buffers[step.out])

    def _cycles(
        self, values: list[Any], draws: int, first: int
    ) -> Iterator[tuple[int, list[Array], list[Array]]]:
        """Each cycle t = 0..T with every cohort's occupancy before and after it.

        Until the next one, `values` holds what varies by cycle.
        """
        program, states = self.program, len(self.program.states)
        past = [np.zeros((states, draws)) for _ in program.traces]
        now = [np.zeros((states, draws)) for _ in program.traces]
        for occupancy, trace in zip(now, program.traces, strict=True):
            for state, node in enumerate(trace.initial):
                occupancy[state] = values[node.index]
        spare, least = np.empty(draws), np.zeros(draws)
        buffers = {index: values[index] for index in self.buffer_of}
        for t in range(program.cycles + 1):
            self._compute(t, values, buffers)
            if t:
                for index in self.watched:
                    np.minimum(least, values[index], out=least)
                past, now = now, past
                for moves, before, after in zip(self.plans, past, now, strict=True):
                    _advance(moves, values, before, after, spare)
            yield t, past, now
        if not (least >= -TOLERANCE).all():
            find_breach(program, lambda t: self._compute(t, values, buffers), values, draws, first)

    def _loop(
        self, values: list[Any], totals: Array, draws: int, first: int, keep_traces: bool
    ) -> list[Array]:
        cycles, states = self.program.cycles, len(self.program.states)
        sums = [np.zeros((states, draws)) for _ in self.occupancy_sums]
        loop_sums = [[np.zeros(draws) for _ in g.coefficients] for g in self.loop_sums]
        count = len(self.plans) if keep_traces else 0
        kept = [np.empty((cycles + 1, states, draws)) for _ in range(count)]
        scratch, spare = np.empty((states, draws)), np.empty(draws)

        for t, past, now in self._cycles(values, draws, first):
            for kept_trace, occupancy in zip(kept, now, strict=False):
                kept_trace[t] = occupancy
            for plain, total in zip(self.occupancy_sums, sums, strict=True):
                if plain.coefficient[t]:
                    np.multiply(now[plain.trace], plain.coefficient[t], out=scratch)
                    np.add(total, scratch, out=total)
            for group, running in zip(self.loop_sums, loop_sums, strict=True):
                if any(coefficient[t] for coefficient in group.coefficients):
                    self._amount(t, group, values, past, now, spare, scratch[0])
                    for coefficient, amount in zip(group.coefficients, running, strict=True):
                        np.multiply(spare, coefficient[t], out=scratch[0])
                        np.add(amount, scratch[0], out=amount)

        for plain, total in zip(self.occupancy_sums, sums, strict=True):
            for credit in plain.credits:
                self._add(credit, total[credit.state], values, totals)
        for group, running in zip(self.loop_sums, loop_sums, strict=True):
            for credits, amount in zip(group.credits, running, strict=True):
                for credit in credits:
                    self._add(credit, amount, values, totals)
        return kept

    def _amount(
        self,
        t: int,
        group: LoopSum,
        values: list[Any],
        past: list[Array],
        now: list[Array],
        out: Array,
        scratch: Array,
    ) -> None:
        """What a group counts in cycle t before its coefficients: flow or share, times nodes."""
        before, after = float(self.program.before[t]), float(self.program.after[t])
        if group.flow is not None:
            source, index = group.flow
            np.multiply(past[group.trace][source], values[index], out=out)
        else:
            np.multiply(now[group.trace][group.state], after, out=out)
            if before:
                np.multiply(past[group.trace][group.state], before, out=scratch)
                np.add(out, scratch, out=out)
        for index in group.loop:
            np.multiply(out, values[index], out=out)

    def _add(self, credit: Credit, amount: Array, values: list[Any], totals: Array) -> None:
        for node in credit.by_draw:
            amount = amount * values[node.index]
        totals[credit.outcome, credit.strategy] += amount


def _loop_roots(program: Program) -> list[Node]:
    """What the loop must know in every cycle: probabilities and factors of credits."""
    roots = [m.node for trace in program.traces for m in trace.moves]
    roots += [n for c in program.credits for n in (*c.loop, *([c.cycle] if c.cycle else []))]
    roots += [n for row in program.rows.values() for n in row.nodes]
    return roots


def _advance(moves: Plan, values: list[Any], before: Array, after: Array, spare: Array) -> None:
    """Occupancy after a cycle from occupancy before it."""
    for target, incoming in moves:
        row = after[target]
        if not incoming:
            row[:] = 0.0
            continue
        source, index = incoming[0]
        np.multiply(before[source], values[index], out=row)
        for source, index in incoming[1:]:
            np.multiply(before[source], values[index], out=spare)
            np.add(row, spare, out=row)
