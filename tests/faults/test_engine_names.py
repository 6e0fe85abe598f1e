"""Names of the engine have a meaning where they stand, and discount rates are rates."""

import pytest
import tiny

from hecon.studies.load_study import load_study

WELL = "Well,Dead,0.2"


def one(found, *wanted):
    assert len(found) == 1, found
    for text in wanted:
        assert text in found[0], found


@pytest.mark.parametrize("name", ["years_in_state", "discount_time", "age"])
def test_fault_01_a_transition_uses_no_name_without_meaning(tmp_path, name):
    chance = f"0.01 * (1 + {name})"
    found = tiny.faults(tmp_path, ("transitions.csv", WELL, f"Well,Dead,{chance}"))
    one(found, "transitions.csv, row 2, column probability", name)


def test_fault_01_nor_by_way_of_a_variable(tmp_path):
    found = tiny.faults(
        tmp_path,
        ("transitions.csv", WELL, "Well,Dead,p_die"),
        variables="name,formula\nlonger,1 + years_in_state\np_die,0.01 * longer\n",
    )
    one(found, "transitions.csv, row 2, column probability", "years_in_state", "memory_years")


@pytest.mark.parametrize("on", ["Well", "Well -> Dead", "Well; Dead"])
def test_fault_01_nor_a_payoff(tmp_path, on):
    per = "event" if ">" in on else "year"
    row = f"Care,cost,{on},100 + extra * years_in_state,{per}"
    found = tiny.faults(tmp_path, ("payoffs.csv", "Care,cost,Well,100 + extra,year", row))
    one(found, "payoffs.csv, row 2, column amount", "years_in_state")


def test_fault_01_memory_on_another_state_does_not_help(tmp_path):
    memory = ("study.toml", "dead = true", "dead = true\nmemory_years = 3")
    chance = ("transitions.csv", WELL, "Well,Dead,0.01 * (1 + years_in_state)")
    one(tiny.faults(tmp_path, memory, chance), "transitions.csv, row 2")
    own = ("study.toml", 'initial = "1"', 'initial = "1"\nmemory_years = 3')
    assert not tiny.faults(tmp_path, own, chance)
    both = ("payoffs.csv", "Well,100", "Well; Dead,years_in_state * 100")
    one(tiny.faults(tmp_path, own, chance, both), "payoffs.csv, row 2")


def test_fault_01_a_model_in_python_has_no_such_name_either():
    from dataclasses import replace
    from pathlib import Path

    from hecon.analyses.evaluate import evaluate
    from hecon.engine.expression import parse
    from hecon.errors import HeconError
    from hecon.parameters.design import base_case

    found = load_study(Path(__file__).parents[1] / "bad_input" / "small")
    first = replace(found.model.transitions[0], probability=parse("0.1 * years_in_state"))
    model = replace(found.model, transitions=(first, *found.model.transitions[1:]))
    with pytest.raises(HeconError, match="years_in_state"):
        evaluate(model, base_case(found.parameters))


def test_fault_23_age_without_a_start_says_what_is_missing(tmp_path):
    found = tiny.faults(tmp_path, ("transitions.csv", WELL, "Well,Dead,0.001 * age"))
    one(found, "transitions.csv, row 2", "start_age", "study.toml")


@pytest.mark.parametrize("text", ["year", "age", "cycle", "discount_time", "years_in_state"])
def test_fault_61_a_discount_rate_does_not_depend_on_time(tmp_path, text):
    found = tiny.faults(
        tmp_path,
        ("jurisdiction.toml", 'cost = "0"', f'cost = "0.03 if {text} < 2 else 0.02"'),
        ("study.toml", "[time]", '[time]\nstart_age = "40"'),
    )
    one(found, "jurisdiction.toml, column discount.steps[1].cost", text)


@pytest.mark.parametrize("rate", ["3", "3.5", "1", "1e9", "-0.5", "1/0", "0/0", "extra"])
@pytest.mark.parametrize("kind", ["cost", "effect"])
def test_fault_78_a_discount_rate_is_a_rate(tmp_path, rate, kind):
    found = tiny.faults(tmp_path, ("jurisdiction.toml", f'{kind} = "0"', f'{kind} = "{rate}"'))
    one(found, f"jurisdiction.toml, column discount.steps[1].{kind}")


RATE = "\nrate,all,0.03,per year,{low},{high},,,,,invented,assumption\n"


@pytest.mark.parametrize("change", ["rate = 3", "rate = 1/0", "rate = -0.01"])
def test_fault_78_in_every_scenario_too(tmp_path, change):
    found = tiny.faults(
        tmp_path,
        ("jurisdiction.toml", 'cost = "0"', 'cost = "rate"'),
        ("parameters.csv", "\nextra,A", RATE.format(low="", high="") + "extra,A"),
        scenarios=f"id,title,changes\nS7,Dear,{change}\n",
    )
    one(found, "scenarios.csv, row 2, column changes", "S7")


def test_fault_78_and_at_the_ends_of_a_range(tmp_path):
    found = tiny.faults(
        tmp_path,
        ("jurisdiction.toml", 'cost = "0"', 'cost = "rate"'),
        ("parameters.csv", "\nextra,A", RATE.format(low="0.01", high="5") + "extra,A"),
    )
    one(found, "parameters.csv, row 2, column high", "0 to below 1")


def test_fault_78_steps_that_rise_pass(tmp_path):
    steps = '{ cost = "0.04", effect = "0.04" }, { start = "2", cost = "0", effect = "0.999" }'
    change = ("jurisdiction.toml", '{ cost = "0", effect = "0" }', steps)
    assert not tiny.faults(tmp_path, change)
