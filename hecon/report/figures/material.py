"""What figures and page show besides a run's results, worked out once, with extras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.draws_table import DrawsTable, study_draws
from hecon.analyses.plane import Plane, plane
from hecon.analyses.ranking import ranking
from hecon.analyses.results import Results
from hecon.analyses.two_way import two_way
from hecon.report.figures.picture import Picture

if TYPE_CHECKING:
    from hecon.analyses.further import Further


@dataclass(frozen=True)
class Extras:
    """What a run does not compute by itself; each is shown if it is given.

    Attributes
    ----------
    verification
        The verification battery's table.
    people
        Discounted number of people whom the decision concerns (`effective_population`).
    further
        Break-even values, global sensitivity and planned trials.
    pictures
        Further figures: forest plots, the network graph.
    synthesis
        Choices of the synthesis side by side.
    article
        What the article says and what the model makes of it.
    weakest
        The weakest links by their influence on the decision.
    """

    verification: pd.DataFrame | None = None
    people: float | None = None
    further: Further | None = None
    pictures: Sequence[Picture] = field(default_factory=tuple)
    synthesis: pd.DataFrame | None = None
    article: pd.DataFrame | None = None
    weakest: pd.DataFrame | None = None


@dataclass(frozen=True)
class Material:
    """Results with the reductions that only reports need.

    With a single draw, or a single option, those that need several are None.
    """

    results: Results
    extras: Extras
    draws: DrawsTable
    plane: Plane | None
    convergence: pd.DataFrame | None
    needed: pd.DataFrame | None
    ranking: xr.Dataset | None
    grids: list[xr.Dataset]


def material(results: Results, extras: Extras | None = None) -> Material:
    """Work out what reports show."""
    study, psa = results.study, results.probabilistic
    draws = study_draws(study, psa.design, psa.outcomes)
    a, b = study.compared
    pair = draws.draws > 2 and {a, b} <= set(draws.strategies)
    several = draws.draws > 2 and len(draws.strategies) > 1
    threshold = results.threshold
    running = convergence(draws, threshold) if several else None
    return Material(
        results,
        extras or Extras(),
        draws,
        plane(draws, a, b) if pair else None,
        running if running is not None and running["draws"].nunique() > 1 else None,
        draws_needed(draws, threshold) if several else None,
        ranking(draws, [threshold]) if several else None,
        [
            two_way(
                study,
                grid.first,
                grid.second,
                first_values=grid.first_values,
                second_values=grid.second_values,
            )
            for grid in study.definition.two_way
        ],
    )
