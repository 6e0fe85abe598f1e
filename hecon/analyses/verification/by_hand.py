"""A second, slow way to compute a model: one cycle at a time, plain numbers, no graph.

It shares the parsed formulas with the engine and nothing else: names are looked up here, rows
are filled here and payoffs are added up here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from hecon.engine.expression import OPERATIONS, Expr
from hecon.engine.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR, CohortModel, Key, Payoff

Times = Mapping[str, float]

#: Sub-state: state and completed cycles in it (0 for those who have just come).
Place = tuple[str, int]


class Hand:
    """A model with numbers for its parameters, computed by hand.

    Parameters
    ----------
    numbers
        Values of the parameters, as in a design of one row.
    """

    def __init__(self, model: CohortModel, numbers: Mapping[Key, float]):
        self.model = model
        self.numbers = numbers
        months = self.value(model.cycle_months, None, {})
        self.cycle_years = months / MONTHS_PER_YEAR
        self.cycles = round(self.value(model.horizon_years, None, {}) / self.cycle_years)

    def times(self, cycle: int, at_point: bool = False) -> dict[str, float]:
        """Time names at the start of a cycle, or at the point where it ends."""
        begun = float(cycle if at_point else max(cycle - 1, 0))
        return {"cycle": float(cycle), "year": begun * self.cycle_years}

    def value(self, expr: Expr, strategy: str | None, times: Times) -> float:
        """Value of a formula read in a strategy at a time; a fault of arithmetic gives NaN."""
        with np.errstate(all="ignore"):
            return self._value(expr, strategy, times, {})

    def _value(
        self, expr: Expr, strategy: str | None, times: Times, known: dict[str, float]
    ) -> float:
        if expr.op == "const":
            return expr.value
        if expr.op == "name":
            if expr.name not in known:
                known[expr.name] = self._name(expr.name, strategy, times, known)
            return known[expr.name]
        args = [self._value(arg, strategy, times, known) for arg in expr.args]
        if expr.op == "lookup":
            table, column = expr.name.split(".")
            keys = self.model.tables[table].keys
            row = int(np.sum(keys <= args[0])) - 1
            return float(self.model.tables[table].columns[column][row]) if row >= 0 else math.nan
        return float(OPERATIONS[expr.op].numpy(*args))

    def _name(
        self, name: str, strategy: str | None, times: Times, known: dict[str, float]
    ) -> float:
        if name in times:
            return times[name]
        match name:
            case "cycle_years":
                return self.cycle_years
            case "months_per_year":
                return MONTHS_PER_YEAR
            case "weeks_per_year":
                return WEEKS_PER_YEAR
            case "age" if self.model.start_age is not None:
                return self._value(self.model.start_age, strategy, times, known) + times["year"]
        key = self.model.resolve(name, strategy)
        if key is None:
            return math.nan
        if key in self.numbers:
            return self.numbers[key]
        return self._value(self.model.formulas[key], strategy, times, known)

    def row(self, strategy: str, place: Place, times: Times) -> dict[str, float]:
        """Probabilities out of a state in a cycle, by target."""
        local = {**times, "years_in_state": place[1] * self.cycle_years}
        entries = self.model.transitions_of(strategy, place[0])
        shares = {
            t.target: self.value(t.probability, strategy, local)
            for t in entries
            if t.probability is not None
        }
        for t in entries:
            if t.probability is None:
                shares[t.target] = shares.get(t.target, 0.0) + 1.0 - sum(shares.values())
        return shares

    def start(self, strategy: str) -> dict[Place, float]:
        """Who starts where."""
        times = {"cycle": 0.0, "year": 0.0, "discount_time": 0.0}
        shares: dict[Place, float] = {}
        rest: Place | None = None
        for state in self.model.states:
            for key in ((state.name, strategy), (state.name, None)):
                if key in self.model.initial:
                    expr = self.model.initial[key]
                    if expr is None:
                        rest = (state.name, 0)
                    else:
                        shares[(state.name, 0)] = self.value(expr, strategy, times)
                    break
        if rest is not None:
            shares[rest] = 1.0 - sum(shares.values())
        return shares

    def step(
        self, strategy: str, before: Mapping[Place, float], cycle: int
    ) -> dict[tuple[Place, Place], float]:
        """Flows of one cycle between sub-states."""
        memory = {s.name: s.memory_years > 0 for s in self.model.states}
        flows: dict[tuple[Place, Place], float] = {}
        for place, share in before.items():
            for target, probability in self.row(strategy, place, self.times(cycle)).items():
                stays = target == place[0] and memory[target]
                there = (target, place[1] + 1 if stays else 0)
                flows[(place, there)] = share * probability
        return flows

    def utility(self, strategy: str, state: str, cycle: int, payoffs: list[Payoff]) -> float:
        """What a year in a state is worth in a cycle, over all its payoffs of effect."""
        local = {**self.times(cycle), "years_in_state": 0.0}
        total = 0.0
        for payoff in payoffs:
            if payoff.kind == "qaly" and payoff.on == "state" and payoff.source == state:
                amount = self.value(payoff.amount, strategy, local)
                total += amount if payoff.rate else amount / self.cycle_years
        return total
