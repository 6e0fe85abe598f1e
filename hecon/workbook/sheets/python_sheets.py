"""Python's own results beside the model: scenarios, one-way results and draws."""

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pandas as pd
from openpyxl.chart import BarChart, Reference

from hecon.analyses.base_case import base_table
from hecon.analyses.budget_scenarios import nets_to_choose
from hecon.analyses.budget_sensitivity import budget_draws
from hecon.analyses.drawn import drawn_design, drawn_outcomes
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.scenarios import scenario_design, scenario_table, selectable_results
from hecon.engine.model import Key, key_text
from hecon.report.outcomes import draws_table
from hecon.studies.study import Scenario
from hecon.workbook.charts import dress
from hecon.workbook.context import (
    RESULT_HEADINGS,
    SELECTOR,
    SHOWN,
    Book,
    SheetTable,
    net_columns,
    override_name,
    own_draws,
    totals_columns,
)
from hecon.workbook.estimates import scenario_estimates
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import EDITED, EDITS, letter
from hecon.workbook.sheets.acceptability_sheet import write_acceptability
from hecon.workbook.sheets.evidence_sheet import write_evidence
from hecon.workbook.sheets.inputs_sheet import override_formula

_SHAPES = (
    ("cost", "money"),
    ("net year", "money"),
    ("nmb", "money"),
    ("icer", "money"),
    ("threshold", "money"),
    ("qaly", "exact"),
    ("life_years", "exact"),
    ("shortfall", "qaly"),
)

_WIDTHS = {"scenario": 9.0, "title": 50.0, "verdict": 24.0, "status": 12.0, "why": 44.0}

#: Row above the headings, where Scenarios holds the base case.
HEAD = 4


def shape_of(name: str) -> str:
    """Number format of a result column."""
    return next((shape for start, shape in _SHAPES if name.startswith(start)), "general")


def _headings(book: Book, page: Page, grid: SheetTable) -> None:
    money = {"icer": "/QALY", "threshold": "/QALY"}
    inputs = {p.text for p in book.study.parameters}
    names = []
    for name in grid.columns:
        named = name in inputs or name.startswith("set ")
        heading = name if named else RESULT_HEADINGS.get(name, name.replace("_", " "))
        if shape_of(name) == "money":
            heading = f"{heading} ({book.currency}{money.get(name, '')})"
        names.append(heading)
    page.headings(grid.first - 1, names, grid.left + 1)


def _rows(page: Page, grid: SheetTable, table: pd.DataFrame) -> None:
    for name in grid.columns:
        if name not in table:
            continue
        column, shape = grid.column(name), shape_of(name)
        for i, value in enumerate(table[name].tolist()[: grid.rows]):
            page.put(grid.first + i, column, value, "text", shape)


def _widths(grid: SheetTable) -> list[float]:
    """Widths of the columns."""
    return [_WIDTHS.get(name, 13.0) for name in grid.columns]


def _fade(page: Page, grid: SheetTable, first: str, last: str) -> None:
    """Columns of Python's figures turn grey once a cell is typed over."""
    columns = [letter(grid.column(name)) for name in (first, last)]
    rows = (HEAD, grid.first + grid.rows - 1)
    cells = ":".join(f"{c}{row}" for c, row in zip(columns, rows, strict=True))
    page.fade(cells, EDITED)


