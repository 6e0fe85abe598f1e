"""A second, slow way to compute a model: one cycle at a time, plain numbers, no graph.

It shares the parsed formulas with the engine and nothing else: names are looked up here, rows
are filled here and payoffs are added up here.
"""

import math
from collections.abc import Mapping
from itertools import accumulate

import numpy as np

from hecon.engine.expression import Expr
from hecon.engine.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR, CohortModel, Key, Payoff
from hecon.engine.operations import OPERATIONS

Times = Mapping[str, float]

#: Years or weeks that count as none: sums of lengths are not exact.
NEAR = 1e-9

#: Sub-state: state and completed cycles in it (0 for those who have just come).
Place = tuple[str, int]


class Hand:
    """A model with numbers for its parameters, computed by hand.

    Args:
        numbers: Values of the parameters, as in a design of one row.
    """

    def __init__(self, model: CohortModel, numbers: Mapping[Key, float]):
        self.model = model
        self.numbers = numbers
        self.lengths = self._lengths()
        self.cycles = len(self.lengths)
        self.horizon = math.fsum(self.lengths)
        self._ends = [0.0, *accumulate(self.lengths)]
        if not model.cycles_differ:
            self._ends = [n * self.lengths[0] for n in range(self.cycles + 1)]

    def _lengths(self) -> list[float]:
        """The lengths of the cycles in years, one after the other until the horizon is full."""
        years = self.value(self.model.horizon_years, None, {})
        if not self.model.cycles_differ:
            length = self.value(self.model.cycle_months, None, {}) / MONTHS_PER_YEAR
            return [length] * round(years / length)
        lengths: list[float] = []
        while math.fsum(lengths) < years - NEAR:
            times = {"cycle": len(lengths) + 1.0}
            months = self.value(self.model.cycle_months, None, times)
            lengths.append(months / MONTHS_PER_YEAR)
        return lengths

    def cycle_years(self, cycle: int) -> float:
        """The length of a cycle; the start of the model has that of the first."""
        return self.lengths[max(cycle, 1) - 1]

    def begun(self, cycle: int) -> float:
        """Years from the start of the model to the start of a cycle."""
        return self._ends[max(cycle - 1, 0)]

    def times(self, cycle: int, at_point: bool = False) -> dict[str, float]:
        """Time names at the start of a cycle, or at the point where it ends."""
        length = self.cycle_years(cycle)
        year = self.ends(cycle) if at_point else self.begun(cycle)
        return {"cycle": float(cycle), "year": year, "cycle_years": length}

    def cycle_of(self, week: float) -> int:
        """The cycle that a week is in; one after the last if it is later than the horizon."""
        cycle = 1
        while cycle <= self.cycles and week > self.ends(cycle) * WEEKS_PER_YEAR + NEAR:
            cycle += 1
        return cycle

    def ends(self, cycle: int) -> float:
        """Years from the start of the model to the end of a cycle."""
        return self._ends[cycle]

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
        if key[1] not in (None, strategy):
            return self._value(self.model.formulas[key], key[1], times, {})
        return self._value(self.model.formulas[key], strategy, times, known)

    def row(self, strategy: str, place: Place, times: Times) -> dict[str, float]:
        """Probabilities out of a state in a cycle, by target."""
        local = {**times, "years_in_state": place[1] * self.lengths[0]}
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
        times = {**self.times(0), "discount_time": 0.0}
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
                total += amount if payoff.rate else amount / self.cycle_years(cycle)
        return total
