"""Budget queue: what the formulas of a budget come to, and who starts and waits month by month."""

from collections.abc import Mapping
from dataclasses import dataclass

from hecon.studies.budget import YEAR, BudgetDefinition
from hecon.studies.budget_values import budget_extent
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import BUDGET_CYCLES, BUDGET_QUEUE, letter
from hecon.workbook.sheets.sessions_sheet import write_sessions
from hecon.workbook.sheets.trace_places import Columns, scope_of

NO_LIMIT = "no limit"

#: Where the numbers of the years stand, and the column of the first: one that is a single number
#: stands there, too.
YEARS_ROW, FIRST_YEAR = 10, 3
#: Single figures above the years: each with its row and its name.
YEARS, PERIODS, MONTHS = (f"'{BUDGET_QUEUE}'!$C${row}" for row in (5, 6, 8))

#: Entries beside those of the file, by the entry that they follow.
_BESIDE = {
    "waiting.leave_month": ("waiting.leave in a period",),
    "waiting.cost_month": ("waiting.effect in a period",),
}

#: Periods that are printed.
PRINTED = 12

#: Columns of the table by period: name, format.
_PEOPLE = {
    "year": "count",
    "eligible": "number",
    "demand": "number",
    "places": "number",
    "still waiting": "number",
    "treated": "number",
    "not served": "number",
    "returned": "number",
    "waiting at end": "number",
    "waited": "number",
}
#: Series of starts whose sums since the decision the convolution needs.
STARTS = ("eligible", "treated", "left", "demand")


@dataclass(frozen=True)
class QueueAddresses:
    """Where the sheet has what."""

    #: years, periods: Columns of years, and rows of periods below that of the start.
    years: int
    periods: int
    rows: Mapping[str, int]  #: Row of each entry.
    yearly: frozenset[str]  #: Entries with a figure for each year; the others have one.
    first: int  #: Row of the start in the table by period.
    columns: Mapping[str, str]  #: Its columns by name.

    def cell(self, entry: str, year: int = 1) -> str:
        """An entry's figure, in a year counted from 1."""
        column = FIRST_YEAR + (year - 1 if entry in self.yearly else 0)
        return f"'{BUDGET_QUEUE}'!${letter(column)}${self.rows[entry]}"

    def row(self, entry: str) -> str:
        """A yearly entry's figures."""
        last = self.cell(entry, self.years).rpartition("!")[2]
        return f"{self.cell(entry)}:{last}"

    def column(self, name: str) -> str:
        """A column of the table by period, from the start on."""
        c = self.columns[name]
        return f"'{BUDGET_QUEUE}'!${c}${self.first}:${c}${self.first + self.periods}"


def write_budget_queue(book: Book) -> tuple[Page, QueueAddresses]:
    """Write the sheet; gives it, and where it has what."""
    budget = book.study.budget
    assert budget is not None
    years, periods = budget_extent(book.study)
    entries = _entries(budget.definition)
    rows = {entry: YEARS_ROW + 1 + i for i, entry in enumerate(entries)}
    first = YEARS_ROW + len(entries) + 5
    names = ["period", *_PEOPLE, *(f"sum {name}" for name in STARTS)]
    places = QueueAddresses(
        years,
        periods,
        rows,
        frozenset(e for e, yearly in entries.items() if yearly),
        first,
        {name: letter(i) for i, name in enumerate(names, start=1)},
    )
    page = add_page(
        book.workbook,
        BUDGET_QUEUE,
        "Budget: formulas in use, places and queue",
        "Live: what the entries of the study's budget come to, by year where they have a year, and "
        "below who wants the new treatment, finds a place, waits or gives up, period by period.",
        orientation="portrait",
    )
    page.widths(44, 13, *([15.0] * (len(names) - 2)))
    page.sheet.print_area = f"A1:{letter(11)}{first + min(periods, PRINTED)}"
    _time(book, page, places)
    for entry in entries:
        _entry(book, page, places, entry)
    _queue(page, places)
    _checks(book, places)
    return page, places


def _entries(definition: BudgetDefinition) -> dict[str, bool]:
    """Every entry in reading order, and whether it has a figure for each year."""
    found: dict[str, bool] = {}
    for entry, _, uses in definition.formulas():
        if entry == "years":
            continue
        name = "uptake" if entry.startswith("uptake[") else entry
        found[name] = bool(uses) or name == "uptake" or name.endswith("].stock")
        found.update(dict.fromkeys(_BESIDE.get(entry, ()), False))
    for resource in definition.resources:
        if resource.stock:
            found[f"resources[{resource.name}].courses"] = True
    return {**found, "places": True}


