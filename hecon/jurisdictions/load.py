"""From a jurisdiction's folder to a validated `Jurisdiction`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from hecon.engine.expression import constant
from hecon.engine.model import Table
from hecon.errors import FaultList
from hecon.jurisdictions.schema import FILE, Definition, Discount, Jurisdiction, Severity
from hecon.parameters.definitions import read_toml
from hecon.parameters.files import inside
from hecon.parameters.rows import name_problem, parse_formula, plain_number, read_parameters
from hecon.parameters.schema import Parameter
from hecon.parameters.tables import read_table

_PLAIN = re.compile(r"[A-Za-z0-9_.]+")


def load_jurisdiction(folder: Path) -> Jurisdiction:
    """Read and validate a jurisdiction's folder; raises InputError with every fault."""
    faults = FaultList()
    shown = f"{folder.name}/{FILE}"
    definition = read_toml(folder / FILE, shown, Definition)
    _check_steps(definition.discount, shown, faults)
    cost, effect, opportunity = (
        parse_formula(text, faults, shown, None, column) or constant(0.0)
        for text, column in (
            (discount_text(definition.discount, "cost"), "discount.steps"),
            (discount_text(definition.discount, "effect"), "discount.steps"),
            (definition.opportunity_cost, "opportunity_cost"),
        )
    )
    if definition.severity is not None:
        _check_severity(definition.severity, shown, faults)
    parameters: list[Parameter] = []
    tables: dict[str, Table] = {}
    for file in definition.parameters:
        with faults.collect():
            path = inside(folder, file, shown, "parameters")
            parameters += read_parameters(path, f"{folder.name}/{file}", faults)[0]
    for name, entry in definition.tables.items():
        problem = name_problem(name)
        if problem:
            faults.add(shown, None, f"tables.{name}", problem)
        with faults.collect():
            path = inside(folder, entry.file, shown, f"tables.{name}.file")
            table = read_table(path, f"{folder.name}/{entry.file}", name, faults)
            if table is not None:
                tables[name] = table
    faults.raise_if_any()
    return Jurisdiction(folder, definition, parameters, tables, cost, effect, opportunity)


def discount_text(discount: Discount, kind: Literal["cost", "effect"]) -> str:
    """The discount factor as one line of arithmetic over `discount_time`.

    Each rate works on the years that fall into its step, so the factor has no jumps.
    """
    parts = []
    starts = [_operand(step.start) for step in discount.steps]
    for position, step in enumerate(discount.steps):
        rate = _operand(step.cost if kind == "cost" else step.effect)
        last = position + 1 == len(discount.steps)
        until = "discount_time" if last else f"min(discount_time, {starts[position + 1]})"
        years = until if position == 0 else f"max(0, {until} - {starts[position]})"
        if discount.compounding == "annual":
            parts.append(f"(1 + {rate}) ** -{years}")
        else:
            parts.append(f"exp(-{rate} * {years})")
    return " * ".join(parts)


def _operand(text: str) -> str:
    """A formula that can stand inside another one."""
    return text if _PLAIN.fullmatch(text) else f"({text})"


def _check_steps(discount: Discount, shown: str, faults: FaultList) -> None:
    """Every formula of its own must be one, and the steps must start at 0 and rise."""
    latest: float | None = None
    for position, step in enumerate(discount.steps, start=1):
        place = f"discount.steps[{position}]"
        start = parse_formula(step.start, faults, shown, None, f"{place}.start")
        parse_formula(step.cost, faults, shown, None, f"{place}.cost")
        parse_formula(step.effect, faults, shown, None, f"{place}.effect")
        if start is None:
            continue
        found = plain_number(start)
        if position == 1 and found != 0.0:
            text = f"found {step.start}, the first step starts at 0"
            faults.add(shown, None, f"{place}.start", text)
        elif latest is not None and found is not None and found <= latest:
            text = f"{found:g} follows {latest:g}; starts must rise from step to step"
            faults.add(shown, None, f"{place}.start", text)
        latest = found


def _check_severity(severity: Severity, shown: str, faults: FaultList) -> None:
    falls = [c.shortfall for c in severity.classes]
    if falls != sorted(set(falls)):
        faults.add(shown, None, "severity.classes", "shortfalls must rise from class to class")
    weights = [c.weight for c in severity.classes]
    if weights != sorted(weights):
        faults.add(shown, None, "severity.classes", "weights must not fall from class to class")
