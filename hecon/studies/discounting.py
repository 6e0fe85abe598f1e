"""Discount rates: what they may rest on, and that they are rates."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hecon.engine.expression import Expr, parse
from hecon.engine.model import CohortModel, Key
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.jurisdictions.jurisdiction_schema import FILE
from hecon.parameters.design import base_values
from hecon.studies.inputs import Inputs
from hecon.studies.reading import NO_TIME, StudyReading
from hecon.studies.study import Scenario


def _entries(reading: StudyReading) -> Iterator[tuple[str, Expr]]:
    """Starts and rates of the jurisdiction's steps, each with its entry's name."""
    for number, step in enumerate(reading.jurisdiction.definition.discount.steps, start=1):
        for name in ("start", "cost", "effect"):
            yield f"discount.steps[{number}].{name}", parse(getattr(step, name))


def _file(reading: StudyReading) -> str:
    return f"{reading.jurisdiction.folder.name}/{FILE}"


def remember_rates(reading: StudyReading) -> None:
    """Have rates and starts checked: the same in every strategy and at every time.

    A rate that changes with time is written as steps, which keeps the factor free of jumps.
    """
    for column, expr in _entries(reading):
        reading.remember(expr, _file(reading), None, column, (None,), time=NO_TIME)


def check_discounting(
    reading: StudyReading, inputs: Inputs, model: CohortModel, scenarios: Sequence[Scenario]
) -> None:
    """Rates must lie from 0 to below 1 and starts rise: at base, in scenarios and over ranges."""
    base = base_values(inputs.parameters)
    entries = list(_entries(reading))
    fault = reading.faults.add
    for column, problem in _problems(entries, model, base):
        fault(_file(reading), None, column, problem)
    if reading.faults.faults:
        return
    wanted = model.rests_on(*(expr for _, expr in entries))
    for scenario in scenarios:
        if wanted & {name for name, _ in scenario.changes}:
            changed = model.with_formulas(scenario.changes)
            kept = {key: value for key, value in base.items() if key not in scenario.changes}
            for column, problem in _problems(entries, changed, kept):
                text = f"scenario {scenario.id}: {column}: {problem}"
                fault(scenario.file, scenario.row, "changes", text)
    for parameter in inputs.parameters:
        if parameter.name not in wanted or not parameter.is_input:
            continue
        for end, value in (("low", parameter.low), ("high", parameter.high)):
            if value is not None:
                for column, problem in _problems(entries, model, {**base, parameter.key: value}):
                    text = f"at {value:g}: {column}: {problem}"
                    fault(parameter.file, parameter.row, end, text)


def _problems(
    entries: Sequence[tuple[str, Expr]], model: CohortModel, numbers: Mapping[Key, float]
) -> list[tuple[str, str]]:
    """What is wrong with the values of starts and rates, by entry."""
    try:
        found = formula_values(model, [(expr, None) for _, expr in entries], numbers, {})
    except ModelError as error:
        return [(entries[0][0], str(error))]
    result: list[tuple[str, str]] = []
    latest = -np.inf
    for (column, _), array in zip(entries, found, strict=True):
        value = float(array)
        if not column.endswith(".start"):
            if not 0 <= value < 1:
                text = f"the rate is {value:g}, allowed is 0 to below 1 (3 % is 0.03)"
                result.append((column, text))
        elif not (np.isfinite(value) and value > latest):
            text = f"the step starts at {value:g}; starts are numbers that rise from step to step"
            result.append((column, text))
        else:
            latest = value
    return result
