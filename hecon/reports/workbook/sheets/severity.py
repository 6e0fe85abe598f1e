"""Severity: absolute shortfall, its weight, and what a QALY may cost."""

from __future__ import annotations

from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import trace_title
from hecon.reports.workbook.styles import add_page

TITLE = "Severity"


def write_severity(book: Book) -> None:
    """Write the sheet; it works on what is in use, like every other."""
    place, study = book.study.jurisdiction, book.study
    answers = book.answers
    page = add_page(
        book.workbook,
        TITLE,
        "Severity and the opportunity cost",
        "Absolute shortfall live from life table, norms and the comparator's trace; the weighted "
        "opportunity cost is health forgone elsewhere, not a ceiling.",
        "A4",
    )
    page.widths(70, 18, 4, 18, 14)
    lines: list[tuple[str, str, str, str]] = []
    rule, people = place.definition.severity, study.population
    if rule is not None and people is not None:
        norm = book.totals[(trace_title(people.strategies[0]), "qaly Population norm", False)]
        b = study.compared[1]
        standard = f'INDEX({answers["qaly False"]},MATCH("{b}",{answers["names"]},0))'
        last = 3 + len(rule.classes)
        lines += [
            ("people", "Remaining QALYs of the general population, undiscounted", norm, "qaly"),
            ("standard", f"Remaining QALYs with {b}, undiscounted", standard, "qaly"),
            ("shortfall", "Absolute shortfall (QALYs)", "$B$4-$B$5", "qaly"),
            (
                "weight",
                "Severity weight",
                f"VLOOKUP(MAX($B$6,$D$4),$D$4:$E${last},2,TRUE)",
                "weight",
            ),
        ]
        page.headings(3, ["shortfall from", "weight"], 4)
        for i, each in enumerate(rule.classes):
            page.put(4 + i, 4, each.shortfall, "input")
            page.put(4 + i, 5, each.weight, "input")
        page.allow("any", [f"D4:E{last}"])
        page.put(last + 2, 4, f"[{rule.status}] {rule.source}", "note")
    else:
        lines.append(("weight", "Severity weight (no rule here)", "1", "weight"))
    currency = place.definition.currency
    cost = book.scope(None, TITLE).formula(place.opportunity_cost)
    weight = f"$B${3 + len(lines)}"
    cost_row = 4 + len(lines)
    lines += [
        ("opportunity cost", f"Opportunity cost ({currency} per QALY)", cost, "money"),
        (
            "threshold",
            f"Opportunity cost, severity-weighted ({currency} per QALY); not a ceiling",
            f"$B${cost_row}*{weight}",
            "money",
        ),
    ]
    page.headings(3, ["", "in use"])
    for i, (name, label, text, shape) in enumerate(lines):
        page.put(4 + i, 1, label)
        page.formula(4 + i, 2, text, "output", shape)
        answers[name] = page.ref(4 + i, 2)
