"""Parameter files: rows of CSV become `Parameter` objects."""

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import ValidationInfo, field_validator

from hecon.engine.expression import Expr, constant
from hecon.errors import FaultList
from hecon.parameters.cell_text import name_problem, parse_formula, parse_pairs
from hecon.parameters.distributions import BASES, Distribution, DistributionError, distribution
from hecon.parameters.figures import Figure, figure
from hecon.parameters.parameter_schema import (
    RANGES,
    STATUSES,
    Derived,
    Parameter,
)
from hecon.parameters.records import Formula, Required, Strict, Text, short
from hecon.parameters.tables import NO_ROWS, read_rows
from hecon.parameters.units import currency_in, value_problem

#: How far a base value may lie from its distribution's centre (sources round).
CENTRE_TOLERANCE = 0.02

FIXED = Distribution("fixed", (0.0,))

#: The value of a Dirichlet's row that is left blank, until all alphas of its group are known.
FOLLOWS = math.nan


class ParameterRow(Strict):
    """Columns of a parameter file."""

    id: Text = ""
    group: Text = ""
    name: Required
    description: Text = ""
    concerns: Text = ""
    strategy: Text = "all"
    value: Text
    formula: Formula = ""
    estimate: Text = ""
    unit: Text
    low: Figure = None
    high: Figure = None
    range_is: Literal[RANGES] = ""  # type: ignore[valid-type]
    holds_fixed: Text = ""
    distribution: Text = ""
    distribution_parameters: Text = ""
    currency: Text = ""
    price_year: Text = ""
    derivation: Text = ""
    source: Text
    evidence_ids: Text = ""
    status: Text
    note: Text = ""

    @field_validator("status")
    @classmethod
    def _status(cls, status: str, info: ValidationInfo) -> str:
        if not status and not info.data["estimate"]:
            raise ValueError("a status is needed")
        return status


#: Columns that say something together only.
TOGETHER = (("low", "high"), ("distribution", "distribution_parameters"))

#: What an estimate gives, so that a row with one leaves it blank.
GIVEN = (
    *("value", "formula", "low", "high", "distribution", "distribution_parameters"),
    *("derivation", "source", "status"),
)

#: What a parameter in a unit takes from an estimate: None if the estimate itself is at fault.
#: Raises ValueError with what is wrong.
Estimates = Callable[[str, str], Derived | None]


def no_estimates(name: str, unit: str) -> Derived | None:
    """Stands for the estimates of files that can't have any."""
    raise ValueError(f"'{name}' is not an estimate; a jurisdiction's parameters have none")


def read_parameters(
    path: Path, shown: str, faults: FaultList, estimates: Estimates = no_estimates
) -> tuple[list[Parameter], bool]:
    """Parameters of a file, and whether every row of it could be read.

    Every fault is recorded: names, values, ranges, distributions. A row with a faulty value
    still gives a parameter, so that formulas which use it are not blamed.
    """
    before = len(faults.faults)
    rows = read_rows(path, shown, ParameterRow, faults)
    lacking = _lacking([row for _, row, _ in rows])
    for name in lacking:
        faults.add(shown, 1, name, "the column is missing; its cells may be blank")
    if not rows and len(faults.faults) == before:
        faults.add(shown, None, None, NO_ROWS)
    complete = len(faults.faults) == before
    if lacking:
        return [], False
    parameters = []
    for position, row, _ in rows:
        problem = name_problem(row.name)
        if problem:
            faults.add(shown, position, "name", problem)
            complete = False
        read = _estimated if row.estimate else _typed
        parameters += _by_strategy(row, read(row, position, shown, faults, estimates))
    return parameters, complete


def _by_strategy(row: ParameterRow, parameter: Parameter) -> list[Parameter]:
    """A row of several strategies: one quantity, of the first; the others' is the same.

    What is computed is computed in each.
    """
    names = [name.strip() for name in row.strategy.split(";") if name.strip()]
    if len(names) < 2:
        return [parameter]
    first = replace(parameter, strategy=names[0])
    if parameter.formula is not None:
        return [first, *(replace(first, strategy=name) for name in names[1:])]
    same = replace(
        first,
        value=None,
        formula=Expr("name", name=first.text, text=first.text),
        low=None,
        high=None,
        distribution=FIXED,
        estimate="",
    )
    return [first, *(replace(same, strategy=name) for name in names[1:])]


def _lacking(rows: Sequence[ParameterRow]) -> list[str]:
    """A column of a pair can't be left out alone, and ranges not where a figure is typed."""
    given = {name for row in rows for name in row.model_fields_set}
    typed = any(row.value for row in rows)
    found = []
    for pair in TOGETHER:
        absent = [name for name in pair if name not in given]
        if len(absent) == 1 or (absent and typed and pair == TOGETHER[0]):
            found += absent
    return found


def _estimated(
    row: ParameterRow, position: int, shown: str, faults: FaultList, estimates: Estimates
) -> Parameter:
    """A parameter that takes everything from an estimate."""
    for column in GIVEN:
        if getattr(row, column) not in ("", None):
            text = f"the estimate '{row.estimate}' gives it; leave it blank, or the estimate"
            faults.add(shown, position, column, text)
    found = None
    try:
        found = estimates(row.estimate, row.unit)
    except ValueError as error:
        faults.add(shown, position, "estimate", error)
    if found is None:
        # formulas that use it are not blamed
        found = Derived(0.0, None, None, FIXED, "", "", "")
        return _described(row, position, shown, found, constant(0.0))
    if found.status == "retracted":
        text = (
            f"the estimate '{row.estimate}' rests on retracted evidence "
            f"({', '.join(found.rows)}); only a scenario with that status may use it"
        )
        faults.add(shown, position, "estimate", text)
    return _described(row, position, shown, found)


