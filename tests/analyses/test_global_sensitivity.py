"""Sobol' indices and Morris effects where they are known."""

import numpy as np
import pytest
from SALib.analyze import sobol as salib_analyze
from SALib.sample import sobol as salib_sample

from hecon.analyses.cube import CubeDesign, uncertain_groups
from hecon.analyses.global_sensitivity import (
    RESAMPLES,
    morris,
    morris_effects,
    saltelli_points,
    sobol,
    sobol_indices,
)
from hecon.errors import InputError
from hecon.parameters.design import Correlation, ProbabilisticDesign
from hecon.parameters.distributions import distribution

THREE = {"a": [0], "b": [1], "c": [2]}


def ishigami(u):
    x = distribution("uniform", {"low": -np.pi, "high": np.pi}).quantile(u)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def closed_form():
    """Ishigami and Homma (1990), with a = 7 and b = 0.1."""
    a, b = 7.0, 0.1
    v1 = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    v2 = a**2 / 8
    v13 = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    total = v1 + v2 + v13
    return [v1 / total, v2 / total, 0], [(v1 + v13) / total, v2 / total, v13 / total]


def test_ishigami():
    found = sobol_indices(THREE, ishigami, 2**13)
    first, total = closed_form()
    np.testing.assert_allclose(found["first_order"], first, atol=0.01)
    np.testing.assert_allclose(found["total"], total, atol=0.01)
    for name, exact in (("first_order", first), ("total", total)):
        assert (found[f"{name}_low"] - 0.01 < exact).all()
        assert (found[f"{name}_high"] + 0.01 > exact).all()


def test_estimates_below_zero_are_not_clipped():
    """The third input has no first-order effect: estimates fall on both sides of zero."""
    found = [sobol_indices(THREE, ishigami, 64, seed).iloc[2] for seed in range(12)]
    values = np.array([f["first_order"] for f in found])
    assert (values < 0).any()
    assert (values > 0).any()
    inside = [f["first_order_low"] < 0 < f["first_order_high"] for f in found]
    assert np.mean(inside) > 0.75


def test_groups_are_sampled_as_one():
    found = sobol_indices({"a": [0], "bc": [1, 2]}, ishigami, 2**12).set_index("parameter")
    first, total = closed_form()
    assert found.loc["bc", "first_order"] == pytest.approx(first[1], abs=0.02)
    assert found.loc["bc", "total"] == pytest.approx(1 - first[0], abs=0.02)
    assert found.loc["a", "total"] == pytest.approx(total[0], abs=0.02)


@pytest.mark.parametrize("seed", [0, 5])
def test_a_seed_gives_the_same_table(seed):
    one, two = (sobol_indices(THREE, ishigami, 64, seed) for _ in range(2))
    assert one.equals(two)
    assert not one.equals(sobol_indices(THREE, ishigami, 64, seed + 1))


def test_morris_of_a_plane():
    """A linear function: every effect is its slope over the sampled range, without spread."""
    found = morris_effects(THREE, lambda u: 4 * u[:, 0] - 3 * u[:, 1], 10)
    span = 0.98
    np.testing.assert_allclose(found["mu_star"], [4 * span, 3 * span, 0], atol=1e-9)
    np.testing.assert_allclose(found["mu"], [4 * span, -3 * span, 0], atol=1e-9)
    np.testing.assert_allclose(found["sigma"], 0, atol=1e-9)


def test_morris_of_a_group_has_no_direction_and_takes_none_from_the_others():
    """The effect of d is 8 a, with a at one of four levels as likely as another."""
    groups = {"ab": [0, 1], "c": [2], "d": [3]}

    def run(u):
        return 4 * u[:, 0] + 5 * u[:, 1] - 3 * u[:, 2] + 8 * u[:, 0] * u[:, 3]

    found = morris_effects(groups, run, 800).set_index("parameter")
    assert found.loc["ab", ["mu", "sigma"]].isna().all()
    assert found.loc["ab", "mu_star"] > 0
    assert found.loc["c", "mu"] == pytest.approx(-3 * 0.98)
    assert found.loc["c", "sigma"] == pytest.approx(0, abs=1e-9)
    levels = 0.01 + 0.98 * np.arange(4) / 3
    assert found.loc["d", "mu"] == pytest.approx(8 * 0.98 * levels.mean(), rel=0.06)
    assert found.loc["d", "sigma"] == pytest.approx(8 * 0.98 * levels.std(), rel=0.06)
    assert (found["mu_star_low"] <= found["mu_star"]).all()


def test_a_study(algebra):
    """20000 gain - 1000 units: variances 2000**2 and 400**2, no interaction."""
    found = sobol(algebra, 20_000, 2**10).set_index("parameter")
    exact = 2000**2 / (2000**2 + 400**2)
    assert found.loc["gain", "first_order"] == pytest.approx(exact, abs=0.03)
    assert found.loc["units", "total"] == pytest.approx(1 - exact, abs=0.01)
    assert found["idle"].to_dict() == {"gain": False, "units": False, "level": True, "nobody": True}
    screened = morris(algebra, 20_000).set_index("parameter")
    assert screened.index[0] == "gain"
    assert screened.loc["nobody", "mu_star"] == 0


def test_the_cube_is_the_cube_of_the_draws(algebra):
    keys = [("gain", None), ("units", None)]
    pairs = [Correlation(*keys, 0.7)]
    usual = ProbabilisticDesign(algebra.parameters, 6, 3, "latin-hypercube", pairs)
    points = {key: usual._uniform(key, 0, 6) for key in keys}
    cube = CubeDesign(algebra.parameters, points, pairs)
    for key in keys:
        np.testing.assert_array_equal(cube.block(0, 6)[key], usual.block(0, 6)[key])
    assert cube.numbers[("level", None)] == 0.2
    assert cube.varying == frozenset(keys)


def test_correlated_inputs_are_one_group(algebra):
    from dataclasses import replace

    pairs = [
        Correlation(("gain", None), ("units", None), 0.5),
        Correlation(("units", None), ("level", None), 0.5),
    ]
    groups = uncertain_groups(replace(algebra, correlations=pairs))
    assert list(groups) == ["units + gain + level", "nobody"]


def test_samples_must_be_a_power_of_two():
    with pytest.raises(InputError, match="found 100, allowed is a power of two"):
        sobol_indices(THREE, ishigami, 100)


@pytest.mark.parametrize("groups", [THREE, {"a": [0, 2], "b": [1]}])
def test_points_estimates_and_intervals_are_those_of_salib(groups):
    owner = {column: name for name, members in groups.items() for column in members}
    problem = {"num_vars": 3, "names": ["x", "y", "z"], "bounds": [[0, 1]] * 3}
    problem |= {"groups": [owner[column] for column in range(3)]} if len(groups) < 3 else {}
    points = salib_sample.sample(problem, 8, calc_second_order=False, seed=3)
    assert np.array_equal(saltelli_points(groups, 8, 3), points)
    theirs = salib_analyze.analyze(
        problem, ishigami(points), calc_second_order=False, num_resamples=RESAMPLES, seed=3
    )
    ours = sobol_indices(groups, ishigami, 8, seed=2)
    for name, key in (("first_order", "S1"), ("total", "ST")):
        assert ours[name].to_numpy() == pytest.approx(theirs[key], rel=1e-12)
        half = ours[f"{name}_high"] - ours[name]
        assert half.to_numpy() == pytest.approx(theirs[f"{key}_conf"], rel=1e-12)
