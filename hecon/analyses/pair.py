"""Intervention against comparator: increments for any design, and designs with values replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.analyses.evaluate import Progress, evaluate
from hecon.analyses.ties import difference
from hecon.engine.model import Key
from hecon.errors import Fault, InputError, nearest_or_some
from hecon.parameters.design import Design, TableDesign, held
from hecon.parameters.schema import Parameter
from hecon.studies.study import Study

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Increments:
    """Incremental cost and QALYs by row of a design, shape (draws,)."""

    cost: Array
    qaly: Array

    def benefit(self, threshold: float) -> Array:
        """Incremental net monetary benefit."""
        return threshold * self.qaly - self.cost


def increments(
    study: Study,
    design: Design,
    *,
    compared: tuple[str, str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Increments:
    """Intervention less comparator, the study's unless others are named; no other is run."""
    a, b = compared or study.compared
    model = study.model.between((a, b))
    outcomes = evaluate(model, design, workers=workers, progress=progress, summed=True)
    cost, qaly = outcomes["cost"], outcomes["qaly"]
    first, second = {"strategy": a}, {"strategy": b}
    return Increments(
        difference(cost.sel(first), cost.sel(second)).values,
        difference(qaly.sel(first), qaly.sel(second)).values,
    )


def find_parameter(study: Study, name: str) -> Parameter:
    """An input by its name, `name` or `name[strategy]`; a mere other name for it is followed.

    Raises
    ------
    InputError
        If there is none (with the nearest names, else some), or if it is computed and can't be set.
    """
    known = {p.text: p for p in study.parameters}
    inputs = [text for text, p in known.items() if p.is_input]
    if name not in known:
        hint = nearest_or_some(name, inputs)
        raise InputError([Fault(study.name, None, name, f"'{name}' is not a parameter{hint}")])
    formula = known[name].formula
    if formula is not None and formula.op == "name" and formula.name in known:
        return find_parameter(study, formula.name)
    if formula is not None:
        used = ", ".join(sorted(formula.names))
        text = f"'{name}' is computed and can't be set by itself; it rests on {used}"
        raise InputError([Fault(known[name].file, known[name].row, "formula", text)])
    return known[name]


def with_values(design: Design, values: Mapping[Key, float | Array]) -> TableDesign:
    """A design with some parameters replaced: by a number in all rows, or by a value a row."""
    table = held(design)
    columns, numbers = dict(table.columns), dict(table.numbers)
    for key, value in values.items():
        columns.pop(key, None)
        numbers.pop(key, None)
        if isinstance(value, np.ndarray):
            columns[key] = value
        else:
            numbers[key] = value
    return TableDesign(design.draws, numbers, columns)
