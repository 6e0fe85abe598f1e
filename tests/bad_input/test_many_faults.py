"""Faults of one cause are one line, or few."""

import pickle

import pytest

from hecon.errors import Fault, InputError, ModelError, UnknownName, grouped


def test_of_many_faults_in_a_column_the_first_are_shown_and_the_others_counted():
    """As where two columns of a file have changed places."""
    many = [Fault("x/a.csv", n, "name", f"'{n} %' is not a name") for n in range(2, 90)]
    lines = grouped([*many, Fault("x/a.csv", 3, "unit", "is empty")])
    assert lines[:4] == [
        f"x/a.csv, row {n}, column name: '{n} %' is not a name" for n in range(2, 6)
    ]
    assert lines[4:] == [
        "x/a.csv, row 3, column unit: is empty",
        "x/a.csv, column name: 84 more faults, not shown",
    ]


#: A file of the small study, what is changed in it, and the only thing told.
ONE_CAUSE = {
    "a state misspelt": (
        "study.toml",
        'name = "Well"',
        'name = "Weel"',
        "small/transitions.csv, row 3, column to: 'Well' is not a state; did you mean Weel?; "
        "allowed are Ill, Weel, Dead; likewise in rows 5, 6, 7 and small/payoffs.csv, rows 4, 5",
    ),
    "a state that has no name": (
        "study.toml",
        'name = "Well"',
        'name = "=1+1"',
        "small/study.toml, column states: '=1+1' can't be a name; leave out [ ] . ; = * ? ~ \" < > "
        "and the word v",
    ),
    "a strategy misspelt": (
        "study.toml",
        'name = "Old"',
        'name = "Odd"',
        "small/study.toml, column comparator: 'Old' is not a strategy; did you mean Odd?; allowed "
        "are Odd, New; likewise in small/parameters.csv, row 4 and small/sessions.csv, rows 2, 3 "
        "and small/scenarios.csv, row 3",
    ),
    "a variable misspelt": (
        "variables.csv",
        "q_death,all",
        "q_daeth,all",
        "small/variables.csv, row 3, column formula: 'q_death' is not a parameter or variable; did "
        "you mean q_daeth or p_death?",
    ),
    "a header left out": (
        "payoffs.csv",
        "item,kind,on,strategy,amount,per\n",
        "",
        "small/payoffs.csv, row 1: no column of the header is known; allowed are amount, item, "
        "kind, note, on, per, strategy",
    ),
    "a table's header left out": (
        "life.csv",
        "age,all\n",
        "",
        "small/life.csv, row 1, column 0: '0', '0.0001' can't name a column; allowed are letters, "
        "digits and _, a letter first",
    ),
    "a row that stands twice": (
        "payoffs.csv",
        "Health,qaly,Well,all,u_well,year\n",
        "Health,qaly,Well,all,u_well,year\n" * 2,
        "small/payoffs.csv, row 5: the same row is already in row 4",
    ),
    "a row that stands twice, once with blanks": (
        "payoffs.csv",
        "Health,qaly,Well,all,u_well,year\n",
        "Health,qaly,Well,all,u_well,year\nHealth ,qaly,Well,all, u_well,year \n",
        "small/payoffs.csv, row 5: the same row is already in row 4",
    ),
    "nobody starts, so that no state is reached": (
        "study.toml",
        'initial = "1"',
        "",
        "small/study.toml, column states: nobody starts in any state",
    ),
    "a currency beside what is no money and a scenario changes": (
        "parameters.csv",
        "beta,alpha=5; beta=95,,,",
        "beta,alpha=5; beta=95,EUR,,",
        "small/parameters.csv, row 6, column currency: the unit 'probability' is no money; leave "
        "it blank, or write the unit",
    ),
    "a needed entry misspelt": (
        "study.toml",
        "comparator = ",
        "comparatr = ",
        "small/study.toml, column comparatr: is not a known entry; did you mean comparator or ",
    ),
    "an evidence file almost of a known name": (
        "study.toml",
        'trials = "trials.csv"',
        'sourcs = "trials.csv"',
        "small/study.toml, column evidence.sourcs: is it 'sources'? Call it so, or less alike",
    ),
    "a price year of what is computed": (
        "parameters.csv",
        "EUR/year,,,fixed,,EUR,2024,made up,derived",
        "currency/year,,,fixed,,,1650,made up,derived",
        "small/parameters.csv, row 13, column price_year: found '1650', but prices are of 2024 "
        "here; adjust the figure, or write 'nominal' for an amount that is never indexed",
    ),
    "mortality that is no probability": (
        "study.toml",
        "[course]",
        '[general_population]\nannual_mortality = 5\nutility = "u_well"\n\n[course]',
        "small/study.toml, column general_population.annual_mortality: found 5, allowed for a "
        "probability is 0 to 1",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "told"), ONE_CAUSE.values(), ids=ONE_CAUSE)
