"""Checks that exchange strategies, and on the order of results."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hecon.analyses.frontier import frontier
from hecon.analyses.verification.case import ComputedStudy, figures, moved, worst
from hecon.analyses.verification.finding import SAME, Check, Finding, NotApplicable, found, listed
from hecon.analyses.verification.variants import Exchange, reached
from hecon.engine.arrays import Array
from hecon.engine.model import Key


def _need_two(case: ComputedStudy) -> None:
    if len(case.strategies) < 2:
        raise NotApplicable("the study has one strategy")


def _exchanged(case: ComputedStudy, moves: dict[str, str]) -> Array:
    exchange = Exchange(case.model, case.numbers)
    outcomes = case.run(exchange.exchanged(moves), exchange.numbers)
    return figures(outcomes.expand_dims("draw", axis=-1))[:, :, 0]


def equal_strategies(case: ComputedStudy) -> Finding:
    """With the comparator's rows in every strategy, all have the comparator's results."""
    _need_two(case)
    comparator = case.study.compared[1]
    got = _exchanged(case, dict.fromkeys(case.strategies, comparator))
    wanted = case.base_figures[:, [case.strategies.index(comparator)]]
    gap = worst(got, np.broadcast_to(wanted, got.shape))
    return found(gap <= SAME, f"largest gap {gap:.2g}", f"all rows of {comparator}")


def swapped_strategies(case: ComputedStudy) -> Finding:
    """With the rows of the two compared strategies exchanged, their results change places."""
    _need_two(case)
    a, b = case.study.compared
    moves = {s: s for s in case.strategies} | {a: b, b: a}
    got = _exchanged(case, moves)
    order = [case.strategies.index(moves[s]) for s in case.strategies]
    gap = worst(got, case.base_figures[:, order])
    return found(gap <= SAME, f"largest gap {gap:.2g}", f"{a} and {b} exchanged")


def no_treatment_effect(case: ComputedStudy) -> Finding:
    """With the comparator's transitions, strategies live equally long and equally well."""
    _need_two(case)
    comparator = case.study.compared[1]
    place = case.strategies.index(comparator)
    exchange = Exchange(case.model, case.numbers)
    own = {s: s for s in case.strategies}
    model = exchange.exchanged(dict.fromkeys(case.strategies, comparator), own)
    states = tuple(p for p in model.payoffs if p.kind == "qaly" and p.on == "state")
    outcomes = case.run(replace(model, payoffs=states), exchange.numbers)
    alive = outcomes["life_years"].values
    years = worst(alive, np.broadcast_to(alive[place], alive.shape))
    qaly = outcomes["qaly"].sum("source").values
    differing = _utilities_that_differ(case)
    alike = [i for i, s in enumerate(case.strategies) if s not in differing]
    gap = worst(qaly[alike], np.broadcast_to(qaly[place], (len(alike),)))
    note = f"; utilities differ by strategy in {listed(differing)}" if differing else ""
    return found(
        years <= SAME and gap <= SAME,
        f"life-years {years:.2g}, QALYs of states {gap:.2g}",
        f"transitions of {comparator} in every strategy{note}",
    )


def _utilities_that_differ(case: ComputedStudy) -> list[str]:
    """Strategies whose utilities are written otherwise than the comparator's."""

    def rows(strategy: str) -> set[object]:
        payoffs = [
            p for p in case.model.payoffs_of(strategy) if p.kind == "qaly" and p.on == "state"
        ]
        targets = [(p.amount, strategy) for p in payoffs]
        keys = {key for key, _ in reached(case.model, targets)}
        return {(p.source, p.amount, p.rate) for p in payoffs} | keys

    wanted = rows(case.study.compared[1])
    return [s for s in case.strategies if rows(s) != wanted]


def concerned_strategies(case: ComputedStudy) -> Finding:
    """What is said to concern a strategy moves that strategy, if it moves anything."""
    _need_two(case)
    named = {
        p.key: p.strategy or p.concerns
        for p in case.inputs()
        if (p.strategy or p.concerns) in case.strategies
    }
    if not named:
        raise NotApplicable("no parameter names the strategy that it concerns")
    acted: dict[Key, NDArray[np.bool_]] = {}
    for column, row in enumerate(case.changed.rows):
        key = case.changes[row].parameter.key
        if key in named:
            now = moved(case.base_figures, case.changed.figures[:, :, column])
            acted[key] = acted[key] | now if key in acted else now
    wrong = [
        f"{key[0]} concerns {strategy} but moves "
        + listed([s for s, m in zip(case.strategies, acted[key], strict=True) if m])
        for key, strategy in named.items()
        if key in acted and acted[key].any() and not acted[key][case.strategies.index(strategy)]
    ]
    return found(
        not wrong, f"{len(named)} parameters", listed(wrong) or "each moves its own strategy"
    )


def rising_icers(case: ComputedStudy) -> Finding:
    """Along the frontier each step costs more per QALY, and nobody on it is dominated."""
    options = list(case.study.options)
    if len(options) < 2:
        raise NotApplicable("fewer than two strategies can be chosen")
    places = [case.strategies.index(s) for s in options]
    cost, qaly = case.base_figures[0, places], case.base_figures[1, places]
    table = frontier(options, cost, qaly)
    icers = table["icer"].dropna().to_list()
    rising = all(a <= b for a, b in pairwise(icers))
    on = table["strategy"][table["status"] == "on the frontier"].to_list()
    dominated = [
        s
        for s in on
        if any(
            c < cost[options.index(s)] and q > qaly[options.index(s)]
            for c, q in zip(cost, qaly, strict=True)
        )
    ]
    shown = ", ".join(f"{i:,.0f}" for i in icers) or "one option is left"
    return found(rising and not dominated, shown, f"on the frontier: {listed(on)}")


CHECKS = [
    Check(
        "Equal strategies, equal results",
        "a difference comes from the rows, not from the place in the list",
        equal_strategies,
    ),
    Check("Strategies swapped, results swapped", "no strategy is special", swapped_strategies),
    Check(
        "No treatment effect, equal outcomes",
        "health differs through transitions and utilities only",
        no_treatment_effect,
    ),
    Check(
        "Parameters move the strategy they concern",
        "an effect on the wrong strategy shows here",
        concerned_strategies,
    ),
    Check("ICERs rise along the frontier", "the ordering and dominance rules hold", rising_icers),
]
