"""EVPPI against closed forms, its error, and what it refuses."""

import numpy as np
import pytest
from scipy import integrate, stats

from hecon.analyses.bases import additive_basis
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.information import diagnostics, evppi, increments
from hecon.analyses.population import effective_population
from hecon.analyses.regression import fit
from hecon.errors import InputError


def loss(mean, sd):
    """Value of learning a normal net benefit: E max(0, X) less the better of 0 and the mean."""
    z = mean / sd
    return sd * stats.norm.pdf(z) + mean * stats.norm.cdf(z) - max(mean, 0.0)


@pytest.mark.parametrize(("names", "sd"), [(["a"], 100), (["b"], 60), (["a", "b"], 136**0.5 * 10)])
def test_normal_linear(linear, names, sd):
    found = [evppi(linear(5000, seed), [1.0], {"set": names}).iloc[0] for seed in range(8)]
    z = [(f["evppi"] - loss(-50, sd)) / f["standard_error"] for f in found]
    assert np.abs(np.mean(z)) < 2 / np.sqrt(8)
    assert np.max(np.abs(z)) < 3.5


def test_standard_error_is_the_spread_over_repetitions(linear):
    found = [evppi(linear(1000, seed), [1.0], {"a": ["a"]}).iloc[0] for seed in range(200)]
    spread = np.std([f["evppi"] for f in found])
    assert np.mean([f["standard_error"] for f in found]) == pytest.approx(spread, rel=0.2)


def test_curved_effects_are_found():
    rng = np.random.default_rng(3)
    x, y, noise = rng.uniform(0, 1, (3, 20_000))
    gain = np.sin(6 * x) * 40 + 50 * (x - 0.5) * (y - 0.5) + 200 * (noise - 0.5)
    zero = np.zeros_like(x)
    table = DrawsTable(
        ("Old", "New"), np.stack([zero, zero]), np.stack([zero, gain]), {"x": x, "y": y}
    )
    inner = integrate.quad(lambda t: max(40 * np.sin(6 * t), 0), 0, 1, limit=200)[0]
    mean = integrate.quad(lambda t: 40 * np.sin(6 * t), 0, 1)[0]
    row = evppi(table, [1.0], {"x": ["x"]}).iloc[0]
    assert row["evppi"] == pytest.approx(inner - max(mean, 0), abs=3 * row["standard_error"])
    both = integrate.dblquad(
        lambda v, u: max(40 * np.sin(6 * u) + 50 * (u - 0.5) * (v - 0.5), 0),
        0,
        1,
        0,
        1,
        epsabs=1e-3,
    )[0]
    for method in ("additive", "gaussian-process"):
        row = evppi(table, [1.0], {"xy": ["x", "y"]}, method).iloc[0]
        assert row["evppi"] == pytest.approx(both - max(mean, 0), abs=3 * row["standard_error"])
        assert row["method"] == method


def test_a_pure_interaction():
    """200 (x - 1/2) (y - 1/2): neither alone tells anything, both 200 / 2 / 16."""
    x, y, noise = np.random.default_rng(8).uniform(-0.5, 0.5, (3, 10_000))
    zero = np.zeros_like(x)
    gain = np.stack([zero, 200 * x * y + 20 * noise])
    table = DrawsTable(("Old", "New"), np.stack([zero, zero]), gain, {"x": x, "y": y})
    found = evppi(table, [1.0], {"x": ["x"], "xy": ["x", "y"]}).set_index("set")
    assert found.loc["xy", "evppi"] == pytest.approx(6.25, abs=0.3)
    assert found.loc["x", "evppi"] < 0.3


def test_bounds_hold_up_to_the_error(linear):
    found = evppi(linear(2000, 1), [0.5, 1.0, 2.0], {"a": ["a"], "ab": ["a", "b"]})
    slack = 3 * found["standard_error"]
    assert (found["evppi"] >= 0).all()
    assert (found["evppi"] <= found["evpi"] + slack).all()


def test_few_levels_and_no_variation(linear):
    table = linear(4000, 5)
    sign = np.sign(table.parameters["a"])
    table = DrawsTable(
        table.strategies, table.cost, table.effect, {"sign": sign, "flat": np.ones(4000)}
    )
    half = np.sqrt(2 / np.pi) * 100
    row = evppi(table, [1.0], {"sign": ["sign"]}).iloc[0]
    assert row["evppi"] == pytest.approx(0.5 * (half - 50), abs=3 * row["standard_error"])
    assert evppi(table, [1.0], {"flat": ["flat"]}).iloc[0]["evppi"] == 0
    assert set(evppi(table, [1.0])["set"]) == {"sign"}


def wave():
    """Costs in line with x, effects in a wave of it that the splines can't follow."""
    x = np.random.default_rng(1).uniform(0, 1, 5000)
    zero = np.zeros_like(x)
    effect = np.stack([zero, np.sin(60 * x)])
    return DrawsTable(("Old", "New"), np.stack([zero, x]), effect, {"x": x})


def test_a_regression_that_is_too_stiff_is_suspect_where_it_matters():
    table = wave()
    found = fit(additive_basis([table.parameters["x"]]), increments(table))
    checks = diagnostics(table, ["x"], found, [0.0, 1.0]).set_index("threshold")
    assert checks["suspect"].to_dict() == {0.0: False, 1.0: True}
    assert evppi(table, [0.0, 1.0])["suspect"].tolist() == [False, True]


