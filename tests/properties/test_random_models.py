"""What must hold for any model: random ones, changed in ways that must change nothing."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from dense import Plain as Texts
from dense import key, to_model
from hypothesis import given, settings
from hypothesis import strategies as st

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.engine.timing import COUNTING
from hecon.parameters.design import TableDesign

SETTINGS = settings(max_examples=25, derandomize=True, deadline=None)
DRAWS = 4
FADING = "(0.6 + 0.4 * exp(-cycle * speed))"


@dataclass(frozen=True)
class Case:
    """A model as texts, with draws of its parameters."""

    plain: Texts
    columns: dict[str, np.ndarray]

    def design(self):
        return TableDesign(DRAWS, {}, {key(n): c for n, c in self.columns.items()})

    def outcomes(self, **options):
        return evaluate(to_model(self.plain), self.design(), **options)

    def share(self):
        return base_traces(to_model(self.plain), self.design())["share"]

    def changed(self, columns=None, **changes):
        return Case(replace(self.plain, **changes), {**self.columns, **(columns or {})})


def payoffs_of(alive):
    found = [("Start", "cost", "start", "c_start", "event", None)]
    found += [("Later", "cost", "start", "2 * c_start", "event", 30.0)]
    for state in alive:
        found.append(("Care", "cost", state, f"c_{state}", "year", None))
        found.append(("Health", "qaly", state, f"u_{state} * (1 - 0.01 * year)", "year", None))
        found.append(
            (f"Leaving {state}", "cost", f"{state} -> Dead", f"2 * c_{state}", "event", None)
        )
    for a, b in pairwise(alive):
        found.append(("Move", "qaly", f"{a} -> {b}", f"-0.1 * u_{b}", "event", None))
    return tuple(found)


@st.composite
def cases(draw):
    """A model whose every row has probabilities that vary by draw and cycle."""
    alive = [f"S{i}" for i in range(draw(st.integers(2, 4)))]
    seed = draw(st.integers(0, 10_000))
    counting = draw(st.sampled_from(sorted(COUNTING)))
    random = np.random.default_rng(seed)
    columns = {"speed": random.uniform(0, 1, DRAWS), "c_start": random.uniform(0, 100, DRAWS)}
    transitions = {("Dead", "Dead"): "rest"}
    for state in alive:
        columns[f"c_{state}"] = random.uniform(10, 1000, DRAWS)
        columns[f"u_{state}"] = random.uniform(-0.2, 1, DRAWS)
        # what is left over stays in the state
        shares = random.dirichlet(np.ones(len(alive) + 1), DRAWS)
        targets = [s for s in (*alive, "Dead") if s != state]
        for position, target in enumerate(targets):
            name = f"p_{state}_{target}"
            columns[name] = shares[:, position]
            transitions[(state, target)] = f"{name} * {FADING}"
        transitions[(state, state)] = "rest"
    start = random.dirichlet(np.ones(len(alive)), DRAWS)
    initial = {}
    for position, state in enumerate(alive[1:], start=1):
        columns[f"start_{state}"] = start[:, position]
        initial[state] = f"start_{state}"
    initial[alive[0]] = "rest"
    plain = Texts(
        states=dict.fromkeys((*alive, "Dead"), 0),
        initial=initial,
        transitions=transitions,
        payoffs=payoffs_of(alive),
        parameters=tuple(columns),
        cycle_months=draw(st.sampled_from((1.0, 6.0, 12.0))),
        horizon_years=2.0 * draw(st.integers(1, 3)),
        counting=counting,
        discount_cost="1.04 ** -discount_time",
        discount_effect="exp(-0.03 * discount_time)",
    )
    return Case(plain, columns)


def same(found, wanted, rtol=1e-12):
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_allclose(
            found[name].transpose(*wanted[name].dims), wanted[name], rtol=rtol, atol=1e-10
        )


@SETTINGS
@given(cases())
def test_mass_is_conserved_and_the_dead_stay_dead(case):
    share = case.share()
    np.testing.assert_allclose(share.sum("state"), 1, rtol=0, atol=1e-13)
    assert (share >= 0).all()
    assert (share.sel(state="Dead").diff("cycle") >= 0).all()


@SETTINGS
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_states_does_not_matter(case, random):
    names = list(case.plain.states)
    random.shuffle(names)
    other = case.changed(states=dict.fromkeys(names, 0))
    same(other.outcomes(), case.outcomes())
    there, here = other.share(), case.share()
    assert list(there["state"].values) == names
    np.testing.assert_allclose(there.sel(state=here["state"]), here, rtol=1e-12, atol=1e-14)


@SETTINGS
@given(cases())
def test_names_of_states_do_not_matter(case):
    """Renamed states permute the trace's labels and no figure."""
    new = {s: f"Z{i}" for i, s in enumerate(case.plain.states)}

    def place(on):
        return " -> ".join(new.get(part, part) for part in on.split(" -> "))

    other = case.changed(
        states={new[s]: 0 for s in case.plain.states},
        dead=(new["Dead"],),
        initial={new[s]: text for s, text in case.plain.initial.items()},
        transitions={(new[a], new[b]): t for (a, b), t in case.plain.transitions.items()},
        payoffs=tuple((i, k, place(on), *rest) for i, k, on, *rest in case.plain.payoffs),
    )
    found = other.outcomes()
    for name, values in case.outcomes().items():
        assert np.array_equal(found[name], values)


