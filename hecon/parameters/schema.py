"""A parameter: value or formula, range, distribution, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hecon.engine.expression import Expr
from hecon.engine.model import Key, key_text
from hecon.parameters.distributions import Distribution
from hecon.parameters.units import currency_in

STATUSES = ("published", "derived", "assumption", "secondary", "memory", "retracted", "method")

#: The same from the firmest to the weakest.
FIRMEST_FIRST = (
    *("method", "published", "derived", "secondary"),
    *("assumption", "memory", "retracted"),
)


def weakest(statuses: Iterable[str]) -> str:
    """The weakest of some statuses; an unknown one counts for nothing, none at all is blank."""
    found = [s for s in statuses if s in FIRMEST_FIRST]
    return max(found, key=FIRMEST_FIRST.index, default="")


@dataclass(frozen=True)
class Derived:
    """A parameter's figure, range, doubt and provenance: typed, or taken from an estimate.

    Attributes
    ----------
    rows
        Rows of the evidence that an estimate rests on.
    """

    value: float
    low: float | None
    high: float | None
    distribution: Distribution
    source: str
    status: str
    derivation: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """One row of a parameter file.

    Exactly one of `value` and `formula` is given. `strategy` is None for a parameter that is
    the same in every strategy; `concerns` only tells the reader what it is about. `estimate`
    names the estimate that value, range and distribution come from, if one does.
    """

    name: str
    strategy: str | None
    description: str
    unit: str
    value: float | None
    formula: Expr | None
    low: float | None
    high: float | None
    distribution: Distribution
    id: str = ""
    group: str = ""
    concerns: str = ""
    currency: str = ""
    price_year: str = ""
    derivation: str = ""
    source: str = ""
    evidence_ids: str = ""
    status: str = ""
    note: str = ""
    file: str = ""
    row: int = 0
    estimate: str = ""

    @property
    def key(self) -> Key:
        """Name and strategy."""
        return (self.name, self.strategy)

    @property
    def text(self) -> str:
        """The key as people write it."""
        return key_text(self.key)

    @property
    def is_input(self) -> bool:
        """True for a value, False for a computed row."""
        return self.value is not None

    @property
    def money(self) -> str:
        """The currency that the value counts in, or an empty string."""
        return self.currency or self.unit_currency

    @property
    def unit_currency(self) -> str:
        """The currency that the unit names, or an empty string."""
        return currency_in(self.unit)
