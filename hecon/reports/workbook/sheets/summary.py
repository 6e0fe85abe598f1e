"""Summary: the question, the answer in words built from cells, the table, the doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon import __version__
from hecon.reports.answers.trial_words import trial_short
from hecon.reports.conclusions import (
    NO_DOUBT,
    at_threshold,
    concluded,
    drawn,
    exploratory,
    marked,
)
from hecon.reports.summary import evidence
from hecon.reports.words import listed
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import INPUTS
from hecon.reports.workbook.sheets.acceptability import curve_chart, plane_chart
from hecon.reports.workbook.sheets.inputs import SELECTORS
from hecon.reports.workbook.sheets.severity import weighted
from hecon.reports.workbook.styles import Page, add_page, literal

if TYPE_CHECKING:
    from hecon.analyses.further import Further

TITLE = "Summary"
#: Characters of a sheet's purpose that fit a line of the contents.
NOTE = 112
#: What is said of Python's figures once a cell is typed over.
AS_DELIVERED = "of the case as delivered, not of what was typed over"


def add_summary(book: Book) -> Page:
    """The first sheet, filled once all others stand."""
    dated = f"; inputs of {book.study.definition.date}" if book.study.definition.date else ""
    return add_page(
        book.workbook,
        TITLE,
        marked(book.study.definition.title, book.study),
        f"{book.study.jurisdiction.definition.title}; hecon {__version__}{dated}. Text and figures "
        "follow what is in use on Inputs, unless they say otherwise.",
        orientation="portrait",
    )


def write_summary(
    book: Book, page: Page, acceptability: Page, further: Further | None = None
) -> None:
    """Fill the sheet."""
    page.widths(60, 18, 18, 18, 18, 18, 18)
    answers = book.answers
    page.put(4, 1, book.study.definition.question, wrap=True)
    page.sheet.merge_cells("A4:F4")
    page.sheet.row_dimensions[4].height = 30
    page.link(6, 1, INPUTS, f"C{SELECTORS}", "Shown (choose on Inputs)")
    choose = book.selector
    shown = choose["mode typed"]
    draw = f'"PSA draw "&TEXT({choose["draw"]},"0")'
    shown = f"IF({choose['mode']}=4,{draw},{shown})"
    if book.has("one_way"):
        end = f'{choose["one_way typed"]}&", "&{choose["end typed"]}&" end"'
        shown = f'IF({choose["mode"]}=3,"One-way: "&{end},{shown})'
    if book.has("scenario"):
        title = f"INDEX({book.scenarios.span('title')},{choose['scenario']})"
        shown = (
            f'IF({choose["mode"]}=2,"Scenario "&{choose["scenario typed"]}&": "&{title},{shown})'
        )
    edits = book.answers["edits"]
    cells = f'{edits}&IF({edits}=1," cell"," cells")'
    over = f'IF({edits}>0,", with "&{cells}&" typed over","")'
    page.formula(6, 2, f"{shown}&{over}", "output")
    page.sheet.merge_cells("B6:F6")
    _answer(book, page)
    page.put(10, 1, "The model is internally sound (see Checks)", "text")
    page.formula(10, 2, answers["sound"], "check", "flag")
    page.put(10, 4, "It equals Python's run", "text")
    page.formula(10, 5, answers["equal"], "check")
    page.sheet.merge_cells("E10:F10")
    page.warn("B10", "FALSE")
    page.warn("E10", '"no"')
    row = _table(book, page, 12)
    row = _uncertainty(book, page, row + 1, further)
    old = "The charts are of the draws as delivered: they do not follow what was typed over."
    page.formula(row, 1, f'IF({edits}>0,"{old}","")', "note")
    page.sheet.add_chart(plane_chart(book, acceptability), f"A{row + 1}")
    page.sheet.add_chart(curve_chart(book, acceptability), f"C{row + 1}")
    row = _drivers(book, page, row + 18)
    row = _doubts(book, page, row + 1)
    _contents(book, page, row + 1)


def _money(cell: str) -> str:
    return f'TEXT({cell},"#,##0")'


def _answer(book: Book, page: Page) -> None:
    """Two sentences built from cells."""
    a = book.answers
    currency = book.study.jurisdiction.definition.currency
    dc, dq = a["cost difference"], a["qaly difference"]
    mark = f"{mark} " if (mark := exploratory(book.study)) else ""
    first = (
        f'"{mark}"&{a["intervention"]}&" costs "&IF({dc}=0,"the same","{currency} "&'
        f'{_money(f"ABS({dc})")}&IF({dc}<0," less"," more"))'
        f'&" per person "&IF({dc}=0,"as ","than ")&{a["comparator"]}&" and gives "'
        f'&IF({dq}=0,"as many QALYs: ",TEXT(ABS({dq}),"0.000")'
        f'&IF({dq}<0," fewer QALYs: "," more QALYs: "))&IF(ISNUMBER({a["icer"]}),'
        f'"{currency} "&{_money(a["icer"])}'
        f'&IF({dq}<0," saved per QALY forgone."," per QALY gained."),'
        f'{a["verdict"]}&".")'
    )
    at = at_threshold(currency, 0.0, weighted(book.study)).split(f"{currency} ")[0]
    threshold = f'"{mark}{at}{currency} "&{_money(a["threshold"])}&" per QALY "'
    second = f"{threshold}&{_best(book) if _many(book) else _verdict(a, currency)}"
    for row, text in ((8, first), (9, second)):
        page.formula(row, 1, text, "output", wrap=True)
        page.sheet.merge_cells(f"A{row}:F{row}")
        page.sheet.row_dimensions[row].height = 30


def _many(book: Book) -> bool:
    """Whether the pair is not the whole decision, so that the frontier decides."""
    return not concluded(book.results).pairwise


def _verdict(a: dict[str, str], currency: str) -> str:
    """The pair's verdict from its net benefit in use."""
    words = '"cost-effective","not cost-effective"'
    return (
        f'IF({a["nmb"]}=0,"both have the same net benefit.","it is "&IF({a["nmb"]}>0,{words})'
        f'&": net monetary benefit {currency} "&TEXT({a["nmb"]},"#,##0;-#,##0")&" per person.")'
    )


