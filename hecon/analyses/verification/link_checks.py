"""Does every parameter move a result? What does not is named, or is a fault."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hecon.analyses.evaluate import evaluate
from hecon.analyses.scenarios import scenario_model
from hecon.analyses.verification.case import Answers, ComputedStudy, figures, moved
from hecon.analyses.verification.finding import Check, Finding, NotApplicable, found, listed
from hecon.analyses.verification.variants import reached, result_targets
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, constant, substitute
from hecon.engine.model import Key, key_text
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign
from hecon.parameters.parameter_schema import Parameter

#: Far beyond any horizon, in years.
FAR_YEARS = (10.0, 30.0, 60.0, 90.0, 150.0)

RATIO = ("ratio", "smr")


def _targets(case: ComputedStudy) -> list[tuple[Expr, str | None]]:
    """Everything that is reported: results, the threshold, the population, course quantities."""
    model = case.model
    found_targets = result_targets(model)
    found_targets += [(rule, None) for rule in case.study.jurisdiction.threshold_rules]
    population = case.study.population
    if population is not None:
        found_targets += [(p.amount, population.strategies[0]) for p in population.payoffs]
        found_targets += [
            (t.probability, population.strategies[0])
            for t in population.transitions
            if t.probability is not None
        ]
    course = case.study.course
    if course is not None:
        for strategy in model.strategies:
            amounts = [course.total(strategy, e, model.horizon_years) for _, e in course.quantities]
            found_targets += [(amount, strategy) for amount in amounts]
    return found_targets


def _moved_at_base(case: ComputedStudy) -> set[Key]:
    return {
        case.changes[row].parameter.key
        for column, row in enumerate(case.changed.rows)
        if moved(case.base_figures, case.changed.figures[:, :, column]).any()
    }


def _test_values(case: ComputedStudy, parameter: Parameter) -> list[float]:
    """Two values to try: the lowest and the highest."""
    own = [c.value for c in case.changes if c.parameter.key == parameter.key]
    return sorted({min(own), max(own)})


def _moved_by_scenario(case: ComputedStudy, waiting: list[Parameter]) -> dict[Key, list[str]]:
    """For each parameter the scenarios in which a change of it moves a result."""
    result: dict[Key, list[str]] = {}
    scenarios = case.study.scenarios
    if not scenarios or not waiting:
        return result
    trials: list[Mapping[Key, float]] = [{}]
    trials += [{p.key: v} for p in waiting for v in _test_values(case, p)]
    changed = sorted({k for s in scenarios for k in s.changes}, key=key_text)
    keys = list(dict.fromkeys([*changed, *(p.key for p in waiting)]))
    blocks: list[dict[Key, Array]] = []
    for scenario in scenarios:
        model = scenario_model(case.study, scenario)
        kept = {k: v for k, v in case.numbers.items() if k not in scenario.changes}
        moving = {
            p.key: np.array([t.get(p.key, case.numbers[p.key]) for t in trials])
            for p in waiting
            if p.key not in scenario.changes
        }
        strategies = [key[1] or case.strategies[0] for key in keys]
        targets = [(Expr("name", name=k[0]), s) for k, s in zip(keys, strategies, strict=True)]
        values = formula_values(model, targets, kept, moving)
        rows = [np.broadcast_to(value, (len(trials),)) for value in values]
        blocks.append(dict(zip(keys, rows, strict=True)))
    for scenario, answers in zip(scenarios, _answers(case, blocks), strict=True):
        if 0 not in answers.rows:
            continue
        for column, row in enumerate(answers.rows):
            before, after = answers.figures[:, :, 0], answers.figures[:, :, column]
            if moved(before, after).any():
                ids = result.setdefault(next(iter(trials[row])), [])
                if scenario.id not in ids:
                    ids.append(scenario.id)
    return result


def _answers(case: ComputedStudy, blocks: Sequence[Mapping[Key, Array]]) -> list[Answers]:
    """Outcomes of each block's rows; a block in which some row breaks a rule is run by itself."""
    numbers = {k: v for k, v in case.numbers.items() if k not in blocks[0]}
    table = {k: np.concatenate([block[k] for block in blocks]) for k in blocks[0]}
    rows = len(next(iter(blocks[0].values())))
    try:
        results = figures(evaluate(case.model, TableDesign(rows * len(blocks), numbers, table)))
    except ModelError:
        if len(blocks) > 1:
            half = len(blocks) // 2
            return _answers(case, blocks[:half]) + _answers(case, blocks[half:])
        return [case.answers([{k: float(v[i]) for k, v in table.items()} for i in range(rows)])]
    parts = np.split(results, len(blocks), axis=2)
    return [Answers(part, list(range(rows)), {}) for part in parts]


def _moved_with_another(case: ComputedStudy, waiting: list[Parameter]) -> dict[Key, str]:
    """For each parameter another one whose range end lets it move a result."""
    result: dict[Key, str] = {}
    others = [c for c in case.changes if c.end in ("", "low", "high")]
    for p in waiting:
        trials: list[Mapping[Key, float]] = []
        pairs = [c for c in others if c.parameter.key != p.key]
        values = _test_values(case, p)
        for c in pairs:
            trials.append({c.parameter.key: c.value})
            trials += [{c.parameter.key: c.value, p.key: v} for v in values]
        answers = case.answers(trials)
        place = {row: column for column, row in enumerate(answers.rows)}
        for i, c in enumerate(pairs):
            first = i * (1 + len(values))
            if first not in place:
                continue
            before = answers.figures[:, :, place[first]]
            after = [
                answers.figures[:, :, place[r]]
                for r in range(first + 1, first + 1 + len(values))
                if r in place
            ]
            if any(moved(before, a).any() for a in after):
                result[p.key] = c.parameter.text
                break
    return result