def _time(book: Book, page: Page, places: QueueAddresses) -> None:
    """The years and periods in use, and as many cycles as the flows of a patient need."""
    budget, scope = book.study.budget, book.scope(None, BUDGET_QUEUE)
    assert budget is not None
    model, fixed = book.study.model, book.layout.fixed
    months = scope.formula(model.cycle_months)
    periods = "$C$5*$C$6"
    longest = f"MAX({scope.formula(model.horizon_years)},$C$5)"
    lines = (
        ("years of the budget", scope.formula(budget.exprs["years"])),
        ("periods (cycles) in a year", f"ROUND({fixed['months_per_year']}/({months}),0)"),
        (
            "cycles of a patient's flows",
            f"ROUND(MIN({longest},({periods}+2-MOD({periods},2))/$C$6)/{fixed['cycle_years']},0)",
        ),
        ("months in a period", f"{fixed['months_per_year']}/$C$6"),
    )
    page.headings(4, ["Time", "", "in use"])
    for row, (label, text) in enumerate(lines, start=5):
        page.put(row, 1, label)
        page.formula(row, FIRST_YEAR, text, "formula", "plain")
    assert BUDGET_CYCLES.endswith("$C$7")
    page.headings(YEARS_ROW - 1, ["Entry", "", *(f"Year {y + 1}" for y in range(places.years))])
    page.put(YEARS_ROW, 1, "year after the decision")
    for year in range(places.years):
        page.put(YEARS_ROW, FIRST_YEAR + year, year + 1, "text", "count")


def _entry(book: Book, page: Page, places: QueueAddresses, entry: str) -> None:
    """One row: a figure, or one for each year."""
    row = places.rows[entry]
    page.put(row, 1, entry)
    for year in range(1, places.years + 1 if entry in places.yearly else 2):
        text = _text(book, places, entry, year)
        kind = "output" if entry == "places" else "formula"
        page.formula(row, FIRST_YEAR + year - 1, text, kind, _shape(entry))


def _shape(entry: str) -> str:
    """The format of an entry: money, a share, or another number."""
    last = entry.rpartition(".")[2]
    if last in ("amount", "month", "cost_month"):
        return "money"
    shares = ("uptake", "without", "displaced", "waiting", "vat", "blocks", "instead", "beside")
    return "probability" if entry.startswith(shares) else "number"


def _text(book: Book, places: QueueAddresses, entry: str, year: int) -> str:
    budget = book.study.budget
    assert budget is not None
    own = {name: _own(places.cell(name, year)) for name in places.rows}
    if entry == "places":
        limits = [cell for name, cell in own.items() if name.endswith("].courses")]
        some = ",".join(limits)
        return f'IF(COUNT({some})=0,"{NO_LIMIT}",MIN({some}))' if limits else f'"{NO_LIMIT}"'
    stem, _, last = entry.rpartition(".")
    if entry == "waiting.leave in a period":
        return f"1-(1-{own['waiting.leave_month']})^$C$8"
    if entry == "waiting.effect in a period":
        return _effect(book)
    if last == "courses":
        courses = f"{own[f'{stem}.stock']}*({own[f'{stem}.per_year']}/{own[f'{stem}.needed']})"
        return f'IF({own[f"{stem}.limited"]}>0,{courses},"{NO_LIMIT}")'
    if last == "stock" and year > 1:
        before, added = (_own(places.cell(f"{stem}.{n}", year - 1)) for n in ("stock", "added"))
        return f"{before}*(1-{own[f'{stem}.attrition']})+{added}"
    quantities = book.after(write_sessions).quantities
    here = {name: quantities[at] for name, at in budget.quantities.items()}
    here[YEAR] = f"{letter(FIRST_YEAR + year - 1)}${YEARS_ROW}"
    for resource in budget.definition.resources:
        if resource.stock:
            here[resource.name] = own[f"resources[{resource.name}].stock"]
    wanted = f"uptake[{year}]" if entry == "uptake" else entry
    return book.scope(None, BUDGET_QUEUE, here=here).formula(budget.exprs[wanted])


def _own(address: str) -> str:
    return address.rpartition("!")[2]


def _effect(book: Book) -> str:
    """What a period in the state of those waiting is worth, under the first strategy."""
    budget, model, layout = book.study.budget, book.study.model, book.layout
    assert budget is not None
    assert budget.definition.waiting is not None
    strategy, terms = model.strategies[0], []
    for payoff in model.payoffs_of(strategy):
        if payoff.kind != "qaly" or payoff.on != "state":
            continue
        if payoff.source != budget.definition.waiting.state:
            continue
        row = layout.first + 1
        scope = scope_of(book, model, strategy, BUDGET_QUEUE, row, counted=True)
        scope.here = {"years_in_state": "0"}
        rate = f"*{layout.cycle_years(row)}" if payoff.rate else ""
        terms.append(f"({scope.formula(payoff.amount)}){rate}")
    counted = f"({layout.fixed['before']}+{layout.fixed['weight_odd']})"
    return f"{counted}*({'+'.join(terms)})" if terms else "0"


