"""A study under test: its base case and the evaluations that several checks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import base_traces, evaluate
from hecon.analyses.verification.by_hand import Hand
from hecon.analyses.verification.finding import NotApplicable
from hecon.analyses.verification.variants import reached, told_apart
from hecon.engine.arrays import Array
from hecon.engine.model import CohortModel, Key
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign, base_values, rows
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study

KINDS = ("cost", "qaly", "life_years")


@dataclass(frozen=True)
class Change:
    """One parameter at another value; `end` says which, it is empty if no range gives it."""

    parameter: Parameter
    value: float
    end: str


@dataclass(frozen=True)
class Answers:
    """Outcomes of the rows that run, and what the others break.

    `figures` has shape (kind, strategy, row): discounted and undiscounted cost, QALYs and
    life-years.
    """

    figures: Array
    rows: list[int]
    breaches: dict[int, str]


class ComputedStudy:
    """A study with everything computed once."""

    def __init__(self, study: Study):
        self.study = study
        self.model = study.model
        self.numbers = base_values(study.parameters)
        self.strategies = list(study.model.strategies)

    def with_numbers(self, numbers: Mapping[Key, float]) -> ComputedStudy:
        """The same study with more or other base values."""
        other = ComputedStudy(self.study)
        other.numbers = {**self.numbers, **numbers}
        return other

    @cached_property
    def base(self) -> xr.Dataset:
        """Outcomes of the base case."""
        return evaluate(self.model, TableDesign(1, self.numbers)).isel(draw=0)

    @cached_property
    def share(self) -> Array:
        """Occupancy of the base case, shape (strategy, cycle, state)."""
        return self.trace(self.model)

    @cached_property
    def hand(self) -> Hand:
        """The base case by hand."""
        return Hand(self.model, self.numbers)

    @cached_property
    def by_payoff(self) -> xr.Dataset:
        """Outcomes of the base case with every payoff under an item of its own."""
        return self.run(told_apart(self.model))

    @property
    def deaths(self) -> list[int]:
        """Positions of the dead states; not applicable without one."""
        found = [i for i, s in enumerate(self.model.states) if s.dead]
        if not found:
            raise NotApplicable("no state is marked as dead")
        return found

    def run(self, model: CohortModel, numbers: Mapping[Key, float] | None = None) -> xr.Dataset:
        """Outcomes of another model at the base values."""
        design = TableDesign(1, self.numbers if numbers is None else numbers)
        return evaluate(model, design).isel(draw=0)

    def trace(self, model: CohortModel, numbers: Mapping[Key, float] | None = None) -> Array:
        """Occupancy of a model at the base values, shape (strategy, cycle, state)."""
        design = TableDesign(1, self.numbers if numbers is None else numbers)
        share: Array = base_traces(model, design)["share"].isel(draw=0).values
        return share

    def inputs(self) -> list[Parameter]:
        """Parameters with a value, but for what only the threshold rests on."""
        names = {n for rule in self.study.jurisdiction.threshold_rules for n in rule.names}
        return [p for p in self.study.parameters if p.is_input and p.name not in names]

    def prices(self) -> list[Parameter]:
        """Inputs that count money; not applicable without one."""
        found = [p for p in self.inputs() if p.money and self.numbers[p.key] != 0]
        if not found:
            raise NotApplicable("no parameter is in a currency")
        return found

    def answers(
        self, changes: Sequence[Mapping[Key, float]], model: CohortModel | None = None
    ) -> Answers:
        """Outcomes for rows of changes; rows that break a rule are set aside with the message."""
        kept = list(range(len(changes)))
        breaches: dict[int, str] = {}
        while kept:
            design = rows(self.numbers, [changes[i] for i in kept])
            try:
                return Answers(figures(evaluate(model or self.model, design)), kept, breaches)
            except ModelError as error:
                draw = error.coordinates.get("draw")
                if not isinstance(draw, int) and len(kept) > 1:
                    # no row is to blame by itself: some cycle length or horizon is
                    return self._apart(changes, kept, breaches, model)
                breach = kept.pop(draw if isinstance(draw, int) else 0)
                breaches[breach] = error.message
        return Answers(np.zeros((2 * len(KINDS), len(self.strategies), 0)), [], breaches)

    def _apart(
        self,
        changes: Sequence[Mapping[Key, float]],
        places: list[int],
        breaches: dict[int, str],
        model: CohortModel | None,
    ) -> Answers:
        """The same, one row at a time."""
        parts = [np.zeros((2 * len(KINDS), len(self.strategies), 0))]
        kept: list[int] = []
        for place in places:
            part = self.answers([changes[place]], model)
            parts.append(part.figures)
            kept += [place] if part.rows else []
            if not part.rows:
                breaches[place] = part.breaches[0]
        return Answers(np.concatenate(parts, axis=2), kept, breaches)

    @cached_property
    def changes(self) -> list[Change]:
        """Every input at the ends of its range and at far percentiles; without any, moved."""
        found: list[Change] = []
        for p in self.inputs():
            value = self.numbers[p.key]
            ends: dict[str, float] = {}
            if p.low is not None and p.high is not None:
                ends |= {"low": p.low, "high": p.high}
            if p.distribution.varies and p.distribution.kind != "dirichlet":
                ends |= {
                    "0.1 percentile": float(p.distribution.quantile(0.001)),
                    "99.9 percentile": float(p.distribution.quantile(0.999)),
                }
            found += [Change(p, v, end) for end, v in ends.items() if v != value]
            if not any(v != value for v in ends.values()):
                found += [Change(p, v, "") for v in nudges(p, value)]
        return found

    @cached_property
    def changed(self) -> Answers:
        """Outcomes of `changes`.

        What the number of cycles rests on is evaluated apart: each such row is a program of
        its own, which is quick if little varies in it.
        """
        timing = [(self.model.cycle_months, None), (self.model.horizon_years, None)]
        apart = {key for key, _ in reached(self.model, timing)}
        changes = [{c.parameter.key: c.value} for c in self.changes]
        sets = [
            [i for i, c in enumerate(self.changes) if (c.parameter.key in apart) == wanted]
            for wanted in (False, True)
        ]
        joined: list[Array] = []
        kept: list[int] = []
        breaches: dict[int, str] = {}
        for places in sets:
            part = self.answers([changes[i] for i in places])
            joined.append(part.figures)
            kept += [places[row] for row in part.rows]
            breaches |= {places[row]: text for row, text in part.breaches.items()}
        return Answers(np.concatenate(joined, axis=2), kept, breaches)

    @cached_property
    def base_figures(self) -> Array:
        """The base case in the shape of `Answers`, (kind, strategy)."""
        return figures(self.base.expand_dims("draw", axis=-1))[:, :, 0]


def moved(before: Array, after: Array) -> NDArray[np.bool_]:
    """Which strategies a change moves, beyond rounding."""
    gap: NDArray[np.bool_] = np.abs(after - before) > 1e-12 * np.maximum(1.0, np.abs(before))
    return np.asarray(gap.any(axis=0))


def nudges(parameter: Parameter, value: float) -> list[float]:
    """Other values of a parameter without a range: half and twice as much, a switch turned.

    Zero has no half and no double: a little, and one.
    """
    if parameter.unit == "0/1":
        return [1.0 - value]
    if value == 0.0:
        return [0.01, 1.0]
    if parameter.unit in ("probability", "share", "utility"):
        return [value / 2, (1 + value) / 2]
    return [value / 2, value * 2]


def figures(outcomes: xr.Dataset) -> Array:
    """Totals of outcomes, shape (kind, strategy, draw): discounted ones first."""
    parts = []
    for suffix in ("", "_undiscounted"):
        cost, qaly = totals(outcomes, suffix)
        for found in (cost, qaly, outcomes["life_years" + suffix]):
            parts.append(found.transpose("strategy", "draw").values)
    return np.stack(parts)


def worst(found: Array, wanted: Array) -> float:
    """Largest difference, relative to the figures where they are large."""
    if np.size(wanted) == 0:
        return 0.0
    return float(np.max(np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))))
