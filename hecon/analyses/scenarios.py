"""Scenarios: overrides of values, formulas and sessions, evaluated together where they can be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from hecon.analyses.results_table import TOTALS, evaluated_table
from hecon.analyses.run import Run, result
from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key, key_text
from hecon.engine.values import formula_values
from hecon.errors import Fault, ModelError
from hecon.parameters.cell_text import plain_number
from hecon.parameters.design import Correlation, TableDesign, base_values
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import FIXED
from hecon.studies.study import Scenario, Study
from hecon.studies.variant import correlations_of

#: Share of a figure within which two are the same, however they were rounded.
SAME = 1e-12


def scenario_model(study: Study, scenario: Scenario) -> CohortModel:
    """The model with a scenario's overrides in place."""
    return study.model.with_formulas(scenario.changes)


def probabilistic_scenario(
    study: Study, scenario: Scenario
) -> tuple[CohortModel, list[Parameter], list[Correlation]]:
    """What a probabilistic run of a scenario draws from: model, parameters and correlations.

    An override by an estimate or a distribution is drawn from it; any other holds in every draw.
    """
    own = {p.key: p for p in scenario.own}
    model = study.model
    plain = {k: plain_number(f) for k, f in scenario.drawn.items() if k in model.parameter_set}
    numbers = {k: value for k, value in plain.items() if value is not None}
    formulas = {k: f for k, f in scenario.drawn.items() if k not in numbers}
    if formulas:
        model = model.with_formulas(formulas)
    if any(key not in model.parameter_set for key in own):
        model = replace(
            model,
            parameters=(*model.parameters, *(k for k in own if k not in model.parameter_set)),
            formulas={k: f for k, f in model.formulas.items() if k not in own},
        )
    parameters = [own.get(p.key, p) for p in study.parameters if p.key not in formulas]
    known = {p.key for p in parameters}
    parameters += [p for p in scenario.own if p.key not in known]
    # a number takes the place of a value, so that the model stays the one that is known
    parameters = [
        replace(p, value=numbers[p.key], distribution=FIXED) if p.key in numbers else p
        for p in parameters
    ]
    return model, parameters, correlations_of(study, parameters, scenario)


def scenario_design(study: Study, scenarios: list[Scenario]) -> TableDesign:
    """A design with one row a scenario.

    Each overridden value or formula becomes a column; a scenario that leaves it alone has the
    value its own model gives.

    Raises:
        ModelError: If a scenario overrides something that changes from cycle to cycle, or a formula
            that means different things in different strategies.
    """
    numbers = base_values(study.parameters)
    # the same scenarios are asked for by several parts of a run
    key = ("scenarios", tuple(map(id, scenarios)), tuple(numbers.items()))
    known = study.model.memory.get(key)
    if known is None:
        # what was read stays in use, so that its identity stays its own
        known = study.model.memory[key] = [*scenarios], _design(study, scenarios, numbers)
    return cast("tuple[list[Scenario], TableDesign]", known)[1]


def _design(
    study: Study, scenarios: Sequence[Scenario], numbers: Mapping[Key, float]
) -> TableDesign:
    changed = sorted(
        {key for s in scenarios for key in s.changes}, key=lambda k: (k[0], k[1] or "")
    )
    columns: dict[Key, list[float]] = {key: [] for key in changed}
    model = study.model
    clock = [model.cycle_months, *([model.start_age] if model.start_age is not None else [])]
    under = {key: model.rests_on(Expr("name", name=key[0]), *clock) for key in changed}
    untouched: dict[Key, float] = {}
    for scenario in scenarios:
        touched = {name for name, _ in scenario.changes}
        alone = {key for key in changed if under[key].isdisjoint(touched)}
        # what a scenario leaves alone is in it what it is in all others that do
        known = {key: untouched[key] for key in alone if key in untouched}
        found = known | _values(study, scenario, [k for k in changed if k not in known], numbers)
        untouched |= {key: found[key] for key in alone}
        for key in changed:
            columns[key].append(found[key])
    constant = {k: v for k, v in numbers.items() if k not in columns}
    labels = [_run(scenario) for scenario in scenarios]
    table = {k: np.array(v) for k, v in columns.items()}
    return TableDesign(len(scenarios), constant, table, labels, free=True)


