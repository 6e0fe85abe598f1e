"""Amounts of money: what a formula states itself, and what they are in a country's money."""

from collections.abc import Callable

from hecon.engine.expression import Expr, constant

#: Operations whose arguments are amounts where their result is one, by position.
_PARTS: dict[str, tuple[int, ...]] = {"add": (0, 1), "sub": (0, 1), "neg": (0,), "div": (0,)}


def is_money(unit: str, money: str) -> bool:
    """True if a quantity counts in a currency, named or that of the country."""
    return bool(money) or "currency" in unit


def amounts(expr: Expr) -> list[float]:
    """Amounts that a formula of money holds as plain numbers; what multiplies a name is none."""
    found: list[float] = []

    def noted(value: float) -> float:
        found.append(value)
        return value

    converted(expr, noted)
    return [value for value in found if value]


def converted(expr: Expr, convert: Callable[[float], float]) -> Expr:
    """The formula with each of its amounts converted."""
    if expr.op == "const":
        return constant(convert(expr.value))
    if expr.op == "mul":
        plain = [not a.names and not a.tables for a in expr.args]
        # a plain factor is a number where the other one holds the amount
        amount = 0 if all(plain) else plain.index(False)
        positions: tuple[int, ...] = (amount,) if any(plain) else ()
    elif expr.op in ("min", "max"):
        positions = tuple(range(len(expr.args)))
    elif expr.op == "if":
        positions = (1, 2)
    else:
        positions = _PARTS.get(expr.op, ())
    args = tuple(converted(a, convert) if i in positions else a for i, a in enumerate(expr.args))
    return Expr(expr.op, args, expr.value, expr.name) if positions else expr
