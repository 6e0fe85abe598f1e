"""A parameter: value or formula, range, distribution, and where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from hecon.engine.expression import Expr
from hecon.engine.model import Key, key_text
from hecon.errors import nearest
from hecon.parameters.distributions import Distribution
from hecon.parameters.records import Required, short
from hecon.parameters.units import ANY_CURRENCY, currency_in

STATUSES = ("published", "derived", "assumption", "secondary", "retracted", "method")


def known_status(text: str) -> str:
    """A status; raises ValueError with what is allowed at any other word."""
    if text not in STATUSES:
        hint = f"{nearest(text, STATUSES)}; allowed are {', '.join(STATUSES)}"
        raise ValueError(f"found '{short(text)}'{hint}")
    return text


Status = Annotated[Required, AfterValidator(known_status)]

#: The same from the firmest to the weakest.
FIRMEST_FIRST = ("method", "published", "derived", "secondary", "assumption", "retracted")

#: What a range is: the 95 % interval of the row's distribution (blank and a range apart from it
#: are at odds), or values found plausible, whatever the distribution.
RANGES = ("", "interval", "plausible")

#: How far a stated end may lie from the distribution's 2.5 or 97.5 percentile, as a share of the
#: width between them.
RANGE_TOLERANCE = 0.1


def weakest(statuses: Iterable[str]) -> str:
    """The weakest of some statuses; an unknown one counts for nothing, none at all is blank."""
    found = [s for s in statuses if s in FIRMEST_FIRST]
    return max(found, key=FIRMEST_FIRST.index, default="")


@dataclass(frozen=True)
class Derived:
    """A parameter's figure, range, doubt and provenance: typed, or taken from an estimate."""

    value: float
    low: float | None
    high: float | None
    distribution: Distribution
    source: str
    status: str
    derivation: str
    rows: tuple[str, ...] = ()  #: Rows of the evidence that an estimate rests on.


@dataclass(frozen=True)
class Parameter:
    """One row of a parameter file.

    Exactly one of `value` and `formula` is given. `strategy` is None for a parameter that is
    the same in every strategy; `concerns` only tells the reader what it is about. `estimate`
    names the estimate that value, range and distribution come from, if one does. `range_is` says
    what the range is, one of `RANGES`; `holds_fixed` names what a change of this value alone
    leaves as it is although it would move with it.
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
    range_is: str = ""
    drawn_as: str = ""
    holds_fixed: str = ""

    @property
    def key(self) -> Key:
        """Name and strategy."""
        return (self.name, self.strategy)

    @property
    def text(self) -> str:
        """The key as people write it."""
        return key_text(self.key)

    @property
    def stream(self) -> str:
        """The name of its stream of random numbers: its own, or that of what it stands for."""
        return self.drawn_as or self.text

    @property
    def is_input(self) -> bool:
        """True for a value, False for a computed row."""
        return self.value is not None

    @property
    def stated_range(self) -> tuple[float, float] | None:
        """The two ends of the row's own range, if it has one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def range_at_odds(self) -> bool:
        """True if the range is not the distribution's 95 % interval and is not said to be another.

        Evidence gives an estimate both, so they agree up to how the distribution was fitted.
        """
        drawn = self.distribution
        if self.stated_range is None or self.range_is == "plausible" or self.estimate:
            return False
        if not drawn.varies or drawn.kind == "dirichlet":
            return False
        ends = [float(drawn.quantile(u)) for u in (0.025, 0.975)]
        allowed = RANGE_TOLERANCE * (ends[1] - ends[0])
        return any(abs(a - b) > allowed for a, b in zip(self.stated_range, ends, strict=True))

    @property
    def money(self) -> str:
        """The currency that the value counts in, or an empty string, as for what is no money."""
        counted = self.unit_currency or ANY_CURRENCY in self.unit or self.currency in self.unit
        return (self.currency or self.unit_currency) if counted else ""

    @property
    def unit_currency(self) -> str:
        """The currency that the unit names, or an empty string."""
        return currency_in(self.unit)
