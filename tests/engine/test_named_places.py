"""Messages and signals name the right draw, strategy and amount, also inside a later block."""

from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, key, to_model

from hecon.analyses.evaluate import evaluate
from hecon.engine.expression import parse
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign

PLAIN = Plain(
    states={"Well": 0, "Dead": 0},
    initial={"Well": "1"},
    transitions={("Well", "Dead"): "p", ("Well", "Well"): "rest", ("Dead", "Dead"): "rest"},
    parameters=("p",),
    horizon_years=4,
)


def columns(**changes):
    values = np.full(10, 0.25)
    for draw, value in changes.items():
        values[int(draw.removeprefix("draw"))] = value
    return TableDesign(10, {}, {("p", None): values})


def test_a_total_that_is_not_finite_inside_a_later_block():
    plain = replace(PLAIN, payoffs=(("care", "cost", "Well", "1 / p", "year", None),))
    with pytest.raises(ModelError) as caught:
        evaluate(to_model(plain), columns(draw6=0.0), block=4)
    assert caught.value.coordinates["draw"] == 6


def test_two_complements_in_the_initial_distribution():
    plain = replace(PLAIN, initial={"Well": "rest", "Dead": "rest"})
    with pytest.raises(ModelError) as caught:
        evaluate(to_model(plain), columns())
    assert str(caught.value) == (
        "strategy X: the initial distribution has two complements, Well and Dead; allowed is one"
    )


def test_nobody_starts_anywhere():
    with pytest.raises(ModelError) as caught:
        evaluate(to_model(replace(PLAIN, initial={})), columns())
    assert caught.value.coordinates == {"strategy": "X"}


def test_a_last_cycle_that_reaches_over_the_horizon_by_half_a_month():
    model = replace(to_model(PLAIN), cycle_months=parse("12 if cycle < 4 else p"))
    lengths = TableDesign(3, {}, {("p", None): np.array([12.0, 12.0, 12.5])})
    with pytest.raises(ModelError, match=r"cycle 4 of 12\.5 months doesn't fit") as caught:
        evaluate(replace(model, transitions=to_model(STILL).transitions), lengths)
    assert caught.value.coordinates == {"draw": 2}


STILL = replace(PLAIN, transitions={("Well", "Well"): "rest", ("Dead", "Dead"): "rest"})


def test_progress_counts_up_to_all_draws():
    told: list[tuple[int, int]] = []
    evaluate(to_model(PLAIN), columns(), block=4, progress=lambda *n: told.append(n))
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_weeks_and_months_of_a_year_in_a_single_formula():
    model = to_model(PLAIN)
    wanted = [(parse("weeks_per_year"), None), (parse("months_per_year * cycle_years"), None)]
    weeks, months = formula_values(model, wanted, {key("p"): 0.1}, {})
    assert float(weeks) == pytest.approx(365.25 / 7, rel=1e-15)
    assert float(months) == 12.0
