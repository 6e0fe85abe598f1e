"""From a value per person to a value for all the people whom a decision concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from hecon.analyses.assumptions import Assumption, evaluated, parsed
from hecon.analyses.run import Run, result
from hecon.errors import Fault, InputError, nearest
from hecon.parameters.definitions import read_toml
from hecon.parameters.design import base_case
from hecon.parameters.records import Required, Strict
from hecon.studies.study import Study

#: The file of a study that says whom the decision concerns.
POPULATION = "population.toml"


class PopulationDefinition(Strict):
    """Contents of `population.toml`: formulas of the study's parameters and of its assumptions."""

    eligible_per_year: Required
    uptake: Annotated[list[Required], Field(min_length=1)]
    horizon_years: Required
    discount: Required
    assumptions: dict[str, Assumption] = Field(default_factory=dict)


@dataclass(frozen=True)
class Population:
    """Whom a decision concerns.

    Attributes
    ----------
    annual
        People who become eligible in a year.
    uptake
        Share of them whom the decision reaches, by year; the last one goes on.
    years, discount
        How long the decision stays relevant, and the annual rate.
    assumptions
        The file's own figures by name, and the study's in its formulas that have a range.
    """

    annual: float
    uptake: tuple[float, ...]
    years: float
    discount: float
    assumptions: Mapping[str, Assumption]

    def effective(self, start: float = 0.0) -> float:
        """Discounted people who benefit from `start` years on; none if that is too late."""
        if start >= self.years:
            return 0.0
        return effective_population(self.annual, self.years, self.discount, self.uptake, start)


def study_population(study: Study, changes: Mapping[str, float] | None = None) -> Population | None:
    """Whom the decision of a study concerns, or None if the study doesn't say.

    Parameters
    ----------
    changes
        Other values for some of the file's assumptions, or of the study's inputs in its formulas.

    Raises
    ------
    InputError
        If the file is faulty or a formula names something unknown.
    """
    path = study.folder / POPULATION
    shown = f"{study.folder.name}/{POPULATION}"
    if not path.is_file():
        return None
    definition = read_toml(path, shown, PopulationDefinition)
    changes = changes or {}
    assumptions = {**_ranges_of_inputs(study, definition), **definition.assumptions}
    own = {n: changes.get(n, entry.value) for n, entry in assumptions.items()}
    numbers = base_case(study.parameters).numbers

    def number(text: str, where: str) -> float:
        expr = parsed(text, shown, where)
        for name in sorted(expr.names - own.keys()):
            if study.model.resolve(name, None) is None:
                hint = nearest(name, {*own, *(p.name for p in study.parameters)})
                raise InputError([Fault(shown, None, where, f"'{name}' is not known{hint}")])
        return float(evaluated(expr, None, own, study.model, numbers, {})[0])

    return Population(
        number(definition.eligible_per_year, "eligible_per_year"),
        tuple(number(share, "uptake") for share in definition.uptake),
        number(definition.horizon_years, "horizon_years"),
        number(definition.discount, "discount"),
        assumptions,
    )


def _ranges_of_inputs(study: Study, definition: PopulationDefinition) -> dict[str, Assumption]:
    """Inputs of the study that stand in the formulas by name and have a stated range."""
    texts = [definition.eligible_per_year, *definition.uptake, definition.horizon_years]
    return {
        p.name: Assumption(
            value=p.value, low=p.low, high=p.high, unit=p.unit, source=p.source, status=p.status
        )
        for p in study.parameters
        if p.text in texts and p.value is not None and p.low is not None and p.high is not None
    }


def effective_population(
    annual: float,
    years: float,
    discount: float,
    uptake: Sequence[float] = (1.0,),
    start: float = 0.0,
) -> float:
    """Discounted number of people whose treatment a decision changes.

    Parameters
    ----------
    annual
        People who become eligible in a year.
    years
        How long the decision stays relevant, from today; the last year may be a part of one.
    discount
        Annual rate.
    uptake
        Share of the eligible whom the decision reaches, by year; the last one goes on.
    start
        Years from today until people begin to benefit (a trial that has to report).

    Notes
    -----
    Sum over years of annual * uptake / (1 + discount) ** middle of the year; Philips, Claxton,
    Palmer (2008), Medical Decision Making 28:199, on the choice of the horizon.
    """
    for label, value, allowed in (
        ("people a year", annual, annual >= 0),
        ("years", years, years > 0),
        ("discount", discount, discount > -1),
        ("start", start, start >= 0),
    ):
        if not allowed or not np.isfinite(value):
            text = f"found {value:g}, allowed is a finite number that is not negative"
            raise InputError([Fault("population", None, label, text)])
    shares = np.asarray(uptake, dtype=float)
    if not shares.size or not ((shares >= 0) & (shares <= 1)).all():
        raise InputError([Fault("population", None, "uptake", "allowed are shares from 0 to 1")])
    edges = np.unique(np.r_[np.arange(np.ceil(years)), start, years])
    edges = edges[(edges >= start) & (edges <= years)]
    first, last = edges[:-1], edges[1:]
    share = shares[np.minimum(first.astype(int), len(shares) - 1)]
    factor = (1 + discount) ** (-(first + last) / 2)
    return float((annual * share * factor * (last - first)).sum())


@result()
def population(run: Run) -> Population | None:
    """Whom the decision concerns, or None if the study doesn't say."""
    return study_population(run.study)
