"""Time in a state where cycles differ in length, against every entry followed by itself."""

import math
from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, to_model

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.analyses.flows import model_flows
from hecon.engine.clock import remembered_cycles
from hecon.engine.expression import parse
from hecon.parameters.design import TableDesign

MONTHLY_THEN_YEARLY = "1 if cycle <= 12 else 12"
LENGTHS = {
    MONTHLY_THEN_YEARLY: [1] * 12 + [12] * 5,
    "12 if cycle <= 3 else 1": [12] * 3 + [1] * 36,
    "6": [6] * 12,
    "6 + 0 * cycle": [6] * 12,
}
ONSET, DIE, BACK, SCALE = 0.2, 0.05, 0.3, 3.0
SHAPES = np.array([0.6, 1.0, 1.7])
PLAIN = Plain(
    states={"Well": 0, "Ill": 2, "Dead": 0},
    initial={"Well": "0.7", "Ill": "rest"},
    transitions={
        ("Well", "Ill"): "1 - exp(-onset * cycle_years)",
        ("Well", "Well"): "rest",
        ("Ill", "Dead"): "p_weibull",
        ("Ill", "Well"): "(1 - p_weibull) * (1 - exp(-back * cycle_years))",
        ("Ill", "Ill"): "rest",
        ("Dead", "Dead"): "rest",
    },
    payoffs=(
        ("first year", "cost", "Ill", "a * 1000 if years_in_state < 1 else 200", "year", None),
        ("age", "cost", "Ill", "age * years_in_state", "cycle", None),
        ("late death", "cost", "Ill -> Dead", "500 if years_in_state >= 1 else 0", "event", None),
        ("state", "qaly", "Ill", "0.5 + 0.1 * years_in_state", "year", None),
        ("state", "qaly", "Well", "0.9", "year", None),
    ),
    parameters=("a", "b", "onset", "back"),
    formulas={
        "p_weibull": "1 - exp((years_in_state / b) ** a - (t_end / b) ** a)",
        "t_end": "years_in_state + cycle_years",
    },
    horizon_years=6,
    discount_cost="1.04 ** -discount_time",
    discount_effect="exp(-0.03 * discount_time)",
)
VALUES = {"b": SCALE, "onset": ONSET, "back": BACK}
SHARES = {
    "cycle-means": (0.5, 0.5, 0.5),
    "end-of-cycle": (0.0, 1.0, 1.0),
    "start-of-cycle": (1.0, 0.0, 0.0),
}


def design(**more):
    numbers = {(name, None): value for name, value in {**VALUES, **more}.items()}
    return TableDesign(len(SHAPES), numbers, {("a", None): SHAPES})


def model(cycle_months, **changes):
    return replace(to_model(replace(PLAIN, **changes)), cycle_months=parse(cycle_months))


def by_hand(months, shape, memory, rule):
    """Discounted costs by item and QALYs; who is ill stands by the moment of falling ill."""
    before, after, middle = SHARES[rule]
    well, ill, now = 0.7, {0.0: 0.3}, 0.0
    found = dict.fromkeys(("first year", "age", "late death", "qaly"), 0.0)

    def count(share, ill, well, at, weight, begun, years, moment):
        for entered, many in ill.items():
            since = min(at - entered, memory)
            cost, many = 1.04**-moment, many * share
            found["first year"] += many * (shape * 1000 if since < 1 - 1e-9 else 200) * years * cost
            found["age"] += many * (40 + begun) * since * cost
            found["qaly"] += many * (0.5 + 0.1 * since) * years * math.exp(-0.03 * moment)
        found["qaly"] += share * well * 0.9 * years * math.exp(-0.03 * moment)

    for length in np.array(months) / 12:
        moment = now + middle * length
        count(before, ill, well, now, before, now, length, moment)
        fell, cured = well * (1 - math.exp(-ONSET * length)), 0.0
        stay = {}
        for entered, many in ill.items():
            since = min(now - entered, memory)
            lives = math.exp((since / SCALE) ** shape - ((since + length) / SCALE) ** shape)
            late = 500 if since >= 1 - 1e-9 else 0
            found["late death"] += many * (1 - lives) * late * 1.04**-moment
            cured += many * lives * (1 - math.exp(-BACK * length))
            stay[entered] = many * lives * math.exp(-BACK * length)
        well, ill = well - fell + cured, {**stay, now + length: fell}
        count(after, ill, well, now + length, after, now, length, moment)
        now += length
    return found


@pytest.mark.parametrize("rule", SHARES)
@pytest.mark.parametrize("cycle_months", LENGTHS)
def test_every_entry_by_itself(cycle_months, rule):
    built = model(cycle_months, counting=rule)
    found = evaluate(built, design())
    flows = model_flows(built, design())
    for draw, shape in enumerate(SHAPES):
        wanted = by_hand(LENGTHS[cycle_months], shape, 2.0, rule)
        for totals in (found, flows.sum("cycle")):
            here = totals.isel(draw=draw, strategy=0)
            for item in ("first year", "age", "late death"):
                assert float(here["cost"].sel(item=item)) == pytest.approx(wanted[item], rel=1e-11)
            assert float(here["qaly"].sum()) == pytest.approx(wanted["qaly"], rel=1e-11)


@pytest.mark.parametrize("cycle_months", LENGTHS)
def test_survival_is_exact_whatever_the_cycles(cycle_months):
    """Nobody falls ill or recovers: a Weibull curve, read at the ends of the cycles."""
    built = model(cycle_months, states={"Well": 0, "Ill": 10, "Dead": 0})
    traces = base_traces(built, design(onset=0.0, back=0.0))
    ill = traces["share"].sel(state="Ill").isel(strategy=0)
    ends = np.concatenate([[0.0], np.cumsum(LENGTHS[cycle_months])]) / 12
    wanted = 0.3 * np.exp(-((ends / SCALE) ** SHAPES[:, None]))
    np.testing.assert_allclose(ill.transpose("draw", "cycle"), wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("months", "years", "cycles"),
    [
        # two years: from the first month on 11 more and one year, from the second 11 months only
        ([1] * 12 + [12] * 5, 2, 13),
        ([1] * 12 + [12] * 5, 1, 12),
        ([12] * 3 + [1] * 36, 2, 24),
        # never full: everybody is told apart until the end
        ([12] * 2 + [1] * 6, 9, 8),
        ([12] * 2 + [1] * 12, 2.5, 13),
    ],
)
def test_how_many_cycles_are_remembered(months, years, cycles):
    assert remembered_cycles(years, np.array(months, dtype=float)) == cycles
