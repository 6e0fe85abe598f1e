"""Cycles of different length in one model: monthly in the first year, yearly after it.

Rates, ages, discounting and the cycle of a session follow from the length by themselves.
"""

from dataclasses import replace

import numpy as np
import pytest
from dense import Plain, key, to_model

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.engine.expression import parse
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign, rows

MONTHLY_THEN_YEARLY = "1 if cycle <= 12 else 12"
LENGTHS = np.array([1.0] * 12 + [12.0] * 4) / 12
ENDS = np.cumsum(LENGTHS)
BEGUN = ENDS - LENGTHS
WEEKS_PER_YEAR = 365.25 / 7
DRAWS = 3
COLUMNS = {
    ("r_ill", None): np.array([0.2, 0.5, 1.1]),
    ("r_well", None): np.array([0.9, 0.1, 0.4]),
    ("r_die", None): np.array([0.02, 0.1, 0.3]),
}

PLAIN = Plain(
    states={"Well": 0, "Ill": 0, "Dead": 0},
    initial={"Well": "1"},
    transitions={
        ("Well", "Ill"): "exp(-r_die * cycle_years) * (1 - exp(-r_ill * cycle_years))",
        ("Well", "Dead"): "1 - exp(-r_die * cycle_years)",
        ("Well", "Well"): "rest",
        ("Ill", "Dead"): "1 - exp(-r_die * cycle_years)",
        ("Ill", "Ill"): "rest",
        ("Dead", "Dead"): "rest",
    },
    payoffs=(
        ("Care", "cost", "Ill", "100 * age", "year", None),
        ("Visit", "cost", "Well", "7 + cycle", "cycle", None),
        ("Fall", "cost", "Well -> Ill", "50", "event", None),
        ("Health", "qaly", "Well", "1", "year", None),
        ("Drug", "cost", "start", "1000", "event", 0.0),
        ("Drug", "cost", "start", "300 * year + cycle_years", "event", 30.0),
        ("Drug", "cost", "start", "100 * cycle", "event", 80.0),
    ),
    parameters=("r_ill", "r_well", "r_die"),
    horizon_years=5,
    discount_cost="1.04 ** -discount_time",
    discount_effect="exp(-0.03 * discount_time)",
)


def model(cycle_months=MONTHLY_THEN_YEARLY, plain=PLAIN, **changes):
    return replace(to_model(replace(plain, **changes)), cycle_months=parse(cycle_months))


def design(**more):
    return TableDesign(DRAWS, more, COLUMNS)


def occupancy():
    """Shares at the start and the end of the cycles, shape (draws, 17), by algebra.

    Death takes everybody at the same rate, and nobody recovers.
    """
    times = np.concatenate([[0], ENDS])
    ill, die = COLUMNS[("r_ill", None)][:, None], COLUMNS[("r_die", None)][:, None]
    alive = np.exp(-die * times)
    return alive * np.exp(-ill * times), alive


def test_the_trace_is_exact_at_the_ends_of_the_cycles():
    share = base_traces(model(), design())["share"].isel(strategy=0)
    well, alive = occupancy()
    assert list(share["cycle"].values) == list(range(17))
    np.testing.assert_allclose(share.sel(state="Well").T, well, rtol=1e-12)
    np.testing.assert_allclose(1 - share.sel(state="Dead").T, alive, rtol=1e-12)


@pytest.mark.parametrize(
    ("counting", "before", "moment"),
    [
        ("cycle-means", 0.5, 0.5),
        ("start-of-cycle", 1.0, 0.0),
        ("end-of-cycle", 0.0, 1.0),
        ("heemod-life-table", 0.5, 0.0),
    ],
)
def test_payoffs_and_discounting_by_hand(counting, before, moment):
    well, alive = occupancy()

    def lived(share):
        return before * share[:, :-1] + (1 - before) * share[:, 1:]

    paid = BEGUN + moment * LENGTHS
    found = evaluate(model(counting=counting), design())
    numbers = np.arange(1, 17)
    falls = (
        np.exp(-COLUMNS[("r_die", None)][:, None] * LENGTHS)
        * (1 - np.exp(-COLUMNS[("r_ill", None)][:, None] * LENGTHS))
        * well[:, :-1]
    )
    wanted = {
        "Care": lived(alive - well) * LENGTHS * 100 * (40 + BEGUN),
        "Visit": lived(well) * (7 + numbers),
        "Fall": 50 * falls,
    }
    for ending, factor in (("", 1.04**-paid), ("_undiscounted", 1.0)):
        for item, amounts in wanted.items():
            cost = found["cost" + ending].sel(strategy="X", item=item)
            np.testing.assert_allclose(cost, (amounts * factor).sum(axis=1), rtol=1e-12)
    health = (lived(well) * LENGTHS * np.exp(-0.03 * paid)).sum(axis=1)
    np.testing.assert_allclose(found["qaly"].sel(strategy="X", source="Health"), health, rtol=1e-12)
    years = (lived(alive) * LENGTHS * np.exp(-0.03 * paid)).sum(axis=1)
    np.testing.assert_allclose(found["life_years"].sel(strategy="X"), years, rtol=1e-12)
    # week 0 is in cycle 1; week 30 in month 7; week 80 in the second year, cycle 13
    assert 6 < 30 / WEEKS_PER_YEAR * 12 <= 7
    assert 1 < 80 / WEEKS_PER_YEAR <= 2
    drug = [1000, 300 * 6 / 12 + 1 / 12, 1300]
    moments = np.array([moment / 12, (6 + moment) / 12, 1 + moment])
    np.testing.assert_allclose(
        found["cost"].sel(strategy="X", item="Drug"), (drug * 1.04**-moments).sum(), rtol=1e-12
    )
    np.testing.assert_allclose(
        found["cost_undiscounted"].sel(strategy="X", item="Drug"), sum(drug), rtol=1e-12
    )


