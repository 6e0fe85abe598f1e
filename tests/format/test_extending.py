"""A study that extends another may leave rows out, and lies in the other's jurisdiction."""

import pytest
from tiny import FILES, write

from hecon.errors import InputError
from hecon.studies.load_study import load_study

OLD = {
    "parameters": FILES["parameters.csv"] + "p_die,all,0.2,probability,,,,,,,invented,assumption\n",
    "transitions": FILES["transitions.csv"].replace("0.2", "p_die"),
    "scenarios": "id,title,changes\nS1,one,p_die = 0.1\nS2,two,p_die = 0.3\n",
}


def pair(tmp_path, toml, **files):
    write(tmp_path / "old", **OLD)
    (tmp_path / "new").mkdir()
    (tmp_path / "new/study.toml").write_text('extends = "../old"\nname = "new"\n' + toml)
    for name, text in files.items():
        (tmp_path / f"new/{name}.csv").write_text(text)
    return tmp_path / "new"


def test_rows_are_left_out_and_the_jurisdiction_is_the_others(tmp_path):
    toml = '[without]\nscenarios = ["S2"]\ntransitions = ["Well -> Dead"]\n'
    folder = pair(tmp_path, toml, transitions="from,to,strategy,probability\nWell,Dead,A; B,0.4\n")
    study = load_study(folder)
    assert study.jurisdiction.definition.name == "test"
    assert [s.id for s in study.scenarios] == ["S1"]
    assert sum(t.target == "Dead" and t.source == "Well" for t in study.model.transitions) == 2
    assert study.unused == ("p_die",)


def test_a_parameter_and_a_strategy_are_left_out(tmp_path):
    toml = 'intervention = "C"\n[without]\nparameters = ["extra[B]"]\nstrategies = ["B"]\n'
    toml += '[[strategies]]\nname = "C"\n'
    row = (
        FILES["parameters.csv"].splitlines()[0] + "\nextra,C,7,EUR/year,,,,,EUR,2024,x,assumption\n"
    )
    study = load_study(pair(tmp_path, toml, parameters=row))
    assert study.model.strategies == ("A", "C")
    assert {p.text for p in study.parameters} == {"extra[A]", "extra[C]", "p_die"}


@pytest.mark.parametrize(
    ("toml", "text"),
    [
        ('scenarios = ["S9"]', "without.scenarios: 'S9' is no row of scenarios"),
        ('scenario = ["S2"]', "has no rows to leave out; did you mean scenarios"),
        ('states = ["Sick"]', "without.states: 'Sick' is not one of the states"),
    ],
)
def test_what_is_not_there_cannot_be_left_out(tmp_path, toml, text):
    with pytest.raises(InputError) as caught:
        load_study(pair(tmp_path, f"[without]\n{toml}\n"))
    assert text in str(caught.value)
