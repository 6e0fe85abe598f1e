"""Scenarios read back: what each one sets."""

from hecon.engine.model import Key, key_text
from hecon.errors import nearest
from hecon.parameters.cell_text import parse_pairs
from hecon.parameters.units import currency_in
from hecon.parameters.written_money import is_money
from hecon.report.language import say
from hecon.studies.budget_values import with_budget
from hecon.studies.study import Scenario
from hecon.workbook.context import RESULT_HEADINGS, override_name
from hecon.workbook.estimates import scenario_estimates
from hecon.workbook.reading.cells import (
    WorkbookReading,
    address,
    as_shown,
    at,
    changed,
    is_formula,
    show,
)
from hecon.workbook.reading.edited_files import Edit

TITLE = "Scenarios"


def read_scenarios(reading: WorkbookReading) -> None:
    """Read every scenario's row; all of them must be there, and no other."""
    study = reading.study
    combined = [each.scenario for each in study.combinations]
    subgroups = {s.id for s in combined}
    scenarios = [*study.scenarios, *combined]
    scenarios += study.budget.scenarios if study.budget else ()
    known = as_shown({s.id: s for s in scenarios})
    missing = dict(known)
    keys = list(dict.fromkeys(key for s in scenarios for key in s.changes))
    heads: list[str] = []
    for row, cells in reading.rows(TITLE):
        first = at(cells, 0)
        if first == say(RESULT_HEADINGS["scenario"]):
            heads = [str(c) for c in cells]
            for name in ("title", "why", "status"):
                reading.heading(heads, RESULT_HEADINGS[name], TITLE)
            continue
        if not heads or first is None:
            continue
        scenario = missing.pop(str(first), None)
        if scenario is None:
            text = f"'{str(first)[:60]}' is none of the study's{nearest(str(first), known)}"
            if str(first) in known:
                text = f"'{first}' appears twice"
            reading.fault(TITLE, f"A{row}", f"scenario {text}; scenarios belong to its file")
            continue
        read = _subgroup if scenario.id in subgroups else _scenario
        read(reading, scenario, keys, heads, row, cells)
    for name in missing:
        reading.fault(TITLE, "", f"the row of scenario '{name}' is missing")


def _scenario(
    reading: WorkbookReading,
    scenario: Scenario,
    keys: list[Key],
    heads: list[str],
    row: int,
    cells: tuple[object, ...],
) -> None:
    pairs = parse_pairs(scenario.text)
    texts = dict(zip(scenario.changes, pairs, strict=True))
    file = reading.files.of_study(reading.study, scenario.file)
    touched: Edit | None = None
    for key in keys:
        position = reading.heading(heads, override_name(key), TITLE)
        if position is None:
            continue
        value, expr = at(cells, position), scenario.changes.get(key)
        computed = expr is not None and expr.op != "const"
        if (computed or scenario_estimates(scenario, key)) and is_formula(value):
            continue
        cell = address(position, row)
        after = reading.number(value, TITLE, cell)
        if after is None and (expr is None or value is not None):
            continue
        before = expr.value if expr is not None and expr.op == "const" else None
        if after is not None and not changed(before, after):
            continue
        what = f"{scenario.id} sets {key_text(key)}"
        touched = reading.note(Edit(TITLE, cell, what, show(before), show(after)))
        if after is None:
            del pairs[texts[key]]
        else:
            own = _in_its_money(reading, scenario, key, after, touched)
            pairs[texts.get(key, key_text(key))] = repr(own)
    if touched is not None:
        text = "; ".join(f"{k} = {v}" for k, v in pairs.items())
        reading.files.set(file, scenario.row, "changes", text, touched)


def _subgroup(
    reading: WorkbookReading,
    scenario: Scenario,
    keys: list[Key],
    heads: list[str],
    row: int,
    cells: tuple[object, ...],
) -> None:
    """A combined subgroup must be as it was: it is made of rows of a file."""
    for key in keys:
        position = reading.heading(heads, override_name(key), TITLE)
        value = None if position is None else at(cells, position)
        expr = scenario.changes.get(key)
        if is_formula(value) and expr is not None:
            continue
        before = expr.value if expr is not None and expr.op == "const" else None
        after = value if isinstance(value, int | float) else None
        if (value is None) != (before is None) or (after is not None and changed(before, after)):
            text = "a subgroup belongs to the study's file; change it there"
            reading.fault(TITLE, address(position or 0, row), text)


def _in_its_money(
    reading: WorkbookReading, scenario: Scenario, key: Key, value: float, edit: Edit
) -> float:
    """A typed amount in the money of its scenario's row, which states the country's if none."""
    study, place = reading.study, reading.study.jurisdiction.definition
    units = {v.key: (v.unit, currency_in(v.unit)) for v in study.variables}
    units |= {p.key: (p.unit, p.money) for p in with_budget(study).parameters}
    if not is_money(*units.get(key, ("", ""))):
        return value
    file = reading.files.of_study(study, scenario.file)
    grid = reading.files.grid(file)
    row = dict(zip((h.strip() for h in grid[0]), grid[scenario.row - 1], strict=False))
    currency, year = (row.get(name, "").strip() for name in ("currency", "price_year"))
    if currency and year:
        return value / place.money_factor(currency, year)
    for name, text in (("currency", place.currency), ("price_year", place.price_year)):
        reading.files.set(file, scenario.row, name, text, edit)
    return value
