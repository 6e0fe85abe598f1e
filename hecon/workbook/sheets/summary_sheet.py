"""Summary: the question, the answer in words built from cells, the table, the doubts."""

from __future__ import annotations

from collections.abc import Sequence

from hecon.analyses.conclusion import base_conclusion
from hecon.analyses.drawn import (
    drawn_comparison,
    drawn_summary,
    evpi,
    population_evpi,
    probability_cost_effective,
)
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.population import population
from hecon.report.certainty import NO_DOUBT
from hecon.report.conclusions import spread
from hecon.report.content import Section
from hecon.report.grade import exploratory, mark, titled
from hecon.report.sections.answer_section import added, rests_on
from hecon.report.things_called import judgement, study_units
from hecon.report.words import listed, spoken
from hecon.version import __version__
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page, literal
from hecon.workbook.sheet_layout import INPUTS
from hecon.workbook.sheets.acceptability_sheet import curve_chart, plane_chart
from hecon.workbook.sheets.budget_queue import YEARS
from hecon.workbook.sheets.inputs_sheet import SELECTORS
from hecon.workbook.sheets.severity_sheet import weighted

TITLE = "Summary"
#: Characters of a sheet's purpose that fit a line of the contents.
NOTE = 112
#: Characters on a line over all columns.
LINE = 150
#: What is said of Python's figures once a cell is typed over.
AS_DELIVERED = "of the case as delivered, not of what was typed over"


def add_summary(book: Book) -> Page:
    """The first sheet, filled once all others stand."""
    dated = f"; inputs of {book.study.definition.date}" if book.study.definition.date else ""
    return add_page(
        book.workbook,
        TITLE,
        titled(book.study, book.study.definition.title),
        f"{book.study.jurisdiction.definition.title}; hecon {__version__}{dated}. Text and figures "
        "follow what is in use on Inputs, unless they say otherwise.",
        orientation="portrait",
    )


def write_summary(
    book: Book, page: Page, acceptability: Page | None, sections: Sequence[Section]
) -> None:
    """Fill the sheet; without draws it has no charts of them."""
    page.widths(60, 18, 18, 18, 18, 18, 18)
    answers = book.answers
    page.put(4, 1, book.study.definition.question, wrap=True)
    page.sheet.merge_cells("A4:F4")
    page.sheet.row_dimensions[4].height = 30
    if (lead := spread(book.run)) is not None:
        text = f"{mark(book.study)}, {AS_DELIVERED}: {spoken(lead, study_units(book.study))}"
        page.put(5, 1, text, "output", wrap=True)
        page.sheet.merge_cells("A5:F5")
        page.sheet.row_dimensions[5].height = 45
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
    row = _budget(book, page, row + 1)
    row = _uncertainty(book, page, row + 1, sections)
    if acceptability is not None:
        old = "The charts are of the draws as delivered: they do not follow what was typed over."
        page.formula(row, 1, f'IF({edits}>0,"{old}","")', "note")
        page.sheet.add_chart(plane_chart(book, acceptability), f"A{row + 1}")
        page.sheet.add_chart(curve_chart(book, acceptability), f"C{row + 1}")
        row += 17
    row = _drivers(book, page, row + 1)
    row = _doubts(book, page, row + 1)
    _contents(book, page, row + 1)


def _money(cell: str) -> str:
    return f'TEXT({cell},"#,##0")'


