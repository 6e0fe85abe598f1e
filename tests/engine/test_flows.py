"""Flows by cycle: they sum to the totals, and each amount stands in its own cycle."""

from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, key, to_model
from test_tunnels import PLAIN as TUNNELS
from test_tunnels import VALUES
from test_uneven_cycles import MONTHLY_THEN_YEARLY
from test_uneven_cycles import PLAIN as UNEVEN
from test_uneven_cycles import design as uneven_design
from test_uneven_cycles import model as uneven_model

from hecon.analyses.evaluate import DIMS, evaluate
from hecon.analyses.flows import model_flows
from hecon.engine.expression import parse
from hecon.engine.model import Payoff
from hecon.engine.timing import COUNTING
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign


def assert_sums_to_totals(model, design):
    flows, outcomes = model_flows(model, design), evaluate(model, design)
    for name in outcomes.data_vars:
        found = flows[name].sum("cycle").transpose(*outcomes[name].dims)
        scale = np.abs(outcomes[name].values).max(initial=0)
        np.testing.assert_allclose(found, outcomes[name], rtol=1e-12, atol=1e-12 * scale)
    assert {str(d) for d in outcomes.dims} - {"strategy", "draw"} <= {d for d in DIMS.values() if d}
    np.testing.assert_allclose(flows["occupancy"].sum("state"), 1, rtol=1e-12)
    return flows


@pytest.mark.parametrize("rule", COUNTING)
def test_every_counting_rule(rule):
    plain = replace(UNEVEN, counting=rule, cycle_months=3)
    assert_sums_to_totals(to_model(plain), uneven_design())


@pytest.mark.parametrize(
    "rule", ["cycle-means", "start-of-cycle", "end-of-cycle", "heemod-life-table"]
)
def test_uneven_cycles(rule):
    flows = assert_sums_to_totals(uneven_model(counting=rule), uneven_design())
    months = np.cumsum([1] * 12 + [12] * 4)
    np.testing.assert_allclose(flows["year"].isel(draw=1), np.r_[0, months] / 12)
    assert MONTHLY_THEN_YEARLY == "1 if cycle <= 12 else 12"


@pytest.mark.parametrize("varying", [True, False])
@pytest.mark.parametrize("rule", COUNTING)
def test_tunnels(rule, varying):
    plain = replace(TUNNELS, cycle_months=3, counting=rule)
    columns = {key(n): np.array([v, 1.3 * v]) for n, v in VALUES.items()} if varying else {}
    numbers = {} if varying else {key(n): v for n, v in VALUES.items()}
    assert_sums_to_totals(to_model(plain), TableDesign(1 + varying, numbers, columns))


ONCE = replace(
    UNEVEN,
    cycle_months=1,
    horizon_years=1,
    payoffs=(
        ("At once", "cost", "start", "1", "event", None),
        ("Week 0", "cost", "start", "2", "event", 0.0),
        ("Week 30", "cost", "start", "4", "event", 30.0),
        ("Too late", "cost", "start", "8", "event", 53.0),
        ("Falling ill", "cost", "Well -> Ill", "16", "event", None),
    ),
)


def test_each_amount_is_in_its_cycle():
    """Without a week the start itself; week 30 is in month 7, week 53 after the horizon."""
    flows = model_flows(to_model(ONCE), uneven_design())
    cost = flows["cost_undiscounted"].isel(draw=0, strategy=0)

    def nonzero(item):
        amounts = cost.sel(item=item)
        return {int(c): float(v) for c, v in zip(amounts.cycle, amounts, strict=True) if v}

    assert nonzero("At once") == {0: 1}
    assert nonzero("Week 0") == {1: 2}
    assert nonzero("Week 30") == {7: 4}
    assert nonzero("Too late") == {}
    well = flows["occupancy"].sel(state="Well").isel(draw=0, strategy=0).values
    p = np.exp(-0.02 / 12) * (1 - np.exp(-0.2 / 12))
    np.testing.assert_allclose(cost.sel(item="Falling ill")[1:], 16 * p * well[:-1], rtol=1e-12)


def test_a_week_that_differs_by_draw():
    plain = replace(ONCE, payoffs=(), parameters=(*ONCE.parameters, "week"))
    late = Payoff("Late", "cost", "once", parse("5"), week=parse("week"), session="late")
    model = replace(to_model(plain), payoffs=(late,))
    design = uneven_design()
    weeks = {("week", None): np.array([1.0, 9.0, 100.0])}
    design = TableDesign(3, design.numbers, {**design.block(0, 3), **weeks})
    cost = assert_sums_to_totals(model, design)["cost_undiscounted"].isel(strategy=0, item=0)
    assert [int(np.flatnonzero(row)[0]) for row in cost[:2]] == [1, 3]
    assert not cost[2].any()


def test_rows_of_different_length_keep_their_order():
    plain = replace(UNEVEN, cycle_months=12, parameters=(*UNEVEN.parameters, "horizon"))
    model = replace(to_model(plain), horizon_years=parse("horizon"))
    columns = {**uneven_design().block(0, 3), ("horizon", None): np.array([2.0, 5.0, 2.0])}
    flows = model_flows(model, TableDesign(3, {}, columns))
    outcomes = evaluate(model, TableDesign(3, {}, columns))
    np.testing.assert_allclose(
        flows["cost"].sum("cycle").transpose(*outcomes["cost"].dims), outcomes["cost"], rtol=1e-12
    )
    assert flows["year"].max("cycle").values.tolist() == [2, 5, 2]
    assert np.isnan(flows["occupancy"][0, 0, 3:]).all()
    assert not flows["cost"][2, 0, 3:].any()


def test_a_breach_is_named_as_in_a_run():
    plain = Plain(
        states={"A": 0, "Dead": 0},
        initial={"A": "1"},
        transitions={("A", "Dead"): "p * cycle", ("A", "A"): "rest", ("Dead", "Dead"): "rest"},
        parameters=("p",),
    )
    design = TableDesign(2, {}, {key("p"): np.array([0.01, 0.3])})
    messages = []
    for run in (model_flows, evaluate):
        with pytest.raises(ModelError) as error:
            run(to_model(plain), design)
        messages.append(str(error.value))
    assert messages[0] == messages[1]
