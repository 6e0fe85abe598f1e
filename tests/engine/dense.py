"""A second, naive implementation: dense matrices, one draw, one strategy, Python's own eval.

It shares no code with the engine; both are built from the same plain texts.
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from hecon.engine.expression import constant, parse
from hecon.engine.model import CohortModel, LookupTable, Payoff, State, Transition

FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "floor": lambda x: math.floor(round(x, 9)),
    "ceil": lambda x: math.ceil(round(x, 9)),
    "expit": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "logit": lambda p: math.log(p / (1.0 - p)),
}


@dataclass(frozen=True)
class Plain:
    """A model as texts. Keys of `formulas` and values may be `name` or `name[strategy]`."""

    states: Mapping[str, float]  # name -> memory in years
    initial: Mapping[str, str]
    transitions: Mapping[tuple[str, str], str]
    payoffs: tuple[tuple, ...] = ()  # (item, kind, on, amount, per, week), see `to_model`
    dead: tuple[str, ...] = ("Dead",)
    strategies: tuple[str, ...] = ("X",)
    parameters: tuple[str, ...] = ()
    formulas: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, list[float]]] = field(default_factory=dict)
    cycle_months: float = 12.0
    horizon_years: float = 10.0
    start_age: str = "40"
    counting: str = "cycle-means"
    discount_cost: str = "1"
    discount_effect: str = "1"

    @property
    def cycles(self) -> int:
        return round(self.horizon_years * 12 / self.cycle_months)


def key(text):
    name, _, strategy = text.partition("[")
    return (name, strategy.rstrip("]") or None)


def to_model(plain: Plain) -> CohortModel:
    """The model as the engine takes it. A payoff's `on` is 'start', 'A', or 'A -> B'."""
    payoffs = []
    for item, kind, on, amount, per, week in plain.payoffs:
        source, _, target = on.partition(" -> ")
        place = "once" if on == "start" else "transition" if target else "state"
        payoffs.append(
            Payoff(
                item,
                kind,
                place,
                parse(amount),
                source=None if on == "start" else source,
                target=target or None,
                rate=per == "year",
                week=None if week is None else constant(week),
                session=str(week),
            )
        )
    tables = {}
    for name, columns in plain.tables.items():
        keys, *_ = columns.values()
        values = {c: np.array(v) for c, v in list(columns.items())[1:]}
        tables[name] = LookupTable(name, np.array(keys, dtype=float), values)
    return CohortModel(
        strategies=plain.strategies,
        states=tuple(State(n, n in plain.dead, memory) for n, memory in plain.states.items()),
        parameters=tuple(key(p) for p in plain.parameters),
        formulas={key(name): parse(text) for name, text in plain.formulas.items()},
        initial={key(s): None if t == "rest" else parse(t) for s, t in plain.initial.items()},
        transitions=tuple(
            Transition(a, b, None if text == "rest" else parse(text))
            for (a, b), text in plain.transitions.items()
        ),
        payoffs=tuple(payoffs),
        tables=tables,
        cycle_months=constant(plain.cycle_months),
        horizon_years=constant(plain.horizon_years),
        start_age=parse(plain.start_age),
        counting=plain.counting,
        discount_cost=parse(plain.discount_cost),
        discount_effect=parse(plain.discount_effect),
    )


class _Boundaries(ast.NodeTransformer):
    """Comparisons as formulas have them: two figures are equal if nine decimals of them are."""

    def visit_Compare(self, node):
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        tests = [
            ast.Compare(ast.parse("round(1)", mode="eval").body, [sign], [ast.Constant(0)])
            for sign in node.ops
        ]
        for test, a, b in zip(tests, sides, sides[1:], strict=False):
            test.left.args = [ast.BinOp(a, ast.Sub(), b), ast.Constant(9)]
        return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)


@cache
def compiled(text):
    tree = _Boundaries().visit(ast.parse(text, mode="eval"))
    return compile(ast.fix_missing_locations(tree), "formula", "eval")


class _Column:
    def __init__(self, keys, values):
        self.keys, self.values = keys, values

    def __call__(self, asked):
        found = math.nan
        for k, value in zip(self.keys, self.values, strict=True):
            if round(k - asked, 9) <= 0:
                found = value
        return found


class _Names(dict):
    """Looks a name up when Python's eval meets it: time, value, formula or table."""

    def __init__(self, plain, values, strategy, time):
        super().__init__()
        self.plain, self.given, self.strategy, self.time = plain, values, strategy, time

    def __missing__(self, name):
        plain = self.plain
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        if name in self.time:
            return self.time[name]
        if name == "age":
            return self.run(plain.start_age) + self.time["year"]
        if name == "cycle_years":
            return plain.cycle_months / 12
        for known in (f"{name}[{self.strategy}]", name):
            if known in self.given:
                return self.given[known]
            if known in plain.formulas:
                return self.run(plain.formulas[known])
        columns = plain.tables[name]
        keys, *_ = columns.values()
        return type("T", (), {c: _Column(keys, v) for c, v in columns.items()})()

    def run(self, text):
        return eval(compiled(text), {"__builtins__": {}}, self)


