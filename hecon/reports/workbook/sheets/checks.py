"""Checks: each a live TRUE or FALSE; and provenance: how the workbook came about."""

from __future__ import annotations

import pandas as pd

from hecon.reports.record import run_record
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import trace_title
from hecon.reports.workbook.styles import add_page

CHECKS = "Checks"


def gather_checks(book: Book) -> None:
    """Add the checks that concern several sheets."""
    answers, tolerance = book.answers, book.layout.fixed["tolerance"]
    for discounted in (True, False):
        word = "discounted" if discounted else "undiscounted"
        for strategy in book.strategies:
            title = trace_title(strategy)
            course = book.totals.get((title, "sessions cost", discounted))
            if course is None:
                continue
            items = [
                address
                for (s, name, d), address in book.course_totals.items()
                if s == strategy and d == discounted and name.startswith("cost ")
            ]
            gap = f"ABS({course}-({'+'.join(items)}))"
            book.checks.append(
                (
                    f"{title}: course costs by cycle equal those of the sessions, {word}",
                    f"{gap}<={tolerance}*MAX(1,ABS({course}))",
                )
            )
    rows = f"'Time'!$A${book.layout.first}:$A${book.layout.first + book.layout.rows - 1}"
    book.checks.append(
        ("The horizon fits the rows of the traces", f"{book.layout.fixed['cycles']}<=MAX({rows})")
    )
    book.checks.append(
        (
            "QALYs are never more than life-years",
            f"SUMPRODUCT(({answers['qaly True']}>{answers['life_years True']})*1)=0",
        )
    )
    book.checks.append(
        (
            "Discounted life-years are never more than undiscounted",
            f"SUMPRODUCT(({answers['life_years True']}>{answers['life_years False']})*1)=0",
        )
    )


def write_checks(book: Book, verification: pd.DataFrame | None) -> None:
    """Write the sheet with one flag over all live checks, then the battery's results if given."""
    page = add_page(
        book.workbook,
        CHECKS,
        "Checks",
        "Each line is a live formula; the flag at the top is TRUE only if all are.",
        "A6",
    )
    page.widths(92, 18, 40, 70, 60)
    first = 6
    last = first + len(book.checks) - 1
    page.put(4, 1, "All checks hold", "output")
    page.formula(4, 2, f"SUMPRODUCT(($B${first}:$B${last}=TRUE)*1)={len(book.checks)}", "check")
    page.headings(5, ["check", "holds"])
    for i, (label, text) in enumerate(book.checks):
        page.put(first + i, 1, label)
        page.formula(first + i, 2, text, "check")
    book.answers["checks"] = f"'{CHECKS}'!$B$4"
    row = last + 2
    page.heading(row, "Verification battery")
    if verification is None:
        page.put(row + 1, 1, "Not part of this run; 'hecon verify' runs it.", "note")
        return
    page.put(row + 1, 1, "Computed in Python when this workbook was made; not live.", "note")
    page.headings(row + 2, ["check", "result", "figure", "detail", "why"])
    for i, found in enumerate(verification.to_dict("records"), start=row + 3):
        for column, name in enumerate(("check", "result", "figure", "detail", "why"), start=1):
            page.put(i, column, str(found[name]), wrap=column > 2)


def write_provenance(book: Book) -> None:
    """Versions, seed, the hash of each input, and how to make the same file again."""
    page = add_page(
        book.workbook,
        "Provenance",
        "Provenance",
        "How this workbook came about. The same inputs, versions and seed give the same bytes.",
        "A4",
    )
    page.widths(44, 80)
    record = run_record(book.results)
    rows: list[tuple[str, str]] = []
    for name, value in record.items():
        if isinstance(value, dict):
            rows += [(f"{name}: {k}", str(v)) for k, v in value.items()]
        else:
            rows.append((name, str(value)))
    design = book.results.probabilistic.design
    place = book.study.jurisdiction.definition
    rows.append(
        (
            "to reproduce",
            f"hecon run inputs/studies/{book.study.name} --jurisdiction {place.name} "
            f"--draws {design.draws} --seed {design.seed} --design {design.method}",
        )
    )
    page.headings(3, ["what", "value"])
    for i, (name, value) in enumerate(rows):
        page.put(4 + i, 1, name)
        page.put(4 + i, 2, value)
