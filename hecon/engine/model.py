"""What a cohort model is: states, strategies, transitions, payoffs and the formulas behind them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.operations import DECIMALS, NEAR

#: A parameter or formula: its name and the strategy it belongs to (None: every strategy).
Key = tuple[str, str | None]

MONTHS_PER_YEAR = 12.0
WEEKS_PER_YEAR = 365.25 / 7.0

#: Names that the engine supplies, with what they mean. `cycle` is 0 at the start of the model.
TIME_NAMES: dict[str, str] = {
    "cycle": "number of the cycle, 1 for the first",
    "year": "years since the start of the model, at the start of the cycle",
    "age": "age at the start of the cycle",
    "years_in_state": "years since the current state was entered, at the start of the cycle",
    "discount_time": "years since the start of the model when the cycle is discounted",
}
#: A table of the engine's own, by minus the end of each cycle in weeks: which cycle a week is in.
#: Used where cycles differ in length; the space keeps it apart from the tables of a study.
CALENDAR = "engine calendar"

FIXED_NAMES: dict[str, str] = {
    "cycle_years": "length of a cycle in years",
    "months_per_year": "12",
    "weeks_per_year": "365.25 / 7",
}


@dataclass(frozen=True)
class LookupTable:
    """A table looked up by its first column: the row of the largest key not above the key asked."""

    name: str
    #: Strictly increasing, shape (rows,); they count to nine decimals, as the key asked does.
    keys: Array
    columns: Mapping[str, Array]  #: Values by column name, each of shape (rows,).

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", np.round(np.asarray(self.keys, dtype=float), DECIMALS))

    def look_up(self, column: str, key: Array | float) -> Array:
        """Values at the keys; a key below the table gives NaN, which the engine reports."""
        values = np.asarray(key, dtype=float)
        rows = np.searchsorted(self.keys, values + NEAR, side="right") - 1
        found = self.columns[column][np.maximum(rows, 0)]
        return np.where((rows < 0) | np.isnan(values), np.nan, found)


@dataclass(frozen=True)
class State:
    """A health state."""

    name: str
    dead: bool = False  #: True if nobody in the state is alive: it gives no life-years.
    #: How long time in the state is remembered; zero for a state without memory.
    memory_years: float = 0.0
    label: str = ""


@dataclass(frozen=True)
class Transition:
    """Probability of moving during a cycle; `probability` None is the row's complement.

    `origin` says where it was read, for messages.
    """

    source: str
    target: str
    probability: Expr | None
    strategy: str | None = None
    origin: str = ""


@dataclass(frozen=True)
class Payoff:
    """A cost or an effect."""

    item: str  #: Cost item or effect source that the payoff is reported under.
    kind: str  #: ``cost`` or ``qaly``.
    #: ``state`` (while in `source`), ``transition`` (moving from `source` to `target`) or ``once``
    #: (per person who starts, at `week`).
    on: str
    amount: Expr
    strategy: str | None = None
    source: str | None = None
    target: str | None = None
    rate: bool = False  #: True if the amount is per year and is multiplied by the cycle's length.
    #: When a one-off falls; None is the start, which is not discounted. On a transition: how long
    #: after the end of its cycle the amount falls; None is that cycle.
    week: Expr | None = None
    session: str = ""  #: Tells apart one-offs of the same item that come from a treatment course.
    origin: str = ""  #: Where it was read, for messages.


@dataclass(frozen=True)
class CohortModel:
    """A cohort state-transition model, complete but for the values of its parameters.

    `counting` names the rule by which effects and life-years are counted, and costs too unless
    `counting_cost` names another. `formulas` maps a name, or a name and a strategy, to arithmetic
    over parameters, other formulas, time and tables. `parameters` lists the keys a design must
    supply: a name, or a name and a strategy.

    Source: Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic Evaluation;
    ISPOR-SMDM Modeling Good Research Practices 3 (Siebert 2012).
    """

    strategies: tuple[str, ...]
    states: tuple[State, ...]
    parameters: tuple[Key, ...]
    formulas: Mapping[Key, Expr]
    initial: Mapping[Key, Expr | None]
    transitions: tuple[Transition, ...]
    payoffs: tuple[Payoff, ...]
    tables: Mapping[str, LookupTable]
    cycle_months: Expr
    horizon_years: Expr
    start_age: Expr | None
    counting: str
    discount_cost: Expr
    discount_effect: Expr
    counting_cost: str = ""
    #: Where cycle and horizon are given, for messages.
    time_place: str = ""
    parameter_set: frozenset[Key] = field(init=False, repr=False)
    #: What is worked out once for a model; another one, however made, begins with none.
    memory: dict[Hashable, object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameter_set", frozenset(self.parameters))
        object.__setattr__(self, "memory", {})

    def between(self, strategies: tuple[str, ...]) -> CohortModel:
        """The same model of some strategies alone."""
        if strategies == self.strategies:
            return self
        key = ("between", strategies)
        if key not in self.memory:
            self.memory[key] = replace(self, strategies=strategies)
        found = self.memory[key]
        assert isinstance(found, CohortModel)
        return found

    @cached_property
    def cycles_differ(self) -> bool:
        """True if the length of a cycle depends on its number."""
        return "cycle" in self.rests_on(self.cycle_months)

    def rule(self, kind: str) -> str:
        """The counting rule of a kind of outcome: ``cost``, ``qaly`` or ``life_years``."""
        return (self.counting_cost if kind == "cost" else "") or self.counting

    @property
    def rules(self) -> tuple[str, ...]:
        """The counting rules in use, that of effects first."""
        return tuple(dict.fromkeys((self.counting, self.rule("cost"))))

    def apart(self) -> tuple[CohortModel, CohortModel] | None:
        """The model's costs and its effects, each by its own rule, where the rules differ.

        The cohort is the same under any rule, so that each half can be run by itself.
        """
        if self.rule("cost") == self.counting:
            return None
        costs = tuple(p for p in self.payoffs if p.kind == "cost")
        others = tuple(p for p in self.payoffs if p.kind != "cost")
        return (
            replace(self, counting=self.counting_cost, counting_cost="", payoffs=costs),
            replace(self, counting_cost="", payoffs=others),
        )

    def rests_on(self, *exprs: Expr) -> set[str]:
        """Names that expressions rest on, through all formulas."""
        found: set[str] = set()
        queue = {key_of(name)[0] for expr in exprs for name in expr.names}
        while queue:
            found |= queue
            queue = set[str]().union(*(self._made_of.get(name, ()) for name in queue)) - found
        return found

    @cached_property
    def _made_of(self) -> dict[str, set[str]]:
        """Names in the formulas of a name, whosever they are."""
        made: dict[str, set[str]] = {}
        for (name, _), expr in self.formulas.items():
            made.setdefault(name, set()).update(key_of(used)[0] for used in expr.names)
        return made

    def with_formulas(self, formulas: Mapping[Key, Expr]) -> CohortModel:
        """The same model with some parameters or formulas replaced by formulas."""
        kept = tuple(k for k in self.parameters if k not in formulas)
        return replace(self, parameters=kept, formulas={**self.formulas, **formulas})

    def transitions_of(self, strategy: str, source: str) -> list[Transition]:
        """The row of a state: its own rows for the strategy, else those for every strategy."""
        return _specific(
            [t for t in self.transitions if t.source == source],
            strategy,
            lambda t: (t.target,),
        )

    def payoffs_of(self, strategy: str) -> list[Payoff]:
        """Payoffs that a strategy pays; a row for the strategy replaces the general row."""
        return _specific(
            self.payoffs,
            strategy,
            lambda p: (p.item, p.kind, p.on, p.source, p.target, p.session),
        )

    def resolve(self, name: str, strategy: str | None) -> Key | None:
        """The key that a name means within a strategy, or None if it is unknown.

        A name such as ``hr[A]`` is that of strategy A wherever it is read.
        """
        place = (name, strategy)
        if place not in self._resolved:
            bare, own = key_of(name)
            keys = ((bare, own or strategy), (bare, None))
            known = (k for k in keys if k in self.parameter_set or k in self.formulas)
            self._resolved[place] = next(known, None)
        return self._resolved[place]

    @cached_property
    def _resolved(self) -> dict[tuple[str, str | None], Key | None]:
        return {}


class _HasStrategy(Protocol):
    @property
    def strategy(self) -> str | None: ...


_Row = TypeVar("_Row", bound=_HasStrategy)


def _specific(
    rows: Iterable[_Row], strategy: str, identity: Callable[[_Row], Hashable]
) -> list[_Row]:
    """Rows that hold for a strategy; its own row replaces the general row of the same identity."""
    chosen: dict[Hashable, _Row] = {}
    for row in rows:
        if row.strategy is None:
            chosen.setdefault(identity(row), row)
        elif row.strategy == strategy:
            chosen[identity(row)] = row
    return list(chosen.values())


def key_of(text: str) -> Key:
    """The key that is written `name` or `name[strategy]`."""
    name, bracket, strategy = text.partition("[")
    return (name, strategy[:-1]) if bracket else (name, None)


def key_text(key: Key) -> str:
    """A key as people write it, `name` or `name[strategy]`."""
    return key[0] if key[1] is None else f"{key[0]}[{key[1]}]"
