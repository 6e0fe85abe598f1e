"""Budget: people, money, health and hours by year, live, with Python's net cost beside."""

from hecon.analyses.budget_results import budget_table
from hecon.workbook.context import SELECTOR, Book
from hecon.workbook.pages import add_page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.budget_convolution import write_budget_flows
from hecon.workbook.sheets.budget_hours import add_charts, write_hours
from hecon.workbook.sheets.budget_queue import FIRST_YEAR, MONTHS, PERIODS, write_budget_queue
from hecon.workbook.sheets.budget_sheet import (
    TITLE,
    BudgetSheet,
    Line,
    difference_of,
    within,
    without_it,
    year_cell,
)

#: Columns of the table by period that are summed over a year, and what they are.
_SUMMED = {
    "eligible": ("Eligible", "persons"),
    "demand": ("Want it", "persons"),
    "treated": ("Treated", "persons"),
    "returned": ("Return to what they would have had", "persons"),
}


def write_budget(book: Book) -> BudgetSheet | None:
    """The live sheets of the budget impact; nothing for a study that describes none."""
    budget = book.study.budget
    if budget is None:
        return None
    months, places = write_budget_queue(book)
    spread = write_budget_flows(book, months, places)
    page = add_page(
        book.workbook,
        TITLE,
        "Budget",
        "Live: what the decision costs the payer year by year, for whom there are places and who "
        "waits. Undiscounted. Follows what is in use on Inputs: a scenario, a draw, what is typed "
        "over.",
        orientation="portrait",
    )
    page.widths(58, 16, *([15.0] * places.years), 4, *([12.0] * 8))
    sheet = BudgetSheet(book, page, places, spread, budget.definition)
    _people(sheet)
    _money(sheet)
    _health(sheet)
    write_hours(sheet)
    _python(sheet)
    _conserved(sheet)
    add_charts(sheet)
    # the charts stand beside the table, on screen
    page.printed = letter(FIRST_YEAR + places.years - 1)
    page.free = sheet.row + 3
    return sheet


def _people(sheet: BudgetSheet) -> None:
    places = sheet.places
    sheet.heading("People")

    def summed(name: str) -> Line:
        areas = places.column(name), places.column("year")
        return lambda year, column: f"SUMIFS({areas[0]},{areas[1]},{year_cell(year)})"

    for name, (label, unit) in _SUMMED.items():
        sheet.line(name, label, unit, summed(name), "number")
        if name == "demand":
            sheet.line(
                "places",
                "Places",
                "persons",
                lambda year, column: within(year, places.cell("places", year)),
                "number",
            )
    end = places.column("waiting at end")
    sheet.line(
        "waiting",
        "Wait at the end of the year",
        "persons",
        lambda year, column: within(year, f"INDEX({end},{year_cell(year)}*{PERIODS}+1)"),
        "number",
    )
    waited = summed("waited")
    sheet.line(
        "waited", "Waiting", "person-months", lambda y, c: f"{waited(y, c)}*{MONTHS}", "number"
    )

    def mean(year: int, column: str) -> str:
        treated = sheet.at("treated", column)
        return f'IF({treated}>0,{sheet.at("waited", column)}/{treated},"nobody treated")'

    sheet.line("mean wait", "Mean wait of those treated", "months", mean, "number")


def _money(sheet: BudgetSheet) -> None:
    """Items in both worlds, then what each payer bears of the difference."""
    spread, places, definition = sheet.spread, sheet.places, sheet.definition
    money = sheet.book.currency
    waiting, vat = definition.waiting, definition.vat
    new = definition.strategy
    sheet.heading("Costs by item")
    for item in spread.items:
        tax = f"*(1+{places.cell('vat.rate')})" if vat is not None and vat.item == item else ""

        def without(year: int, column: str, item: str = item, tax: str = tax) -> str:
            return f"({without_it(sheet, year, 'cost', item)}){tax}"

        def difference(year: int, column: str, item: str = item, tax: str = tax) -> str:
            text = difference_of(sheet, year, "cost", item)
            if waiting is not None and waiting.item == item:
                text += f"+{sheet.at('waited', column)}*{places.cell('waiting.cost_month')}"
            return f"({text}){tax}"

        sheet.line(f"without {item}", f"{item}, without", money, without, "money")
        sheet.line(f"cost {item}", f"{item}, difference", money, difference, "money")
    entries = [(f"instead_of[{p.item}]", p) for p in definition.instead_of]
    entries += [(f"beside[{p.item}]", p) for p in definition.beside]
    for entry, paid in entries:

        def amount(year: int, column: str, entry: str = entry, item: str = paid.item) -> str:
            by_month = spread.of("treated", year, new, "paid", item)
            return f"{within(year, places.cell(f'{entry}.amount', year))}+{by_month}"

        sheet.line(f"cost {paid.item}", f"{paid.item}, difference", money, amount, "money")
    sheet.heading("Net cost by payer's block")
    for block in definition.blocks:

        def borne(year: int, column: str, name: str = block.name) -> str:
            shares = {
                item: places.cell(f"blocks[{name}].items.{item}")
                for item in next(b for b in definition.blocks if b.name == name).items
            }
            parts = [f"{sheet.at(f'cost {i}', column)}*{s}" for i, s in shares.items()]
            parts += [
                sheet.at(f"cost {p.item}", column) for p in definition.paid if p.block == name
            ]
            return "+".join(parts)

        sheet.line(f"block {block.name}", block.title, money, borne, "money", "output")
    names = [f"block {b.name}" for b in definition.blocks]
    sheet.line(
        "net",
        "Net cost to the payer",
        money,
        lambda year, column: f"SUM({sheet.at(names[0], column)}:{sheet.at(names[-1], column)})",
        "money",
        "output",
    )


