"""Rows of evidence on the sheet Evidence: trial arms, published effects, contrasts, settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.worksheet.datavalidation import DataValidation

from hecon.errors import FaultList
from hecon.parameters.tables import read_cells
from hecon.studies.estimates.evidence_records import (
    ASSESSED,
    DROPOUT,
    RANDOMISED,
    Arm,
    Evidence,
    PublishedEffect,
    events_column,
)
from hecon.studies.estimates.read import StudySynthesis
from hecon.studies.study import Study
from hecon.synthesis.conversion import LOGISTIC_SD
from hecon.synthesis.effects import CONTINUITY
from hecon.synthesis.estimate import LEVEL, normal_point
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.styles import FILLS

TITLE = "Evidence"
ARM, EFFECT, CONTRAST = "trial arm", "published effect", "contrast"

#: First column of what is typed, and of what is told about a row beside the counts.
COUNTS = 4
#: Texts that are too long for a printed page begin here.
ASIDE = 21

FIGURES = {
    EFFECT: {"estimate": "estimate", "ci_low": "low", "ci_high": "high"},
    CONTRAST: {"g": "estimate", "se": "se"},
}


@dataclass
class EvidenceAddresses:
    """Absolute addresses on the sheet, without its name."""

    #: Of counts and published figures, by row of evidence and column of its file.
    figures: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Of the methods' numbers, by what they are and by value.
    settings: dict[str, str] = field(default_factory=dict)
    constants: dict[float, str] = field(default_factory=dict)


def count_columns(evidence: Evidence) -> list[str]:
    """Columns of the arms' file that count something."""
    outcomes = [o for o in evidence.outcomes if o != DROPOUT]
    return [RANDOMISED, ASSESSED, *map(events_column, outcomes), events_column(DROPOUT)]


def count_of(arm: Arm, column: str) -> int | None:
    """An arm's count in a column, None if it was not reported."""
    sizes = {RANDOMISED: arm.randomised, ASSESSED: arm.assessed}
    counts = {events_column(outcome): events for outcome, events in arm.events.items()}
    return {**sizes, **counts}.get(column)


def figure_of(item: PublishedEffect, column: str) -> float | None:
    """A published figure in a column of its file, None if it is blank."""
    value = getattr(item, {**FIGURES[EFFECT], **FIGURES[CONTRAST]}[column])
    return None if value is None or value != value else float(value)


def contrasts_shown(synthesis: StudySynthesis) -> list[PublishedEffect]:
    """Contrasts that an estimate takes by itself; the others are in networks only."""
    named = {r for e in synthesis.estimates.values() if e.method == "reported" for r in e.rows}
    return [c for c in synthesis.evidence.contrasts if c.id in named]


def write_settings(page: Page, row: int, places: EvidenceAddresses) -> int:
    """The methods' numbers, each in a cell with its name."""
    page.heading(row, "Numbers of the methods")
    tail = (1 - LEVEL) / 2
    numbers = (
        ("continuity", CONTINUITY, "added to each cell of a study in which one cell is zero"),
        ("z", normal_point(), "standard errors from an estimate to an end of its 95 % interval"),
        ("outside", 1 - LEVEL, "probability outside an interval, for t of few studies"),
        ("lower", tail, "share of a distribution below an interval"),
        ("upper", 1 - tail, "share of a distribution below an interval's upper end"),
        ("logistic", LOGISTIC_SD, "log odds ratio that one standard deviation of symptoms is"),
        ("none", 0.0, "added to counts that are pooled before they are compared"),
    )
    for i, (name, value, meaning) in enumerate(numbers, start=row + 1):
        page.put(i, 1, name)
        page.put(i, 2, value)
        page.put(i, 3, meaning, "note")
        places.settings[name] = f"$B${i}"
    places.constants = {
        CONTINUITY: places.settings["continuity"],
        LOGISTIC_SD: places.settings["logistic"],
    }
    return row + len(numbers) + 2


def write_arms(book: Book, page: Page, row: int, places: EvidenceAddresses) -> int:
    """Every arm with its counts to type over, and whether they can be."""
    study, evidence = book.study, book.study.synthesis.evidence
    columns = count_columns(evidence)
    words = _words(study, ARM)
    aside = columns_aside(words, columns)
    page.heading(row, "Trial arms")
    page.put(row, 3, "yellow counts can be changed; blank: not reported", "note")
    possible = COUNTS + len(columns)
    names = [ARM, "study", "treatment", *columns, "possible", "status", "arm, time point"]
    page.headings(row + 1, [n.replace("_", " ") for n in names])
    page.headings(row + 1, [c.replace("_", " ") for c in aside], ASIDE)
    first, last = row + 2, row + 1 + len(evidence.arms)
    for i, arm in enumerate(evidence.arms, start=first):
        _row(page, i, arm.id, arm.study, arm.treatment, arm.status, possible + 1)
        for position, column in enumerate(columns, start=COUNTS):
            value = count_of(arm, column)
            if value is not None:
                page.put(i, position, value, "input", "count")
                places.figures[(arm.id, column)] = f"${letter(position)}${i}"
        page.formula(i, possible, _possible(columns, i), "check", "flag")
        page.put(i, possible + 2, ", ".join(filter(None, (arm.arm, arm.timepoint))))
        for position, name in enumerate(aside, start=ASIDE):
            page.put(i, position, words[arm.id][name])
    given = last + 1
    page.put(given, 1, "counts given", "note")
    page.put(given + 1, 1, "as delivered", "note")
    for position, column in enumerate(columns, start=COUNTS):
        c = letter(position)
        page.formula(given, position, f"COUNT({c}${first}:{c}${last})", "check")
        known = [a for a in evidence.arms if count_of(a, column) is not None]
        page.put(given + 1, position, len(known), "note")
    area = page.span(possible, first, last)
    page.warn(f"{letter(possible)}{first}:{letter(possible)}{last}", "FALSE")
    label = "Evidence: counts are whole, none is negative, events are among those counted"
    book.checks.append((label, f"SUMPRODUCT(({area}=TRUE)*1)=ROWS({area})"))
    ends = letter(COUNTS), letter(possible - 1)
    rows = [f"{page.ref(r, COUNTS)}:${ends[1]}${r}" for r in (given, given + 1)]
    label = "Evidence: no count is missing that was delivered, and none was added"
    book.checks.append((label, f"SUMPRODUCT(({rows[0]}={rows[1]})*1)=COLUMNS({rows[0]})"))
    _whole(page, [f"{ends[0]}{first}:{ends[1]}{last}"])
    return given + 3


