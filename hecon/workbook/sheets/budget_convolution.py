"""Budget flows: what a patient costs, gains and uses by period, and how many come that far."""

from collections.abc import Mapping
from dataclasses import dataclass

from hecon.engine.model import Payoff
from hecon.studies.budget import BudgetDefinition, Paid
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import BUDGET_QUEUE, letter
from hecon.workbook.sheets.budget_queue import (
    FIRST_YEAR,
    MONTHS,
    PERIODS,
    STARTS,
    YEARS,
    YEARS_ROW,
    QueueAddresses,
)
from hecon.workbook.sheets.session_places import session_columns
from hecon.workbook.sheets.trace_places import Columns
from hecon.workbook.sheets.trace_sheet import write_traces

TITLE = BUDGET_QUEUE
#: Columns of the sheet to the left of the flows.
LEFT = 18
#: The column of periods since a patient's start.
SINCE = f"${letter(LEFT + 1)}"


@dataclass(frozen=True)
class Spread:
    """Where the sheet has what: columns of flows a patient, and of people who come that far."""

    items: tuple[str, ...]  #: Items of the model's costs that the budget counts.
    #: A column by (strategy, kind, name): ``cost`` of an item, ``effect`` without a name,
    #: ``quantity``; ``paid`` of what is paid by month.
    flows: Mapping[tuple[str, str, str], str]
    reached: Mapping[tuple[str, int], str]  #: A column by series of starts and year.

    def of(self, series: str, year: int, strategy: str, kind: str, name: str = "") -> str:
        """What people of a series of starts cause in a year: a sum of products."""
        flow = self.flows.get((strategy, kind, name))
        return f"SUMPRODUCT({self.reached[series, year]},{flow})" if flow else "0"


def write_budget_flows(book: Book, page: Page, places: QueueAddresses) -> Spread:
    """Write right of the months: a row for the start and one for each period, as on the traces."""
    budget, layout = book.study.budget, book.layout
    assert budget is not None
    definition = budget.definition
    text = (
        "Budget flows, live: undiscounted amounts a patient from the traces and sessions, by "
        "period since the start, then people who are that far in each year. Their products are a "
        "year's amounts."
    )
    page.put(layout.first - 2, LEFT + 1, text, "note")
    page.parts["Budget flows"] = f"{letter(LEFT + 1)}{layout.first - 2}"
    rows = places.periods + 1
    table = Columns(page, layout.first, rows, LEFT + 1)
    table.add(
        "period since the start", lambda t, row: "0" if t == 0 else f"{SINCE}{row - 1}+1", "count"
    )
    items = _items(book, definition)
    flows: dict[tuple[str, str, str], str] = {}

    def area(column: str) -> str:
        return f"'{TITLE}'!${column}${layout.first}:${column}${layout.first + rows - 1}"

    for strategy in dict.fromkeys((definition.strategy, *definition.without)):
        wanted = [("cost", item) for item in items] + [("effect", "")]
        if book.study.course is not None:
            wanted += [("quantity", q.name) for q, _ in book.study.course.quantities]
        for kind, name in wanted:
            if not _parts(book, strategy, kind, name):
                continue
            heading = f"{strategy}: {name or 'QALYs'}"

            def cell(t: int, row: int, s: str = strategy, k: str = kind, n: str = name) -> str:
                return _flow(book, s, k, n, t, row)

            shape = "money" if kind == "cost" else "exact"
            flows[strategy, kind, name] = area(table.add(heading, cell, shape))
    for entry, paid in _by_month(definition):

        def lasting(t: int, row: int, entry: str = entry) -> str:
            month, months = (places.cell(f"{entry}.{n}") for n in ("month", "months"))
            left = f"MIN({MONTHS},{months}-({SINCE}{row}-1)*{MONTHS})"
            return "0" if t == 0 else f"{month}*MAX(0,{left})"

        column = table.add(f"{definition.strategy}: {paid.item}", lasting, "money")
        flows[definition.strategy, "paid", paid.item] = area(column)
    reached: dict[tuple[str, int], str] = {}
    for series in STARTS:
        for year in range(1, places.years + 1):

            def come(t: int, row: int, series: str = series, year: int = year) -> str:
                return _come(places, series, year, row)

            column = table.add(f"{series}, year {year}: people this far", come, "number")
            reached[series, year] = area(column)
    for position in range(LEFT + 1, table.next):
        page.sheet.column_dimensions[letter(position)].width = 13.0
    return Spread(items, flows, reached)


