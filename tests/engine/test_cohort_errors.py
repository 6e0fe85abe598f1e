"""A model that misbehaves is stopped, with the place named."""

from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, key, to_model

from hecon.analyses.evaluate import evaluate
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign

PLAIN = Plain(
    states={"Well": 0, "Ill": 2, "Dead": 0},
    initial={"Well": "1"},
    transitions={
        ("Well", "Ill"): "p_ill",
        ("Well", "Dead"): "0.1",
        ("Well", "Well"): "rest",
        ("Ill", "Dead"): "0.2",
        ("Ill", "Ill"): "rest",
        ("Dead", "Dead"): "rest",
    },
    strategies=("X", "Y"),
    parameters=("p",),
    formulas={"p_ill": "0.1", "p_ill[Y]": "p"},
    horizon_years=5,
)
GOOD = np.full(9, 0.2)


def stopped(plain, column=None, number=0.2, **options):
    columns = {} if column is None else {("p", None): np.asarray(column, dtype=float)}
    numbers = {("p", None): number} if column is None else {}
    draws = 1 if column is None else len(column)
    with pytest.raises(ModelError) as caught:
        evaluate(to_model(plain), TableDesign(draws, numbers, columns), **options)
    return caught.value


def changed(draw, value):
    column = GOOD.copy()
    column[draw] = value
    return column


@pytest.mark.parametrize("options", [{}, {"block": 2}, {"block": 2, "workers": 2}])
def test_negative_probability_in_a_draw(options):
    error = stopped(PLAIN, changed(5, -0.01), **options)
    assert error.coordinates == {"draw": 5, "strategy": "Y", "from": "Well", "to": "Ill"}
    assert str(error) == (
        "draw 5, strategy Y, from Well, to Ill: "
        "a probability in the row of Well is -0.01; allowed is 0 to 1; with p = -0.01"
    )


def test_probability_above_one_shows_in_the_complement():
    error = stopped(PLAIN, changed(3, 0.95))
    assert error.coordinates == {"draw": 3, "strategy": "Y", "from": "Well", "to": "Well"}


@pytest.mark.parametrize("block", [2, 100])
def test_negative_probability_in_a_cycle(block):
    plain = replace(PLAIN, formulas={**PLAIN.formulas, "p_ill[Y]": "p - 0.1 * (cycle > 3)"})
    error = stopped(plain, changed(6, 0.05), block=block)
    assert error.coordinates == {
        "draw": 6,
        "strategy": "Y",
        "cycle": 4,
        "from": "Well",
        "to": "Ill",
    }


def test_negative_probability_without_draws():
    error = stopped(PLAIN, number=-0.1)
    assert error.coordinates == {"strategy": "Y", "from": "Well", "to": "Ill"}
    plain = replace(PLAIN, formulas={**PLAIN.formulas, "p_ill[Y]": "p - 0.1 * (cycle > 3)"})
    assert stopped(plain, number=0.0).coordinates["cycle"] == 4


def test_a_row_that_does_not_sum_to_one():
    moves = {**PLAIN.transitions, ("Well", "Well"): "0.7"}
    error = stopped(replace(PLAIN, transitions=moves), GOOD)
    assert error.coordinates == {"strategy": "X", "from": "Well"}
    assert "the row of Well does not sum to one (off by 0.1)" in str(error)
    moves = {**PLAIN.transitions, ("Well", "Well"): "0.9 - p_ill * (1 + 0.1 * (cycle == 2))"}
    error = stopped(replace(PLAIN, transitions=moves, formulas={"p_ill": "p"}), GOOD)
    assert error.coordinates == {"draw": 0, "strategy": "X", "cycle": 2, "from": "Well"}
    assert "off by 0.02" in str(error)


def test_a_row_written_out_in_full_is_accepted():
    moves = {**PLAIN.transitions, ("Well", "Well"): "0.9 - p_ill"}
    model = to_model(replace(PLAIN, transitions=moves))
    evaluate(model, TableDesign(9, {}, {("p", None): GOOD}))


def test_a_table_without_the_age():
    plain = replace(
        PLAIN,
        tables={"life": {"age": [43, 44], "q": [0.1, 0.2]}},
        formulas={"p_ill": "0.1", "p_ill[Y]": "p * life.q(age)"},
        parameters=("p", "first"),
        start_age="first",
    )
    columns = {("p", None): GOOD, ("first", None): np.array([43.0] * 4 + [42.0] + [43.0] * 4)}
    with pytest.raises(ModelError) as caught:
        evaluate(to_model(plain), TableDesign(9, {}, columns))
    assert str(caught.value) == (
        "draw 4, strategy Y, cycle 1, from Well, to Ill: a probability in the row of Well is "
        "not a number (a table without that age, or 0/0); with first = 42, p = 0.2"
    )
    numbers = {("p", None): 0.1, ("first", None): 42.0}
    with pytest.raises(ModelError, match=r"strategy Y, cycle 1, from Well, to Ill: .*not a number"):
        evaluate(to_model(plain), TableDesign(1, numbers, {}))


def test_a_state_with_memory_is_named_by_its_state():
    moves = {**PLAIN.transitions, ("Ill", "Dead"): "0.2 - p * years_in_state"}
    error = stopped(replace(PLAIN, transitions=moves), changed(2, 0.15))
    assert error.coordinates["from"] == "Ill"
    assert error.coordinates["draw"] == 0
    assert error.coordinates["to"] == "Dead"


def test_initial_distribution():
    error = stopped(replace(PLAIN, initial={"Well": "0.5", "Ill": "p"}), number=0.4)
    assert error.coordinates == {"strategy": "X"}
    assert "the initial distribution does not sum to one (off by 0.1)" in str(error)
    error = stopped(replace(PLAIN, initial={"Well": "rest", "Dead": "p"}), changed(7, 1.5))
    assert error.coordinates == {"draw": 7, "strategy": "X", "state": "Well"}
    error = stopped(replace(PLAIN, initial={"Well": "rest", "Dead": "-p"}), number=0.5)
    assert error.coordinates == {"strategy": "X", "state": "Dead"}


def test_a_figure_that_is_not_finite():
    payoffs = (("care", "cost", "Ill", "1 / p", "year", None),)
    error = stopped(replace(PLAIN, payoffs=payoffs), changed(8, 0.0), block=4)
    assert error.coordinates == {"draw": 8, "strategy": "X"}
    assert "cost 'care' is inf, not a finite number" in str(error)


def test_one_off_that_depends_on_the_cycle():
    payoffs = (("kit", "cost", "start", "discount_time", "event", None),)
    assert "the one-off 'kit' depends on the cycle" in str(stopped(replace(PLAIN, payoffs=payoffs)))


@pytest.mark.parametrize(
    ("months", "years", "found"),
    [(7, 5, "8.57143 cycles of 7"), (12, 0, "0 cycles"), (-1, 5, "-60")],
)
def test_cycles_must_fit_the_horizon(months, years, found):
    error = stopped(replace(PLAIN, cycle_months=months, horizon_years=years))
    assert found in str(error)


def test_single_formulas_must_not_depend_on_the_cycle():
    from hecon.engine.expression import parse

    model = to_model(PLAIN)
    with pytest.raises(ModelError, match="'2 \\* age' depends on the cycle"):
        formula_values(model, [(parse("2 * age"), None)], {key("p"): 1.0}, {})
    (found,) = formula_values(model, [(parse("p_ill * cycle_years"), "Y")], {key("p"): 0.3}, {})
    assert float(found) == 0.3
