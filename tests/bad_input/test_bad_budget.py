"""Faults in a study's budget impact: each is one message, found at load."""

import shutil
from pathlib import Path

import pytest

from hecon.analyses.dry_run import dry_run
from hecon.errors import InputError
from hecon.studies.load_study import load_study

STUDY = Path(__file__).parents[1] / "analyses" / "studies" / "budget"
TOML, INPUTS = "budget_impact.toml", "budget_inputs.csv"

CASES = {
    "uptake above one": (
        INPUTS,
        "up_2,all,uptake in years 2 and 3,0.2,share,0.1,0.4",
        "up_2,all,uptake in years 2 and 3,1.2,number,0.1,1.4",
        "budget_impact.toml, column uptake[2]: found 1.2, allowed is a share from 0 to 1",
    ),
    "not one uptake a year": (
        TOML,
        '["up_1", "up_2", "up_2"]',
        '["up_1", "up_2"]',
        "column uptake: found 2 entries, needed are 3",
    ),
    "more uptakes than years": (
        TOML,
        '["up_1", "up_2", "up_2"]',
        '["up_1", "up_2", "up_2", "up_2"]',
        "column uptake: found 4 entries, allowed is one for each of 3 years",
    ),
    "shares without that do not add up": (
        TOML,
        'Old = "old_share"',
        'Old = "old_share * 0.9"',
        "column without: the shares add up to 0.9, allowed is 1",
    ),
    "displaced shares that do not add up": (
        TOML,
        'Old = "given_up"',
        'Old = "given_up * 0.5"',
        "column displaced: the shares add up to 0.5, allowed is 1",
    ),
    "a stock without hours": (
        TOML,
        'per_year = "1"\n',
        "",
        "column resources[beds].per_year: is missing: how much one of the stock gives in a year",
    ),
    "a cost of waiting without a currency": (
        TOML,
        'cost_month = "c_wait"',
        "cost_month = 3000",
        "column waiting.cost_month: 3000 is an amount without a currency; make it a row of an "
        "input file, with its currency, and name that",
    ),
    "an amount without a currency within a formula": (
        TOML,
        'amount = "training"',
        'amount = "training if budget_year == 1 else 500"',
        "amount: 500 is an amount without a currency",
    ),
    "a resource that asks for no quantity": (
        TOML,
        '"quantity(New, slots)"',
        '"1"',
        "column resources[beds].needed: names no quantity of a course",
    ),
    "a quantity that is not there": (
        TOML,
        '"quantity(New, slots)"',
        '"quantity(New, slot)"',
        "'slot' is not a quantity of the course; did you mean slots?; allowed are slots",
    ),
    "a quantity of nobody": (
        TOML,
        '"quantity(New, slots)"',
        '"quantity(Newt, slots)"',
        "'Newt' is not a strategy; did you mean New?",
    ),
    "an item in two blocks": (
        TOML,
        'items = { Care = "1 - part" }',
        'items = { Care = "1" }',
        "column blocks: 'Care' is in first and second; its shares add up to 1.5, allowed is 1",
    ),
    "an item in none": (
        TOML,
        'outside = ["Travel"]',
        "outside = []",
        "column blocks: 'Travel' is in no block and not outside the budget",
    ),
    "an item inside and outside": (
        TOML,
        'outside = ["Travel"]',
        'outside = ["Travel", "Care"]',
        "'Care' stands in more than one place: the block first, the block second, outside",
    ),
    "tax on what is not there": (
        TOML,
        'item = "Care"\nrate',
        'item = "Cure"\nrate',
        "column vat.item: 'Cure' is not an item of the model's costs; did you mean Care?",
    ),
    "growth below minus one": (
        INPUTS,
        "growth,all,growth of the eligible,0",
        "growth,all,growth of the eligible,-1.5",
        "column eligible_per_year: found -50 in year 2, allowed is a finite number from 0 up",
    ),
    "another currency": (
        INPUTS,
        "c_wait,all,a month of waiting,1,EUR/month,,,fixed,,EUR,2024",
        "c_wait,all,a month of waiting,1,NOK/month,,,fixed,,NOK,2024",
        "budget_inputs.csv, row 13, column currency",
    ),
    "another price year": (
        INPUTS,
        "c_wait,all,a month of waiting,1,EUR/month,,,fixed,,EUR,2024",
        "c_wait,all,a month of waiting,1,EUR/month,,,fixed,,EUR,2020",
        "budget_inputs.csv, row 13, column price_year",
    ),
    "no years": (
        INPUTS,
        "years,all,years shown,3",
        "years,all,years shown,0",
        "column years: found 0, allowed is a whole number from 1 to 100",
    ),
    "half a year": (
        INPUTS,
        "years,all,years shown,3",
        "years,all,years shown,2.5",
        "column years: found 2.5, allowed is a whole number from 1 to 100",
    ),
    "an unknown strategy": (
        TOML,
        'strategy = "New"',
        'strategy = "Newer"',
        "column strategy: 'Newer' is not a strategy; did you mean New?",
    ),
    "an unknown state": (
        TOML,
        'state = "Alive"',
        'state = "Well"',
        "column waiting.state: 'Well' is not a state",
    ),
    "an unknown block": (
        TOML,
        'block = "second"',
        'block = "third"',
        "column beside[Training].block: 'third' is not a block",
    ),
    "an unknown name": (
        TOML,
        'rate = "vat"',
        'rate = "vatt"',
        "column vat.rate: 'vatt' is not a parameter or variable",
    ),
    "a name of the study": (
        INPUTS,
        "training,all,paid every year,",
        "first_new,all,paid every year,",
        "'first_new' is already defined; choose another name",
    ),
    "a name of its own file": (
        INPUTS,
        "training,all,paid every year,",
        "up_1,all,paid every year,",
        "budget_inputs.csv, row 15, column name: 'up_1' is already defined; choose another name",
    ),
    "an id given twice": (
        "budget_scenarios.csv",
        "closed,No places",
        "none,No places",
        "budget_scenarios.csv, row 3, column id: scenario 'none' is already in row 2",
    ),
    "a limit that is neither on nor off": (
        INPUTS,
        "limit,all,whether places limit,1,0/1",
        "limit,all,whether places limit,2,number",
        "budget_impact.toml, column resources[beds].limited: found 2, allowed is 0 or 1",
    ),
    "a scenario of nothing": (
        "budget_scenarios.csv",
        "limit = 0,,,invented,assumption\nclosed",
        "limitt = 0,,,invented,assumption\nclosed",
        "budget_scenarios.csv, row 2, column changes: 'limitt' is not a parameter",
    ),
    "a scenario that can't be": (
        "budget_scenarios.csv",
        "none,No limit,,limit = 0",
        "none,No limit,,limit = 0; growth = -1.5",
        "column eligible_per_year: scenario none: found -50 in year 2, allowed is a finite",
    ),
    "a scenario of more years than uptakes": (
        "budget_scenarios.csv",
        "years = 2; limit = 0",
        "years = 4; limit = 0",
        "column uptake: scenario short: found 3 entries, needed are 4",
    ),
    "cycles longer than a year": (
        "parameters.csv",
        "cycle_months,all,length of a cycle,12",
        "cycle_months,all,length of a cycle,24",
        "a year holds 0.5 cycles, allowed is a whole number from 1 up",
    ),
    "an entry that nobody knows": (
        TOML,
        'strategy = "New"',
        'strategie = "New"',
        "column strategie: is not a known entry; did you mean strategy?",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_at_load(case, tmp_path):
    file, old, new, wanted = CASES[case]
    folder = tmp_path / "budget"
    shutil.copytree(STUDY, folder)
    path = folder / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError) as error:
        load_study(folder)
    told = str(error.value).splitlines()
    assert any(wanted in line for line in told), told
    assert len(told) <= 2, told


#: A change to a file, and the only line that is told of it.
ONE_CAUSE = {
    "a heading left out": (
        TOML,
        "[waiting]\n",
        "",
        "column displaced.share: 'share' is not a strategy; allowed are Old, New; likewise, 4 "
        "other names, in displaced.leave_month, displaced.cost_month, displaced.item, "
        "displaced.state",
    ),
    "a block that others name left out": (
        TOML,
        '[[blocks]]\nname = "second"\nitems = { Care = "1 - part" }\n',
        "",
        "column beside[Training].block: 'second' is not a block; allowed are first",
    ),
    "items in no block": (
        "payoffs.csv",
        "Travel,cost",
        "Meals,cost,Alive,all,5,cycle\nStay,cost,Alive,all,5,cycle\nTravel,cost",
        "column blocks: 'Meals', 'Stay' are in no block and not outside the budget",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "told"), ONE_CAUSE.values(), ids=ONE_CAUSE)
def test_one_cause_is_one_message(tmp_path, file, old, new, told):
    with pytest.raises(InputError) as error:
        load_study(changed(tmp_path, (file, old, new)))
    assert str(error.value) == f"budget/{TOML}, {told}"


def changed(tmp_path: Path, *changes: tuple[str, str, str]) -> Path:
    folder = tmp_path / "budget"
    shutil.copytree(STUDY, folder)
    for file, old, new in changes:
        path = folder / file
        assert path.read_text().count(old) == 1
        path.write_text(path.read_text().replace(old, new))
    return folder


def test_a_jurisdictions_files_beside_nothing_are_refused(tmp_path):
    """They would be without effect: there would be no budget impact, and nobody would be told."""
    folder, there = changed(tmp_path), tmp_path / "there"
    own = there / "budget_in_there"
    own.mkdir(parents=True)
    shutil.copy(folder / "jurisdiction.toml", there)
    (folder / "payoffs.csv").write_text(
        "item,kind,on,amount,per\nTravel,cost,Alive,first_new,cycle\nHealth,qaly,Alive,0.9,year\n"
    )
    for name in (TOML, INPUTS, "budget_scenarios.csv"):
        shutil.move(folder / name, own / name)
    with pytest.raises(InputError) as error:
        load_study(folder, there)
    assert str(error.value) == (
        "budget_in_there: nothing reads budget_impact.toml, budget_inputs.csv, "
        "budget_scenarios.csv without the study's budget_impact.toml, which is missing"
    )
    (own / INPUTS).unlink()
    shutil.move(own / TOML, folder / TOML)
    with pytest.raises(InputError) as error:
        load_study(folder, there)
    assert str(error.value) == (
        "budget_in_there: nothing reads budget_scenarios.csv without budget_inputs.csv beside it, "
        "which is missing"
    )


def test_ids_of_the_study_are_taken(tmp_path):
    """A budget's scenario under the id of one of the study's, a budget's input under a variable's.

    Rows of both are shown in one list and set by one selector.
    """
    folder = changed(
        tmp_path,
        ("study.toml", "\n[time]", '\nscenarios = "scenarios.csv"\nvariables = "v.csv"\n[time]'),
        (INPUTS, "training,all,paid", "twice,all,paid"),
        (TOML, 'amount = "training"', 'amount = "twice"'),
        ("payoffs.csv", "Travel,cost,Alive,all,5,", "Travel,cost,Alive,all,twice,"),
    )
    (folder / "scenarios.csv").write_text(
        "id,title,changes,currency,price_year\nnone,dear,first_new = 120,EUR,2024\n"
    )
    (folder / "v.csv").write_text("name,formula\ntwice,2.5 * 2\n")
    with pytest.raises(InputError) as error:
        load_study(folder)
    assert "budget_inputs.csv, row 15, column name: 'twice' is already defined" in str(error.value)
    path = folder / INPUTS
    path.write_text(path.read_text().replace("twice,all,paid", "training,all,paid"))
    path = folder / TOML
    path.write_text(path.read_text().replace('amount = "twice"', 'amount = "training"'))
    with pytest.raises(InputError) as error:
        load_study(folder)
    assert str(error.value) == (
        "budget/budget_scenarios.csv, row 2, column id: 'none' is already a scenario of the study, "
        "in budget/scenarios.csv, row 2"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "budget_scenarios.csv",
            "limit = 0,,,invented,assumption\nclosed",
            "limit = 1; vat = 0,,,invented,assumption\nclosed",
            "budget/budget_scenarios.csv, row 2, column changes: scenario none moves nothing",
        ),
        (
            INPUTS,
            "0.2,share,0.1,0.4",
            "0.2,number,0.1,4",
            "budget/budget_impact.toml, column uptake[2]: one-way, up_2, high end: found 4",
        ),
    ],
)
def test_what_a_run_would_refuse_or_show_as_moving_nothing_is_told_by_check(
    tmp_path, file, old, new, told
):
    with pytest.raises(InputError) as error:
        dry_run(load_study(changed(tmp_path, (file, old, new))))
    assert told in str(error.value)


