"""A jurisdiction: currency, discounting, opportunity cost, severity rule and national tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hecon.engine.expression import Expr
from hecon.engine.model import Table
from hecon.errors import FaultList
from hecon.parameters.rows import parse_formula, read_parameters
from hecon.parameters.schema import Parameter
from hecon.parameters.tables import Required, Strict, read_table, read_toml

FILE = "jurisdiction.toml"


class DiscountStep(Strict):
    """Discount rates that hold from a number of years after the start."""

    start: str = "0"
    cost: Required
    effect: Required


class Discount(Strict):
    """How the future is discounted."""

    compounding: Literal["annual", "continuous"] = "annual"
    steps: Annotated[list[DiscountStep], Field(min_length=1)]


class SeverityClass(Strict):
    """A weight on the opportunity cost from a certain absolute shortfall on."""

    shortfall: float
    weight: Annotated[float, Field(gt=0)]


class Severity(Strict):
    """Absolute shortfall classes, in rising order."""

    measure: Literal["absolute shortfall"]
    classes: Annotated[list[SeverityClass], Field(min_length=1)]
    status: str
    source: str


class Acceptability(Strict):
    """Thresholds at which acceptability is reported."""

    highest: Annotated[float, Field(gt=0)]
    steps: Annotated[int, Field(ge=2, le=1000)]


class TableEntry(Strict):
    """A look-up table with its source."""

    file: Required
    id: str = ""
    description: str = ""
    source: Required
    status: Required
    note: str = ""


class Definition(Strict):
    """Contents of `jurisdiction.toml`."""

    name: Required
    title: Required
    body: str = ""
    currency: Required
    price_year: Required
    opportunity_cost: Required
    discount: Discount
    acceptability: Acceptability
    severity: Severity | None = None
    parameters: list[str] = []
    tables: dict[str, TableEntry] = {}


@dataclass(frozen=True)
class Jurisdiction:
    """A validated jurisdiction with its parameters and tables."""

    folder: Path
    definition: Definition
    parameters: list[Parameter]
    tables: dict[str, Table]
    discount_cost: Expr
    discount_effect: Expr
    opportunity_cost: Expr

    def severity_weight(self, shortfall: float) -> float:
        """Weight on the opportunity cost for an absolute shortfall in QALYs."""
        weight = 1.0
        if self.definition.severity is not None:
            for step in self.definition.severity.classes:
                if shortfall >= step.shortfall:
                    weight = step.weight
        return weight


def discount_text(discount: Discount, kind: Literal["cost", "effect"]) -> str:
    """The discount factor as one line of arithmetic over `discount_time`.

    Each rate works on the years that fall into its step, so the factor has no jumps.
    """
    parts = []
    for position, step in enumerate(discount.steps):
        rate = getattr(step, kind)
        if len(discount.steps) == 1:
            years = "discount_time"
        else:
            last = position + 1 == len(discount.steps)
            until = "discount_time" if last else f"min(discount_time, {discount.steps[position + 1].start})"
            years = until if position == 0 else f"max(0, {until} - {step.start})"
        if discount.compounding == "annual":
            parts.append(f"(1 + {rate}) ** -{years}")
        else:
            parts.append(f"exp(-{rate} * {years})")
    return " * ".join(parts)


def load_jurisdiction(folder: Path) -> Jurisdiction:
    """Read and validate a jurisdiction's folder; raises InputError with every fault."""
    faults = FaultList()
    shown = f"{folder.name}/{FILE}"
    definition = read_toml(folder / FILE, shown, Definition)
    expressions = [
        parse_formula(text, faults, shown, None, column)
        for text, column in (
            (discount_text(definition.discount, "cost"), "discount.steps.cost"),
            (discount_text(definition.discount, "effect"), "discount.steps.effect"),
            (definition.opportunity_cost, "opportunity_cost"),
        )
    ]
    if definition.severity is not None:
        falls = [c.shortfall for c in definition.severity.classes]
        if falls != sorted(set(falls)):
            faults.add(shown, None, "severity.classes", "shortfalls must rise from class to class")
    parameters: list[Parameter] = []
    tables: dict[str, Table] = {}
    for file in definition.parameters:
        with faults.collect():
            parameters += read_parameters(inside(folder, file, shown), f"{folder.name}/{file}")
    for name, entry in definition.tables.items():
        with faults.collect():
            path = inside(folder, entry.file, shown)
            tables[name] = read_table(path, f"{folder.name}/{entry.file}", name)
    faults.raise_if_any()
    cost, effect, opportunity = (e for e in expressions if e is not None)
    return Jurisdiction(folder, definition, parameters, tables, cost, effect, opportunity)


def inside(folder: Path, file: str, shown: str) -> Path:
    """The path of a file named in an input, refused if it leaves its folder."""
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        faults = FaultList()
        faults.add(shown, None, None, f"'{file}' lies outside its folder; name a file inside it")
        faults.raise_if_any()
    return path
