"""Checks on costs, prices and the way totals are made of parts."""

from dataclasses import replace

import numpy as np

from hecon.analyses.verification.case import ComputedStudy, worst
from hecon.analyses.verification.finding import (
    SAME,
    Check,
    Finding,
    NotApplicable,
    found,
    listed,
)
from hecon.analyses.verification.variants import ONE, ZERO, payoff_label, reached
from hecon.engine.model import Payoff
from hecon.engine.timing import COUNTING

RISE = 1.1


def _need_costs(case: ComputedStudy) -> None:
    if not any(p.kind == "cost" for p in case.model.payoffs):
        raise NotApplicable("the study has no costs")


def costs_zero(case: ComputedStudy) -> Finding:
    """With every cost zero nothing is paid, and QALYs stay as they were."""
    _need_costs(case)
    payoffs = tuple(replace(p, amount=ZERO) if p.kind == "cost" else p for p in case.model.payoffs)
    outcomes = case.run(replace(case.model, payoffs=payoffs))
    left = float(np.abs(outcomes["cost"].values).max())
    gap = worst(outcomes["qaly"].sum("source").values, case.base["qaly"].sum("source").values)
    return found(left == 0 and gap <= SAME, f"cost {left:.3g}", f"QALYs differ by {gap:.2g}")


def higher_price(case: ComputedStudy) -> Finding:
    """A price ten per cent higher lowers no strategy's cost."""
    _need_costs(case)
    prices = case.prices()
    answers = case.answers([{p.key: RISE * case.numbers[p.key]} for p in prices])
    base = case.base_figures[0]
    falls, rises = [], 0
    for column, row in enumerate(answers.rows):
        more = answers.figures[0, :, column] - base
        slack = SAME * np.maximum(1.0, np.abs(base))
        if (more < -slack).any():
            lower = case.strategies[int(np.argmin(more))]
            falls.append(f"{prices[row].text} ({lower} {more.min():,.2f})")
        rises += bool((more > slack).any())
    falls += [f"{prices[row].text}: {text}" for row, text in answers.breaches.items()]
    return found(
        not falls,
        f"{rises} of {len(prices)} prices raise a cost",
        f"a higher price lowers the cost: {listed(falls)}"
        if falls
        else "the others pay for what the base case does not use",
    )


def doubled_prices(case: ComputedStudy) -> Finding:
    """Costs are a straight line in all prices together; what is left at zero has no price."""
    _need_costs(case)
    prices = case.prices()
    answers = case.answers([{p.key: k * case.numbers[p.key] for p in prices} for k in (2.0, 3.0)])
    if len(answers.rows) < 2:
        return found(False, "", next(iter(answers.breaches.values())))
    one, two, three = case.base_figures[0], answers.figures[0, :, 0], answers.figures[0, :, 1]
    bend = worst(three - two, two - one)
    rest = 2 * one - two
    left = [
        f"{case.study.jurisdiction.definition.currency} {r:,.2f} in {s}"
        for s, r, c in zip(case.strategies, rest, one, strict=True)
        if abs(r) > 1e-8 * max(1.0, abs(c))
    ]
    if bend > 1e-8:
        return found(False, f"bend {bend:.2g}", "from double prices on, costs rise by another step")
    return found(
        True,
        f"bend {bend:.2g}",
        f"amounts that no price moves: {listed(left)}" if left else "double prices, double costs",
    )


def _sums(case: ComputedStudy, kind: str, dim: str) -> Finding:
    gap = 0.0
    parts = case.by_payoff
    for suffix in ("", "_undiscounted"):
        whole = case.base[kind + suffix].sum(dim).values
        gap = max(gap, worst(parts[kind + suffix].sum(dim).values, whole))
    count = parts.sizes[dim]
    if not count:
        raise NotApplicable(f"the study has no {kind} payoffs")
    return found(gap <= SAME, f"largest gap {gap:.2g}", f"{count} payoffs told apart")


def costs_add_up(case: ComputedStudy) -> Finding:
    """Total cost is the sum of every single payoff, each counted by itself."""
    return _sums(case, "cost", "item")


def effects_add_up(case: ComputedStudy) -> Finding:
    """Total QALYs are the sum of every single source."""
    return _sums(case, "qaly", "source")


def death_is_free(case: ComputedStudy) -> Finding:
    """Nothing is paid and no health gained while dead; an event of dying may cost."""
    dead = {case.model.states[i].name for i in case.deaths}
    wrong = []
    for p in case.model.payoffs:
        if p.on == "state" and p.source in dead:
            dim = "item" if p.kind == "cost" else "source"
            amounts = case.by_payoff[f"{p.kind}_undiscounted"].sel({dim: payoff_label(p)})
            if np.abs(amounts.values).max() > 0:
                wrong.append(payoff_label(p))
    return found(not wrong, f"{len(wrong)} payoffs", listed(wrong) or "none while dead")


def nothing_twice(case: ComputedStudy) -> Finding:
    """No amount is paid for the same thing under two names."""
    seen: dict[object, str] = {}
    twice = []
    for strategy in case.strategies:
        for p in case.model.payoffs_of(strategy):
            if not reached(case.model, [(p.amount, strategy)]):
                continue
            identity = (strategy, p.kind, p.on, p.source, p.target, p.session, p.amount)
            label = payoff_label(p)
            if seen.setdefault(identity, label) != label:
                twice.append(f"{label} equals {seen[identity]}")
    twice = list(dict.fromkeys(twice))
    if not case.model.payoffs:
        raise NotApplicable("the study has no payoffs")
    return found(not twice, f"{len(twice)} pairs", listed(twice) or "every amount stands once")


def flows_of_death(case: ComputedStudy) -> Finding:
    """One paid at every death, on transitions, adds up to the growth of the dead states."""
    positions = case.deaths
    rule = case.model.rule("cost")
    weights = COUNTING[rule].events(case.hand.cycles)[1:]
    if not np.allclose(weights, 1.0):
        raise NotApplicable(f"the counting rule {rule} weights events by cycle")
    dead = [case.model.states[i].name for i in positions]
    payoffs = tuple(
        Payoff("deaths", "cost", "transition", ONE, source=s.name, target=grave)
        for s in case.model.states
        for grave in dead
        if not s.dead
    )
    outcomes = case.run(replace(case.model, payoffs=payoffs))
    paid = outcomes["cost_undiscounted"].sum("item").values
    share = case.share[:, :, positions].sum(axis=2)
    gap = worst(paid, share[:, -1] - share[:, 0])
    return found(
        gap <= SAME, f"largest gap {gap:.2g}", "payoffs on transitions count each death once"
    )


CHECKS = [
    Check("All costs zero: nothing is paid", "costs come from the payoffs only", costs_zero),
    Check("Higher price, no lower cost", "a price with the wrong sign shows here", higher_price),
    Check("Costs are straight in prices", "a price acts once, as a factor", doubled_prices),
    Check("Costs are the sum of their items", "nothing is lost or added on the way", costs_add_up),
    Check("QALYs are the sum of their sources", "nothing is lost on the way", effects_add_up),
    Check("Nothing is paid while dead", "costs and health belong to the living", death_is_free),
    Check("No amount under two names", "what is counted twice is paid twice", nothing_twice),
    Check("Deaths counted by transitions", "flows agree with occupancy", flows_of_death),
]
