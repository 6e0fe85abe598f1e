"""Sessions: treatment courses line by line, live into costs, effects and quantities."""

from dataclasses import dataclass, field

from hecon.engine.expression import Expr
from hecon.studies.course import Session, TreatmentCourse
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import EDITS, Counted, Layout, letter
from hecon.workbook.sheets.session_places import (
    DERIVED,
    FIXED,
    TITLE,
    first_session,
    session_heads,
)
from hecon.workbook.sheets.trace_lines import mean_factor, reached
from hecon.workbook.sheets.trace_sheet import write_traces


@dataclass(frozen=True)
class SessionTotals:
    """Where Sessions sums up, per person who starts."""

    #: Address of a course item's total by (strategy, kind, item, discounted).
    amounts: dict[tuple[str, str, str, bool], str] = field(default_factory=dict)
    #: Address of a quantity's total by (strategy, name).
    quantities: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Cells of the discounted total of what the price is paid for, all strategies, by name.
    discounted: dict[str, str] = field(default_factory=dict)

    def of(self, strategy: str, kind: str, discounted: bool) -> list[str]:
        """Totals of a strategy's items of a kind."""
        wanted = (strategy, kind, discounted)
        return [at for (s, k, _, d), at in self.amounts.items() if (s, k, d) == wanted]


def write_sessions(book: Book) -> SessionTotals:
    """Write the sheet, if there are courses; lines that start later need the traces."""
    course, found = book.study.course, SessionTotals()
    if course is None:
        return found
    if course.starts:
        book.after(write_traces)
    first = first_session(course)
    page = add_page(
        book.workbook,
        TITLE,
        "Sessions",
        "Treatment courses session by session: change hours, staff, weeks or prices and the costs "
        "follow. Amounts are per person who starts, after attendance. In a line that starts later "
        "cycle and year count from its start, 'in the horizon' is the share of those who start the "
        "strategy that gets as far, and discount factors are means over their starts.",
    )
    columns = session_heads(course)
    page.widths(44, 14, 26, *([14.0] * (len(columns) - 6)), 40, 24, 40)
    page.headings(first - 1, columns)
    # what goes in; what comes out of it, sources and notes stay on screen
    given, last = len(FIXED) + len(course.columns), first - 1 + len(course.sessions)
    page.printed = letter(given)
    page.print_to(last)
    for i, session in enumerate(course.sessions):
        _session(book, course, page, columns, first + i, session, first, last)
    quantities = [letter(columns.index(n) + 1) for n in ("week", "included", *course.columns)]
    page.allow("any", [f"{c}{first}:{c}{last}" for c in quantities])
    numbers = [letter(columns.index(n) + 1) for n in ("session", "line")]
    page.allow("positive", [f"{c}{first}:{c}{last}" for c in numbers])
    row = 4
    page.headings(row, ["Per person who starts", *book.strategies])
    names = f"$A${first}:$A${last}"
    lines = [
        (f"{i.item}, {i.kind}", i.item, i.kind, d) for i, _ in course.items for d in (True, False)
    ]
    for heading, item, kind, discounted in lines:
        row += 1
        word = "discounted" if discounted else "undiscounted"
        page.put(row, 1, f"{item} ({'QALY' if kind == 'qaly' else book.currency}, {word})")
        c = letter(columns.index(heading) + 1)
        rate = letter(
            columns.index("discount factor, cost" if kind == "cost" else "discount factor, effect")
            + 1
        )
        for j, strategy in enumerate(book.strategies):
            head = f"${letter(2 + j)}$4"
            amounts = f"${c}${first}:${c}${last}"
            if discounted:
                text = f"SUMPRODUCT(({names}={head})*{amounts}*${rate}${first}:${rate}${last})"
            else:
                text = f"SUMPRODUCT(({names}={head})*{amounts})"
            page.formula(row, 2 + j, text, "output", "money" if kind == "cost" else "exact")
            found.amounts[strategy, kind, item, discounted] = page.ref(row, 2 + j)
    price = book.study.definition.price
    rate = letter(columns.index("discount factor, cost") + 1)
    for entry, _ in course.quantities:
        c = letter(columns.index(f"{entry.name}, quantity") + 1)
        words = ["", *([", discounted"] if price and price.quantity == entry.name else [])]
        for word in words:
            row += 1
            page.put(row, 1, f"{entry.label or entry.name} ({entry.unit}){word}")
            factor = f"*${rate}${first}:${rate}${last}" if word else ""
            for j in range(len(book.strategies)):
                head = f"${letter(2 + j)}$4"
                text = f"SUMPRODUCT(({names}={head})*${c}${first}:${c}${last}{factor})"
                page.formula(row, 2 + j, text, "output", "number")
                if not word:
                    found.quantities[book.strategies[j], entry.name] = page.ref(row, 2 + j)
            if word:
                last_column = letter(1 + len(book.strategies))
                found.discounted[entry.name] = f"'{TITLE}'!$B${row}:${last_column}${row}"
    return found


def at_cycle(layout: Layout, name: str, cycle: str, counted: Counted = False) -> str:
    """A column of Time in a cycle, or in the last one for what is later."""
    column = layout.time_column(name, counted)
    return f"INDEX({column},MIN({cycle},{layout.fixed['cycles']})+1)"


