"""Sentences on small frames made by hand: what is said, and what is not."""

import io

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.price import price_values
from hecon.analyses.scenario_draws import drawn_scenarios, scenario_rows
from hecon.report.console import console
from hecon.report.content import Column, Listing, Section, table
from hecon.report.decision_content import enough_sentence, needed_table
from hecon.report.information_content import doubts, of_sets, of_singles, singles_table
from hecon.report.numbers import Units
from hecon.report.sections import price_section, scenarios_section
from hecon.report.terminal import show_table
from hecon.report.words import spoken

NAN = float("nan")
UNITS = Units("EUR", "2024")


def words(sentences) -> str:
    return " ".join(spoken(s, UNITS) for s in sentences)


# -- information -------------------------------------------------------------------------


def estimates(*values, **columns) -> pd.DataFrame:
    """EVPPI with a standard error of 10 for p0, p1 and so on, beside an EVPI of 1,000."""
    frame = pd.DataFrame(
        {
            "set": [f"p{i}" for i in range(len(values))],
            "threshold": 20_000.0,
            "evppi": values,
            "standard_error": 10.0,
            "share": [v / 1000 for v in values],
            "method": "additive",
            "explained": 0.25,
            "suspect": False,
            "evpi": 1000.0,
        }
    )
    return frame.assign(**columns)


def test_what_is_not_told_from_zero_is_not_called_nothing():
    """21 is more than twice its standard error of 10, 19 and 20 are not."""
    some = words(of_singles(estimates(21.0, 20.0), Listing))
    assert (
        "(more than two standard errors) for p0. For no other can that value be told from" in some
    )
    none = words(of_singles(estimates(19.0, 0.0), Listing))
    assert none.startswith("For no single input can the value of learning about it alone be told")
    all_ = words(of_singles(estimates(21.0), Listing))
    assert all_.endswith("for p0.")
    assert "zero" not in all_
    assert of_singles(estimates(), Listing) == ()


def test_the_set_worth_most_and_a_share_that_is_noise():
    part = words(of_sets(estimates(250.0, 100.0, set=["all of it", "b"])))
    assert (
        part == "The set worth most is all of it, EUR 250 per person, 25 % of perfect information."
    )
    noise = words(of_sets(estimates(1010.0)))
    assert noise.endswith("all of perfect information (the estimate is above it, by noise).")
    assert of_sets(estimates(20.0)) == ()


def test_what_an_estimate_is_and_where_the_regression_may_be_wrong():
    plain = words(doubts(estimates(21.0, 0.0)))
    assert "never below zero and biased upwards" in plain
    assert "pattern" not in plain
    assert "noise" not in plain
    assert "Residuals keep a pattern for p1:" in words(
        doubts(estimates(21.0, 0.0, suspect=[False, True]))
    )
    assert "A share of more than all of the EVPI is noise" in words(doubts(estimates(1001.0)))


def test_names_are_whole_on_eighty_columns():
    name = "a_name_of_forty_letters_as_some_have_them"
    made = singles_table(estimates(21.0, 5.0, set=[name, "p1"]), NAN, lambda n: "")
    file = io.StringIO()
    to = console(file)
    to.width = 80
    show_table(made, UNITS, to)
    assert name in file.getvalue()
    assert "\u2026" not in file.getvalue()
    assert max(map(len, file.getvalue().splitlines())) <= 80


# -- draws -------------------------------------------------------------------------------


def needed(**columns) -> pd.DataFrame:
    frame = pd.DataFrame({"strategy": ["B", "C"], "best": "A", "difference": [50.0, 5.0]})
    frame = frame.assign(standard_error=10.0, needed=[60.0, 6150.0], draws=400)
    return frame.assign(enough=[True, False]).assign(**columns)


def test_draws_that_are_too_few_are_counted():
    text = words([enough_sentence(needed(), 400)])
    assert text.startswith("These draws are not enough to tell A from C with 95 % confidence:")
    assert "6,150 are needed" in text
    assert "enough to say which" in words([enough_sentence(needed(enough=True), 400)])
    assert "no number of draws" in words([enough_sentence(needed(needed=[60.0, 1e13]), 400)])
    assert words([enough_sentence(needed(), 4)]).startswith("So few draws don't show")
    assert needed_table(needed(needed=[60.0, 1e13])).frame["needed"].tolist() == [60.0, np.inf]