def _best(book: Book) -> str:
    """The best of all alternatives in use."""
    names = listed([s.replace('"', '""') for s in book.study.options])
    return f'"the best of the alternatives ({names}) is "&{book.answers["best"]}&"."'


def _table(book: Book, page: Page, row: int) -> int:
    answers, strategies = book.answers, book.strategies
    page.headings(
        row,
        ["Strategy", f"Cost ({book.currency})", "QALYs", "Life-years", "Can be chosen"],
    )
    for i, strategy in enumerate(strategies):
        r = row + 1 + i
        page.put(r, 1, book.study.label(strategy))
        for j, (name, shape) in enumerate(
            (("cost True", "money"), ("qaly True", "qaly"), ("life_years True", "qaly"))
        ):
            page.formula(r, 2 + j, f"INDEX({answers[name]},{i + 1})", "output", shape)
        page.put(r, 5, "yes" if strategy in book.study.options else "no")
    return row + len(strategies) + 1


def _uncertainty(book: Book, page: Page, row: int, further: Further | None) -> int:
    """Probabilistic figures of Python, over all draws."""
    found = book.results.probabilistic
    draws = found.design.draws
    if not drawn(book.results):
        page.heading(row, "Uncertainty")
        page.put(row + 1, 1, NO_DOUBT)
        return row + 2
    page.live_heading(
        row,
        f'"Uncertainty (computed in Python from {draws:,} draws; "&'
        f'IF({book.answers["edits"]}>0,"{AS_DELIVERED}","base case")&")"',
    )
    table = found.table[
        found.table["strategy"]
        == f"{found.comparison.intervention} v {found.comparison.comparator}"
    ]
    means = dict(zip(table["figure"], table["mean"].astype(float), strict=True))
    lines: list[tuple[str, object, str]] = [
        (f"Mean incremental cost ({book.currency})", means["cost"], "money"),
        ("Mean incremental QALYs", means["qaly"], "qaly"),
        ("In words", found.comparison.verdict, "text"),
        (
            f"Ratio of means ({book.currency} per QALY)",
            found.comparison.icer
            if found.comparison.icer == found.comparison.icer
            else "none: see words",
            "money",
        ),
        (
            "Probability cost-effective at the base case's threshold",
            found.probability_cost_effective,
            "share",
        ),
        (
            f"Expected value of perfect information per person ({book.currency})",
            found.evpi,
            "money",
        ),
    ]
    if book.results.population is not None:
        label = f"The same for all patients whom the decision reaches ({book.currency})"
        lines.append((label, book.results.population_evpi, "money"))
    for i, (label, value, shape) in enumerate(lines):
        page.put(row + 1 + i, 1, label)
        page.put(row + 1 + i, 2, value, "text", shape)
    row += 1 + len(lines)
    if further is not None and further.trials is not None:
        text = literal(marked(trial_short(book.study, further.trials), book.study))
        before = f'IF({book.answers["edits"]}>0,"Of the case as delivered: ","")'
        page.formula(row, 1, f"{before}&{text}", "text", wrap=True)
        page.sheet.merge_cells(f"A{row}:F{row}")
        page.sheet.row_dimensions[row].height = 30
        row += 1
    return row


