"""A planned trial: its formulas worked out for the draws of a study."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hecon.analyses.population import Population, study_population
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.model import WEEKS_PER_YEAR, Key
from hecon.errors import Fault, InputError, ModelError, nearest
from hecon.parameters.design import Design
from hecon.studies.assumptions import Quantities, evaluated, parsed
from hecon.studies.people import population_file
from hecon.studies.study import Study
from hecon.studies.trials import PATIENTS, TrialDefinition, TrialGroup


class Uninformative(InputError):
    """A trial that could teach nothing, because all that it measures is known."""


@dataclass(frozen=True)
class Measured:
    """One outcome in one arm, with what it would be in every draw."""

    name: str
    truth: Array  #: Probability or mean by draw, shape (draws,).
    share: float  #: Share of all randomised who are in the arm.
    dropout: float  #: Share of those followed whose outcome is not seen.
    sd: float  #: Spread between persons; 0 for a binomial outcome.
    among: int | None  #: Position of the outcome that those followed must have had, or None.


@dataclass(frozen=True)
class Trial:
    """A trial with one length of follow-up, its formulas worked out for a design."""

    definition: TrialDefinition
    follow_up_weeks: float
    measured: tuple[Measured, ...]
    informs: tuple[str, ...]
    population: Population
    number: Callable[[str, float], float]

    @property
    def label(self) -> str:
        """Name and follow-up."""
        return f"{self.definition.name}, {self.follow_up_weeks:g} weeks"


def plan(
    definition: TrialDefinition,
    study: Study,
    design: Design,
    changes: Mapping[str, float] | None = None,
    follow_up_weeks: Sequence[float] | None = None,
    quantities: Quantities | None = None,
) -> list[Trial]:
    """The trial for each length of follow-up.

    Args:
        design: Rows in which the trial's outcomes are worked out.
        changes: Other values for some assumptions of the trial or of the population.
        follow_up_weeks: Lengths of follow-up; without it the trial's own.
        quantities: The study's in the rows of the design, if another plan has asked for them
            already.

    Raises:
        InputError: If a formula names something unknown or depends on time, or a probability leaves
            0 to 1.
        Uninformative: If the trial informs no uncertain parameter.
    """
    population = study_population(study, changes)
    if population is None:
        text = "is missing: a trial needs to know how many people a decision concerns"
        raise InputError([Fault(population_file(study.folder.name), None, None, text)])
    if quantities is None:
        quantities = Quantities(study.model, design.numbers, design.block(0, design.draws))
    return [
        _plan(definition, study, design, weeks, dict(changes or {}), population, quantities)
        for weeks in follow_up_weeks or definition.follow_up_weeks
    ]


def _plan(
    definition: TrialDefinition,
    study: Study,
    design: Design,
    weeks: float,
    changes: dict[str, float],
    population: Population,
    quantities: Quantities,
) -> Trial:
    shown = definition.file
    entries = {text: entry for entry, text in definition.numbers()}
    own = {n: changes.get(n, entry.value) for n, entry in definition.assumptions.items()}
    own |= {"follow_up_weeks": weeks, "weeks_per_year": WEEKS_PER_YEAR}
    informs: set[Key] = set()

    def value(text: str, strategy: str | None, where: str, extra: Mapping[str, float]) -> Array:
        known = {**own, **extra}
        expr = parsed(text, shown, where)
        for name in sorted(expr.names - known.keys()):
            if study.model.resolve(name, strategy) is None:
                hint = nearest(name, {*known, *(p.name for p in study.parameters)})
                raise InputError([Fault(shown, None, where, f"'{name}' is not known{hint}")])
        try:
            return evaluated(expr, strategy, known, quantities)
        except ModelError as error:
            raise InputError([Fault(shown, None, where, str(error))]) from None

    def number(text: str, patients: float) -> float:
        where = entries.get(text, text)
        found = value(text, None, where, {PATIENTS: patients})
        if not (found[0] >= 0 and np.isfinite(found).all()):
            said = f"found {found[0]:g}, allowed is a finite number from 0 up"
            raise InputError([Fault(shown, None, where, said)])
        if np.ptp(found) > 0:
            raise InputError([Fault(shown, None, where, "must be the same in every draw")])
        return float(found.flat[0])

    def dropout(text: str, strategy: str, where: str) -> float:
        lost = float(value(text, strategy, where, {}).mean())
        if not 0 <= lost < 1:
            said = f"found {lost:g}, allowed is a share from 0 to less than 1"
            raise InputError([Fault(shown, None, where, said)])
        return lost

    def spread(text: str, where: str) -> float:
        sd = float(value(text, None, where, {}).mean())
        if not (sd > 0 and np.isfinite(sd)):
            said = f"found {sd:g}, allowed is a finite number above 0"
            raise InputError([Fault(shown, None, where, said)])
        return sd

    measured: list[Measured] = []
    positions: dict[tuple[str, str], int] = {}
    for outcome in definition.outcomes:
        for arm in definition.arms:
            where = f"outcomes[{outcome.name}].values.{arm.strategy}"
            truth = value(outcome.values[arm.strategy], arm.strategy, where, {})
            if np.ptp(truth) == 0:
                continue
            if outcome.kind == "binomial" and (truth.min() < 0 or truth.max() > 1):
                text = f"found {truth.min():g} to {truth.max():g}, allowed is 0 to 1"
                raise InputError([Fault(shown, None, where, text)])
            informs |= _inputs(parsed(outcome.values[arm.strategy], shown, where), arm, study)
            positions[(outcome.name, arm.strategy)] = len(measured)
            measured.append(
                Measured(
                    f"{outcome.name}, {arm.strategy}",
                    truth,
                    arm.share,
                    dropout(outcome.dropout, arm.strategy, f"outcomes[{outcome.name}].dropout"),
                    spread(outcome.sd, f"outcomes[{outcome.name}].sd") if outcome.sd else 0.0,
                    positions.get((outcome.among or "", arm.strategy)),
                )
            )
    uncertain = [p.text for p in study.parameters if p.key in informs & design.varying]
    if not uncertain:
        text = "the trial informs no uncertain parameter, so it can't be worth anything"
        raise Uninformative([Fault(shown, None, "outcomes", text)])
    return Trial(definition, weeks, tuple(measured), tuple(uncertain), population, number)


def _inputs(expr: Expr, arm: TrialGroup, study: Study) -> set[Key]:
    """Inputs that a formula rests on, through all other formulas."""
    model, found = study.model, set[Key]()
    waiting, seen = list(expr.names), set[str]()
    while waiting:
        name = waiting.pop()
        key = model.resolve(name, arm.strategy)
        if name in seen or key is None:
            continue
        seen.add(name)
        if key in model.formulas:
            waiting += model.formulas[key].names
        else:
            found.add(key)
    return found
