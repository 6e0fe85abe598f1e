"""Severity: shortfall, its weight, and what a QALY may cost."""

from dataclasses import dataclass

from hecon.analyses.base_case import threshold
from hecon.analyses.remaining_life import life_table_end, years_of_life
from hecon.engine.expression import Expr
from hecon.studies.study import Study
from hecon.workbook.context import SELECTOR, Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import SEVERITY, trace_title
from hecon.workbook.sheets.sessions_sheet import write_sessions
from hecon.workbook.sheets.trace_amounts import standard_care
from hecon.workbook.sheets.trace_sheet import write_traces

#: The sheet's name, and where no severity weighs what a QALY may cost.
TITLE, UNWEIGHTED = SEVERITY, "Threshold"
FIRST = 4
#: Lines that others take.
_GIVEN = ("threshold", "base threshold", "shortfall", "proportional_shortfall", "weight")


def weighted(study: Study) -> bool:
    """Whether what a QALY may cost is weighted by severity."""
    return study.jurisdiction.definition.severity is not None and study.population is not None


def title_of(study: Study) -> str:
    """What the sheet is called."""
    return TITLE if weighted(study) else UNWEIGHTED


@dataclass(frozen=True)
class SeverityAddresses:
    """Cells of what a QALY may cost, and of the severity that weighs it; empty where none does."""

    threshold: str
    base: str  #: The threshold of the base case, by Python.
    shortfall: str = ""
    proportional_shortfall: str = ""
    weight: str = ""


def write_severity(book: Book) -> SeverityAddresses:
    """Write the sheet; it works on what is in use, like every other."""
    place, study = book.study.jurisdiction, book.study
    title, severe = title_of(study), weighted(study)
    means = place.definition.threshold.means
    page = add_page(
        book.workbook,
        title,
        f"Severity and the {place.definition.threshold.name}"
        if severe
        else place.definition.threshold.name.capitalize(),
        f"Shortfall live from life table, norms and the comparator's trace. {means}".strip()
        if severe
        else means or "What a QALY may cost.",
        "A4",
    )
    page.widths(70, 18, 4, 18, 14, 4, 30, 18)
    lines: list[tuple[str, str, str, str]] = []
    rule, people = place.definition.severity, study.population
    if rule is not None and people is not None:
        norm_trace = trace_title(people.strategies[0])
        norm = book.after(write_traces).totals[norm_trace, "remaining qaly", rule.discounted]
        standard = _standard_care(book, page, rule.discounted)
        last = 3 + len(rule.classes)
        counted = "discounted" if rule.discounted else "undiscounted"
        lines += [
            ("people", f"Remaining QALYs of the general population, {counted}", norm, "qaly"),
            ("standard", f"Remaining QALYs with the comparator, {counted}", standard, "qaly"),
            ("shortfall", "Absolute shortfall (QALYs)", "$B$4-$B$5", "qaly"),
            ("proportional_shortfall", "Proportional shortfall", "$B$6/$B$4", "qaly"),
        ]
        first = "$B$7" if rule.measure == "proportional shortfall" else "$B$6"
        found = f"VLOOKUP(MAX({first},$D$4),$D$4:$E${last},2,TRUE)"
        shape, factor = "weight", "weight"
        if rule.sets_threshold:
            shape, factor = "money", "threshold"
        page.headings(3, ["shortfall from", factor], 4)
        for i, each in enumerate(rule.classes):
            page.put(4 + i, 4, each.shortfall, "input")
            page.put(4 + i, 5, each.factor, "input")
        page.allow("any", [f"D4:E{last}"])
        if rule.measure == "larger of both":
            second = f"INDEX($E$4:$E${last},MATCH(MAX($B$7,$F$4),$F$4:$F${last},1))"
            found = f"MAX({found},{second})"
            page.sheet.column_dimensions["F"].width = 18
            page.headings(3, ["proportional from"], 6)
            for i, each in enumerate(rule.classes):
                page.put(4 + i, 6, each.proportional, "input")
            page.allow("any", [f"F4:F{last}"])
        lines.append(("weight", f"Severity {factor}", found, shape))
        page.put(last + 2, 4, f"[{rule.status}] {rule.source}", "note")
    currency = place.definition.currency
    unit = f"{currency} per QALY"
    cost = book.scope(None, title).formula(place.opportunity_cost)
    row = 4 + len(lines)
    # severity describes the condition: Python, too, fixes the threshold of the base case for draws
    before = 2 if severe else 1
    weighed = f"$B${row}*$B${row - 1}"
    used = f"IF({SELECTOR['mode'].number}=4,$B${row + before},$B${row + before - 1})"
    name = place.definition.threshold.name
    if rule is not None and severe and rule.sets_threshold:
        lines.append(("opportunity cost", "Times", cost, "weight"))
        lines.append(("weighted", f"Threshold of the class ({unit})", weighed, "money"))
    else:
        lines.append(("opportunity cost", f"{name.capitalize()} ({unit})", cost, "money"))
        if severe:
            lines.append(
                ("weighted", f"{name.capitalize()} times weight ({unit})", weighed, "money")
            )
    word = f"Severity-weighted {name}" if severe else f"{name.capitalize()} in use"
    lines += [
        ("base threshold", f"The same in the base case, by Python ({unit})", "", "money"),
        ("threshold", f"{word} ({unit})", used, "money"),
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
    return SeverityAddresses(
        **{
            "base" if name == "base threshold" else name: page.ref(4 + i, 2)
            for i, (name, *_) in enumerate(lines)
            if name in _GIVEN
        }
    )


def _standard_care(book: Book, page: Page, discounted: bool) -> str:
    """The remaining QALYs with the comparator in use; each comparator's stand on the right.

    Severity describes the condition: its traces are counted until the life table ends, and the
    horizon of the analysis leaves it as it is.
    """
    study, fixed, traces = book.study, book.layout.fixed, book.after(write_traces)
    here = {"end of life": "$H$4", "months of a year": fixed["months_per_year"]}
    years = years_of_life(study, *(Expr("name", name=name) for name in here))
    page.headings(3, ["cycles until the end of life", "age at which the life table ends"], 7)
    if years is study.model.horizon_years or study.population is None:
        page.formula(4, 7, fixed["cycles"], "formula", "count")
    else:
        text = book.scope(None, TITLE, here=here).formula(years)
        page.formula(4, 7, f"ROUND(({text})/{fixed['cycle_years']},0)", "formula", "count")
        page.put(4, 8, life_table_end(study.population))
    page.headings(6, ["comparator", "remaining QALYs"], 7)
    names = [name for name in standard_care(book) if name in study.model.strategies]
    for row, name in enumerate(names, start=7):
        lived = traces.totals[(trace_title(name), "remaining qaly", discounted)]
        # no horizon of severity cuts what falls at the start and along the course
        parts = [lived]
        parts += [at for (s, k, _), at in traces.starts.items() if (s, k) == (name, "qaly")]
        parts += book.after(write_sessions).of(name, "qaly", discounted)
        page.put(row, 7, name)
        page.formula(row, 8, "+".join(parts), "output", "qaly")
    listed, last = "$G$7", 6 + len(names)
    chosen = book.compared("comparator")
    return f"INDEX($H$7:$H${last},MATCH({chosen},{listed}:$G${last},0))"
