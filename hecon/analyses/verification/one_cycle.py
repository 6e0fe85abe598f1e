"""The first cycle by hand: from probabilities and payoffs to totals, for every counting rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hecon.analyses.verification.by_hand import Hand, Place
from hecon.analyses.verification.finding import NotApplicable
from hecon.engine.model import CohortModel, Payoff

#: Weights of the start and the end of the only cycle, and when each is discounted, in cycles.
#: Rules of cycles credit both with what holds in cycle 1; rules of points with what holds there.
_RULES: dict[str, tuple[float, float, float]] = {
    "cycle-means": (0.5, 0.5, 0.5),
    "start-of-cycle": (1.0, 0.0, 0.0),
    "end-of-cycle": (0.0, 1.0, 1.0),
    "heemod-life-table": (0.5, 0.5, 0.0),
}
_POINTS: dict[str, tuple[float, float]] = {
    "every-point": (1.0, 1.0),
    "half-cycle": (0.5, 0.5),
    "darth-simpson": (1 / 3, 1 / 3),
}
#: What happens in the cycle counts in full; only darthtools weights it as occupancy.
_EVENTS: dict[str, float] = {"darth-simpson": 1 / 3}

#: Rules that can count a horizon of one cycle.
COUNTABLE = frozenset(_RULES) | frozenset(_POINTS)


def check_countable(model: CohortModel) -> None:
    """Raise NotApplicable if a counting rule of a model can't count one cycle."""
    for rule in model.rules:
        if rule not in COUNTABLE:
            raise NotApplicable(f"the rule {rule} can't count a single cycle")


@dataclass(frozen=True)
class _Moment:
    """Occupancy that counts at one moment, with the names of time there."""

    shares: Mapping[Place, float]
    flows: Mapping[tuple[Place, Place], float]
    times: Mapping[str, float]


def _moments(hand: Hand, strategy: str, rule: str) -> Iterator[_Moment]:
    before = hand.start(strategy)
    flows = hand.step(strategy, before, 1)
    after: dict[Place, float] = {}
    for (_, there), share in flows.items():
        after[there] = after.get(there, 0.0) + share
    if rule in _RULES:
        first, last, moment = _RULES[rule]
        shares = {p: first * before.get(p, 0.0) for p in before}
        for place, share in after.items():
            shares[place] = shares.get(place, 0.0) + last * share
        times = {**hand.times(1), "discount_time": moment * hand.lengths[0]}
        yield _Moment(shares, flows, times)
        return
    first, last = _POINTS[rule]
    times = {**hand.times(0, True), "discount_time": 0.0}
    yield _Moment({p: first * s for p, s in before.items()}, {}, times)
    times = {**hand.times(1, True), "discount_time": hand.lengths[0]}
    events = _EVENTS.get(rule, 1.0)
    yield _Moment(
        {p: last * s for p, s in after.items()}, {k: events * s for k, s in flows.items()}, times
    )


def first_cycle(hand: Hand, strategy: str) -> dict[str, float]:
    """Totals of a horizon of one cycle.

    Returns:
        ``cost``, ``qaly`` and ``life_years``, and each with ``_undiscounted``. One-offs of later
        weeks fall after the horizon and do not count.
    """
    model = hand.model
    totals = dict.fromkeys(("cost", "qaly", "life_years"), 0.0)
    plain = dict(totals)
    factors = {"cost": model.discount_cost, "qaly": model.discount_effect}

    def add(kind: str, amount: float, times: Mapping[str, float] | None) -> None:
        factor = 1.0
        if times is not None:
            factor = hand.value(factors.get(kind, model.discount_effect), strategy, times)
        totals[kind] += amount * factor
        plain[kind] += amount

    payoffs = model.payoffs_of(strategy)
    kinds: dict[str, list[str]] = {}
    for kind in totals:
        kinds.setdefault(model.rule(kind), []).append(kind)
    # what falls weeks after a transition is in a later cycle
    running = [p for p in payoffs if p.on != "once" and p.week is None]
    for rule, counted in kinds.items():
        _count(hand, strategy, rule, [p for p in running if p.kind in counted], counted, add)
    for payoff in payoffs:
        if payoff.on == "once":
            times = _once(hand, strategy, payoff)
            if times["cycle"] > 1:
                continue
            amount = hand.value(payoff.amount, strategy, times)
            add(payoff.kind, amount, None if payoff.week is None else times)
    return {**totals, **{f"{kind}_undiscounted": value for kind, value in plain.items()}}


def _count(
    hand: Hand,
    strategy: str,
    rule: str,
    payoffs: Sequence[Payoff],
    kinds: Sequence[str],
    add: Callable[[str, float, Mapping[str, float] | None], None],
) -> None:
    """Add what states and transitions pay, and life-years if asked for, by one counting rule."""
    dead = {s.name for s in hand.model.states if s.dead}
    for moment in _moments(hand, strategy, rule):
        for place, share in moment.shares.items():
            local = {**moment.times, "years_in_state": place[1] * hand.lengths[0]}
            if "life_years" in kinds and place[0] not in dead:
                add("life_years", share * hand.lengths[0], moment.times)
            for payoff in payoffs:
                if payoff.on == "state" and payoff.source == place[0]:
                    length = hand.lengths[0] if payoff.rate else 1.0
                    amount = hand.value(payoff.amount, strategy, local)
                    add(payoff.kind, share * amount * length, moment.times)
        for (source, target), share in moment.flows.items():
            local = {**moment.times, "years_in_state": source[1] * hand.lengths[0]}
            for payoff in payoffs:
                if (payoff.on, payoff.source, payoff.target) == (
                    "transition",
                    source[0],
                    target[0],
                ):
                    amount = hand.value(payoff.amount, strategy, local)
                    add(payoff.kind, share * amount, moment.times)


def _once(hand: Hand, strategy: str, payoff: Payoff) -> dict[str, float]:
    """The names of time for a one-off: the cycle of its week, at least the first."""
    if payoff.week is None:
        return hand.times(0)
    cycle = hand.cycle_of(hand.value(payoff.week, strategy, hand.times(0)))
    times = hand.times(min(cycle, hand.cycles))
    later = moment(hand.model.rule(payoff.kind)) * times["cycle_years"]
    return {**times, "cycle": float(cycle), "discount_time": times["year"] + later}


def moment(rule: str) -> float:
    """When a counting rule discounts a cycle, in cycles after the cycle's start."""
    return _RULES[rule][2] if rule in _RULES else 1.0