def _items(book: Book, definition: BudgetDefinition) -> tuple[str, ...]:
    replaced = {paid.item for paid in definition.instead_of}
    costs = (p.item for p in book.study.model.payoffs if p.kind == "cost")
    return tuple(dict.fromkeys(item for item in costs if item not in replaced))


def _by_month(definition: BudgetDefinition) -> list[tuple[str, Paid]]:
    """What is paid for months after a patient's start."""
    entries = [(f"instead_of[{p.item}]", p) for p in definition.instead_of]
    entries += [(f"beside[{p.item}]", p) for p in definition.beside]
    return [(entry, paid) for entry, paid in entries if paid.month != "0"]


def _running(book: Book, strategy: str, kind: str, name: str) -> list[Payoff]:
    own = "qaly" if kind == "effect" else kind
    return [
        p
        for p in book.study.model.payoffs_of(strategy)
        if p.on != "once" and p.kind == own and (kind == "effect" or p.item == name)
    ]


def _course(book: Book, kind: str, name: str) -> list[str]:
    """Columns of Sessions that count."""
    assert book.study.course is not None
    columns = session_columns(book.study.course)
    if kind == "quantity":
        return [columns.quantities[name]]
    area = columns.amounts.get("qaly") if kind == "effect" else columns.items.get((kind, name))
    return [area] if area else []


def _starting(book: Book, strategy: str, kind: str, name: str) -> list[str]:
    own = "qaly" if kind == "effect" else kind
    return [
        at
        for (s, k, item), at in book.after(write_traces).starts.items()
        if (s, k) == (strategy, own) and (kind == "effect" or item == name)
    ]


def _parts(book: Book, strategy: str, kind: str, name: str) -> bool:
    """Whether a strategy has anything of the kind."""
    course = book.study.course
    sessions = course is not None and bool(course.of(strategy)) and _course(book, kind, name)
    return bool(
        _running(book, strategy, kind, name) or sessions or _starting(book, strategy, kind, name)
    )


def _flow(book: Book, strategy: str, kind: str, name: str, t: int, row: int) -> str:
    """A patient's amount in a period, from the trace, the sessions and, at first, the start."""
    trace = book.after(write_traces).amounts[strategy]
    found = [
        trace.elsewhere(t, row, payoff, "budget") for payoff in _running(book, strategy, kind, name)
    ]
    if book.study.course is not None:
        columns = session_columns(book.study.course)
        found += [
            f'SUMIFS({area},{columns.strategy},"{strategy}",{columns.cycle},{SINCE}{row})'
            for area in _course(book, kind, name)
        ]
    if t == 0:
        found += _starting(book, strategy, kind, name)
    return "+".join(part for part in found if part != "0") or "0"


def _come(places: QueueAddresses, series: str, year: int, row: int) -> str:
    """How many are in the row's period since their start in some period of the year.

    The start itself belongs to the first period.
    """
    since = f"MAX({SINCE}{row},1)"
    total = places.column(f"sum {series}")
    head = f"'{BUDGET_QUEUE}'!${letter(FIRST_YEAR + year - 1)}${YEARS_ROW}"
    until = f"MAX({head}*{PERIODS}-{since}+1,0)"
    before = f"MAX(({head}-1)*{PERIODS}-{since}+1,0)"
    most = f"ROWS({total})"
    ends = [f"INDEX({total},MIN({end}+1,{most}))" for end in (until, before)]
    return f"IF({head}>{YEARS},0,{ends[0]}-{ends[1]})"
