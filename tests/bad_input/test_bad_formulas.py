"""Formulas: only arithmetic over known names, without circles, at the right time."""

import pytest

CASES = {
    "unknown name": (
        "variables.csv",
        "exp(-rate_well",
        "exp(-rate_wel",
        [
            (
                "small/variables.csv, row 4, column formula: 'rate_wel' is not a parameter or "
                "variable; did you mean rate_well or rate_well[Old] or rate_well[New]?"
            ),
        ],
    ),
    "unknown table column": (
        "variables.csv",
        "life.all(age)",
        "life.men(age)",
        [
            (
                "small/variables.csv, row 2, column formula: 'life.men' is not a table's column; "
                "did you mean life.all?; allowed are life.all"
            ),
        ],
    ),
    "look-alike letter": (
        "variables.csv",
        "1 - (1 - q_death)",
        "1 - (1 - q_d\u0435ath)",
        [
            (
                "small/variables.csv, row 3, column formula: 'q_d\u0435ath' is not a parameter or "
                "variable, as it holds a letter outside a to z; did you mean q_death or p_death?"
            ),
        ],
    ),
    "import": (
        "variables.csv",
        "life.all(age)",
        "__import__('os')",
        [
            (
                "small/variables.csv, row 2, column formula: '__import__' is not a function; "
                "allowed are min, max, exp, log, sqrt, abs, floor, ceil, expit, logit, norm_cdf, "
                "gamma_cdf, "
                "surv_exponential, surv_weibull, surv_gompertz, surv_loglogistic, "
                "surv_lognormal, surv_gengamma and look-ups "
                "table.column(age)"
            ),
        ],
    ),
    "attribute": (
        "variables.csv",
        "life.all(age)",
        "age.real",
        [
            "small/variables.csv, row 2, column formula: 'age.real' is not arithmetic",
        ],
    ),
    "method": (
        "variables.csv",
        "life.all(age)",
        "age.__class__(1)",
        [
            "small/variables.csv, row 2, column formula: 'age.__class__(1)' is not arithmetic",
        ],
    ),
    "lambda": (
        "variables.csv",
        "life.all(age)",
        "lambda: 1",
        [
            "small/variables.csv, row 2, column formula: 'lambda: 1' is not arithmetic",
        ],
    ),
    "subscript": (
        "variables.csv",
        "life.all(age)",
        "age[0]",
        [
            "small/variables.csv, row 2, column formula: 'age[0]' is not arithmetic",
        ],
    ),
    "string": (
        "variables.csv",
        "life.all(age)",
        "'text'",
        [
            "small/variables.csv, row 2, column formula: ''text'' is not arithmetic",
        ],
    ),
    "f-string": (
        "variables.csv",
        "life.all(age)",
        "f'{age}'",
        [
            "small/variables.csv, row 2, column formula: 'f'{age}'' is not arithmetic",
        ],
    ),
    "comprehension": (
        "variables.csv",
        "life.all(age)",
        "[age for age in 1]",
        [
            "small/variables.csv, row 2, column formula: '[age for age in 1]' is not arithmetic",
        ],
    ),
    "assignment": (
        "variables.csv",
        "life.all(age)",
        "(a := 1)",
        [
            "small/variables.csv, row 2, column formula: '(a := 1)' is not arithmetic",
        ],
    ),
    "two lines": (
        "variables.csv",
        "life.all(age)",
        "age = 1",
        [
            (
                "small/variables.csv, row 2, column formula: 'age = 1' is not one line of "
                "arithmetic (+ - * / **, comparisons, 'a if condition else b', min, max, exp, log, "
                "sqrt, abs, floor, ceil, expit, logit, norm_cdf, gamma_cdf, "
                "surv_exponential, surv_weibull, surv_gompertz, surv_loglogistic, "
                "surv_lognormal, surv_gengamma, table.column(age))"
            ),
        ],
    ),
    "caret": (
        "variables.csv",
        "life.all(age)",
        "age ^ 2",
        [
            (
                "small/variables.csv, row 2, column formula: '^' is not allowed; write ** for a "
                "power"
            ),
        ],
    ),
    "empty formula": (
        "variables.csv",
        "life.all(age)",
        "",
        [
            "small/variables.csv, row 2, column formula: is empty; a value is needed",
        ],
    ),
    "circular": (
        "variables.csv",
        "life.all(age)",
        "p_death",
        [
            (
                "small/variables.csv, row 2, column formula: circular formulas: q_death -> p_death "
                "-> q_death"
            ),
        ],
    ),
    "circle of itself": (
        "parameters.csv",
        "share_a * c_ill",
        "c_mix + 1",
        [
            "small/parameters.csv, row 13, column formula: circular formulas: c_mix -> c_mix",
        ],
    ),
    "circle through start age": (
        "parameters.csv",
        "start_age,all,40,,",
        "start_age,all,,horizon + start_age,",
        [
            (
                "small/parameters.csv, row 2, column formula: circular formulas: start_age -> "
                "start_age"
            ),
        ],
    ),
    "cycle in its own length": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "12 * cycle_years"',
        [
            (
                "small/study.toml, column time.cycle_months: depends on cycle_years, which has no "
                "meaning here; allowed from the engine are cycle, months_per_year, weeks_per_year"
            ),
        ],
    ),
    "length of a cycle by year": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "1 if year < 1 else 12"',
        [
            (
                "small/study.toml, column time.cycle_months: depends on year, which has no "
                "meaning here; allowed from the engine are cycle, months_per_year, weeks_per_year"
            ),
        ],
    ),
    "length of a cycle by age, through a variable": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "12 * (q_death < 2)"',
        [
            (
                "small/study.toml, column time.cycle_months: depends on age, which has no "
                "meaning here; allowed from the engine are cycle, months_per_year, weeks_per_year"
            ),
        ],
    ),
    "points in time of uneven cycles": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "6 if cycle <= 2 else 12"',
        [
            (
                "small/study.toml, column time.counting: 'half-cycle' needs cycles of the same "
                "length; time.cycle_months depends on the cycle; allowed are cycle-means, "
                "start-of-cycle, end-of-cycle, heemod-life-table"
            ),
        ],
    ),
    "horizon by age": (
        "study.toml",
        '"horizon"',
        '"100 - age"',
        [
            (
                "small/study.toml, column time.horizon_years: depends on age, which has no meaning "
                "here; allowed from the engine are cycle_years, months_per_year, weeks_per_year"
            ),
        ],
    ),
    "time in state at the start": (
        "payoffs.csv",
        "c_mix",
        "c_mix * years_in_state",
        [
            (
                "small/payoffs.csv, row 6, column amount: depends on years_in_state, which has no "
                "meaning here; a state remembers time with memory_years; allowed from the "
                "engine are age, cycle, cycle_years, "
                "months_per_year, weeks_per_year, year"
            ),
        ],
    ),
    "time in a session": (
        "sessions.csv",
        "2 * 1.5",
        "2 * year",
        [
            (
                "small/sessions.csv, row 5, column hours: depends on year, which has no meaning "
                "here; allowed from the engine are cycle_years, months_per_year, weeks_per_year"
            ),
        ],
    ),
    "lacks a row for a strategy": (
        "parameters.csv",
        "rate_well,New",
        "rate_new,New",
        [
            (
                "small/scenarios.csv, row 3, column changes: 'rate_well[New]' has no row; allowed "
                "are rate_well[Old]"
            ),
        ],
    ),
    "differs by strategy outside strategies": (
        "jurisdiction.toml",
        '"30000"',
        '"30000 * rate_well"',
        [
            (
                "small/jurisdiction.toml, column opportunity_cost: 'rate_well' differs by "
                "strategy, and this holds for all strategies"
            ),
        ],
    ),
    "no age": (
        "study.toml",
        'start_age = "start_age"\n',
        "",
        [
            "small/variables.csv, row 2, column formula: 'age' needs a start_age under [time] in "
            "study.toml, which has none",
        ],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_formulas(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults


UNEVEN = (
    "study.toml",
    'cycle_months = "12"',
    'cycle_months = "6 if cycle <= 2 else 12"',
)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "sessions.csv",
            "New,2,2,1,2 * 1.5",
            "New,2,2,1,2 * cycle_years",
            "small/sessions.csv, row 5, column hours: depends on cycle_years, which has no meaning "
            "here; allowed from the engine are months_per_year, weeks_per_year",
        ),
        (
            "study.toml",
            'initial = "1"',
            'initial = "cycle_years / cycle_years"',
            "small/study.toml, column states[Ill].initial: depends on cycle_years, which has no "
            "meaning here; allowed from the engine are months_per_year, weeks_per_year",
        ),
        (
            "scenarios.csv",
            None,
            "id,title,changes,why,status\nS1,x,p_well = 0.2,y,method\n",
            "small/scenarios.csv, row 2, column changes: 'p_well' depends on the cycle_years; "
            "override the parameters it is made of instead",
        ),
    ],
    ids=["session", "start", "scenario"],
)
def test_what_does_not_go_with_uneven_cycles(small, file, old, new, fault):
    """`cycle_years` has no single value where cycles differ."""
    small.change(*UNEVEN).change("study.toml", "half-cycle", "cycle-means").load()
    assert fault in small.change(file, old, new).faults()
