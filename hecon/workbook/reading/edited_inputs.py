"""Inputs read back: base values, the ends of ranges, and distributions that follow."""

import math
from collections.abc import Sequence
from dataclasses import replace

from hecon.analyses.one_way import ranges
from hecon.parameters.cell_text import parse_pairs
from hecon.parameters.distributions import Distribution, distribution
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.written_money import is_money
from hecon.report.language import say
from hecon.studies.budget_values import with_budget
from hecon.studies.sessions import cell_column
from hecon.workbook.estimates import taken
from hecon.workbook.reading.cells import WorkbookReading, as_shown, at, changed, is_formula, show
from hecon.workbook.reading.edited_evidence import untie
from hecon.workbook.reading.edited_files import Edit
from hecon.workbook.sheet_layout import HEADER, INPUTS
from hecon.workbook.sheets.inputs_sheet import COLUMNS, settings_heading


def read_inputs(reading: WorkbookReading) -> None:
    """Read every parameter's row."""
    study = with_budget(reading.study)
    known = as_shown({p.text: p for p in study.parameters})
    derived = {r.parameter.text: (r.low, r.high) for r in ranges(reading.study)}
    missing = {p.text for p in study.parameters if p.is_input}
    _, heads = next(reading.rows(INPUTS, HEADER), (HEADER, ()))
    if None in {reading.heading(heads, wanted, INPUTS) for wanted in COLUMNS}:
        return
    for row, cells in reading.rows(INPUTS, HEADER + 1):
        name = str(at(cells, 0))
        if name == say(settings_heading(study)):
            break
        parameter = known.get(name)
        if parameter is None:
            continue
        missing.discard(parameter.text)
        typed, ends = _range(reading, parameter, row, cells, derived.get(parameter.text))
        own = _base_value(reading, parameter, row, at(cells, 3), typed, ends, at(cells, 8))
        if typed and taken(study, parameter) and not own:
            text = (
                f"the ends of '{parameter.text}' follow from the estimate "
                f"'{parameter.estimate}'; type a base value too, or change its arms on Evidence"
            )
            reading.fault(INPUTS, f"{'F' if 'low' in typed else 'G'}{row}", text)
    for text in sorted(missing):
        reading.fault(INPUTS, "", f"the row of '{text}' is missing")


def _file(reading: WorkbookReading, parameter: Parameter) -> str:
    """The copied file that a parameter is in; study and jurisdiction may be called the same."""
    study = reading.study
    if parameter in study.jurisdiction.parameters:
        return reading.files.name(study.jurisdiction.folder, parameter.file.partition("/")[2])
    return reading.files.of_study(study, parameter.file)


def _range(
    reading: WorkbookReading,
    parameter: Parameter,
    row: int,
    cells: Sequence[object],
    derived: tuple[float, float] | None,
) -> tuple[set[str], dict[str, float | None]]:
    """Read the two ends of a range: which were typed over, and what they are now."""
    own = {"low": parameter.low, "high": parameter.high}
    ends = dict(own)
    typed: dict[str, Edit] = {}
    shown = dict(zip(own, derived, strict=True)) if derived is not None else own
    for column, letter, position in (("low", "F", 5), ("high", "G", 6)):
        before, value = shown[column], at(cells, position)
        if before is None or (taken(reading.study, parameter) and is_formula(value)):
            continue
        needed = own[column] is None
        after = reading.number(value, INPUTS, f"{letter}{row}", needed)
        if (after is None and (needed or value is not None)) or not changed(before, after):
            continue
        what = f"{parameter.text}, {column}"
        edit = Edit(INPUTS, f"{letter}{row}", what, show(before), show(after))
        typed[column] = reading.note(edit)
        ends[column] = after
    if typed:
        # a range counts only if both of its ends are stated
        for column, end in shown.items():
            if ends[column] is None and column not in typed:
                ends[column] = end
            edit = typed.get(column) or next(iter(typed.values()))
            text = "" if ends[column] is None else repr(ends[column])
            reading.files.set(_file(reading, parameter), parameter.row, column, text, edit)
    return set(typed), ends


