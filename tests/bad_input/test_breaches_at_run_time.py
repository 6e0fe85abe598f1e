"""What only shows when the model runs: one ModelError with its coordinates."""

import pytest

from hecon.analyses.evaluate import evaluate
from hecon.errors import ModelError
from hecon.parameters.design import ProbabilisticDesign, base_case, rows

CASES = {
    "row that does not sum to one": (
        "transitions.csv",
        "all,Well,Well,rest\n",
        "",
        (
            "small/transitions.csv, rows 5, 6: base case, strategy Old, cycle 1, from Well: the "
            "row of Well does not sum to one (off by 0.947); write 'rest' for its complement"
        ),
    ),
    "probability above 1": (
        "transitions.csv",
        "(1 - p_death) * p_well",
        "p_well + 1",
        (
            "small/transitions.csv, row 4: base case, strategy Old, cycle 1, from "
            "Ill, to Ill: a probability in the row of Ill is "
            "-0.0981586; allowed is 0 to 1"
        ),
    ),
    "negative probability": (
        "transitions.csv",
        "(1 - p_death) * p_well",
        "-p_well",
        (
            "small/transitions.csv, row 3: base case, strategy Old, from Ill, to "
            "Well: a probability in the row of Ill is -0.0951626; "
            "allowed is 0 to 1"
        ),
    ),
    "initial shares above one": (
        "study.toml",
        'name = "Well"',
        'name = "Well"\ninitial = "1"',
        (
            "base case, strategy Old: the initial distribution does not sum to one "
            "(off by 1); write 'rest' "
            "for its complement"
        ),
    ),
    "odd number of cycles": (
        "study.toml",
        '"half-cycle"',
        '"simpson"',
        (
            "base case: Simpson's rule needs an even number of cycles, found 11; "
            "choose half-cycle or "
            "cycle-means"
        ),
    ),
    "part of a cycle": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "7"',
        (
            "small/study.toml, [time]: base case: "
            "the horizon holds 17.1429 cycles of 7 months; allowed is a whole number "
            "from 1 to 20000"
        ),
    ),
    "cycle of no length": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "0"',
        (
            "small/study.toml, [time]: base case: "
            "the horizon holds inf cycles of 0 months; allowed is a whole number from 1 "
            "to 20000"
        ),
    ),
    "too many cycles": (
        "study.toml",
        'cycle_months = "12"',
        'cycle_months = "0.001"',
        (
            "small/study.toml, [time]: base case: "
            "the horizon holds 120000 cycles of 0.001 months; allowed is a whole number "
            "from 1 to 20000"
        ),
    ),
    "huge power": (
        "payoffs.csv",
        "Ill -> Well,all,100",
        "Ill -> Well,all,9**9**9**9",
        (
            "small/payoffs.csv, row 5: base case, strategy Old: cost 'Recovery' is "
            "inf, not a finite number"
        ),
    ),
    "division by zero": (
        "payoffs.csv",
        "Ill -> Well,all,100",
        "Ill -> Well,all,1 / 0",
        (
            "small/payoffs.csv, row 5: base case, strategy Old: cost 'Recovery' is "
            "inf, not a finite number"
        ),
    ),
    "root of a negative number": (
        "payoffs.csv",
        "u_ill,year",
        "sqrt(-u_ill),year",
        (
            "small/payoffs.csv, row 3: base case, strategy Old: qaly 'Health' is "
            "nan, not a finite number"
        ),
    ),
    "age below the table": (
        "variables.csv",
        "life.all(age)",
        "life.all(age - 50)",
        (
            "small/transitions.csv, row 2: base case, strategy Old, cycle 1, from "
            "Ill, to Dead: a probability in the row of Ill is not a "
            "number (a table without that age, or 0/0)"
        ),
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), CASES.values(), ids=CASES)
def test_base_case(small, file, old, new, message):
    if "simpson" in new:
        small.change("parameters.csv", "horizon,all,10", "horizon,all,11")
    study = small.change(file, old, new).load()
    with pytest.raises(ModelError) as caught:
        evaluate(study.model, base_case(study.parameters))
    assert str(caught.value) == message


def test_draw_is_named(small):
    """In a probabilistic run the message tells which draw."""
    small.change("transitions.csv", "(1 - p_death) * p_well", "p_well + 10 * p_back - 0.4")
    study = small.load()
    design = ProbabilisticDesign(study.parameters, 500, seed=1)
    with pytest.raises(ModelError, match="a probability in the row of Ill is") as caught:
        evaluate(study.model, design, block=64)
    draw = caught.value.coordinates["draw"]
    assert design.block(draw, draw + 1)
    assert set(caught.value.coordinates) <= {"draw", "strategy", "cycle", "from", "to"}


def test_scenario_row_is_named(small):
    """A design's row is named when it takes the cohort out of the life table."""
    study = small.load()
    design = rows(base_case(study.parameters).numbers, [{}, {("start_age", None): -3.0}])
    with pytest.raises(ModelError, match=r"draw 1, .*not a number \(a table without that age"):
        evaluate(study.model, design)
