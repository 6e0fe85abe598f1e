"""Discounting by hand: the factors of some cycles from the steps of the rate, by logarithms."""

import numpy as np

from hecon.engine.expression import parse
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import TIME, letter

#: Cycles that are worked out by hand, spread over the horizon.
CYCLES = 20


def write_discounting(book: Book, page: Page, row: int) -> tuple[tuple[str, str], int]:
    """Write the table; returns the check over it and the sheet's next free row.

    The years spent under each rate times its logarithm are added up, which shares nothing with
    the formula on Time, a product of powers, but the rates themselves.
    """
    layout = book.layout
    steps = book.study.jurisdiction.definition.discount.steps
    annual = book.study.jurisdiction.definition.discount.compounding == "annual"
    scope = book.scope(None, page.title)
    row += 1
    page.heading(row, "Discounting by hand")
    page.headings(row + 1, ["rate in force from year", "cost", "effect"])
    first = row + 2
    for i, step in enumerate(steps):
        for column, text in enumerate((step.start, step.cost, step.effect), start=1):
            page.formula(first + i, column, scope.formula(parse(text)), "link")
    head = first + len(steps) + 1
    names = ["years since the start", "{}: factor on Time", "{}: by hand"]
    page.headings(head, [name.format(kind) for kind in ("cost", "effect") for name in names])
    chosen = np.unique(np.linspace(0, layout.rows - 1, CYCLES).round().astype(int)).tolist()
    for r, cycle in enumerate(chosen, start=head + 1):
        at = layout.first + cycle
        for column, kind, rates in ((2, "cost", "B"), (5, "effect", "C")):
            counted = layout.counted(kind)
            time = layout.times[("discount_time", counted)]
            page.formula(r, column - 1, f"'{TIME}'!${time}${at}", "link", "years")
            now = f"${letter(column - 1)}{r}"
            factor = layout.times[(f"discount_{kind}", counted)]
            page.formula(r, column, f"'{TIME}'!${factor}${at}", "link", "exact")
            parts = []
            for i in range(len(steps)):
                begin, rate = f"$A${first + i}", f"${rates}${first + i}"
                until = f"MIN({now},$A${first + i + 1})" if i + 1 < len(steps) else now
                force = f"LN(1+{rate})" if annual else rate
                parts.append(f"{force}*MAX(0,{until}-{begin})")
            page.formula(r, column + 1, f"EXP(-({'+'.join(parts)}))", "formula", "exact")
    last = head + len(chosen)
    sheet = f"'{page.title}'!"
    gaps = [
        f"SUMPRODUCT(({sheet}${a}${head + 1}:${a}${last}-{sheet}${b}${head + 1}:${b}${last})^2)"
        for a, b in (("B", "C"), ("E", "F"))
    ]
    label = f"Discount factors on Time equal those by hand, {len(chosen)} cycles (below)"
    return (label, f"SQRT({'+'.join(gaps)})<{layout.fixed['tolerance']}"), last + 2
