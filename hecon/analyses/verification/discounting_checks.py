"""Checks on discounting."""

from dataclasses import replace

import numpy as np

from hecon.analyses.verification.by_hand import NEAR
from hecon.analyses.verification.case import KINDS, ComputedStudy, figures, worst
from hecon.analyses.verification.finding import SAME, Check, Finding, NotApplicable, found, listed
from hecon.analyses.verification.horizon_checks import one_cycle_model
from hecon.analyses.verification.one_cycle import check_countable, moment
from hecon.analyses.verification.variants import ONE
from hecon.engine.expression import parse
from hecon.engine.model import Key, Payoff

#: Discounting so strong that a cycle counts exp(-STEEP) of the one before.
STEEP = 25.0


def _rates(case: ComputedStudy) -> list[Key]:
    """Parameters and formulas that the discount rates are written with."""
    steps = case.study.jurisdiction.definition.discount.steps
    names = {n for step in steps for text in (step.cost, step.effect) for n in parse(text).names}
    return [key for n in sorted(names) if (key := case.model.resolve(n, None)) is not None]


def no_discounting(case: ComputedStudy) -> Finding:
    """With rates of zero the discounted totals are the base case's undiscounted ones."""
    rates = _rates(case)
    if rates:
        numbers = {**case.numbers, **dict.fromkeys(rates, 0.0)}
        outcomes = case.run(case.model, numbers)
        how = f"{listed([key[0] for key in rates])} at 0"
    else:
        outcomes = case.run(replace(case.model, discount_cost=ONE, discount_effect=ONE))
        how = "rates are written as numbers; the discount factor is set to 1"
    got = figures(outcomes.expand_dims("draw", axis=-1))[:, :, 0]
    plain = case.base_figures[len(KINDS) :]
    discounted = worst(got[: len(KINDS)], plain)
    unmoved = worst(got[len(KINDS) :], plain)
    return found(
        max(discounted, unmoved) <= SAME,
        f"largest gap {max(discounted, unmoved):.2g}",
        how if unmoved <= SAME else "a rate moves undiscounted totals: it acts twice",
    )


def year_two(case: ComputedStudy) -> Finding:
    """What falls in year two is discounted as the jurisdiction's steps say, worked by hand."""
    hand = case.hand
    cycle = next((c for c in range(1, hand.cycles) if hand.ends(c) > 2 - NEAR), hand.cycles)
    amount = parse(f"1 if cycle == {cycle} else 0")
    payoffs = tuple(
        Payoff("probe", kind, "state", amount, source=state.name)
        for kind in ("cost", "qaly")
        for state in case.model.states
    )
    outcomes = case.run(replace(case.model, payoffs=payoffs))
    gaps, shown = [], []
    for kind, dim, column in (("cost", "item", "cost"), ("qaly", "source", "effect")):
        years = hand.begun(cycle) + moment(case.model.rule(kind)) * hand.cycle_years(cycle)
        wanted = _factor_by_hand(case, column, years)
        plain = outcomes[kind + "_undiscounted"].sum(dim).values
        gaps.append(worst(outcomes[kind].sum(dim).values, wanted * plain))
        shown.append(f"{column}s {wanted:.6f}")
    return found(
        max(gaps) <= SAME, ", ".join(shown), f"at {years:.4g} years; largest gap {max(gaps):.2g}"
    )


def _factor_by_hand(case: ComputedStudy, column: str, years: float) -> float:
    """The discount factor from the jurisdiction's steps, one step after the other."""
    rule = case.study.jurisdiction.definition.discount
    factor = 1.0
    for position, step in enumerate(rule.steps):
        begins = case.hand.value(parse(step.start), None, {})
        ends = years
        if position + 1 < len(rule.steps):
            ends = min(years, case.hand.value(parse(rule.steps[position + 1].start), None, {}))
        rate = case.hand.value(parse(getattr(step, column)), None, {})
        spent = max(0.0, ends - begins)
        factor *= (
            np.exp(-rate * spent) if rule.compounding == "continuous" else (1 + rate) ** -spent
        )
    return float(factor)


def steep_discounting(case: ComputedStudy) -> Finding:
    """Under a very high rate only what the first cycle brings is left."""
    check_countable(case.model)
    rule = parse(f"exp(-{STEEP / min(case.hand.lengths[:2])!r} * discount_time)")
    long, short = (
        figures(
            case.run(replace(m, discount_cost=rule, discount_effect=rule)).expand_dims(
                "draw", axis=-1
            )
        )[: len(KINDS), :, 0]
        for m in (case.model, one_cycle_model(case))
    )
    some = short != 0
    gap = float(np.max(np.abs(long[some] / short[some] - 1.0), initial=0.0))
    return found(
        gap <= 1e-6, f"largest gap {gap:.2g}", f"a cycle counts exp(-{STEEP:g}) of the one before"
    )


def discounting_lowers(case: ComputedStudy) -> Finding:
    """What is positive is worth less when it is discounted, payoff by payoff."""
    rates = [
        case.hand.value(parse(t), None, {})
        for step in case.study.jurisdiction.definition.discount.steps
        for t in (step.cost, step.effect)
    ]
    if min(rates) < 0:
        raise NotApplicable("a discount rate is negative")
    wrong, count = [], 0
    for kind, dim in (("cost", "item"), ("qaly", "source")):
        now, plain = case.by_payoff[kind], case.by_payoff[kind + "_undiscounted"]
        for name in now[dim].values.tolist():
            a, b = now.sel({dim: name}).values, plain.sel({dim: name}).values
            count += 1
            if (np.abs(a) > np.abs(b) * (1 + SAME)).any():
                wrong.append(str(name))
    if (case.base_figures[2] > case.base_figures[5] * (1 + SAME)).any():
        wrong.append("life-years")
    return found(not wrong, f"{count + 1} flows", listed(wrong) or "none grows by discounting")


CHECKS = [
    Check("No discounting, undiscounted totals", "rates act on totals only once", no_discounting),
    Check("Year two discounted by hand", "steps and moments are those of the rules", year_two),
    Check(
        "Very high rate leaves the first cycle",
        "all that is later is discounted",
        steep_discounting,
    ),
    Check("Discounting lowers", "the future is worth less than the present", discounting_lowers),
]
