"""What a cell of a file may say: a name, a formula, pairs of names and numbers."""

import keyword
import re

from hecon.engine.expression import FUNCTIONS, Expr, ExpressionError, parse
from hecon.engine.model import FIXED_NAMES, TIME_NAMES
from hecon.errors import FaultList
from hecon.parameters import limits
from hecon.parameters.records import short

#: Names with a meaning of their own in formulas or in Excel.
RESERVED = {
    *(*FUNCTIONS, *TIME_NAMES, *FIXED_NAMES),
    *("session", "line", "n_sessions", "attendance", "included", "rest", "all", "start"),
    *("true", "false", "print_area", "print_titles", "criteria", "database", "extract"),
}

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}")

_ROW_OR_COLUMN = re.compile(r"[rRcC]|[rR][0-9]*[cC][0-9]*")

_SESSION_CELL = re.compile(r"session_[0-9]+_.*", re.IGNORECASE)


def name_problem(name: str) -> str | None:
    """Why a name can't be used in formulas and in Excel, or None."""
    if not name.isascii():
        return f"'{short(name)}' holds a letter outside a to z; some only look alike"
    if not _NAME.fullmatch(name):
        return f"'{short(name)}' is not a name; allowed are letters, digits and _, a letter first"
    if len(name) > limits.LONGEST_NAME:
        return f"'{name}' is too long a name, allowed are {limits.LONGEST_NAME} characters"
    if _CELL.fullmatch(name) or _ROW_OR_COLUMN.fullmatch(name):
        return f"'{name}' looks like a cell address in Excel; choose a longer name such as {name}_"
    if name.lower() in RESERVED or keyword.iskeyword(name) or _SESSION_CELL.fullmatch(name):
        return f"'{name}' is reserved; choose another name"
    return None


def parse_formula(
    text: str, faults: FaultList, file: str, row: int | None, column: str
) -> Expr | None:
    """The parsed formula, or None with the fault recorded."""
    try:
        return parse(text)
    except ExpressionError as error:
        faults.add(file, row, column, str(error))
    except (RecursionError, OverflowError):
        faults.add(file, row, column, f"'{short(text)}' is too large or nests too deeply")
    return None


def plain_number(expr: Expr) -> float | None:
    """The value of a formula that is only a number, or None."""
    if expr.op == "neg" and expr.args[0].op == "const":
        return -expr.args[0].value
    return expr.value if expr.op == "const" else None


def parse_pairs(text: str) -> dict[str, str]:
    """``a = 1; b = 2`` as a dictionary of texts; raises ValueError on anything else."""
    pairs: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, found, value = part.partition("=")
        if not found or not name.strip() or not value.strip():
            raise ValueError(f"found '{short(part)}', allowed is 'name = value; name = value'")
        if name.strip() in pairs:
            raise ValueError(f"'{short(name.strip())}' is given twice")
        pairs[name.strip()] = value.strip()
    return pairs
