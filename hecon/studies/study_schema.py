"""The files of a study, as they are written by an economist."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from hecon.engine.timing import COUNTING
from hecon.jurisdictions.jurisdiction_schema import TableEntry
from hecon.parameters import limits
from hecon.parameters.parameter_schema import STATUSES
from hecon.parameters.records import (
    FileName,
    Formula,
    Grade,
    InputFile,
    Named,
    NeededFile,
    Real,
    Required,
    RequiredFormula,
    Strict,
    Text,
    Whole,
    short,
)
from hecon.studies.effect import Effect


def _counting(name: str) -> str:
    if name not in COUNTING:
        allowed = ", ".join(COUNTING)
        raise ValueError(f"'{name}' is not a counting rule; allowed are {allowed}")
    return name


def known_status(text: str) -> str:
    """One of the statuses, or a blank; raises ValueError."""
    if text and text not in STATUSES:
        raise ValueError(f"found '{short(text)}', allowed are {', '.join(STATUSES)}")
    return text


Rule = Annotated[str, AfterValidator(_counting)]


class Rules(Strict):
    """Counting rules of costs, and of effects and life-years."""

    cost: Rule
    qaly: Rule


def _for_both(value: object) -> object:
    """One rule for both, or a table of them."""
    if isinstance(value, str):
        return {"cost": _counting(value), "qaly": value}
    return value


class Time(Strict):
    """Cycle length, horizon and counting rule; formulas over parameters."""

    cycle_months: RequiredFormula
    horizon_years: RequiredFormula
    start_age: Formula = ""
    counting: Annotated[Rules, BeforeValidator(_for_both)] = Rules(
        cost="cycle-means", qaly="cycle-means"
    )


class StateEntry(Strict):
    """A health state."""

    name: Named
    label: Text = ""
    initial: Formula | dict[str, Formula] = ""
    dead: bool = False
    memory_years: Annotated[Real, Field(ge=0, le=100)] = 0.0


class StrategyEntry(Strict):
    """A strategy; with `option = false` it is modelled but nobody can choose it.

    What is graded exploratory (a strategy, the study, an estimate) is called so in every
    conclusion.
    """

    name: Named
    label: Text = ""
    option: bool = True
    grade: Grade = ""


class CourseItem(Strict):
    """A cost or an effect of each session."""

    item: Named
    kind: Literal["cost", "qaly"] = "cost"
    amount: RequiredFormula
    note: Text = ""


class CourseQuantity(Strict):
    """A quantity counted over the course: hours, units of a drug."""

    name: Named
    label: Text = ""
    unit: Text = ""
    amount: RequiredFormula


class Course(Strict):
    """How treatment courses turn into costs; `starts` names transitions by line of treatment."""

    sessions: InputFile = "sessions.csv"
    starts: dict[str, Required] = Field(default_factory=dict)
    attendance: RequiredFormula
    items: Annotated[list[CourseItem], Field(max_length=limits.ITEMS)]
    quantities: Annotated[list[CourseQuantity], Field(max_length=limits.ITEMS)] = Field(
        default_factory=list
    )


class GeneralPopulation(Strict):
    """What the severity of the condition is measured against."""

    annual_mortality: RequiredFormula
    utility: RequiredFormula


class Price(Strict):
    """The price whose threshold is reported, and the course quantity that is bought at it."""

    parameter: Required
    quantity: Required


class SynthesisFiles(Strict):
    """Files of the evidence that estimates are made from, and the file of estimates.

    `outcome` names the probability, by strategy, in which choices of synthesis are compared.
    """

    estimates: NeededFile
    arms: InputFile = ""
    effects: InputFile = ""
    contrasts: InputFile = ""
    outcome: Text = ""


class InputPair(Strict):
    """Two inputs whose combinations the report shows; without values over their ranges.

    Values of money are in `currency` of `price_year`.
    """

    first: Required
    second: Required
    first_values: list[Real] | None = None
    second_values: list[Real] | None = None
    currency: str = ""
    price_year: str = ""


class StudyDefinition(Strict):
    """Contents of `study.toml`; `spread` names scenarios with which the report leads."""

    name: FileName
    extends: Text = ""
    without: dict[str, list[Required]] = Field(default_factory=dict)
    title: Required
    grade: Grade = ""
    effect: Effect = Field(default_factory=Effect)
    date: Text = ""
    question: Text = ""
    population: Text = ""
    intervention: Required
    comparator: Required
    time: Time
    states: Annotated[list[StateEntry], Field(min_length=2, max_length=limits.STATES)]
    strategies: Annotated[list[StrategyEntry], Field(min_length=1, max_length=limits.STRATEGIES)]
    parameters: list[NeededFile] = Field(default_factory=lambda: ["parameters.csv"])
    variables: InputFile = ""
    transitions: InputFile = "transitions.csv"
    payoffs: InputFile = "payoffs.csv"
    scenarios: InputFile = ""
    subgroups: InputFile = ""
    perspective: Text = ""
    perspectives: InputFile = ""
    correlations: InputFile = ""
    tables: dict[str, TableEntry] = Field(default_factory=dict)
    evidence: dict[str, NeededFile] = Field(default_factory=dict)
    synthesis: SynthesisFiles | None = None
    course: Course | None = None
    general_population: GeneralPopulation | None = None
    price: Price | None = None
    two_way: list[InputPair] = Field(default_factory=list)
    spread: list[Required] = Field(default_factory=list)


class Listed(Strict):
    """A row some of whose cells may list names, separated by semicolons."""

    @property
    def lists(self) -> tuple[str, ...]:
        """Cells that may list names; the row then stands for one each."""
        return ("strategy",)

    @property
    def called(self) -> str:
        """The row as it is named where a study leaves it out."""
        raise NotImplementedError


def _of(strategy: str) -> str:
    return f"[{strategy}]" if strategy not in ("", "all") else ""


class VariableRow(Listed):
    """A computed quantity of the model."""

    name: Required
    strategy: Text = "all"
    formula: RequiredFormula
    unit: Text = ""
    description: Text = ""

    @property
    def called(self) -> str:
        """`name` or `name[strategy]`."""
        return self.name + _of(self.strategy)


class TransitionRow(Listed):
    """A transition probability per cycle; `rest` is the complement of its row."""

    strategy: Text = "all"
    source: Required = Field(alias="from")
    target: Required = Field(alias="to")
    probability: RequiredFormula
    note: Text = ""

    @property
    def lists(self) -> tuple[str, ...]:
        """Strategies, and the states that people leave."""
        return ("strategy", "source")

    @property
    def called(self) -> str:
        """`from -> to`, with `[strategy]` if it is one's own."""
        return f"{self.source} -> {self.target}{_of(self.strategy)}"


