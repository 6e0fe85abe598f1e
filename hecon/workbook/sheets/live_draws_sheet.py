"""Live draws: a what-if data table in which the workbook works out its draws after an edit.

The table is one column, so that each draw is worked out once: a text holds all figures of a draw,
as whole numbers of small steps, since decimals in a text are read as the reader's country does.
"""

from dataclasses import dataclass, replace

from hecon.engine.model import key_text
from hecon.parameters.design import base_values
from hecon.report.grade import marked_title
from hecon.workbook.context import UNCERTAINTY, Book, SheetTable
from hecon.workbook.formula_text import quoted
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import EDITED, letter
from hecon.workbook.sheet_rows import ends
from hecon.workbook.sheets.acceptability_sheet import FIRST, STEPS, share_best
from hecon.workbook.sheets.increments_sheet import (
    QALY_LABEL,
    WORDS_LABEL,
    cost_label,
    gap,
    icer_label,
    in_words,
    ratio,
    write_increments,
)
from hecon.workbook.sheets.live_places import DRAWS_HEAD, NUMBER, TITLE, LivePlaces, place_live
from hecon.workbook.sheets.live_table import write_packing, write_table
from hecon.workbook.sheets.severity_sheet import write_severity
from hecon.workbook.styles import fitting

#: The state in which the figures are those of the inputs.
UP_TO_DATE = "up to date"
#: Row of the first results, whose headings stand beside those of the draws.
RESULTS = DRAWS_HEAD - 1


_HOW = (
    "In Excel press F9 after an edit on any sheet: the whole workbook works out one draw after the "
    "other. All other sheets follow at once, as always.",
    "LibreOffice works them out by itself when this sheet is looked at or the file is saved, some "
    "seconds a draw of a large model.",
    "An input that is typed over, or whose estimate moves, is fixed at what it is now; all others "
    "follow their draws. They are listed at the right.",
    "So does hecon run --set. Of an edited workbook, hecon run moves the input's distribution, and "
    "takes all draws.",
)

#: Cells of mean costs and QALYs, by kind and strategy.
Means = dict[tuple[str, str], str]


@dataclass(frozen=True)
class _Rests:
    """Where the sheet says what each draw rests on, and which of its own figures these are."""

    page: Page
    row: int
    own: tuple[str, ...]


def write_live_draws(book: Book) -> _Rests | None:
    """Write the sheet, if draws were asked for, all but the cell that `rest_on_all` fills."""
    places = book.after(place_live)
    if places is None:
        return None
    table = places.table
    page = add_page(
        book.workbook,
        TITLE,
        marked_title("Live draws"),
        f"The first {table.rows:,} draws, worked out by the workbook itself: in Excel press F9 "
        "after an edit.",
        orientation="portrait",
    )
    page.widths(64, *([17.0] * (table.left - 2)), 3, *([13.0] * (len(table.columns) + 1)))
    page.printed = letter(table.left - 1)
    tolerance = book.layout.fixed["tolerance"]
    state = _state(page, table, tolerance)
    means, row = _means(book, page, table)
    row = _comparison(book, page, means, row)
    limits, row = _by_threshold(book, page, table, means, row)
    page.fade(f"A{RESULTS}:{page.printed}{row - 1}", f'({state}<>"{UP_TO_DATE}")*1')
    packing, row = write_packing(book, page, row + 1)
    page.print_to(row)
    write_table(book, page, places, packing)
    flags = _inputs(book, page, places, tolerance)
    book.workbook.calculation.calcMode = "autoNoTable"
    return _Rests(page, row - 2, (limits, *flags))


