"""What of a program rests on the model alone; worked out once for all its designs."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.clock import Clock
from hecon.engine.graph import Graph, Node
from hecon.engine.model import CALENDAR, CohortModel, Key
from hecon.engine.payoffs import Credit, Credits, Single
from hecon.engine.transitions import Cohorts, Move, Row, Trace


@dataclass(frozen=True)
class Marked:
    """Nodes that know whether they differ by draw, and what is made of them."""

    nodes: list[Node]
    traces: list[Trace]
    rows: dict[tuple[int, ...], Row]
    credits: list[Credit]
    singles: list[Single]
    #: Texts written for them.
    texts: dict[Hashable, object] = field(default_factory=dict)


class Structure:
    """Graph, cohorts and credits of a model, whichever of its parameters a design varies.

    Args:
        given: Keys with a formula in the model whose values a design supplies.
        cycles, cycle_months: Number of cycles and their length: a number, or shape (cycles,) where
            they differ.
    """

    def __init__(
        self, model: CohortModel, given: frozenset[Key], cycles: int, cycle_months: float | Array
    ):
        self.model = model
        clock = Clock(model.counting, cycles, cycle_months)
        if np.ndim(cycle_months):
            self.model = replace(model, tables={**model.tables, CALENDAR: clock.calendar()})
        graph = Graph(self.model, given, given)
        self._cohorts = Cohorts(self.model, graph, cycles, cycle_months)
        self.states, self.trace_of = self._cohorts.states, self._cohorts.trace_of
        credits = Credits(self.model, graph, self._cohorts, clock.counting)
        self.outcomes = credits.outcomes
        self._free = Marked(
            graph.nodes,
            self._cohorts.traces,
            self._cohorts.rows,
            credits.credits,
            credits.singles,
        )
        self._marked: dict[frozenset[Key], Marked] = {}

    def substates(self, name: str) -> list[int]:
        """Positions of a state's sub-states."""
        return self._cohorts.substates(name)

    def marked(self, varying: frozenset[Key]) -> Marked:
        """The nodes for a design in which some keys vary."""
        if varying not in self._marked:
            self._marked[varying] = self._mark(varying)
        return self._marked[varying]

    def _mark(self, varying: frozenset[Key]) -> Marked:
        nodes: list[Node] = []
        for n in self._free.nodes:
            args = tuple([nodes[a.index] for a in n.args])
            by_draw = n.what in varying if n.op == "parameter" else False
            for arg in args:
                by_draw = by_draw or arg.by_draw
            nodes.append(Node(n.index, n.op, args, n.what, by_draw, n.by_cycle))

        def own(those: Sequence[Node]) -> tuple[Node, ...]:
            return tuple(nodes[n.index] for n in those)

        def moved(move: Move) -> Move:
            return Move(move.source, move.target, nodes[move.node.index])

        traces = [
            Trace(own(t.initial), tuple(moved(m) for m in t.moves)) for t in self._free.traces
        ]
        rows = {key: replace(row, nodes=own(row.nodes)) for key, row in self._free.rows.items()}
        credits = [
            replace(
                c.split(own((*c.by_draw, *c.loop, *c.scale))),
                flow=None if c.flow is None else moved(c.flow),
                cycle=None if c.cycle is None else nodes[c.cycle.index],
            )
            for c in self._free.credits
        ]
        singles = [
            Single(s.outcome, s.strategy, nodes[s.node.index], s.origin, nodes[s.cycle.index])
            for s in self._free.singles
        ]
        return Marked(nodes, traces, rows, credits, singles)


def structure(
    model: CohortModel, given: frozenset[Key], cycles: int, cycle_months: float | Array
) -> Structure:
    """The structure of a model for designs that replace the same formulas, made at the first.

    It is one for all numbers and lengths of cycles, unless time in a state is remembered or cycles
    differ in length.
    """
    given -= model.parameter_set  # a parameter is one, whoever supplies it
    key: tuple[object, ...] = (given,)
    if np.ndim(cycle_months) or any(s.memory_years for s in model.states):
        key = (given, cycles, np.asarray(cycle_months).tobytes())
    known = model.memory.get(key)
    if not isinstance(known, Structure):
        known = model.memory[key] = Structure(model, given, cycles, cycle_months)
    return known
