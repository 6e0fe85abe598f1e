"""What payoffs come to over the whole model: no cost below zero, no utility above one."""

from dataclasses import replace

from hecon.analyses.evaluate import evaluate
from hecon.engine.expression import constant
from hecon.engine.model import CohortModel, Payoff
from hecon.errors import Fault
from hecon.parameters import limits
from hecon.studies.extends import FILE as STUDY_FILE
from hecon.studies.study import Study

#: How far a sum over cycles may be off by rounding, as a share of what it is compared with.
ROUNDING = 1e-9

#: What comes before the name of a state whose years are counted beside its QALYs.
_YEARS = "years in "

#: Between an item and where it is written.
_APART = " | "


def amount_faults(study: Study) -> list[Fault]:
    """Faults of the base case's payoffs, each counted by itself over the horizon.

    Typed amounts and parameters are looked at one by one when they are read; here a formula of
    them is: what it comes to says where it is wrong.
    """
    model = study.model
    places = {_label(p): _place(study, p) for p in model.payoffs}
    outcomes = evaluate(_apart(model), study.base_case()).isel(draw=0)
    costs, health = outcomes["cost_undiscounted"], outcomes["qaly_undiscounted"]
    found: dict[str, Fault] = {}
    for row, strategy in enumerate(model.strategies):
        for label, value in zip(costs["item"].values.tolist(), costs.values[row], strict=True):
            problem = _cost_problem(float(value))
            if problem:
                item = label.partition(_APART)[0]
                text = f"'{item}' comes to {value:g} in {strategy}; {problem}"
                found.setdefault(label, Fault(*places[label], text))
        for state, payoff in _by_state(model).items() if study.counts_qalys else ():
            gained = float(health.sel(strategy=strategy, source=state))
            lived = float(health.sel(strategy=strategy, source=_YEARS + state))
            if gained > lived * (1 + ROUNDING) + ROUNDING:
                text = (
                    f"{gained:g} QALYs in {lived:g} years in {state} ({strategy}); allowed for a "
                    "utility is 1 at most"
                )
                found.setdefault(state, Fault(*_place(study, payoff), text))
    return list(found.values())


def _cost_problem(value: float) -> str | None:
    if value < -ROUNDING:
        return "a cost can't be negative"
    if not value <= limits.LARGEST_AMOUNT:
        return f"allowed is {limits.LARGEST_AMOUNT:g} at most"
    return None


def _label(payoff: Payoff) -> str:
    """Tells rows of an item apart; a course's item is one, whatever its sessions."""
    return payoff.item + _APART + ("" if payoff.session else payoff.origin)


def _place(study: Study, payoff: Payoff) -> tuple[str, int | None, str]:
    if payoff.session:
        return f"{study.folder.name}/{STUDY_FILE}", None, "course.items"
    file, _, row = payoff.origin.rpartition(", row ")
    return file, int(row), "amount"


def _by_state(model: CohortModel) -> dict[str, Payoff]:
    """The last payoff of health of each state."""
    utilities = (p for p in model.payoffs if p.kind == "qaly" and p.on == "state")
    return {p.source: p for p in utilities if p.source is not None}


def _apart(model: CohortModel) -> CohortModel:
    """The model with costs counted by row, and QALYs by state beside the years in it."""
    states = _by_state(model)
    payoffs = [
        Payoff(_YEARS + state, "qaly", "state", constant(1.0), source=state, rate=True)
        for state in states
    ]
    for strategy in model.strategies:
        for p in model.payoffs_of(strategy):
            own = replace(p, strategy=strategy)
            if p.kind == "cost":
                payoffs.append(replace(own, item=_label(p)))
            elif p.on == "state" and p.source is not None:
                # added up over the rows of a state, which the session keeps apart
                payoffs.append(replace(own, item=p.source, session=_label(p)))
    return replace(model, payoffs=tuple(payoffs))
