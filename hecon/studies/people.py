"""The file that says whom a decision concerns."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from hecon.parameters.definitions import read_toml
from hecon.parameters.records import Formula, RequiredFormula, Strict
from hecon.studies.assumptions import Assumption, remember_formulas, there
from hecon.studies.reading import StudyReading

#: The file of a study that says whom the decision concerns.
POPULATION = "population.toml"


class PopulationDefinition(Strict):
    """Contents of `population.toml`: formulas of the study's parameters and of its assumptions.

    Without `discount` the jurisdiction's first rate of costs holds.
    """

    eligible_per_year: RequiredFormula
    uptake: Annotated[list[RequiredFormula], Field(min_length=1, max_length=100)]
    horizon_years: RequiredFormula
    discount: Formula = ""
    assumptions: dict[str, Assumption] = Field(default_factory=dict)

    def formulas(self) -> Iterator[tuple[str, str]]:
        """Entries with their formulas."""
        yield "eligible_per_year", self.eligible_per_year
        for position, text in enumerate(self.uptake, start=1):
            yield f"uptake[{position}]", text
        yield "horizon_years", self.horizon_years
        yield "discount", self.discount


def population_file(study: str) -> str:
    """The file as messages name it."""
    return f"{study}/{POPULATION}"


def read_population(reading: StudyReading) -> PopulationDefinition | None:
    """Whom the decision of a study concerns, or None if it doesn't say; faults are recorded."""
    path = reading.study.folder / POPULATION
    if not there(path):
        return None
    shown = population_file(reading.study.folder.name)
    found = None
    with reading.faults.collect():
        found = read_toml(path, shown, PopulationDefinition)
    if found is not None:
        rate = found.discount or reading.jurisdiction.definition.discount.steps[0].cost
        found = found.model_copy(update={"discount": rate})
        formulas = [(entry, text, None, ()) for entry, text in found.formulas()]
        remember_formulas(reading, shown, formulas, found.assumptions)
    return found
