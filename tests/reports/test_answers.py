"""What commands print: words are whole at 80 columns, and sentences say what figures say."""

import io
from pathlib import Path

import pandas as pd
import pytest

from hecon.reports.answers.one_parameter import print_tornado
from hecon.reports.answers.price import print_price
from hecon.reports.answers.scenarios import print_scenarios
from hecon.reports.answers.sensitivity import print_morris, print_sobol
from hecon.reports.answers.tables import described
from hecon.reports.answers.voi import print_information
from hecon.report.console import console
from hecon.studies.load import load_study

SMALL = Path(__file__).parents[1] / "cli" / "studies" / "small"


@pytest.fixture(scope="module")
def small():
    return load_study(SMALL, SMALL.parents[1] / "jurisdictions" / "testland")


@pytest.fixture
def narrow():
    """Calls a printing function on a console of 80 columns, gives its text and what it returns."""

    def call(function, *arguments):
        file = io.StringIO()
        to = console(file)
        to.width = 80
        conclusion = function(*arguments, to)
        text = file.getvalue()
        assert "\u2026" not in text
        assert max(map(len, text.splitlines())) <= 80
        return text, conclusion

    return call


# -- scenarios ---------------------------------------------------------------------------


def scenarios(**columns):
    rows = pd.DataFrame(
        {
            "scenario": ["S22b", "S59", "S62"],
            "title": ["No relapse after the new treatment " * 3, "Retracted", "Cheap"],
            "compared": ["New v Old", "New v Old", "Old v None"],
            "same_pair": [True, True, False],
            "nmb": [-1_406_542.0, 38.0, 176_930.0],
            "nmb_to_base": [-1_346_295.0, 98.0, float("nan")],
            "icer": [float("nan"), 65_801_796.0, float("nan")],
            "verdict": ["dominated", "more costly, more effective", "dominant"],
            "turns": [False, True, False],
        }
    )
    return rows.assign(**columns)


def test_scenarios_of_another_pair_are_shown_apart(small, narrow):
    text, conclusion = narrow(print_scenarios, small, scenarios())
    assert "Cheap (Old v None)" in text
    assert "1 of the 2 scenarios that compare New with Old turn the base" in conclusion
    assert "S62 compares another pair" in conclusion


def test_scenarios_with_draws_fit_the_screen(small, narrow):
    drawn = {"nmb_mean": -1_406_542.0, "nmb_error": 123_456.0, "probability": 0.001}
    text, conclusion = narrow(print_scenarios, small, scenarios(**drawn))
    for word in ("S22b", "dominated", "dominant", "65,801,796", "(123,456)", "(-1,346,295)"):
        assert word in text
    assert "In S59 and S62 the draws decide otherwise" in conclusion


# -- information -------------------------------------------------------------------------


def information(*values, **columns):
    """EVPI of 1,000 and EVPPI with a standard error of 10 for parameters p0, p1 and so on."""
    perfect = pd.DataFrame({"threshold": [20_000.0], "evpi": 1000.0, "evpi_error": 30.0})
    partial = pd.DataFrame(
        {
            "kind": "parameter",
            "set": [f"p{i}" for i in range(len(values))],
            "threshold": 20_000.0,
            "evppi": values,
            "standard_error": 10.0,
            "share": [v / 1000 for v in values],
            "method": "additive",
            "explained": 0.25,
            "suspect": False,
        }
    )
    return perfect, partial.assign(**columns)


def informed(narrow, *values, **columns):
    perfect, partial = information(*values, **columns)

    def shown(to):
        known = {"p0": "log odds ratio of cure"}
        return print_information(perfect, partial, 20_000, None, "EUR", "QALY", to, known)

    return narrow(shown)


def test_what_is_not_told_from_zero_is_not_called_nothing(narrow):
    _, some = informed(narrow, 21.0, 19.0)
    assert "for p0 (log odds ratio of cure). For no other can that worth be told from zero" in some
    assert "two standard errors" in some
    _, none = informed(narrow, 19.0, 0.0)
    assert "For no single parameter can the worth" in none
    _, all_ = informed(narrow, 21.0)
    assert "zero" not in all_
    for text in (some, none, all_):
        assert "turn the decision" not in text


def test_what_an_estimate_is_stands_beneath_the_table(narrow):
    text, conclusion = informed(
        narrow, 21.0, 0.0, set=["a_name_of_forty_letters_as_some_have_them", "p1"]
    )
    assert "never below zero and biased upwards" in " ".join(text.split())
    assert "a_name_of_forty_letters_as_some_have_them" in text
    assert "pattern" not in conclusion
    _, conclusion = informed(narrow, 21.0, 0.0, suspect=[False, True])
    assert "Residuals keep a pattern for p1: the regression may be too stiff" in conclusion


# -- all inputs at once ------------------------------------------------------------------


