"""Guide: how to read, change, replay and reset the workbook; what its colours mean."""

from collections.abc import Sequence

from hecon.analyses.population import population
from hecon.report.things_called import judgement
from hecon.report.words import listed
from hecon.workbook.context import SENSITIVITY, UNCERTAINTY, Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_groups import group_of
from hecon.workbook.sheet_layout import HEADER
from hecon.workbook.sheets.severity_sheet import title_of
from hecon.workbook.styles import FILLS

TITLE = "Guide"


def add_guide(book: Book) -> Page:
    """The sheet, to be filled once all others stand."""
    purpose = "How to read, change, replay and reset this workbook."
    return add_page(book.workbook, TITLE, TITLE, purpose, "A4", "portrait")


def write_guide(book: Book, page: Page, own: Sequence[str]) -> None:
    """How to change, run, replay and reset; what the colours mean.

    Args:
        own: Sheets that hold Python's figures and texts alone.
    """
    page.widths(26, 110)
    lines = _lines(book, [sheet.title for sheet in book.workbook.worksheets], own)
    page.headings(3, ["to", "do this"])
    for i, (name, text) in enumerate(lines):
        page.put(4 + i, 1, name)
        page.put(4 + i, 2, text, wrap=True)
    row = 5 + len(lines)
    page.heading(row, "Colours, each with its meaning in words")
    meanings = {
        "input": "input: can be changed",
        "link": "value in use or brought from another sheet",
        "output": "result",
        "check": "check or difference",
        "assumption": "status: assumption, or read only where it is quoted",
        "retracted": "status: retracted, only in a scenario that says so",
    }
    used = {kind for each in book.workbook.pages for kind in each.kinds}
    for i, kind in enumerate([kind for kind in meanings if kind in used], start=row + 1):
        assert kind in FILLS
        page.put(i, 1, kind, kind)
        page.put(i, 2, meanings[kind])
        row = i
    _contents(book, page, row + 2)


def _contents(book: Book, page: Page, row: int) -> None:
    """Every sheet in reading order, by group, with what it is."""
    page.heading(row, "Sheets, in groups as their tabs are coloured")
    group = ""
    parts = {each.title: each.parts for each in book.workbook.pages}
    for sheet in book.workbook.worksheets:
        if (own := group_of(sheet.title)).name != group:
            row, group = row + 1, own.name
            page.headings(row, [own.name, own.about])
        row += 1
        page.link(row, 1, sheet.title)
        page.put(row, 2, str(sheet["A2"].value), "note", wrap=True)
        for part, cell in parts[sheet.title].items():
            row += 1
            page.link(row, 1, sheet.title, cell, part)
            page.put(row, 2, f"on {sheet.title}", "note")