def _possible(columns: Sequence[str], row: int) -> str:
    """TRUE if an arm's counts can be: whole, not negative, events no more than participants."""
    cells = {c: f"${letter(p)}{row}" for p, c in enumerate(columns, start=COUNTS)}
    tests = [f"{cells[ASSESSED]}<={cells[RANDOMISED]}"]
    for column, cell in cells.items():
        tests += [f"INT({cell})={cell}", f"{cell}>=0"]
        if column not in (RANDOMISED, ASSESSED):
            among = RANDOMISED if column == events_column(DROPOUT) else ASSESSED
            tests.append(f"{cell}<={cells[among]}")
    return f"AND({','.join(tests)})"


def write_effects(
    book: Book,
    page: Page,
    row: int,
    places: EvidenceAddresses,
    kind: str,
    items: Sequence[PublishedEffect],
) -> int:
    """Published effects, or contrasts of single trials, with their figures to type over."""
    title = {
        EFFECT: "Published effects without counts",
        CONTRAST: "Standardised differences of single trials that estimates name",
    }[kind]
    columns = list(FIGURES[kind])
    page.heading(row, title)
    words = _words(book.study, kind)
    aside = columns_aside(words, columns)
    at = COUNTS + 1 + len(columns)
    names = [kind, "study", "compared", "scale", *columns, "status", "outcome"]
    page.headings(row + 1, [n.replace("_", " ") for n in names])
    page.headings(row + 1, [c.replace("_", " ") for c in aside], ASIDE)
    rules: dict[str, list[str]] = {"any": [], "positive": [], "share": []}
    for i, item in enumerate(items, start=row + 2):
        compared = " v ".join(filter(None, item.treatments))
        _row(page, i, item.id, item.study, compared, item.status, at)
        page.put(i, COUNTS, item.scale)
        for position, column in enumerate(columns, start=COUNTS + 1):
            value = figure_of(item, column)
            if value is None:
                continue
            cell = page.put(i, position, value, "input")
            places.figures[(item.id, column)] = f"${letter(position)}${i}"
            ratio = item.scale in ("OR", "RR") or column == "se"
            share = item.scale == "proportion"
            rules["positive" if ratio else "share" if share else "any"].append(cell.coordinate)
        page.put(i, at + 1, item.outcome or item.rating)
        for position, name in enumerate(aside, start=ASIDE):
            page.put(i, position, words[item.id][name])
    for rule, cells in rules.items():
        page.allow(rule, cells)
    return row + len(items) + 3


def _row(page: Page, row: int, name: str, study: str, what: str, status: str, at: int) -> None:
    mark = "retracted" if status == "retracted" else "text"
    for position, text in ((1, name), (2, study), (3, what)):
        page.put(row, position, text, mark)
    page.put(row, at, status, marked(status))
    page.explained[name] = row


def marked(status: str) -> str:
    """The colour of a status that has one."""
    return status if status in FILLS else "text"


def _whole(page: Page, cells: Sequence[str]) -> None:
    check = DataValidation(
        type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True
    )
    check.error, check.errorTitle = "Allowed here is a count: 0, 1, 2, ...", "Not allowed"
    for cell in cells:
        check.add(cell)
    page.sheet.add_data_validation(check)


def headings_aside(study: Study, kind: str) -> list[str]:
    """Headings of what a file of evidence says beside figures."""
    columns = count_columns(study.synthesis.evidence) if kind == ARM else FIGURES[kind]
    return [c.replace("_", " ") for c in columns_aside(_words(study, kind), columns)]


def columns_aside(words: Mapping[str, dict[str, str]], columns: Collection[str]) -> list[str]:
    """Columns of a file that are no figures and stand in no other column."""
    return [c for c in next(iter(words.values()), {}) if c not in columns]


#: Where each kind of evidence is named in a study, and what the first columns show of it.
_FILES = {
    ARM: (
        "synthesis.arms",
        {"row_id", "study", "treatment_class", "status", "arm", "timepoint"},
    ),
    EFFECT: ("synthesis.effects", {"id", "study", "treat1", "treat2", "status"}),
    CONTRAST: ("synthesis.contrasts", {"contrast_id", "study", "treat1", "treat2", "status"}),
}


def _words(study: Study, kind: str) -> Mapping[str, dict[str, str]]:
    """The columns of a file of evidence by its rows' names, without those shown before."""
    entry, without = _FILES[kind]
    found: dict[str, dict[str, str]] = {}
    faults = FaultList()
    for source in study.sources(entry):
        header, rows = read_cells(source.path, source.shown, faults)
        key = next(c for c in ("row_id", "id", "contrast_id") if c in header)
        for _, cells in rows:
            name = cells[key]
            found[name] = {c: cells.get(c, "") for c in header if c not in without}
    faults.raise_if_any()
    return found
