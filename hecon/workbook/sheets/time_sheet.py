"""Time: what is common to all strategies in every cycle, and the look-up tables.

Where cycles differ in length, each row works out its own from the number of its cycle, and ends
where the horizon does.
"""

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key
from hecon.workbook.context import Book
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import (
    BUDGET_CYCLES,
    COSTS,
    HEADER,
    HEADINGS,
    INPUTS,
    LIFE_CYCLES,
    TABLES,
    TIME,
    Counted,
    Layout,
    letter,
)

SHAPES = {
    "cycle_years": "years",
    "end": "years",
    "end_week": "number",
    "year": "years",
    "age": "years",
    "discount_time": "years",
    "before": "weight",
    "after": "weight",
    "events": "weight",
    **dict.fromkeys(("before life", "after life", "events life"), "weight"),
    **dict.fromkeys(("before budget", "after budget", "events budget"), "weight"),
}

#: Columns of cycles that differ in length: how long, and when each ends.
UNEVEN = ("cycle_years", "end", "end_week")

#: Cycles that are printed.
PRINTED = 25

#: Where the horizon stands above cycles that differ in length.
HORIZON_ROW = 4

#: Names of the columns that weigh and discount each cycle.
WEIGHTS = ("before", "after", "events", "discount_cost", "discount_effect")

#: Those that weigh each cycle whatever the horizon: until the end of life, for severity, and as
#: long as the years of a budget.
UNTIL = {
    end: tuple(f"{name} {end}" for name in ("before", "after", "events"))
    for end in ("life", "budget")
}
_ENDS = {"life": LIFE_CYCLES, "budget": BUDGET_CYCLES}

#: A column's name, what it counts, its formula, and the quantity that it holds.
TimeColumn = tuple[str, Counted, Expr | None, Key | None]


def in_state(memory_years: float, step: int, when: str) -> str:
    """The column of years in a step of a state, at the start or the end of a cycle."""
    return f"in state {step} of {memory_years!r} years, {when}"


def used(model: CohortModel, counted: bool) -> set[str]:
    """Names that transitions (or payoffs and discounting) rest on, through all formulas."""
    queue: list[str] = []
    if counted:
        for payoff in model.payoffs:
            if payoff.on != "once":
                queue += payoff.amount.names
        queue += model.discount_cost.names | model.discount_effect.names
    else:
        for transition in model.transitions:
            if transition.probability is not None:
                queue += transition.probability.names
    found: set[str] = set()
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            for (known, _), expr in model.formulas.items():
                if known == name:
                    queue += expr.names
    return found


def place_time(book: Book) -> list[TimeColumn]:
    """Give every column of the sheet its letter; returns them in order."""
    layout = book.layout
    model = book.study.model
    columns: list[TimeColumn] = [("cycle", False, None, None)]
    if model.cycles_differ:
        columns += [(name, False, None, None) for name in UNEVEN]
        columns += [
            (in_state(memory, step, when), False, None, None)
            for memory in sorted({s.memory_years for s in model.states if s.memory_years})
            for step in range(layout.steps(memory))
            for when in ("start", "end")
        ]
    for counted in layout.moments:
        columns.append(("year", counted, None, None))
        if model.start_age is not None:
            columns.append(("age", counted, model.start_age, None))
    weights = [*WEIGHTS]
    weights += UNTIL["life"] if layout.weighs_severity else ()
    weights += UNTIL["budget"] if book.study.budget is not None else ()
    for counted in layout.counts:
        columns += [(name, counted, None, None) for name in ("discount_time", *weights)]
    for counted in layout.moments:
        wanted = {name for each in book.models for name in names_at(layout, each, counted)}
        for key, kind in book.kinds.items():
            shared = key[1] is None and not kind.by_strategy and not kind.by_time_in_state
            if kind.by_cycle and shared and key[0] in wanted:
                columns.append((key[0], counted, model.formulas[key], key))
    for position, (name, counted, _, quantity) in enumerate(columns, start=1):
        if quantity is not None:
            layout.common[(quantity, counted)] = letter(position)
        else:
            layout.times[(name, counted)] = letter(position)
    for counted in layout.moments:
        layout.times[("cycle", counted)] = layout.times[("cycle", False)]
    return columns


