"""A table of draws: parameters, and costs and effects by strategy, from a study or from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from hecon.analyses.comparison import totals
from hecon.engine.arrays import Array
from hecon.engine.model import key_text
from hecon.errors import Fault, FaultList, InputError, nearest, nearest_or_some, shown
from hecon.parameters.design import Design
from hecon.studies.study import Study

#: Largest threshold, cost, effect or parameter, either way: sums of squares of it stay finite.
LARGEST = 1e15
#: Most strategies, thresholds, and of both times draws, that are decided on.
MOST_STRATEGIES, MOST_THRESHOLDS, MOST_WORK = 200, 1_001, 1_000_000_000


@dataclass(frozen=True)
class DrawsTable:
    """Draws of a probabilistic analysis.

    Attributes:
        strategies: Names, in the order that breaks ties.
        cost, effect: Shape (strategies, draws).
        parameters: By name, shape (draws,).
        name: What messages call the table.
        notes: What its reader has to know of how it was read, in sentences.
    """

    strategies: tuple[str, ...]
    cost: Array
    effect: Array
    parameters: Mapping[str, Array] = field(default_factory=dict)
    name: str = "draws"
    notes: tuple[str, ...] = ()

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.cost.shape[1])

    @property
    def varying(self) -> list[str]:
        """Parameters that are not the same in every draw."""
        return [name for name, values in self.parameters.items() if np.ptp(values) > 0]

    def benefit(self, threshold: float) -> Array:
        """Net monetary benefit, shape (strategies, draws)."""
        return threshold * self.effect - self.cost

    def parameter(self, name: str) -> Array:
        """Draws of a parameter; raises InputError with the nearest names if there is none."""
        if name not in self.parameters:
            known = list(self.parameters)
            hint = nearest_or_some(name, known) if known else "; there are no parameters"
            text = f"{shown(name)} is not a parameter{hint}"
            raise InputError([Fault(self.name, None, None, text)])
        return self.parameters[name]

    def averted(self, effects: str) -> DrawsTable:
        """The same draws where effects are harm: what is less of it counts as more."""
        note = (
            f"Fewer {effects} are better: effects are counted as averted, so that those of a "
            "strategy, and its net benefit, stand below zero."
        )
        return replace(self, effect=-self.effect, notes=(*self.notes, note))

    def made_by(self, run: str) -> DrawsTable:
        """The same draws under the name of the run of hecon that they come from."""
        note = (
            f"The draws are those of the run {run}: its currency and thresholds hold where none "
            "are given."
        )
        return replace(self, name=run, notes=(*self.notes, note))

    def with_strategies(self, names: Sequence[str]) -> DrawsTable:
        """The same draws of some strategies, in the order given."""
        twice = sorted({name for name in names if list(names).count(name) > 1})
        if twice:
            text = f"{shown(twice[0])} is named twice"
            raise InputError([Fault(self.name, None, None, text)])
        unknown = [name for name in names if name not in self.strategies]
        if unknown:
            hint = nearest(unknown[0], self.strategies)
            known = self.strategies[:20]
            more = ", ..." if len(self.strategies) > len(known) else ""
            text = f"{shown(unknown[0])} is not a strategy{hint}; allowed are {', '.join(known)}"
            raise InputError([Fault(self.name, None, None, text + more)])
        rows = [self.strategies.index(name) for name in names]
        return replace(
            self, strategies=tuple(names), cost=self.cost[rows], effect=self.effect[rows]
        )


def study_draws(study: Study, design: Design, outcomes: xr.Dataset) -> DrawsTable:
    """The draws of a study's own probabilistic analysis, of the options that can be chosen."""
    options = list(study.options)
    cost, effect = (x.sel(strategy=options).values for x in totals(outcomes))
    columns = design.block(0, design.draws)
    parameters = {key_text(key): values for key, values in columns.items()}
    return DrawsTable(tuple(options), cost, effect, parameters, study.name)


def refuse_too_much(table: DrawsTable, thresholds: int) -> None:
    """Raise InputError if a decision over so many thresholds would take too long to work out."""
    strategies = len(table.strategies)
    faults = FaultList()
    if strategies < 2:
        text = f"found one strategy ({table.strategies[0]}), a decision needs at least two"
        faults.add(table.name, None, None, text)
    if strategies > MOST_STRATEGIES:
        text = f"found {strategies:,} strategies, allowed are {MOST_STRATEGIES}"
        faults.add(table.name, None, None, f"{text}; name those to compare with --strategy")
    if thresholds > MOST_THRESHOLDS:
        text = f"found {thresholds:,}, allowed are {MOST_THRESHOLDS:,}"
        faults.add("--thresholds", None, None, text)
    if not faults.faults and strategies * thresholds * table.draws > MOST_WORK:
        text = (
            f"{strategies:,} strategies, {table.draws:,} draws and {thresholds:,} thresholds are "
            f"too much; allowed is a product of {MOST_WORK:,}"
        )
        faults.add(table.name, None, None, text)
    faults.raise_if_any()


def checked_thresholds(thresholds: Sequence[float] | Array, place: str = "thresholds") -> Array:
    """Thresholds as an array; raises InputError if there are none or one is below 0 or huge."""
    values = np.atleast_1d(np.asarray(thresholds, dtype=float)).ravel()
    if not values.size:
        raise InputError([Fault(place, None, None, "found none, needed is at least one")])
    wrong = values[~((values >= 0) & (values <= LARGEST))]
    if wrong.size:
        text = f"found {wrong[0]:g}, allowed is from 0 to {LARGEST:g}"
        raise InputError([Fault(place, None, None, text)])
    return values
