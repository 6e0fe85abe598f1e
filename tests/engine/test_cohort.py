"""Cohorts whose answer is known in closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, key, to_model

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.engine.expression import constant
from hecon.engine.model import LookupTable
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign

DECAY = Plain(
    states={"Alive": 0, "Dead": 0},
    initial={"Alive": "1"},
    transitions={
        ("Alive", "Dead"): "1 - exp(-rate * cycle_years)",
        ("Alive", "Alive"): "rest",
        ("Dead", "Dead"): "rest",
    },
    parameters=("rate",),
    horizon_years=20,
)
RATES = np.array([0.0, 0.01, 0.1, 1.0, 5.0])


def outcomes(plain, values, tables=None):
    """Outcomes with every array of values as a column."""
    columns = {key(n): np.asarray(v, dtype=float) for n, v in values.items() if np.ndim(v)}
    numbers = {key(n): float(v) for n, v in values.items() if not np.ndim(v)}
    draws = len(next(iter(columns.values()))) if columns else 1
    model = to_model(plain)
    if tables:
        model = replace(model, tables=tables)
    return evaluate(model, TableDesign(draws, numbers, columns))


@pytest.mark.parametrize("months", [1, 3, 12])
def test_exponential_decay(months):
    """Occupancy at the end of cycle t is exp(-rate t); its sum is geometric."""
    plain = replace(DECAY, cycle_months=months, counting="end-of-cycle")
    step = months / 12
    cycles = round(20 / step)
    stays = np.exp(-RATES * step)
    wanted = [step * sum(s**t for t in range(1, cycles + 1)) for s in stays]
    found = outcomes(plain, {"rate": RATES})["life_years"].isel(strategy=0)
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_cycle_means_are_near_the_integral():
    """With short cycles the mean of start and end is the integral of exp(-rate t)."""
    plain = replace(DECAY, cycle_months=1)
    found = outcomes(plain, {"rate": RATES[1:4]})["life_years"].isel(strategy=0)
    wanted = (1 - np.exp(-RATES[1:4] * 20)) / RATES[1:4]
    np.testing.assert_allclose(found, wanted, rtol=1e-3)


def test_trace_of_the_decay():
    design = TableDesign(len(RATES), {}, {("rate", None): RATES})
    share = base_traces(to_model(DECAY), design)["share"]
    assert share.dims == ("strategy", "cycle", "state", "draw")
    t = np.arange(21)[:, None]
    np.testing.assert_allclose(share[0, :, 0], np.exp(-RATES * t), rtol=1e-12)
    np.testing.assert_allclose(share.sum("state"), 1.0, rtol=1e-13)


STEPS = (
    "(1 + r1) ** -min(discount_time, 5) * (1 + r2) ** -max(0, min(discount_time, 12) - 5)"
    " * (1 + r3) ** -max(0, discount_time - 12)"
)


@pytest.mark.parametrize("varying", [True, False])
def test_stepped_discounting(varying):
    """Nobody dies: life-years are the sum of the factors 1.04, then 1.03, then 1.02."""
    plain = replace(
        DECAY,
        parameters=("rate", "r1", "r2", "r3"),
        counting="end-of-cycle",
        discount_effect=STEPS,
        discount_cost=STEPS.replace("r1", "0.05"),
        payoffs=(("care", "cost", "Alive", "7", "year", None),),
    )
    factors, factor = [], 1.0
    for t in range(1, 21):
        factor /= 1.04 if t <= 5 else 1.03 if t <= 12 else 1.02
        factors.append(factor)
    rates = {"rate": 0.0, "r1": 0.04, "r2": 0.03, "r3": 0.02}
    if varying:
        rates["r2"] = np.array([0.03, 0.0, 0.03])
    found = outcomes(plain, rates)
    assert found["life_years"].values[0, 0] == pytest.approx(sum(factors), rel=1e-13)
    assert found["life_years_undiscounted"].values[0, 0] == pytest.approx(20, rel=1e-13)
    cost = [f * (1.04 / 1.05) ** min(t, 5) for t, f in enumerate(factors, start=1)]
    assert found["cost"].values[0, 0, 0] == pytest.approx(7 * sum(cost), rel=1e-13)
    assert found["cost_undiscounted"].values[0, 0, 0] == pytest.approx(140, rel=1e-13)


def test_each_rule_discounts_at_its_moment():
    """One cycle of a year at 10 %: the factor shows the moment."""
    plain = replace(DECAY, horizon_years=1, discount_effect="1.1 ** -discount_time")
    moments = {
        "cycle-means": 0.5,
        "start-of-cycle": 0,
        "end-of-cycle": 1,
        "heemod-life-table": 0,
    }
    for counting, moment in moments.items():
        found = outcomes(replace(plain, counting=counting), {"rate": 0.0})["life_years"]
        assert found.values[0, 0] == pytest.approx(1.1**-moment, rel=1e-14), counting
    trapezoid = outcomes(replace(plain, counting="half-cycle"), {"rate": 0.0})["life_years"]
    assert trapezoid.values[0, 0] == pytest.approx(0.5 + 0.5 / 1.1, rel=1e-14)


def test_payoff_of_a_transition():
    """A cost of dying, paid by everybody who dies within the horizon."""
    plain = replace(DECAY, payoffs=(("dying", "cost", "Alive -> Dead", "100", "event", None),))
    found = outcomes(plain, {"rate": RATES})["cost_undiscounted"].sel(item="dying")
    np.testing.assert_allclose(found[0], 100 * (1 - np.exp(-RATES * 20)), rtol=1e-12)


def test_a_value_that_does_not_exist_at_the_start_does_no_harm():
    """At t = 0 nothing is counted, so a division by the cycle's number is fine."""
    for counting in ("cycle-means", "half-cycle", "end-of-cycle"):
        plain = replace(
            DECAY,
            counting=counting,
            payoffs=(
                ("dying", "cost", "Alive -> Dead", "1 / cycle", "event", None),
                ("both", "cost", "Alive -> Dead", "rate / cycle", "event", None),
            ),
        )
        found = outcomes(plain, {"rate": RATES})["cost_undiscounted"]
        assert np.isfinite(found).all()
    plain = replace(DECAY, payoffs=(("care", "cost", "Alive", "rate / cycle", "cycle", None),))
    found = outcomes(plain, {"rate": RATES[:1]})["cost"]
    assert found.values.tolist() == [[[0.0]]]