def write_scenarios(book: Book) -> None:
    """Every scenario with Python's results; the yellow columns hold what each one sets."""
    grid = book.scenarios
    page = add_page(
        book.workbook,
        grid.sheet,
        "Scenarios",
        "Computed in Python, what moves the net benefit most first. To see one live, choose it on "
        "Inputs: what it sets is in the yellow columns at the right (empty: as in the base case), "
        "which can be changed.",
        f"A{grid.first}",
    )
    page.widths(*_widths(grid))
    _headings(book, page, grid)
    table = _with_budgets(book)
    table["why"] = [s.why for s in book.study.scenarios]
    _rows(page, grid, table)
    totals = totals_columns(book.strategies)
    base = book.run(base_table).iloc[0]
    page.put(HEAD, 2, "base case", "text")
    pair = [grid.column(name) for name in ("intervention", "comparator")]
    for column, name in zip(pair, book.study.compared, strict=True):
        page.put(HEAD, column, name)
    for name in ("cost", "qaly", "nmb"):
        own = "nmb" if name == "nmb" else f"{name}_difference"
        page.put(HEAD, grid.column(own), float(base[own]), "text", shape_of(own))
        for i in range(len(table)):
            column = grid.column(f"{name}_to_base")
            row = grid.first + i
            same = ",".join(f"${letter(c)}{row}=${letter(c)}${HEAD}" for c in pair)
            gap = f"{grid.cell(own, i)}-{page.ref(HEAD, grid.column(own))}"
            text = f'IF(AND({same}),{gap},"another pair")'
            page.formula(grid.first + i, column, text, "formula", shape_of(name))
    page.allow(
        "any",
        [
            f"{letter(grid.column(override_name(k)))}{grid.first}:"
            f"{letter(grid.column(override_name(k)))}{grid.first + grid.rows - 1}"
            for k in book.changed
        ],
    )
    _fade(page, grid, "nmb_to_base", "nmb")
    _fade(page, grid, totals[0], [*totals, *net_columns(book.study)][-1])
    # totals and what scenarios set stay on screen: paper is too narrow
    last = grid.first + grid.rows - 1
    page.sheet.print_area = f"A1:{letter(grid.column('why'))}{last}"
    # formulas that need each other, each in its own scenario, would be a circle for Excel
    live = not _circular(book)
    values = scenario_design(book.study, book.study.scenarios).columns if not live else {}
    for i, scenario in enumerate(book.study.scenarios):
        for key in book.changed:
            column = grid.column(override_name(key))
            expr = scenario.changes.get(key)
            if expr is None:
                page.put(grid.first + i, column, None, "input")
            elif scenario_estimates(scenario, key) and (expr.op == "const" or live):
                text = _with_estimates(book, scenario, key, grid.sheet)
                page.formula(grid.first + i, column, text, "input")
                page.watch(grid.first + i, column, _with_estimates(book, scenario, key, EDITS))
            elif expr.op == "const":
                page.put(grid.first + i, column, expr.value, "input")
            elif live:
                text = override_formula(book, expr, key, grid.sheet)
                page.formula(grid.first + i, column, text, "input")
                page.watch(grid.first + i, column, override_formula(book, expr, key, EDITS))
            else:
                page.put(grid.first + i, column, float(values[key][i]), "input")


def _with_budgets(book: Book) -> pd.DataFrame:
    """The study's scenarios and its budget's in the workbook's order, with what each costs."""
    table, study = book.run(selectable_results), book.study
    if study.budget is not None:
        more = scenario_table(replace(study, scenarios=[*study.budget.scenarios]))
        table = pd.concat([table, more], ignore_index=True)
    table = table.set_index("scenario", drop=False).loc[[s.id for s in study.scenarios]]
    if study.budget is None:
        return table
    nets = [book.run(nets_to_choose)[s.id] for s in study.scenarios]
    for year, name in enumerate(net_columns(book.study)):
        table[name] = [net[year] if year < len(net) else float("nan") for net in nets]
    return table


def _with_estimates(book: Book, scenario: Scenario, key: Key, sheet: str) -> str:
    """A scenario's override with the cells of the estimates that it names."""
    named, estimates = scenario_estimates(scenario, key), book.after(write_evidence)
    if key not in scenario.drawn:
        ((what, name),) = named.values()
        units = {v.key: v.unit for v in book.study.variables}
        units |= {p.key: p.unit for p in book.study.parameters}
        return estimates[name].cell(what, units[key])
    here = {own: estimates[name].cell(what, "") for own, (what, name) in named.items()}
    return book.scope(key[1], sheet, here=here).formula(scenario.drawn[key])


def _circular(book: Book) -> bool:
    """True if the formulas of all scenarios and of the model, taken together, go in a circle."""
    needs: dict[str, set[str]] = {}
    formulas = list(book.study.model.formulas.items())
    formulas += [pair for s in book.study.scenarios for pair in s.changes.items()]
    for (name, _), expr in formulas:
        needs.setdefault(name, set()).update(expr.names)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        return True
    return False


def write_one_way(book: Book) -> None:
    """Both ends of every range with Python's results, and a tornado of the widest."""
    grid = book.one_way
    page = add_page(
        book.workbook,
        grid.sheet,
        "What moves the result",
        "One-way sensitivity first: computed in Python, the widest bar of net monetary benefit "
        "first. To see one live, choose parameter and end on Inputs.",
    )
    page.parts["One-way sensitivity"] = "A1"
    page.widths(34, 18, 13, 22, *_widths(grid)[4:])
    _headings(book, page, grid)
    table = book.run(one_way_ends)
    _fade(page, grid, "parameter", "key")
    ends = table["end"].map({"low": 1, "high": 2})
    keys = [f"{p}|{e}" for p, e in zip(table["parameter"], ends, strict=True)]
    _rows(page, grid, table.assign(key=keys))
    _tornado(book, page, grid)
    column = len(grid.columns) + 6
    page.headings(grid.first - 1, ["parameters with a range"], column)
    for i, name in enumerate(dict.fromkeys(table["parameter"])):
        page.put(grid.first + i, column, name)


