"""Value of information: perfect information from the draws by formula, and Python's beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hecon.reports.conclusions import NO_DOUBT, drawn, share_text
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import letter
from hecon.reports.workbook.sheets.acceptability import FIRST, STEPS, thresholds
from hecon.reports.workbook.sheets.acceptability import FRONTIER as TITLE
from hecon.reports.workbook.sheets.acceptability import TITLE as CURVES
from hecon.reports.workbook.styles import Page, add_page


def write_information(book: Book) -> None:
    """Write the sheet."""
    draws, options = book.draws, book.study.options
    found = book.results.probabilistic
    page = add_page(
        book.workbook,
        TITLE,
        "Value of information",
        f"Expected value of perfect information per person: by formula from the {draws.rows:,} "
        "draws on Draws. Columns and tables headed Python are computed in Python, not live.",
        f"A{FIRST}",
    )
    page.widths(24, *([18.0] * (len(options) + 6)))
    means = [f"mean NMB {s} ({book.currency})" for s in options]
    page.headings(
        FIRST - 1,
        [
            f"value of a QALY ({book.currency})",
            *means,
            "best on average",
            f"mean of the best ({book.currency})",
            f"check: EVPI by formula from the {draws.rows:,} draws of this book ({book.currency})",
            f"EVPI per person ({book.currency}), Python, {found.design.draws:,} draws",
            "probability that the best on average is best (frontier)",
        ],
    )
    count = len(options)
    count_of = f"ROWS({draws.span('draw')})"
    evpi = found.decision["evpi"].values
    values = found.decision["threshold"].values
    for i, threshold in enumerate(thresholds(book.study)):
        row = FIRST + i
        page.formula(row, 1, f"'{CURVES}'!$A${FIRST + i}", "link", "money")
        parts = []
        for j, option in enumerate(options):
            benefit = f"$A{row}*{draws.span(f'qaly {option}')}-{draws.span(f'cost {option}')}"
            text = f"SUMPRODUCT({benefit})/{count_of}"
            page.formula(row, 2 + j, text, "formula", "money")
            others = [
                f"(({benefit}){'>' if k < j else '>='}($A{row}*{draws.span(f'qaly {o}')}-"
                f"{draws.span(f'cost {o}')}))"
                for k, o in enumerate(options)
                if k != j
            ]
            parts.append(f"SUMPRODUCT({'*'.join([*others, f'({benefit})'])})")
        area = f"$B{row}:${letter(1 + count)}{row}"
        heads = ",".join(f'"{s}"' for s in options)
        page.formula(row, 2 + count, f"CHOOSE(MATCH(MAX({area}),{area},0),{heads})", "output")
        page.formula(row, 3 + count, f"({'+'.join(parts)})/{count_of}", "formula", "money")
        page.formula(row, 4 + count, f"{letter(3 + count)}{row}-MAX({area})", "output", "money")
        known = float(np.interp(threshold, values, evpi))
        shares = f"'{CURVES}'!$B${FIRST + i}:${letter(1 + count)}${FIRST + i}"
        text = f"INDEX({shares},MATCH(MAX({area}),{area},0))"
        page.formula(row, 6 + count, text, "output", "share")
        if np.isclose(values, threshold).any():
            page.put(row, 5 + count, known, "text", "money")
    last = FIRST + STEPS - 1
    column = letter(4 + count)
    row = _population(book, page, last + 2, letter(5 + count))
    _partial(book, page, row)
    for name, position in (("evpi", 5 + count), ("ceaf", 6 + count)):
        book.answers[name] = page.span(position, FIRST, last)
    area_of = f"'{TITLE}'!$B${FIRST}:${letter(1 + count)}${last}"
    book.answers["mean nmb"] = area_of
    book.checks.append(
        (
            f"{TITLE}: perfect information is never worth less than nothing",
            f"MIN('{TITLE}'!${column}${FIRST}:${column}${last})>=-{book.layout.fixed['tolerance']}*"
            f"MAX(1,MAX({area_of}),-MIN({area_of}))",
        )
    )


def _population(book: Book, page: Page, row: int, evpi: str) -> int:
    """What perfect information is worth to all whom the decision reaches, if the study says."""
    results = book.results
    if results.population is None:
        return row + 1
    people, count = results.population, len(book.study.options)
    page.heading(row, "For all patients: their number is computed in Python, not live")
    uptake = ", ".join(f"{share:.1%}" for share in people.uptake)
    page.put(
        row + 1,
        1,
        f"{people.annual:,.0f} eligible a year, uptake by year {uptake}, over {people.years:g} "
        f"years at {people.discount:.1%} a year. Amounts below are products of cells.",
        "note",
    )
    label = f"EVPI per person, Python, {results.probabilistic.design.draws:,} draws"
    lines = [
        ("discounted patients", people.effective(), "count"),
        (f"{label} ({book.currency})", results.probabilistic.evpi, "money"),
    ]
    for i, (name, value, shape) in enumerate(lines, start=row + 2):
        page.put(i, 1, name, wrap=True)
        page.put(i, 2, value, "text", shape)
    page.put(row + 4, 1, f"EVPI, all patients ({book.currency})", wrap=True)
    page.formula(row + 4, 2, f"$B${row + 2}*$B${row + 3}", "output", "money")
    page.headings(FIRST - 1, [f"EVPI, all patients ({book.currency})"], 7 + count)
    for r in range(FIRST, FIRST + STEPS):
        page.formula(r, 7 + count, f"{evpi}{r}*$B${row + 2}", "output", "money")
    return row + 6


def _partial(book: Book, page: Page, row: int) -> None:
    """Value of knowing sets of uncertain parameters, then each alone, as Python estimated it."""
    found = book.results.probabilistic
    sets = (
        ("a set of parameters", "set", found.evppi_groups),
        ("one parameter", "parameter", found.evppi),
    )
    for what, head, table in sets:
        if len(table) or head == "parameter":
            page.heading(
                row, f"Perfect information on {what} (EVPPI): computed in Python, not live"
            )
            row = _estimates(book, page, row, head, table)


def _estimates(book: Book, page: Page, row: int, head: str, table: pd.DataFrame) -> int:
    """One table of them; gives the row after it."""
    found, people = book.results.probabilistic, book.results.population
    if table.empty:
        few = "Too few draws in this run to estimate it."
        page.put(row + 1, 1, few if drawn(book.results) else NO_DOUBT, "note")
        return row + 3
    page.put(
        row + 1,
        1,
        f"Per person, at {book.results.threshold:,.0f} per "
        f"QALY, by additive regression on {found.design.draws:,} draws; never below zero, and "
        "biased upwards where small: read each beside its standard error.",
        "note",
    )
    page.headings(
        row + 2,
        [
            head,
            f"EVPPI ({book.currency})",
            "standard error",
            "share of EVPI",
            "fit suspect",
            *([f"EVPPI, all patients ({book.currency})"] if people else []),
        ],
    )
    for i, each in enumerate(table.to_dict("records"), start=row + 3):
        page.put(i, 1, str(each["set"]))
        page.put(i, 2, float(each["evppi"]), "text", "money")
        page.put(i, 3, float(each["standard_error"]), "text", "money")
        share = float(each["share"])
        page.put(i, 4, share_text(share) if share > 1 else share, "text", "share")
        page.put(i, 5, "yes" if each["suspect"] else "no")
        if people:
            page.put(i, 6, float(each["evppi"]) * people.effective(), "text", "money")
    return row + 4 + len(table)
