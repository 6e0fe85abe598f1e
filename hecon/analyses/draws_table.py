"""A table of draws: parameters, and costs and effects by strategy, from a study or from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hecon.analyses.comparison import totals
from hecon.engine.model import key_text
from hecon.errors import Fault, InputError, nearest
from hecon.parameters.design import Design
from hecon.studies.study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DrawsTable:
    """Draws of a probabilistic analysis.

    Attributes
    ----------
    strategies
        Names, in the order that breaks ties.
    cost, effect
        Shape (strategies, draws).
    parameters
        By name, shape (draws,).
    name
        What messages call the table.
    notes
        What its reader has to know of how it was read, in sentences.
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
            shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
            hint = (
                nearest(name, known) or f"; allowed are {shown or 'none: there are no parameters'}"
            )
            raise InputError([Fault(self.name, None, name, f"'{name}' is not a parameter{hint}")])
        return self.parameters[name]

    def with_strategies(self, names: Sequence[str]) -> DrawsTable:
        """The same draws of some strategies, in the order given."""
        unknown = [name for name in names if name not in self.strategies]
        if unknown:
            hint = nearest(unknown[0], self.strategies)
            text = f"'{unknown[0]}' is not a strategy{hint}; allowed are "
            raise InputError([Fault(self.name, None, None, text + ", ".join(self.strategies))])
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


def checked_thresholds(thresholds: Sequence[float] | Array, place: str = "thresholds") -> Array:
    """Thresholds as an array; raises InputError if there are none or one is below 0."""
    values = np.atleast_1d(np.asarray(thresholds, dtype=float)).ravel()
    if not values.size:
        raise InputError([Fault(place, None, None, "found none, needed is at least one")])
    wrong = values[~(np.isfinite(values) & (values >= 0))]
    if wrong.size:
        text = f"found {wrong[0]:g}, allowed is 0 or more and finite"
        raise InputError([Fault(place, None, None, text)])
    return values