def _drivers(book: Book, page: Page, row: int) -> int:
    grid = book.one_way
    if not len(book.results.one_way):
        return row
    page.live_heading(
        row,
        '"What drives the result: the five widest ranges (computed in Python"&'
        f'IF({book.answers["edits"]}>0,"; {AS_DELIVERED}","")&")"',
    )
    page.headings(
        row + 1,
        [
            "Parameter",
            "Low",
            "High",
            f"NMB at low ({book.currency})",
            f"NMB at high ({book.currency})",
        ],
    )
    labels, names = book.answers["input labels"], book.answers["input names"]
    shown = min(5, grid.rows // 2)
    for i in range(shown):
        r = row + 2 + i
        name = grid.cell("parameter", 2 * i)
        page.formula(r, 1, f"INDEX({labels},MATCH({name},{names},0))", "link")
        for j, (name, end) in enumerate((("value", 0), ("value", 1), ("nmb", 0), ("nmb", 1))):
            small = min(abs(v) for v in book.results.one_way["value"].iloc[2 * i : 2 * i + 2]) < 100
            shape = "years" if small and name == "value" else "money"
            page.formula(r, 2 + j, grid.cell(name, 2 * i + end), "link", shape)
    return row + 2 + shown


def _doubts(book: Book, page: Page, row: int) -> int:
    """What the evidence rests on."""
    inputs = [p for p in book.study.parameters if p.is_input]
    page.heading(row, "What is weak in the evidence")
    page.put(row + 1, 1, evidence(book.study.parameters))
    weak = [p.description for p in inputs if p.status == "memory"]
    if weak:
        page.put(row + 2, 1, f"Not read in a source, to be confirmed: {listed(weak)}.")
        row += 1
    severity = book.study.jurisdiction.definition.severity
    if severity is not None:
        page.put(row + 2, 1, f"Severity classes [{severity.status}]: {severity.source}")
        row += 1
    retracted = _retracted(book)
    if retracted:
        page.put(row + 2, 1, retracted)
        row += 1
    return row + 2


def _retracted(book: Book) -> str:
    """Where retracted work enters the model, if it does."""
    scenarios = ", ".join(s.id for s in book.study.scenarios if s.status == "retracted")
    inputs = ", ".join(p.text for p in book.study.parameters if p.status == "retracted")
    if inputs:
        also = f", and scenario {scenarios}" if scenarios else ""
        return f"Retracted work is in the base case: {inputs}{also}."
    return f"Retracted work enters only scenario {scenarios}, no input." if scenarios else ""


def _contents(book: Book, page: Page, row: int) -> None:
    page.heading(row, "Sheets")
    for i, sheet in enumerate(book.workbook.worksheets):
        page.link(row + 1 + i, 1, sheet.title)
        purpose = str(sheet["A2"].value)
        page.put(row + 1 + i, 2, purpose, "note", wrap=True)
        page.sheet.merge_cells(f"B{row + 1 + i}:F{row + 1 + i}")
        page.sheet.row_dimensions[row + 1 + i].height = 13.5 * (1 + len(purpose) // NOTE)
    page.sheet.print_area = f"A1:F{page.sheet.max_row}"