def rest_on_all(book: Book) -> None:
    """Let each draw rest on all figures of other sheets, once these are written.

    Once LibreOffice has worked out a data table, cells that rest on the table's number no longer
    follow an edit unless the table rests on them.
    """
    rests = book.after(write_live_draws)
    if rests is None:
        return
    others = [
        f"{quoted(page.title)}!$A$1:${letter(column)}${row}"
        for page in book.workbook.pages
        if page is not rests.page
        for row, column in [ends(page.sheet, page.filled)]
    ]
    # engines differ in whether TRUE is a number, so the count itself is of no use
    count = "+".join(f"COUNT({area})" for area in (*others, *rests.own))
    rests.page.formula(rests.row, 2, f"0*({count})", "formula", "count")


def _state(page: Page, table: SheetTable, tolerance: str) -> str:
    """The number that draws take the place of, and whether figures are up to date: its cell."""
    page.heading(NUMBER - 1, "Whether the figures are those of the inputs")
    page.put(NUMBER, 1, "Draw shown by the whole workbook (0: what Inputs chooses); leave it at 0")
    page.put(NUMBER, 2, 0, "link", "count")
    page.allow("nothing", [f"B{NUMBER}"])
    page.put(NUMBER + 1, 1, f"Draws worked out, of {table.rows:,}")
    held = f"SUMPRODUCT(({table.span('draw')}={table.span('held')})*1)"
    page.formula(NUMBER + 1, 2, held, "formula", "count")
    page.put(NUMBER + 2, 1, "The figures below are", "output")
    ends = letter(table.column("held")), letter(table.left + len(table.columns))
    live, last = (
        f"${ends[0]}${row}:${ends[1]}${row}" for row in (table.first - 2, table.first - 1)
    )
    moved = _apart(last, live, tolerance)
    text = (
        f"IF(AND(ISNUMBER($B${NUMBER}),$B${NUMBER}=0),IF($B${NUMBER + 1}=ROWS({table.span('draw')})"
        f',IF({moved}=0,"{UP_TO_DATE}","of inputs before the last edit: press F9"),'
        '"not worked out: press F9"),"of no use: type 0 into the cell above")'
    )
    state = f"$B${NUMBER + 2}"
    page.formula(NUMBER + 2, 2, f'IFERROR({text},"not worked out: press F9")', "output", "text")
    page.warn_if(state, f'{state}<>"{UP_TO_DATE}"')
    for row, line in enumerate(_HOW, start=NUMBER + 3):
        page.put(row, 1, line, "note")
    return state


def _means(book: Book, page: Page, table: SheetTable) -> tuple[Means, int]:
    """Mean costs and QALYs, and Python's of the same draws as delivered; the next free row."""
    page.heading(RESULTS, f"Means of {table.rows:,} draws, discounted")
    page.headings(RESULTS + 1, ["", *(book.study.label(s) for s in book.strategies)])
    python = replace(book.draws, rows=table.rows)
    row, found, gaps = RESULTS + 1, {}, []
    for what, shape in (("cost", "money"), ("qaly", "qaly")):
        unit = f"Costs ({book.currency})" if what == "cost" else "QALYs"
        for label, source, kind in (
            (unit, table, "output"),
            (f"{unit}, as delivered, Python", python, "link"),
        ):
            row += 1
            page.put(row, 1, label)
            for j, strategy in enumerate(book.strategies):
                mean = f"AVERAGE({source.span(f'{what} {strategy}')})"
                page.formula(row, 2 + j, mean, kind, shape)
                found[what, strategy] = f"${letter(2 + j)}${row - (source is python)}"
        both = [f"'{TITLE}'!$B${r}:${letter(1 + len(book.strategies))}${r}" for r in (row - 1, row)]
        gaps.append(f"{_apart(both[0], both[1], book.layout.fixed['tolerance'])}=0")
    row += 1
    page.put(row, 1, "They equal Python's of the same draws")
    equal = f'IF(AND({",".join(gaps)}),"yes","no")'
    page.formula(row, 2, f'IF({EDITED}>0,"edited: not comparable",{equal})', "check", "text")
    return found, row + 2