def _base_value(
    reading: WorkbookReading,
    parameter: Parameter,
    row: int,
    value: object,
    typed: set[str],
    ends: dict[str, float | None],
    status: object,
) -> bool:
    """Read the value in use in the base case; a range widens to hold it.

    Returns whether a value was typed.
    """
    estimated = taken(reading.study, parameter)
    if (parameter.value is None or estimated) and is_formula(value):
        return False
    after = reading.number(value, INPUTS, f"D{row}", needed=True)
    if after is None or not (estimated or changed(parameter.value, after)):
        return False
    what = f"{parameter.text}, value"
    edit = Edit(INPUTS, f"D{row}", what, show(parameter.value), show(after))
    files, file = reading.files, _file(reading, parameter)
    if parameter.group == "sessions":
        # a session's cell that a scenario changes: its file has a column for each quantity
        files.set(file, parameter.row, cell_column(parameter), repr(after), reading.note(edit))
        return True
    files.set(file, parameter.row, "value", repr(after), edit)
    if parameter.formula is not None:
        files.set(file, parameter.row, "formula", "", edit)
        if is_money(parameter.unit, parameter.money):
            place = reading.study.jurisdiction.definition
            files.set(file, parameter.row, "currency", place.currency, edit)
            files.set(file, parameter.row, "price_year", place.price_year, edit)
    follows = [untie(reading, parameter, file, edit, ends, status)] if estimated else []
    for column, sign in (("low", 1), ("high", -1)):
        end = ends[column]
        if end is not None and column not in typed and sign * after < sign * end:
            follows.append(f"{column} {show(end)} -> {show(after)}")
            files.set(file, parameter.row, column, repr(after), edit)
    follows += _recentre(reading, parameter, after, edit)
    reading.note(replace(edit, follows="; ".join(follows)))
    return True


def _recentre(
    reading: WorkbookReading, parameter: Parameter, value: float, edit: Edit
) -> list[str]:
    """Move an uncertain input's distribution to its new value, with the spread it had.

    Where no such distribution exists the input becomes fixed. Returns the change in words, nothing
    for an input without a distribution.
    """
    drawn = parameter.distribution
    if drawn.kind in ("fixed", "dirichlet"):
        return []
    moved = moved_distribution(drawn, value)
    after = "fixed"
    try:
        if moved is not None:
            pairs = {k: float(v) for k, v in parse_pairs(moved).items()}
            after = distribution(drawn.kind, pairs).describe()
    except ValueError:
        moved = None
    files, file = reading.files, _file(reading, parameter)
    if moved is None:
        files.set(file, parameter.row, "distribution", "fixed", edit)
    files.set(file, parameter.row, "distribution_parameters", moved or "", edit)
    return [f"{drawn.describe()} -> {after}"]


def moved_distribution(drawn: Distribution, value: float) -> str | None:
    """Parameters of the same kind of distribution around another value, None if fixed.

    The standard error stays as it was; on the log scale for a lognormal.
    """
    a = drawn.parameters
    match drawn.kind:
        case "normal":
            return f"mean = {value!r}; sd = {a[1]!r}"
        case "lognormal" if value > 0:
            return f"mu = {math.log(value)!r}; sigma = {a[1]!r}"
        case "gamma":
            return f"mean = {value!r}; se = {a[1] * a[0] ** 0.5!r}"
        case "beta":
            total = a[0] + a[1]
            se = (a[0] * a[1] / (total**2 * (total + 1))) ** 0.5
            return f"mean = {value!r}; se = {se!r}"
        case "uniform" | "triangular":
            shift = value - drawn.centre
            names = ("low", "high") if drawn.kind == "uniform" else ("low", "mode", "high")
            return "; ".join(f"{n} = {v + shift!r}" for n, v in zip(names, a, strict=True))
        case _:
            return None