def names_at(layout: Layout, model: CohortModel, counted: Counted) -> set[str]:
    """Names that transitions or payoffs rest on at the times of some columns."""
    found = used(model, counted=bool(counted))
    if not counted and any(not layout.rule(c).points for c in layout.counts):
        found |= used(model, counted=True)
    return found


def write_time(book: Book) -> None:
    """Write the sheet."""
    columns = book.after(place_time)
    layout = book.layout
    page = add_page(
        book.workbook,
        TIME,
        "Time",
        "One row a cycle: time, age, counting weights, discount factors, and what is the same in "
        "every strategy. Printed are the first cycles; all are on screen.",
        f"A{HEADINGS + 1}",
        "portrait",
    )
    page.widths(*([12.0] * len(columns)))
    shown = min(layout.rows, PRINTED)
    page.sheet.print_area = f"A1:{letter(len(columns))}{layout.first + shown - 1}"
    if book.study.model.cycles_differ:
        _horizon(book, page)
    for row in range(HEADINGS + 1, layout.first):
        # rows of a cycle have the same number as on the traces, which hold more above them
        page.sheet.row_dimensions[row].hidden = not page.sheet.cell(row, 1).value
    for position, (name, counted, _, key) in enumerate(columns, start=1):
        suffix = " (counted)" if counted is True and name in ("year", "age") else ""
        suffix = " (costs)" if counted == COSTS else suffix
        page.headings(HEADINGS, [(name if key else name.replace("_", " ")) + suffix], position)
        shape = "exact" if key is not None else SHAPES.get(name, "exact")
        if name == "cycle" and key is None:
            for t in range(layout.rows):
                page.put(layout.first + t, position, t, "formula", "count")
            continue

        def cell(
            t: int, row: int, name: str = name, counted: Counted = counted, key: Key | None = key
        ) -> str:
            return _cell(book, name, counted, key, row)

        page.fill(layout.first, layout.rows, position, cell, shape)


def _horizon(book: Book, page: Page) -> None:
    """The horizon above the cycles, and a check that they fill it."""
    layout = book.layout
    page.put(HORIZON_ROW, 1, "horizon, years")
    years = book.scope(None, TIME).formula(book.study.model.horizon_years)
    page.formula(HORIZON_ROW, 3, years)
    gap = f"ABS(MAX({layout.time_column('end')})-{_HORIZON})"
    book.checks.append(
        ("The cycles fill the horizon", f"{gap}<={layout.fixed['tolerance']}*{_HORIZON}")
    )


_HORIZON = f"'{TIME}'!$C${HORIZON_ROW}"


