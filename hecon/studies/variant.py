"""A study with another base case: a scenario's, or one with some inputs set."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key, key_text
from hecon.errors import Fault, FaultList, InputError, nearest_or_some, shown
from hecon.parameters.cell_text import plain_number
from hecon.parameters.design import Correlation
from hecon.parameters.files import read_text
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import FIXED
from hecon.parameters.units import value_problem
from hecon.studies.estimates.covariance import shared_correlations
from hecon.studies.study import Scenario, Study

SCENARIO, SET = "--scenario", "--set"


def with_scenario(study: Study, name: str) -> Study:
    """The study with a scenario's changes, and its pair of strategies, as its base case.

    Estimates and distributions that the scenario chooses are drawn; what it sets to a number is
    fixed. The study's other scenarios are then changes of this base case.

    Raises:
        InputError: If the study has no scenario of that name.
    """
    known = {s.id: s for s in study.scenarios}
    if name not in known:
        hint = nearest_or_some(name, known) if known else "; the study has none"
        raise InputError([Fault(SCENARIO, None, None, f"{shown(name)} is no scenario{hint}")])
    scenario = known[name]
    how = f"scenario {scenario.id}: {scenario.title}"
    changed = with_changes(study, scenario, how)
    others = [
        replace(s, compare=scenario.compare) if s.compare == study.compared else s
        for s in study.scenarios
        if s.id != name
    ]
    a, b = scenario.compare
    definition = changed.definition.model_copy(update={"intervention": a, "comparator": b})
    return replace(changed, definition=definition, scenarios=others, scenario=name)


def with_values(study: Study, texts: Sequence[str]) -> Study:
    """The study with inputs, its own or its budget's, set to values, each fixed.

    Args:
        texts: ``name=value`` each.

    Raises:
        InputError: With every text that is no such pair, names no input, or gives a value that
            can't be.
    """
    budget = () if study.budget is None else study.budget.parameters
    inputs = {p.text: p for p in (*study.parameters, *budget) if p.is_input}
    computed = {p.text for p in (*study.parameters, *budget) if not p.is_input}
    computed |= {v.key[0] for v in study.variables}
    faults, own = FaultList(), dict[Key, Parameter]()
    for text in texts:
        name, equals, figure = (part.strip() for part in text.partition("="))
        problem = ""
        if not (equals and name and figure):
            problem = f"found {shown(text)}, allowed is NAME=VALUE"
        elif name in computed:
            problem = f"{shown(name)} is computed; set the inputs that it is made of"
        elif name not in inputs:
            problem = f"{shown(name)} is no input{nearest_or_some(name, inputs)}"
        elif inputs[name].key in own:
            problem = f"{shown(name)} is set twice"
        elif inputs[name].distribution.kind == "dirichlet":
            problem = f"{shown(name)} is one of shares that add up to one; use a scenario"
        else:
            parameter = inputs[name]
            value, problem = _value(parameter, figure)
            own[parameter.key] = _fixed(
                parameter, value, "assumption", "set on the command line", ""
            )
        if problem:
            faults.add(SET, None, None, problem)
    faults.raise_if_any()
    said = tuple(f"{p.text} = {p.value:.10g} {p.unit}".strip() for p in own.values())
    of_budget = {p.key: own.pop(p.key, p) for p in budget}
    changed = replace(_with(study, own, {}, study.correlations), values_set=said)
    if study.budget is not None:
        budget = tuple(of_budget.values())
        changed = replace(changed, budget=replace(study.budget, parameters=budget))
    return changed


def lines_of(path: Path) -> list[str]:
    """The lines of a file of values, without those that are empty; raises InputError."""
    return [line for line in map(str.strip, read_text(path, path.name).splitlines()) if line]


def _value(parameter: Parameter, text: str) -> tuple[float, str]:
    """A value in a parameter's unit, and what is wrong with it."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        unit = f" ({parameter.unit})" if parameter.unit else ""
        return 0.0, f"{parameter.text}: found {shown(text)}, needed is a number{unit}"
    problem = value_problem(parameter.unit, parameter.money, value)
    return value, f"{parameter.text}: {problem}" if problem else ""


