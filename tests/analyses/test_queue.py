"""Queue and convolution against closed forms."""

import numpy as np
import pytest

from hecon.analyses.queue import convolved, queue

D, YEARS = 10.0, np.arange(1, 6)


def steady(months, demand=D):
    return np.full((1, months), demand)


def run(demand, places, waits=1.0, leaves=0.0):
    places = np.broadcast_to(np.asarray(places, dtype=float), demand.shape)
    return queue(demand, places, np.array([waits]), np.array([leaves]))


def by_year(monthly):
    return monthly.reshape(len(monthly), -1, 12).sum(axis=2)[0]


def test_a_constant_cost_for_ever():
    """Year y: D c (144 y - 66)."""
    found = convolved(steady(60), np.ones((1, 60)))
    np.testing.assert_allclose(by_year(found), D * (144 * YEARS - 66), rtol=1e-12)


def test_a_cost_at_the_start_alone():
    flows = np.zeros((1, 60))
    flows[0, 0] = 140
    np.testing.assert_allclose(by_year(convolved(steady(60), flows)), 12 * D * 140, rtol=1e-12)


def test_no_places_and_nobody_waits():
    found = run(steady(60), 0, waits=0.0)
    assert not found.treated.any()
    np.testing.assert_allclose(found.returned, found.demand, rtol=1e-12)


def test_no_places_and_all_wait():
    """Person-months of year y: D (144 y - 72)."""
    found = run(steady(60), 0)
    np.testing.assert_allclose(by_year(found.waited), D * (144 * YEARS - 72), rtol=1e-12)


def test_no_limit():
    found = run(steady(60), np.inf)
    np.testing.assert_allclose(found.treated, found.demand, rtol=1e-12)
    assert not found.waiting.any()


def test_the_queue_grows_by_what_places_lack():
    found = run(steady(60), D - 0.5)
    np.testing.assert_allclose(found.waiting[0], 0.5 * np.arange(1, 61), rtol=1e-12)


def test_the_queue_settles_where_people_leave():
    found = run(steady(600), D - 0.5, leaves=0.1)
    assert found.waiting[0, -1] == pytest.approx(0.5 / 0.1, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_lost(seed):
    rng = np.random.default_rng(seed)
    demand, places = rng.uniform(0, 20, (2, 3, 60))
    found = queue(demand, places, rng.uniform(0, 1, 3), rng.uniform(0, 0.3, 3))
    gone = (found.treated + found.returned).sum(axis=1) + found.waiting[:, -1]
    np.testing.assert_allclose(gone, demand.sum(axis=1), rtol=1e-12)
    assert found.unaccounted < 1e-9
    assert (np.stack([found.treated, found.returned, found.waiting]) >= -1e-12).all()
    assert (found.treated <= places + 1e-12).all()


def test_the_worked_example():
    """Demand 10, 20, 20 a year, places 8, 8, 50: treated 8, 8, 34, waiting 2, 14, 0."""
    found = run(np.array([[10.0, 20.0, 20.0]]), [8.0, 8.0, 50.0])
    np.testing.assert_allclose(found.treated, [[8, 8, 34]], rtol=1e-12)
    np.testing.assert_allclose(found.waiting, [[2, 14, 0]], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.waited, [[1, 8, 7]], rtol=1e-12)