def points(counting, cycles):
    """Per row: cycle, weights before, after and of events, counted time, discount time."""
    rows = []
    if counting in ("cycle-means", "heemod-life-table"):
        moment = 0.5 if counting == "cycle-means" else 0.0
        rows = [(t, 0.5, 0.5, 1.0, t - 1, t - 1 + moment) for t in range(1, cycles + 1)]
    elif counting == "start-of-cycle":
        rows = [(t, 1.0, 0.0, 1.0, t - 1, t - 1) for t in range(1, cycles + 1)]
    elif counting == "end-of-cycle":
        rows = [(t, 0.0, 1.0, 1.0, t - 1, t) for t in range(1, cycles + 1)]
    else:
        for t in range(cycles + 1):
            end = t in (0, cycles)
            weight = {
                "every-point": 1.0,
                "half-cycle": 0.5 if end else 1.0,
                "simpson": 1 / 3 if end else (4 / 3 if t % 2 else 2 / 3),
                "darth-simpson": 1 / 3 if end else (2 / 3 if t % 2 else 4 / 3),
            }[counting]
            happens = weight if counting == "darth-simpson" else 1.0
            rows.append((t, 0.0, weight, happens if t else 0.0, t, t))
    return rows


def run(plain: Plain, values: Mapping[str, float], strategy: str):
    """Trace over expanded states, and totals by (kind, discounted)."""
    years = plain.cycle_months / 12
    expanded = []
    for name, memory in plain.states.items():
        longest = math.ceil(memory / years - 1e-9) if memory else 0
        expanded += [(name, k) for k in range(longest + 1)]
    position = {pair: i for i, pair in enumerate(expanded)}
    longest_of = {name: max(k for n, k in expanded if n == name) for name in plain.states}

    def names(cycle, year, in_state=0.0, discount=0.0):
        time = {"cycle": cycle, "year": year * years, "discount_time": discount * years}
        time["years_in_state"] = in_state * years
        return _Names(plain, values, strategy, time)

    share = np.zeros(len(expanded))
    rest = None
    for name, text in plain.initial.items():
        state, owner = key(name)
        if owner not in (None, strategy) or (
            owner is None and f"{state}[{strategy}]" in plain.initial
        ):
            continue
        if text == "rest":
            rest = state
        else:
            share[position[(state, 0)]] = names(0, 0).run(text)
    if rest is not None:
        share[position[(rest, 0)]] = 1 - share.sum()
    trace, matrices = [share], [np.zeros((len(expanded),) * 2)]
    for t in range(1, plain.cycles + 1):
        matrix = np.zeros((len(expanded), len(expanded)))
        for i, (name, k) in enumerate(expanded):
            rest = None
            for (a, b), text in plain.transitions.items():
                if a != name:
                    continue
                j = position[(b, min(k + 1, longest_of[b]) if a == b else 0)]
                if text == "rest":
                    rest = j
                else:
                    matrix[i, j] = names(t, t - 1, k).run(text)
            if rest is not None:
                matrix[i, rest] = 1 - matrix[i].sum()
        matrices.append(matrix)
        trace.append(trace[-1] @ matrix)

    totals = {(kind, d): 0.0 for kind in ("cost", "qaly", "life_years") for d in (True, False)}

    def credit(kind, amount, scope):
        totals[(kind, False)] += amount
        rule = plain.discount_cost if kind == "cost" else plain.discount_effect
        totals[(kind, True)] += amount * scope.run(rule)

    for t, before, after, events, counted, moment in points(plain.counting, plain.cycles):
        for i, (name, k) in enumerate(expanded):
            scope = names(t, counted, k, moment)
            share = after * trace[t][i] + (before * trace[t - 1][i] if before else 0.0)
            if name not in plain.dead:
                credit("life_years", share * years, scope)
            for _, kind, on, amount, per, _ in plain.payoffs:
                length = years if per == "year" else 1.0
                source, _, target = on.partition(" -> ")
                if on == "start" or source != name:
                    continue
                if not target:
                    credit(kind, share * scope.run(amount) * length, scope)
                elif events:
                    moved = sum(matrices[t][i, j] for j, s in enumerate(expanded) if s[0] == target)
                    credit(kind, events * trace[t - 1][i] * moved * scope.run(amount), scope)
    for _, kind, on, amount, _, week in plain.payoffs:
        if on != "start":
            continue
        if week is None:
            value = names(0, 0).run(amount)
            totals[(kind, True)] += value
            totals[(kind, False)] += value
        else:
            t = max(1, math.ceil(week / (365.25 / 7 * years)))
            moment = {"cycle-means": 0.5, "start-of-cycle": 0.0, "heemod-life-table": 0.0}
            scope = names(t, t - 1, 0, t - 1 + moment.get(plain.counting, 1.0))
            credit(kind, scope.run(amount), scope)
    return expanded, np.array(trace), totals
