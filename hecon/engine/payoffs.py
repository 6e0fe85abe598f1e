"""Payoffs of a model as credits: what is added to which outcome, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hecon.engine.expression import constant
from hecon.engine.graph import Graph, Node
from hecon.engine.model import CALENDAR, MONTHS_PER_YEAR, CohortModel, Payoff
from hecon.engine.timing import TOLERANCE, Counting
from hecon.engine.transitions import Cohorts, Move, Trace
from hecon.errors import ModelError

#: Weeks after the end of a cycle that are in the next one and not in it.
AT_ONCE = 1e-6


@dataclass(frozen=True)
class Credit:
    """What a payoff adds to an outcome: a product of nodes times occupancy, summed over cycles.

    `by_draw` is multiplied once, `loop` in every cycle, `scale` is the same for all draws.
    `flow` is the transition whose flow counts instead of the state's occupancy; `origin` says
    where the payoff was read. `cycle` is the cycle in which it falls, if not that of the flow.
    """

    outcome: int
    strategy: int
    trace: int
    state: int
    flow: Move | None
    by_draw: tuple[Node, ...]
    loop: tuple[Node, ...]
    scale: tuple[Node, ...]
    origin: str
    cycle: Node | None = None

    def split(self, factors: Sequence[Node]) -> Credit:
        """The same credit with the product of these nodes, by what they differ by."""
        return replace(
            self,
            by_draw=tuple(n for n in factors if n.by_draw and not n.by_cycle),
            loop=tuple(n for n in factors if n.by_draw and n.by_cycle),
            scale=tuple(n for n in factors if not n.by_draw),
        )


@dataclass(frozen=True)
class Single:
    """A one-off amount, already discounted where it must be; `cycle` says when it falls."""

    outcome: int
    strategy: int
    node: Node
    origin: str
    cycle: Node


@dataclass(frozen=True)
class PayoffSum:
    """One figure per draw and strategy: a cost item, an effect source or life-years."""

    kind: str
    item: str
    discounted: bool


class Credits:
    """Credits and one-offs of every strategy, and the outcomes they add to."""

    def __init__(self, model: CohortModel, graph: Graph, cohorts: Cohorts, counting: Counting):
        self.model = model
        self.graph = graph
        self.cohorts = cohorts
        self.counting = counting
        self.outcomes: list[PayoffSum] = []
        self.credits: list[Credit] = []
        self.singles: list[Single] = []
        self._places: dict[PayoffSum, int] = {}
        self._times: dict[tuple[int, bool], dict[str, Node]] = {}
        self._factors_of: dict[tuple[str, str, int | None], Node] = {}
        for position, strategy in enumerate(model.strategies):
            self._add_payoffs(position, strategy)

    def _outcome(self, kind: str, item: str, discounted: bool) -> int:
        outcome = PayoffSum(kind, item, discounted)
        if outcome not in self._places:
            self._places[outcome] = len(self.outcomes)
            self.outcomes.append(outcome)
        return self._places[outcome]

    def _add_payoffs(self, position: int, strategy: str) -> None:
        for payoff in self.model.payoffs_of(strategy):
            if payoff.on == "once":
                self._add_once(position, strategy, payoff)
            else:
                self._add_running(position, strategy, payoff)
        for discounted in (True, False):
            outcome = self._outcome("life_years", "alive", discounted)
            node = self.graph.lower(constant(1.0), strategy)
            for state in self.cohorts.alive:
                self._credit(outcome, position, strategy, state, None, node, True, discounted, "")

    def _discount(self, kind: str, strategy: str, local: dict[str, Node] | None = None) -> Node:
        """The discount factor of a cycle, or of the one that `local` names."""
        key = (kind, strategy, None if local is None else local["cycle"].index)
        if key not in self._factors_of:
            expr = self.model.discount_cost if kind == "cost" else self.model.discount_effect
            found = self.graph.lower(expr, strategy, counted=True, local=local)
            self._factors_of[key] = found
        return self._factors_of[key]

    def _add_once(self, position: int, strategy: str, payoff: Payoff) -> None:
        graph = self.graph
        local: dict[str, Node] = {}
        if payoff.week is not None:
            local = self._times_of(graph.lower(payoff.week, strategy))
        else:
            local = {"cycle": graph.constant(0.0), "year": graph.constant(0.0)}
            if self.model.cycles_differ:
                first = float(np.ravel(self.cohorts.cycle_months)[0]) / MONTHS_PER_YEAR
                local["cycle_years"] = graph.constant(first)
        amount = graph.lower(payoff.amount, strategy, local=local)
        if amount.by_cycle:
            raise ModelError(f"the one-off '{payoff.item}' depends on the cycle; give it a week")
        if payoff.week is not None:
            # what falls after the horizon is nobody's cost within it
            last = graph.add("fixed", what="cycles")
            later = graph.add("gt", local["cycle"], last)
            amount = graph.add("if", later, graph.constant(0.0), amount)
        for discounted in (True, False):
            node = amount
            if discounted and payoff.week is not None:
                node = graph.add("mul", amount, self._discount(payoff.kind, strategy, local))
            outcome = self._outcome(payoff.kind, payoff.item, discounted)
            self.singles.append(Single(outcome, position, node, payoff.origin, local["cycle"]))

    def _times_of(self, week: Node, later: bool = False) -> dict[str, Node]:
        """Number, start and moment of discounting of the cycle that a week is in.

        `later` counts the week from the end of each cycle instead of from the model's start.
        """
        key = (week.index, later)
        if key not in self._times:
            self._times[key] = self._worked_out(week, later)
        return self._times[key]

    def _worked_out(self, week: Node, later: bool) -> dict[str, Node]:
        graph = self.graph
        if self.model.cycles_differ:
            if later:
                # week 0 is in the next cycle, as that of the model's start is in the first
                week = graph.add("max", week, graph.constant(AT_ONCE))
                week = graph.add("add", week, graph.add("time", what="end_week"))
            before = graph.add("sub", graph.constant(TOLERANCE), week)
            names = ("cycle", "year", "discount_time", "cycle_years")
            return {n: graph.add("lookup", before, what=f"{CALENDAR}.{n}") for n in names}
        length = graph.cycle_years()
        weeks = graph.add("mul", graph.add("fixed", what="weeks_per_year"), length)
        spent = graph.add("sub", graph.add("div", week, weeks), graph.constant(TOLERANCE))
        number = graph.add("ceil", spent)
        cycle = graph.add("max", number, graph.constant(1.0))
        if later:
            cycle = graph.add("add", cycle, graph.add("time", what="cycle"))
        begun = graph.add("sub", cycle, graph.constant(1.0))
        middle = graph.add("add", begun, graph.constant(self.counting.moment))
        return {
            "cycle": cycle,
            "year": graph.add("mul", begun, length),
            "discount_time": graph.add("mul", middle, length),
        }

    def _add_running(self, position: int, strategy: str, payoff: Payoff) -> None:
        assert payoff.source is not None
        trace = self.cohorts.traces[self.cohorts.trace_of[position]]
        for state in self.cohorts.substates(payoff.source):
            local = self.cohorts.time_in_state(state)
            if payoff.week is not None:
                local |= self._times_of(self.graph.lower(payoff.week, strategy), later=True)
            amount = self.graph.lower(payoff.amount, strategy, counted=True, local=local)
            if payoff.on == "state" and self._aged(position, strategy, payoff, state, trace):
                continue
            flows: list[Move | None] = [None]
            if payoff.on == "transition":
                assert payoff.target is not None
                targets = self.cohorts.substates(payoff.target)
                flows = [m for m in trace.moves if m.source == state and m.target in targets]
            for flow in flows:
                for discounted in (True, False):
                    outcome = self._outcome(payoff.kind, payoff.item, discounted)
                    self._credit(
                        outcome,
                        position,
                        strategy,
                        state,
                        flow,
                        amount,
                        payoff.rate,
                        discounted,
                        payoff.origin,
                        None if payoff.week is None else local,
                    )

    def _aged(self, position: int, strategy: str, payoff: Payoff, state: int, trace: Trace) -> bool:
        """Credit a payoff that changes within a cycle with the time in the state, if it does.

        Where cycles differ in length, those who are in a sub-state at a cycle's start have been
        there for another time than those who are at its end. Each half is counted as a flow: of
        everybody there into the cycle, and of those who come.
        """
        start, end = (
            self.graph.lower(
                payoff.amount,
                strategy,
                counted=True,
                local=self.cohorts.time_in_state(state, at_end),
            )
            for at_end in (False, True)
        )
        if start is end:
            return False
        here = [Move(state, state, self.graph.constant(1.0))]
        coming = [m for m in trace.moves if m.target == state]
        halves = (
            (self.counting.before_share, here, start),
            (self.counting.after_share, coming, end),
        )
        for share, flows, amount in halves:
            weighed = self.graph.add("mul", self.graph.constant(share), amount)
            for flow in flows if share else ():
                for discounted in (True, False):
                    outcome = self._outcome(payoff.kind, payoff.item, discounted)
                    self._credit(
                        outcome,
                        position,
                        strategy,
                        flow.source,
                        flow,
                        weighed,
                        payoff.rate,
                        discounted,
                        payoff.origin,
                    )
        return True

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
        origin: str,
        later: dict[str, Node] | None = None,
    ) -> None:
        kind, graph = self.outcomes[outcome].kind, self.graph
        factors = self._factors(amount)
        if rate:
            factors.append(graph.cycle_years())
        if discounted:
            factors += self._factors(self._discount(kind, strategy, later))
        cycle = None if later is None else later["cycle"]
        if cycle is not None:
            # what falls after the horizon is nobody's cost within it
            factors.append(graph.add("le", cycle, graph.add("fixed", what="cycles")))
        trace = self.cohorts.trace_of[position]
        self.credits.append(
            Credit(outcome, position, trace, state, flow, (), (), (), origin, cycle).split(factors)
        )

    def _factors(self, node: Node) -> list[Node]:
        """A product's factors, so that what is common to all draws is multiplied once."""
        if node.op == "mul":
            return self._factors(node.args[0]) + self._factors(node.args[1])
        return [node]
