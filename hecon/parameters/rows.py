"""Parameter files: rows of CSV become `Parameter` objects."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hecon.engine.expression import FUNCTIONS, Expr, ExpressionError, parse
from hecon.engine.model import FIXED_NAMES, TIME_NAMES
from hecon.errors import FaultList
from hecon.parameters.distributions import Distribution, DistributionError, distribution
from hecon.parameters.schema import STATUSES, Parameter
from hecon.parameters.tables import Number, Required, Strict, Text, read_rows

#: How far a base value may lie from its distribution's centre (sources round).
CENTRE_TOLERANCE = 0.02

RESERVED = {*FUNCTIONS, *TIME_NAMES, *FIXED_NAMES, "session", "n_sessions", "attendance", "rest"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}")


class ParameterRow(Strict):
    """Columns of a parameter file."""

    id: Text = ""
    group: Text = ""
    name: Required
    description: Text = ""
    concerns: Text = ""
    strategy: Text = "all"
    value: Text
    formula: Text = ""
    unit: Text
    low: Number = None
    high: Number = None
    distribution: Text = "fixed"
    distribution_parameters: Text = ""
    currency: Text = ""
    price_year: Text = ""
    derivation: Text = ""
    source: Text
    evidence_ids: Text = ""
    status: Annotated[Text, Field(min_length=1)]
    note: Text = ""


def name_problem(name: str) -> str | None:
    """Why a name can't be used in formulas and in Excel, or None."""
    if not _NAME.fullmatch(name):
        return f"'{name}' is not a name; allowed are letters, digits and _, a letter first"
    if _CELL.fullmatch(name) or re.fullmatch(r"[rRcC]|[rR][0-9]*[cC][0-9]*", name):
        return f"'{name}' looks like a cell address in Excel; choose a longer name such as {name}_"
    if name in RESERVED or keyword.iskeyword(name):
        return f"'{name}' is reserved; choose another name"
    return None


def parse_formula(
    text: str, faults: FaultList, file: str, row: int | None, column: str
) -> Expr | None:
    """The parsed formula, or None with the fault recorded."""
    try:
        return parse(text)
    except ExpressionError as error:
        faults.add(file, row, column, str(error))
        return None


def parse_pairs(text: str) -> dict[str, str]:
    """``a = 1; b = 2`` as a dictionary of texts; raises ValueError on anything else."""
    pairs: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, found, value = part.partition("=")
        if not found or not name.strip() or not value.strip():
            raise ValueError(f"found '{part}', allowed is 'name = value; name = value'")
        if name.strip() in pairs:
            raise ValueError(f"'{name.strip()}' is given twice")
        pairs[name.strip()] = value.strip()
    return pairs


def _distribution(row: ParameterRow) -> Distribution:
    kind = row.distribution or "fixed"
    if kind == "fixed":
        return Distribution("fixed", (0.0,))
    pairs = parse_pairs(row.distribution_parameters)
    group = pairs.pop("group", "")
    numbers = {}
    for name, text in pairs.items():
        try:
            numbers[name] = float(text)
        except ValueError:
            raise DistributionError(f"found '{text}' for {name}, allowed is a number") from None
    if kind == "dirichlet" and not group:
        raise DistributionError("a dirichlet row needs 'group = name' to say what sums to one")
    return distribution(kind, numbers, group)


def read_parameters(path: Path, shown: str) -> list[Parameter]:
    """Read a parameter file.

    Raises
    ------
    InputError
        With every fault of the file: schema, names, values, ranges, distributions.
    """
    faults = FaultList()
    parameters = []
    for number, row, _ in read_rows(path, shown, ParameterRow):
        parameter = _parameter(row, number, shown, faults)
        if parameter is not None:
            parameters.append(parameter)
    faults.raise_if_any()
    return parameters


def _parameter(row: ParameterRow, number: int, shown: str, faults: FaultList) -> Parameter | None:
    before = len(faults.faults)
    problem = name_problem(row.name)
    if problem:
        faults.add(shown, number, "name", problem)
    if row.status not in STATUSES:
        faults.add(
            shown, number, "status", f"found '{row.status}', allowed are {', '.join(STATUSES)}"
        )
    value: float | None = None
    formula = None
    if bool(row.value) == bool(row.formula):
        faults.add(shown, number, "value", "give either a value or a formula, and not both")
    elif row.formula:
        formula = parse_formula(row.formula, faults, shown, number, "formula")
    else:
        try:
            value = float(row.value)
        except ValueError:
            faults.add(shown, number, "value", f"found '{row.value}', allowed is a number")
        else:
            if value != value or value in (float("inf"), float("-inf")):
                faults.add(
                    shown, number, "value", f"found '{row.value}', allowed is a finite number"
                )
    drawn = Distribution("fixed", (0.0,))
    try:
        drawn = _distribution(row)
    except (DistributionError, ValueError) as error:
        column = "distribution" if "is not a distribution" in str(error) else "distribution_parameters"
        faults.add(shown, number, column, str(error))
    if formula is not None and drawn.varies:
        faults.add(shown, number, "distribution", "a computed row has no distribution of its own")
    if value is not None:
        _check_value(row, value, drawn, number, shown, faults)
    if len(faults.faults) > before:
        return None
    return Parameter(
        name=row.name,
        strategy=None if row.strategy in ("", "all") else row.strategy,
        description=row.description,
        unit=row.unit,
        value=value,
        formula=formula,
        low=row.low,
        high=row.high,
        distribution=drawn,
        id=row.id,
        group=row.group,
        concerns=row.concerns,
        currency=row.currency,
        price_year=row.price_year,
        derivation=row.derivation,
        source=row.source,
        evidence_ids=row.evidence_ids,
        status=row.status,
        note=row.note,
        file=shown,
        row=number,
    )


def _check_value(
    row: ParameterRow,
    value: float,
    drawn: Distribution,
    number: int,
    shown: str,
    faults: FaultList,
) -> None:
    share = row.unit in ("probability", "share")
    for column, found in (("value", value), ("low", row.low), ("high", row.high)):
        if found is None:
            continue
        if share and not 0 <= found <= 1:
            faults.add(shown, number, column, f"found {found:g}, allowed for a {row.unit} is 0 to 1")
        if row.currency and found < 0:
            faults.add(shown, number, column, f"found {found:g}, a cost can't be negative")
    if row.low is not None and row.high is not None and not row.low <= value <= row.high:
        faults.add(
            shown, number, "value", f"{value:g} is outside its range {row.low:g} to {row.high:g}"
        )
    if drawn.varies and drawn.kind != "dirichlet":
        centre = drawn.centre
        if abs(centre - value) > CENTRE_TOLERANCE * max(abs(value), abs(centre), 1e-12):
            faults.add(
                shown,
                number,
                "distribution_parameters",
                f"the {drawn.kind}'s centre is {centre:.6g} but the value is {value:g}; "
                f"they must agree within {CENTRE_TOLERANCE:.0%}",
            )
