"""A study in a jurisdiction: everything an analysis needs, validated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key
from hecon.errors import FaultList
from hecon.jurisdictions.schema import Jurisdiction
from hecon.parameters.design import Correlation
from hecon.parameters.distributions import Distribution
from hecon.parameters.schema import Parameter
from hecon.parameters.tables import read_cells
from hecon.studies.course import TreatmentCourse
from hecon.studies.schema import StudyDefinition


@dataclass(frozen=True)
class Variable:
    """A computed quantity of the model: one row of the variables file."""

    key: Key
    formula: Expr
    unit: str
    description: str
    file: str
    row: int


@dataclass(frozen=True)
class Scenario:
    """Overrides of values and formulas, and optionally its own pair of strategies to compare.

    `distributions` hold in the scenario's probabilistic run in place of the parameters' own.
    """

    id: str
    title: str
    why: str
    changes: dict[Key, Expr]
    compare: tuple[str, str]
    source: str
    status: str
    row: int
    text: str
    distributions: Mapping[Key, Distribution] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A validated study.

    Attributes
    ----------
    parameters
        Inputs and computed rows of the study and its jurisdiction, in file order.
    population
        The general population as a model of its own, to measure absolute shortfall against.
    """

    folder: Path
    definition: StudyDefinition
    jurisdiction: Jurisdiction
    parameters: list[Parameter]
    variables: list[Variable]
    model: CohortModel
    course: TreatmentCourse | None
    scenarios: list[Scenario]
    correlations: list[Correlation]
    population: CohortModel | None

    @property
    def name(self) -> str:
        """The study's name."""
        return self.definition.name

    @property
    def compared(self) -> tuple[str, str]:
        """Intervention and comparator of the decision problem."""
        return self.definition.intervention, self.definition.comparator

    @property
    def options(self) -> tuple[str, ...]:
        """Strategies that a decision maker can choose."""
        return tuple(s.name for s in self.definition.strategies if s.option)

    def label(self, strategy: str) -> str:
        """A strategy's label."""
        return next(
            (s.label or s.name for s in self.definition.strategies if s.name == strategy), strategy
        )

    def evidence(self, name: str) -> list[dict[str, str]]:
        """Rows of an evidence file named in the study, none if it has no such file."""
        file = self.definition.evidence.get(name)
        if file is None:
            return []
        faults = FaultList()
        _, rows = read_cells(self.folder / file, f"{self.folder.name}/{file}", faults)
        faults.raise_if_any()
        return [cells for _, cells in rows]

    def input_hashes(self) -> dict[str, str]:
        """SHA-256 of every input file, by folder and name."""
        folders = dict.fromkeys([self.folder, self.jurisdiction.folder])
        return {
            f"{folder.name}/{path.relative_to(folder).as_posix()}": hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.suffix in (".csv", ".toml")
        }