def _values(
    study: Study, scenario: Scenario, wanted: Sequence[Key], numbers: Mapping[Key, float]
) -> dict[Key, float]:
    """What some parameters and variables are in a scenario."""
    set_to = {k: plain_number(f) for k, f in scenario.changes.items()}
    kept = {k: v for k, v in {**numbers, **set_to}.items() if v is not None}
    worked_out = [key for key in wanted if key not in kept]
    if not worked_out:
        return {key: kept[key] for key in wanted}
    model = scenario_model(study, scenario)
    targets = [
        (Expr("name", name=name), strategy)
        for name, own in worked_out
        for strategy in ([own] if own else model.strategies)
    ]
    try:
        values = iter(formula_values(model, targets, kept, {}))
    except ModelError as error:
        text = f"{error}; override the parameters it is made of instead"
        raise ModelError(text, place=_place(scenario), run=_run(scenario)) from None
    found = {key: kept[key] for key in wanted if key in kept}
    for key in worked_out:
        each = np.array([next(values) for _ in ([key[1]] if key[1] else model.strategies)])
        if key in scenario.changes and not np.isfinite(each).all():
            text = f"'{key_text(key)}' is {each[0]:g}, not a finite number"
            raise ModelError(text, place=_place(scenario), run=_run(scenario))
        if len(np.unique(each)) > 1:
            text = f"'{key[0]}' differs by strategy; override it for one strategy"
            raise ModelError(text, place=_place(scenario), run=_run(scenario))
        found[key] = float(each[0])
    return found


def _run(scenario: Scenario) -> str:
    return f"scenario {scenario.id}"


def _place(scenario: Scenario) -> str:
    return f"{scenario.file}, row {scenario.row}"


def idle_scenarios(
    study: Study, scenarios: Sequence[Scenario], table: pd.DataFrame, base: pd.Series
) -> list[Fault]:
    """Faults of scenarios that move nothing.

    A scenario without changes says something by comparing another pair than the study.

    Args:
        table: Their rows of `result_table`.
        base: The base case's row.
    """
    faults = []
    figures = table.select_dtypes("number")
    at_base = base[figures.columns].to_numpy(dtype=float)
    gap = np.abs(figures.to_numpy(dtype=float) - at_base)
    same = dict(zip(figures.columns, (gap <= SAME * np.abs(at_base)).T, strict=True))
    for row, scenario in enumerate(scenarios):
        columns = [f"{what} {s}" for what in TOTALS for s in scenario.compare]
        if scenario.compare == study.compared:
            columns.append("threshold")
        elif not scenario.changes:
            continue
        drawn = any(p.distribution.varies for p in scenario.own)
        if not drawn and all(same[column][row] for column in columns):
            pair = " v ".join(scenario.compare)
            text = (
                f"scenario {scenario.id} moves nothing in {pair}: all its figures are those of the "
                "base case; compare strategies that it changes, or change what acts in them"
            )
            faults.append(Fault(scenario.file, scenario.row, "changes", text))
    return faults


def scenario_table(study: Study, chosen: Sequence[Scenario] | None = None) -> pd.DataFrame:
    """Scenarios with the columns of `result_table`, in the order of the file.

    ``weakest_status`` is the weakest status of the scenario and of the estimates it chooses.

    Args:
        chosen: Those of the study, unless others are named.

    Examples:
        >>> from hecon import load_study, scenario_table
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> scenario_table(study)[["scenario", "verdict"]].head(1).to_dict("records")
        [{'scenario': 'S01', 'verdict': 'more costly, more effective'}]
    """
    scenarios = list(study.scenarios if chosen is None else chosen)
    if not scenarios:
        return pd.DataFrame()
    design = scenario_design(study, scenarios)
    table = evaluated_table(study, design, [s.compare for s in scenarios])
    table.insert(0, "scenario", [s.id for s in scenarios])
    table.insert(1, "title", [s.title for s in scenarios])
    table.insert(2, "status", [s.status for s in scenarios])
    table.insert(3, "weakest_status", [s.weakest_status for s in scenarios])
    return table


@result("Scenarios")
def scenario_results(run: Run) -> pd.DataFrame:
    """Every scenario's row of `scenario_table`, in file order."""
    return scenario_table(run.study)


@result()
def selectable_results(run: Run) -> pd.DataFrame:
    """Rows of `scenario_table` of everything that can be shown: scenarios, then subgroups."""
    subgroups = [each.scenario for each in run.study.combinations]
    found = [run(scenario_results), scenario_table(run.study, subgroups)]
    tables = [table for table in found if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