def _lines(book: Book, sheets: Sequence[str], own: Sequence[str]) -> list[tuple[str, str]]:
    """What can be done with the workbook, and what is said of it, given the sheets it has."""
    study, place = book.study, book.study.jurisdiction.definition
    estimates = bool(study.synthesis.estimates)
    states = listed([s.name for s in study.model.states])
    yellow = [
        f"a base value on Inputs (from row {HEADER + 1})",
        *(["a session on Sessions"] if "Sessions" in sheets else []),
        *(["a figure of the tables right of them"] if study.model.tables else []),
        *(["a count or a published effect on Evidence"] if estimates else []),
    ]
    taken = (
        " A number typed over a base value that comes from Evidence (blue) takes the place of its "
        "estimate."
    )
    found: list[tuple[str, str]] = [
        (
            "Read",
            "Summary gives the answer; Results the figures; every figure can be traced cell by "
            f"cell back to {listed(_there(sheets, 'Inputs', 'Sessions', 'Evidence'))}.",
        ),
        (
            "Change an input",
            f"Type over a yellow cell: {listed(yellow, last='or')}. Everything moves at once."
            + (taken if estimates else ""),
        ),
    ]
    if book.has("scenario"):
        text = "On Inputs choose Show = Scenario and its id. The yellow columns on Scenarios hold "
        found.append(("Replay a scenario", f"{text}what it sets."))
    if book.has("one_way"):
        text = "On Inputs choose Show = One-way, the parameter and the end."
        found.append(("Replay a tornado bar", text))
    if book.has("draw"):
        text = f"On Inputs choose Show = PSA draw and a number from 1 to {book.draws.rows:,}."
        found.append(("Replay a draw", text))
    if book.live_draws:
        text = "After an edit press F9 in Excel: Live draws gives means and acceptability"
        text += f" of the first {book.live_draws:,} draws."
        found.append(("Work out draws anew", text))
    return [
        *found,
        (
            "Reset",
            "On Inputs choose Show = Base case. What was typed over is listed on Checks "
            "with the value it was delivered with; type that again.",
        ),
        (
            "Check",
            "Checks has two flags. The model is internally sound: TRUE whatever is typed in. "
            "It equals Python's run: Results shows Python's figures for what is in use; once "
            "a cell is typed over there are none ('edited: not comparable') until hecon has "
            "run the edited workbook.",
        ),
        (
            "Judge",
            f"{judgement(study).capitalize()} means that net monetary benefit is above zero. A "
            "draw is judged at the threshold of the base case.",
        ),
        (
            "Run an edited workbook",
            "hecon run report.xlsx reads the inputs back, runs everything again and "
            f"lists what differs from the study ({study.name}, {place.name}). A base value that "
            "is typed over moves its distribution with it: the kind and the standard error stay "
            "(of a lognormal, that of the logarithm).",
        ),
        (
            "Model",
            f"Cohort state-transition model. States: {states}. Cycle 0 is the start; "
            "row t holds what happens in cycle t and who is where at its end.",
        ),
        (
            "Print",
            "Summary is one page, and the whole book prints what is read on paper: a trace by "
            "year, no draws, no sources. To print all of a sheet, clear its print area.",
        ),
        ("Not live", _not_live(book, sheets, own)),
        (
            "Names and macros",
            "Each input has a defined name, beside it on Inputs; other names are print areas, "
            "rows repeated in print and filters. No macros, links to other files, hidden or locked "
            "sheets.",
        ),
    ]


def _there(sheets: Sequence[str], *names: str) -> list[str]:
    return [name for name in names if name in sheets]


def _not_live(book: Book, sheets: Sequence[str], own: Sequence[str]) -> str:
    """What is stored as values."""
    people = " and the number of patients" if book.run(population) else ""
    drawn = _there(sheets, "Scenarios", SENSITIVITY, UNCERTAINTY)
    parts = [
        "the uncertainty on Summary",
        *(["the order of the widest ranges there"] if book.has("one_way") else []),
        *([f"results on {listed(drawn)}, and the draws themselves"] if drawn else []),
        *([f"the sheets {listed(own)}" if len(own) > 1 else f"the sheet {own[0]}"] if own else []),
        "parts of other sheets that say so",
        "columns, rows and tables headed Python (on Results, "
        f"{title_of(book.study)} and {UNCERTAINTY}, with EVPPI{people})",
        "the verification battery on Checks",
    ]
    if book.study.synthesis.estimates:
        parts.append("networks of treatments on Evidence and what rests on them")
        parts.append("distributions and draws, which do not follow edited evidence")
    parts.append("the number of rows of Time and the traces")
    if any(s.memory_years for s in book.study.model.states):
        parts.append("the cycles that a state remembers")
    curves = (
        f" The curves use the {book.draws.rows:,} draws on {UNCERTAINTY}."
        if book.has("draw")
        else ""
    )
    return (
        f"Computed by hecon in Python and stored as values: {'; '.join(parts)}. They are of the "
        f"case as delivered, and say so once a cell is typed over.{curves}"
    )
