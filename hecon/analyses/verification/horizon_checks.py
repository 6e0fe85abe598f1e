"""Checks on the horizon and on the length of a cycle."""

from dataclasses import replace

import numpy as np

from hecon.analyses.verification.by_hand import Hand
from hecon.analyses.verification.case import KINDS, ComputedStudy
from hecon.analyses.verification.effect_checks import sampled_cycles
from hecon.analyses.verification.finding import SAME, Check, Finding, NotApplicable, found, listed
from hecon.analyses.verification.one_cycle import check_countable, first_cycle
from hecon.engine.expression import Expr, constant
from hecon.engine.model import CohortModel, Key

#: How far above its estimate a discretisation error may lie.
SLACK = 1.5


def one_cycle_model(case: ComputedStudy) -> CohortModel:
    """The model with a horizon of one cycle."""
    return replace(case.model, horizon_years=constant(case.hand.lengths[0]))


def one_cycle(case: ComputedStudy) -> Finding:
    """A horizon of one cycle, worked by hand from probabilities and payoffs."""
    check_countable(case.model)
    outcomes = case.run(one_cycle_model(case))
    wrong, largest = [], 0.0
    dims = {"cost": "item", "qaly": "source"}
    for strategy in case.strategies:
        wanted = first_cycle(case.hand, strategy)
        for name, value in wanted.items():
            variable = outcomes[name].sel(strategy=strategy)
            kind = name.removesuffix("_undiscounted")
            got = float(variable.sum(dims[kind]) if kind in dims else variable)
            gap = abs(got - value) / max(1.0, abs(value))
            largest = max(largest, gap)
            if not gap <= SAME:
                wrong.append(f"{name} of {strategy}: {got:.6g} against {value:.6g} by hand")
    return found(
        not wrong, f"largest gap {largest:.2g}", listed(wrong) or "cost, QALYs and life-years agree"
    )