# -- scenarios ---------------------------------------------------------------------------


def test_scenarios_in_which_the_draws_decide_otherwise_are_named(run_of):
    rows = pd.DataFrame({"scenario": ["base case", "S1", "S2"], "nmb": [10.0, 5.0, -5.0]})
    drawn = pd.DataFrame({"scenario": ["base case", "S1", "S2"], "nmb_mean": [9.0, -1.0, 2.0]})
    run = run_of(probabilistic=True)
    known = run.knowing({drawn_scenarios: drawn, scenario_rows: rows})
    assert words(scenarios_section.of_draws(known)) == (
        "In S1 and S2 the draws decide otherwise than the base values."
    )
    agreed = known.knowing({drawn_scenarios: drawn.assign(nmb_mean=rows["nmb"])})
    assert words(scenarios_section.of_draws(agreed)).startswith("Draws and base values agree")


# -- the price ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "at_zero", "said"),
    [
        (-500.0, -10.0, "even at a price of zero New is not cost-effective against Old"),
        (-500.0, 10.0, "at any price New is cost-effective against Old"),
        (
            900.0,
            10.0,
            "is above it: on average New is not cost-effective against Old, and the price"
            " would have to fall",
        ),
        (
            1100.0,
            10.0,
            "is below it: on average New is cost-effective against Old, and the price"
            " would have to rise",
        ),
        (
            900.0,
            -10.0,
            "is above it: on average New is cost-effective against Old, and the price"
            " would have to fall",
        ),
        (
            1100.0,
            -10.0,
            "is below it: on average New is not cost-effective against Old, and the"
            " price would have to rise",
        ),
        (1000.0, 10.0, "That is today's price."),
    ],
)
def test_what_a_price_means(run_of, expected, at_zero, said):
    """Today's price is 1,000."""
    row = {
        "parameter": "price",
        "unit": "EUR",
        "threshold": 30_000.0,
        "deterministic": expected,
        "expected": expected,
        "standard_error": 20.0,
        "low": expected - 100,
        "high": expected + 100,
        "nmb_at_zero": at_zero,
    }
    text = words(price_section.conclusion(run_of().knowing({price_values: pd.DataFrame([row])})))
    assert said in text
    assert "price (price of a unit)" in text
    assert "between less than zero" not in text
    doubtful = pd.DataFrame([row | {"low": -1.0, "high": 2600.0}])
    text = words(price_section.conclusion(run_of().knowing({price_values: doubtful})))
    assert text.endswith("The draws put it between less than zero and EUR 2,600 (95 %).")


def test_an_icer_that_is_none_is_said_in_words_on_a_narrow_screen():
    columns = (
        Column("parameter", "Name", "name"),
        Column("icer", "ICER", "money", words="verdict"),
        Column("verdict", "In words", shown=False),
    )
    frame = pd.DataFrame(
        {
            "parameter": ["a_name_of_some_length", "c_new"],
            "icer": [NAN, 61_234_567.0],
            "verdict": ["less costly, no difference in effect", "more costly, more effective"],
        }
    )
    file = io.StringIO()
    to = console(file)
    to.width = 50
    show_table(table("t", "Ends", columns, frame, ("parameter",)), UNITS, to)
    text = " ".join(file.getvalue().split())
    assert "61,234,567" in text
    for word in ["less", "costly,", "no", "difference", "in", "effect"]:
        assert word in text


def test_a_key_that_is_a_detail_leaves_room_for_words():
    columns = (
        Column("label", "What differs"),
        Column("first", "Before"),
        Column("second", "After"),
        Column("name", "Name", "name", detail=True),
    )
    row = ("a discount rate for late years", "0.02 per year", "0.035 per year", "disc_75_and_later")
    file = io.StringIO()
    to = console(file)
    to.width = 60
    frame = pd.DataFrame([row], columns=["label", "first", "second", "name"])
    show_table(table("t", "Differences", columns, frame, ("name",)), UNITS, to)
    text = " ".join(file.getvalue().split())
    assert "0.035 per year" in text
    assert "Only in t.csv: Name." in text


def test_sections_without_rows_say_nothing():
    assert Section("x", "X").empty