@SETTINGS
@given(cases(), st.floats(0.05, 0.95))
def test_a_state_split_in_two_changes_nothing(case, part):
    """S1 becomes S1a and S1b with the same row; whoever comes is sent to one of them."""
    plain = case.plain
    halves = {"S1a": f"{part!r}", "S1b": f"(1 - {part!r})"}

    def split(state):
        return list(halves) if state == "S1" else [state]

    states = {half: 0 for state in plain.states for half in split(state)}
    transitions = {}
    for (a, b), text in plain.transitions.items():
        for source in split(a):
            if b != "S1":
                transitions[(source, b)] = text
            elif a == "S1":  # stay where you are; the other half is never entered from here
                transitions[(source, source)] = "rest"
            else:
                transitions |= {(source, h): f"({text}) * {f}" for h, f in halves.items()}
    initial = {s: t for s, t in plain.initial.items() if s != "S1"}
    initial |= {h: f"({plain.initial['S1']}) * {f}" for h, f in halves.items()}
    payoffs = []
    for item, kind, on, *rest in plain.payoffs:
        source, _, target = on.partition(" -> ")
        for a in split(source):
            for b in split(target):
                payoffs.append((item, kind, f"{a} -> {b}" if b else a, *rest))
    other = case.changed(
        states=states, transitions=transitions, initial=initial, payoffs=tuple(payoffs)
    )
    same(other.outcomes(), case.outcomes())
    parts = other.share().sel(state=list(halves)).sum("state")
    np.testing.assert_allclose(parts, case.share().sel(state="S1"), rtol=1e-12, atol=1e-14)


@SETTINGS
@given(cases())
def test_identical_strategies_are_one(case):
    """Three strategies that differ in nothing give the same bits, alone and together."""
    alone = case.outcomes()
    together = case.changed(strategies=("X", "Y", "Z")).outcomes()
    for strategy in ("X", "Y", "Z"):
        for name in alone:
            found = together[name].sel(strategy=strategy).values
            assert np.array_equal(found, alone[name].sel(strategy="X").values)


@SETTINGS
@given(cases())
def test_a_strategy_of_its_own_disturbs_no_other(case):
    """A second strategy with another row leaves the first as it was, and differs."""
    formulas = {**case.plain.formulas, "speed_used": "speed", "speed_used[Y]": "speed + 1"}
    transitions = {k: t.replace("speed)", "speed_used)") for k, t in case.plain.transitions.items()}
    other = case.changed(strategies=("X", "Y"), formulas=formulas, transitions=transitions)
    found = other.outcomes()
    same(found.sel(strategy=["X"]), case.outcomes())
    lived = found["life_years"]
    assert not np.array_equal(lived.sel(strategy="X"), lived.sel(strategy="Y"))


@SETTINGS
@given(cases(), st.integers(1, DRAWS), st.sampled_from((1, 2)))
def test_blocks_and_workers_change_no_bit(case, block, workers):
    whole, parts = case.outcomes(), case.outcomes(block=block, workers=workers)
    for name in whole:
        assert np.array_equal(whole[name].values, parts[name].values)


@SETTINGS
@given(cases())
def test_a_draw_alone_is_the_same_draw(case):
    whole = case.outcomes()
    numbers = {key(n): float(c[2]) for n, c in case.columns.items()}
    single = evaluate(to_model(case.plain), TableDesign(1, numbers))
    same(single.isel(draw=0), whole.isel(draw=2))


@SETTINGS
@given(cases(), st.floats(0.1, 10))
def test_money_has_no_unit(case, factor):
    """Costs in another currency: every cost is multiplied and no QALY."""
    scaled = {n: c * factor for n, c in case.columns.items() if n.startswith("c_")}
    wanted, found = case.outcomes(), case.changed(columns=scaled).outcomes()
    for name in wanted:
        times = factor if name.startswith("cost") else 1.0
        np.testing.assert_allclose(found[name], wanted[name] * times, rtol=1e-12, atol=1e-10)


@SETTINGS
@given(cases())
def test_life_years_are_qalys_at_utility_one(case):
    payoffs = [("Alive", "qaly", s, "1", "year", None) for s in case.plain.states if s != "Dead"]
    found = case.changed(payoffs=tuple(payoffs)).outcomes()
    for ending in ("", "_undiscounted"):
        np.testing.assert_allclose(
            found["qaly" + ending].sum("source"), found["life_years" + ending], rtol=1e-12
        )


@pytest.mark.parametrize("states", [2, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_half_the_cycle_with_matched_probabilities(states, seed):
    """If two short cycles move people as one long one does, the traces meet in every long cycle."""
    random = np.random.default_rng(seed)
    names = [f"S{i}" for i in range(states)]
    short = random.dirichlet(np.ones(states), (DRAWS, states))
    start = random.dirichlet(np.ones(states), DRAWS)

    def model(matrix, months, payoff):
        columns = {}
        transitions = {}
        for i, a in enumerate(names):
            for j, b in enumerate(names[:-1]):
                columns[f"p_{a}_{b}"] = matrix[:, i, j]
                transitions[(a, b)] = f"p_{a}_{b}"
            transitions[(a, names[-1])] = "rest"
        columns |= {f"start_{a}": start[:, i] for i, a in enumerate(names[:-1])}
        initial = {a: f"start_{a}" for a in names[:-1]} | {names[-1]: "rest"}
        plain = Texts(
            states=dict.fromkeys(names, 0),
            initial=initial,
            transitions=transitions,
            payoffs=(("Visit", "cost", "S0", payoff, "cycle", None),),
            dead=(),
            parameters=tuple(columns),
            cycle_months=months,
            horizon_years=6,
            counting="end-of-cycle",
            discount_cost="1.04 ** -discount_time",
        )
        return Case(plain, columns)

    long = model(short @ short, 12.0, "100")
    fine = model(short, 6.0, "100 if floor(cycle / 2) * 2 == cycle else 0")
    np.testing.assert_allclose(
        fine.share().values[:, ::2], long.share().values, rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(fine.outcomes()["cost"], long.outcomes()["cost"], rtol=1e-12)