def _fixed(like: Parameter, value: float, status: str, source: str, why: str) -> Parameter:
    """A parameter at another value; its range stays where the value lies in it."""
    ends = like.stated_range
    inside = ends is not None and ends[0] <= value <= ends[1]
    return replace(
        like,
        value=value,
        formula=None,
        low=like.low if inside else None,
        high=like.high if inside else None,
        distribution=FIXED,
        estimate="",
        status=status,
        source=source,
        derivation=why,
    )


def with_changes(study: Study, scenario: Scenario, how: str) -> Study:
    """The study with a scenario's overrides as rows of its own; `how` says where from."""
    own = {p.key: replace(p, derivation=p.derivation or how) for p in scenario.own}
    formulas: dict[Key, Expr] = {}
    rows = {p.key: p for p in study.parameters}
    for key, expr in scenario.drawn.items():
        value = plain_number(expr)
        if key in rows and value is not None:
            own[key] = _fixed(rows[key], value, scenario.status, scenario.source, how)
        else:
            formulas[key] = expr
    parameters = [own.get(p.key, p) for p in study.parameters]
    known = {p.key for p in parameters}
    parameters += [p for p in own.values() if p.key not in known]
    return _with(study, own, formulas, correlations_of(study, parameters, scenario))


def correlations_of(
    study: Study, parameters: Sequence[Parameter], scenario: Scenario
) -> list[Correlation]:
    """Correlations of a scenario's parameters.

    Those that follow from shared evidence are those of the estimates in use; those of the study's
    file hold between parameters that are left alone.
    """
    # what a change is relative to is still drawn, with what it is correlated with
    moved = {p.drawn_as: p.key for p in scenario.own if p.drawn_as}
    pairs = {frozenset((c.first, c.second)) for c in _shared(study, study.parameters)}
    stated = [
        replace(c, first=first, second=second)
        for c in study.correlations
        for first, second in [[moved.get(key_text(k), k) for k in (c.first, c.second)]]
        if frozenset((c.first, c.second)) not in pairs
        and not {first, second} & scenario.changes.keys()
    ]
    return [*_shared(study, parameters), *stated]


def _shared(study: Study, parameters: Sequence[Parameter]) -> list[Correlation]:
    made = study.synthesis.estimates
    return shared_correlations(
        {p.key: made[p.estimate] for p in parameters if p.estimate and p.distribution.varies}
    )


def _with(
    study: Study,
    own: Mapping[Key, Parameter],
    formulas: Mapping[Key, Expr],
    correlations: Sequence[Correlation],
) -> Study:
    """The study with rows of parameters and formulas replaced, in its models as well."""
    parameters = [
        replace(p, value=None, formula=formulas[p.key], low=None, high=None, distribution=FIXED)
        if p.key in formulas
        else own.get(p.key, p)
        for p in study.parameters
    ]
    known = {p.key for p in parameters}
    parameters += [p for p in own.values() if p.key not in known]
    variables = [
        replace(v, formula=formulas.get(v.key, v.formula))
        for v in study.variables
        if v.key not in own
    ]
    inputs = {p.key: p for p in parameters if p.is_input}
    computed = {p.key: p.formula for p in parameters if p.formula is not None}
    computed |= {v.key: v.formula for v in variables}

    def changed(model: CohortModel) -> CohortModel:
        return replace(model, parameters=tuple(inputs), formulas=computed)

    moved = {key[0] for key in (*own, *formulas)}
    grids = [g for g in study.definition.two_way if not {g.first, g.second} & moved]
    varying = {p.key for p in parameters if p.is_input and p.distribution.varies}
    return replace(
        study,
        definition=study.definition.model_copy(update={"two_way": grids}),
        parameters=parameters,
        variables=variables,
        model=changed(study.model),
        population=None if study.population is None else changed(study.population),
        correlations=[c for c in correlations if {c.first, c.second} <= varying],
    )
