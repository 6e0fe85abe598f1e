import numpy as np
import pytest
from scipy import stats

from hecon.engine.expression import parse
from hecon.parameters import random
from hecon.parameters.design import (
    STRETCH,
    Correlation,
    ProbabilisticDesign,
    TableDesign,
    base_case,
    rows,
)
from hecon.parameters.distributions import Distribution
from hecon.parameters.parameter_schema import Parameter

METHODS = ("monte-carlo", "latin-hypercube", "sobol")


def parameter(name, kind="fixed", native=(0.0,), value=1.0, strategy=None, group="", formula=None):
    return Parameter(
        name=name,
        strategy=strategy,
        description=f"about {name}",
        unit="unit",
        value=None if formula else value,
        formula=parse(formula) if formula else None,
        low=None,
        high=None,
        distribution=Distribution(kind, native, group),
        source="book",
        status="published",
    )


NORMALS = [parameter(n, "normal", (0.0, 1.0)) for n in ("aa", "bb", "cc", "dd")]
COUNTS = (1251.0, 350.0, 116.0, 17.0)
ROW = [
    parameter(f"p{i}x", "dirichlet", (n,), value=n / sum(COUNTS), group="from A")
    for i, n in enumerate(COUNTS)
]


def columns(parameters, draws=4096, seed=1, method="latin-hypercube", correlations=()):
    design = ProbabilisticDesign(parameters, draws, seed, method, correlations)
    return {key[0]: column for key, column in design.block(0, draws).items()}


@pytest.mark.parametrize("method", METHODS)
def test_dirichlet_sums_to_one(method):
    drawn = columns(ROW, 500, method=method)
    np.testing.assert_allclose(sum(drawn.values()), 1.0, rtol=1e-14)


def test_dirichlet_moments():
    drawn = columns(ROW)
    for i, n in enumerate(COUNTS):
        peer = stats.beta(n, sum(COUNTS) - n)
        assert drawn[f"p{i}x"].mean() == pytest.approx(peer.mean(), rel=3e-3)
        assert drawn[f"p{i}x"].std() == pytest.approx(peer.std(), rel=0.05)


def test_dirichlets_of_two_groups_are_apart():
    other = [parameter(f"q{i}x", "dirichlet", (3.0,), group="from B") for i in range(2)]
    drawn = columns([*ROW, *other], 100)
    np.testing.assert_allclose(drawn["q0x"] + drawn["q1x"], 1.0, rtol=1e-14)


def test_a_block_is_that_part_of_the_stream_wherever_it_begins():
    """A normal's draws turned back are the stream's numbers, over ends of stretches and blocks."""
    design = ProbabilisticDesign(NORMALS[:1], 2 * STRETCH + 100, 3)
    stream = random.monte_carlo(3, NORMALS[0].stream, 0, design.draws)
    for first, last in ((0, design.draws), (STRETCH - 3, STRETCH + 5), (2 * STRETCH, design.draws)):
        (found,) = design.block(first, last).values()
        np.testing.assert_allclose(stats.norm.cdf(found), stream[first:last], rtol=1e-12)


@pytest.mark.parametrize("rho", [-0.8, 0.3, 0.95])
def test_copula_of_normals_has_their_correlation(rho):
    pair = [Correlation(("aa", None), ("cc", None), rho)]
    drawn = columns(NORMALS, correlations=pair)
    assert np.corrcoef(drawn["aa"], drawn["cc"])[0, 1] == pytest.approx(rho, abs=0.03)
    assert abs(np.corrcoef(drawn["aa"], drawn["bb"])[0, 1]) < 0.05


def test_copula_keeps_the_margins():
    mixed = [parameter("aa", "beta", (2.0, 5.0)), parameter("bb", "gamma", (3.0, 2.0))]
    pair = [Correlation(("aa", None), ("bb", None), 0.7)]
    drawn = columns(mixed, correlations=pair, method="monte-carlo")
    assert stats.kstest(drawn["aa"], stats.beta(2, 5).cdf).pvalue > 1e-3
    assert stats.kstest(drawn["bb"], stats.gamma(3, scale=2).cdf).pvalue > 1e-3
    # rank correlation of a Gaussian copula: 6/pi asin(rho/2)
    found = stats.spearmanr(drawn["aa"], drawn["bb"]).statistic
    assert found == pytest.approx(6 / np.pi * np.arcsin(0.35), abs=0.03)