def _cell(book: Book, name: str, counted: Counted, key: Key | None, row: int) -> str:
    layout, model = book.layout, book.study.model
    scope = book.scope(None, TIME, row=row, counted=counted)
    if key is not None:
        return scope.formula(model.formulas[key])
    fixed, rule = layout.fixed, layout.rule(counted)
    cycle = f"$A{row}"

    def setting(name: str) -> str:
        return layout.setting(name, counted)

    def at(column: str, row: int) -> str:
        return f"${layout.times[(column, False)]}{row}"

    until = next((f" {end}" for end, names in UNTIL.items() if name in names), "")
    cycles = _ENDS[until.strip()] if until else fixed["cycles"]
    name = name.removesuffix(until)
    if name.startswith("in state "):
        step, _, memory, _, when = name.removeprefix("in state ").split(" ")
        if row == layout.first:
            return "0"
        ends = layout.time_column("end").removeprefix(f"'{TIME}'!")
        early = int(when == "start")
        since = f"INDEX({ends},MAX({cycle}-{int(step) + early},0)+1)"
        return f"MIN({memory},{at('end', row - 1 if early else row)}-{since})"
    match name:
        case "cycle_years":
            if row == layout.first:
                return at(name, row + 1)
            months = scope.formula(model.cycle_months)
            left = f"{_HORIZON}-{at('end', row - 1)}>{fixed['tolerance']}"
            return f"IF({left},({months})/{fixed['months_per_year']},0)"
        case "end":
            return "0" if row == layout.first else f"{at('end', row - 1)}+{at('cycle_years', row)}"
        case "end_week":
            return f"{at('end', row)}*{fixed['weeks_per_year']}"
        case "year" if model.cycles_differ:
            return at("end", row) if row == layout.first else at("end", row - 1)
        case "discount_time" if model.cycles_differ:
            return f"{at('year', row)}+{setting('moment')}*{at('cycle_years', row)}"
        case "year":
            begun = cycle if counted else f"MAX({cycle}-1,0)"
            months = scope.formula(model.cycle_months)
            return f"{begun}*({months})/{fixed['months_per_year']}"
        case "age":
            assert model.start_age is not None
            own_year = f"${layout.times[('year', counted)]}{row}"
            return f"{scope.formula(model.start_age)}+{own_year}"
        case "discount_time":
            if rule.points:
                return f"{cycle}*{fixed['cycle_years']}"
            return f"(MAX({cycle}-1,0)+{setting('moment')})*{fixed['cycle_years']}"
        case "before":
            return f"IF(AND({cycle}>0,{cycle}<={cycles}),{setting('before')},0)"
        case "after":
            inner = f"IF(MOD({cycle},2)=1,{setting('weight_odd')},{setting('weight_even')})"
            ends = f"IF({cycle}={cycles},{setting('weight_last')},{inner})"
            start = f"IF({cycle}=0,{setting('weight_first')},{ends})"
            return f"IF({cycle}>{cycles},0,{start})"
        case "events":
            if rule.weighs_events:
                weights = (layout.times[(w + until, counted)] for w in ("before", "after"))
                return f"IF({cycle}=0,0,{'+'.join(f'${w}{row}' for w in weights)})"
            return f"IF(AND({cycle}>0,{cycle}<={cycles}),1,0)"
        case "discount_cost":
            return scope.formula(model.discount_cost)
        case _:
            return scope.formula(model.discount_effect)


def place_tables(book: Book) -> None:
    """Give every look-up table its area."""
    column = TABLES
    for name, table in book.study.model.tables.items():
        last = HEADER + len(table.keys)
        width = len(table.columns)
        area = f"'{INPUTS}'!${letter(column)}${HEADER + 1}:${letter(column + width)}${last}"
        for position, heading in enumerate(table.columns, start=2):
            book.layout.tables[f"{name}.{heading}"] = (area, position)
        column += width + 2


def write_tables(book: Book, page: Page) -> None:
    """Write the look-up tables right of the inputs, if the study looks anything up."""
    if not book.study.model.tables:
        return
    entries = book.study.table_entries
    column, first = TABLES, HEADER + 1
    page.put(1, column, "Tables", "part")
    page.parts["Tables"] = f"{letter(column)}1"
    text = (
        "Life table, population norms and other tables that formulas look up; change a figure "
        "(yellow) and everything moves."
    )
    page.put(2, column, text, "note")
    for row, (name, table) in enumerate(book.study.model.tables.items(), start=3):
        entry = entries[name]
        told = ". ".join(filter(None, [entry.description, entry.source]))
        page.put(row, TABLES, f"{name}: {told} [{entry.status}]", "note")
        page.put(HEADER - 1, column, name, "label")
        page.headings(HEADER, ["key", *table.columns], column)
        for i, key in enumerate(table.keys):
            page.put(first + i, column, float(key), "text", "general")
            for j, values in enumerate(table.columns.values(), start=1):
                page.put(first + i, column + j, float(values[i]), "input", "general")
        ends = letter(column + 1), letter(column + len(table.columns))
        page.allow("any", [f"{ends[0]}{first}:{ends[1]}{HEADER + len(table.keys)}"])
        column += len(table.columns) + 2
