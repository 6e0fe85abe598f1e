"""From a value per person to a value for all the people whom a decision concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hecon.analyses.run import Run, result
from hecon.errors import Fault, InputError
from hecon.studies.assumptions import Assumption, Quantities, evaluated, parsed
from hecon.studies.people import PopulationDefinition, population_file
from hecon.studies.study import Study

#: Years that a decision may stay relevant.
LONGEST_YEARS = 1_000.0


@dataclass(frozen=True)
class Population:
    """Whom a decision concerns."""

    annual: float  #: People who become eligible in a year.
    #: Share of them whom the decision reaches, by year; the last one goes on.
    uptake: tuple[float, ...]
    #: years, discount: How long the decision stays relevant, and the annual rate.
    years: float
    discount: float
    #: The file's own figures by name, and the study's in its formulas that have a range.
    assumptions: Mapping[str, Assumption]

    def effective(self, start: float = 0.0) -> float:
        """Discounted people who benefit from `start` years on; none if that is too late."""
        if start >= self.years:
            return 0.0
        return effective_population(self.annual, self.years, self.discount, self.uptake, start)


def study_population(study: Study, changes: Mapping[str, float] | None = None) -> Population | None:
    """Whom the decision of a study concerns, or None if the study doesn't say.

    Args:
        changes: Other values for some of the file's assumptions, or of the study's inputs in its
            formulas.

    Raises:
        InputError: If a formula's value can't be what it stands for.
    """
    definition = study.people
    if definition is None:
        return None
    shown = population_file(study.folder.name)
    changes = changes or {}
    assumptions = {**_ranges_of_inputs(study, definition), **definition.assumptions}
    own = {n: changes.get(n, entry.value) for n, entry in assumptions.items()}
    quantities = Quantities(study.model, study.base_case().numbers, {})
    found = {
        entry: float(evaluated(parsed(text, shown, entry), None, own, quantities)[0])
        for entry, text in definition.formulas()
    }
    faults = [
        Fault(shown, None, entry, f"found {value:g}, allowed is {said}")
        for entry, value in found.items()
        for said, least, most in [_allowed(entry)]
        if not least <= value <= most
    ]
    if faults:
        raise InputError(faults)
    return Population(
        found["eligible_per_year"],
        tuple(value for entry, value in found.items() if entry.startswith("uptake")),
        found["horizon_years"],
        found["discount"],
        assumptions,
    )


def _allowed(entry: str) -> tuple[str, float, float]:
    """What an entry's value may be: in words, and from what to what."""
    if entry.startswith("uptake"):
        return "a share from 0 to 1", 0.0, 1.0
    if entry == "discount":
        return "an annual rate from 0 to 1, such as 0.04 for 4 %", 0.0, 1.0
    if entry == "horizon_years":
        return f"above 0, up to {LONGEST_YEARS:g}", np.nextafter(0.0, 1.0), LONGEST_YEARS
    return "a finite number from 0 up", 0.0, np.finfo(float).max


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

    Args:
        annual: People who become eligible in a year.
        years: How long the decision stays relevant, from today; the last year may be a part of one.
        discount: Annual rate.
        uptake: Share of the eligible whom the decision reaches, by year; the last one goes on.
        start: Years from today until people begin to benefit (a trial that has to report).

    Notes:
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
