"""One line of arithmetic, written once: parsed here, then rendered as NumPy and as Excel."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from hecon.engine.operations import DECIMALS, OPERATIONS
from hecon.engine.survival import SURVIVAL

MAX_LENGTH = 2_000
MAX_NODES = 400
LARGEST = sys.float_info.max

#: Functions and brackets that a formula may nest; a spreadsheet takes 64, some of which the cell
#: around a formula needs.
MAX_NESTED = 56

#: Arguments that a function may have; a spreadsheet takes 255.
MAX_ARGUMENTS = 250


class ExpressionError(ValueError):
    """An expression that is not plain arithmetic, with the reason."""


@dataclass(frozen=True)
class Expr:
    """A parsed expression: an operation, a constant, a name or a table look-up."""

    op: str
    args: tuple[Expr, ...] = ()
    value: float = 0.0
    name: str = ""
    text: str = field(default="", compare=False)

    def walk(self) -> Iterator[Expr]:
        """The expression and all its parts."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the parameters and variables that the expression uses."""
        if self.op == "name":
            return frozenset((self.name,))
        return frozenset().union(*(arg.names for arg in self.args))

    @cached_property
    def depth(self) -> int:
        """How many operations lie on top of each other."""
        return 1 + max((arg.depth for arg in self.args), default=0)

    @property
    def tables(self) -> frozenset[str]:
        """Table columns looked up, as `table.column`."""
        return frozenset(e.name for e in self.walk() if e.op == "lookup")


#: Numbers that Python knows and a table doesn't: 1_000, 0x1F.
_ODD_NUMBER = re.compile(r"(?<![\w.])(?:\d\w*_\w*|0[xob]\w+)", re.ASCII | re.IGNORECASE)

#: Functions that are one operation.
PLAIN = (
    *("min", "max", "exp", "log", "sqrt", "abs", "floor", "ceil", "expit", "logit"),
    *("norm_cdf", "gamma_cdf"),
)

FUNCTIONS = (*PLAIN, *SURVIVAL)