def effects(names, mu, sigma):
    found = pd.DataFrame({"parameter": names, "mu_star": 100.0, "mu": mu, "sigma": sigma})
    return found.assign(mu_star_low=90.0, mu_star_high=110.0, idle=False)


def test_sigma_is_spoken_of_where_there_is_one(small, narrow):
    missing = float("nan")
    both = effects(["p_ill + rr_new", "c_new"], [missing, -100.0], [missing, 120.0])
    text, conclusion = narrow(print_morris, small, both)
    assert "n/a" in text
    assert "For c_new sigma is as large as mu*" in conclusion
    assert "sampled as one" in conclusion
    assert "rr_new (" in conclusion
    _, conclusion = narrow(print_morris, small, effects(["c_new"], [-100.0], [20.0]))
    assert "No sigma is as large as mu*" in conclusion
    assert "sampled as one" not in conclusion
    _, conclusion = narrow(print_morris, small, effects(["a + b"], [missing], [missing]))
    assert "as large as mu*" not in conclusion


def test_long_names_are_whole(small, narrow):
    names = ["a_first_parameter_of_some_length + a_second_one + a_third_one_beside_it"]
    shares = {f"{n}{end}": 0.123 for n in ("first_order", "total") for end in ("", "_low", "_high")}
    found = pd.DataFrame({"parameter": names, "members": names, "idle": False, **shares})
    text, _ = narrow(print_sobol, small, found)
    assert "a_first_parameter_of_some" in text
    assert "..." not in text


# -- the price ---------------------------------------------------------------------------


def price(expected, at_zero, **columns):
    row = {
        "parameter": "c_new",
        "unit": "EUR/year",
        "threshold": 30_000.0,
        "deterministic": expected,
        "expected": expected,
        "standard_error": 20.0,
        "low": expected - 100,
        "high": expected + 100,
        "feasible": expected >= 0,
        "nmb_at_zero": at_zero,
    }
    return pd.DataFrame([row | columns])


@pytest.mark.parametrize(
    ("expected", "at_zero", "base", "said"),
    [
        (-500.0, -10.0, 6000.0, "even at a price of zero New is not cost-effective against Old"),
        (-500.0, 10.0, 6000.0, "at any price New is cost-effective against Old"),
        (5000.0, 10.0, 6000.0, "is above it: on average New is not cost-effective"),
        (7000.0, 10.0, 6000.0, "is below it: on average New is cost-effective"),
        (5000.0, -10.0, 6000.0, "is above it: on average New is cost-effective"),
        (7000.0, -10.0, 6000.0, "is below it: on average New is not cost-effective"),
        (6000.0, 10.0, 6000.0, "That is today's price."),
    ],
)
def test_what_a_price_means(small, narrow, expected, at_zero, base, said):
    text, conclusion = narrow(print_price, small, price(expected, at_zero), base, 1000)
    assert said in conclusion
    assert "c_new (price of the new treatment), EUR/year" in text
    assert "draw" not in conclusion
    way = "fall" if base > expected else "rise"
    assert (f"would have to {way}" in conclusion) == ("it: on average" in said)


def test_few_draws_of_a_price_are_said(small, narrow):
    one = price(5000.0, 10.0, standard_error=float("nan"))
    text, conclusion = narrow(print_price, small, one, 6000.0, 1)
    assert "5,000 (n/a)" in text
    assert "4,900" not in text
    assert "One draw tells no standard error" in conclusion
    _, conclusion = narrow(print_price, small, price(5000.0, 10.0), 6000.0, 39)
    assert "39 draws are few; an interval of 95 % needs 40 draws" in conclusion


# -- one input ---------------------------------------------------------------------------


def test_icers_that_are_none_fit_the_screen(small, narrow):
    found = pd.DataFrame(
        {
            "parameter": ["a_name_of_some_length", "c_new"],
            **{"low": 123_456.0, "high": 1_234_567.0, "turns": [True, False]},
            **{"icer_low": float("nan"), "icer_high": [float("nan"), 61_234_567.0]},
            "verdict_low": "more costly, no difference in QALYs",
            "verdict_high": "less costly, no difference in QALYs",
        }
    )
    text, conclusion = narrow(print_tornado, small, found, "icer", 30_000.0)
    assert text.count("costlier") == 2
    assert text.count("cheaper") == 1
    assert "1 of 2 parameters alone turn the decision" in conclusion
    assert "at an end of their range: a_name_of_some_length." in conclusion


def test_parameters_are_described_once_and_few_of_them():
    known = {"p0": "chance of cure"}
    assert described(["p0", "p1"], known) == "p0 (chance of cure) and p1"
    assert described(["p0 + p1"], known) == "p0 (chance of cure) + p1"
    assert described(["p1", "p2", "p0"], known, 1) == "p1 and 2 more"
