"""Hours, packs and resources of the budget by year, and the charts of its sheet."""

from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, Reference, Series

from hecon.studies.budget import QUANTITY, BudgetDefinition
from hecon.workbook.charts import COLOURS, dress
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.budget_queue import FIRST_YEAR
from hecon.workbook.sheets.budget_sheet import (
    HEAD,
    BudgetSheet,
    difference_of,
    within,
    without_it,
)


def write_hours(sheet: BudgetSheet) -> None:
    """Quantities of the courses, full-time equivalents, and what the stock of resources gives."""
    places, definition, course = sheet.places, sheet.definition, sheet.book.study.course
    if course is None:
        return
    new = definition.strategy
    sheet.heading("Hours and packs")
    for quantity, _ in course.quantities:
        label, unit, name = quantity.label or quantity.name, quantity.unit, quantity.name
        if not any((s, "quantity", name) in sheet.spread.flows for s in _strategies(definition)):
            continue

        def without(year: int, column: str, name: str = name) -> str:
            return without_it(sheet, year, "quantity", name)

        def difference(year: int, column: str, name: str = name) -> str:
            return difference_of(sheet, year, "quantity", name)

        def own(year: int, column: str, name: str = name) -> str:
            return sheet.spread.of("treated", year, new, "quantity", name)

        sheet.line(f"quantity without {name}", f"{label}, without", unit, without, "number")
        sheet.line(f"quantity {name}", f"{label}, difference", unit, difference, "number")
        sheet.line(f"quantity new {name}", f"{label}, of {new}", unit, own, "number")
        entry = f"full_time[{name}].per_year"
        if entry in places.rows:

            def full(year: int, column: str, name: str = name, entry: str = entry) -> str:
                return f"{sheet.at(f'quantity {name}', column)}/{places.cell(entry)}"

            told = f"{label}, difference in full-time equivalents"
            sheet.line(f"full time {name}", told, "", full, "number")
    for resource in definition.resources:
        if not resource.stock:
            continue
        stem = f"resources[{resource.name}]"

        def there(year: int, column: str, stem: str = stem) -> str:
            stock = places.cell(f"{stem}.stock", year)
            return within(year, f"{stock}*{places.cell(f'{stem}.per_year')}")

        def asked(year: int, column: str, stem: str = stem, needed: str = resource.needed) -> str:
            quantity = QUANTITY.findall(needed)[0][1]
            flow = sheet.spread.flows.get((new, "quantity", quantity))
            if flow is None:
                return "0"
            taken = sheet.spread.of("treated", year, new, "quantity", quantity)
            return f"IF(SUM({flow})=0,0,{taken}/SUM({flow})*{places.cell(f'{stem}.needed')})"

        def stock(year: int, column: str, stem: str = stem) -> str:
            return within(year, places.cell(f"{stem}.stock", year))

        label = f"{resource.name[:1].upper()}{resource.name[1:]}"
        sheet.line(f"stock {resource.name}", f"{label}, stock", resource.unit, stock, "number")
        told = f"{label}: hours or days there for {new}"
        sheet.line(f"there {resource.name}", told, "", there, "number")
        told = f"{label}: hours or days that patients take"
        sheet.line(f"asked {resource.name}", told, "", asked, "number")


def _strategies(definition: BudgetDefinition) -> list[str]:
    return [definition.strategy, *definition.without]


def add_charts(sheet: BudgetSheet) -> None:
    """Net cost by block, people and places, hours of what limits: each follows the cells."""
    blocks = [(f"block {b.name}", b.title) for b in sheet.definition.blocks]
    people = [("demand", "want it"), ("places", "places"), ("treated", "treated")]
    money = sheet.book.currency
    _chart(sheet, "Net cost to the payer by year", money, blocks, 0, stacked=True)
    _chart(sheet, "Who wants it, places, treated", "persons", people, 1)
    for position, resource in enumerate((r for r in sheet.definition.resources if r.stock), 2):
        if sheet.book.study.course is None:
            continue
        lines = [(f"there {resource.name}", "there"), (f"asked {resource.name}", "asked for")]
        _chart(sheet, f"Hours or days of {resource.name}", "", lines, position)


def _chart(
    sheet: BudgetSheet,
    title: str,
    unit: str,
    lines: Sequence[tuple[str, str]],
    position: int,
    *,
    stacked: bool = False,
) -> None:
    """Bars by year, to the right of the table."""
    chart: Any = BarChart()
    chart.type, chart.barDir, chart.gapWidth = "col", "col", 60
    if stacked:
        chart.grouping, chart.overlap = "stacked", 100
    last = FIRST_YEAR + sheet.places.years - 1

    def across(row: int) -> Reference:
        return Reference(sheet.page.sheet, min_col=FIRST_YEAR, max_col=last, min_row=row)

    for number, (name, label) in enumerate(lines):
        series: Any = Series(across(sheet.lines[name]), title=label)
        series.graphicalProperties.solidFill = COLOURS[number % len(COLOURS)]
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(across(HEAD + 2))
    dress(chart, title, "", unit, 16, 8, ("General", "#,##0"))
    sheet.page.sheet.add_chart(chart, f"{letter(last + 2)}{HEAD + 1 + 18 * position}")