def _queue(page: Page, places: QueueAddresses) -> None:
    """The table by period; the row of the start holds what there is before it: nobody."""
    waits = "waiting.share" in places.rows
    share = _own(places.cell("waiting.share")) if waits else "0"
    leave = _own(places.cell("waiting.leave in a period")) if waits else "0"
    at = dict(places.columns)

    def by_year(entry: str) -> str:
        return f"INDEX({_own(places.row(entry))},${at['year']}"

    def text(name: str, row: int) -> str:
        def cell(other: str, row: int = row) -> str:
            return f"${at[other]}{row}"

        inside = f"{cell('year')}=0"
        match name:
            case "year":
                return f"IF($A{row}>$C$5*$C$6,0,INT(($A{row}-1)/$C$6)+1)"
            case "eligible":
                return f"IF({inside},0,{by_year('eligible_per_year')}{row})/$C$6)"
            case "demand":
                return f"IF({inside},0,{cell('eligible')}*{by_year('uptake')}{row}))"
            case "places":
                found = f"{by_year('places')}{row})"
                return f'IF({inside},0,IF(ISNUMBER({found}),{found}/$C$6,"{NO_LIMIT}"))'
            case "still waiting":
                return f"(1-{leave})*{cell('waiting at end', row - 1)}"
            case "treated":
                come = f"{cell('still waiting')}+{cell('demand')}"
                places_ = cell("places")
                return f"IF(ISNUMBER({places_}),MIN({come},{places_}),{come})"
            case "not served":
                begun = f"MAX(0,{cell('treated')}-{cell('still waiting')})"
                return f"{cell('demand')}-{begun}"
            case "returned":
                gone = f"{leave}*{cell('waiting at end', row - 1)}"
                return f"{gone}+(1-{share})*{cell('not served')}"
            case "waiting at end":
                stay = f"{cell('still waiting')}+{cell('demand')}-{cell('treated')}"
                return f"{stay}-(1-{share})*{cell('not served')}"
            case "waited":
                return f"({cell('waiting at end', row - 1)}+{cell('waiting at end')})/2"
            case "sum left":
                return f"{cell(name, row - 1)}+{cell('demand')}-{cell('returned')}"
            case _:
                return f"{cell(name, row - 1)}+{cell(name.removeprefix('sum '))}"

    table = Columns(page, places.first, places.periods + 1)
    page.heading(places.first - 2, "By period: who wants it, is treated, returns, waits")
    table.add("period", lambda t, row: "0" if t == 0 else f"$A{row - 1}+1", "count")
    for name in list(at)[1:]:
        shape = _PEOPLE.get(name, "number")
        table.add(
            name.replace("sum ", "sum since the decision: "),
            lambda t, row, name=name: "0" if t == 0 else text(name, row),  # type: ignore[misc]
            shape,
        )


def _checks(book: Book, places: QueueAddresses) -> None:
    """Nobody is lost, shares are whole, nobody gives up what he would not have had."""
    tolerance, budget = book.layout.fixed["tolerance"], book.study.budget
    assert budget is not None
    gone = f"SUM({places.column('treated')})+SUM({places.column('returned')})"
    queue = places.column("waiting at end")
    waiting = f"INDEX({queue},ROWS({queue}))"
    wanted = f"SUM({places.column('demand')})"
    text = f"ABS({wanted}-({gone}+{waiting}))<={tolerance}*MAX(1,{wanted})"
    book.checks.append(("Budget: who wants the treatment is treated, returns or waits", text))
    for entry in ("without", "displaced"):
        shares = [places.cell(name) for name in places.rows if name.startswith(f"{entry}.")]
        text = f"ABS({'+'.join(shares)}-1)<={tolerance}"
        book.checks.append((f"Budget: shares of {entry} add up to one", text))
    kept = [
        f"MAX({places.row('uptake')})*{places.cell(f'displaced.{name}')}"
        f"<={places.cell(f'without.{name}')}+{tolerance}"
        for name in budget.definition.displaced
    ]
    book.checks.append(("Budget: no start is negative", f"AND({','.join(kept)})"))
    rows = f"{YEARS}*{PERIODS}<=ROWS({queue})-1"
    book.checks.append(("Budget: the years fit the rows of periods", rows))