class PayoffRow(Listed):
    """A cost or an effect of being in states, of moving between them, or of starting."""

    item: Named
    kind: Literal["cost", "qaly"]
    on: Required
    strategy: Text = "all"
    amount: RequiredFormula
    per: Literal["year", "cycle", "event"]
    note: Text = ""

    @property
    def called(self) -> str:
        """`item, kind, on`, with `[strategy]` if it is one's own."""
        return f"{self.item}, {self.kind}, {self.on}{_of(self.strategy)}"


class SessionRow(Listed):
    """Fixed columns of a session file; every other column is a quantity of the session."""

    strategy: Required
    session: Annotated[Whole, Field(ge=0, le=limits.SESSIONS)]
    week: RequiredFormula
    line: Annotated[Whole, Field(ge=1, le=limits.SESSIONS)] = 1
    kind: Text = ""
    included: Formula = "1"
    source: Text = ""
    status: Text = ""
    note: Text = ""

    @property
    def called(self) -> str:
        """`strategy.session`, in a later line `strategy.line-session`."""
        line = f"{self.line}-" if self.line > 1 else ""
        return f"{self.strategy}.{line}{self.session}"


class ScenarioRow(Strict):
    """A scenario: overrides, written `name = value; name[strategy] = formula`."""

    id: Named
    title: Required
    why: Text = ""
    changes: Text
    currency: Text = ""
    price_year: Text = ""
    compare: Text = ""
    source: Text = ""
    status: Annotated[Text, AfterValidator(known_status)] = ""


class SubgroupRow(Strict):
    """A level of a dimension, such as women of sex: its share, and what it changes."""

    name: Named
    dimension: Named
    title: Required
    weight: RequiredFormula
    why: Text = ""
    changes: Required
    currency: Text = ""
    price_year: Text = ""
    source: Text = ""
    status: Annotated[Text, AfterValidator(known_status)] = ""


class CorrelationRow(Listed):
    """A rank correlation between two parameters."""

    first: Required
    second: Required
    rho: Annotated[Real, Field(gt=-1, lt=1)]
    source: Text = ""

    @property
    def lists(self) -> tuple[str, ...]:
        """None: a row is one pair."""
        return ()

    @property
    def called(self) -> str:
        """`first, second`."""
        return f"{self.first}, {self.second}"