_BINARY: dict[type, str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
_COMPARE: dict[type, str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}


@lru_cache(maxsize=4_096)
def parse(text: str) -> Expr:
    """Parse one line of arithmetic.

    Allowed are numbers, names, ``+ - * / **``, comparisons, ``and or not``, the conditional
    ``a if condition else b``, the functions of `FUNCTIONS` and look-ups ``table.column(age)``.

    Raises:
        ExpressionError: If the text holds anything else; nothing is ever evaluated as Python.
    """
    stripped = text.strip()
    if not stripped:
        raise ExpressionError("the formula is empty; write a number or one line of arithmetic")
    if len(stripped) > MAX_LENGTH:
        raise ExpressionError(f"the formula is longer than {MAX_LENGTH} characters")
    odd = _ODD_NUMBER.search(stripped)
    if odd:
        raise ExpressionError(f"'{odd[0]}' is not a number; write it in decimal digits alone")
    try:
        # Python warns of `1if 2else 3`; what a formula may hold is decided here alone
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(stripped, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(
            f"'{stripped}' is not one line of arithmetic (+ - * / **, comparisons, "
            f"'a if condition else b', {', '.join(FUNCTIONS)}, table.column(age))"
        ) from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionError(f"the formula has more than {MAX_NODES} parts; split it in two")
    parsed = _convert(tree.body)
    # a level takes a character at least, but where a function stands for a formula
    levels = nesting(parsed) if len(stripped) > MAX_NESTED or "surv_" in stripped else 0
    if levels > MAX_NESTED:
        raise ExpressionError(
            f"the formula nests functions and brackets {levels} levels deep, allowed are "
            f"{MAX_NESTED} (a spreadsheet takes no more); split it in two"
        )
    return Expr(parsed.op, parsed.args, parsed.value, parsed.name, stripped)


def constant(value: float) -> Expr:
    """An expression that is one number."""
    return Expr("const", value=float(value), text=repr(float(value)))


def _fold(op: str, parts: list[Expr]) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = Expr(op, (result, part))
    return result


def _convert(node: ast.expr) -> Expr:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as value) if abs(value) <= LARGEST:
            return Expr("const", value=float(value))
        case ast.Name(id=name) if not name.startswith("_"):
            return Expr("name", name=name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return Expr(_BINARY[type(op)], (_convert(left), _convert(right)))
        case ast.BinOp(op=ast.BitXor()):
            raise ExpressionError("'^' is not allowed; write ** for a power")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Expr("neg", (_convert(operand),))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _convert(operand)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Expr("not", (_convert(operand),))
        case ast.BoolOp(op=op, values=values):
            return _fold("and" if isinstance(op, ast.And) else "or", [_convert(v) for v in values])
        case ast.Compare(left=left, ops=ops, comparators=comparators) if all(
            type(o) in _COMPARE for o in ops
        ):
            sides = [_convert(e) for e in (left, *comparators)]
            pairs = [
                Expr(_COMPARE[type(o)], (a, b))
                for o, a, b in zip(ops, sides, sides[1:], strict=False)
            ]
            return _fold("and", pairs)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return Expr("if", (_convert(test), _convert(body), _convert(orelse)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return _call(name, [_convert(a) for a in args])
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=table), attr=column), args=[key], keywords=[]
        ) if not (table.startswith("_") or column.startswith("_")):
            return Expr("lookup", (_convert(key),), name=f"{table}.{column}")
        case ast.Call(func=ast.Name(id=name)):
            raise ExpressionError(
                f"'{name}' is not a function; allowed are {', '.join(FUNCTIONS)} "
                "and look-ups table.column(age)"
            )
        case _:
            pass
    raise ExpressionError(f"'{ast.unparse(node)}' is not arithmetic")


def _call(name: str, args: list[Expr]) -> Expr:
    if name in SURVIVAL:
        names, text = SURVIVAL[name]
        if len(args) != len(names):
            raise ExpressionError(f"{name}() takes {', '.join(names)}; found {len(args)} arguments")
        meanings = dict(zip(names, args, strict=True))
        return substitute(_convert(ast.parse(text, mode="eval").body), meanings)
    arity = OPERATIONS[name].arity
    if len(args) > MAX_ARGUMENTS:
        raise ExpressionError(
            f"{name}() has {len(args)} arguments, allowed are {MAX_ARGUMENTS} (a spreadsheet "
            "takes no more); split it in two"
        )
    if OPERATIONS[name].series and len(args) >= 2:
        return _fold(name, args)
    if len(args) != arity:
        raise ExpressionError(f"{name}() takes {arity} argument(s), found {len(args)}")
    return Expr(name, tuple(args))


def excel(
    expr: Expr,
    reference: Callable[[str], str],
    look_up: Callable[[str, str], str],
    decimals: str = str(DECIMALS),
) -> str:
    """Render an expression as an Excel formula, without the leading equals sign.

    Args:
        reference: Gives the cell reference of a name.
        look_up: Gives the formula that looks up ``table.column`` for a rendered key, which is
            rounded.
        decimals: What comparisons and keys are rounded to: a number, or the reference of a cell
            with it.
    """
    return _excel(expr, (reference, look_up, decimals), logical=False)[0]


def nesting(expr: Expr) -> int:
    """How many functions and brackets lie in each other in an expression's Excel face."""
    text = excel(expr, lambda name: "A1", lambda table, key: f"VLOOKUP({key},A1,1,TRUE)")
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _number(value: float) -> str:
    short = f"{value:.15g}"
    return (short if float(short) == value else repr(value)).replace("e", "E")


def _excel(
    expr: Expr,
    sheet: tuple[Callable[[str], str], Callable[[str, str], str], str],
    logical: bool,
) -> tuple[str, int]:
    """The formula and how tightly its outermost operator binds."""
    reference, look_up, decimals = sheet
    if expr.op == "const":
        return _number(expr.value), 9 if expr.value >= 0 else 4
    if expr.op == "name":
        return reference(expr.name), 9
    if expr.op == "lookup":
        key = _excel(expr.args[0], sheet, False)[0]
        return look_up(expr.name, f"ROUND({key},{decimals})"), 9
    operation = OPERATIONS[expr.op]
    infix = operation.binds < 9 and "(" not in operation.excel
    args = expr.args
    if operation.compares:
        left, right = args
        args = (left,) if right.op == "const" and right.value == 0.0 else (Expr("sub", args),)
    elif operation.series:
        args = tuple(series(expr, expr.op))
    parts = []
    for position, arg in enumerate(args):
        truth_wanted = expr.op in ("and", "or", "not") or (expr.op == "if" and position == 0)
        text, binds = _excel(arg, sheet, truth_wanted)
        least = operation.binds + (position > 0 or expr.op == "neg")
        if expr.op == "pow" and position == 0:
            least = 5  # Excel reads -a^2 as (-a)^2: never leave it to the reader
        parts.append(f"({text})" if infix and binds < least else text)
    if operation.series:
        parts = [",".join(parts)]
    rendered = operation.excel.format(*parts, decimals=decimals)
    if operation.logical and not logical:
        return f"IF({rendered},1,0)", 9
    if logical and not operation.logical:
        return f"({rendered})<>0", 0
    return rendered, operation.binds


def series(expr: Expr, op: str) -> Iterator[Expr]:
    """What a row of the same operation joins: min(a, b, c) is min of min of a and b, and c."""
    if expr.op == op:
        for arg in expr.args:
            yield from series(arg, op)
    else:
        yield expr


def substitute(expr: Expr, meanings: Mapping[str, Expr]) -> Expr:
    """The expression with some names replaced by other expressions."""
    if expr.op == "name":
        return meanings.get(expr.name, expr)
    if not expr.args:
        return expr
    args = tuple(substitute(a, meanings) for a in expr.args)
    return Expr(expr.op, args, expr.value, expr.name)


def is_zero(expr: Expr) -> bool:
    """True if the expression is zero whatever its names mean."""
    match expr.op:
        case "const":
            return expr.value == 0.0
        case "mul":
            return is_zero(expr.args[0]) or is_zero(expr.args[1])
        case "add" | "sub":
            return is_zero(expr.args[0]) and is_zero(expr.args[1])
        case "div" | "neg":
            return is_zero(expr.args[0])
        case _:
            return False