def test_a_name_that_others_use_is_one_message_with_their_places(small, file, old, new, told):
    (found,) = small.change(file, old, new).faults()
    assert found.startswith(told) if told.endswith(" ") else found == told


def test_the_entries_of_a_table_whose_heading_is_left_out_are_one_message(small):
    small.change("study.toml", "[course]\n", "")
    with pytest.raises(InputError) as caught:
        small.load()
    assert grouped(caught.value.faults) == [
        "small/study.toml, columns strategies[New].attendance, strategies[New].items, "
        "strategies[New].quantities: is not a known entry; allowed are grade, label, name, option"
    ]


def test_scenarios_that_no_file_holds_are_one_message(small):
    rows = "".join(f"A{i},taken,S{i}; T{i},assumption\n" for i in range(1, 9))
    small.change("study.toml", 'scenarios = "scenarios.csv"\n', "")
    small.change("study.toml", "[evidence]\n", '[evidence]\nassumptions = "taken.csv"\n')
    (small.folder / "taken.csv").write_text(f"id,assumption,tested_by,status\n{rows}")
    assert small.faults() == [
        "small/taken.csv, row 2, column tested_by: 'S1' is not a scenario; the study has none; "
        "likewise in rows 3, 4, 5, 6, 7, 8, 9"
    ]


def test_states_that_nothing_leads_to_are_one_message(small):
    states = '[[states]]\nname = "A"\n[[states]]\nname = "B"\n[[states]]\nname = "Dead"'
    small.change("study.toml", '[[states]]\nname = "Dead"', states)
    small.change(
        "transitions.csv", "all,Dead,Dead,rest", "all,Dead,Dead,rest\nall,A,A,rest\nall,B,B,rest"
    )
    assert small.faults() == [
        "small/transitions.csv, column to: states A, B can't be reached: nobody starts there and "
        "no transition leads to them"
    ]


def test_states_without_a_row_are_one_message(small):
    """Nobody moves to them either, as where a file of transitions is left out."""
    states = '[[states]]\nname = "A"\n[[states]]\nname = "B"\n[[states]]\nname = "Dead"'
    small.change("study.toml", '[[states]]\nname = "Dead"', states)
    assert small.faults() == [
        "small/transitions.csv, column from: states A, B have no row; write A,A,rest if nobody "
        "leaves"
    ]


def test_a_name_that_formulas_and_lists_of_inputs_use_is_one_message(small):
    small.change("study.toml", "[evidence]\n", '[evidence]\nmissing = "missing.csv"\n')
    (small.folder / "missing.csv").write_text("parameter,needed,where\np_back,a trial,\n")
    small.change("parameters.csv", "p_back,", "p_bakc,")
    (found,) = small.faults()
    places = "small/missing.csv, row 2 and small/transitions.csv, row 6"
    assert found.startswith("small/scenarios.csv, row 3")
    assert found.endswith(f"; likewise in {places}")


def test_amounts_in_a_currency_without_a_rate_are_one_message(small):
    row = "{},dear,rate_well[New] = 0.3; c_ill = {},assumption,NOK,2024\n"
    (small.folder / "scenarios.csv").write_text(
        "id,title,changes,status,currency,price_year\n" + row.format("A", 10) + row.format("B", 20)
    )
    with pytest.raises(InputError) as caught:
        small.load()
    (line,) = grouped(caught.value.faults)
    assert line.startswith(
        "small/scenarios.csv, rows 2, 3, column currency: found NOK of 2024, but"
    )


def test_names_are_not_judged_where_a_row_that_may_define_them_is_broken(small):
    small.change("study.toml", "[evidence]\n", '[evidence]\nassumptions = "taken.csv"\n')
    text = "id,assumption,tested_by,status\nA1,taken,B,assumption\n"
    (small.folder / "taken.csv").write_text(text)
    small.change("scenarios.csv", "B,better,", ",better,")
    assert small.faults() == ["small/scenarios.csv, row 3, column id: is empty; a value is needed"]


def test_an_error_is_whole_in_another_process():
    """As where a second process checks what this one doesn't."""
    faults = InputError([Fault("a.csv", 2, "name", "is empty"), Fault("b.csv", 3, "name", "too")])
    unknown = UnknownName("Il", "a state", ["Ill", "Well"], "all, ")
    for error in (faults, unknown, ModelError("is negative", place="a.csv", run="draw 3", draw=3)):
        there = pickle.loads(pickle.dumps(error))
        assert (str(there), vars(there)) == (str(error), vars(error))
