"""Intervention against comparator: increments for any design, and designs with values replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hecon.analyses.evaluate import Progress, evaluate
from hecon.analyses.ties import difference
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.model import Key
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError, nearest_or_some
from hecon.parameters.design import Design, TableDesign, base_values, held, rows
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study


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
    """What can be set, by its name, `name` or `name[strategy]`; a mere other name is followed.

    Raises:
        InputError: If there is none (with the nearest names, else some), or if it is computed
            without a range of its own and can't be set.
    """
    known = {p.text: p for p in study.parameters}
    inputs = [text for text, p in known.items() if p.is_input or p.stated_range]
    if name not in known:
        hint = nearest_or_some(name, inputs)
        raise InputError([Fault(study.name, None, name, f"'{name}' is not a parameter{hint}")])
    formula = None if known[name].stated_range else known[name].formula
    if formula is not None and formula.op == "name" and formula.name in known:
        return find_parameter(study, formula.name)
    if formula is not None:
        used = ", ".join(sorted(formula.names))
        text = f"'{name}' is computed and can't be set by itself; it rests on {used}"
        raise InputError([Fault(known[name].file, known[name].row, "formula", text)])
    return known[name]


def base_value(study: Study, parameter: Parameter) -> float:
    """What a parameter is in the base case, typed or computed."""
    if parameter.value is not None:
        return parameter.value
    targets = [(Expr("name", name=parameter.name), parameter.strategy)]
    (found,) = formula_values(study.model, targets, base_values(study.parameters), {})
    return float(found)


def changed_rows(
    study: Study, changes: Sequence[Mapping[Key, float]], labels: Sequence[str] = ()
) -> TableDesign:
    """A design with one row a set of changes; all else is at its base value or follows from it.

    A computed parameter that some row sets is, in every other row, what its formula gives there.
    """
    model = study.model
    design = rows(base_values(study.parameters), changes, labels)
    columns = {k: v for k, v in design.columns.items() if k in model.parameter_set}
    set_ = {key for change in changes for key in change if key not in model.parameter_set}
    rests = {key: model.rests_on(model.formulas[key]) for key in set_}
    # what a formula rests on comes before it
    for key in sorted(set_, key=lambda k: (sum(o[0] in rests[k] for o in set_), k[0], k[1] or "")):
        targets = [(Expr("name", name=key[0]), key[1] or model.strategies[0])]
        (found,) = formula_values(model, targets, design.numbers, columns)
        values = np.broadcast_to(found, (design.draws,)).copy()
        for row, change in enumerate(changes):
            values[row] = change.get(key, values[row])
        columns[key] = values
    return TableDesign(design.draws, design.numbers, columns, labels)


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