def _health(sheet: BudgetSheet) -> None:
    places, definition = sheet.places, sheet.definition
    entries = [f"instead_of[{p.item}]" for p in definition.instead_of]
    entries += [f"beside[{p.item}]" for p in definition.beside]
    beside = [f"{entry}.effect" for entry in entries]
    sheet.heading("Health")

    def gained(year: int, column: str) -> str:
        text = difference_of(sheet, year, "effect")
        if definition.waiting is not None:
            periods = f"{sheet.at('waited', column)}/{MONTHS}"
            text += f"+{periods}*{places.cell('waiting.effect in a period')}"
        return text + "".join(f"+{within(year, places.cell(entry, year))}" for entry in beside)

    def everybody(year: int, column: str) -> str:
        text = difference_of(sheet, year, "effect", series=("demand", "demand"))
        return text + "".join(f"+{within(year, places.cell(entry, year))}" for entry in beside)

    sheet.line("effect", "Gained within the year", "QALY", gained, "qaly", "output")
    sheet.line("everybody", "The same with places for all", "QALY", everybody, "qaly")
    sheet.line(
        "lost",
        "Lost for want of places",
        "QALY",
        lambda year, column: f"{sheet.at('everybody', column)}-{sheet.at('effect', column)}",
        "qaly",
    )


def _python(sheet: BudgetSheet) -> None:
    """Python's net cost of what is in use beside the sheet's; for an end of a range there is none.

    A figure that a scenario does not have, because its budget can't be, is none either.
    """
    book, places = sheet.book, sheet.places
    base = book.run(budget_table)["net"].tolist()
    base += [0.0] * (places.years - len(base))
    sheet.heading("Python's own net cost of what is in use, and whether it agrees")
    money, tolerance = book.currency, book.layout.fixed["tolerance"]
    sheet.row += 1
    sheet.page.put(sheet.row, 1, "net cost, base case, Python")
    sheet.page.put(sheet.row, 2, money, "note")
    for year, value in enumerate(base):
        sheet.page.put(sheet.row, FIRST_YEAR + year, value, "text", "money")
    known = sheet.row

    def python(year: int, column: str) -> str:
        scenario = draw = f"{column}${known}"
        name = f"net year {year}"
        if book.has("scenario"):
            cell = f"INDEX({book.scenarios.span(name)},{SELECTOR['scenario'].number})"
            scenario = f'IF({cell}="","none",{cell})'
        if book.has("draw"):
            draw = f"INDEX({book.draws.span(name)},{SELECTOR['draw'].number})"
        return f'CHOOSE({SELECTOR["mode"].number},{column}${known},{scenario},"none",{draw})'

    sheet.line("python", "net cost, what is in use, Python", money, python, "money", "link")

    def gap(year: int, column: str) -> str:
        ours, theirs = (sheet.at(n, column) for n in ("net", "python"))
        size = f"MAX(ABS({theirs}),1)"
        return f"IF(ISNUMBER({theirs}),ABS({ours}-{theirs})/{size},0)"

    told = "relative difference, workbook against Python"
    sheet.line("gap", told, "", gap, "difference", "check")
    text = f"MAX({sheet.area('gap')})<={tolerance}"
    book.comparisons.append(("Net cost to the payer of what is in use", text))


def _conserved(sheet: BudgetSheet) -> None:
    """What payers bear together is all that is not outside the budget."""
    definition, tolerance = sheet.definition, sheet.book.layout.fixed["tolerance"]
    inside = [i for i in sheet.spread.items if i not in definition.outside]
    inside += [p.item for p in definition.paid]
    total = "+".join(f"SUM({sheet.area(f'cost {item}')})" for item in inside)
    net = f"SUM({sheet.area('net')})"
    text = f"ABS({net}-({total}))<={tolerance}*MAX(1,ABS({net}))"
    sheet.book.checks.append(("Budget: the payers' blocks add up to all items inside", text))