def cycle_of(layout: Layout, week: str, cycle: str, counted: Counted = True) -> dict[str, str]:
    """Formulas of the number, the start and the discounting of the cycle that a week is in."""
    fixed = layout.fixed
    if ("cycle_years", False) in layout.times:
        ends = layout.time_column("end_week")
        return {
            "cycle": f"MAX(SUMPRODUCT(({ends}+{fixed['tolerance']}<{week})*1),1)",
            "year": at_cycle(layout, "year", cycle),
            "discount_time": at_cycle(layout, "discount_time", cycle, counted),
        }
    weeks = f"({fixed['weeks_per_year']}*{fixed['cycle_years']})"
    return {
        "cycle": f"MAX(-INT(-({week}/{weeks}-{fixed['tolerance']})),1)",
        "year": f"({cycle}-1)*{fixed['cycle_years']}",
        "discount_time": f"({cycle}-1+{layout.setting('moment', counted)})*{fixed['cycle_years']}",
    }


def _session(
    book: Book,
    course: TreatmentCourse,
    page: Page,
    columns: list[str],
    row: int,
    session: Session,
    first: int,
    last: int,
) -> None:
    def at(name: str) -> str:
        return f"${letter(columns.index(name) + 1)}{row}"

    def column(name: str) -> str:
        c = letter(columns.index(name) + 1)
        return f"${c}${first}:${c}${last}"

    layout, model = book.layout, book.study.model
    here = {name: at(name) for name in course.columns}
    here |= {n: at(n) for n in ("session", "line", "week", "included", "n_sessions", "attendance")}
    here |= {n: at(n) for n in ("cycle", "year", "discount_time")}
    if model.cycles_differ:
        here["cycle_years"] = at_cycle(layout, "cycle_years", at("cycle"))
    if model.start_age is not None:
        here["age"] = f"({book.scope(None, TITLE).formula(model.start_age)}+{at('year')})"
    inputs = book.scope(session.strategy, TITLE)
    formulas = book.scope(session.strategy, TITLE, here=here)
    costs = layout.counted("cost")
    paid = dict(here)
    if costs is not True:
        # costs are discounted by their own rule
        then = cycle_of(layout, at("week"), at("cycle"), costs)["discount_time"]
        paid["discount_time"] = f"({then})"
    clocks = {
        kind: book.scope(session.strategy, TITLE, counted=counted, here=names)
        for kind, counted, names in (("cost", costs, paid), ("qaly", True, here))
    }
    cells: dict[str, Expr] = {
        "week": session.week,
        "included": session.included,
        **session.quantities,
    }
    page.put(row, 1, session.strategy)
    page.put(row, 2, session.number, "input", "count")
    page.put(row, 3, session.kind)
    page.put(row, columns.index("line") + 1, session.line, "input", "count")
    for name, expr in cells.items():
        position = columns.index(name) + 1
        if expr.op == "const":
            page.put(row, position, expr.value, "input")
        else:
            page.formula(row, position, inputs.formula(expr), "link")
            page.watch(row, position, book.scope(session.strategy, EDITS).formula(expr))
    cycle = at("cycle")
    derived = {
        "n_sessions": f"SUMIFS({column('included')},{column('strategy')},$A{row},"
        f'{column("line")},{at("line")},{column("session")},">0")',
        "attendance": formulas.formula(course.attendance),
        **cycle_of(layout, at("week"), cycle),
        "in the horizon": f"IF({cycle}<={layout.fixed['cycles']},1,0)",
        "discount factor, cost": clocks["cost"].formula(model.discount_cost),
        "discount factor, effect": clocks["qaly"].formula(model.discount_effect),
    }
    if session.line in course.starts:
        begun = (book, session.strategy, session.line, cycle)
        derived["in the horizon"] = reached(*begun)
        for kind in ("cost", "effect"):
            factor = mean_factor(*begun, kind, at("in the horizon"))
            derived[f"discount factor, {kind}"] = factor
    for name, text in derived.items():
        page.formula(row, columns.index(name) + 1, text, "formula", DERIVED[name])
    share = f"{at('in the horizon')}*{at('included')}*{at('attendance')}"
    for item, amount in course.items:
        heading = f"{item.item}, {item.kind}"
        shape = "money" if item.kind == "cost" else "exact"
        text = f"{share}*({clocks[item.kind].formula(amount)})"
        page.formula(row, columns.index(heading) + 1, text, "formula", shape)
    for kind in ("cost", "qaly"):
        parts = [at(f"{i.item}, {i.kind}") for i, _ in course.items if i.kind == kind]
        if parts:
            shape = "money" if kind == "cost" else "exact"
            page.formula(row, columns.index(f"all {kind}") + 1, "+".join(parts), "formula", shape)
    for entry, amount in course.quantities:
        text = f"{share}*({formulas.formula(amount)})"
        position = columns.index(f"{entry.name}, quantity") + 1
        page.formula(row, position, text, "formula", "number")
    for name, value in (
        ("source", session.source),
        ("status", session.status),
        ("note", session.note),
    ):
        page.put(row, columns.index(name) + 1, value)
