import numpy as np
import pytest
from scipy import stats

from hecon.parameters import random


def test_monte_carlo_can_be_cut_anywhere():
    whole = random.monte_carlo(7, "p_relapse", 0, 1000)
    for first, last in ((0, 1), (1, 999), (37, 38), (500, 1000), (10, 10)):
        assert np.array_equal(random.monte_carlo(7, "p_relapse", first, last), whole[first:last])


def test_streams_differ_by_name_and_seed():
    streams = [
        random.monte_carlo(seed, name, 0, 500)
        for seed in (1, 2)
        for name in ("a", "b", "a[X]", "a[Y]")
    ]
    for i, one in enumerate(streams):
        for other in streams[:i]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.2


@pytest.mark.parametrize("seed", range(5))
def test_monte_carlo_is_uniform(seed):
    u = random.monte_carlo(seed, "u", 0, 4000)
    assert stats.kstest(u, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("draws", [1, 7, 64, 1000])
def test_latin_hypercube_has_one_number_in_each_stratum(draws):
    u = random.latin_hypercube(3, "u", draws)
    assert sorted(np.floor(u * draws).astype(int).tolist()) == list(range(draws))


def test_latin_hypercube_pairs_are_not_ordered_alike():
    one, two = (random.latin_hypercube(3, name, 500) for name in ("a", "b"))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.15


def test_sobol_first_moments():
    """A net's means are far closer to 1/2 and 1/3 than those of random numbers."""
    names = [f"u{i}" for i in range(20)]
    points = random.sobol(11, names, 1024)
    for name in names:
        assert points[name].mean() == pytest.approx(0.5, abs=1e-3)
        assert (points[name] ** 2).mean() == pytest.approx(1 / 3, abs=2e-3)
    cross = np.array([points[a] * points[b] for a in names for b in names if a < b]).mean(axis=1)
    np.testing.assert_allclose(cross, 0.25, atol=6e-3)


def test_sobol_has_one_number_in_each_stratum():
    points = random.sobol(11, ["a", "b", "c"], 256)
    for u in points.values():
        assert sorted(np.floor(u * 256).astype(int).tolist()) == list(range(256))


def test_sobol_pairs_fill_the_square():
    """Each box of a 16 by 16 grid holds one of the 256 points of the first two dimensions."""
    points = random.sobol(5, ["a", "b"], 256)
    boxes = {(int(x * 16), int(y * 16)) for x, y in zip(points["a"], points["b"], strict=True)}
    assert len(boxes) == 256


def test_sobol_shorter_run_is_a_prefix():
    long, short = random.sobol(5, ["a", "b"], 200), random.sobol(5, ["a", "b"], 130)
    for name in long:
        assert np.array_equal(long[name][:130], short[name])


def test_sobol_of_nothing():
    assert random.sobol(5, [], 10) == {}


@pytest.mark.parametrize("draws", [1, 2, 3])
def test_few_draws(draws):
    for u in (
        random.monte_carlo(1, "a", 0, draws),
        random.latin_hypercube(1, "a", draws),
        random.sobol(1, ["a"], draws)["a"],
    ):
        assert u.shape == (draws,)
        assert ((u > 0) & (u < 1)).all()
