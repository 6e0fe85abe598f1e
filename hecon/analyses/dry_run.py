"""Everything a run evaluates, evaluated once: base case, scenarios, ranges, grids and plans."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import pandas as pd

from hecon.analyses.amounts import amount_faults
from hecon.analyses.article import check_figures
from hecon.analyses.budget_scenarios import idle_budget_scenarios
from hecon.analyses.budget_sensitivity import budget_one_way
from hecon.analyses.forked import beside
from hecon.analyses.input_values import Case, value_faults
from hecon.analyses.one_way import ranges
from hecon.analyses.pair import changed_rows
from hecon.analyses.population import study_population
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run
from hecon.analyses.scenarios import idle_scenarios, scenario_design
from hecon.analyses.trial_plan import Uninformative, plan
from hecon.analyses.two_way import check_grids
from hecon.engine.arrays import Array
from hecon.engine.model import Key, key_text
from hecon.errors import Fault, FaultList, ModelError
from hecon.parameters.design import (
    Design,
    TableDesign,
    held,
)
from hecon.parameters.units import currency_in, value_problem
from hecon.studies.assumptions import Quantities
from hecon.studies.study import Budget, Scenario, Study, Subgroup
from hecon.studies.trials import TrialDefinition

#: How far the shares of one whole may be from one in a scenario.
SHARES_OFF = 1e-6

#: Draws in which the formulas of plans are worked out.
DRAWS = 64


def dry_run(study: Study) -> None:
    """Evaluate all that the study's own files ask for.

    Raises:
        ModelError: If the base case breaks a rule: what is wrong there would be wrong everywhere.
        InputError: With every other fault.
    """
    # a second process may do what shares nothing with the rest
    aside = partial(_faults_beside_the_model, study)
    with beside(aside) if study.budget is not None else nullcontext(aside) as faults_beside:
        faults = FaultList()
        faults.faults += value_faults(study, study.base_case(), [_base(study)])
        faults.raise_if_any()
        faults.faults += amount_faults(study)
        faults.raise_if_any()
        base = _check_ends(study, faults)
        _check_scenarios(study, base, faults)
        check_grids(study, faults)
        faults.faults += check_figures(study, [str(name) for name in base.index])
        faults.faults += faults_beside()
    faults.raise_if_any()


def _base(study: Study) -> Case:
    return Case("", study.folder.name, None, None)


def _check_ends(study: Study, faults: FaultList) -> pd.Series:
    """Both ends of every range, and the base case, whose row of `result_table` is given."""
    ends = [
        ({r.parameter.key: value}, Case(f"{r.parameter.text} = {value:g}", p.file, p.row, end))
        for r in ranges(study)
        for p in [r.parameter]
        for end, value in (("low", r.low), ("high", r.high))
    ]
    cases = [case for _, case in ends]
    design = changed_rows(study, [*(values for values, _ in ends), {}])
    design = replace(design, free=True)
    pairs = [study.compared] * design.draws
    faults.faults += value_faults(study, design, [*cases, _base(study)])
    try:
        return evaluated_table(study, design, pairs).iloc[-1]
    except ModelError:
        base = evaluated_table(study, study.base_case(), [study.compared]).iloc[0]
        faults.faults += _faults_by_row(study, design, pairs, cases)
        return base


def _check_scenarios(study: Study, base: pd.Series, faults: FaultList) -> None:
    """Scenarios, perspectives and subgroups: what each sets, and what comes of it.

    A level of a dimension may be that of the base case; of the others each must move something.
    """
    other = [*study.scenarios, *study.perspectives]
    good = [*other, *(each.scenario for each in _subgroups(study))]
    kinds = ["scenario"] * len(study.scenarios) + ["perspective"] * len(study.perspectives)
    kinds += ["subgroup"] * (len(good) - len(kinds))
    cases = {
        s.id: Case(f"{kind} {s.id}", s.file, s.row, "changes")
        for kind, s in zip(kinds, good, strict=True)
    }
    try:
        design = scenario_design(study, good)
    except ModelError:
        every, good = good, []
        for scenario in every:
            try:
                scenario_design(study, [scenario])
                good.append(scenario)
            except ModelError as error:
                faults.faults.append(cases[scenario.id].fault(error))
        design = scenario_design(study, good)
    if not good:
        return
    for position, scenario in enumerate(good):
        case = cases[scenario.id]
        for key in scenario.changes:
            problem = _unit_problem(study, key, float(design.columns[key][position]))
            if problem:
                faults.add(case.file, case.row, case.column, f"{case.what}: {problem}")
        for problem in _share_problems(study, scenario, design, position):
            faults.add(case.file, case.row, case.column, f"{case.what}: {problem}")
    pairs, rows = [s.compare for s in good], [cases[s.id] for s in good]
    faults.faults += value_faults(study, design, rows)
    try:
        table = evaluated_table(study, design, pairs)
    except ModelError:
        faults.faults += _faults_by_row(study, design, pairs, rows)
    else:
        moving = [s for s in other if s in good]
        faults.faults += idle_scenarios(study, moving, table.iloc[: len(moving)], base)


def _subgroups(study: Study) -> list[Subgroup]:
    """Levels of dimensions, and their combinations where there is more than one dimension."""
    crossed = [each for each in study.combinations if len(each.dimensions) > 1]
    return [*study.subgroups, *crossed]


def _faults_by_row(
    study: Study, design: TableDesign, pairs: Sequence[tuple[str, str]], cases: Sequence[Case]
) -> Iterator[Fault]:
    """What is wrong with each row by itself."""
    columns: Mapping[Key, Array] = design.block(0, design.draws)
    for position, case in enumerate(cases):
        here = {key: float(column[position]) for key, column in columns.items()}
        alone = TableDesign(1, {**design.numbers, **here}, free=True)
        try:
            evaluated_table(study, alone, [pairs[position]])
        except ModelError as error:
            yield case.fault(error)


def _unit_problem(study: Study, key: Key, value: float) -> str | None:
    """Why an overridden value can't be in its unit, with its name, or None."""
    found = next((p for p in study.parameters if p.key == key), None)
    variable = next((v for v in study.variables if v.key == key), None)
    if found is not None:
        problem = value_problem(found.unit, found.money, value)
    elif variable is not None:
        problem = value_problem(variable.unit, currency_in(variable.unit), value)
    else:
        problem = None
    return f"{key_text(key)}: {problem}" if problem else None


