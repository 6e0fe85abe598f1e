import pandas as pd

from hecon.report.numbers import Units
from hecon.report.switches import by_severity, with_switches
from hecon.report.words import spoken


def test_a_step_of_class_is_told_apart():
    found = pd.DataFrame(
        {"name": ["a", "b"], "turns": [True, True], "turns_by_severity": [False, True]}
    )
    (sentence,) = by_severity(found, "name")
    assert spoken(sentence, Units()) == "Only through a step of severity class: b."
    assert not by_severity(found.drop(columns="turns_by_severity"), "name")


def test_flags_stay_flags_where_a_row_has_none():
    found = pd.DataFrame({"turns": [False, True], "turns_by_severity": [None, True]})
    assert with_switches(found)["turns_by_severity"].tolist() == [False, True]
