"""Value of information: perfect information from the draws by formula, and Python's beside it."""

from dataclasses import dataclass

import numpy as np

from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_design, drawn_outcomes, population_evpi
from hecon.analyses.population import population
from hecon.analyses.probabilistic import decision
from hecon.report.grade import marked_title
from hecon.report.sections.information_section import groups_table, partial_table
from hecon.report.things_called import study_units
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.acceptability_sheet import (
    BEST,
    FIRST,
    STEPS,
    TITLE,
    frontier_column,
    thresholds,
    write_acceptability,
)
from hecon.workbook.sheets.section_sheet import put_table

#: What the part of the sheet is called.
PART = "Value of information"


@dataclass(frozen=True)
class InformationAddresses:
    """Cells by threshold: mean net benefit of each option and of the best, EVPI, the frontier."""

    mean: str
    best: str
    evpi: str
    frontier: str


def write_information(book: Book) -> InformationAddresses:
    """Write the tables below those of acceptability."""
    page = book.after(write_acceptability).page
    draws, options = book.draws, book.study.options
    total = book.run(drawn_design).draws
    whole = total == draws.rows
    page.part(marked_title(PART), BEST - 4)
    text = f"Means and shares by formula from the {draws.rows:,} draws" + (
        ", and so is perfect information. "
        if whole
        else f"; perfect information by Python from all {total:,}, and by formula where a value of "
        "a QALY is typed over. "
    )
    text += "Tables headed Python are computed in Python, not live."
    page.put(BEST - 3, 1, text, "note")
    count = len(options)
    page.headings(
        BEST - 1,
        [
            f"value of a QALY ({book.currency})",
            *(f"mean NMB {s} ({book.currency})" for s in options),
            "best on average",
            f"mean of the best ({book.currency})",
            f"EVPI per person ({book.currency})",
            "probability that the best on average is best (frontier)",
        ],
    )
    # working: what each option is worth where it is best, then what is known of all draws
    work = frontier_column(options) + (1 if book.run(population) is None else 2)
    page.put(BEST - 2, work + 1, "working", "note")
    page.headings(BEST - 1, [f"sum of NMB where best, {s}" for s in options], work + 1)
    delivered = work + count + 1
    known = np.zeros(0)
    if not whole:
        page.headings(BEST - 1, ["as delivered: value of a QALY", "EVPI, Python"], delivered)
        cost, effect = (
            x.sel(strategy=list(options)).values for x in totals(book.run(drawn_outcomes))
        )
        grid = np.array(thresholds(book.study), dtype=float)
        known = decision(list(options), cost, effect, grid)["evpi"].values
    count_of = f"ROWS({draws.span('draw')})"
    heads = f"'{TITLE}'!$B${FIRST - 1}:${letter(1 + count)}${FIRST - 1}"
    for i, at in enumerate(thresholds(book.study)):
        row = BEST + i
        page.formula(row, 1, f"'{TITLE}'!$A${FIRST + i}", "link", "money")
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
            text = f"SUMPRODUCT({'*'.join([*others, f'({benefit})'])})"
            page.formula(row, work + 1 + j, text, "formula", "money")
        area = f"$B{row}:${letter(1 + count)}{row}"
        page.formula(row, 2 + count, f"INDEX({heads},MATCH(MAX({area}),{area},0))", "output")
        parts = f"${letter(work + 1)}{row}:${letter(work + count)}{row}"
        page.formula(row, 3 + count, f"SUM({parts})/{count_of}", "formula", "money")
        gain = f"{letter(3 + count)}{row}-MAX({area})"
        if not whole:
            page.put(row, delivered, at, "text", "money")
            page.put(row, delivered + 1, float(known[i]), "text", "money")
            own, worth = (f"${letter(delivered + k)}{row}" for k in (0, 1))
            gain = f"IF($A{row}={own},{worth},{gain})"
        page.formula(row, 4 + count, gain, "output", "money")
        shares = f"'{TITLE}'!$B${FIRST + i}:${letter(1 + count)}${FIRST + i}"
        text = f"INDEX({shares},MATCH(MAX({area}),{area},0))"
        page.formula(row, frontier_column(options), text, "output", "share")
    last = BEST + STEPS - 1
    column = letter(4 + count)
    row = _population(book, page, last + 2, column)
    page.free = _partial(book, page, row) + 1
    # the working stays on screen
    page.printed = letter(max(work - 1, 8))
    area_of = f"'{TITLE}'!$B${BEST}:${letter(1 + count)}${last}"
    book.checks.append(
        (
            f"{PART}: perfect information is never worth less than nothing",
            f"MIN('{TITLE}'!${column}${BEST}:${column}${last})>=-{book.layout.fixed['tolerance']}*"
            f"MAX(1,MAX({area_of}),-MIN({area_of}))",
        )
    )
    positions = (3 + count, 4 + count, frontier_column(options))
    return InformationAddresses(area_of, *(page.span(p, BEST, last) for p in positions))


def _population(book: Book, page: Page, row: int, evpi: str) -> int:
    """What perfect information is worth to all whom the decision reaches, if the study says."""
    people = book.run(population)
    if people is None:
        return row + 1
    page.heading(row, "For all patients: their number is computed in Python, not live")
    uptake = ", ".join(f"{share:.1%}" for share in people.uptake)
    page.put(
        row + 1,
        1,
        f"{people.annual:,.0f} eligible a year, uptake by year {uptake}, over {people.years:g} "
        f"years at {people.discount:.1%} a year. Amounts below are products of cells.",
        "note",
    )
    page.put(row + 2, 1, "discounted patients", wrap=True)
    page.put(row + 2, 2, people.effective(), "text", "count")
    label = f"EVPI, all patients, at the base case's threshold ({book.currency})"
    page.put(row + 3, 1, label, wrap=True)
    page.put(row + 3, 2, book.run(population_evpi), "text", "money")
    column = 1 + frontier_column(book.study.options)
    page.headings(BEST - 1, [f"EVPI, all patients ({book.currency})"], column)
    for r in range(BEST, BEST + STEPS):
        page.formula(r, column, f"{evpi}{r}*$B${row + 2}", "output", "money")
    return row + 5


def _partial(book: Book, page: Page, row: int) -> int:
    """Value of knowing sets of uncertain inputs, then each alone, as Python estimated it.

    Gives the next free row.
    """
    tables = [groups_table(book.run), partial_table(book.run)]
    if not any(tables):
        page.heading(row, "Perfect information on single inputs (EVPPI)")
        page.put(row + 1, 1, f"Not estimated: {book.run.missing['partial_information']}.", "note")
        row += 2
    for table in filter(None, tables):
        row = put_table(page, table, study_units(book.study), row) + 1
        page.put(row - 1, 1, "Computed in Python, not live.", "note")
        row += 1
    return row
