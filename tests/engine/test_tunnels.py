"""Time in a state, against a matrix over every number of cycles in the state."""

import math
from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, key, to_model

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.engine.program import Program
from hecon.parameters.design import TableDesign

SHAPE, SCALE, ONSET, DIE, BACK = 0.6, 4.0, 0.2, 0.01, 0.05
WEIBULL = "1 - exp((years_in_state / b) ** a - ((years_in_state + cycle_years) / b) ** a)"
PLAIN = Plain(
    states={"Well": 0, "Ill": 5, "Dead": 0},
    initial={"Well": "0.7", "Ill": "rest"},
    transitions={
        ("Well", "Ill"): "onset * cycle_years",
        ("Well", "Dead"): "die * cycle_years",
        ("Well", "Well"): "rest",
        ("Ill", "Dead"): "p_weibull",
        ("Ill", "Well"): "(1 - p_weibull) * back * cycle_years",
        ("Ill", "Ill"): "rest",
        ("Dead", "Dead"): "rest",
    },
    payoffs=(
        ("first year", "cost", "Ill", "1000 if years_in_state < 1 else 200", "year", None),
        ("late death", "cost", "Ill -> Dead", "500 if years_in_state >= 2 else 0", "event", None),
        ("state", "qaly", "Ill", "0.5 + 0.1 * min(years_in_state, 3)", "year", None),
    ),
    parameters=("a", "b", "onset", "die", "back"),
    formulas={"p_weibull": WEIBULL},
    horizon_years=12,
)
VALUES = {"a": SHAPE, "b": SCALE, "onset": ONSET, "die": DIE, "back": BACK}


def by_hand(months, memory):
    """Plain Python: state 0 well, 1..n+1 ill for 0..n completed cycles (n and more), last dead."""
    years = months / 12
    n = round(memory / years)
    size = n + 3

    def weibull(k):
        start, end = k * years, (k + 1) * years
        return 1 - math.exp((start / SCALE) ** SHAPE - (end / SCALE) ** SHAPE)

    matrix = [[0.0] * size for _ in range(size)]
    matrix[0][1], matrix[0][-1] = ONSET * years, DIE * years
    matrix[0][0] = 1 - matrix[0][1] - matrix[0][-1]
    for k in range(n + 1):
        dies = weibull(k)
        recovers = (1 - dies) * BACK * years
        row = matrix[k + 1]
        row[-1], row[0] = dies, recovers
        row[min(k + 1, n) + 1] += 1 - dies - recovers
    matrix[-1][-1] = 1.0
    share = [0.7, 0.3] + [0.0] * (size - 2)
    trace, care, late, qaly = [share], 0.0, 0.0, 0.0
    for _ in range(round(12 / years)):
        after = [sum(share[i] * matrix[i][j] for i in range(size)) for j in range(size)]
        for k in range(n + 1):
            mean = (share[k + 1] + after[k + 1]) / 2 * years
            care += mean * (1000 if k * years < 1 else 200)
            qaly += mean * (0.5 + 0.1 * min(k * years, 3))
            late += share[k + 1] * matrix[k + 1][-1] * (500 if k * years >= 2 else 0)
        share = after
        trace.append(share)
    return np.array(trace), care, late, qaly


@pytest.mark.parametrize(("months", "memory"), [(12, 5), (3, 5), (1, 2), (1, 12), (12, 1)])
@pytest.mark.parametrize("varying", [True, False])
def test_weibull_time_in_state(months, memory, varying):
    trace, care, late, qaly = by_hand(months, memory)
    plain = replace(PLAIN, cycle_months=months, states={**PLAIN.states, "Ill": memory})
    columns = {key(n): np.full(2, v) for n, v in VALUES.items()} if varying else {}
    numbers = {} if varying else {key(n): v for n, v in VALUES.items()}
    design = TableDesign(2 if varying else 1, numbers, columns)
    found = evaluate(to_model(plain), design).isel(strategy=0, draw=0)
    share = base_traces(to_model(plain), design)["share"].isel(strategy=0, draw=0)
    np.testing.assert_allclose(share.sel(state="Well"), trace[:, 0], rtol=1e-12)
    np.testing.assert_allclose(share.sel(state="Ill"), trace[:, 1:-1].sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(share.sel(state="Dead"), trace[:, -1], rtol=1e-11, atol=1e-15)
    cost = found["cost_undiscounted"]
    assert float(cost.sel(item="first year")) == pytest.approx(care, rel=1e-12)
    assert float(cost.sel(item="late death")) == pytest.approx(late, rel=1e-12)
    assert float(found["qaly_undiscounted"].sum()) == pytest.approx(qaly, rel=1e-12)


def test_memory_is_no_longer_than_the_horizon():
    plain = replace(PLAIN, states={**PLAIN.states, "Ill": 90})
    program = Program(
        to_model(plain), {key(n): v for n, v in VALUES.items()}, frozenset(), 12, 12.0
    )
    assert len(program.substates("Ill")) == 13


def test_without_memory_the_state_is_one():
    timeless = replace(PLAIN, formulas={"p_weibull": "0.1"}, payoffs=())
    program = Program(
        to_model(replace(timeless, states={**PLAIN.states, "Ill": 0})),
        {key(n): v for n, v in VALUES.items()},
        frozenset(),
        12,
        12.0,
    )
    assert [name for name, _ in program.states] == ["Well", "Ill", "Dead"]
