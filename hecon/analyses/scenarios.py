"""Scenarios: overrides of values, formulas and sessions, evaluated together where they can be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hecon.analyses.results_table import evaluated_table
from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign, base_values
from hecon.studies.study import Scenario, Study


def scenario_model(study: Study, scenario: Scenario) -> CohortModel:
    """The model with a scenario's overrides in place."""
    return study.model.with_formulas(scenario.changes)


def scenario_design(study: Study, scenarios: list[Scenario]) -> TableDesign:
    """A design with one row a scenario.

    Each overridden value or formula becomes a column; a scenario that leaves it alone has the
    value its own model gives.

    Raises
    ------
    ModelError
        If a scenario overrides something that changes from cycle to cycle, or a formula that
        means different things in different strategies.
    """
    numbers = base_values(study.parameters)
    changed = sorted(
        {key for s in scenarios for key in s.changes}, key=lambda k: (k[0], k[1] or "")
    )
    columns: dict[Key, list[float]] = {key: [] for key in changed}
    for scenario in scenarios:
        model = scenario_model(study, scenario)
        kept = {k: v for k, v in numbers.items() if k not in scenario.changes}
        by_strategy = []
        for strategy in model.strategies:
            targets = [(Expr("name", name=k[0]), k[1] or strategy) for k in changed]
            try:
                found = formula_values(model, targets, kept, {})
            except ModelError as error:
                raise ModelError(
                    f"{error}; override the parameters it is made of instead",
                    scenario=scenario.id,
                ) from None
            by_strategy.append([float(v) for v in found])
        for position, key in enumerate(changed):
            values = {row[position] for row in by_strategy}
            if len(values) > 1:
                raise ModelError(
                    f"'{key[0]}' differs by strategy; override it for one strategy",
                    scenario=scenario.id,
                )
            columns[key].append(values.pop())
    constant = {k: v for k, v in numbers.items() if k not in columns}
    return TableDesign(len(scenarios), constant, {k: np.array(v) for k, v in columns.items()})


def scenario_table(study: Study) -> pd.DataFrame:
    """All scenarios with the columns of `result_table`, in the order of the file."""
    if not study.scenarios:
        return pd.DataFrame()
    design = scenario_design(study, study.scenarios)
    table = evaluated_table(study, design, [s.compare for s in study.scenarios])
    table.insert(0, "scenario", [s.id for s in study.scenarios])
    table.insert(1, "title", [s.title for s in study.scenarios])
    table.insert(2, "status", [s.status for s in study.scenarios])
    return table