def test_the_more_sets_are_looked_at_the_less_chance_is_suspected(linear):
    table = linear(500, 4)
    noise = np.random.default_rng(11).standard_normal((40, 500))
    columns = {f"n{i}": row for i, row in enumerate(noise)}
    table = DrawsTable(table.strategies, table.cost, table.effect, columns)
    found = {
        name: fit(additive_basis([values]), increments(table)) for name, values in columns.items()
    }
    alone = {n: diagnostics(table, [n], f, [1.0]).iloc[0]["p_value"] for n, f in found.items()}
    name = min(alone, key=lambda n: alone[n])
    among = diagnostics(table, [name], found[name], [1.0], 40).iloc[0]
    assert among["p_value"] == pytest.approx(min(1.0, 40 * alone[name]))
    assert not evppi(table, [1.0])["suspect"].any()


def test_explained_is_the_share_of_the_variance_of_net_benefit(linear):
    """Of 100 a + 60 b, and between the two best: a third option that is far worse adds noise."""
    table = linear(5000, 2)
    far = np.random.default_rng(5).normal(-5000, 900, 5000)
    third = DrawsTable(
        ("Worst", *table.strategies),
        np.vstack([np.zeros(5000), table.cost]),
        np.vstack([far, table.effect]),
        table.parameters,
    )
    sets = {"a": ["a"], "b": ["b"], "ab": ["a", "b"]}
    for each in (table, third):
        found = evppi(each, [1.0], sets).set_index("set")["explained"]
        assert found["a"] == pytest.approx(100**2 / 136e2, abs=0.02)
        assert found["b"] == pytest.approx(60**2 / 136e2, abs=0.02)
        assert found["ab"] == pytest.approx(1, abs=1e-9)


def test_an_estimate_of_nothing_is_never_below_zero_and_too_high(linear):
    """Knowing what has no effect is worth nothing; what chance makes of it is all on one side."""
    found = []
    for seed in range(40):
        table = linear(600, seed, mean=0.0)
        idle = np.random.default_rng(1000 + seed).standard_normal(600)
        parameters = {"idle": idle}
        table = DrawsTable(table.strategies, table.cost, table.effect, parameters)
        found.append(evppi(table, [1.0]).iloc[0])
    values = np.array([f["evppi"] for f in found])
    assert (values >= 0).all()
    assert values.mean() > 0
    within = [f["evppi"] <= 2 * f["standard_error"] for f in found]
    assert np.mean(within) > 0.9


def test_an_estimate_is_not_held_down_to_perfect_information():
    """New is better in every draw; splines too stiff for the ripples fall below zero."""
    a = np.random.default_rng(2).standard_normal(600)
    gain = 1 + np.where(np.abs(a) > 1, 100 * np.sin(20 * a) ** 2, 1.0)
    zero = np.zeros_like(a)
    effect = np.stack([zero, gain])
    row = evppi(DrawsTable(("Old", "New"), zero * effect, effect, {"a": a}), [1.0]).iloc[0]
    assert row["evpi"] == 0
    assert row["evppi"] > 0
    assert row["suspect"]


def test_progress_counts_the_sets(linear):
    calls = []
    sets = {"a": ["a"], "b": ["b"]}
    evppi(linear(600, 1), [1.0], sets, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 2), (1, 2)]


def test_a_set_too_large_is_said_so(linear):
    table = linear(200, 1)
    with pytest.raises(InputError, match=r"2 parameters .a, b. is too large.*700 draws"):
        evppi(table, [1.0], {"ab": ["a", "b"]}, "additive")
    many = {f"p{i}": np.random.default_rng(i).random(200) for i in range(31)}
    table = DrawsTable(table.strategies, table.cost, table.effect, many)
    with pytest.raises(InputError, match=r"31 parameters .*30 parameters at most"):
        evppi(table, [1.0], {"all": list(many)})


@pytest.mark.parametrize(
    ("thresholds", "sets", "method", "message"),
    [
        ([], None, "auto", "needed is at least one"),
        ([-1.0], None, "auto", "found -1, allowed is from 0 to"),
        ([1.0], {"x": ["aa"]}, "auto", "'aa' is not a parameter; did you mean a"),
        ([1.0], {"x": []}, "auto", "a set without parameters"),
        ([1.0], None, "gam", "'gam' is not a method; allowed are auto, additive"),
    ],
)
def test_faults(linear, thresholds, sets, method, message):
    with pytest.raises(InputError, match=message):
        evppi(linear(200, 1), thresholds, sets, method)


def test_population():
    assert effective_population(100, 2.5, 0.0, [0.5, 1.0]) == pytest.approx(50 + 100 + 50)
    assert effective_population(10, 2, 0.1) == pytest.approx(10 * (1.1**-0.5 + 1.1**-1.5))
    later = effective_population(10, 3, 0.1, start=1.5)
    assert later == pytest.approx(10 * (0.5 * 1.1**-1.75 + 1.1**-2.5))
    with pytest.raises(InputError, match="shares from 0 to 1"):
        effective_population(10, 3, 0.1, [2.0])