def _answer(book: Book, page: Page) -> None:
    """Two sentences built from cells."""
    a = book.answers
    currency = book.study.jurisdiction.definition.currency
    dc, dq = a["cost difference"], a["qaly difference"]
    said = exploratory(book.study)
    opening = f"{spoken(said, study_units(book.study))} ".replace('"', '""') if said else ""
    first = (
        f'"{opening}"&{a["intervention"]}&" costs "&IF({dc}=0,"the same","{currency} "&'
        f'{_money(f"ABS({dc})")}&IF({dc}<0," less"," more"))'
        f'&" per person "&IF({dc}=0,"as ","than ")&{a["comparator"]}&" and gives "'
        f'&IF({dq}=0,"as many QALYs: ",TEXT(ABS({dq}),"0.000")'
        f'&IF({dq}<0," fewer QALYs: "," more QALYs: "))&IF(ISNUMBER({a["icer"]}),'
        f'"{currency} "&{_money(a["icer"])}'
        f'&IF({dq}<0," saved per QALY forgone."," per QALY gained."),'
        f'IF({dc}*{dq}<0,{a["intervention"]}&" is ","")&{a["verdict"]}&".")'
    )
    place = book.study.jurisdiction.definition
    cost = f"the severity-weighted {place.threshold.name} of " if weighted(book.study) else ""
    threshold = f'"{opening}At {cost}{currency} "&{_money(a["threshold"])}&" per QALY "'
    verdict = _best(book, currency) if _many(book) else _verdict(book, currency)
    if not book.study.jurisdiction.judges:
        none = f"{opening}{place.title} states no threshold: there is no verdict. "
        threshold = f'"{none}"&{threshold}'
    second = f"{threshold}&{verdict}{_stated(book, currency)}"
    for row, text in ((8, first), (9, second)):
        page.formula(row, 1, text, "output", wrap=True)
        page.sheet.merge_cells(f"A{row}:F{row}")
        page.sheet.row_dimensions[row].height = 30
    if book.study.jurisdiction.threshold_values:
        page.sheet.row_dimensions[9].height = 45


def _stated(book: Book, currency: str) -> str:
    """The pair's net benefit at each threshold that the jurisdiction states."""
    a = book.answers
    parts = []
    for i in range(len(book.study.jurisdiction.threshold_values)):
        amount = f'TEXT({a[f"nmb {i}"]},"#,##0;-#,##0")'
        parts.append(f'"{currency} "&{amount}&" at "&{_money(a[f"threshold {i}"])}')
    if not parts:
        return ""
    return '&" Net benefit by value of a QALY: "&' + '&"; "&'.join(parts) + '&"."'


def _many(book: Book) -> bool:
    """Whether the pair is not the whole decision, so that the frontier decides."""
    return not book.run(base_conclusion).pairwise


def _verdict(book: Book, currency: str) -> str:
    """The pair's verdict from its net benefit in use."""
    a, judged = book.answers, judgement(book.study)
    words = f'"{judged}","not {judged}"'
    return (
        f'IF({a["nmb"]}=0,"both have the same net benefit.","it is "&IF({a["nmb"]}>0,{words})'
        f'&": net monetary benefit {currency} "&TEXT({a["nmb"]},"#,##0;-#,##0")&" per person.")'
    )


def _best(book: Book, currency: str) -> str:
    """The best of all alternatives in use, and what the pair gains or loses by itself."""
    names = listed([s.replace('"', '""') for s in book.study.options])
    a = book.answers
    return (
        f'"the best of the alternatives ({names}) is "&{a["best"]}&"; "&{a["intervention"]}'
        f'&" against "&{a["comparator"]}&": net monetary benefit {currency} "'
        f'&TEXT({a["nmb"]},"#,##0;-#,##0")&" per person."'
    )


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


def _budget(book: Book, page: Page, row: int) -> int:
    """Two sentences from the budget's cells: what it costs the payer, and who waits."""
    sheet = book.budget
    if sheet is None:
        return row
    currency, new = book.study.jurisdiction.definition.currency, literal(sheet.definition.strategy)

    def last(name: str) -> str:
        return f"INDEX({sheet.area(name)},{YEARS})"

    def figure(cell: str) -> str:
        return f'TEXT({cell},"#,##0;-#,##0")'

    page.heading(row, "Budget impact (live, undiscounted; see Budget)")
    first = f"INDEX({sheet.area('net')},1)"
    cost = (
        f'{new}&" changes the payer\'s costs by {currency} "&{figure(first)}&" in year 1 and by "'
        f'&"{currency} "&{figure(last("net"))}&" in year "&{YEARS}&"."'
    )
    people = (
        f'"In year "&{YEARS}&" "&{figure(last("demand"))}&" people come to want it, "'
        f'&{figure(last("treated"))}&" are treated and "&{figure(last("waiting"))}'
        f'&" wait at its end"'
    )
    for resource in sheet.definition.resources:
        if f"stock {resource.name}" in sheet.lines:
            name = literal(f"; {resource.name} there: ")
            people += f'&{name}&TEXT({last(f"stock {resource.name}")},"#,##0.0")'
    for offset, text in enumerate((cost, f'{people}&"."'), start=1):
        page.formula(row + offset, 1, text, "output", wrap=True)
        page.sheet.merge_cells(f"A{row + offset}:F{row + offset}")
        page.sheet.row_dimensions[row + offset].height = 30
    return row + 3


