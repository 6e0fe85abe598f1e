"""Guide: how to read, change, replay and reset the workbook; what its colours mean."""

from __future__ import annotations

from hecon.reports.workbook.context import Book
from hecon.reports.workbook.sheets.inputs import HEADER
from hecon.reports.workbook.styles import FILLS, add_page


def write_guide(book: Book) -> None:
    """How to change, run, replay and reset; what the colours mean."""
    page = add_page(
        book.workbook,
        "Guide",
        "Guide",
        "How to read, change, replay and reset this workbook.",
        "A4",
    )
    page.widths(26, 110)
    place = book.study.jurisdiction.definition
    lines = [
        (
            "Read",
            "Summary gives the answer; Results the figures; every figure can be traced "
            "cell by cell back to Inputs, Sessions and Tables.",
        ),
        (
            "Change an input",
            f"Type over a yellow cell: a base value on Inputs (from row {HEADER + 1}), "
            "a session on Sessions, an age on Tables, a count or a published effect on Evidence. "
            "Everything moves at once. A number typed over a base value that comes from Evidence "
            "(blue) takes the place of its estimate.",
        ),
        (
            "Replay a scenario",
            "On Inputs choose Show = Scenario and its id. The yellow columns on "
            "Scenarios hold what it sets.",
        ),
        ("Replay a tornado bar", "On Inputs choose Show = One-way, the parameter and the end."),
        (
            "Replay a draw",
            f"On Inputs choose Show = PSA draw and a number from 1 to {book.draws.rows}.",
        ),
        (
            "Reset",
            "On Inputs choose Show = Base case. What was typed over is listed on Edits "
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
            "Cost-effective means that net monetary benefit is above zero. A draw is judged at "
            "the threshold of the base case.",
        ),
        (
            "Run an edited workbook",
            "hecon run report.xlsx reads the inputs back, runs everything again and "
            f"lists what differs from the study ({book.study.name}, {place.name}).",
        ),
        (
            "Model",
            "Cohort state-transition model. States: "
            f"{', '.join(s.name for s in book.study.model.states)}. Cycle 0 is the "
            "start; row t holds what happens in cycle t and who is where at its end.",
        ),
        (
            "Not live",
            "Computed by hecon in Python and stored as values: the uncertainty and the order of "
            "the widest ranges on Summary; results on Scenarios, One-way and Draws, and the "
            "draws themselves; Break-even, Global sensitivity and Trials, where there is anything "
            "to show; columns, rows and tables headed Python (on Results, Severity and "
            "Value of information, with EVPPI and the number of patients); the verification "
            "battery on Checks; networks of treatments on Evidence and what rests on them; "
            "distributions and draws, which do not follow edited evidence; texts on Evidence, "
            "Assumptions, Sources, CHEERS 2022 and Provenance; the number of rows of Time and the "
            "traces, and the cycles that a state remembers. The curves use the "
            f"{book.draws.rows:,} draws on Draws.",
        ),
        (
            "Names and macros",
            "The only defined names are those by which Excel knows print areas, rows repeated "
            "in print and filters. No macros, links to other files, hidden or locked sheets.",
        ),
    ]
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
        "assumption": "status: assumption",
        "memory": "status: not read in a source, to be confirmed",
        "retracted": "status: retracted, only in a scenario that says so",
    }
    for i, (kind, text) in enumerate(meanings.items()):
        assert kind in FILLS
        page.put(row + 1 + i, 1, kind, kind)
        page.put(row + 1 + i, 2, text)
