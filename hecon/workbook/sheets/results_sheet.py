"""Results: totals, increments, frontier, threshold; Python's figures beside."""

from hecon.analyses.base_case import base_outcomes, base_table
from hecon.analyses.comparison import totals
from hecon.workbook.context import SELECTOR, Book, SheetTable, Shown
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.frontier_sheet import WORK, write_frontier
from hecon.workbook.sheets.increments_sheet import write_increments
from hecon.workbook.sheets.python_sheets import python_figures
from hecon.workbook.sheets.severity_sheet import write_severity
from hecon.workbook.sheets.totals_sheet import TITLE, write_totals


def write_results(book: Book) -> None:
    """Totals, the comparison in use, the frontier, and Python's figures beside the workbook's."""
    page = book.after(write_totals).page
    _python(book, page, book.after(write_frontier).free)
    # without the frontier's working
    page.sheet.print_area = f"A1:{letter(WORK - 1)}{page.sheet.max_row}"


def _python(book: Book, page: Page, row: int) -> None:
    """Python's figure for whatever is in use, the difference, and a check."""
    strategies = book.strategies
    page.heading(row, "Python's own figures for what is in use, and whether they agree")
    cost, qaly = totals(book.run(base_outcomes))
    base = {"cost": cost, "qaly": qaly, "life_years": book.run(base_outcomes)["life_years"]}
    row += 1
    page.headings(row, ["figure", *strategies])
    tolerance = book.layout.fixed["tolerance"]
    agreed = []
    for what, values in base.items():
        shape = "money" if what == "cost" else "exact"
        page.put(row + 1, 1, f"{what.replace('_', '-')}, base case, Python")
        page.put(row + 2, 1, f"{what.replace('_', '-')}, what is in use, Python")
        page.put(row + 3, 1, "relative difference, workbook against Python")
        own = book.after(write_totals).totals[what, True].split("$")[-1]
        for j, strategy in enumerate(strategies):
            c = letter(2 + j)
            number = float(values.sel(strategy=strategy)[0])
            page.put(row + 1, 2 + j, number, "text", shape)
            page.formula(
                row + 2, 2 + j, python_figures(book, what, strategy, f"{c}{row + 1}"), "link", shape
            )
            gap = f"ABS({c}{own}-{c}{row + 2})/MAX(ABS({c}{row + 2}),{tolerance})"
            page.formula(row + 3, 2 + j, gap, "check", "difference")
        agreed.append(f"MAX('{TITLE}'!$B${row + 3}:${letter(1 + len(strategies))}${row + 3})")
        row += 3
    book.comparisons.append(
        ("Costs, QALYs and life-years of what is in use", f"MAX({','.join(agreed)})<{tolerance}")
    )
    _python_decision(book, page, row + 1)


def _drawn(book: Book) -> dict[str, str]:
    """Net monetary benefit and ICER of the draw in use, from Python's totals; nothing if none."""
    if not book.has("draw"):
        return {}
    draw, limit = SELECTOR["draw"].number, book.after(write_severity).base
    a, b = book.study.compared
    cost, qaly = (
        f"(INDEX({book.draws.span(f'{what} {a}')},{draw})"
        f"-INDEX({book.draws.span(f'{what} {b}')},{draw}))"
        for what in ("cost", "qaly")
    )
    return {
        "nmb": f"{limit}*{qaly}-{cost}",
        "icer": f'IF(ISNUMBER({book.after(write_increments).icer}),{cost}/{qaly},"none")',
    }


def _python_decision(book: Book, page: Page, row: int) -> None:
    """Python's net monetary benefit and ICER for whatever is in use, the latter perhaps none."""
    pair, tolerance = book.after(write_increments), book.layout.fixed["tolerance"]
    base = book.run(base_table).iloc[0]
    draws = _drawn(book)
    for name, label, ours in (
        ("nmb", "net monetary benefit", pair.nmb),
        ("icer", "ICER", pair.icer),
    ):
        page.put(row, 1, f"{label}, base case, Python")
        known = float(base[name])
        page.put(row, 2, known if known == known else "none", "text", "money")
        choose = [f"$B${row}"]
        grids: tuple[tuple[SheetTable, Shown], ...] = (
            (book.scenarios, "scenario"),
            (book.one_way, "one_way"),
        )
        for grid, shown in grids:
            cell = f"INDEX({grid.span(name)},{SELECTOR[shown].number})"
            choose.append(f'IF({cell}="","none",{cell})' if book.has(shown) else f"$B${row}")
        choose.append(draws.get(name, f"$B${row}"))
        page.put(row + 1, 1, f"{label}, what is in use, Python")
        text = f"CHOOSE({SELECTOR['mode'].number},{','.join(choose)})"
        page.formula(row + 1, 2, text, "link", "money")
        theirs = page.ref(row + 1, 2)
        size = f"MAX(1,{pair.threshold}*ABS({pair.qaly}))"
        scale = size if name == "nmb" else f"ABS({theirs})"
        both = f"AND(ISNUMBER({ours}),ISNUMBER({theirs}))"
        none = f'AND(ISNA({ours}),{theirs}="none")'
        book.comparisons.append(
            (
                f"The {label} of what is in use",
                f"IF({both},ABS({ours}-{theirs})<={tolerance}*{scale},{none})",
            )
        )
        row += 2
