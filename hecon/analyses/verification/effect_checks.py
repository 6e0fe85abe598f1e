"""Checks on utilities and QALYs."""

from dataclasses import replace

import numpy as np

from hecon.analyses.verification.by_hand import Hand
from hecon.analyses.verification.case import ComputedStudy, worst
from hecon.analyses.verification.finding import SAME, Check, Finding, NotApplicable, found, listed
from hecon.analyses.verification.variants import ONE, ZERO, payoff_label
from hecon.engine.model import Payoff

#: Cycles at which utilities are compared, spread over the horizon.
SAMPLED = 25


def sampled_cycles(case: ComputedStudy) -> list[int]:
    """Some cycles from the first to the last."""
    return sorted({int(c) for c in np.linspace(1, case.hand.cycles, SAMPLED)})


def _utilities(case: ComputedStudy, strategy: str, state: str) -> list[Payoff]:
    """The payoffs that say what a year in a state is worth; decrements beside them are not."""
    payoffs = [
        p
        for p in case.model.payoffs_of(strategy)
        if (p.kind, p.on, p.source) == ("qaly", "state", state)
    ]
    if len(payoffs) < 2:
        return payoffs
    totals = case.by_payoff["qaly_undiscounted"].sel(strategy=strategy)
    return [p for p in payoffs if float(totals.sel(source=payoff_label(p))) >= 0]


def _need_effects(case: ComputedStudy) -> None:
    if not any(p.kind == "qaly" and p.on == "state" for p in case.model.payoffs):
        raise NotApplicable("no state has a utility")


def _need_utilities(case: ComputedStudy) -> None:
    _need_effects(case)
    if not case.study.counts_qalys:
        raise NotApplicable(f"the effect is the {case.study.definition.effect.name}")


def utilities_one(case: ComputedStudy) -> Finding:
    """With the effects of every state adding up to 1 and nothing else, QALYs are life-years."""
    _need_utilities(case)
    payoffs, several = [], []
    for strategy in case.strategies:
        for state in case.model.states:
            found_here = [] if state.dead else _utilities(case, strategy, state.name)
            payoffs += [
                replace(p, amount=ONE if i == 0 else ZERO, rate=True, strategy=strategy)
                for i, p in enumerate(found_here)
            ]
            if len(found_here) > 1:
                items = listed([p.item for p in found_here])
                several.append(f"{state.name} ({strategy}) has {len(found_here)}: {items}")
    outcomes = case.run(replace(case.model, payoffs=tuple(payoffs)))
    gap = 0.0
    for suffix in ("", "_undiscounted"):
        qaly = outcomes["qaly" + suffix].sum("source").values
        gap = max(gap, worst(qaly, outcomes["life_years" + suffix].values))
    without = sorted(
        f"{state.name} ({strategy})"
        for strategy in case.strategies
        for state in case.model.states
        if not state.dead and not _utilities(case, strategy, state.name)
    )
    # a state may lack a utility in a strategy in which nobody is ever there
    if gap > SAME:
        detail = (
            f"life there is worth nothing, because no row of effects names {listed(without)}; "
            "if that is meant, write a row of 0"
        )
        return found(False, f"largest gap {gap:.2g}", detail)
    together = f"; several effects that add up: {listed(several)}" if several else ""
    return found(True, f"largest gap {gap:.2g}", f"every living state counts once{together}")


def utilities_zero(case: ComputedStudy) -> Finding:
    """With every effect zero there are no QALYs, and costs stay as they were."""
    _need_effects(case)
    payoffs = tuple(replace(p, amount=ZERO) if p.kind == "qaly" else p for p in case.model.payoffs)
    outcomes = case.run(replace(case.model, payoffs=payoffs))
    left = float(np.abs(outcomes["qaly"].values).max())
    cost = worst(outcomes["cost"].sum("item").values, case.base["cost"].sum("item").values)
    return found(
        left == 0 and cost <= SAME, f"{left:.3g} QALYs", f"costs differ by {cost:.2g} of themselves"
    )


def below_norm(case: ComputedStudy) -> Finding:
    """No living state is worth more than the general population's utility at the same age."""
    _need_utilities(case)
    if case.study.population is None:
        raise NotApplicable("the study has no general population to compare with")
    norm = case.study.population.payoffs[0].amount
    population = Hand(case.study.population, case.numbers)
    (name,) = case.study.population.strategies
    above: dict[str, float] = {}
    highest = -np.inf
    for cycle in sampled_cycles(case):
        limit = population.value(norm, name, population.times(cycle))
        for strategy in case.strategies:
            payoffs = case.model.payoffs_of(strategy)
            for state in case.model.states:
                if state.dead:
                    continue
                gap = case.hand.utility(strategy, state.name, cycle, payoffs) - limit
                highest = max(highest, gap)
                if gap > SAME:
                    place = f"{state.name} ({strategy})"
                    above[place] = max(above.get(place, 0.0), gap)
    names = [f"{place} by {gap:.3f}" for place, gap in above.items()]
    return found(
        not names,
        f"highest utility less norm {highest:+.4f}",
        f"above the norm: {listed(names)}" if names else "all states at or below the norm",
    )


def qalys_within_life_years(case: ComputedStudy) -> Finding:
    """No year of life is worth more than one QALY, so QALYs are at most life-years."""
    _need_utilities(case)
    highest = max(
        case.hand.utility(strategy, state.name, cycle, case.model.payoffs_of(strategy))
        for strategy in case.strategies
        for state in case.model.states
        for cycle in sampled_cycles(case)
    )
    gap = float((case.base["qaly"].sum("source") - case.base["life_years"]).max())
    return found(
        gap <= SAME and highest <= 1 + SAME,
        f"QALYs less life-years at most {gap:.4g}",
        f"the highest utility of a state is {highest:.4g}",
    )


CHECKS = [
    Check(
        "All utilities one: QALYs are life-years",
        "a state without a utility shows here",
        utilities_one,
    ),
    Check("All effects zero: no QALYs", "QALYs come from the payoffs only", utilities_zero),
    Check(
        "No state above the population's utility",
        "patients are not healthier than people of their age",
        below_norm,
    ),
    Check(
        "QALYs at most life-years",
        "a year in full health is one QALY",
        qalys_within_life_years,
    ),
]
