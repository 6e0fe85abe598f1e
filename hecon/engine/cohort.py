"""The kernel: moves cohorts through a compiled model, all draws of a block at once.

Arrays stay contiguous along draws and no transition tensor is ever built: memory is a few
vectors per block, whatever the number of cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.engine.expression import OPERATIONS
from hecon.engine.graph import Node
from hecon.engine.model import Key
from hecon.engine.program import TOLERANCE, Credit, Program
from hecon.errors import ModelError

Array = NDArray[np.float64]

#: Draws handled together: small enough for a core's cache, large enough to hide Python's cost.
BLOCK = 4096


@dataclass(frozen=True)
class BlockResult:
    """Totals of a block, shape (outcome, strategy, draw), and its traces if they were asked for.

    `traces` holds one array (cycle 0..T, state, draw) per distinct cohort.
    """

    totals: Array
    traces: list[Array]


@dataclass(frozen=True)
class _Step:
    """One computation inside the loop over cycles."""

    apply: Callable[..., object]
    args: tuple[int, ...]
    out: int
    choose: bool


@dataclass(frozen=True)
class _OccupancySum:
    """A running sum of a whole trace's occupancy, weighted by a coefficient per cycle."""

    trace: int
    coefficient: list[float]
    credits: list[Credit]


@dataclass(frozen=True)
class _LoopSum:
    """Running sums of a state's occupancy, or a transition's flow, times nodes of the loop."""

    trace: int
    state: int
    flow: tuple[int, int] | None
    loop: tuple[int, ...]
    coefficients: list[list[float]]
    credits: list[list[Credit]]


def _group(program: Program) -> tuple[list[_OccupancySum], list[_LoopSum]]:
    """Credits that need the same running sum share it."""
    plain: dict[object, _OccupancySum] = {}
    loops: dict[object, _LoopSum] = {}
    for credit in program.credits:
        coefficient = program.coefficient(credit)
        if credit.flow is None and not credit.loop:
            key = (credit.trace, coefficient.tobytes())
            fresh = _OccupancySum(credit.trace, coefficient.tolist(), [])
            plain.setdefault(key, fresh).credits.append(credit)
            continue
        flow = None if credit.flow is None else (credit.flow.source, credit.flow.node.index)
        loop = tuple(n.index for n in credit.loop)
        group = loops.setdefault(
            (credit.trace, credit.state, flow, loop),
            _LoopSum(credit.trace, credit.state, flow, loop, [], []),
        )
        series = coefficient.tolist()
        if series not in group.coefficients:
            group.coefficients.append(series)
            group.credits.append([])
        group.credits[group.coefficients.index(series)].append(credit)
    return list(plain.values()), list(loops.values())


class Kernel:
    """A program laid out for execution; shared by all blocks and read-only while they run."""

    def __init__(self, program: Program):
        self.program = program
        nodes = program.graph.nodes
        self.draw_steps = [n for n in nodes if n.by_draw and not n.by_cycle]
        loop = [n for n in nodes if n.by_draw and n.by_cycle]
        loop = _needed(loop, self._loop_roots())
        self.steps = [self._step(n) for n in loop]
        self.buffer_of, self.buffers = _buffers(loop, {r.index for r in self._loop_roots()})
        used = {a for n in loop for a in n.args} | set(self._loop_roots())
        self.by_cycle = [
            (n.index, np.asarray(program.constant_value(n)).tolist())
            for n in sorted(used, key=lambda n: n.index)
            if n.by_cycle and not n.by_draw
        ]
        self.watched = sorted(
            {
                n.index
                for _, _, row in program.rows.values()
                for n in row
                if n.by_draw and n.by_cycle
            }
        )
        self.occupancy_sums, self.loop_groups = _group(program)
        self._check_constant_rows()

    def _loop_roots(self) -> list[Node]:
        program = self.program
        roots = [m.node for trace in program.traces for m in trace.moves]
        roots += [n for c in program.credits for n in c.loop]
        roots += [n for _, _, row in program.rows.values() for n in row]
        return roots

    def _step(self, node: Node) -> _Step:
        args = tuple(a.index for a in node.args)
        if node.op == "lookup":
            table, column = str(node.what).split(".")
            return _Step(_look_up(self.program, table, column), args, node.index, False)
        choose = node.op == "if" and not node.args[0].by_draw
        return _Step(OPERATIONS[node.op].numpy, args, node.index, choose)

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

        Parameters
        ----------
        columns
            Values of the varying parameters, each of shape (draws,).
        first
            Number of the block's first draw, for messages.

        Raises
        ------
        ModelError
            If a probability is negative, a row does not sum to one or a figure is not finite;
            the error names draw, strategy, cycle and transition.
        """
        program = self.program
        with np.errstate(all="ignore"):
            values = self._start(columns, draws)
            self._check_draw_rows(values, draws, first)
            totals = np.zeros((len(program.outcomes), len(program.model.strategies), draws))
            traces = self._loop(values, totals, draws, first, keep_traces)
            for single in program.singles:
                totals[single.outcome, single.strategy] += values[single.node.index]
        if not np.isfinite(totals).all():
            self._report_totals(totals, first)
        return BlockResult(totals, traces)

    def _start(self, columns: Mapping[Key, Array], draws: int) -> list[object]:
        program = self.program
        values: list[object] = [None] * len(program.graph.nodes)
        for node in program.graph.nodes:
            if not node.by_draw and not node.by_cycle:
                values[node.index] = float(program.constant_value(node))
        for node in self.draw_steps:
            if node.op == "parameter":
                values[node.index] = columns[node.what]  # type: ignore[index]
            elif node.op == "lookup":
                table, column = str(node.what).split(".")
                key = values[node.args[0].index]
                values[node.index] = program.model.tables[table].look_up(column, key)  # type: ignore[arg-type]
            else:
                args = [values[a.index] for a in node.args]
                values[node.index] = OPERATIONS[node.op].numpy(*args) * 1.0  # type: ignore[operator]
        buffers = [np.empty(draws) for _ in range(self.buffers)]
        for index, buffer in self.buffer_of.items():
            values[index] = buffers[buffer]
        return values

    def _compute(self, t: int, values: list[object], buffers: Mapping[int, object]) -> None:
        """Everything that varies by draw and cycle, for cycle t."""
        for index, series in self.by_cycle:
            values[index] = series[t]
        for step in self.steps:
            args = [values[a] for a in step.args]
            if step.choose:
                values[step.out] = args[1] if args[0] else args[2]
            else:
                values[step.out] = step.apply(*args, out=buffers[step.out])

    def _loop(
        self, values: list[object], totals: Array, draws: int, first: int, keep_traces: bool
    ) -> list[Array]:
        program = self.program
        cycles, states = program.cycles, len(program.states)
        now = [np.zeros((states, draws)) for _ in program.traces]
        after = [np.zeros((states, draws)) for _ in program.traces]
        for occupancy, trace in zip(now, program.traces, strict=True):
            for state, node in enumerate(trace.initial):
                occupancy[state] = values[node.index]
        scratch = np.empty((states, draws))
        spare = np.empty(draws)
        least = np.zeros(draws)
        plans = [_plan(trace.moves, program) for trace in program.traces]
        sums = [np.zeros((states, draws)) for _ in self.occupancy_sums]
        loop_sums = [[np.zeros(draws) for _ in g.coefficients] for g in self.loop_groups]
        kept = [np.empty((cycles + 1, states, draws)) for _ in now] if keep_traces else []
        before_weight, after_weight = program.before.tolist(), program.after.tolist()
        watched = self.watched
        buffers = {index: values[index] for index in self.buffer_of}

        for t in range(cycles + 1):
            self._compute(t, values, buffers)
            if t:
                for index in watched:
                    np.minimum(least, values[index], out=least)  # type: ignore[call-overload]
                now, after = after, now
                for position, plan in enumerate(plans):
                    _advance(plan, values, after[position], now[position], spare)
            for kept_trace, occupancy in zip(kept, now, strict=False):
                kept_trace[t] = occupancy
            for sum_, total in zip(self.occupancy_sums, sums, strict=True):
                weight = sum_.coefficient[t]
                if weight:
                    np.multiply(now[sum_.trace], weight, out=scratch)
                    np.add(total, scratch, out=total)
            for group, running in zip(self.loop_groups, loop_sums, strict=True):
                if not any(coefficient[t] for coefficient in group.coefficients):
                    continue
                if group.flow is not None:
                    source, index = group.flow
                    np.multiply(after[group.trace][source], values[index], out=spare)  # type: ignore[call-overload]
                elif before_weight[t]:
                    np.multiply(after[group.trace][group.state], before_weight[t], out=spare)
                    np.multiply(now[group.trace][group.state], after_weight[t], out=scratch[0])
                    np.add(spare, scratch[0], out=spare)
                else:
                    np.multiply(now[group.trace][group.state], after_weight[t], out=spare)
                for index in group.loop:
                    np.multiply(spare, values[index], out=spare)  # type: ignore[call-overload]
                for coefficient, total in zip(group.coefficients, running, strict=True):
                    np.multiply(spare, coefficient[t], out=scratch[0])
                    np.add(total, scratch[0], out=total)

        if not (least >= -TOLERANCE).all():
            self._find_breach(values, buffers, draws, first)
        for sum_, total in zip(self.occupancy_sums, sums, strict=True):
            for credit in sum_.credits:
                self._add(credit, total[credit.state], values, totals)
        for group, running in zip(self.loop_groups, loop_sums, strict=True):
            for credits, total in zip(group.credits, running, strict=True):
                for credit in credits:
                    self._add(credit, total, values, totals)
        return kept

    def _add(self, credit: Credit, amount: Array, values: list[object], totals: Array) -> None:
        for node in credit.by_draw:
            amount = amount * values[node.index]  # type: ignore[operator]
        totals[credit.outcome, credit.strategy] += amount

    # -- checks -------------------------------------------------------------------------------

    def _breach(
        self, row: tuple[str, int, list[Node]], node: Node, found: float, draw: int | None, t: int | None
    ) -> ModelError:
        strategy, position, nodes = row
        program = self.program
        offset = nodes.index(node)
        if position < 0:
            states = program.states
            target = states[offset][0] if offset < len(states) else None
            return ModelError(
                _row_message(found, target is None, "the initial distribution"),
                draw=draw,
                strategy=strategy,
                state=target,
            )
        trace = program.traces[program.trace_of[program.model.strategies.index(strategy)]]
        moves = [m for m in trace.moves if m.source == position]
        target = program.states[moves[offset].target][0] if offset < len(moves) else None
        source = program.states[position][0]
        return ModelError(
            _row_message(found, target is None, f"the row of {source}"),
            **{"draw": draw, "strategy": strategy, "cycle": t, "from": source, "to": target},
        )

    def _check_constant_rows(self) -> None:
        for row in self.program.rows.values():
            for node in row[2]:
                if node.by_draw:
                    continue
                found = np.atleast_1d(np.asarray(self.program.constant_value(node)))
                first = 1 if node.by_cycle else 0
                bad = np.flatnonzero(~(found[first:] >= -TOLERANCE))
                if bad.size:
                    t = int(bad[0]) + first
                    raise self._breach(row, node, float(found[t]), None, t if node.by_cycle else None)

    def _check_draw_rows(self, values: list[object], draws: int, first: int) -> None:
        for row in self.program.rows.values():
            for node in row[2]:
                if node.by_draw and not node.by_cycle:
                    found = np.broadcast_to(np.asarray(values[node.index]), (draws,))
                    bad = np.flatnonzero(~(found >= -TOLERANCE))
                    if bad.size:
                        raise self._breach(row, node, float(found[bad[0]]), first + int(bad[0]), None)

    def _find_breach(
        self, values: list[object], buffers: Mapping[int, object], draws: int, first: int
    ) -> None:
        """Run the cycles again, slowly, to name the first breach."""
        rows = [
            (row, node)
            for row in self.program.rows.values()
            for node in row[2]
            if node.by_draw and node.by_cycle
        ]
        for t in range(1, self.program.cycles + 1):
            self._compute(t, values, buffers)
            for row, node in rows:
                found = np.broadcast_to(np.asarray(values[node.index]), (draws,))
                bad = np.flatnonzero(~(found >= -TOLERANCE))
                if bad.size:
                    raise self._breach(row, node, float(found[bad[0]]), first + int(bad[0]), t)
        raise AssertionError("a breach was seen but not found again")

    def _report_totals(self, totals: Array, first: int) -> None:
        outcome, strategy, draw = (int(i[0]) for i in np.nonzero(~np.isfinite(totals)))
        what = self.program.outcomes[outcome]
        raise ModelError(
            f"{what.kind} '{what.item}' is {totals[outcome, strategy, draw]}, not a finite number",
            draw=first + draw,
            strategy=self.program.model.strategies[strategy],
        )


def _row_message(found: float, is_sum: bool, row: str) -> str:
    if is_sum:
        return f"{row} does not sum to one (off by {-found:.3g}); write 'rest' for its complement"
    if np.isnan(found):
        return f"a probability in {row} is not a number (a table without that age, or 0/0)"
    return f"a probability in {row} is {found:.6g}; allowed is 0 to 1"


def _look_up(program: Program, table: str, column: str) -> Callable[..., object]:
    def look_up(key: Array, out: object = None) -> Array:
        return program.model.tables[table].look_up(column, key)

    return look_up


def _needed(loop: list[Node], roots: list[Node]) -> list[Node]:
    """Of the loop's nodes, those that something uses."""
    wanted = {r.index for r in roots}
    for node in reversed(loop):
        if node.index in wanted:
            wanted.update(a.index for a in node.args)
    return [n for n in loop if n.index in wanted]


def _buffers(loop: list[Node], roots: set[int]) -> tuple[dict[int, int], int]:
    """Assign loop nodes to as few buffers as their lifetimes allow, so that they stay in cache."""
    last: dict[int, int] = {}
    for position, node in enumerate(loop):
        for arg in node.args:
            last[arg.index] = position
    for root in roots:
        last[root] = len(loop)
    # a choice hands on one of its branches: they must live as long as it does
    for position in range(len(loop) - 1, -1, -1):
        node = loop[position]
        if node.op == "if":
            for arg in node.args:
                last[arg.index] = max(last[arg.index], last.get(node.index, position))
    assigned: dict[int, int] = {}
    free: list[int] = []
    count = 0
    expiring: dict[int, list[int]] = {}
    for position, node in enumerate(loop):
        if free:
            assigned[node.index] = free.pop()
        else:
            assigned[node.index] = count
            count += 1
        expiring.setdefault(last.get(node.index, position), []).append(assigned[node.index])
        free += expiring.pop(position, [])
    return assigned, count


def _plan(moves: tuple, program: Program) -> list[tuple[int, list[tuple[int, int]]]]:  # type: ignore[type-arg]
    """Moves by destination: (target, [(source, node)]); moves that are never made are left out."""
    by_target: dict[int, list[tuple[int, int]]] = {i: [] for i in range(len(program.states))}
    for move in moves:
        if move.node.op == "const" and move.node.what == 0.0:
            continue
        by_target[move.target].append((move.source, move.node.index))
    return list(by_target.items())


def _advance(
    plan: list[tuple[int, list[tuple[int, int]]]],
    values: list[object],
    before: Array,
    after: Array,
    spare: Array,
) -> None:
    for target, incoming in plan:
        row = after[target]
        if not incoming:
            row[:] = 0.0
            continue
        source, index = incoming[0]
        np.multiply(before[source], values[index], out=row)  # type: ignore[call-overload]
        for source, index in incoming[1:]:
            np.multiply(before[source], values[index], out=spare)  # type: ignore[call-overload]
            np.add(row, spare, out=row)