def test_copula_of_three():
    a, b, c = (("aa", None), ("bb", None), ("cc", None))
    pairs = [Correlation(a, b, 0.6), Correlation(c, b, -0.5), Correlation(a, c, 0.1)]
    drawn = columns(NORMALS, correlations=pairs)
    found = np.corrcoef([drawn["aa"], drawn["bb"], drawn["cc"]])
    np.testing.assert_allclose(found, [[1, 0.6, 0.1], [0.6, 1, -0.5], [0.1, -0.5, 1]], atol=0.03)


def test_a_correlation_moves_no_other_parameter():
    plain = columns(NORMALS, 50, method="monte-carlo")
    pair = [Correlation(("aa", None), ("bb", None), 0.5)]
    joined = columns(NORMALS, 50, method="monte-carlo", correlations=pair)
    for name in ("aa", "cc", "dd"):
        np.testing.assert_allclose(joined[name], plain[name], rtol=1e-12)
    assert not np.allclose(joined["bb"], plain["bb"])


def test_impossible_correlations():
    a, b, c = (("aa", None), ("bb", None), ("cc", None))
    pairs = [Correlation(a, b, 0.9), Correlation(b, c, 0.9), Correlation(a, c, -0.9)]
    with pytest.raises(ValueError, match="aa, bb, cc contradict each other"):
        ProbabilisticDesign(NORMALS, 10, 1, correlations=pairs)


def test_unknown_method():
    with pytest.raises(ValueError, match="'halton' is not a design; allowed are monte-carlo"):
        ProbabilisticDesign(NORMALS, 10, 1, "halton")


@pytest.mark.parametrize("method", METHODS)
def test_blocks_of_a_design(method):
    pair = [Correlation(("aa", None), ("bb", None), 0.5)]
    design = ProbabilisticDesign([*NORMALS, *ROW], 90, 5, method, pair)
    whole = design.block(0, 90)
    for first, last in ((0, 1), (13, 60), (89, 90)):
        for key, column in design.block(first, last).items():
            assert np.array_equal(column, whole[key][first:last])


@pytest.mark.parametrize("method", METHODS)
def test_margins(method):
    """Every design goes through the same quantile function."""
    drawn = columns([parameter("aa", "gamma", (8.0, 3.0))], 2000, method=method)["aa"]
    assert stats.kstest(drawn, stats.gamma(8, scale=3).cdf).pvalue > 1e-3
    error = 0.02 if method == "monte-carlo" else 1e-3
    assert drawn.mean() == pytest.approx(24.0, rel=error)


def test_fixed_and_computed_rows_do_not_vary():
    chosen = [*NORMALS, parameter("k", value=3.0), parameter("computed", formula="aa + 1")]
    design = ProbabilisticDesign(chosen, 10, 1)
    assert {key[0] for key in design.varying} == {"aa", "bb", "cc", "dd"}
    assert design.numbers == {("k", None): 3.0}
    assert base_case(chosen).numbers[("k", None)] == 3.0
    assert ("computed", None) not in base_case(chosen).numbers


def test_rows():
    base = {("aa", None): 1.0, ("bb", "X"): 2.0, ("cc", None): 3.0}
    design = rows(base, [{}, {("aa", None): 5.0}, {("bb", "X"): 6.0, ("aa", None): 7.0}])
    assert design.draws == 3
    assert design.numbers == {("cc", None): 3.0}
    block = design.block(0, 3)
    assert block[("aa", None)].tolist() == [1, 5, 7]
    assert block[("bb", "X")].tolist() == [2, 2, 6]
    assert design.block(1, 2)[("aa", None)].tolist() == [5]


def test_table_design():
    design = TableDesign(2, {}, {("aa", None): np.array([1.0, 2.0])})
    assert design.varying == {("aa", None)}
