"""Rows of parameters: columns, numbers, ranges, distributions, currencies, names."""

import pytest

CASES = {
    "misspelt column": (
        "parameters.csv",
        "name,strategy,value",
        "name,stratgy,value",
        [
            (
                "small/parameters.csv, row 1, column stratgy: is not a known column; did you mean "
                "strategy or status?; allowed are concerns, currency, derivation, description, "
                "distribution, distribution_parameters, estimate, evidence_ids, formula, group, "
                "high, holds_fixed, id, low, name, note, price_year, range_is, source, status, "
                "strategy, unit, value"
            ),
        ],
    ),
    "misspelt needed column": (
        "parameters.csv",
        "name,strategy,value",
        "name,strategy,vlaue",
        [
            (
                "small/parameters.csv, row 1, column vlaue: is not a known column; did you mean "
                "value?; allowed are concerns, currency, derivation, description, distribution, "
                "distribution_parameters, estimate, evidence_ids, formula, group, high, "
                "holds_fixed, id, low, name, note, price_year, range_is, source, status, "
                "strategy, unit, value"
            ),
        ],
    ),
    "text for a number": (
        "parameters.csv",
        "start_age,all,40",
        "start_age,all,forty",
        [
            "small/parameters.csv, row 2, column value: found 'forty', allowed is a number",
        ],
    ),
    "decimal comma": (
        "parameters.csv",
        "start_age,all,40",
        'start_age,all,"40,5"',
        [
            (
                "small/parameters.csv, row 2, column value: found '40,5', allowed is a number; "
                "write the decimals after a point"
            ),
        ],
    ),
    "underscore in a number": (
        "parameters.csv",
        "start_age,all,40",
        "start_age,all,4_0",
        [
            "small/parameters.csv, row 2, column value: found '4_0', allowed is a number",
        ],
    ),
    "text for a low value": (
        "parameters.csv",
        "years,30,50",
        "years,low,50",
        [
            "small/parameters.csv, row 2, column low: found 'low', allowed is a number",
        ],
    ),
    "probability above 1": (
        "parameters.csv",
        "p_back,all,0.05,,probability,0.01,0.2,beta,alpha=5; beta=95",
        "p_back,all,1.5,,probability,0.01,2,fixed,",
        [
            (
                "small/parameters.csv, row 6, column value: found 1.5, allowed for a probability "
                "is 0 to 1"
            ),
            (
                "small/parameters.csv, row 6, column high: found 2, allowed for a probability is 0 "
                "to 1"
            ),
        ],
    ),
    "probability below 0": (
        "parameters.csv",
        "share_a,all,0.25,,share,,,dirichlet,alpha=10; group=mix",
        "share_a,all,-0.25,,share,,,fixed,",
        [
            (
                "small/parameters.csv, row 7, column value: found -0.25, allowed for a share is 0 "
                "to 1"
            ),
            (
                "small/parameters.csv, row 8, column distribution_parameters: the dirichlet group "
                "'mix' has this row only; it needs two or more"
            ),
        ],
    ),
    "utility above 1": (
        "parameters.csv",
        "u_ill,all,0.6,,utility,0.5,0.7,beta,mean=0.6; se=0.05",
        "u_ill,all,1.6,,utility,0.5,2,fixed,",
        [
            (
                "small/parameters.csv, row 11, column value: found 1.6, allowed for a utility is 1 "
                "at most"
            ),
            (
                "small/parameters.csv, row 11, column high: found 2, allowed for a utility is 1 at "
                "most"
            ),
        ],
    ),
    "nan": (
        "parameters.csv",
        "start_age,all,40",
        "start_age,all,nan",
        [
            "small/parameters.csv, row 2, column value: found 'nan', allowed is a finite number",
        ],
    ),
    "inf": (
        "parameters.csv",
        "start_age,all,40",
        "start_age,all,inf",
        [
            "small/parameters.csv, row 2, column value: found 'inf', allowed is a finite number",
        ],
    ),
    "too large": (
        "parameters.csv",
        "start_age,all,40",
        "start_age,all,1e999",
        [
            (
                "small/parameters.csv, row 2, column value: found '1e999', allowed is a finite "
                "number"
            ),
        ],
    ),
    "inf in a range": (
        "parameters.csv",
        "years,30,50",
        "years,30,inf",
        [
            "small/parameters.csv, row 2, column high: found 'inf', allowed is a finite number",
        ],
    ),
    "negative cost": (
        "parameters.csv",
        "c_hour,all,50,,EUR/h,40,60",
        "c_hour,all,-50,,EUR/h,-60,60",
        [
            "small/parameters.csv, row 10, column value: found -50, a cost can't be negative",
            "small/parameters.csv, row 10, column low: found -60, a cost can't be negative",
        ],
    ),
    "negative cost without a currency column": (
        "parameters.csv",
        "c_hour,all,50,,EUR/h,40,60,fixed,,EUR",
        "c_hour,all,-50,,EUR/h,,,fixed,,",
        [
            "small/parameters.csv, row 10, column value: found -50, a cost can't be negative",
            "small/parameters.csv, row 10, column currency: is empty beside an amount of money; "
            "Here counts in EUR",
        ],
    ),
    "unknown distribution": (
        "parameters.csv",
        "normal,mean=0.8",
        "gaussian,mean=0.8",
        [
            (
                "small/parameters.csv, row 12, column distribution: 'gaussian' is not a "
                "distribution; allowed are beta, gamma, lognormal, normal, uniform, triangular, "
                "dirichlet, fixed"
            ),
        ],
    ),
    "impossible beta": (
        "parameters.csv",
        "mean=0.6; se=0.05",
        "mean=0.6; se=0.6",
        [
            (
                "small/parameters.csv, row 11, column distribution_parameters: no beta has mean "
                "0.6 and standard error 0.6; the standard error must be below 0.4899"
            ),
        ],
    ),
    "beta outside 0 to 1": (
        "parameters.csv",
        "beta,mean=0.6; se=0.05",
        "beta,mean=1.2; se=0.05",
        [
            (
                "small/parameters.csv, row 11, column distribution_parameters: a beta needs a mean "
                "between 0 and 1, found 1.2"
            ),
        ],
    ),
    "extreme figures": (
        "parameters.csv",
        "mean=1000; se=200",
        "mean=1e-300; se=1e300",
        [
            (
                "small/parameters.csv, row 9, column distribution_parameters: no gamma can be "
                "computed from such figures; allowed are values from -1e+15 to 1e+15"
            ),
        ],
    ),
    "missing distribution parameter": (
        "parameters.csv",
        "mean=1000; se=200",
        "mean=1000",
        [
            (
                "small/parameters.csv, row 9, column distribution_parameters: a gamma takes shape "
                "and scale; or mean and se; or estimate, ci_low and ci_high; found mean"
            ),
        ],
    ),
    "text in a distribution": (
        "parameters.csv",
        "mean=1000; se=200",
        "mean=1000; se=wide",
        [
            (
                "small/parameters.csv, row 9, column distribution_parameters: se: found 'wide', "
                "allowed is a number"
            ),
        ],
    ),
    "nan in a distribution": (
        "parameters.csv",
        "mean=1000; se=200",
        "mean=nan; se=200",
        [
            (
                "small/parameters.csv, row 9, column distribution_parameters: mean: found 'nan', "
                "allowed is a finite number"
            ),
        ],
    ),
    "fixed with parameters": (
        "parameters.csv",
        "gamma,mean=1000; se=200",
        "fixed,mean=1000; se=200",
        [
            (
                "small/parameters.csv, row 9, column distribution_parameters: a fixed value takes "
                "no parameters; name a distribution"
            ),
        ],
    ),
    "dirichlet without group": (
        "parameters.csv",
        "alpha=10; group=mix",
        "alpha=10",
        [
            (
                "small/parameters.csv, row 7, column distribution_parameters: a dirichlet row "
                "needs 'group = name' to say what sums to one"
            ),
            (
                "small/parameters.csv, row 8, column distribution_parameters: the dirichlet group "
                "'mix' has this row only; it needs two or more"
            ),
        ],
    ),
    "dirichlet alone": (
        "parameters.csv",
        "alpha=10; group=mix",
        "alpha=10; group=other",
        [
            (
                "small/parameters.csv, row 7, column distribution_parameters: the dirichlet group "
                "'other' has this row only; it needs two or more"
            ),
            (
                "small/parameters.csv, row 8, column distribution_parameters: the dirichlet group "
                "'mix' has this row only; it needs two or more"
            ),
        ],
    ),
    "dirichlet off its share": (
        "parameters.csv",
        "alpha=10; group=mix",
        "alpha=20; group=mix",
        [
            (
                "small/parameters.csv, row 7, column distribution_parameters: the dirichlet's "
                "share is 0.4 but the value is 0.25; they must agree within 2%"
            ),
            (
                "small/parameters.csv, row 8, column distribution_parameters: the dirichlet's "
                "share is 0.6 but the value is 0.75; they must agree within 2%"
            ),
        ],
    ),
    "far from the centre": (
        "parameters.csv",
        "mean=1000; se=200",
        "mean=1100; se=200",
        [
            (
                "small/parameters.csv, row 9, column distribution_parameters: the gamma's centre "
                "is 1100 but the value is 1000; they must agree within 2%"
            ),
        ],
    ),
    "outside the range": (
        "parameters.csv",
        "EUR/h,40,60",
        "EUR/h,51,60",
        [
            (
                "small/parameters.csv, row 10, column value: 50 is outside its range: below the "
                "low value 51"
            ),
        ],
    ),
    "a lone high value": (
        "parameters.csv",
        "EUR/h,40,60",
        "EUR/h,,49",
        [
            ("small/parameters.csv, row 10, column low: the range has one end; give both, or none"),
        ],
    ),
    "range upside down": (
        "parameters.csv",
        "EUR/h,40,60",
        "EUR/h,60,40",
        [
            "small/parameters.csv, row 10, column low: 60 is above the high value 40",
        ],
    ),
    "other currency": (
        "parameters.csv",
        "fixed,,EUR,2024,made up,assumption",
        "fixed,,USD,2024,made up,assumption",
        [
            (
                "small/parameters.csv, row 10, column currency: found 'USD', but Here counts in "
                "EUR; convert the figure and say how in the derivation"
            ),
        ],
    ),
    "other currency in the unit": (
        "parameters.csv",
        "EUR/h,40,60,fixed,,EUR",
        "USD/h,40,60,fixed,,",
        [
            (
                "small/parameters.csv, row 10, column currency: found 'USD', but Here counts in "
                "EUR; convert the figure and say how in the derivation"
            ),
        ],
    ),
    "other price year": (
        "parameters.csv",
        "fixed,,EUR,2024,made up,assumption",
        "fixed,,EUR,2020,made up,assumption",
        [
            (
                "small/parameters.csv, row 10, column price_year: found '2020', but prices are of "
                "2024 here; adjust the figure, or write 'nominal' for an amount that is never "
                "indexed"
            ),
        ],
    ),
    "value and formula": (
        "parameters.csv",
        "start_age,all,40,,",
        "start_age,all,40,20 + 20,",
        [
            (
                "small/parameters.csv, row 2, column value: give either a value or a formula, and "
                "not both"
            ),
        ],
    ),
    "no value": (
        "parameters.csv",
        "start_age,all,40,,",
        "start_age,all,,,",
        [
            (
                "small/parameters.csv, row 2, column value: give either a value or a formula, and "
                "not both"
            ),
        ],
    ),
    "unknown status": (
        "parameters.csv",
        "years,30,50,fixed,,,,made up,assumption",
        "years,30,50,fixed,,,,made up,guess",
        [
            (
                "small/parameters.csv, row 2, column status: found 'guess', allowed are published, "
                "derived, assumption, secondary, retracted, method"
            ),
        ],
    ),
    "no status": (
        "parameters.csv",
        "years,30,50,fixed,,,,made up,assumption",
        "years,30,50,fixed,,,,made up,",
        [
            "small/parameters.csv, row 2, column status: is empty; a value is needed",
        ],
    ),
    "duplicate name": (
        "parameters.csv",
        "horizon,all",
        "start_age,all",
        [
            (
                "small/parameters.csv, row 3, column name: 'start_age' is already defined in "
                "small/parameters.csv, row 2"
            ),
            (
                "small/study.toml, column time.horizon_years: 'horizon' is not a parameter or "
                "variable; allowed are age, c_hour, c_ill, c_mix, cycle, cycle_years, "
                "discount_time, months_per_year, p_back, p_death, p_well, q_death, ..."
            ),
        ],
    ),
    "duplicate across files": (
        "variables.csv",
        "p_well,all",
        "p_back,all",
        [
            (
                "small/variables.csv, row 4, column name: 'p_back' is already defined in "
                "small/parameters.csv, row 6"
            ),
            (
                "small/transitions.csv, row 3, column probability: 'p_well' is not a parameter or "
                "variable; did you mean u_well or rate_well?"
            ),
        ],
    ),
    "capitals only": (
        "parameters.csv",
        "c_hour,all",
        "C_ill,all",
        [
            (
                "small/parameters.csv, row 10, column name: 'C_ill' differs only in capitals from "
                "'c_ill' in small/parameters.csv, row 9"
            ),
            (
                "small/study.toml, column course.items[Staff].amount: 'c_hour' is not a parameter "
                "or variable; did you mean hours?"
            ),
        ],
    ),
    "unknown strategy": (
        "parameters.csv",
        "rate_well,New",
        "rate_well,Newer",
        [
            (
                "small/parameters.csv, row 5, column strategy: 'Newer' is not a strategy; did you "
                "mean New?; allowed are all, Old, New"
            ),
            (
                "small/scenarios.csv, row 3, column changes: 'rate_well[New]' has no row; allowed "
                "are rate_well[Newer], rate_well[Old]"
            ),
        ],
    ),
    "computed with a distribution": (
        "parameters.csv",
        "EUR/year,,,fixed,,EUR",
        "EUR/year,,,gamma,mean=1; se=1,EUR",
        [
            (
                "small/parameters.csv, row 13, column distribution: a computed row has no "
                "distribution of its own"
            ),
        ],
    ),
    "too many cells": (
        "variables.csv",
        "mortality",
        "mortality,surplus",
        [
            "small/variables.csv, row 2: the row has 6 cells, the header has 5; a cell with a "
            "comma in it stands in quotation marks",
        ],
    ),
    "too few cells": (
        "variables.csv",
        ",probability,mortality",
        "",
        [
            "small/variables.csv, row 2: the row has 3 cells, the header has 5",
        ],
    ),
    "duplicate column": (
        "variables.csv",
        "unit,description",
        "description,description",
        [
            "small/variables.csv, row 1, column description: the column appears twice",
        ],
    ),
    "column without name": (
        "variables.csv",
        "unit,description",
        "unit,",
        [
            "small/variables.csv, row 1: columns without a name: 5",
        ],
    ),
    "semicolons": (
        "scenarios.csv",
        (
            "id,title,currency,price_year,changes,compare\nA,cheaper,EUR,2024,c_ill = 500,\n"
            "B,better,,,rate_well[New] = 0.3; p_back = 0.01,New v Old\n"
        ),
        "id;title;changes;compare\nA;cheaper;c_ill = 500;\n",
        [
            (
                "small/scenarios.csv, row 1: the columns are separated by ';'; save the file with "
                "commas"
            ),
        ],
    ),
    "centre too large": (
        "parameters.csv",
        "lognormal,estimate=0.1; ci_low=0.05; ci_high=0.2",
        "lognormal,mu=1000; sigma=1",
        [
            (
                "small/parameters.csv, row 4, column distribution_parameters: no lognormal can "
                "be computed from such figures; allowed are values from -1e+15 to 1e+15"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_rows(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults
