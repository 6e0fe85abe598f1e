"""Draws of one's own: what a table gives, what it may leave out, and what it may not hold."""

import numpy as np
import pytest
from tiny import FILES, study

from hecon.analyses.evaluate import evaluate
from hecon.analyses.own_draws import draws_from
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign

ROWS = FILES["parameters.csv"] + (
    "p_die,all,0.2,probability,0.1,0.3,beta,alpha = 20; beta = 80,,,x,assumption\n"
    "extra_all,all,5,EUR/year,,,gamma,mean = 5; se = 2,EUR,2024,x,assumption\n"
)


@pytest.fixture
def loaded(tmp_path):
    changes = [("transitions.csv", "0.2", "p_die"), ("payoffs.csv", "100", "100 + extra_all")]
    return study(tmp_path / "tiny", *changes, parameters=ROWS)


def table(tmp_path, text):
    path = tmp_path / "draws.csv"
    path.write_text(text)
    return path


def test_a_programs_own_draws_give_its_own_results(loaded, tmp_path):
    drawn = ProbabilisticDesign(loaded.parameters, 30, 4)
    columns = drawn.block(0, 30)
    lines = [f"{a!r},{b!r}" for a, b in zip(*(columns[k].tolist() for k in columns), strict=True)]
    text = "\n".join([",".join(key[0] for key in columns), *lines]) + "\n"
    found = evaluate(loaded.model, draws_from(loaded, table(tmp_path, text)))
    wanted = evaluate(loaded.model, drawn)
    for name in ("cost", "qaly", "life_years"):
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-14)


def test_a_partial_table_is_filled_from_the_base_if_asked(loaded, tmp_path):
    path = table(tmp_path, "draw,p_die,extra[B]\n1,0.1,20\n2,0.3,30\n")
    with pytest.raises(InputError, match="has no column for extra_all; --missing base"):
        draws_from(loaded, path)
    design = draws_from(loaded, path, missing="base")
    assert design.numbers[("extra_all", None)] == 5
    cost = evaluate(loaded.model, design)["cost"].sum("item").sel(strategy="B").values
    for value, alive, extra in zip(cost, (0.9, 0.7), (20, 30), strict=True):
        years = sum((1 + alive) / 2 * alive**t for t in range(4))
        assert value == pytest.approx((105 + extra) * years, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p_dye,extra_all\n0.1,5\n", "'p_dye' is not an input of tiny; did you mean p_die"),
        ("p_die,extra_all\n0.1,5\n1.2,5\n", "draws.csv, row 3, column p_die: found 1.2"),
        ("p_die,extra_all\n0.1,5\nx,5\n", "draws.csv, row 3, column p_die: found 'x'"),
        ("p_die,extra_all\n", "draw"),
    ],
)
def test_what_a_table_may_not_hold(loaded, tmp_path, text, found):
    with pytest.raises(InputError) as caught:
        draws_from(loaded, table(tmp_path, text))
    assert found in str(caught.value)
