"""Inputs: every parameter with its range, distribution and source, and the one column in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from hecon.analyses.one_way import one_way_ends
from hecon.engine.expression import Expr
from hecon.engine.model import Key, key_text
from hecon.engine.timing import COUNTING
from hecon.engine.values import formula_values
from hecon.parameters.design import base_values
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study
from hecon.workbook.context import MODES, SELECTOR, SHOWN, Book, override_name
from hecon.workbook.input_names import names_of
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import EDITS, HEADER, INPUTS, SELECTORS, letter
from hecon.workbook.sheets.evidence_sheet import write_evidence
from hecon.workbook.sheets.live_places import place_live
from hecon.workbook.sheets.model_settings import plain_settings, settings_rows
from hecon.workbook.sheets.time_sheet import write_tables
from hecon.workbook.styles import fitting

COLUMNS = [
    "Name",
    "Description",
    "In use",
    "Base value or formula",
    "Unit",
    "Low",
    "High",
    "Distribution",
    "Status",
    "Price year",
    "Source",
    "Evidence",
    "Derivation",
    "Note",
    "Id",
    "Group",
]
#: Heading of the names by which formulas of one's own can read what is in use.
NAMED = "Name in formulas"


def settings_heading(study: Study) -> str:
    """What stands above the settings, below all inputs: how cycles are counted."""
    return "Settings: " + "; costs: ".join(COUNTING[rule].label for rule in study.model.rules)


def place_inputs(book: Book) -> list[tuple[Key, Parameter | None]]:
    """Give every quantity that is one number its cell, and the settings theirs."""
    study = book.study
    rows: list[tuple[Key, Parameter | None]] = []
    for parameter in study.parameters:
        if parameter.is_input or _single(book, parameter.key):
            rows.append((parameter.key, parameter))
    rows += [(v.key, None) for v in study.variables if _single(book, v.key)]
    for position, (key, _) in enumerate(rows):
        book.layout.cells[key] = f"'{INPUTS}'!$C${HEADER + 1 + position}"
    for position, (name, _) in enumerate(settings_rows(study)):
        book.layout.fixed[name] = f"'{INPUTS}'!$C${_settings_row(len(rows)) + position}"
    return rows


def _settings_row(inputs: int) -> int:
    """Row of the first setting, below a number of inputs and a heading."""
    return HEADER + inputs + 3


def _single(book: Book, key: Key) -> bool:
    kind = book.kinds[key]
    return not (kind.by_cycle or kind.by_strategy or kind.by_time_in_state)


@dataclass(frozen=True)
class InputAddresses:
    """Where inputs have their names, and what they are called."""

    names: str
    labels: str


def write_inputs(book: Book) -> InputAddresses:
    """Write the sheet, the look-up tables on its right."""
    rows = book.after(place_inputs)
    page = add_page(
        book.workbook,
        INPUTS,
        "Inputs",
        "Change a base value (yellow) and everything moves. Choose below what is in use: base "
        "case, a scenario, one end of a range, or a draw.",
        f"A{HEADER + 1}",
    )
    # at 1366 x 768 eighteen inputs are seen, with name, value in use, unit and status
    page.sheet.sheet_view.zoomScale = 80
    page.effect = Page.effect  # texts of the study stay as they are
    page.widths(30, 70, 15, 20, 14, 11, 11, 34, 12, 10, 26, 16, 40, 40, 7, 16)
    _selector(book, page)
    _settings(book, page, _settings_row(len(rows)))
    page.headings(HEADER, COLUMNS)
    values = _base_values(book.study, [key for key, _ in rows])
    for position, (key, parameter) in enumerate(rows):
        row = HEADER + 1 + position
        if parameter is None:
            _computed_variable(book, page, row, key, values[key])
        else:
            _parameter(book, page, row, parameter, values)
    _name(book, page, [key_text(key) for key, _ in rows])
    last = _settings_row(len(rows)) + len(settings_rows(book.study)) - 1
    _allow(page, rows, last)
    # what does not fit a printed page stays on screen: derivation, notes, ids
    page.sheet.print_area = f"A1:K{last}"
    page.sheet.auto_filter.ref = f"A{HEADER}:P{HEADER + len(rows)}"
    write_tables(book, page)
    names, labels = (
        f"'{INPUTS}'!${column}${HEADER + 1}:${column}${HEADER + len(rows)}" for column in "AB"
    )
    return InputAddresses(names, labels)


def _name(book: Book, page: Page, texts: Sequence[str]) -> None:
    """Let formulas read what is in use by a name, which stands beside the input."""
    page.headings(HEADER, [NAMED], len(COLUMNS) + 1)
    page.sheet.column_dimensions[letter(len(COLUMNS) + 1)].width = 30
    for row, name in enumerate(names_of(texts), start=HEADER + 1):
        page.put(row, len(COLUMNS) + 1, name)
        place = f"'{INPUTS}'!$C${row}"
        book.workbook.defined_names[name] = DefinedName(name, attr_text=place)


def _base_values(study: Study, keys: Sequence[Key]) -> dict[Key, float]:
    """What inputs and formulas are in the base case, to choose how many digits are shown."""
    known = base_values(study.parameters)
    targets = [(Expr("name", name=key[0]), key[1]) for key in keys]
    found = formula_values(study.model, targets, known, {})
    return {key: float(value) for key, value in zip(keys, found, strict=True)}


def _allow(page: Page, rows: list[tuple[Key, Parameter | None]], last: int) -> None:
    """What may be typed into the yellow cells."""
    allowed: dict[str, list[str]] = {"any": [], "share": [], "positive": []}
    for row, (_, parameter) in enumerate(rows, start=HEADER + 1):
        if parameter is not None and parameter.is_input:
            share = parameter.unit in ("probability", "share")
            rule = "share" if share else "positive" if parameter.currency else "any"
            allowed[rule] += [f"D{row}", f"F{row}:G{row}"]
    first = _settings_row(len(rows))
    allowed["any"].append(f"C{first}:C{last}")
    for rule, cells in allowed.items():
        page.allow(rule, cells)


def _selector(book: Book, page: Page) -> None:
    scenarios, one_way = book.study.scenarios, book.run(one_way_ends)
    mode, scenario, parameter, end, draw = (f"$C${SELECTORS + i}" for i in range(5))
    modes = [MODES[0], *(m for m, what in zip(MODES[1:], SHOWN, strict=True) if book.has(what))]
    shown = "".join(
        f'IF({mode}="{name}",{number},'
        for number, name in enumerate(MODES[1:], start=2)
        if name in modes
    )
    show = f"{shown}1{')' * (len(modes) - 1)}"
    live = book.after(place_live)
    if live is not None:
        show = f"IF({live.number}>0,{len(MODES)},{show})"
    found = [("Show", MODES[0], show, '"' + ",".join(modes) + '"')]
    if scenarios:
        listed = book.scenarios.span("scenario")
        found.append(("Scenario", scenarios[0].id, f"MATCH({scenario},{listed},0)", listed))
    else:
        found.append(("", "", "", ""))
    if book.has("one_way"):
        which = f"$D${SELECTORS + 3}"
        key = f'MATCH({parameter}&"|"&{which},{book.one_way.span("key")},0)'
        names = f"'{book.one_way.sheet}'!{ranged_names(book)}"
        first = str(one_way["parameter"].iloc[0])
        found.append(("One-way: parameter", first, key, names))
        found.append(("One-way: end", "low", f'IF({end}="high",2,1)', '"low,high"'))
    else:
        found += [("", "", "", "")] * 2
    for row, (label, value, text, source) in enumerate(found, start=SELECTORS):
        if not label:
            continue
        page.put(row, 1, label, "text")
        page.put(row, 3, value, "input")
        page.formula(row, 4, text, "formula")
        rule = DataValidation(type="list", formula1=source, allow_blank=False)
        rule.add(f"C{row}")
        page.sheet.add_data_validation(rule)
    page.put(SELECTORS, 5, "type or choose in the yellow cells; 'Base case' resets", "note")
    if not book.has("draw"):
        return
    last = SELECTORS + len(found)
    page.put(last, 1, f"PSA draw (1 to {book.draws.rows})", "text")
    page.put(last, 3, 1, "input")
    if live is not None:
        draw = f"IF({live.number}>0,{live.number},{draw})"
    page.formula(last, 4, f"MAX(1,MIN({draw},{book.draws.rows}))", "formula")
    rule = DataValidation(
        type="whole", operator="between", formula1="1", formula2=str(book.draws.rows)
    )
    rule.add(f"C{last}")
    page.sheet.add_data_validation(rule)


def _settings(book: Book, page: Page, first: int) -> None:
    study = book.study
    scope = book.scope(None, INPUTS)
    years = scope.formula(study.model.horizon_years)
    labels = dict(settings_rows(study))
    values: dict[str, object] = {**plain_settings(study)}
    if study.model.cycles_differ:
        labels["cycle_years"] = "length of the first cycle, years; each cycle's own is on Time"
        lengths = book.layout.time_column("cycle_years")
        values["cycle_years"] = lengths.split(":")[0]
        values["cycles"] = f"SUMPRODUCT(({lengths}>0)*1)-1"
    else:
        months = scope.formula(study.model.cycle_months)
        values["cycle_years"] = f"({months})/C{first + 1}"
        values["cycles"] = f"ROUND(({years})/C{first},0)"
    page.put(first - 1, 1, settings_heading(study), "note")
    for i, (name, label) in enumerate(labels.items()):
        page.put(first + i, 1, name)
        page.put(first + i, 2, label)
        value = values[name]
        if isinstance(value, str):
            page.formula(first + i, 3, value, "formula", "exact" if i == 0 else "general")
        else:
            page.put(first + i, 3, value, "input")


def _shape(unit: str, currency: str, value: float) -> str:
    if (currency and currency in unit) or unit.startswith("currency"):
        return "money"
    return fitting(value)


def _parameter(
    book: Book, page: Page, row: int, parameter: Parameter, values: Mapping[Key, float]
) -> None:
    found = book.ranges.get(parameter.key)
    place = book.study.jurisdiction.definition
    shape = _shape(parameter.unit, place.currency, values[parameter.key])
    estimates = book.after(write_evidence)
    estimate = estimates.get(parameter.estimate) if parameter.is_input else None
    page.put(row, 1, parameter.text)
    page.put(row, 2, parameter.description)
    if parameter.formula is not None:
        text = book.scope(parameter.strategy, INPUTS).formula(parameter.formula)
        page.formula(row, 4, text, "formula", shape)
        page.watch(row, 4, book.scope(parameter.strategy, EDITS).formula(parameter.formula))
    elif estimate is not None:
        _estimated(page, row, 4, estimate.cell("estimate", parameter.unit))
    else:
        page.put(row, 4, parameter.value, "input", shape)
    _in_use(book, page, row, parameter.key, shape)
    page.put(row, 5, parameter.unit.replace("currency", place.currency))
    for column, end, value in (
        (6, "lower", found.low if found else parameter.low),
        (7, "upper", found.high if found else parameter.high),
    ):
        if estimate is not None:
            _estimated(page, row, column, estimate.cell(end, parameter.unit))
        else:
            page.put(row, column, value, "input" if found and parameter.is_input else "text", shape)
    page.put(row, 8, "computed" if parameter.formula else parameter.distribution.describe())
    weak = "assumption" if parameter.status == "assumption" else "text"
    page.put(row, 9, parameter.status, weak)
    texts = (
        parameter.price_year,
        parameter.source,
        parameter.evidence_ids,
        parameter.derivation,
        parameter.note,
        parameter.id,
        parameter.group,
    )
    for column, text in enumerate(texts, start=10):
        page.put(row, column, text)


def _estimated(page: Page, row: int, column: int, cell: str) -> None:
    """A figure that Evidence gives; a number typed over it takes its place."""
    page.formula(row, column, cell, "link", "probability")
    page.watch(row, column, cell)


def _computed_variable(book: Book, page: Page, row: int, key: Key, value: float) -> None:
    variable = next(v for v in book.study.variables if v.key == key)
    page.put(row, 1, key_text(key))
    page.put(row, 2, variable.description)
    shape = fitting(value)
    page.formula(row, 4, book.scope(key[1], INPUTS).formula(variable.formula), "formula", shape)
    page.watch(row, 4, book.scope(key[1], EDITS).formula(variable.formula))
    _in_use(book, page, row, key, shape)
    page.put(row, 5, variable.unit)
    page.put(row, 8, "computed")
    page.put(row, 9, "method")
    page.put(row, 16, "model")


def _in_use(book: Book, page: Page, row: int, key: Key, shape: str) -> None:
    """The cell that the whole model reads: base, scenario, one-way end or draw."""
    base = f"$D{row}"
    scenario = one_way = draw = base
    if key in book.changed:
        cell = (
            f"INDEX({book.scenarios.span(override_name(key))},{_own(SELECTOR['scenario'].number)})"
        )
        scenario = f"IF(ISBLANK({cell}),{base},{cell})"
    if key in book.ranges:
        chosen = f"IF({_own(SELECTOR['end'].number)}=1,$F{row},$G{row})"
        one_way = f"IF({_own(SELECTOR['one_way'].typed)}=$A{row},{chosen},{base})"
    if book.has("draw") and key_text(key) in book.draws.columns:
        draw = f"INDEX({book.draws.span(key_text(key))},{_own(SELECTOR['draw'].number)})"
        if live := book.after(place_live):
            draw = f"IF({live.follows(key)}=1,{draw},{base})"
    if (scenario, one_way, draw) == (base, base, base):
        text = base
    else:
        text = f"CHOOSE({_own(SELECTOR['mode'].number)},{base},{scenario},{one_way},{draw})"
    page.formula(row, 3, text, "link", shape)


def _own(address: str) -> str:
    return address.removeprefix(f"'{INPUTS}'!")


def ranged_names(book: Book) -> str:
    """Where One-way lists each parameter that has a range once."""
    grid = book.one_way
    c = letter(len(grid.columns) + 6)
    return f"${c}${grid.first}:${c}${grid.first + max(len(book.ranges), 1) - 1}"


def override_formula(book: Book, expr: Expr, key: Key, sheet: str) -> str:
    """A scenario's override as a formula over the inputs in use, as a sheet sees it."""
    return book.scope(key[1], sheet).formula(expr)
