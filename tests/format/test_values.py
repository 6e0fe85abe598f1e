"""What a base value is of its distribution, and figures that are fractions."""

import math

import numpy as np
import pytest
from tiny import faults, study

from hecon.parameters.design import ProbabilisticDesign
from hecon.parameters.distributions import distribution

HEADER = (
    "name,strategy,value,unit,low,high,distribution,distribution_parameters,currency,price_year,"
    "source,status\nextra,A,0,EUR/year,,,,,EUR,2024,invented,assumption\n"
)


def row(value, kind, words, unit="number"):
    return HEADER + (
        f"extra,B,10,EUR/year,,,,,EUR,2024,invented,assumption\n"
        f"x,all,{value},{unit},,,{kind},{words},,,invented,assumption\n"
    )


@pytest.mark.parametrize(
    ("kind", "words", "base", "value"),
    [
        ("lognormal", {"mean": 0.509, "se": 0.6}, "mean", 0.509),
        ("lognormal", {"mu": 1.0, "sigma": 2.0}, "mean", math.exp(3.0)),
        ("lognormal", {"mu": 1.0, "sigma": 2.0}, "", math.exp(1.0)),
        ("lognormal", {"mu": 1.0, "sigma": 2.0}, "mode", math.exp(-3.0)),
        ("gamma", {"shape": 1.0, "scale": 5.0}, "median", 5 * math.log(2)),
        ("gamma", {"shape": 3.0, "scale": 5.0}, "mode", 10.0),
        ("beta", {"alpha": 3.0, "beta": 2.0}, "mode", 2 / 3),
        ("beta", {"alpha": 1.0, "beta": 2.0}, "median", 1 - math.sqrt(0.5)),
        ("triangular", {"low": 0.0, "mode": 1.0, "high": 5.0}, "mean", 2.0),
    ],
)
def test_a_base_value_is_the_mean_the_median_or_the_mode(tmp_path, kind, words, base, value):
    assert distribution(kind, words, base=base).centre == pytest.approx(value, rel=1e-12)
    text = "; ".join(f"{n} = {v}" for n, v in words.items()) + (base and f"; value = {base}")
    loaded = study(tmp_path, parameters=row(f"{value:.6g}", kind, text))
    assert loaded.parameters[-1].distribution.base == base


def test_the_message_names_the_word_that_is_missing(tmp_path):
    (found,) = faults(tmp_path / "a", parameters=row(1, "lognormal", "mean = 1; se = 3"))
    assert "unless the row says 'value = mean'" in found
    (found,) = faults(tmp_path / "b", parameters=row(1, "gamma", "mean = 1; se = 3; value = mode"))
    assert "has no mode" in found
    (found,) = faults(tmp_path / "c", parameters=row(1, "gamma", "mean = 1; se = 1; value = top"))
    assert "found 'value = top', allowed for a gamma is mean, median, mode" in found


def test_a_value_may_be_a_formula_of_numbers(tmp_path):
    loaded = study(tmp_path, parameters=row("1251 / 1734", "beta", "alpha = 1251; beta = 400+83"))
    assert loaded.parameters[-1].value == 1251 / 1734
    assert loaded.parameters[-1].distribution.parameters == (1251, 483)


@pytest.mark.parametrize("text", ["1 / 0", "extra / 2", "log(0)", "0 / 0"])
def test_a_formula_of_numbers_is_a_finite_number_and_names_nothing(tmp_path, text):
    (found,) = faults(tmp_path, parameters=row(text, "", ""))
    assert "column value" in found
    assert "allowed is a" in found


def test_the_values_of_a_dirichlet_follow_from_its_alphas(tmp_path):
    rows = "".join(
        f"p_{name},all,,probability,,,dirichlet,alpha = {alpha}; group = from_a,,,x,published\n"
        for name, alpha in (("aa", 1251), ("ab", 350), ("ac", 116), ("ad", 17))
    )
    loaded = study(tmp_path, parameters=row(1, "", "") + rows)
    values = {p.name: p.value for p in loaded.parameters}
    assert values["p_aa"] == 1251 / 1734
    assert values["p_ad"] == 17 / 1734
    drawn = ProbabilisticDesign(loaded.parameters, 50, 1).block(0, 50)
    np.testing.assert_allclose(sum(drawn[(f"p_a{x}", None)] for x in "abcd"), 1.0, rtol=1e-12)
