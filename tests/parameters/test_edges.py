"""Edges of parameters: bounds that are just allowed or just refused, and what rows carry along."""

import numpy as np
import pytest
from scipy import special

from hecon.engine.expression import parse
from hecon.errors import FaultList
from hecon.parameters import random
from hecon.parameters.cell_text import parse_pairs, plain_number
from hecon.parameters.design import Correlation, ProbabilisticDesign
from hecon.parameters.distributions import Distribution, DistributionError, distribution
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import read_parameters
from hecon.parameters.units import value_problem


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        ("beta", {"mean": 1, "se": 0.1}, "mean between 0 and 1, found 1"),
        ("beta", {"mean": 0, "se": 0.1}, "mean between 0 and 1, found 0"),
        ("beta", {"mean": 0.5, "se": 0.5}, "the standard error must be below 0.5"),
        ("beta", {"mean": 0.2, "se": 0.4}, "the standard error must be below 0.4"),
        ("gamma", {"mean": 0, "se": 1}, "a gamma needs a mean above 0, found 0"),
        ("lognormal", {"mean": 0, "se": 1}, "a lognormal needs a mean above 0, found 0"),
        ("normal", {"mean": 0, "se": 0}, "the standard error must be above 0, found 0"),
        ("normal", {"estimate": 1, "ci_low": 1, "ci_high": 2}, "inside its interval 1 to 2"),
        ("normal", {"estimate": 2, "ci_low": 1, "ci_high": 2}, "inside its interval 1 to 2"),
        ("lognormal", {"estimate": 1, "ci_low": 0, "ci_high": 2}, "must be above 0, found 0"),
        ("lognormal", {"mu": 0, "sigma": 0}, "a lognormal needs sigma above 0"),
        ("normal", {"mean": 0, "sd": -1}, "a normal needs sd above 0"),
        ("gamma", {"shape": 0, "scale": 1}, "a gamma needs shape and scale above 0"),
        ("uniform", {"low": 2, "high": 2}, "needs low <= high with low below high"),
        ("triangular", {"low": 0, "mode": 3, "high": 2}, "needs low <= mode <= high"),
        ("triangular", {"low": 2, "mode": 2, "high": 2}, "with low below high"),
        ("normal", {"mean": float("inf"), "sd": 1}, "a normal needs finite parameters"),
    ],
)
def test_refused(kind, given, problem):
    with pytest.raises(DistributionError, match=problem):
        distribution(kind, given)


@pytest.mark.parametrize("mode", [0.0, 2.0])
def test_a_triangle_may_lean_on_its_end(mode):
    found = distribution("triangular", {"low": 0, "mode": mode, "high": 2})
    u = np.linspace(0, 1, 11)
    wanted = 2 - 2 * np.sqrt(1 - u) if mode == 0 else 2 * np.sqrt(u)
    np.testing.assert_allclose(found.quantile(u), wanted, atol=1e-15)


def test_numbers_stay_inside_the_open_interval():
    assert random._open(np.array([0.0, 0.5, 1.0])).tolist() == [2.0**-54, 0.5, 1 - 2.0**-53]


def test_a_latin_hypercube_jitters_every_stratum():
    u = random.latin_hypercube(3, "u", 200) * 200
    assert len(np.unique(np.round(u - np.floor(u), 9))) > 190


def test_a_sobol_sequence_is_shifted_by_name():
    points = random.sobol(3, ["a", "b", "c"], 8)
    first = {name: values[0] for name, values in points.items()}
    assert len(set(first.values())) == 3
    # dimension 2 of the sequence, under another name, has another shift
    assert random.sobol(3, ["a", "z", "c"], 8)["z"][0] != first["b"]
    assert random.sobol(4, ["a", "b", "c"], 8)["a"][0] != first["a"]


def uniform(name):
    return Parameter(name, None, "", "", 0.5, None, None, None, Distribution("uniform", (0.0, 1.0)))


def test_a_copula_is_its_cholesky_factor_times_independent_normals():
    names = ["aa", "bb", "cc"]
    rho = {("aa", "bb"): 0.6, ("aa", "cc"): -0.3, ("bb", "cc"): 0.2}
    pairs = [Correlation((a, None), (b, None), r) for (a, b), r in rho.items()]
    inputs = [uniform(n) for n in names]
    alone = ProbabilisticDesign(inputs, 500, 1).block(0, 500)
    joint = ProbabilisticDesign(inputs, 500, 1, correlations=pairs).block(0, 500)
    matrix = np.array([[1, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 1]])
    normals = special.ndtri(np.stack([alone[(n, None)] for n in names]))
    wanted = special.ndtr(np.linalg.cholesky(matrix) @ normals)
    np.testing.assert_allclose(np.stack([joint[(n, None)] for n in names]), wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("unit", "money", "value", "allowed"),
    [
        ("EUR", "EUR", 0, True),
        ("EUR", "EUR", -0.01, False),
        ("per year", "", -1, True),
        ("probability", "", 0, True),
        ("share", "", 1, True),
        ("share", "", 1.001, False),
        ("probability", "", -0.001, False),
        ("utility", "", 1, True),
        ("utility", "", 1.001, False),
        ("utility", "", -0.5, True),
    ],
)
def test_values_and_units(unit, money, value, allowed):
    assert (value_problem(unit, money, value) is None) == allowed


@pytest.mark.parametrize("text", ["a", "a =", "= 1", "a = 1; b", "a = 1; a = 2", "=", "a = 1; = 2"])
def test_pairs_refused(text):
    with pytest.raises(ValueError, match=r"found|twice"):
        parse_pairs(text)


def test_pairs_and_plain_numbers():
    assert parse_pairs(" a = 1 ;; b=x = y; ") == {"a": "1", "b": "x = y"}
    assert parse_pairs("") == {}
    assert [plain_number(parse(t)) for t in ("2", "-2", "aa", "-aa", "1+1")] == [
        2,
        -2,
        None,
        None,
        None,
    ]


def test_a_row_carries_all_its_columns(tmp_path):
    columns = {
        "id": "P1",
        "group": "Costs",
        "name": "c_visit",
        "description": "a visit",
        "concerns": "PE",
        "strategy": "PE",
        "value": "100",
        "formula": "",
        "unit": "EUR",
        "low": "90",
        "high": "120",
        "distribution": "gamma",
        "distribution_parameters": "mean=100; se=10",
        "currency": "EUR",
        "price_year": "2024",
        "derivation": "10 x 10",
        "source": "tariff",
        "evidence_ids": "E1",
        "status": "derived",
        "note": "once",
    }
    path = tmp_path / "parameters.csv"
    path.write_text(",".join(columns) + "\n" + ",".join(columns.values()) + "\n")
    faults = FaultList()
    (found,), complete = read_parameters(path, "shown.csv", faults)
    assert complete
    assert not faults.faults
    for name in columns.keys() - {"value", "formula", "low", "high", "distribution"}:
        if name != "distribution_parameters":
            assert getattr(found, name) == columns[name], name
    assert (found.value, found.formula, found.low, found.high) == (100, None, 90, 120)
    assert found.distribution == distribution("gamma", {"mean": 100, "se": 10})
    assert (found.file, found.row) == ("shown.csv", 2)
