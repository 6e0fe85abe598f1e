"""A jurisdiction: currency, discounting, threshold, severity rule and national tables."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hecon.engine.expression import Expr
from hecon.engine.model import LookupTable
from hecon.jurisdictions.demands import Demand
from hecon.parameters import limits
from hecon.parameters.money import price_year_problem
from hecon.parameters.parameter_schema import Parameter, Status
from hecon.parameters.records import (
    FileName,
    Formula,
    InputFile,
    Named,
    NeededFile,
    Real,
    Required,
    RequiredFormula,
    Strict,
    Text,
    Whole,
)
from hecon.parameters.units import QALY

FILE = "jurisdiction.toml"


def _currency(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"found '{code}', allowed is a code of three capitals such as NOK")
    return code


def _price_year(text: str) -> str:
    problem = price_year_problem(text)
    if problem:
        raise ValueError(problem)
    return text


Currency = Annotated[str, AfterValidator(_currency)]
PriceYear = Annotated[Required, AfterValidator(_price_year)]


class DiscountStep(Strict):
    """Discount rates that hold from a number of years after the start."""

    start: Formula = "0"
    cost: RequiredFormula
    effect: RequiredFormula


class Discount(Strict):
    """How the future is discounted."""

    compounding: Literal["annual", "continuous"] = "annual"
    steps: Annotated[list[DiscountStep], Field(min_length=1)]


class SeverityClass(Strict):
    """What holds from a certain shortfall on."""

    #: Least shortfall by the rule's measure; the absolute one, if the larger of both counts.
    shortfall: Annotated[Real, Field(ge=0, le=limits.OLDEST)]
    #: Least proportional shortfall, if the larger of both counts.
    proportional: Annotated[Real, Field(ge=0, le=1)] | None = None
    #: Factor on the threshold or on QALYs.
    weight: Annotated[Real, Field(gt=0, le=100)] | None = None
    #: In its place the threshold itself, in the jurisdiction's money.
    threshold: Annotated[Real, Field(ge=0, le=limits.LARGEST_AMOUNT)] | None = None

    @property
    def factor(self) -> float:
        """The weight, or the threshold that stands in its place."""
        return self.weight if self.weight is not None else self.threshold or 0.0


class Severity(Strict):
    """Classes of severity, in rising order, and what they act on."""

    measure: Literal["absolute shortfall", "proportional shortfall", "larger of both"]
    discounted: bool = False
    acts_on: Literal["threshold", "QALYs"] = "threshold"
    classes: Annotated[list[SeverityClass], Field(min_length=1)]
    status: Status
    source: Required

    @property
    def sets_threshold(self) -> bool:
        """Whether classes have thresholds of their own in place of weights."""
        return self.classes[0].threshold is not None

    def factor(self, absolute: float, proportional: float) -> float:
        """What the class of a shortfall has: the highest that one of its measures reaches."""
        first = proportional if self.measure == "proportional shortfall" else absolute
        found = 0 if self.sets_threshold else 1.0
        for step in self.classes:
            second = step.proportional is not None and proportional >= step.proportional
            if first >= step.shortfall or second:
                found = step.factor
        return found


class Threshold(Strict):
    """What the jurisdiction says of the value of a QALY, and in which words."""

    #: ``none`` is stated, then there is no verdict; ``one``; a ``range`` with a verdict at both
    #: ends; several ``benchmarks`` with one at each.
    kind: Literal["none", "one", "range", "benchmarks"] = "one"
    #: The ends, the benchmarks or, where none is stated, values at which net benefit is shown.
    values: list[RequiredFormula] = Field(default_factory=list)
    name: Named = "threshold"  #: What the figure is called.
    means: Text = ""  #: What it says and does not say.


class EqualValue(Strict):
    """What a year of life that a strategy adds counts for, whoever lives it."""

    utility: Annotated[Real, Field(gt=0, le=1)]
    status: Status
    source: Required


class YearsRule(Strict):
    """How many calendar years a budget impact shows."""

    value: Annotated[Whole, Field(ge=1, le=100)]
    status: Status
    source: Required


class VatRule(Strict):
    """Whether value-added tax is in a budget: in, out, or as the payer bears it."""

    value: Literal["in", "out", "as paid"]
    status: Status
    source: Required


class ViewRule(Strict):
    """Whose budget it is, and in which blocks."""

    value: Required
    status: Status
    source: Required


class Trigger(Strict):
    """A net cost in any of the first years from which something follows, as `means` says."""

    value: Annotated[Real, Field(gt=0, le=limits.LARGEST_AMOUNT)]
    years: Annotated[Whole, Field(ge=1, le=100)]
    means: Required
    price_year: Text = ""
    status: Status
    source: Required
    note: Text = ""


class BudgetRules(Strict):
    """What a body asks of a budget impact, each rule with its status."""

    years: YearsRule
    vat: VatRule | None = None
    view: ViewRule
    trigger: Trigger | None = None


class Acceptability(Strict):
    """Thresholds at which acceptability is reported."""

    highest: Annotated[Real, Field(gt=0, le=limits.LARGEST_AMOUNT)]
    steps: Annotated[Whole, Field(ge=2, le=1000)]


class TableEntry(Strict):
    """A look-up table with its source."""

    file: NeededFile
    id: Text = ""
    description: Text = ""
    source: Required
    status: Status
    note: Text = ""


class Rate(Strict):
    """What one unit of another country's money of a year is in the jurisdiction's prices."""

    currency: Currency
    price_year: PriceYear
    factor: Annotated[Real, Field(gt=0, le=limits.LARGEST_AMOUNT)]
    source: Required
    status: Status


class JurisdictionDefinition(Strict):
    """Contents of `jurisdiction.toml`."""

    name: FileName
    title: Required
    body: Text = ""
    currency: Currency
    price_year: PriceYear
    opportunity_cost: Formula = ""
    effect: Required = QALY
    threshold: Threshold = Field(default_factory=Threshold)
    discount: Discount
    acceptability: Acceptability
    severity: Severity | None = None
    equal_value: EqualValue | None = None
    budget: BudgetRules | None = None
    rules: InputFile = ""
    parameters: list[NeededFile] = Field(default_factory=list)
    tables: dict[str, TableEntry] = Field(default_factory=dict)
    rates: list[Rate] = Field(default_factory=list)

    def money_factor(self, currency: str, price_year: str) -> float:
        """What an amount is multiplied by to be in the jurisdiction's money.

        Raises:
            ValueError: If currency or price year is missing, or there is no rate for them.
        """
        here = f"{self.currency} of {self.price_year}"
        if not currency or not price_year:
            gap = "currency" if not currency else "price year"
            raise ValueError(f"an amount of money has no {gap}; {self.title} counts in {here}")
        if currency == self.currency and price_year in (self.price_year, "nominal"):
            return 1.0
        for rate in self.rates:
            if (rate.currency, rate.price_year) == (currency, price_year):
                return rate.factor
        raise ValueError(
            f"found {currency} of {price_year}, but {self.title} counts in {here}; convert the "
            f"amount, or give {FILE} a rate for it with its source"
        )


@dataclass(frozen=True)
class Jurisdiction:
    """A validated jurisdiction with its parameters and tables."""

    folder: Path
    definition: JurisdictionDefinition
    parameters: list[Parameter]
    tables: dict[str, LookupTable]
    discount_cost: Expr
    discount_effect: Expr
    opportunity_cost: Expr
    threshold_values: tuple[Expr, ...] = ()
    demands: tuple[Demand, ...] = ()

    @property
    def threshold_rules(self) -> tuple[Expr, ...]:
        """Formulas of what a QALY may cost."""
        return (self.opportunity_cost, *self.threshold_values)

    @property
    def judges(self) -> bool:
        """Whether there is a threshold to judge by."""
        return self.definition.threshold.kind != "none"