def test_a_week_on_the_boundary_belongs_to_the_cycle_that_ends():
    week = WEEKS_PER_YEAR * 2
    late = (("Drug", "cost", "start", "cycle", "event", week),)
    for months, number in ((MONTHLY_THEN_YEARLY, 13), ("12", 2), ("12 + 0 * cycle", 2)):
        found = evaluate(model(months, payoffs=late), design())["cost_undiscounted"]
        assert (found == number).all()


@pytest.mark.parametrize("months", [MONTHLY_THEN_YEARLY, "6", "12 + 0 * cycle"])
def test_what_falls_after_the_horizon_does_not_count(months):
    """The horizon is five years: its last week counts, the week after it does not."""
    end = 5 * WEEKS_PER_YEAR
    for week, counts in ((0.0, 1), (1.0, 1), (end, 1), (end + 1e-6, 0), (end + 1, 0), (1e6, 0)):
        late = (("Drug", "cost", "start", "7", "event", week),)
        found = evaluate(model(months, payoffs=late), design())
        assert (found["cost_undiscounted"] == 7 * counts).all()
        assert (found["cost"] > 0).all() == bool(counts)


def test_a_week_that_is_no_number_is_refused():
    for months in (MONTHLY_THEN_YEARLY, "6"):
        built = replace(model(months), formulas={key("lost"): parse("sqrt(0 - 1)")})
        payoff = next(p for p in built.payoffs if p.week is not None)
        payoff = replace(payoff, amount=parse("1"), week=parse("lost"))
        with pytest.raises(ModelError, match="cost 'Drug' is nan"):
            evaluate(replace(built, payoffs=(payoff,)), design())


@pytest.mark.parametrize(
    ("months", "horizon", "week", "number"),
    [
        ("12 / weeks_per_year", "26 / weeks_per_year", 26.0, 26),
        ("1", "7 / 12", 7 * WEEKS_PER_YEAR / 12, 7),
        ("1", "11 / 12", 11 / 12 * WEEKS_PER_YEAR, 11),
    ],
)
def test_a_week_on_the_last_end_survives_rounding(months, horizon, week, number):
    """The ends of cycles are not exact in binary; the horizon's last week is within it."""
    payoffs = (("Drug", "cost", "start", "cycle", "event", week),)
    for text in (months, f"{months} + 0 * cycle"):
        built = replace(model(text, payoffs=payoffs), horizon_years=parse(horizon))
        assert (evaluate(built, design())["cost_undiscounted"] == number).all()


def test_even_cycles_written_as_a_formula_of_the_cycle():
    even, formula = (evaluate(model(text), design()) for text in ("6", "6 + 0 * cycle"))
    for name in even:
        np.testing.assert_allclose(formula[name], even[name], rtol=1e-12)


def test_the_length_may_rest_on_variables_and_differ_between_draws():
    """One draw in months, one in quarters, one in months again; each as if it were alone."""
    lengths = {"first": "short * (cycle <= 12 / short)", "length": "first if first > 0 else 12"}
    built = replace(
        model("length", parameters=(*PLAIN.parameters, "short")),
        formulas={key(n): parse(t) for n, t in lengths.items()},
    )
    numbers = {k: float(c[0]) for k, c in COLUMNS.items()} | {("short", None): 1.0}
    together = evaluate(built, rows(numbers, [{("short", None): s} for s in (1.0, 3.0, 1.0)]))
    for draw, short in enumerate((1.0, 3.0, 1.0)):
        alone = evaluate(built, TableDesign(1, {**numbers, ("short", None): short}))
        for name in alone:
            np.testing.assert_allclose(
                together[name].isel(draw=draw), alone[name].isel(draw=0), rtol=1e-14
            )
    lived = together["life_years"].values[0]
    assert lived[0] == lived[2] != lived[1]


@pytest.mark.parametrize(
    ("months", "changes", "problem"),
    [
        ("7 * cycle", {}, "cycle 4 of 28 months doesn't fit into the horizon, which has 18 months"),
        ("1 - cycle", {}, "cycle 1 of 0 months doesn't fit"),
        ("3 - cycle", {}, "cycle 3 of 0 months doesn't fit"),
        ("log(2 - cycle)", {}, "cycle 1 of 0 months doesn't fit"),
        ("sqrt(-cycle)", {}, "cycle 1 of nan months doesn't fit"),
        (MONTHLY_THEN_YEARLY, {"counting": "half-cycle"}, "can't be counted by 'half-cycle'"),
        (
            MONTHLY_THEN_YEARLY,
            {"initial": {"Well": "cycle_years", "Ill": "rest"}},
            "initial distribution depends on the cycle",
        ),
    ],
)
def test_what_does_not_go_with_uneven_cycles(months, changes, problem):
    with pytest.raises(ModelError, match=problem):
        evaluate(model(months, **changes), design())