def _beyond_horizon(case: ComputedStudy, parameter: Parameter) -> bool:
    """True if a change moves the discount factor at some time, though not within the horizon."""
    for rule in (case.model.discount_cost, case.model.discount_effect):
        for years in FAR_YEARS:
            expr = substitute(rule, {"discount_time": constant(years)})
            values = np.array([case.numbers[parameter.key], *_test_values(case, parameter)])
            (factor,) = formula_values(
                case.model,
                [(expr, None)],
                {k: v for k, v in case.numbers.items() if k != parameter.key},
                {parameter.key: values},
            )
            if np.ptp(np.broadcast_to(factor, values.shape)) > 0:
                return True
    return False


def _acting_names(case: ComputedStudy) -> Iterator[str]:
    """Names in formulas, but for those at which a table says the same throughout."""
    model = case.model
    waiting = [*model.formulas.values(), *(p.amount for p in model.payoffs)]
    waiting += [t.probability for t in model.transitions if t.probability is not None]
    while waiting:
        expr = waiting.pop()
        if expr.op == "lookup":
            table, column = expr.name.split(".")
            if np.ptp(model.tables[table].columns[column]) == 0:
                continue
        if expr.op == "name":
            yield expr.name
        waiting += expr.args


def every_parameter_acts(case: ComputedStudy) -> Finding:
    """Every parameter moves a result, or is named as idle with the reason.

    Notes:
        A fail is a parameter that formulas use although nothing moves, in the base case, in any
        scenario or with any other parameter at an end of its range; a ratio that no formula uses;
        or a parameter that is drawn, that no formula uses and whose row has no note.
    """
    inputs = case.inputs()
    if not inputs:
        raise NotApplicable("the study has no parameters")
    acting = _moved_at_base(case)
    used = {key for key, _ in reached(case.model, _targets(case))}
    away = used - {key for key, _ in reached(case.model, result_targets(case.model))}
    overrides = [
        (expr, key[1] or strategy)
        for scenario in case.study.scenarios
        for key, expr in scenario.changes.items()
        if key in used
        for strategy in case.strategies
    ]
    used |= {key for key, _ in reached(case.model, overrides)}
    mentioned = {name for e in case.model.formulas.values() for name in e.names}
    waiting = [p for p in inputs if p.key in used and p.key not in acting and p.key not in away]
    in_scenarios = _moved_by_scenario(case, waiting)
    beyond = [p for p in waiting if p.key not in in_scenarios and _beyond_horizon(case, p)]
    rest = [p for p in waiting if p.key not in in_scenarios and p not in beyond]
    level = [p for p in rest if p.name in mentioned - set(_acting_names(case))]
    rest = [p for p in rest if p not in level]
    paired = _moved_with_another(case, rest)
    dead = [p.text for p in rest if p.key not in paired]
    unused = [p for p in inputs if p.key not in used and p.key not in acting]
    dangling = [p for p in unused if p.name in mentioned]
    ratios = [p for p in unused if p not in dangling and _is_ratio(p)]
    place = case.study.jurisdiction.parameters
    unexplained = [
        p
        for p in unused
        if p.distribution.varies
        and p.distribution.kind != "dirichlet"  # it scales the others of its group
        and not p.note
        and p not in place
        and p not in dangling + ratios
    ]
    wrong = [f"{name} is used but moves nothing" for name in dead]
    wrong += [f"{p.text} feeds a formula that no result uses" for p in dangling]
    wrong += [f"{p.text} is a ratio that no formula uses" for p in ratios]
    wrong += [f"{p.text} is drawn, but no formula uses it" for p in unexplained]
    named = [
        f"{p.text} in scenarios {listed(in_scenarios[p.key], 3)}"
        for p in waiting
        if p.key in in_scenarios
    ]
    named += [f"{p.text} together with {paired[p.key]}" for p in rest if p.key in paired]
    named += [f"{p.text} after the horizon" for p in beyond]
    named += [f"{p.text} where a table is not the same throughout" for p in level]
    carried = [p.text for p in unused if p not in dangling + ratios + unexplained]
    parts = [listed(wrong)] if wrong else []
    if named:
        parts.append(f"act elsewhere: {listed(named, 40)}")
    if carried:
        parts.append(f"idle, no formula uses them: {listed(carried, 40)}")
    return found(
        not wrong,
        f"{len(acting)} of {len(inputs)} move the base case",
        "; ".join(parts) or "every parameter moves a result",
    )


def _is_ratio(parameter: Parameter) -> bool:
    unit = parameter.unit.lower()
    return any(word in unit for word in RATIO)


CHECKS = [
    Check(
        "Every parameter acts or is named",
        "an input that moves nothing is a broken link or a leftover",
        every_parameter_acts,
    ),
]
