"""A parameter: value or formula, range, distribution, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from hecon.engine.expression import Expr
from hecon.engine.model import Key, key_text
from hecon.parameters.distributions import Distribution

STATUSES = ("published", "derived", "assumption", "secondary", "memory", "retracted", "method")


@dataclass(frozen=True)
class Parameter:
    """One row of a parameter file.

    Exactly one of `value` and `formula` is given. `strategy` is None for a parameter that is
    the same in every strategy; `concerns` only tells the reader what it is about.
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
