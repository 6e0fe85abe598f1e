"""Formulas of a column that say the same in each row, written once as Excel itself does."""

from __future__ import annotations

import re

from hecon.workbook.archive import FORMULA

#: Formulas of a sheet above which they are written so: it halves the sheet's part of the file,
#: and whoever reads the file has to work out the text of each.
LARGE = 50_000
#: Rows below which a column's formulas are left as they are.
_LEAST = 3
#: A reference whose row moves with the formula.
_MOVING = re.compile(r"(?<![A-Za-z0-9_.$])(\$?[A-Z]{1,3})(\d+)(?![\d(A-Za-z_])")

#: By address: the number of a shared formula, and the cells that share it where it is told.
Shared = dict[str, tuple[int, str]]


def shared_formulas(xml: str, count: int) -> Shared:
    """Which formulas of a large sheet are those above them, one row on; none of a small one.

    Parameters
    ----------
    xml
        The sheet as openpyxl saved it, with its rows in order.
    count
        How many formulas it has.
    """
    if count < LARGE:
        return {}
    runs: dict[str, list[tuple[int, int, str]]] = {}
    for match in FORMULA.finditer(xml):
        column, row, text = match[2], int(match[3]), match[5] or ""
        said = _MOVING.sub(lambda m, row=row: f"{m[1]}[{int(m[2]) - row}]", text)
        found = runs.setdefault(column, [])
        if found and found[-1][1] == row - 1 and found[-1][2] == said:
            found[-1] = (found[-1][0], row, said)
        else:
            found.append((row, row, said))
    long = [(c, a, b) for c, found in runs.items() for a, b, _ in found if b - a >= _LEAST]
    result: Shared = {}
    for number, (column, first, last) in enumerate(long):
        result[f"{column}{first}"] = (number, f"{column}{first}:{column}{last}")
        result |= {f"{column}{row}": (number, "") for row in range(first + 1, last + 1)}
    return result


def formula_xml(own: str, text: str, shared: tuple[int, str] | None) -> str:
    """A formula's element: its own, that of the first cell that shares it, or of a later one."""
    if shared is None:
        return own
    number, cells = shared
    if cells:
        return f'<f t="shared" ref="{cells}" si="{number}">{text}</f>'
    return f'<f t="shared" si="{number}"/>'
