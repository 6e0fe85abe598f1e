"""From a jurisdiction's folder to a validated `Jurisdiction`."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from hecon.engine.expression import Expr, constant
from hecon.engine.model import LookupTable
from hecon.errors import FaultList
from hecon.jurisdictions.demands import Demand, read_demands
from hecon.jurisdictions.jurisdiction_schema import (
    FILE,
    Discount,
    Jurisdiction,
    JurisdictionDefinition,
    Severity,
)
from hecon.parameters.cell_text import name_problem, parse_formula, plain_number
from hecon.parameters.definitions import read_toml
from hecon.parameters.files import inside
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import read_parameters
from hecon.parameters.tables import read_table

_PLAIN = re.compile(r"[A-Za-z0-9_.]+")


def load_jurisdiction(folder: Path) -> Jurisdiction:
    """Read and validate a jurisdiction's folder; raises InputError with every fault."""
    faults = FaultList()
    shown = f"{folder.name}/{FILE}"
    definition = read_toml(folder / FILE, shown, JurisdictionDefinition)
    _check_steps(definition.discount, shown, faults)
    cost, effect, opportunity = (
        parse_formula(text, faults, shown, None, column) or constant(0.0)
        for text, column in (
            (discount_text(definition.discount, "cost"), "discount.steps"),
            (discount_text(definition.discount, "effect"), "discount.steps"),
            (definition.opportunity_cost or "1", "opportunity_cost"),
        )
    )
    values = tuple(
        parse_formula(text, faults, shown, None, f"threshold.values[{i}]") or constant(0.0)
        for i, text in enumerate(definition.threshold.values, start=1)
    )
    _check_threshold(definition, values, shown, faults)
    if definition.severity is not None:
        _check_severity(definition.severity, shown, faults)
    parameters: list[Parameter] = []
    tables: dict[str, LookupTable] = {}
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
    demands: tuple[Demand, ...] = ()
    if definition.rules:
        with faults.collect():
            path = inside(folder, definition.rules, shown, "rules")
            demands = read_demands(path, f"{folder.name}/{definition.rules}", faults)
    faults.raise_if_any()
    return Jurisdiction(
        folder, definition, parameters, tables, cost, effect, opportunity, values, demands
    )


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


#: How many values each kind of threshold lists, at least and at most.
_VALUES = {"none": (2, 100), "one": (0, 0), "range": (2, 2), "benchmarks": (2, 100)}


def _check_threshold(
    definition: JurisdictionDefinition, values: Sequence[Expr], shown: str, faults: FaultList
) -> None:
    """What a QALY may cost is said once: by a formula, or by the classes of severity."""
    rule, entry = definition.severity, definition.threshold
    if rule is not None and rule.sets_threshold:
        if definition.opportunity_cost or entry.values or entry.kind != "one":
            text = "the classes of severity have thresholds of their own; leave this out"
            faults.add(shown, None, "opportunity_cost", text)
    elif not definition.opportunity_cost:
        text = "is missing: what a QALY may cost, or the value at which net benefit is reported"
        faults.add(shown, None, "opportunity_cost", text)
    least, most = _VALUES[entry.kind]
    if not least <= len(entry.values) <= most:
        wanted = {0: "none", 2: "two" if most == 2 else "two or more"}[least]
        text = f"found {len(entry.values)}, a threshold of the kind '{entry.kind}' has {wanted}"
        faults.add(shown, None, "threshold.values", text)
    known = [n for n in map(plain_number, values) if n is not None]
    if known != sorted(set(known)):
        faults.add(shown, None, "threshold.values", "values must rise")


def _check_severity(severity: Severity, shown: str, faults: FaultList) -> None:
    falls = [c.shortfall for c in severity.classes]
    second = [c.proportional for c in severity.classes if c.proportional is not None]
    for found in (falls, second):
        if found != sorted(set(found)):
            faults.add(shown, None, "severity.classes", "shortfalls must rise from class to class")
    both = severity.measure == "larger of both"
    if len(second) != (len(falls) if both else 0):
        text = "each class has 'proportional' if the measure is 'larger of both', and only then"
        faults.add(shown, None, "severity.classes", text)
    if severity.measure == "proportional shortfall" and falls[-1] > 1:
        text = f"found {falls[-1]:g}, a proportional shortfall is from 0 to 1"
        faults.add(shown, None, "severity.classes", text)
    kinds = {(c.weight is not None, c.threshold is not None) for c in severity.classes}
    if kinds not in ({(True, False)}, {(False, True)}):
        text = "every class has a weight, or every class a threshold"
        faults.add(shown, None, "severity.classes", text)
    elif severity.sets_threshold and severity.acts_on == "QALYs":
        faults.add(shown, None, "severity.acts_on", "classes with thresholds act on no QALYs")
    factors = [c.factor for c in severity.classes]
    if factors != sorted(factors):
        text = "weights and thresholds must not fall from class to class"
        faults.add(shown, None, "severity.classes", text)
