"""Random models: the kernel against the naive second implementation."""

import numpy as np
import pytest
from dense import Plain, key, run, to_model
from hypothesis import given, settings
from hypothesis import strategies as st

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.engine.timing import COUNTING
from hecon.parameters.design import TableDesign

SETTINGS = settings(max_examples=60, derandomize=True, deadline=None)
DRAWS = 3

RATES = (
    "{w}",
    "{w} * (1 + 0.1 * cycle)",
    "{w} if cycle <= late else 0",
    "exp(-{w} * age / 50)",
    "{w} * slow",
    "{w} * cycle if cycle <= 2 else {w} / (1 + cycle)",
    "max({w}, 0.2 * (year > 1) * late) + life.a(age)",
    "expit({w} + 0.1 * years_in_state)",
    "0.3",
)
AMOUNTS = (
    "{c}",
    "{c} * (1 + 0.02 * year)",
    "{c} * slow * norm.a(age)",
    "({c} if age < 45 else 2 * {c}) - 0.5",
    "late * min({c}, cycle) + years_in_state",
    "{c} * year if age < 42 else {c} + cycle",
    "0",
)
DISCOUNTS = (
    "1",
    "(1 + 0.03) ** -discount_time",
    "exp(-rate * discount_time)",
    "1.04 ** -min(discount_time, 2) * (1 + rate) ** -max(0, discount_time - 2)",
)
share = st.floats(0.01, 1.0)


def without_memory(text):
    """A formula of a state that has none."""
    return text.replace(" + 0.1 * years_in_state", "").replace(" + years_in_state", "")


@st.composite
def models(draw):
    count = draw(st.integers(2, 4))
    states = [f"S{i}" for i in range(count)]
    months = draw(st.sampled_from((1.0, 3.0, 12.0)))
    cycles = 2 * draw(st.integers(1, 4))
    names, formulas, transitions = ["late", "rate", "slow0"], {}, {}
    formulas["slow"] = "slow0 / (1 + cycle)"
    memory = {s: draw(st.sampled_from((0.0, 0.0, 0.0, 0.25, 2.0))) for s in states}
    # time in a state means something only where every state remembers it
    remembered = " + 0 * years_in_state" if all(memory.values()) else ""
    formulas["slow[Y]"] = f"slow0 * 0.5{remembered}"
    for i, a in enumerate(states):
        targets = draw(st.lists(st.sampled_from(states), min_size=1, unique=True))
        total = []
        for b in targets:
            names.append(f"w_{a}{b}")
            rate = draw(st.sampled_from(RATES)).format(w=names[-1])
            formulas[f"h_{a}{b}"] = rate if memory[a] else without_memory(rate)
            total.append(f"h_{a}{b}")
        for b in targets[1:]:
            transitions[(a, b)] = f"h_{a}{b} / (1 + {' + '.join(total)})"
        transitions[(a, targets[0])] = "rest"
        if i == 0:
            continue
    names.append("start")
    payoffs = []
    for kind in ("cost", "qaly"):
        for number in range(draw(st.integers(0, 3))):
            names.append(f"c_{kind}{number}")
            amount = draw(st.sampled_from(AMOUNTS)).format(c=names[-1])
            a, b = draw(st.sampled_from([*transitions]))
            on, per, week = draw(
                st.sampled_from(
                    (
                        (a, "year", None),
                        (a, "cycle", None),
                        (f"{a} -> {b}", "event", None),
                        ("start", "event", None),
                        ("start", "event", 6.5),
                    )
                )
            )
            if on == "start":
                amount = without_memory(amount).replace("slow * ", "")
            elif not memory[a]:
                amount = without_memory(amount)
            payoffs.append((f"{kind} {number}", kind, on, amount, per, week))
    plain = Plain(
        states=memory,
        initial={"S0": "0.5 * start * (age < 200)", "S1": "rest"},
        transitions=transitions,
        payoffs=tuple(payoffs),
        dead=(states[-1],),
        strategies=("X", "Y"),
        parameters=tuple(names),
        formulas=formulas,
        tables={
            "life": {"age": [0, 41, 43], "a": [0.1, 0.3, 0.2]},
            "norm": {"age": [38, 40, 41, 42.5], "b": [1, 1, 1, 1], "a": [0.9, 0.8, 0.7, 0.6]},
        },
        cycle_months=months,
        horizon_years=cycles * months / 12,
        start_age=draw(st.sampled_from(("40", "40 + 2 * start"))),
        counting=draw(st.sampled_from(sorted(COUNTING))),
        discount_cost=draw(st.sampled_from(DISCOUNTS)),
        discount_effect=draw(st.sampled_from(DISCOUNTS)),
    )
    columns = {n: [draw(share) for _ in range(DRAWS)] for n in names if draw(st.booleans())}
    numbers = {n: draw(share) for n in names if n not in columns}
    return plain, columns, numbers


@SETTINGS
@given(models())
def test_kernel_agrees_with_dense_matrices(case):
    plain, columns, numbers = case
    design = TableDesign(
        DRAWS,
        {key(n): v for n, v in numbers.items()},
        {key(n): np.array(v) for n, v in columns.items()},
    )
    model = to_model(plain)
    result = evaluate(model, design, block=2)
    traces = base_traces(model, design)["share"]
    for strategy in plain.strategies:
        for row in range(DRAWS):
            values = {**numbers, **{n: v[row] for n, v in columns.items()}}
            expanded, trace, totals = run(plain, values, strategy)
            for state in plain.states:
                wanted = sum(trace[:, i] for i, (n, _) in enumerate(expanded) if n == state)
                found = traces.sel(strategy=strategy, state=state).isel(draw=row).values
                np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-13)
            for (kind, discounted), wanted in totals.items():
                found = result[kind + ("" if discounted else "_undiscounted")]
                found = found.sel(strategy=strategy).isel(draw=row).values.sum()
                assert found == pytest.approx(wanted, rel=1e-12, abs=1e-12), (kind, discounted)
