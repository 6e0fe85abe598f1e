"""Sub-states, starting shares and transitions of a model, as nodes of its graph."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.clock import InState, remembered_cycles
from hecon.engine.graph import Graph, Node
from hecon.engine.model import MONTHS_PER_YEAR, CohortModel, Key, Transition
from hecon.errors import ModelError


@dataclass(frozen=True)
class Move:
    """A transition between sub-states, by position in the expanded state list."""

    source: int
    target: int
    node: Node


@dataclass(frozen=True)
class Row:
    """Probabilities that must not be negative: a state's row, or the start if `source` is None.

    A row without a complement has one node more than targets: minus its distance from one.
    `origins` says where each target's probability was read.
    """

    strategy: str
    source: str | None
    targets: tuple[str, ...]
    nodes: tuple[Node, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """A cohort that one or more strategies share, because all their transitions are the same."""

    initial: tuple[Node, ...]
    moves: tuple[Move, ...]


class Cohorts:
    """The cohorts of a model; strategies with the same transitions share one.

    Attributes:
        states: Sub-states: name and completed cycles in the state.
        first: Position of each state's first sub-state.
        traces, trace_of: Distinct cohorts, and which of them each strategy has.
        rows: What must be checked: every distinct row of probabilities.
    """

    def __init__(self, model: CohortModel, graph: Graph, cycles: int, cycle_months: float | Array):
        self.model = model
        self.graph = graph
        self.cycles = cycles
        self.cycle_months = cycle_months
        self.states, self.first = self._expand_states()
        dead = {s.name for s in model.states if s.dead}
        self.alive = tuple(i for i, (name, _) in enumerate(self.states) if name not in dead)
        self.traces: list[Trace] = []
        self.trace_of: list[int] = []
        self.rows: dict[tuple[int, ...], Row] = {}
        for strategy in model.strategies:
            self._add_trace(strategy)

    def _expand_states(self) -> tuple[list[tuple[str, int]], dict[str, int]]:
        """Sub-states (name, completed cycles in the state) and where each state begins."""
        expanded: list[tuple[str, int]] = []
        first: dict[str, int] = {}
        for state in self.model.states:
            first[state.name] = len(expanded)
            count = 1
            if state.memory_years:
                count += remembered_cycles(state.memory_years, self.cycle_months)
            expanded += [(state.name, k) for k in range(min(count, self.cycles + 1))]
        return expanded, first

    def substates(self, name: str) -> list[int]:
        """Positions of a state's sub-states."""
        return [i for i, (state, _) in enumerate(self.states) if state == name]

    def time_in_state(self, position: int, at_end: bool = False) -> dict[str, Node]:
        """Meaning of `years_in_state` in a sub-state; none where the state has no memory.

        `at_end` asks for that of those who are there at the end of a cycle; it is another one only
        where cycles differ in length.
        """
        name, completed = self.states[position]
        memory = max(s.memory_years for s in self.model.states if s.name == name)
        if not memory:
            return {}
        if isinstance(self.cycle_months, np.ndarray):
            what = InState(completed, memory, at_end)
            return {"years_in_state": self.graph.add("time", what=what)}
        years = completed * self.cycle_months / MONTHS_PER_YEAR
        return {"years_in_state": self.graph.constant(years)}

    def _add_trace(self, strategy: str) -> None:
        initial = self._initial(strategy)
        moves: list[Move] = []
        for position, (name, _) in enumerate(self.states):
            moves += self._row(strategy, position, self.model.transitions_of(strategy, name))
        trace = Trace(tuple(initial), tuple(moves))
        identity = (
            tuple(n.index for n in trace.initial),
            tuple((m.source, m.target, m.node.index) for m in trace.moves),
        )
        for index, known in enumerate(self.traces):
            if identity == (
                tuple(n.index for n in known.initial),
                tuple((m.source, m.target, m.node.index) for m in known.moves),
            ):
                self.trace_of.append(index)
                return
        self.traces.append(trace)
        self.trace_of.append(len(self.traces) - 1)

    def _initial(self, strategy: str) -> list[Node]:
        zero = self.graph.constant(0.0)
        start = {"cycle": zero, "year": zero, "discount_time": zero}
        nodes = [zero] * len(self.states)
        rest: str | None = None
        for state in self.model.states:
            key: Key = (state.name, strategy)
            if key not in self.model.initial:
                key = (state.name, None)
            if key not in self.model.initial:
                continue
            expr = self.model.initial[key]
            if expr is None:
                if rest is not None:
                    raise ModelError(
                        f"the initial distribution has two complements, {rest} and {state.name}; "
                        "allowed is one",
                        strategy=strategy,
                    )
                rest = state.name
            else:
                nodes[self.first[state.name]] = self.graph.lower(expr, strategy, local=start)
        if rest is not None:
            others = self.graph.total([n for n in nodes if n is not zero])
            nodes[self.first[rest]] = self.graph.add("sub", self.graph.constant(1.0), others)
        if any(node.by_cycle for node in nodes):
            text = "the initial distribution depends on the cycle, which it must not"
            raise ModelError(text, strategy=strategy)
        origins = ("",) * len(nodes)
        self._watch(strategy, -1, range(len(nodes)), nodes, origins, complete=rest is not None)
        return nodes

    def _row(self, strategy: str, position: int, row: list[Transition]) -> list[Move]:
        local = self.time_in_state(position)
        name = self.states[position][0]
        moves: list[Move] = []
        rest: int | None = None
        origins, last = [], ""
        for transition in row:
            target = self.first[transition.target]
            if transition.target == name:
                target = min(position + 1, target + len(self.substates(name)) - 1)
            if transition.probability is None:
                if rest is not None:
                    raise ModelError(
                        f"the row of {name} has two complements; allowed is one",
                        **{"strategy": strategy, "from": name},
                    )
                rest, last = target, transition.origin
            else:
                node = self.graph.lower(transition.probability, strategy, local=local)
                moves.append(Move(position, target, node))
                origins.append(transition.origin)
        if rest is not None:
            others = self.graph.total([m.node for m in moves])
            complement = self.graph.add("sub", self.graph.constant(1.0), others)
            moves.append(Move(position, rest, complement))
            origins.append(last)
        targets, nodes = [m.target for m in moves], [m.node for m in moves]
        self._watch(strategy, position, targets, nodes, origins, complete=rest is not None)
        return moves

    def _watch(
        self,
        strategy: str,
        position: int,
        targets: Sequence[int],
        nodes: list[Node],
        origins: Sequence[str],
        complete: bool,
    ) -> None:
        """Remember a row whose entries must be probabilities that sum to one."""
        identity = (position, int(complete), *(n.index for n in nodes))
        if identity in self.rows:
            return
        watched = list(nodes)
        if not complete:
            # the gap of a row without a complement, as a node that must not be negative
            total = self.graph.total(nodes)
            gap = self.graph.add("abs", self.graph.add("sub", total, self.graph.constant(1.0)))
            watched.append(self.graph.add("neg", gap))
        source = self.states[position][0] if position >= 0 else None
        names = tuple(self.states[t][0] for t in targets)
        self.rows[identity] = Row(strategy, source, names, tuple(watched), tuple(origins))