def test_a_session_after_the_horizon_and_within_the_budget_is_refused(tmp_path):
    """In week 130, the middle of year 3 of the budget, of a model of two years."""
    late = ("sessions.csv", "New,1,1,1\n", "New,1,1,1\nNew,2,130,1\n")
    assert load_study(changed(tmp_path / "longer", late))
    short = ("study.toml", 'horizon_years = "10"', 'horizon_years = "2"')
    with pytest.raises(InputError) as error:
        load_study(changed(tmp_path / "short", late, short))
    assert str(error.value) == (
        "budget/sessions.csv, row 3, column week: found week 130, which is after the horizon of "
        "2 years and within the 3 years of the budget; lengthen the horizon"
    )


def test_an_input_of_the_budget_that_nothing_uses_is_named(tmp_path):
    folder = changed(tmp_path, (TOML, 'rate = "vat"', 'rate = "0"'))
    assert load_study(folder).unused == ("vat",)
    assert load_study(STUDY).unused == ()


def test_displaced_above_the_share_without(tmp_path):
    """Two old treatments: 60 % uptake of whom all had the one that 50 % have."""
    folder = tmp_path / "budget"
    shutil.copytree(STUDY, folder)
    for file, old, new in (
        (
            "study.toml",
            '[[strategies]]\nname = "New"',
            '[[strategies]]\nname = "New"\n\n[[strategies]]\nname = "None"',
        ),
        ("payoffs.csv", "Travel,cost", "Care,cost,Alive,None,1,cycle\nTravel,cost"),
        (TOML, 'Old = "old_share"', 'Old = "old_share / 2"\nNone = "0.5"'),
        (INPUTS, "0.2,share,0.1,0.4", "0.6,share,0.1,0.7"),
    ):
        path = folder / file
        assert path.read_text().count(old) == 1
        path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as error:
        load_study(folder)
    assert str(error.value) == (
        "budget/budget_impact.toml, column displaced.Old: in year 2 the uptake of 0.6 times the "
        "share of 1 that Old loses is above the share of 0.5 that it has: negative starts"
    )


def test_a_formula_can_not_rest_on_a_stock_that_is_none(tmp_path):
    folder = changed(
        tmp_path,
        (TOML, 'amount = "training"', 'amount = "training * beds"'),
        (TOML, 'stock = "first_places"', 'stock = "  "'),
    )
    with pytest.raises(InputError, match=r"budget_impact.toml, column .*amount: 'beds' is not"):
        load_study(folder)
