"""Checks on who is where: nobody is lost, the dead stay dead, mortality acts."""

import numpy as np

from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.effect_checks import sampled_cycles
from hecon.analyses.verification.finding import SAME, Check, Finding, NotApplicable, found, listed
from hecon.analyses.verification.variants import (
    with_certain_death,
    without_death,
)
from hecon.engine.expression import Expr

#: Counting rules that integrate: a constant is counted for exactly the horizon.
INTEGRATING = (
    "cycle-means",
    "start-of-cycle",
    "end-of-cycle",
    "half-cycle",
    "simpson",
    "heemod-life-table",
)


def mass_conserved(case: ComputedStudy) -> Finding:
    """All shares lie in 0 to 1 and add up to one in every cycle."""
    total = np.abs(case.share.sum(axis=2) - 1.0).max()
    low, high = float(case.share.min()), float(case.share.max())
    return found(
        total <= SAME and low >= -SAME and high <= 1 + SAME,
        f"largest gap {total:.2g}",
        f"shares from {low:.3g} to {high:.6g} over {case.share.shape[1] - 1} cycles",
    )


def dead_stay_dead(case: ComputedStudy) -> Finding:
    """Nobody leaves a dead state for a living one, and the share of the dead never falls."""
    places = case.deaths
    names = [case.model.states[i].name for i in places]
    dead = case.share[:, :, places].sum(axis=2)
    fall = float(-np.diff(dead, axis=1).min())
    leaving: dict[str, float] = {}
    for strategy in case.strategies:
        for name in names:
            for cycle in sampled_cycles(case):
                row = case.hand.row(strategy, (name, 0), case.hand.times(cycle))
                for target, probability in row.items():
                    if target not in names and probability > SAME:
                        text = f"{probability:.1%} leave {name} for {target}"
                        leaving[text] = probability
    return found(
        fall <= SAME and not leaving,
        f"largest fall {max(fall, 0.0):.2g}",
        listed(list(leaving)) or f"dead at the end: {dead[:, -1].max():.1%} at most",
    )


def no_mortality(case: ComputedStudy) -> Finding:
    """When whoever would die stays, all who start alive live through the horizon."""
    positions = case.deaths
    model = without_death(case.model)
    share = case.trace(model)
    alive = 1.0 - share[:, :, positions].sum(axis=2)
    lost = float(np.abs(alive - alive[:, [0]]).max())
    years = case.run(model)["life_years_undiscounted"].values
    horizon = case.hand.horizon
    wanted = alive[:, 0] * horizon
    if case.model.counting not in INTEGRATING:
        return found(
            lost <= SAME,
            f"{lost:.2g} of the cohort dies",
            f"life-years not compared: the rule {case.model.counting} does not count the horizon",
        )
    gap = float(np.abs(years - wanted).max())
    return found(
        lost <= SAME and gap <= 1e-8 * max(1.0, horizon),
        f"{lost:.2g} of the cohort dies",
        f"undiscounted life-years differ from the horizon of {horizon:g} years by {gap:.2g}",
    )


def certain_mortality(case: ComputedStudy) -> Finding:
    """When everybody dies, nobody is left after one cycle."""
    positions = case.deaths
    share = case.trace(with_certain_death(case.model))
    left = float(1.0 - share[:, 1:, positions].sum(axis=2).min())
    return found(abs(left) <= SAME, f"{left:.2g} alive after one cycle", "all others dead")


def within_population(case: ComputedStudy) -> Finding:
    """At no moment is more of the cohort alive than of the general population."""
    if case.study.population is None:
        raise NotApplicable("the study has no general population to compare with")
    positions = case.deaths
    alive = 1.0 - case.share[:, :, positions].sum(axis=2)
    population = 1.0 - case.trace(case.study.population)[:, :, 1]
    gap = (alive - population * alive[:, [0]]).max(axis=1)
    wrong = [f"{s} by {g:.2g}" for s, g in zip(case.strategies, gap, strict=True) if g > SAME]
    return found(
        not wrong,
        f"largest excess {max(float(gap.max()), 0.0):.2g}",
        f"more alive than in the population: {listed(wrong)}"
        if wrong
        else "mortality is the population's or higher",
    )


def ages_of_tables(case: ComputedStudy) -> Finding:
    """A table that is read at an age that moves with time is read at the cohort's age.

    A column may also be read at other ages, for a group that is older than the rest.
    """
    if case.model.start_age is None:
        raise NotApplicable("the study has no start age")
    exprs = [(e, key[1]) for key, e in case.model.formulas.items()]
    exprs += [(t.probability, t.strategy) for t in case.model.transitions if t.probability]
    exprs += [(p.amount, p.strategy) for p in case.model.payoffs]
    read: dict[str, list[float]] = {}
    for expr, owner in exprs:
        strategy = owner or case.strategies[0]
        for part in expr.walk():
            if part.op != "lookup" or "age" not in part.args[0].names:
                continue
            for cycle in sampled_cycles(case):
                times = case.hand.times(cycle)
                age = case.hand.value(Expr("name", name="age"), strategy, times)
                off = case.hand.value(part.args[0], strategy, times) - age
                read.setdefault(part.name, []).append(off)
    if not read:
        raise NotApplicable("no table is read at the cohort's age")
    nearest = {name: min(offs, key=abs) for name, offs in read.items()}
    names = [f"{name} at {off:+g} years" for name, off in nearest.items() if abs(off) > 1]
    return found(
        not names, f"{len(read)} columns", listed(names) or "all are read at the cohort's age"
    )


CHECKS = [
    Check("Nobody is lost", "every cycle holds the whole cohort", mass_conserved),
    Check("The dead stay dead", "death is the end of the model", dead_stay_dead),
    Check("No mortality, everybody lives", "death comes from deaths only", no_mortality),
    Check("Certain death kills everybody", "no state escapes mortality", certain_mortality),
    Check(
        "No more alive than in the population",
        "patients do not outlive people of their age",
        within_population,
    ),
    Check("Tables are read at the right age", "a life table some years off", ages_of_tables),
]