def shorter_horizon(case: ComputedStudy) -> Finding:
    """A shorter horizon never gives more undiscounted life-years."""
    step = 2 if "simpson" in case.model.rules else 1
    whole = case.hand.cycles
    counts = sorted({max(step, whole // part // step * step) for part in (1, 2, 4, 8)})
    if len(counts) < 2:
        raise NotApplicable("the horizon is one cycle")
    key: Key = ("verified_years", None)
    model = replace(
        case.model,
        horizon_years=Expr("name", name=key[0]),
        parameters=(*case.model.parameters, key),
    )
    lengths = [case.hand.ends(n) for n in counts]
    answers = case.with_numbers({key: lengths[-1]}).answers(
        [{key: years} for years in lengths], model
    )
    years = answers.figures[2 * len(KINDS) - 1]
    fall = float(-np.diff(years, axis=1).min(initial=np.inf))
    holds = len(answers.rows) == len(counts) and fall <= SAME
    shown = ", ".join(f"{y:g}: {v:.3f}" for y, v in zip(lengths, years.max(axis=0), strict=True))
    return found(holds, f"largest fall {max(fall, 0.0):.2g}", f"most life-years by years {shown}")


def _cycle_key(case: ComputedStudy) -> Key:
    if case.model.cycles_differ:
        raise NotApplicable("the length of a cycle is a formula of its number")
    expr = case.model.cycle_months
    key = case.model.resolve(expr.name, None) if expr.op == "name" else None
    if key is None or key not in case.numbers:
        raise NotApplicable("the cycle length is not a parameter")
    return key


def halved_cycle(case: ComputedStudy) -> Finding:
    """Halving the cycle changes results by less than the discretisation error.

    Notes:
        Richardson: an error that falls at least in proportion to the cycle's length halves from
        one halving to the next. So the changes from four to two lengths (halved twice) and from two
        to one (halved once) bound the change from one to a half.
    """
    key = _cycle_key(case)
    length = case.numbers[key]
    parts = (4.0, 2.0, 1.0, 0.5)
    answers = case.answers([{key: k * length} for k in parts])
    if answers.rows != [0, 1, 2, 3]:
        raise NotApplicable("the horizon holds no whole number of longer or shorter cycles")
    results = answers.figures
    four, two, one, half = (results[:, :, i] for i in range(4))
    change = np.abs(half - one)
    steps = np.maximum(np.abs(four - two) / 4, np.abs(two - one) / 2)
    # errors of opposite sign may cancel in one strategy: the largest speaks for all
    bound = SLACK * steps.max(axis=1, keepdims=True) + SAME * np.maximum(1.0, np.abs(one))
    names = [k + e for e in ("", " undiscounted") for k in ("cost", "QALYs", "life-years")]
    wrong = [
        f"{names[k]} of {case.strategies[s]} by {change[k, s]:.4g}, allowed {bound[k, s]:.4g}"
        for k, s in np.argwhere(change > bound).tolist()
    ]
    ratio = float((change / bound).max())
    relative = float((change / np.maximum(1.0, np.abs(one))).max())
    return found(
        not wrong,
        f"largest change {relative:.2%}, {ratio:.2f} of the error allowed",
        listed(wrong, 4) or f"{length / 2:g} instead of {length:g} months; first-order bound",
    )


def rescaled_probabilities(case: ComputedStudy) -> Finding:
    """Two half cycles keep as many in a state as one whole cycle, or the difference is explained.

    Notes:
        Rates turned into probabilities through the exponential keep exactly as many; so do survival
        and another exit multiplied. Exits that are added up differ by half the sum of their
        products, the discretisation error stated here. A probability that is merely multiplied by
        the cycle's length differs by a quarter of its square more. The median over cycles is taken,
        so that an event of one cycle does not count.
    """
    key = _cycle_key(case)
    length = case.numbers[key]
    half = Hand(case.model, {**case.numbers, key: length / 2})
    if half.cycles != 2 * case.hand.cycles:
        raise NotApplicable("the horizon does not hold twice as many half cycles")
    wrong, apart = [], (0.0, "")
    for strategy in case.strategies:
        for state in case.model.states:
            stays, keeps, excess = [], [], []
            for cycle in sampled_cycles(case):
                row = case.hand.row(strategy, (state.name, 0), case.hand.times(cycle))
                # whoever stays has been there half a cycle by the second half
                halves = [
                    half.row(strategy, (state.name, k), half.times(2 * cycle - 1 + k))
                    for k in (0, 1)
                ]
                stay = row.get(state.name, 0.0)
                kept = halves[0].get(state.name, 0.0) * halves[1].get(state.name, 0.0)
                exits = [p for target, p in row.items() if target != state.name]
                competing = (sum(exits) ** 2 - sum(p * p for p in exits)) / 4
                stays.append(stay)
                keeps.append(kept)
                excess.append(abs(stay - kept) - SLACK * competing)
            whole, halved, typical = (float(np.median(x)) for x in (stays, keeps, excess))
            gap = abs(whole - halved)
            text = f"{state.name} ({strategy}) {halved:.3g} for {whole:.3g}"
            apart = max(apart, (gap, text))
            if typical > SAME:
                wrong.append(f"{state.name} ({strategy}) by {typical:.2g}")
    if wrong:
        detail = f"probabilities do not rescale with the cycle: {listed(wrong)}"
    elif apart[0] > SAME:
        detail = f"two half cycles keep in {apart[1]}, no more apart than exits added up explain"
    else:
        detail = "two half cycles keep as many in each state as one"
    return found(not wrong, f"largest difference {apart[0]:.2g}", detail)


CHECKS = [
    Check("One cycle by hand", "a second computation of all that a cycle does", one_cycle),
    Check("Shorter horizon, no more life-years", "time adds life", shorter_horizon),
    Check("Half the cycle, nearly the same result", "cycle length is a setting", halved_cycle),
    Check(
        "Probabilities rescale with the cycle",
        "rates turn into probabilities through the exponential",
        rescaled_probabilities,
    ),
]
