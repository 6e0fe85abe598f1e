"""Units: what a text such as ``NOK/month`` counts in, and how units combine.

A unit has dimensions (money, time, QALYs, cycles) and a scale, so that a month and a year are
the same dimension and different units. Whatever is not understood is unknown (None), and
nothing that touches an unknown unit is ever blamed.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hecon.engine.expression import Expr
from hecon.parameters.units import COUNTED, CURRENCIES, SCALES

#: Lengths of time in years.
_TIME = {
    "year": 1.0,
    "years": 1.0,
    "month": 1.0 / 12.0,
    "months": 1.0 / 12.0,
    "week": 7.0 / 365.25,
    "weeks": 7.0 / 365.25,
    "h": 1.0 / 8766.0,
    "hour": 1.0 / 8766.0,
    "hours": 1.0 / 8766.0,
}

#: Pure numbers, and things that are counted: a price per visit is an amount of money.
_PLAIN = frozenset({*COUNTED, *(f"{word}s" for word in COUNTED), "cycles"})
_WHOLE = frozenset({*(scale.lower() for scale in SCALES), "cycle"})


@dataclass(frozen=True)
class Unit:
    """Dimensions with their powers and the size of the unit; `annual` is one plus a yearly rate.

    `text` is how people wrote it.
    """

    powers: tuple[tuple[str, int], ...] = ()
    scale: float = 1.0
    annual: bool = False
    text: str = field(default="", compare=False)

    @property
    def plain(self) -> bool:
        """True for a pure number."""
        return not self.powers

    def __str__(self) -> str:
        return self.text or _spelt(self)


PLAIN = Unit(text="a pure number")
YEARS = Unit((("time", 1),), 1.0, text="years")
MONTHS = Unit((("time", 1),), 1.0 / 12.0, text="months")
WEEKS = Unit((("time", 1),), 7.0 / 365.25, text="weeks")
PER_YEAR = Unit((("time", -1),), 1.0, text="per year")


def _spelt(unit: Unit) -> str:
    if unit.plain:
        one = math.isclose(unit.scale, 1.0)
        return "a pure number" if one else f"a number times {unit.scale:g}"
    time = {1.0: "year", 1 / 12: "month", 7 / 365.25: "week", 1 / 8766: "h"}
    exponent = dict(unit.powers).get("time", 0)
    names = []
    for name, power in unit.powers:
        shown = name
        if name == "time":
            fits = [t for s, t in time.items() if math.isclose(s**exponent, unit.scale)]
            shown = fits[0] if fits else "time"
        names.append((shown, power))
    above = [n if p == 1 else f"{n}^{p}" for n, p in names if p > 0]
    below = [n if p == -1 else f"{n}^{-p}" for n, p in names if p < 0]
    text = " * ".join(above)
    if below:
        text = f"{text}/{'/'.join(below)}" if text else f"per {' per '.join(below)}"
    return text


def read_unit(text: str, currency: str) -> Unit | None:
    """The unit that a text means, or None if it is not understood.

    Args:
        currency: The study's currency, which the word ``currency`` stands for.
    """
    words = " ".join(text.split())
    if not words:
        return None
    if words.lower() in _WHOLE:
        return Unit(text=words)
    parts = re.split(r"\s*/\s*|\s+per\s+|^per\s+", words)
    top, *below = parts
    result: Unit | None = Unit() if not top else _word(top, currency)
    for part in below:
        lower = Unit((("cycle", 1),)) if part == "cycle" else _word(part, currency)
        result = divide(result, lower)
    if result is None:
        return None
    return Unit(result.powers, result.scale, text=words)


def _word(word: str, currency: str) -> Unit | None:
    if word in CURRENCIES or word == currency:
        return Unit(((word, 1),))
    if word == "currency":
        return Unit(((currency, 1),))
    if word.lower() in _TIME:
        return Unit((("time", 1),), _TIME[word.lower()])
    if word in ("QALY", "QALYs"):
        return Unit((("QALY", 1),))
    if word.lower() in _PLAIN | _WHOLE:
        return Unit()
    return None


def multiply(a: Unit | None, b: Unit | None) -> Unit | None:
    """Unit of a product."""
    return _combine(a, b, 1)


def divide(a: Unit | None, b: Unit | None) -> Unit | None:
    """Unit of a quotient."""
    return _combine(a, b, -1)


def _combine(a: Unit | None, b: Unit | None, sign: int) -> Unit | None:
    if a is None or b is None:
        return None
    powers = dict(a.powers)
    for name, power in b.powers:
        powers[name] = powers.get(name, 0) + sign * power
    kept = tuple(sorted((n, p) for n, p in powers.items() if p))
    return Unit(kept, a.scale * b.scale**sign)


def clash(a: Unit | None, b: Unit | None) -> bool:
    """True if two known units can't be added, compared or equal.

    What is per cycle may stand for what counts within a cycle, but not for what is per year.
    """
    if a is None or b is None or a.annual or b.annual:
        return False
    one, two = dict(a.powers), dict(b.powers)
    cycle = one.pop("cycle", 0) != two.pop("cycle", 0)
    if one != two:
        return True
    return not cycle and not math.isclose(a.scale, b.scale, rel_tol=1e-6)


@dataclass
class Reader:
    """Finds the unit of an expression and the places where units clash."""

    names: Callable[[str], Unit | None]  #: Gives the unit of a name, None if it is unknown.
    clashes: list[str] = field(default_factory=list)  #: What was found, in words.

    def unit(self, expr: Expr) -> Unit | None:
        """The unit of an expression; a number may stand for any unit."""
        args = [self.unit(arg) for arg in expr.args]
        match expr.op:
            case "name":
                return self.names(expr.name)
            case "lookup":
                self._same("looks up a table by", args[0], YEARS, "age" in expr.args[0].names)
                return None
            case "add" | "sub":
                return self._added(expr, args)
            case "min" | "max":
                return self._joined(f"{expr.op}() of", args)
            case "if":
                return self._joined("chooses between", args[1:])
            case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
                self._joined("compares", args)
                return None
            case "mul" | "div":
                return self._product(expr, args)
            case "pow":
                return self._power(expr, args)
            case "log" if args[0] is not None and not clash(args[0], YEARS):
                # of a time, as in survival by a lognormal
                return None
            case "exp" | "log" | "expit" | "logit":
                self._same(f"{expr.op}() of", args[0], PLAIN)
                return PLAIN if args[0] is not None else None
            case "neg" | "abs" | "floor" | "ceil":
                return args[0]
            case _:
                return None

    def _same(self, what: str, a: Unit | None, b: Unit, wanted: bool = True) -> None:
        if wanted and clash(a, b):
            self.clashes.append(f"{what} {a}, needed is {b}")

    def _joined(self, what: str, units: list[Unit | None]) -> Unit | None:
        known = [u for u in units if u is not None]
        for other in known[1:]:
            if clash(known[0], other):
                self.clashes.append(f"{what} {known[0]} and {other}")
                return None
        return known[0] if known else None

    def _added(self, expr: Expr, args: list[Unit | None]) -> Unit | None:
        numbers = [a.op == "const" and a.value == 1.0 for a in expr.args]
        for i, other in enumerate(reversed(args)):
            if numbers[i] and other is not None and other.powers == PER_YEAR.powers:
                return Unit(scale=other.scale, annual=True)
        if any(numbers):
            # one less a share, or a number that stands for any unit
            return args[1] if numbers[0] else args[0]
        return self._joined("adds" if expr.op == "add" else "subtracts", args)

    def _product(self, expr: Expr, args: list[Unit | None]) -> Unit | None:
        units: list[Unit | None] = []
        for part, unit in zip(expr.args, args, strict=True):
            number = _number(part)
            if number is None:
                units.append(unit)
            elif abs(number) == 1.0:
                units.append(PLAIN)
            else:
                # a number may be a conversion, such as 12 months
                units.append(None)
        if any(u is not None and u.annual for u in units):
            return None
        return multiply(*units) if expr.op == "mul" else divide(*units)

    def _power(self, expr: Expr, args: list[Unit | None]) -> Unit | None:
        base, exponent = args
        if exponent is not None and not exponent.plain:
            if exponent.powers != YEARS.powers:
                self.clashes.append(f"a power of {exponent}, needed is a pure number or years")
            elif (
                base is not None
                and base.annual
                and not math.isclose(base.scale * exponent.scale, 1.0, rel_tol=1e-6)
            ):
                self.clashes.append(f"a yearly rate to the power of {exponent}")
            return PLAIN
        number = _number(expr.args[1])
        if base is None or base.annual:
            return None
        if base.plain:
            return base
        if number is None or number != int(number):
            return None
        powers = tuple((n, p * int(number)) for n, p in base.powers)
        return Unit(powers, base.scale ** int(number))


def _number(expr: Expr) -> float | None:
    if expr.op == "const":
        return expr.value
    if expr.op == "neg" and expr.args[0].op == "const":
        return -expr.args[0].value
    return None


ENGINE: Mapping[str, Unit] = {
    "cycle": Unit(text="cycles"),
    "year": YEARS,
    "age": YEARS,
    "years_in_state": YEARS,
    "discount_time": YEARS,
    "cycle_years": YEARS,
    "months_per_year": Unit((), 1.0 / 12.0, text="months per year"),
    "weeks_per_year": Unit((), 7.0 / 365.25, text="weeks per year"),
}