@pytest.mark.parametrize("counting", ["cycle-means", "end-of-cycle", "half-cycle"])
def test_one_offs(counting):
    """At the start: not discounted. At week 9: in the third month, discounted there."""
    plain = replace(
        DECAY,
        cycle_months=1,
        horizon_years=1,
        counting=counting,
        discount_cost="1.2 ** -discount_time",
        payoffs=(
            ("start", "cost", "start", "10", "event", None),
            ("visit", "cost", "start", "10 * cycle", "event", 9),
            ("first week", "cost", "start", "10 + year", "event", 0),
        ),
    )
    found = outcomes(plain, {"rate": 0.5})
    third = 2.5 if counting == "cycle-means" else 3.0
    assert found["cost"].values[0, :, 0].tolist() == pytest.approx(
        [10, 30 * 1.2 ** -(third / 12), 10 * 1.2 ** -((third - 2) / 12)], rel=1e-13
    )
    assert found["cost_undiscounted"].values[0, :, 0].tolist() == [10, 30, 10]


def test_a_choice_between_two_computations():
    """What a choice hands on is not overwritten by what is computed after it."""
    choice = "rate * cycle if cycle <= 3 else rate / cycle"
    later = {f"later{i}": f"rate * cycle + {i}" for i in range(4)}
    plain = replace(
        DECAY,
        formulas={"p_die": choice, **later},
        transitions={**DECAY.transitions, ("Alive", "Dead"): "p_die"},
        payoffs=tuple(
            (f"cost {i}", "cost", "Alive", f"{name} ** 2", "cycle", None)
            for i, name in enumerate(later)
        ),
        horizon_years=5,
        counting="end-of-cycle",
    )
    rates = np.array([0.01, 0.1, 0.2])
    alive, wanted = np.ones(3), np.zeros(3)
    for t in range(1, 6):
        alive = alive * (1 - (rates * t if t <= 3 else rates / t))
        wanted += alive
    found = outcomes(plain, {"rate": rates})["life_years"].values[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_initial_distribution_by_strategy_and_age():
    plain = replace(
        DECAY,
        strategies=("X", "Y"),
        initial={"Alive": "rest", "Dead": "ill * 0.5", "Dead[Y]": "ill if age < 45 else 0"},
        parameters=("rate", "ill"),
        start_age="44",
    )
    model = to_model(plain)
    ill = np.array([0.1, 0.4])
    share = base_traces(model, TableDesign(2, {("rate", None): 0.0}, {("ill", None): ill}))["share"]
    np.testing.assert_allclose(share.sel(state="Dead", cycle=0), [ill / 2, ill], rtol=1e-15)
    np.testing.assert_allclose(share.sel(state="Alive", cycle=20), [1 - ill / 2, 1 - ill])


def test_rates_at_the_age_of_each_cycle():
    """A table read at the age at the start of a cycle, with a start age that varies."""
    ages = np.arange(0.0, 120.0)
    table = LookupTable("life", ages, {"rate": 0.001 * 1.1 ** (ages - 40)})
    plain = replace(
        DECAY,
        counting="end-of-cycle",
        parameters=("first",),
        start_age="first",
        transitions={**DECAY.transitions, ("Alive", "Dead"): "1 - exp(-life.rate(age))"},
    )
    first = np.array([40.0, 41.5, 80.0])
    found = outcomes(plain, {"first": first}, {"life": table})["life_years"].values[0]
    for value, start in zip(found, first, strict=True):
        alive, total = 1.0, 0.0
        for t in range(20):
            alive *= math.exp(-0.001 * 1.1 ** (math.floor(start + t) - 40))
            total += alive
        assert value == pytest.approx(total, rel=1e-12)


def test_simpson_needs_an_even_number_of_cycles():
    plain = replace(DECAY, counting="simpson", horizon_years=7)
    with pytest.raises(ModelError, match="even number of cycles, found 7"):
        outcomes(plain, {"rate": 0.1})


@pytest.mark.parametrize("own_first", [True, False])
def test_a_strategys_own_row_replaces_the_general_one(own_first):
    plain = replace(
        DECAY,
        strategies=("X", "Y"),
        counting="end-of-cycle",
        horizon_years=1,
        payoffs=(("care", "cost", "Alive", "7", "year", None),),
    )
    model = to_model(plain)
    own = replace(model.transitions[0], strategy="Y", probability=constant(0.25))
    paid = replace(model.payoffs[0], strategy="Y", amount=constant(11.0))
    order = (lambda old, new: (new, *old)) if own_first else (lambda old, new: (*old, new))
    model = replace(
        model, transitions=order(model.transitions, own), payoffs=order(model.payoffs, paid)
    )
    found = evaluate(model, TableDesign(1, {("rate", None): 0.5}))
    alive = np.array([math.exp(-0.5), 0.75])
    np.testing.assert_allclose(found["life_years"].values[:, 0], alive, rtol=1e-14)
    np.testing.assert_allclose(found["cost"].values[:, 0, 0], [7, 11] * alive, rtol=1e-14)


def test_a_table_looked_up_by_draw():
    """A key that differs by draw and not by cycle; beside it a transition that is never made."""
    plain = Plain(
        states={"A": 0, "B": 0},
        initial={"A": "1"},
        transitions={("A", "B"): "0", ("A", "A"): "rest", ("B", "B"): "rest"},
        payoffs=(("Tariff", "cost", "A", "tariff.price(level)", "cycle", None),),
        dead=(),
        parameters=("level",),
        tables={"tariff": {"level": [0, 1, 5], "price": [10.0, 20.0, 70.0]}},
        horizon_years=3,
    )
    columns = {("level", None): np.array([0.0, 0.9, 1.0, 4.0, 5.0, 6.0])}
    found = evaluate(to_model(plain), TableDesign(6, {}, columns))["cost_undiscounted"]
    assert found.values[0, 0].tolist() == [30, 30, 60, 60, 210, 210]
