"""A model compiled for one design: what is computed once, per draw, per cycle, and in the loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.engine.expression import OPERATIONS, constant
from hecon.engine.graph import Graph, Node
from hecon.engine.model import (
    MONTHS_PER_YEAR,
    WEEKS_PER_YEAR,
    CohortModel,
    Key,
    Payoff,
    Transition,
)
from hecon.engine.timing import COUNTING, Counting
from hecon.errors import ModelError

Array = NDArray[np.float64]

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Move:
    """A transition between sub-states, by position in the expanded state list."""

    source: int
    target: int
    node: Node


@dataclass(frozen=True)
class Trace:
    """A cohort that one or more strategies share, because all their transitions are the same."""

    initial: tuple[Node, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Credit:
    """What a payoff adds to an outcome: a product of nodes times occupancy, summed over cycles.

    `by_draw` is multiplied once, `loop` in every cycle, `scale` is the same for all draws.
    `flow` is the transition whose flow counts instead of the state's occupancy.
    """

    outcome: int
    strategy: int
    trace: int
    state: int
    flow: Move | None
    by_draw: tuple[Node, ...]
    loop: tuple[Node, ...]
    scale: tuple[Node, ...]


@dataclass(frozen=True)
class Single:
    """A one-off amount, already discounted where it must be."""

    outcome: int
    strategy: int
    node: Node


@dataclass(frozen=True)
class Outcome:
    """One figure per draw and strategy: a cost item, an effect source or life-years."""

    kind: str
    item: str
    discounted: bool


class Program:
    """A model prepared for a design whose rows share the number and length of cycles.

    Parameters
    ----------
    numbers
        Values of the parameters that are the same in every draw.
    varying
        Keys of the parameters that differ between draws.
    cycles, cycle_months
        Number of cycles and their length.
    """

    def __init__(
        self,
        model: CohortModel,
        numbers: Mapping[Key, float],
        varying: frozenset[Key],
        cycles: int,
        cycle_months: float,
    ):
        self.model = model
        self.numbers = numbers
        self.cycles = cycles
        self.cycle_months = cycle_months
        self.counting: Counting = COUNTING[model.counting]
        self.graph = Graph(model, varying, varying | frozenset(numbers))
        self._constants: dict[int, float | Array] = {}
        self._known_up_to = 0

        try:
            self.before = self.counting.before(cycles)
            self.after = self.counting.after(cycles)
        except ValueError as error:
            raise ModelError(str(error)) from None
        self.states, self.first = self._expand_states()
        dead = {s.name for s in model.states if s.dead}
        self.alive = tuple(i for i, (name, _) in enumerate(self.states) if name not in dead)
        self.traces: list[Trace] = []
        self.trace_of: list[int] = []
        self.rows: dict[tuple[int, ...], tuple[str, int, list[Node]]] = {}
        for strategy in model.strategies:
            self._add_trace(strategy)
        self.outcomes: list[Outcome] = []
        self.credits: list[Credit] = []
        self.singles: list[Single] = []
        for position, strategy in enumerate(model.strategies):
            self._add_payoffs(position, strategy)
        self._evaluate_constants()

    # -- states ---------------------------------------------------------------------------

    def _expand_states(self) -> tuple[list[tuple[str, int]], dict[str, int]]:
        """Sub-states (name, completed cycles in the state) and where each state begins."""
        expanded: list[tuple[str, int]] = []
        first: dict[str, int] = {}
        for state in self.model.states:
            first[state.name] = len(expanded)
            cycles = state.memory_years * MONTHS_PER_YEAR / self.cycle_months
            count = 1 if state.memory_years == 0 else int(np.ceil(cycles - TOLERANCE)) + 1
            expanded += [(state.name, k) for k in range(min(count, self.cycles + 1))]
        return expanded, first

    def substates(self, name: str) -> list[int]:
        """Positions of a state's sub-states."""
        return [i for i, (state, _) in enumerate(self.states) if state == name]

    def _time_in_state(self, position: int) -> dict[str, Node]:
        years = self.states[position][1] * self.cycle_months / MONTHS_PER_YEAR
        return {"years_in_state": self.graph.constant(years)}

    # -- transitions ----------------------------------------------------------------------

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
        self._watch(strategy, -1, nodes, complete=rest is not None)
        return nodes

    def _row(self, strategy: str, position: int, row: list[Transition]) -> list[Move]:
        local = self._time_in_state(position)
        name, time = self.states[position]
        moves: list[Move] = []
        rest: int | None = None
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
                rest = target
            else:
                node = self.graph.lower(transition.probability, strategy, local=local)
                moves.append(Move(position, target, node))
        if rest is not None:
            others = self.graph.total([m.node for m in moves])
            complement = self.graph.add("sub", self.graph.constant(1.0), others)
            moves.append(Move(position, rest, complement))
        self._watch(strategy, position, [m.node for m in moves], complete=rest is not None)
        return moves

    def _watch(self, strategy: str, position: int, nodes: list[Node], complete: bool) -> None:
        """Remember a row whose entries must be probabilities that sum to one."""
        identity = (position, int(complete), *(n.index for n in nodes))
        if identity in self.rows:
            return
        watched = list(nodes)
        if not complete:
            # the gap of a row without a complement, as a node that must not be negative
            total = self.graph.total(list(nodes))
            gap = self.graph.add("abs", self.graph.add("sub", total, self.graph.constant(1.0)))
            watched.append(self.graph.add("neg", gap))
        self.rows[identity] = (strategy, position, watched)

    # -- payoffs --------------------------------------------------------------------------

    def _outcome(self, kind: str, item: str, discounted: bool) -> int:
        outcome = Outcome(kind, item, discounted)
        if outcome not in self.outcomes:
            self.outcomes.append(outcome)
        return self.outcomes.index(outcome)

    def _add_payoffs(self, position: int, strategy: str) -> None:
        for payoff in self.model.payoffs_of(strategy):
            if payoff.on == "once":
                self._add_once(position, strategy, payoff)
            else:
                self._add_running(position, strategy, payoff)
        for discounted in (True, False):
            outcome = self._outcome("life_years", "alive", discounted)
            node = self.graph.lower(constant(1.0), strategy)
            for state in self.alive:
                self._credit(outcome, position, strategy, state, None, node, True, discounted)

    def _discount(self, kind: str, strategy: str, local: dict[str, Node] | None = None) -> Node:
        expr = self.model.discount_cost if kind == "cost" else self.model.discount_effect
        return self.graph.lower(expr, strategy, counted=True, local=local)

    def _add_once(self, position: int, strategy: str, payoff: Payoff) -> None:
        graph = self.graph
        local: dict[str, Node] = {}
        if payoff.week is not None:
            week = graph.lower(payoff.week, strategy)
            length = graph.add("fixed", what="cycle_years")
            weeks = graph.add("mul", graph.add("fixed", what="weeks_per_year"), length)
            number = graph.add("ceil", graph.add("div", week, weeks))
            cycle = graph.add("max", number, graph.constant(1.0))
            begun = graph.add("sub", cycle, graph.constant(1.0))
            middle = graph.add("add", begun, graph.constant(self.counting.moment))
            local = {
                "cycle": cycle,
                "year": graph.add("mul", begun, length),
                "discount_time": graph.add("mul", middle, length),
            }
        else:
            local = {"cycle": graph.constant(0.0), "year": graph.constant(0.0)}
        amount = graph.lower(payoff.amount, strategy, local=local)
        if amount.by_cycle:
            raise ModelError(f"the one-off '{payoff.item}' depends on the cycle; give it a week")
        for discounted in (True, False):
            node = amount
            if discounted and payoff.week is not None:
                node = graph.add("mul", amount, self._discount(payoff.kind, strategy, local))
            outcome = self._outcome(payoff.kind, payoff.item, discounted)
            self.singles.append(Single(outcome, position, node))

    def _add_running(self, position: int, strategy: str, payoff: Payoff) -> None:
        assert payoff.source is not None
        trace = self.traces[self.trace_of[position]]
        for state in self.substates(payoff.source):
            local = self._time_in_state(state)
            amount = self.graph.lower(payoff.amount, strategy, counted=True, local=local)
            flows: list[Move | None] = [None]
            if payoff.on == "transition":
                assert payoff.target is not None
                targets = self.substates(payoff.target)
                flows = [m for m in trace.moves if m.source == state and m.target in targets]
            for flow in flows:
                for discounted in (True, False):
                    outcome = self._outcome(payoff.kind, payoff.item, discounted)
                    self._credit(
                        outcome, position, strategy, state, flow, amount, payoff.rate, discounted
                    )

    def _credit(
        self,
        outcome: int,
        position: int,
        strategy: str,
        state: int,
        flow: Move | None,
        amount: Node,
        rate: bool,
        discounted: bool,
    ) -> None:
        kind = self.outcomes[outcome].kind
        factors = self._factors(amount)
        if rate:
            factors.append(self.graph.add("fixed", what="cycle_years"))
        if discounted:
            factors += self._factors(self._discount(kind, strategy))
        self.credits.append(
            Credit(
                outcome,
                position,
                self.trace_of[position],
                state,
                flow,
                by_draw=tuple(n for n in factors if n.by_draw and not n.by_cycle),
                loop=tuple(n for n in factors if n.by_draw and n.by_cycle),
                scale=tuple(n for n in factors if not n.by_draw),
            )
        )

    def _factors(self, node: Node) -> list[Node]:
        """A product's factors, so that what is common to all draws is multiplied once."""
        if node.op == "mul":
            return self._factors(node.args[0]) + self._factors(node.args[1])
        return [node]

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
            return _weighted(self.counting.events(self.cycles), scale)
        if credit.loop:
            return _weighted(1.0 * (self.before + self.after > 0), scale)
        result = _weighted(self.after, scale)
        result[:-1] += _weighted(self.before, scale)[1:]
        return result

    # -- values that no draw changes ----------------------------------------------------------

    def constant_value(self, node: Node) -> float | Array:
        """Value of a node that does not vary by draw: a number, or one per cycle 0..T."""
        if len(self.graph.nodes) > self._known_up_to:
            self._evaluate_constants()
        return self._constants[node.index]

    def _evaluate_constants(self) -> None:
        with np.errstate(all="ignore"):
            for node in self.graph.nodes[self._known_up_to :]:
                if not node.by_draw:
                    self._constants[node.index] = self._constant(node)
        self._known_up_to = len(self.graph.nodes)

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
                return self.times()[str(node.what)]
            case "lookup":
                table, column = str(node.what).split(".")
                key = self._constants[node.args[0].index]
                return self.model.tables[table].look_up(column, key)
            case op:
                args = [self._constants[a.index] for a in node.args]
                return OPERATIONS[op].numpy(*args) * 1.0  # type: ignore[operator]

    def times(self) -> dict[str, Array]:
        """The time variables for t = 0..T."""
        cycle = np.arange(self.cycles + 1, dtype=float)
        started = np.maximum(cycle - 1.0, 0.0)
        counted = cycle if self.counting.points else started
        moment = cycle if self.counting.points else started + self.counting.moment
        years = self.cycle_months / MONTHS_PER_YEAR
        return {
            "cycle": cycle,
            "year": started * self.cycle_months / MONTHS_PER_YEAR,
            "counted_year": counted * self.cycle_months / MONTHS_PER_YEAR,
            "discount_time": moment * years,
        }


def _weighted(weights: Array, values: Array) -> Array:
    """The product, zero where the weight is zero even if the value there is not a number."""
    return np.multiply(weights, values, out=np.zeros_like(weights), where=weights != 0.0)
