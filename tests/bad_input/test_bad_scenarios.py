"""Scenarios: what they override and compare."""

import pytest

CASES = {
    "same id": (
        "scenarios.csv",
        "B,better",
        "A,better",
        [
            "small/scenarios.csv, row 3, column id: scenario 'A' is already in row 2",
        ],
    ),
    "unknown name": (
        "scenarios.csv",
        "c_ill = 500",
        "c_il = 500",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'c_il' is not a parameter "
                "or variable; did you mean c_ill or u_ill or c_mix?"
            ),
        ],
    ),
    "no strategy named": (
        "scenarios.csv",
        "rate_well[New]",
        "rate_well",
        [
            (
                "small/scenarios.csv, row 3, column changes: 'rate_well' differs by strategy; name "
                "one of rate_well[New], rate_well[Old]"
            ),
        ],
    ),
    "unknown strategy": (
        "scenarios.csv",
        "rate_well[New]",
        "rate_well[Newest]",
        [
            (
                "small/scenarios.csv, row 3, column changes: 'rate_well[Newest]' has no row; "
                "allowed are rate_well[New], rate_well[Old]"
            ),
        ],
    ),
    "not by strategy": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill[New] = 500",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'c_ill[New]' has no row; allowed are "
                "c_ill"
            ),
        ],
    ),
    "no equals sign": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill 500",
        [
            (
                "small/scenarios.csv, row 2, column changes: found 'c_ill 500', allowed is 'name = "
                "value; name = value'"
            ),
        ],
    ),
    "given twice": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill = 500; c_ill = 600",
        [
            "small/scenarios.csv, row 2, column changes: 'c_ill' is given twice",
        ],
    ),
    "impossible probability": (
        "scenarios.csv",
        "p_back = 0.01",
        "p_back = 1.01",
        [
            (
                "small/scenarios.csv, row 3, column changes: p_back: found 1.01, allowed for a "
                "probability is 0 to 1"
            ),
        ],
    ),
    "negative cost": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill = -500",
        [
            (
                "small/scenarios.csv, row 2, column changes: c_ill: found -500, a cost can't be "
                "negative"
            ),
        ],
    ),
    "unknown name in a formula": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill = c_hours",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'c_hours' is not a parameter or "
                "variable; did you mean c_hour?"
            ),
        ],
    ),
    "circular": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill = c_mix",
        [
            (
                "small/scenarios.csv, row 2, column changes: circular formulas: c_ill -> c_mix -> "
                "c_ill (scenario A)"
            ),
        ],
    ),
    "changes by cycle": (
        "scenarios.csv",
        "c_ill = 500",
        "c_ill = 500 * cycle",
        [
            (
                "small/scenarios.csv, row 2, column changes: depends on cycle, which has no "
                "meaning here; allowed from the engine are cycle_years, months_per_year, "
                "weeks_per_year"
            ),
        ],
    ),
    "overrides what changes by cycle": (
        "scenarios.csv",
        "EUR,2024,c_ill = 500",
        ",,p_death = 0.1",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'p_death' depends on the age; "
                "override the parameters it is made of instead"
            ),
        ],
    ),
    "comparison": (
        "scenarios.csv",
        "New v Old",
        "New v Older",
        [
            (
                "small/scenarios.csv, row 3, column compare: 'Older' is not a strategy; did "
                "you mean Old?; allowed are Old, New"
            ),
        ],
    ),
    "comparison with itself": (
        "scenarios.csv",
        "New v Old",
        "New v New",
        [
            (
                "small/scenarios.csv, row 3, column compare: found 'New v New', allowed is "
                "'strategy v strategy' with two of Old, New"
            ),
        ],
    ),
    "unknown session": (
        "scenarios.csv",
        "c_ill = 500",
        "New.7.hours = 1",
        [
            (
                "small/scenarios.csv, row 2, column changes: New has no session '7'; allowed are "
                "1, 2"
            ),
        ],
    ),
    "session of an unknown strategy": (
        "scenarios.csv",
        "c_ill = 500",
        "Newer.1.hours = 1",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'Newer' is not a strategy with "
                "sessions; did you mean New?; allowed are Old, New"
            ),
        ],
    ),
    "session's unknown column": (
        "scenarios.csv",
        "c_ill = 500",
        "New.1.hour = 1",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'hour' is not a column of numbers; "
                "did you mean hours?; allowed are week, included, hours"
            ),
        ],
    ),
    "half a cell": (
        "scenarios.csv",
        "c_ill = 500",
        "New.hours = 1",
        [
            (
                "small/scenarios.csv, row 2, column changes: 'New.hours' is not a session's cell "
                "(strategy.session.column)"
            ),
        ],
    ),
    "given twice in two ways": (
        "scenarios.csv",
        "rate_well[New] = 0.3",
        "rate_well[New] = 0.3; rate_well[ New ] = 0.4",
        ["small/scenarios.csv, row 3, column changes: 'rate_well[New]' is given twice"],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_scenarios(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults


def test_a_currency_beside_no_amount_of_money(small):
    """It would be read and never used; so would a price year, each word of its own."""
    small.change("scenarios.csv", "B,better,,,", "B,better,0.123,zz,")
    assert small.faults() == [
        f"small/scenarios.csv, row 3, column {column}: found '{found}', but no change is an amount "
        "of money; leave it blank"
        for column, found in (("currency", "0.123"), ("price_year", "zz"))
    ]


def test_a_currency_beside_money_that_states_no_amount(small):
    """A share of what it was needs none and may have one: the row is of money all the same."""
    small.change("scenarios.csv", "c_ill = 500", "c_ill = c_ill * 2").load()
