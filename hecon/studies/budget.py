"""The files that say what a decision does to a budget: people, places, payers, their scenarios."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from hecon.parameters.records import Formula, Named, Required, RequiredFormula, Strict, Text

#: The file of a study that describes its budget impact; its inputs and scenarios lie beside it, or
#: where a jurisdiction keeps what is its own of the study.
BUDGET = "budget_impact.toml"
BUDGET_INPUTS, BUDGET_SCENARIOS = "budget_inputs.csv", "budget_scenarios.csv"

#: The year that a formula is read in, 1 for the first after the decision.
YEAR = "budget_year"

#: What a course needs of a resource, in a formula: `quantity(STRATEGY, QUANTITY)`.
QUANTITY = re.compile(r"\bquantity\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)")

#: What a formula may rest on beside inputs: nothing, the year, or the year and its stocks.
Uses = Literal["", "year", "stocks"]

_Shares = Annotated[dict[str, RequiredFormula], Field(min_length=1)]


class Waiting(Strict):
    """What happens to those for whom there is no place yet.

    `share` of them wait, `leave_month` of the queue leaves it in a month for what they would have
    had. A month costs `cost_month`, counted under `item`, and has the effects of `state`.
    """

    share: RequiredFormula
    state: Required
    leave_month: RequiredFormula = "0"
    cost_month: RequiredFormula = "0"
    item: Text = ""


class Paid(Strict):
    """An amount of a year, or of each month after a patient's start, in the world with the new.

    It stands instead of an item of the model, or beside all of them. `effect` is what it adds to
    health in the year, `counts` what is counted of it.
    """

    item: Named
    block: Required
    amount: RequiredFormula = "0"
    month: RequiredFormula = "0"
    months: RequiredFormula = "0"
    effect: RequiredFormula = "0"
    counts: dict[str, RequiredFormula] = Field(default_factory=dict)
    note: Text = ""


class Vat(Strict):
    """Value-added tax that the payer bears on an item."""

    item: Required
    rate: RequiredFormula


class PayerBlock(Strict):
    """A payer's part of the budget: items, each with the share of it that he pays."""

    name: Named
    label: Text = ""
    items: _Shares

    @property
    def title(self) -> str:
        """What people call it."""
        return self.label or self.name


class Resource(Strict):
    """What limits how many can start in a year; without a stock nothing does.

    The stock grows by what is `added` in a year, from the next on, and loses `attrition`. One of
    it gives `per_year`, of which a course takes what is `needed`.
    """

    name: Named
    unit: Text = ""
    stock: Formula = ""
    added: RequiredFormula = "0"
    attrition: RequiredFormula = "0"
    per_year: Formula = ""
    needed: RequiredFormula
    limited: RequiredFormula = "1"


class FullTime(Strict):
    """A quantity of the course as full-time equivalents; `all` is how many there are."""

    quantity: Required
    per_year: RequiredFormula
    all: Formula = ""


class BudgetDefinition(Strict):
    """Contents of `budget_impact.toml`: formulas of the study's and of the budget's own inputs."""

    years: RequiredFormula
    eligible_per_year: RequiredFormula
    uptake: Annotated[list[RequiredFormula], Field(min_length=1, max_length=100)]
    strategy: Required
    without: _Shares
    displaced: _Shares
    waiting: Waiting | None = None
    instead_of: list[Paid] = Field(default_factory=list)
    beside: list[Paid] = Field(default_factory=list)
    vat: Vat | None = None
    outside: list[Required] = Field(default_factory=list)
    blocks: Annotated[list[PayerBlock], Field(min_length=1)]
    resources: list[Resource] = Field(default_factory=list)
    full_time: list[FullTime] = Field(default_factory=list)

    @property
    def paid(self) -> list[Paid]:
        """Amounts that the model does not give."""
        return [*self.instead_of, *self.beside]

    @property
    def money(self) -> set[str]:
        """Entries that are amounts of money."""
        both = (("instead_of", self.instead_of), ("beside", self.beside))
        paid = [(entry, each.item) for entry, those in both for each in those]
        found = {f"{entry}[{item}].{name}" for entry, item in paid for name in ("amount", "month")}
        return found | {"waiting.cost_month"}

    def formulas(self) -> Iterator[tuple[str, str, Uses]]:
        """Entries with their formulas, and what else than inputs they may rest on."""
        yield "years", self.years, ""
        yield "eligible_per_year", self.eligible_per_year, "year"
        for position, text in enumerate(self.uptake, start=1):
            yield f"uptake[{position}]", text, ""
        for entry, shares in (("without", self.without), ("displaced", self.displaced)):
            for name, text in shares.items():
                yield f"{entry}.{name}", text, ""
        if self.waiting is not None:
            for name in ("share", "leave_month", "cost_month"):
                yield f"waiting.{name}", getattr(self.waiting, name), ""
        for entry, those in (("instead_of", self.instead_of), ("beside", self.beside)):
            for paid in those:
                for name in ("amount", "month", "months", "effect"):
                    yield f"{entry}[{paid.item}].{name}", getattr(paid, name), "stocks"
                for name, text in paid.counts.items():
                    yield f"{entry}[{paid.item}].counts.{name}", text, "stocks"
        if self.vat is not None:
            yield "vat.rate", self.vat.rate, ""
        for block in self.blocks:
            for item, text in block.items.items():
                yield f"blocks[{block.name}].items.{item}", text, ""
        for resource in self.resources:
            for name in ("stock", "added", "attrition", "per_year", "needed", "limited"):
                if text := getattr(resource, name):
                    yield (
                        f"resources[{resource.name}].{name}",
                        text,
                        "year" if name == "added" else "",
                    )
        for each in self.full_time:
            yield f"full_time[{each.quantity}].per_year", each.per_year, ""
            if each.all:
                yield f"full_time[{each.quantity}].all", each.all, ""
