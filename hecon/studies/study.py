"""A study in a jurisdiction: everything an analysis needs, validated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key
from hecon.jurisdictions.jurisdiction_schema import Jurisdiction, TableEntry
from hecon.parameters.design import Correlation, ProbabilisticDesign, TableDesign, base_case
from hecon.parameters.distributions import Distribution
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.budget import BudgetDefinition
from hecon.studies.course import TreatmentCourse
from hecon.studies.documents import Document, Fact
from hecon.studies.estimates.read import StudySynthesis
from hecon.studies.extends import Layer, LayeredDefinition, StudyFile
from hecon.studies.people import PopulationDefinition
from hecon.studies.study_schema import StudyDefinition
from hecon.studies.trials import TrialDefinition

#: Key of the base case among scenarios.
BASE = "base case"


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
    """Overrides of values and formulas, and optionally its own pair of strategies to compare."""

    id: str
    title: str
    why: str
    #: Overrides of a deterministic run: estimates and distributions are numbers.
    changes: dict[Key, Expr]
    compare: tuple[str, str]
    source: str
    status: str
    file: str
    row: int
    text: str
    #: The formulas among them as a probabilistic run reads them: estimates are names.
    drawn: dict[Key, Expr] = field(default_factory=dict)
    #: Parameters that a probabilistic run draws instead of the study's, or beside them: one for
    #: each override that is an estimate or a distribution, one for each estimate within a formula.
    own: tuple[Parameter, ...] = ()
    estimates: tuple[str, ...] = ()  #: Estimates that the overrides name.
    weakest_status: str = ""  #: Weakest status of the scenario and of its estimates.

    @property
    def distributions(self) -> dict[Key, Distribution]:
        """Distributions of the parameters of its own."""
        return {p.key: p.distribution for p in self.own}


@dataclass(frozen=True)
class Subgroup:
    """People who share a level of each of some dimensions."""

    name: str
    title: str
    dimensions: tuple[str, ...]  #: Of one level the one that it is of, of a combination several.
    weight: Expr  #: Their share of everybody, a formula over inputs.
    scenario: Scenario  #: What is different with them.


@dataclass(frozen=True)
class Budget:
    """A study's budget impact, read and checked."""

    file: str  #: Where it was read, as messages name it.
    definition: BudgetDefinition
    #: Its own inputs, in file order; formulas of the study's may not use them.
    parameters: tuple[Parameter, ...]
    #: Every formula by its entry; `quantity(..)` in them is a name of `quantities`.
    exprs: Mapping[str, Expr]
    quantities: Mapping[str, tuple[str, str]]  #: Strategy and quantity of the course by that name.
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True)
class Study:
    """A validated study.

    Attributes:
        parameters: Inputs and computed rows of the study and its jurisdiction, in file order.
        layers: The folders that say something of the study, each on top of those before it: the
            study that it extends, the study itself, and the jurisdiction's own part of each.
        population: The general population as a model of its own, to measure absolute shortfall
            against.
        correlations: Of the study's file, and those that follow from evidence which estimates
            share.
        synthesis: The evidence and the estimates made from it; empty if the study names none.
        people: Whom the decision concerns, if the study says so.
        trials: The trials that the study plans.
        documents: Files carried along for the reader, by their name in `[evidence]`.
        facts: An article's facts with the model's figures that they refer to.
        digests: SHA-256 of every file that was read.
        unused: Inputs that nothing rests on.
        replaced: Rows of the study, or of the one that it extends, each with what took its place.
        budget: What the decision does to a budget, if the study describes it for the jurisdiction.
        perspectives: Others than that of the base case, shown beside it.
        subgroups: Levels of the dimensions that people differ in.
        combinations: Every combination of one level of each dimension.
        scenario, subgroup: Those whose changes are the base case, if it is not the study's own.
        values_set: Inputs that were set to another value, as ``name = value unit``.
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
    synthesis: StudySynthesis = field(default_factory=StudySynthesis)
    layers: tuple[Layer, ...] = ()
    people: PopulationDefinition | None = None
    trials: tuple[TrialDefinition, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    replaced: tuple[tuple[Parameter, Parameter], ...] = ()
    budget: Budget | None = None
    perspectives: tuple[Scenario, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    combinations: tuple[Subgroup, ...] = ()
    scenario: str = ""
    subgroup: str = ""
    values_set: tuple[str, ...] = ()

    @property
    def variant(self) -> str:
        """How the base case differs from that of the study's files, in words; else empty."""
        chosen = [f"scenario {self.scenario}"] if self.scenario else []
        chosen += [f"subgroup {self.subgroup}"] if self.subgroup else []
        return "; ".join([*chosen, *self.values_set])

    @property
    def suffix(self) -> str:
        """What tells names of files of a variant from those of the study."""
        people = re.sub(r"\W+", "_", self.subgroup)
        named = "".join(f"_{part}" for part in (self.scenario, people) if part)
        return named + "_set" * bool(self.values_set)

    @property
    def name(self) -> str:
        """The study's name."""
        return self.definition.name

    @property
    def no_workbook(self) -> str:
        """Why a spreadsheet can't hold the model live, or an empty text."""
        if self.model.cycles_differ and self.course is not None and self.course.starts:
            return (
                "a workbook has lines of treatment that start with a transition in cycles of the "
                "same length alone, and here cycle_months depends on the cycle"
            )
        return ""

    @property
    def counts_qalys(self) -> bool:
        """Whether the effect is the QALY, of which a year holds one at most."""
        return self.definition.effect.is_qaly

    @property
    def compared(self) -> tuple[str, str]:
        """Intervention and comparator of the decision problem."""
        return self.definition.intervention, self.definition.comparator

    @property
    def options(self) -> tuple[str, ...]:
        """Strategies that a decision maker can choose."""
        return tuple(s.name for s in self.definition.strategies if s.option)

    @property
    def selectable(self) -> list[Scenario]:
        """What can be shown in place of the base case: scenarios, then combined subgroups."""
        return [*self.scenarios, *(each.scenario for each in self.combinations)]

    @property
    def uncertain(self) -> bool:
        """Whether any input has a distribution, so that there is something to draw."""
        return any(p.distribution.varies for p in self.parameters)

    @property
    def exploratory(self) -> tuple[str, ...]:
        """Names of the strategies, and of the estimates in the base case, graded exploratory."""
        rows = self.synthesis.rows
        used = dict.fromkeys(p.estimate for p in self.parameters if p.estimate in rows)
        return (
            *(s.name for s in self.definition.strategies if s.grade),
            *(name for name in used if rows[name].grade),
        )

    @property
    def table_entries(self) -> dict[str, TableEntry]:
        """What is said of the tables that formulas look up, the jurisdiction's and the study's."""
        return {**self.jurisdiction.definition.tables, **self.definition.tables}

    def base_case(self) -> TableDesign:
        """One row: every input at its own value."""
        return base_case(self.parameters)

    def probabilistic(
        self, draws: int, seed: int = 1, method: str = "monte-carlo"
    ) -> ProbabilisticDesign:
        """Random rows: every uncertain parameter drawn, with the study's correlations."""
        return ProbabilisticDesign(self.parameters, draws, seed, method, self.correlations)

    def label(self, strategy: str) -> str:
        """A strategy's label."""
        return next(
            (s.label or s.name for s in self.definition.strategies if s.name == strategy), strategy
        )

    def evidence(self, name: str) -> list[dict[str, str]]:
        """Rows of an evidence file named in the study, none if it has no such file."""
        return [dict(row) for row in self.documents.get(name, [])]

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that hold the study, each on top of those before it."""
        return LayeredDefinition(self.folder, self.definition, self.layers).folders

    def sources(self, entry: str) -> list[StudyFile]:
        """Files named by an entry of `study.toml`, in the order of the layers."""
        found = LayeredDefinition(self.folder, self.definition, self.layers)
        return found.sources(entry, self.jurisdiction.definition.name)

    def input_hashes(self) -> dict[str, str]:
        """SHA-256 of every input file that was read, by folder and name."""
        return dict(sorted(self.digests.items()))
