"""Properties that any decision must have, on random tables."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hecon.analyses.convergence import convergence, draws_needed
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.frontier import frontier
from hecon.analyses.information import evppi
from hecon.analyses.plane import plane
from hecon.analyses.probabilistic import decision
from hecon.analyses.ranking import ranking

POINTS = st.integers(2, 7).flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=st.integers(0, 60)), arrays(float, n, elements=st.integers(0, 12))
    )
)
GRID = np.array([0.0, 3.0, 10.0])


def draws(seed, count=4, size=200):
    rng = np.random.default_rng(seed)
    return rng.normal(10, 4, (count, size)), rng.normal(2, 1, (count, size))


def names(count):
    return tuple(f"s{i}" for i in range(count))


@given(POINTS)
@settings(max_examples=200, deadline=None)
def test_the_frontier_is_the_convex_hull(points):
    """A strategy is efficient if and only if it is the best at some threshold (brute force)."""
    cost, effect = points
    table = frontier(names(len(cost)), cost, effect)
    efficient = {
        s for s, t in zip(table["strategy"], table["status"], strict=True) if "on" in t[:3]
    }
    slopes = [
        (cost[i] - cost[j]) / (effect[i] - effect[j])
        for i in range(len(cost))
        for j in range(len(cost))
        if effect[i] != effect[j]
    ]
    positive = sorted({s for s in slopes if s > 0})
    edges = [0.0, *positive, (positive[-1] if positive else 1.0) * 2 + 1]
    best = set()
    for low, high in pairwise(edges):
        benefit = (low + high) / 2 * effect - cost
        winners = np.flatnonzero(np.isclose(benefit, benefit.max(), rtol=0, atol=1e-9))
        best.add(f"s{winners[0]}")
    assert efficient == best


def test_steps_of_the_frontier_rise_and_ties_are_kept_by_position():
    table = frontier(("a", "b", "c"), np.array([1.0, 1.0, 3.0]), np.array([2.0, 2.0, 3.0]))
    assert table.set_index("strategy")["status"].to_dict() == {
        "a": "on the frontier",
        "b": "no difference",
        "c": "on the frontier",
    }
    rounded = frontier(("a", "b"), np.array([0.3, 0.1 + 0.2]), np.array([1.0, 2.0]))
    assert rounded.set_index("strategy")["status"].to_dict() == {
        "a": "dominated",
        "b": "on the frontier",
    }


def test_rounding_decides_nothing():
    cost = np.array([[0.3, 0.3], [0.1 + 0.2, 0.1 + 0.2]])
    effect = np.ones((2, 2))
    for rows in ([0, 1], [1, 0]):
        found = decision(("first", "second"), cost[rows], effect[rows], GRID)
        assert (found["best"] == "first").all()
        assert (found["probability_best"].sel(strategy="first") == 1).all()


def test_near_ties_have_one_order():
    """0.1 + 0.2 is 0.3 for all purposes: the first one named is first, whichever is rounded."""
    cost = np.array([[0.3] * 3, [0.1 + 0.2] * 3, [0.2] * 3])
    for rows in ([0, 1, 2], [1, 0, 2]):
        table = DrawsTable(names(3), cost[rows], np.ones((3, 3)))
        places = ranking(table, GRID)["probability"]
        shares = decision(names(3), table.cost, table.effect, GRID)["probability_best"]
        np.testing.assert_array_equal(places.sel(place=1), shares)
        assert (places.sel(strategy="s0", place=2) == 1).all()
        assert (places.sel(strategy="s1", place=3) == 1).all()


def test_a_dominated_strategy_changes_nothing():
    cost, effect = draws(2, 3)
    rng = np.random.default_rng(1)
    x = rng.normal(size=200)
    effect[1] += x
    more = np.vstack([cost, cost[0] + 1]), np.vstack([effect, effect[0] - 1])
    tables = [DrawsTable(names(len(c)), c, e, {"x": x}) for c, e in ((cost, effect), more)]
    found = [
        frontier(t.strategies, t.cost.mean(axis=1), t.effect.mean(axis=1)).set_index("strategy")
        for t in tables
    ]
    assert found[1].loc["s3", "status"] == "dominated"
    assert found[1].drop("s3").equals(found[0])
    learnt = [evppi(t, GRID)[["evppi", "evpi"]] for t in tables]
    np.testing.assert_allclose(learnt[1], learnt[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("order", [[1, 2, 0], [2, 1, 0]])
def test_evppi_knows_no_order_and_no_currency(order):
    """Another first strategy is another regression: equal within a part of the error."""
    cost, effect = draws(4, 3, 2000)
    x = np.random.default_rng(5).normal(size=2000)
    effect[1] += x
    table = DrawsTable(names(3), cost, effect, {"x": x})
    found = evppi(table, [3.0, 10.0])
    turned = evppi(table.with_strategies([names(3)[i] for i in order]), [3.0, 10.0])
    gap = (turned["evppi"] - found["evppi"]).abs()
    assert (gap < 0.25 * found["standard_error"]).all()
    # another currency, and a cost that everybody has
    other = DrawsTable(names(3), 7.5 * cost + 100, effect, {"x": x})
    scaled = evppi(other, [22.5, 75.0])
    for name in ("evppi", "evpi"):
        np.testing.assert_allclose(scaled[name], 7.5 * found[name], rtol=1e-9)
    # simulated, from another square root of the same covariance
    np.testing.assert_allclose(scaled["standard_error"], 7.5 * found["standard_error"], rtol=0.05)
    places = ranking(table, GRID)["probability"]
    np.testing.assert_array_equal(ranking(other, 7.5 * GRID)["probability"], places)


@pytest.mark.parametrize("seed", range(5))
def test_sums_permutations_currency_and_dominated(seed):
    cost, effect = draws(seed)
    found = decision(names(4), cost, effect, GRID)
    np.testing.assert_allclose(found["probability_best"].sum("strategy"), 1, rtol=1e-12)
    assert (found["evpi"] >= 0).all()
    order = [2, 0, 3, 1]
    turned = decision([names(4)[i] for i in order], cost[order], effect[order], GRID)
    for name in ("nmb", "probability_best", "expected_loss"):
        np.testing.assert_allclose(turned[name].sel(strategy=list(names(4))), found[name])
    scaled = decision(names(4), 7.5 * cost, effect, 7.5 * GRID)
    for name in ("nmb", "evpi", "expected_loss"):
        np.testing.assert_allclose(scaled[name].values, 7.5 * found[name].values, rtol=1e-9)
    np.testing.assert_allclose(scaled["nhb"][:, 1:], found["nhb"][:, 1:], rtol=1e-9)
    worse = decision(
        names(5), np.vstack([cost, cost[0] + 1]), np.vstack([effect, effect[0] - 1]), GRID
    )
    for name in ("evpi", "probability_frontier"):
        np.testing.assert_allclose(worse[name], found[name])


def test_at_the_icer_net_benefits_are_equal():
    cost, effect = draws(1, 2)
    gap = effect[1].mean() - effect[0].mean()
    icer = (cost[1].mean() - cost[0].mean()) / gap
    found = decision(names(2), cost, effect, np.array([abs(icer)]))
    if icer > 0:
        assert float(found["nmb"][0, 0] - found["nmb"][1, 0]) == pytest.approx(0, abs=1e-9)
    cost[1] += 40 * abs(gap) + cost[0].mean() - cost[1].mean()
    icer = (cost[1].mean() - cost[0].mean()) / gap
    found = decision(names(2), cost * np.sign(gap), effect, np.array([abs(icer)]))
    assert float(found["nmb"][0, 0] - found["nmb"][1, 0]) == pytest.approx(0, abs=1e-9)


def test_places():
    cost, effect = draws(3)
    found = ranking(DrawsTable(names(4), cost, effect), GRID)
    shares = decision(names(4), cost, effect, GRID)["probability_best"]
    np.testing.assert_allclose(found["probability"].sel(place=1), shares)
    np.testing.assert_allclose(found["probability"].sum("place"), 1)
    np.testing.assert_allclose(found["probability"].sum("strategy"), 1)
    np.testing.assert_allclose(found["mean_place"].sum("strategy"), 10)


def test_draws_needed_is_the_textbook_formula():
    cost, effect = np.zeros((2, 20)), np.zeros((2, 20))
    effect[1] = 0.5 + np.tile([-3.0, 3.0], 10)
    table = DrawsTable(names(2), cost, effect)
    row = draws_needed(table, 1.0).iloc[0]
    assert row["needed"] == np.ceil((1.6448536269514722 / 0.5) ** 2 * 9 * 20 / 19)
    assert not row["enough"]
    last = convergence(table, 1.0).query("strategy == 's1'").iloc[-1]
    assert last["nmb"] == pytest.approx(0.5)
    assert last["standard_error"] == pytest.approx(3 / np.sqrt(19))


def test_the_ellipse_holds_its_share():
    rng = np.random.default_rng(2)
    pair = rng.multivariate_normal([1.0, 500.0], [[0.04, 30], [30, 40_000]], 4000).T
    zero = np.zeros(4000)
    table = DrawsTable(("a", "b"), np.stack([pair[1], zero]), np.stack([pair[0], zero]))
    found = plane(table, "a", "b", level=0.9)
    inverse = np.linalg.inv(np.cov(pair))
    centred = pair - pair.mean(axis=1, keepdims=True)
    inside = np.einsum("in,ij,jn->n", centred, inverse, centred)
    edge = found.ellipse.to_numpy().T - pair.mean(axis=1)[:, None]
    radius = np.einsum("in,ij,jn->n", edge, inverse, edge)
    np.testing.assert_allclose(radius, -2 * np.log(0.1), rtol=1e-9)
    assert (inside < radius[0]).mean() == pytest.approx(0.9, abs=0.02)
    assert sum(found.quadrants.values()) == pytest.approx(1)
