"""The algebra of units, against what they mean."""

import pytest

from hecon.analyses.verification.unit_checks import ENGINE, Reader, clash, read_unit
from hecon.engine.expression import parse

UNITS = {
    "c_month": "NOK/month",
    "c_year": "NOK/year",
    "c_visit": "NOK/visit",
    "c_day": "NOK/day",
    "c_cycle": "NOK/cycle",
    "rate": "per year",
    "rate_month": "per month",
    "p": "probability",
    "hr": "hazard ratio",
    "months": "months",
    "weeks": "weeks",
    "years": "years",
    "hours": "h",
    "c_hour": "currency/hour",
    "q": "QALY",
    "u": "utility",
    "free": "points on CAPS-5",
}


def read(text):
    """Unit and clashes of a formula over `UNITS`."""
    reader = Reader(lambda n: read_unit(UNITS[n], "NOK") if n in UNITS else ENGINE.get(n))
    unit = reader.unit(parse(text))
    return unit, reader.clashes


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("c_month * months_per_year", "NOK/year"),
        ("c_hour * hours", "NOK"),
        ("rate * cycle_years", "share"),
        ("1 - exp(-rate * hr * cycle_years)", "probability"),
        ("rate_month * months", "count"),
        ("weeks / weeks_per_year", "years"),
        ("months / months_per_year", "years"),
        ("u * years / years", "utility"),
        ("c_visit", "NOK"),
        ("c_year / c_month", "months / year"),
        ("years ** 2 / years", "years"),
        ("(1 + rate) ** -years", "share"),
        ("(1 - rate) ** (hr * cycle_years)", "probability"),
        ("min(years, age)", "years"),
        ("0 if years < 2 else rate", "per year"),
        ("-q", "QALY"),
    ],
)
def test_unit_of_a_formula(text, same):
    unit, clashes = read(text)
    assert clashes == []
    wanted = read_unit(same, "NOK")
    assert unit is not None
    assert (unit.powers, unit.scale) == (wanted.powers, pytest.approx(wanted.scale))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("c_month + c_year", "adds NOK/month and NOK/year"),
        ("p + rate", "adds probability and per year"),
        ("rate - rate_month", "subtracts per year and per month"),
        ("1 if years < weeks else 0", "compares years and weeks"),
        ("1 if age <= months else 0", "compares years and months"),
        ("max(c_month, c_year)", "max() of NOK/month and NOK/year"),
        ("p if years > 1 else rate", "chooses between probability and per year"),
        ("exp(-rate)", "exp() of per year, needed is a pure number"),
        ("log(c_year)", "log() of NOK/year, needed is a pure number"),
        ("exp(rate * months)", "exp() of"),
        ("(1 + rate) ** months", "a yearly rate to the power of months"),
        ("p ** c_year", "a power of NOK/year"),
        ("c_cycle + c_year", "adds NOK/cycle and NOK/year"),
        ("life.all(age * weeks / weeks)", None),
        ("life.all(age - months)", "subtracts years and months"),
    ],
)
def test_clash(text, said):
    clashes = read(text)[1]
    if said is None:
        assert clashes == []
    else:
        assert len(clashes) == 1
        assert said in clashes[0]


@pytest.mark.parametrize(
    "text",
    [
        "free + c_year",
        "exp(free)",
        "c_day + c_year",
        "12 * c_month + c_year",
        "c_year + 100",
        "c_month * free + c_year",
        "c_cycle + c_visit",
        "unheard_of + p",
        "(1 - p) ** cycle_years",
        "life.all(free)",
        "1 if years < 5 else 0",
    ],
)
def test_what_is_not_understood_is_not_blamed(text):
    assert read(text)[1] == []


@pytest.mark.parametrize("text", ["", "%", "points", "kg", "per 1000", "NOK/kg", "day", "FTE-year"])
def test_unknown_units(text):
    assert read_unit(text, "NOK") is None
    assert not clash(None, read_unit("NOK/year", "NOK"))


def test_month_and_year_are_one_dimension_and_two_units():
    month, year = read_unit("per month", "NOK"), read_unit("per year", "NOK")
    assert month.powers == year.powers
    assert month.scale == pytest.approx(12 * year.scale)
    assert clash(month, year)
