"""Years of equal value: added life-years count alike, cycle by cycle and live."""

from dataclasses import dataclass

from hecon.analyses.other_effects import EQUAL_VALUE
from hecon.report.grade import marked_title
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import TIME, trace_title
from hecon.workbook.sheets.totals_sheet import write_totals
from hecon.workbook.sheets.trace_amounts import GAINED, LIVED
from hecon.workbook.sheets.trace_places import Columns
from hecon.workbook.sheets.trace_sheet import write_traces

TITLE = "Equal value"
#: Cells at the top, one below the other.
_TOP = 4
_INTERVENTION, _FIRST, _COMPARATOR, _SECOND, _UTILITY, _STARTS = range(_TOP, _TOP + 6)


@dataclass(frozen=True)
class EqualValueAddresses:
    """Years of equal value of the intervention in use, and QALYs of the comparator, discounted."""

    intervention: str
    comparator: str


def write_equal_value(book: Book) -> EqualValueAddresses:
    """Write the sheet for the pair in use; the jurisdiction must have such a rule."""
    rule = book.study.jurisdiction.definition.equal_value
    assert rule is not None
    page = add_page(
        book.workbook,
        TITLE,
        marked_title("Equal value of life-years"),
        "In each cycle the life-years that both strategies have count as the intervention's QALYs "
        "do; those that it adds all count the same.",
        f"A{book.layout.first}",
    )
    page.widths(34, *([18.0] * 4))
    results = book.after(write_totals)
    names = results.names
    tops = (
        ("Intervention", book.compared("intervention")),
        ("Its place on Results", f"MATCH($B${_INTERVENTION},{names},0)"),
        ("Comparator", book.compared("comparator")),
        ("Its place on Results", f"MATCH($B${_COMPARATOR},{names},0)"),
    )
    for row, (label, text) in enumerate(tops, start=_TOP):
        page.put(row, 1, label)
        page.formula(row, 2, text, "link")
    page.put(_UTILITY, 1, "What an added life-year counts")
    page.put(_UTILITY, 2, rule.utility, "text", "exact")
    page.put(_UTILITY, 3, f"[{rule.status}] {rule.source}", "note")
    page.put(_STARTS, 1, "QALYs at the start, intervention")
    page.formula(_STARTS, 2, f"CHOOSE($B${_FIRST},{','.join(_starts(book))})")
    return EqualValueAddresses(
        _cycles(book, page), f"INDEX({results.totals['qaly', True]},{page.ref(_SECOND, 2)})"
    )


def _starts(book: Book) -> list[str]:
    """One-off effects at the start, by strategy."""
    traces = book.after(write_traces)
    by_strategy = [
        [at for (s, kind, _), at in traces.starts.items() if (s, kind) == (strategy, "qaly")]
        for strategy in book.strategies
    ]
    return ["+".join(parts) or "0" for parts in by_strategy]


def _cycles(book: Book, page: Page) -> str:
    """Cycle by cycle; gives the address of the total."""
    layout = book.layout
    columns = Columns(page, layout.first, layout.rows)
    traced = book.after(write_traces).columns

    def chosen(what: str, place: int, row: int) -> str:
        areas = [traced[trace_title(s), what][0] for s in book.strategies]
        cells = [f"{area.rpartition('!')[0]}!${area.split('$')[1]}{row}" for area in areas]
        return f"CHOOSE($B${place},{','.join(cells)})"

    columns.add("cycle", lambda t, row: f"'{TIME}'!$A{row}", "count")
    columns.add("QALYs, intervention", lambda t, row: chosen(GAINED, _FIRST, row), "exact")
    columns.add("life-years, intervention", lambda t, row: chosen(LIVED, _FIRST, row), "exact")
    columns.add("life-years, comparator", lambda t, row: chosen(LIVED, _SECOND, row), "exact")

    def equal(t: int, row: int) -> str:
        added = f"$B${_UTILITY}*($C{row}-$D{row})"
        return f"IF($C{row}>$D{row},$B{row}*$D{row}/$C{row}+{added},$B{row})"

    column = columns.add(f"{EQUAL_VALUE}s, intervention", equal, "exact")
    area = page.span(5, layout.first, layout.first + layout.rows - 1)
    factors = layout.time_column("discount_effect", layout.counted("qaly"))
    page.formula(
        layout.first - 2, 5, f"SUMPRODUCT({area},{factors})+$B${_STARTS}", "output", "qaly"
    )
    page.put(layout.first - 2, 4, "total, discounted", "note")
    # the cycles stay on screen
    page.sheet.print_area = f"A1:E{layout.first - 1}"
    return f"'{TITLE}'!${column}${layout.first - 2}"
