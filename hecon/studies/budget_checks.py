"""Whether a study's budget impact can be, in its base case and in every scenario of its own."""

from dataclasses import replace

import numpy as np

from hecon.errors import Fault, FaultList, InputError
from hecon.parameters.design import Design, TableDesign, base_values
from hecon.studies.budget_values import budget_values, lengths, with_budget
from hecon.studies.study import Scenario, Study


def check_budget(study: Study) -> None:
    """Raise InputError if base case or a scenario of a study's budget impact can't be."""
    if study.budget is None:
        return
    whole, faults = with_budget(study), FaultList()
    base = TableDesign(1, base_values(whole.parameters))
    values = budget_values(whole, base)
    given = len(study.budget.definition.uptake)
    if given != values.years:
        text = f"found {given} entries, allowed is one for each of {values.years} years"
        raise InputError([Fault(study.budget.file, None, "uptake", text)])
    taken = {s.id: s for s in study.scenarios}
    for scenario in study.budget.scenarios:
        if scenario.id in taken:
            place = f"{taken[scenario.id].file}, row {taken[scenario.id].row}"
            text = f"'{scenario.id}' is already a scenario of the study, in {place}"
            faults.add(scenario.file, scenario.row, "id", text)
    for scenarios in _alike(whole, base):
        keys = dict.fromkeys(key for s in scenarios for key in s.changes)
        kept = {k: v for k, v in base.numbers.items() if k not in keys}
        changed, columns = whole, {}
        if len(scenarios) == 1:
            changed = replace(whole, model=whole.model.with_formulas(scenarios[0].changes))
        else:
            set_to = [{k: e.value for k, e in s.changes.items()} for s in scenarios]
            columns = {k: np.array([{**base.numbers, **s}[k] for s in set_to]) for k in keys}
        labels = [f"scenario {s.id}" for s in scenarios]
        with faults.collect():
            budget_values(changed, TableDesign(len(scenarios), kept, columns, labels))
    faults.raise_if_any()


def _alike(study: Study, base: Design) -> list[list[Scenario]]:
    """Scenarios of a budget in groups: those that set inputs to numbers go together.

    The others, and those of another number of years, are alone: they are a model of their own.
    """
    assert study.budget is not None
    names = lengths(study)
    together: list[Scenario] = []
    alone: list[list[Scenario]] = []
    for scenario in study.budget.scenarios:
        plain = all(
            expr.op == "const" and key in base.numbers and key[0] not in names
            for key, expr in scenario.changes.items()
        )
        if plain:
            together.append(scenario)
        else:
            alone.append([scenario])
    return [together, *alone] if together else alone