def _typed(
    row: ParameterRow, position: int, shown: str, faults: FaultList, estimates: Estimates
) -> Parameter:
    """A parameter with a value or a formula of its own."""
    if row.status not in STATUSES:
        text = f"found '{short(row.status)}', allowed are {', '.join(STATUSES)}"
        faults.add(shown, position, "status", text)
    elif row.status == "retracted":
        text = "a parameter can't rest on retracted evidence; only a scenario may"
        faults.add(shown, position, "status", text)
    if not row.source:
        faults.add(shown, position, "source", "is empty; say where the figure comes from")
    value: float | None = None
    formula: Expr | None = None
    if row.distribution == "dirichlet" and not row.value and not row.formula:
        value = FOLLOWS
    elif bool(row.value) == bool(row.formula):
        faults.add(shown, position, "value", "give either a value or a formula, and not both")
        formula = constant(0.0)
    elif row.formula:
        formula = parse_formula(row.formula, faults, shown, position, "formula") or constant(0.0)
    else:
        try:
            value = figure(row.value)
        except ValueError as error:
            faults.add(shown, position, "value", str(error))
            formula = constant(0.0)
    drawn = _distribution(row, position, shown, faults)
    if row.formula and drawn.varies:
        text = "a computed row has no distribution of its own"
        faults.add(shown, position, "distribution", text)
    _check_values(row, None if value is FOLLOWS else value, position, shown, faults)
    if value is not None and drawn.varies and drawn.kind != "dirichlet":
        _check_centre(drawn, value, position, shown, faults)
    found = Derived(
        0.0 if value is None else value,
        row.low,
        row.high,
        drawn,
        row.source,
        row.status,
        row.derivation,
    )
    return _described(row, position, shown, found, formula)


def _described(
    row: ParameterRow, position: int, shown: str, found: Derived, formula: Expr | None = None
) -> Parameter:
    """The parameter of a row, with its figure, doubt and provenance."""
    return Parameter(
        name=row.name,
        strategy=None if row.strategy in ("", "all") else row.strategy,
        description=row.description,
        unit=row.unit,
        value=found.value if formula is None else None,
        formula=formula,
        low=found.low,
        high=found.high,
        distribution=found.distribution,
        id=row.id,
        group=row.group,
        concerns=row.concerns,
        currency=row.currency,
        price_year=row.price_year,
        derivation=found.derivation,
        source=found.source,
        evidence_ids=", ".join(filter(None, (row.evidence_ids, *found.rows))),
        status=found.status,
        note=row.note,
        file=shown,
        row=position,
        estimate=row.estimate,
        range_is=row.range_is,
        holds_fixed=row.holds_fixed,
    )


def _distribution(row: ParameterRow, position: int, shown: str, faults: FaultList) -> Distribution:
    """The row's distribution; a faulty one is recorded and becomes fixed."""
    kind = row.distribution or "fixed"
    column = "distribution_parameters"
    try:
        pairs = parse_pairs(row.distribution_parameters)
        group, base = pairs.pop("group", ""), pairs.pop("value", "")
        numbers = {}
        for name, text in pairs.items():
            try:
                numbers[name] = figure(text)
            except ValueError as error:
                raise DistributionError(f"{name}: {error}") from None
        if kind == "fixed":
            if pairs or base:
                raise DistributionError("a fixed value takes no parameters; name a distribution")
            return FIXED
        if kind == "dirichlet" and not group:
            raise DistributionError("a dirichlet row needs 'group = name' to say what sums to one")
        return distribution(kind, numbers, group, base)
    except ValueError as error:
        if "is not a distribution" in str(error):
            column = "distribution"
        faults.add(shown, position, column, str(error))
    return FIXED


def _check_values(
    row: ParameterRow, value: float | None, position: int, shown: str, faults: FaultList
) -> None:
    money = row.currency or currency_in(row.unit)
    for column, found in (("value", value), ("low", row.low), ("high", row.high)):
        problem = None if found is None else value_problem(row.unit, money, found)
        if problem:
            faults.add(shown, position, column, problem)
    if (row.low is None) != (row.high is None):
        column = "low" if row.low is None else "high"
        faults.add(shown, position, column, "the range has one end; give both, or none")
    elif row.low is not None and row.high is not None and row.low > row.high:
        faults.add(shown, position, "low", f"{row.low:g} is above the high value {row.high:g}")
    elif value is not None:
        if row.low is not None and value < row.low:
            text = f"{value:g} is outside its range: below the low value {row.low:g}"
            faults.add(shown, position, "value", text)
        if row.high is not None and value > row.high:
            text = f"{value:g} is outside its range: above the high value {row.high:g}"
            faults.add(shown, position, "value", text)


def _check_centre(
    drawn: Distribution, value: float, position: int, shown: str, faults: FaultList
) -> None:
    column = "distribution_parameters"
    try:
        centre = drawn.centre
    except DistributionError as error:
        faults.add(shown, position, column, str(error))
        return
    if not _agree(centre, value):
        text = (
            f"the {drawn.kind}'s {drawn.base or 'centre'} is {centre:.6g} but the value is "
            f"{value:g}; they must agree within {CENTRE_TOLERANCE:.0%}"
        )
        for base in BASES:
            with contextlib.suppress(ValueError, OverflowError):
                if _agree(replace(drawn, base=base).centre, value):
                    text += f", unless the row says 'value = {base}'"
                    break
        faults.add(shown, position, column, text)


def _agree(centre: float, value: float) -> bool:
    return abs(centre - value) <= CENTRE_TOLERANCE * max(abs(value), abs(centre), 1e-12)