def _uncertainty(book: Book, page: Page, row: int, sections: Sequence[Section]) -> int:
    """Probabilistic figures of Python, over all draws."""
    run = book.run
    if not book.has("draw"):
        page.heading(row, "Uncertainty")
        page.put(row + 1, 1, spoken(NO_DOUBT, study_units(book.study)))
        return row + 2
    page.live_heading(
        row,
        f'"Uncertainty (computed in Python from {run.settings.draws:,} draws; "&'
        f'IF({book.answers["edits"]}>0,"{AS_DELIVERED}","base case")&")"',
    )
    table, found = run(drawn_summary), run(drawn_comparison)
    table = table[table["strategy"] == f"{found.intervention} v {found.comparator}"]
    means = dict(zip(table["figure"], table["mean"].astype(float), strict=True))
    ratio = found.icer if found.icer == found.icer else "none: see words"
    lines: list[tuple[str, object, str]] = [
        (f"Mean incremental cost ({book.currency})", means["cost"], "money"),
        ("Mean incremental QALYs", means["qaly"], "qaly"),
        ("In words", found.verdict, "text"),
        (f"Ratio of means ({book.currency} per QALY)", ratio, "money"),
        (
            f"Probability {judgement(book.study)} at the base case's threshold",
            run(probability_cost_effective),
            "share",
        ),
        (
            f"Expected value of perfect information per person ({book.currency})",
            run(evpi),
            "money",
        ),
    ]
    if run(population) is not None:
        label = f"The same for all patients whom the decision reaches ({book.currency})"
        lines.append((label, run(population_evpi), "money"))
    for i, (label, value, shape) in enumerate(lines):
        page.put(row + 1 + i, 1, label)
        page.put(row + 1 + i, 2, value, "text", shape)
    row += 1 + len(lines)
    units = study_units(book.study)
    before = f'IF({book.answers["edits"]}>0,"Of the case as delivered: ","")'
    for sentence in added(run) if sections else ():
        text = spoken(sentence, units)
        page.formula(row, 1, f"{before}&{literal(text)}", "text", wrap=True)
        page.sheet.merge_cells(f"A{row}:F{row}")
        page.sheet.row_dimensions[row].height = 15.0 * (1 + len(text) // LINE)
        row += 1
    return row


def _drivers(book: Book, page: Page, row: int) -> int:
    grid, ends = book.one_way, book.run(one_way_ends)
    if not len(ends):
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
            small = (
                min(abs(v) for v in book.run(one_way_ends)["value"].iloc[2 * i : 2 * i + 2]) < 100
            )
            shape = "years" if small and name == "value" else "money"
            page.formula(r, 2 + j, grid.cell(name, 2 * i + end), "link", shape)
    return row + 2 + shown


def _doubts(book: Book, page: Page, row: int) -> int:
    """What the evidence rests on."""
    page.heading(row, "What is weak in the evidence")
    units = study_units(book.study)
    for sentence in rests_on(book.run):
        row += 1
        page.put(row, 1, spoken(sentence, units), wrap=True)
        page.sheet.merge_cells(f"A{row}:F{row}")
    severity = book.study.jurisdiction.definition.severity
    if severity is not None:
        row += 1
        page.put(row, 1, f"Severity classes [{severity.status}]: {severity.source}")
    return row + 2


def _contents(book: Book, page: Page, row: int) -> None:
    page.heading(row, "Sheets")
    for i, sheet in enumerate(book.workbook.worksheets):
        page.link(row + 1 + i, 1, sheet.title)
        purpose = str(sheet["A2"].value)
        page.put(row + 1 + i, 2, purpose, "note", wrap=True)
        page.sheet.merge_cells(f"B{row + 1 + i}:F{row + 1 + i}")
        page.sheet.row_dimensions[row + 1 + i].height = 13.5 * (1 + len(purpose) // NOTE)
    page.sheet.print_area = f"A1:F{page.sheet.max_row}"
