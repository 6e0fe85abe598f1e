"""Severity: absolute shortfall, its weight, and what a QALY may cost."""

from __future__ import annotations

from hecon.analyses.base_case import threshold
from hecon.studies.study import Study
from hecon.workbook.context import Book
from hecon.workbook.layout import trace_title
from hecon.workbook.styles import add_page

#: The sheet's name, and where no severity weighs what a QALY may cost.
TITLE, UNWEIGHTED = "Severity", "Opportunity cost"
FIRST = 4


def weighted(study: Study) -> bool:
    """Whether what a QALY may cost is weighted by severity."""
    return study.jurisdiction.definition.severity is not None and study.population is not None


def title_of(study: Study) -> str:
    """What the sheet is called."""
    return TITLE if weighted(study) else UNWEIGHTED


def write_severity(book: Book) -> None:
    """Write the sheet; it works on what is in use, like every other."""
    place, study = book.study.jurisdiction, book.study
    answers = book.answers
    title, severe = title_of(study), weighted(study)
    page = add_page(
        book.workbook,
        title,
        "Severity and the opportunity cost" if severe else "Opportunity cost",
        "Absolute shortfall live from life table, norms and the comparator's trace; the weighted "
        "opportunity cost is health forgone elsewhere, not a ceiling."
        if severe
        else "What a QALY may cost: health forgone elsewhere, not a ceiling.",
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
    currency = place.definition.currency
    unit = f"{currency} per QALY"
    cost = book.scope(None, title).formula(place.opportunity_cost)
    row = 4 + len(lines)
    # severity describes the condition: Python, too, fixes the threshold of the base case for draws
    before = 2 if severe else 1
    used = f"IF({book.selector['mode']}=4,$B${row + before},$B${row + before - 1})"
    lines.append(("opportunity cost", f"Opportunity cost ({unit})", cost, "money"))
    if severe:
        text = f"$B${row}*$B${row - 1}"
        lines.append(("weighted", f"Opportunity cost times weight ({unit})", text, "money"))
    word = "Severity-weighted opportunity cost" if severe else "Opportunity cost in use"
    lines += [
        ("base threshold", f"The same in the base case, by Python ({unit})", "", "money"),
        ("threshold", f"{word} ({unit}); not a ceiling", used, "money"),
    ]
    why = ": severity describes the condition, not what is uncertain about it" if severe else ""
    note = f"A draw is judged at the threshold of the base case{why}."
    page.put(5 + len(lines), 1, note, "note")
    page.headings(3, ["", "in use"])
    for i, (name, label, text, shape) in enumerate(lines):
        page.put(4 + i, 1, label)
        if name == "base threshold":
            page.put(4 + i, 2, book.run(threshold), "text", shape)
        else:
            page.formula(4 + i, 2, text, "output", shape)
        answers[name] = page.ref(4 + i, 2)
