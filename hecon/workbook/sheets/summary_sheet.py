"""Summary: the question, the answer in words built from cells, the criteria, the doubts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.styles import Alignment

from hecon.analyses.base_case import threshold
from hecon.analyses.conclusion import base_conclusion
from hecon.analyses.drawn import drawn_decision, drawn_design, drawn_summary
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.price import price_values
from hecon.report.certainty import NO_DOUBT, best_on_average, often
from hecon.report.conclusions import spread
from hecon.report.content import Section, Sentence, effect, money
from hecon.report.grade import mark, marked, titled
from hecon.report.information_content import perfect_sentence
from hecon.report.language import say
from hecon.report.sections.answer_section import added, rests_on
from hecon.report.sections.budget_impact_section import answers as budget_answers
from hecon.report.sections.information_section import for_all
from hecon.report.sections.price_section import conclusion as price
from hecon.report.short_answers import why_apart, would_turn
from hecon.report.things_called import study_units
from hecon.report.words import spoken
from hecon.version import __version__
from hecon.workbook.context import SELECTABLE, SELECTOR, Book
from hecon.workbook.formula_text import literal
from hecon.workbook.pages import AS_DELIVERED, Page, add_page
from hecon.workbook.sheet_layout import CHECKS, EDITED, INPUTS, SELECTORS
from hecon.workbook.sheets import summary_words as words
from hecon.workbook.sheets.acceptability_sheet import curve_chart, plane_chart, write_acceptability
from hecon.workbook.sheets.budget_years import write_budget
from hecon.workbook.sheets.checks_sheet import write_checks
from hecon.workbook.sheets.inputs_sheet import write_inputs
from hecon.workbook.sheets.totals_sheet import write_totals

TITLE = "Summary"
#: Columns of the sheet, and characters on a line of the texts beside their headings.
WIDTHS = (29.0, 18.0, 18.0, 18.0, 18.0, 18.0)
LINE = 98
#: Characters on a line of the title.
TITLE_LINE = 88
#: The same of the question.
QUESTION_LINE = 125
#: Rows that the charts take, and the columns between which they stand, however wide these are.
CHART, PLACES = 16, ((0, 2), (2, 6))
#: Rows of what is shown, of whether it was edited, of the two flags, and of the answer.
IN_USE, CHANGED, FLAGS, ANSWER = 5, 6, 7, 9
#: Inputs with the widest ranges that are shown.
WIDEST = 5
#: Of a name that must stand on one line.
_SHRUNK = Alignment(vertical="top", shrink_to_fit=True)


@dataclass
class _Lines:
    """Lines of the page in the making: a heading in the first column, its text beside it."""

    book: Book
    page: Page
    row: int
    pythons: list[str] = field(default_factory=list)

    def live(self, label: str, text: str, lines: int = 1, kind: str = "text") -> None:
        """A sentence that is a formula."""
        self._label(label, lines)
        self.page.formula(self.row, 2, text, kind, wrap=True)

    def python(self, label: str, sentences: Sequence[Sentence]) -> None:
        """Sentences of Python's, which say what they are of once a cell is typed over."""
        study = self.book.study
        said = marked(Section("summary", TITLE, tuple(sentences)), study).sentences
        text = " ".join(spoken(sentence, study_units(study)) for sentence in said)
        self._label(label, 1 + len(text) // LINE)
        before = f'IF({EDITED}>0,"As delivered: ","")'
        self.page.formula(self.row, 2, f"{before}&{literal(text)}", "text", wrap=True)
        self.pythons.append(f"A{self.row}:F{self.row}")

    def _label(self, label: str, lines: int) -> None:
        self.row += 1
        self.page.put(self.row, 1, label, "label", wrap=True)
        self.page.sheet.merge_cells(f"B{self.row}:F{self.row}")
        self.page.sheet.row_dimensions[self.row].height = 13.5 * max(lines, 1) + 1.5


def write_summary(book: Book) -> None:
    """Write the sheet, which is one page on paper; without draws it has no charts of them."""
    dated = f"; inputs of {book.study.definition.date}" if book.study.definition.date else ""
    title = titled(book.study, book.study.definition.title)
    page = add_page(
        book.workbook,
        TITLE,
        title,
        f"{book.study.jurisdiction.definition.title}; hecon {__version__}{dated}. Figures follow "
        "what is in use on Inputs; those of Python turn grey once a cell is typed over.",
        orientation="portrait",
    )
    page.widths(*WIDTHS)
    page.put(1, 1, title, "title", wrap=True)
    page.sheet.merge_cells("A1:F1")
    page.sheet.row_dimensions[1].height = 24 * (1 + len(say(title)) // TITLE_LINE)
    _question(book, page)
    _flags(book, page)
    page.heading(ANSWER - 1, "The answer")
    for row, text in enumerate(words.answer(book), start=ANSWER):
        page.formula(row, 1, text, "output", wrap=True)
        page.sheet.merge_cells(f"A{row}:F{row}")
        page.sheet.row_dimensions[row].height = 30
    if book.study.jurisdiction.threshold_values:
        page.sheet.row_dimensions[ANSWER + 1].height = 45
    lines = _Lines(book, page, ANSWER + 1)
    _criteria(lines)
    _doubts(lines)
    row = _table(book, page, lines.row + 2)
    row = _drivers(book, page, row + 1)
    if book.has("draw"):
        acceptability = book.after(write_acceptability).page
        old = "The charts are of the draws as delivered: they do not follow what was typed over."
        page.formula(row, 1, f'IF({EDITED}>0,"{old}","")', "note")
        curves = curve_chart(book, acceptability)
        # five lines below a small chart would leave it no height
        curves.legend.position = "r"
        for chart, (left, right) in zip(
            (plane_chart(book, acceptability), curves), PLACES, strict=True
        ):
            corners = [AnchorMarker(col=c, row=r) for c, r in ((left, row), (right, row + CHART))]
            chart.anchor = TwoCellAnchor("twoCell", _from=corners[0], to=corners[1])
            page.sheet.add_chart(chart)
        row += CHART
    for cells in lines.pythons:
        page.fade(cells, EDITED)
    page.sheet.print_area = f"A1:F{row}"
    page.sheet.page_setup.fitToHeight = 1


def _question(book: Book, page: Page) -> None:
    """The question, between what its answer lies, what is shown, and whether it was edited."""
    question = book.study.definition.question
    page.put(3, 1, question, wrap=True)
    page.sheet.merge_cells("A3:F3")
    page.sheet.row_dimensions[3].height = 14.0 * max(2, 1 + len(say(question)) // QUESTION_LINE)
    if (lead := spread(book.run)) is not None:
        opening = f"{say(mark(book.study))}, {say(AS_DELIVERED)}"
        text = f"{opening}: {spoken(lead, study_units(book.study))}"
        page.put(4, 1, text, "output", wrap=True)
        page.sheet.merge_cells("A4:F4")
        page.sheet.row_dimensions[4].height = 42
    page.link(IN_USE, 1, INPUTS, f"C{SELECTORS}", "Shown (choose on Inputs)")
    mode, scenario, one_way, end, draw = (SELECTOR[name] for name in SELECTABLE)
    shown = f'IF({mode.number}=4,"PSA draw "&TEXT({draw.number},"0"),{mode.typed})'
    if book.has("one_way"):
        side = f'{one_way.typed}&", "&{end.typed}&" end"'
        shown = f'IF({mode.number}=3,"One-way: "&{side},{shown})'
    if book.has("scenario"):
        title = f"INDEX({book.scenarios.span('title')},{scenario.number})"
        shown = f'IF({mode.number}=2,"Scenario "&{scenario.typed}&": "&{title},{shown})'
    page.formula(IN_USE, 2, shown, "output")
    page.link(CHANGED, 1, CHECKS, "C3", "Edited?")
    cells = f'{EDITED}&IF({EDITED}=1," cell"," cells")'
    told = f'"EDITED: "&{cells}&" typed over; what is grey is {AS_DELIVERED}"'
    page.formula(CHANGED, 2, f'IF({EDITED}>0,{told},"no: nothing is typed over")', "check")
    page.warn_if(f"B{CHANGED}:F{CHANGED}", f"{EDITED}>0")
    for row in (IN_USE, CHANGED):
        page.sheet.merge_cells(f"B{row}:F{row}")


def _criteria(lines: _Lines) -> None:
    """Severity, benefit, resources, the price, what would turn it, the budget."""
    book = lines.book
    run = book.run
    means = {}
    if run.get(drawn_design) is not None:
        table, pair = run(drawn_summary), " v ".join(book.study.compared)
        means = table[table["strategy"] == pair].set_index("figure").to_dict("index")
    lines.live("Severity", words.severity(book), 2)
    lines.live("Benefit", words.benefit(book))
    lines.live("Resources", words.resources(book))
    if means:
        values = {
            "low": effect(means["qaly"]["low"]),
            "high": effect(means["qaly"]["high"]),
            "less": money(means["cost"]["low"]),
            "more": money(means["cost"]["high"]),
        }
        text = "95 % of the draws: {low} to {high} {effects} and {less} to {more} per person."
        lines.python("How wide", [Sentence(text, values)])
    if run.get(price_values) is not None:
        lines.python("Price at which it changes", price(run))
    if (turn := would_turn(run)) is not None:
        lines.python("What would have to be true", [turn])
    if book.after(write_budget) is not None:
        lines.live("Budget", words.budget(book), 3)


def _doubts(lines: _Lines) -> None:
    """How sure it all is, why draws differ from the base case, what is weak in the evidence."""
    book = lines.book
    run = book.run
    if run.get(drawn_design) is None:
        lines.python("How sure", [NO_DOUBT])
    else:
        sure = often(run) if run(base_conclusion).pairwise else best_on_average(run)
        lines.python("How sure", [sure])
        if (apart := why_apart(run)) is not None:
            lines.python("Draws and base case", [apart])
        told = [perfect_sentence(run(drawn_decision), run(threshold)), *for_all(run)]
        told += [s for s in added(run) if book.sections and s not in budget_answers(run)]
        lines.python("What knowing more is worth", told)
    weak = [s for s in rests_on(run) if "Not read" not in s.template]
    lines.python("What is weak", weak)


def _flags(book: Book, page: Page) -> None:
    """The two flags: sound, and equal to Python's run."""
    page.link(FLAGS, 1, CHECKS, "A1", "The model is sound")
    flags = book.after(write_checks)
    page.formula(FLAGS, 2, flags.sound, "check", "flag")
    page.put(FLAGS, 3, "It equals Python's run:", "label")
    page.formula(FLAGS, 5, flags.equal, "check")
    page.sheet.merge_cells(f"C{FLAGS}:D{FLAGS}")
    page.sheet.merge_cells(f"E{FLAGS}:F{FLAGS}")
    page.warn(f"B{FLAGS}", "FALSE")
    page.warn(f"E{FLAGS}", '"no"')


def _table(book: Book, page: Page, row: int) -> int:
    totals, strategies = book.after(write_totals).totals, book.strategies
    page.headings(
        row,
        ["Strategy", f"Cost ({book.currency})", "QALYs", "Life-years", "Can be chosen"],
    )
    for i, strategy in enumerate(strategies):
        r = row + 1 + i
        page.put(r, 1, book.study.label(strategy)).alignment = _SHRUNK
        for j, (name, shape) in enumerate(
            (("cost", "money"), ("qaly", "qaly"), ("life_years", "qaly"))
        ):
            page.formula(r, 2 + j, f"INDEX({totals[name, True]},{i + 1})", "output", shape)
        page.put(r, 5, "yes" if strategy in book.study.options else "no")
    return row + len(strategies) + 1


def _drivers(book: Book, page: Page, row: int) -> int:
    grid, ends = book.one_way, book.run(one_way_ends)
    if not len(ends):
        return row
    page.live_heading(
        row, f'"What drives the result: the widest ranges"&IF({EDITED}>0,", {AS_DELIVERED}","")'
    )
    currency = book.currency
    names = [
        "Parameter",
        "",
        "Low",
        "High",
        f"NMB at low ({currency})",
        f"NMB at high ({currency})",
    ]
    page.headings(row + 1, names)
    inputs = book.after(write_inputs)
    shown = min(WIDEST, grid.rows // 2)
    for i in range(shown):
        r = row + 2 + i
        name = grid.cell("parameter", 2 * i)
        page.formula(r, 1, f"INDEX({inputs.labels},MATCH({name},{inputs.names},0))", "link")
        page.sheet.cell(r, 1).alignment = _SHRUNK
        page.sheet.merge_cells(f"A{r}:B{r}")
        for j, (name, end) in enumerate((("value", 0), ("value", 1), ("nmb", 0), ("nmb", 1))):
            small = min(abs(v) for v in ends["value"].iloc[2 * i : 2 * i + 2]) < 100
            shape = "years" if small and name == "value" else "money"
            page.formula(r, 3 + j, grid.cell(name, 2 * i + end), "link", shape)
    page.fade(f"A{row + 1}:F{row + 1 + shown}", EDITED)
    return row + 2 + shown