def _tornado(book: Book, page: Page, grid: SheetTable) -> None:
    """Net monetary benefit at both ends of the fifteen widest, in rows beside the table."""
    shown = min(15, grid.rows // 2)
    column = len(grid.columns) + 2
    page.headings(grid.first - 1, ["parameter", "low end", "high end"], column)
    for i in range(shown):
        row = grid.first + i
        page.formula(row, column, grid.cell("parameter", 2 * i), "link")
        for j in (0, 1):
            page.formula(row, column + 1 + j, grid.cell("nmb", 2 * i + j), "link", "money")
    chart: Any = BarChart()
    # side by side: on top of each other, the longer of two ends on one side hides the shorter
    chart.type, chart.barDir, chart.overlap, chart.gapWidth = "bar", "bar", 0, 40
    area = Reference(
        page.sheet,
        min_col=column + 1,
        max_col=column + 2,
        min_row=grid.first - 1,
        max_row=grid.first + shown - 1,
    )
    chart.add_data(area, titles_from_data=True)
    chart.set_categories(
        Reference(page.sheet, min_col=column, min_row=grid.first, max_row=grid.first + shown - 1)
    )
    chart.x_axis.scaling.orientation, chart.y_axis.crosses = "maxMin", "max"
    base = float(book.run(base_table)["nmb"].iloc[0])
    chart.x_axis.crosses, chart.x_axis.crossesAt = None, base
    dress(
        chart,
        f"Net monetary benefit at the low and the high end; bars start at the base case, "
        f"{base:,.0f} ({book.currency})",
        "",
        "",
        26,
        15,
        ("General", "#,##0"),
    )
    for series, colour in zip(chart.series, ("9FB3C8", "D9822B"), strict=True):
        series.graphicalProperties.solidFill = colour
        series.invertIfNegative = False
    below = grid.first + grid.rows + 2
    page.sheet.add_chart(chart, f"A{below + 1}")
    # without totals and the tables that the chart and the choices are made from
    page.printed = letter(grid.column("nmb"))
    page.free = grid.first + grid.rows + 34
    page.unprinted = below


def write_draws(book: Book) -> None:
    """Parameter sets of the first draws with Python's results for each, right of what they give."""
    page, grid = book.after(write_acceptability).page, book.draws
    total = book.run(drawn_design).draws
    text = (
        f"Draws of the probabilistic analysis, computed in Python: the first {grid.rows:,} of "
        f"{total:,}. To see one live, choose its number on Inputs. They do not follow edited "
        "evidence. All draws are in the output files, and none is printed."
    )
    page.put(grid.first - 2, grid.left + 1, text, "note")
    page.parts["Draws"] = f"{letter(grid.left + 1)}{grid.first - 2}"
    _headings(book, page, grid)
    table = draws_table(book.run, 0, grid.rows)
    alive = book.run(drawn_outcomes)["life_years"].isel(draw=slice(grid.rows))
    for strategy in book.strategies:
        table[f"life_years {strategy}"] = alive.sel(strategy=strategy).values
    for key, values in own_draws(book.run).items():
        table[key_text(key)] = values[: grid.rows]
    if book.study.budget is not None:
        for year, net in enumerate(book.run(budget_draws)[: grid.rows].T, start=1):
            table[f"net year {year}"] = net
    _rows(page, grid, table)
    _fade(page, grid, grid.columns[0], grid.columns[-1])


def python_figures(book: Book, what: str, strategy: str, base: str) -> str:
    """Formula for Python's figure of whatever is in use."""
    name = f"{what} {strategy}"
    assert name in totals_columns(book.strategies)
    grids = (book.scenarios, book.one_way, book.draws)
    choose = [base]
    for grid, number in zip(grids, SHOWN, strict=True):
        there = book.has(number)
        choose.append(f"INDEX({grid.span(name)},{SELECTOR[number].number})" if there else base)
    return f"CHOOSE({SELECTOR['mode'].number},{','.join(choose)})"