def _apart(one: str, other: str, tolerance: str) -> str:
    """How many cells of an area differ from those of another by more than rounding."""
    gap = f"({one}-{other})"
    return f"SUMPRODUCT(({gap}*{gap}>{tolerance}*{tolerance}*(1+{other}*{other}))*1)"


def _comparison(book: Book, page: Page, means: Means, row: int) -> int:
    """The increments of the pair compared; the next free row."""
    a, b = book.study.compared
    page.heading(row, f"{book.study.label(a)} against {book.study.label(b)}")
    cost, effect, verdict = (f"$B${row + i}" for i in range(1, 4))
    lines = (
        (
            cost_label(book),
            gap(book, means["cost", a], means["cost", b]),
            "money",
        ),
        (QALY_LABEL, gap(book, means["qaly", a], means["qaly", b]), "qaly"),
        (WORDS_LABEL, in_words(cost, effect), "text"),
        (
            icer_label(book),
            ratio(verdict, cost, effect),
            "money",
        ),
    )
    for label, text, shape in lines:
        row += 1
        page.put(row, 1, label)
        page.formula(row, 2, text, "output", shape)
    return row + 2


def _by_threshold(
    book: Book, page: Page, table: SheetTable, means: Means, row: int
) -> tuple[str, int]:
    """How often each option is best, and what is gained on average.

    Gives the cells of what a QALY may cost, and the next free row.
    """
    options, (a, b) = book.study.options, book.study.compared
    page.heading(row, "By what a QALY may cost: share of draws in which each option is the best")
    row += 1
    page.headings(
        row,
        [
            "",
            f"value of a QALY ({book.currency})",
            *map(book.study.label, options),
            f"expected net monetary benefit ({book.currency})",
        ],
    )
    severity, stated = book.after(write_severity), book.after(write_increments).stated
    limits = [("Threshold in use", severity.threshold)]
    limits += [(f"Threshold {i}", cell) for i, (cell, _) in enumerate(stated, start=1)]
    limits += [("", f"'{UNCERTAINTY}'!$A${FIRST + i}") for i in range(STEPS)]
    first = row + 1
    for label, cell in limits:
        row += 1
        page.put(row, 1, label)
        page.formula(row, 2, cell, "link", "money")
        for j, option in enumerate(options):
            text = share_best(table, options, option, f"$B{row}")
            page.formula(row, 3 + j, text, "output", "share")
        effect = f"({means['qaly', a]}-{means['qaly', b]})"
        text = f"$B{row}*{effect}-({means['cost', a]}-{means['cost', b]})"
        page.formula(row, 3 + len(options), text, "output", "money")
    return f"$B${first}:$B${row}", row + 2


def _inputs(book: Book, page: Page, places: LivePlaces, tolerance: str) -> list[str]:
    """Which inputs follow their draws: those whose base value is as it was delivered.

    Gives the columns of what they are now, and of whether they follow.
    """
    names = ["input", "as delivered", "now", "follows its draws (1) or is fixed (0)"]
    page.headings(DRAWS_HEAD, names, places.listed)
    values = base_values(book.study.parameters)
    delivered, now = (letter(places.listed + i) for i in (1, 2))
    for key, row in places.drawn.items():
        shape = fitting(values[key])
        page.put(row, places.listed, key_text(key))
        page.put(row, places.listed + 1, values[key], "text", shape)
        base = book.layout.cells[key].replace("$C$", "$D$")
        page.formula(row, places.listed + 2, base, "link", shape)
        close = f"ABS({now}{row}-{delivered}{row})<={tolerance}*ABS({delivered}{row})"
        page.formula(row, places.listed + 3, f"IF({close},1,0)", "check", "count")
    rows = list(places.drawn.values())
    page.warn(f"{letter(places.listed + 3)}{rows[0]}:{letter(places.listed + 3)}{rows[-1]}", "0")
    ends = [letter(places.listed + i) for i in (2, 3)]
    return [f"${column}${rows[0]}:${column}${rows[-1]}" for column in ends]