def _share_problems(
    study: Study, scenario: Scenario, design: TableDesign, position: int
) -> Iterator[str]:
    """Shares of one whole of which a scenario changes some and which no longer add up."""
    groups: dict[str, list[Key]] = {}
    for p in study.parameters:
        if p.distribution.kind == "dirichlet":
            groups.setdefault(p.distribution.group, []).append(p.key)
    for keys in groups.values():
        if not set(keys) & set(scenario.changes):
            continue
        values = [
            float(design.columns[key][position]) if key in design.columns else design.numbers[key]
            for key in keys
        ]
        if abs(sum(values) - 1.0) > SHARES_OFF:
            names = ", ".join(key_text(key) for key in keys)
            yield f"{names} are shares of one whole and add up to {sum(values):g}; change all"


def _faults_beside_the_model(study: Study) -> list[Fault]:
    """Of planned trials and the population, and of the budget impact."""
    faults = FaultList()
    _check_plans(study, faults)
    if study.budget is not None:
        _check_budget(study, study.budget, faults)
    return faults.faults


def _check_budget(study: Study, budget: Budget, faults: FaultList) -> None:
    """Scenarios of the budget impact, each of which moves something, and ends of its ranges."""
    run = Run(study)
    with faults.collect():
        try:
            faults.faults += idle_budget_scenarios(run)
            run(budget_one_way)
        except ModelError as error:
            faults.add(budget.file, None, None, str(error))


def _check_plans(study: Study, faults: FaultList) -> None:
    """The population and the trials, at their figures and at both ends of each one's range."""
    with faults.collect():
        people = study_population(study)
        for name, entry in people.assumptions.items() if people else ():
            for value in (entry.low, entry.high):
                with faults.collect():
                    study_population(study, {name: value})
    if study.trials and study.people is None:
        return
    design = held(study.probabilistic(DRAWS))
    quantities = Quantities(study.model, design.numbers, design.columns)
    for trial in study.trials:
        changes: list[dict[str, float]] = [{}]
        for name, entry in trial.assumptions.items():
            changes += [{name: entry.low}, {name: entry.high}]
        for change in changes:
            with faults.collect():
                _check_trial(study, trial, design, change, quantities)


def _check_trial(
    study: Study,
    definition: TrialDefinition,
    design: Design,
    changes: Mapping[str, float],
    quantities: Quantities,
) -> None:
    try:
        planned = plan(definition, study, design, changes, quantities=quantities)
    except Uninformative:
        return
    for trial in planned:
        for _, text in definition.numbers():
            for patients in (min(definition.sizes), max(definition.sizes)):
                trial.number(text, patients)
