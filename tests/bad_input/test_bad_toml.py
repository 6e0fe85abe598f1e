"""Definitions in TOML."""

import pytest

CASES = {
    "broken": (
        "study.toml",
        'name = "small"',
        "name = small",
        [
            "small/study.toml: broken TOML: Invalid value (at line 1, column 8)",
        ],
    ),
    "unknown key": (
        "study.toml",
        'counting = "half-cycle"',
        'count = "half-cycle"',
        [
            (
                "small/study.toml, column time.count: is not a known entry; did you mean "
                "counting?; allowed are counting, cycle_months, horizon_years, start_age"
            ),
        ],
    ),
    "unknown key in a state": (
        "study.toml",
        'name = "Well"',
        'name = "Well"\nded = true',
        [
            (
                "small/study.toml, column states[Well].ded: is not a known entry; did you mean "
                "dead?; allowed are dead, initial, label, memory_years, name"
            ),
        ],
    ),
    "wrong type": (
        "study.toml",
        'cycle_months = "12"',
        "cycle_months = [12]",
        [
            (
                "small/study.toml, column time.cycle_months: found [12], allowed is text in "
                "quotation marks"
            ),
        ],
    ),
    "wrong type of truth": (
        "study.toml",
        "dead = true",
        'dead = "yes"',
        [
            "small/study.toml, column states[Dead].dead: found 'yes', allowed are true and false, "
            "without quotation marks",
        ],
    ),
    "wrong type of list": (
        "study.toml",
        "quantities = [",
        'quantities = "none" # [',
        [
            (
                "small/study.toml, column course.quantities: found 'none', allowed is a list in "
                "square brackets"
            ),
        ],
    ),
    "number for an initial share": (
        "study.toml",
        'initial = "1"',
        "initial = true",
        [
            (
                "small/study.toml, column states[Ill].initial: found True, allowed is text in "
                "quotation marks"
            ),
        ],
    ),
    "number inside an initial share": (
        "study.toml",
        'initial = "1"',
        "initial = { New = [1] }",
        [
            (
                "small/study.toml, column states[Ill].initial.New: found [1], allowed is text in "
                "quotation marks"
            ),
        ],
    ),
    "unknown counting rule": (
        "study.toml",
        'counting = "half-cycle"',
        'counting = "halfcycle"',
        [
            (
                "small/study.toml, column time.counting: 'halfcycle' is not a counting rule; "
                "allowed are cycle-means, start-of-cycle, end-of-cycle, every-point, half-cycle, "
                "simpson, darth-simpson, heemod-life-table"
            ),
        ],
    ),
    "missing entry": (
        "study.toml",
        'title = "New against old"\n',
        "",
        [
            "small/study.toml, column title: is missing",
        ],
    ),
    "a state without a name": (
        "study.toml",
        'name = "Well"',
        'name = ""',
        [
            "small/study.toml, column states[2].name: is empty; a value is needed",
        ],
    ),
    "nan": (
        "jurisdiction.toml",
        "highest = 100000",
        "highest = nan",
        [
            (
                "small/jurisdiction.toml, column acceptability.highest: found nan, allowed is a "
                "finite number"
            ),
        ],
    ),
    "negative": (
        "jurisdiction.toml",
        "highest = 100000",
        "highest = -1",
        [
            "small/jurisdiction.toml, column acceptability.highest: found -1, allowed is above 0",
        ],
    ),
    "text for a number": (
        "jurisdiction.toml",
        "steps = 11",
        'steps = "eleven"',
        [
            (
                "small/jurisdiction.toml, column acceptability.steps: found 'eleven', allowed is a "
                "whole number"
            ),
        ],
    ),
    "currency": (
        "jurisdiction.toml",
        'currency = "EUR"',
        'currency = "euro"',
        [
            (
                "small/jurisdiction.toml, column currency: found 'euro', allowed is a code of "
                "three capitals such as NOK"
            ),
        ],
    ),
    "steps that fall": (
        "jurisdiction.toml",
        'start = "10"',
        'start = "-1"',
        [
            (
                "small/jurisdiction.toml, column discount.steps[2].start: -1 follows 0; starts "
                "must rise from step to step"
            ),
        ],
    ),
    "first step late": (
        "jurisdiction.toml",
        '{ cost = "0.03"',
        '{ start = "5", cost = "0.03"',
        [
            (
                "small/jurisdiction.toml, column discount.steps[1].start: found 5, the first step "
                "starts at 0"
            ),
        ],
    ),
    "formula in a rate": (
        "jurisdiction.toml",
        'cost = "0.03"',
        'cost = "0.03) * (1"',
        [
            (
                "small/jurisdiction.toml, column discount.steps[1].cost: '0.03) * (1' is not one "
                "line of arithmetic (+ - * / **, comparisons, 'a if condition else b', min, max, "
                "exp, log, sqrt, abs, floor, ceil, expit, logit, norm_cdf, gamma_cdf, "
                "surv_exponential, surv_weibull, surv_gompertz, surv_loglogistic, "
                "surv_lognormal, surv_gengamma, table.column(age))"
            ),
        ],
    ),
    "severity classes that fall": (
        "jurisdiction.toml",
        "shortfall = 5",
        "shortfall = 0",
        [
            (
                "small/jurisdiction.toml, column severity.classes: shortfalls must rise from class "
                "to class"
            ),
        ],
    ),
    "unknown rate": (
        "jurisdiction.toml",
        'cost = "0.03"',
        'cost = "rate"',
        [
            (
                "small/jurisdiction.toml, column discount.steps[1].cost: 'rate' is not a "
                "parameter or variable; did you mean rate_well?"
            ),
        ],
    ),
    "table with a bad name": (
        "jurisdiction.toml",
        "[tables.life]",
        '[tables."life table"]',
        [
            (
                "small/jurisdiction.toml, column tables.life table: 'life table' is not a name; "
                "allowed are letters, digits and _, a letter first"
            ),
        ],
    ),
    "the study's table with a bad name": (
        "study.toml",
        "[time]",
        '[tables.c1]\nfile = "life.csv"\nsource = "x"\nstatus = "derived"\n\n[time]',
        [
            (
                "small/study.toml, column tables.c1: 'c1' looks like a cell address in Excel; "
                "choose a longer name such as c1_"
            ),
        ],
    ),
    "price of nothing": (
        "study.toml",
        "[time]",
        '[price]\nparameter = "c_houre"\nquantity = "staf_hours"\n\n[time]',
        [
            (
                "small/study.toml, column price.parameter: 'c_houre' is not a parameter; did you "
                "mean c_hour?; allowed are start_age, horizon, rate_well, p_back, share_a, "
                "share_b, c_ill, c_hour, u_ill, u_well, c_mix"
            ),
            (
                "small/study.toml, column price.quantity: 'staf_hours' is not a quantity of the "
                "course; did you mean staff_hours?; allowed are staff_hours"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_toml(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults
