"""What a file may hold, and what a row of money, a unit, a status and a range may say."""

import os

import pytest
from typer.testing import CliRunner

from hecon.analyses.dry_run import dry_run
from hecon.cli import app
from hecon.errors import InputError, grouped
from hecon.parameters import limits


def only(small, *parts):
    """The one fault there is, which says all of this."""
    (fault,) = small.faults()
    for part in parts:
        assert part in fault
    return fault


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        # 22 and 71: money says its unit, currency and year; units, years and statuses are known
        ("parameters.csv", "EUR/h,40,60,fixed,,EUR,2024", ",40,60,fixed,,,", ("row 10", "unit")),
        ("parameters.csv", "40,60,fixed,,EUR,2024", "40,60,fixed,,EUR,", ("price_year",)),
        ("parameters.csv", "p_back,all,0.05,,probability", "p_back,all,0.05,,prob", ("'prob'",)),
        ("parameters.csv", "years,30,50,fixed,,,", "years,30,50,fixed,,,2024", ("no money",)),
        ("parameters.csv", "years,30,50,fixed,,,", "years,30,50,fixed,,EUR,", ("no money",)),
        ("parameters.csv", "10,,years,1,20", "10,,years,-1,20", ("row 3, column low", "0 or more")),
        ("variables.csv", "probability,mortality", "prob,mortality", ("variables.csv, row 2",)),
        ("jurisdiction.toml", 'price_year = "2024"', 'price_year = "soon"', ("a year such as",)),
        ("jurisdiction.toml", 'absolute shortfall"\nstatus = "assumption"',
         'absolute shortfall"\nstatus = "x"', ("'x'",)),
        # 85
        ("parameters.csv", "EUR/h,40,60", "EUR/h,40,", ("row 10, column high", "one end")),
        ("parameters.csv", "40,,years,30,50,fixed,,,,made up", "40,,years,30,50,fixed,,,,",
         ("row 2, column source", "empty")),
        ("parameters.csv", "40,,years,30,50,fixed,,,,made up,assumption",
         "40,,years,30,50,fixed,,,,made up,retracted", ("row 2, column status", "retracted")),
        ("sessions.csv", "week,included", "week,include", ("column include", "'included'")),
        ("jurisdiction.toml", "shortfall = 5, weight = 1.5", "shortfall = 5, weight = 0.5",
         ("must not fall",)),
        # 64
        ("life.csv", "\n0,0.0001", "\nnan,0.0001", ("row 2, column age", "finite")),
        ("life.csv", "\n0,0.0001", "\n,0.0001", ("row 2, column age",)),
        # 65
        ("study.toml", 'cycle_months = "12"', f"cycle_months = 0x1{'0' * 4000}", ("too large",)),
        ("study.toml", 'cycle_months = "12"', f"{'.'.join('a' * 300)} = 1", ("nest too deeply",)),
        # 68
        ("parameters.csv", "all,40,,years", "all,40,,years\uffff", ("row 2", "U+FFFF")),
        ("study.toml", 'title = "New', 'title = "\\uFFFFNew', ("column title", "U+FFFF")),
        ("study.toml", "[course]\n", '[course]\nsessions = "ses\\u0007.csv"\n', ("U+0007",)),
    ],
)  # fmt: skip
def test_fault_22_64_65_68_71_85_a_cell_that_makes_nonsense(small, file, old, new, parts):
    only(small.change(file, old, new), *parts)


@pytest.mark.parametrize("column", ["low", "high", "distribution"])
def test_fault_85_a_deleted_column(small, column):
    path = small.folder / "parameters.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    at = rows[0].index(column)
    path.write_text("\n".join(",".join(r[:at] + r[at + 1 :]) for r in rows))
    assert f"small/parameters.csv, row 1, column {column}: the column is missing; " in "".join(
        small.faults()
    )


def test_fault_85_scenarios_without_their_changes(small):
    small.change("scenarios.csv", "price_year,changes", "price_year,why")
    assert "small/scenarios.csv, row 1, column changes: the column is missing" in small.faults()


def test_fault_24_numbers_with_and_without_quotation_marks(small):
    before = small.load()
    small.change("study.toml", 'cycle_months = "12"', "cycle_months = 12")
    small.change("study.toml", 'initial = "1"', "initial = 1")
    small.change("jurisdiction.toml", "highest = 100000", 'highest = "100000"')
    small.change("jurisdiction.toml", "steps = 11", 'steps = "11"')
    small.change("parameters.csv", "start_age,all,40,", 'start_age,all, "40",')
    small.change("life.csv", "\n0,0.0001\n", '\n"0","""0.0001"""\n')
    after = small.load()
    assert [p.value for p in after.parameters] == [p.value for p in before.parameters]
    assert after.jurisdiction.definition == before.jurisdiction.definition
    assert after.model.tables["life"].columns["all"][0] == 0.0001


def test_fault_65_only_regular_files_are_read(small):
    path = small.folder / "variables.csv"
    path.unlink()
    os.mkfifo(path)
    only(small, "small/variables.csv", "no regular file")
    path.unlink()
    path.symlink_to(path)
    assert any("small/study.toml, column variables" in f for f in small.faults())
    path.unlink()
    path.symlink_to("/dev/zero")
    assert any("outside its folder" in f for f in small.faults())


def test_fault_67_limits_are_said_before_the_work(small):
    header = ",".join(f"c{i}" for i in range(100_000))
    (small.folder / "trials.csv").write_text(header)
    only(small, "small/trials.csv, row 1", f"allowed are {limits.COLUMNS}")
    (small.folder / "trials.csv").write_text("a,b\n" + "1,2\n" * (limits.ROWS + 1))
    only(small, "small/trials.csv", f"more than {limits.ROWS} rows")
    (small.folder / "trials.csv").write_text("a\n" + "x" * (limits.CHARACTERS + 1))
    only(small, "small/trials.csv, row 2", f"allowed are {limits.CHARACTERS}")


def test_fault_68_letters_beyond_ascii_are_welcome(small):
    small.change("payoffs.csv", "Care,cost", "Legebesøk,cost")
    assert "Legebesøk" in {p.item for p in small.load().model.payoffs}


def test_fault_26_equal_messages_are_one_line(small):
    text = (small.folder / "parameters.csv").read_text().replace("EUR,2024", "EUR,2020")
    (small.folder / "parameters.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        small.load()
    (line,) = grouped(caught.value.faults)
    assert line.startswith("small/parameters.csv, rows 9, 10, 13, column price_year: found '2020'")


def test_fault_26_a_study_that_is_not_there_is_named():
    for command in ("run", "check"):
        found = CliRunner().invoke(app, [command, "nosuch", "-j", "norway"])
        assert found.exit_code == 2
        assert "nosuch" in found.output
        assert "jurisdiction" not in found.output


POPULATION = """
eligible_per_year = "persons"
uptake = ["0.5", "share_b"]
horizon_years = "years_used"
discount = "0.03"

[assumptions]
persons = { value = 9, low = 5, high = 20, unit = "patients", status = "derived", source = "x" }
years_used = { value = 10, low = 5, high = 20, unit = "years", status = "derived", source = "x" }
"""

TRIAL = """
name = "test"
title = "Test"
sizes = [40, 400]
follow_up_weeks = [12]
fixed_cost = "set_up"
cost_per_patient = "visit * follow_up_weeks"
years_to_report = "1 + patients / 100"

[[arms]]
strategy = "New"
share = 1

[[outcomes]]
name = "back"
kind = "binomial"
values = { New = "p_back" }

[assumptions]
visit = { value = 5, low = 1, high = 20, unit = "EUR/visit", price_year = "2024", \
source = "x", status = "assumption" }
set_up = { value = 1000, low = 500, high = 2000, unit = "EUR", price_year = "2024", \
source = "x", status = "assumption" }
"""


@pytest.fixture
def planned(small):
    (small.folder / "population.toml").write_text(POPULATION)
    (small.folder / "trials").mkdir()
    (small.folder / "trials" / "one.toml").write_text(TRIAL)
    (small.folder / "facts.csv").write_text(
        "id,seed_fact,status,own_cross_check,figures\n"
        'F1,says so,assumption,agrees,"rate = rate_well[New]; cheaper = scenario(A, icer); '
        'hours = quantity(New, staff_hours); base = result(nmb); sum = c_ill * 2"\n'
    )
    (small.folder / "missing.csv").write_text("parameter,needed,where\np_back,a trial,\n")
    small.change(
        "study.toml",
        'trials = "trials.csv"',
        'trials = "trials.csv"\narticle = "facts.csv"\nmissing = "missing.csv"',
    )
    dry_run(small.load())
    return small


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("population.toml", '"persons"', '"person"', ("population.toml, column eligible",)),
        (
            "population.toml",
            '"years_used"',
            '"years_used + age"',
            ("horizon_years", "no meaning here"),
        ),
        ("population.toml", '"share_b"', '"rate_well"', ("uptake[2]", "differs by strategy")),
        ("population.toml", '"share_b"', '"1.5"', ("uptake[2]", "0 to 1")),
        ("population.toml", '"share_b"', '"lif.all(40)"', ("uptake[2]", "not a table's column")),
        ("population.toml", '"0.03"', '"3"', ("column discount", "0.04 for 4 %")),
        ("population.toml", 'unit = "years"', 'unit = "yaers"', ("assumptions.years_used",)),
        ("population.toml", '"years_used"', '"10"', ("years_used", "no formula of the file")),
        ("trials/one.toml", '"visit *', '"visitt *', ("trials/one.toml, column cost_per_pat",)),
        ("trials/one.toml", '"p_back"', '"p_bakc"', ("one.toml, column outcomes[back].values",)),
        ("trials/one.toml", '"p_back"', '"patients"', ("outcomes[back].values.New",)),
        ("trials/one.toml", '"p_back"', '"20 * p_back"', ("outcomes[back].values.New", "0 to 1")),
        ("trials/one.toml", 'strategy = "New"', 'strategy = "Nwe"', ("needs one formula",)),
        ("trials/one.toml", '"1 + patients', '"1 - patients', ("column years_to_report",)),
        ("facts.csv", "rate_well[New]", "rate_wel[New]", ("facts.csv, row 2, column figures",)),
        ("facts.csv", "rate_well[New]", "rate_well[Nwe]", ("figures", "not a strategy")),
        ("facts.csv", "scenario(A, icer)", "scenario(C, icer)", ("figures", "not a scenario")),
        ("facts.csv", "scenario(A, icer)", "scenario(A, icre)", ("figures", "not a column")),
        ("facts.csv", "staff_hours", "hours", ("figures", "not a quantity")),
        ("facts.csv", "c_ill * 2", "life.al(40)", ("figures", "not a table's column")),
        ("facts.csv", "c_ill * 2", "estimate(x)", ("figures", "not an estimate")),
        ("facts.csv", ",figures", ",figure", ("row 1, column figure",)),
        ("missing.csv", "p_back", "p_bakc", ("missing.csv, row 2, column parameter",)),
        ("missing.csv", ",needed", ",need", ("missing.csv, row 1, column need",)),
        # 21 and 85: scenarios, ranges and what formulas come to
        (
            "scenarios.csv",
            "EUR,2024,c_ill = 500",
            ",,horizon = 9.5",
            ("scenarios.csv, row 2", "scenario A"),
        ),
        (
            "scenarios.csv",
            "EUR,2024,c_ill = 500",
            ",,u_ill = 0.6 + 4",
            ("row 2, column changes", "utility"),
        ),
        ("scenarios.csv", "c_ill = 500", "c_ill = -500 * 2", ("row 2, column changes", "cost")),
        (
            "scenarios.csv",
            "EUR,2024,c_ill = 500",
            ",,start_age = 300",
            ("row 2", "age at the start"),
        ),
        (
            "scenarios.csv",
            "EUR,2024,c_ill = 500",
            ",,Old.1.hours = 1 - 3",
            ("row 2", "hours", "found -2"),
        ),
        ("parameters.csv", "years,1,20", "years,1.5,20", ("parameters.csv, row 3, column low",)),
        ("sessions.csv", "1,1,1,1", "1,1,5 - 1,1", ("sessions.csv, row 2, column included",)),
        ("sessions.csv", "1,1,1,1", "1,1,1,-2", ("sessions.csv, row 2, column hours",)),
        ("sessions.csv", "1,1,1,1", "1,1 / 0,1,1", ("sessions.csv, row 2, column week",)),
        ("sessions.csv", "1,1,1,1", "1,-1,1,1", ("sessions.csv, row 2, column week",)),
        ("sessions.csv", "Old,2,2", "Old,3,2", ("sessions.csv, row 3, column session", "2")),
        ("payoffs.csv", "all,u_ill,year", "all,5,year", ("payoffs.csv, row 3, column amount",)),
        ("payoffs.csv", "all,100,event", "all,-5,event", ("payoffs.csv, row 5, column amount",)),
    ],
)
def test_fault_19_20_21_64_85_check_finds_what_run_would(planned, file, old, new, parts):
    planned.change(file, old, new)
    with pytest.raises(InputError) as caught:
        dry_run(planned.load())
    assert any(all(part in str(fault) for part in parts) for fault in caught.value.faults), str(
        caught.value
    )


def test_fault_85_attendance_outside_its_bounds(small):
    small.change("study.toml", 'attendance = "1"', 'attendance = "7 if session == 2 else 1"')
    with pytest.raises(InputError, match=r"row 3, column session: .*found 7, allowed is 0 to 1"):
        dry_run(small.load())


def test_assumptions_without_their_heading_are_one_message(planned):
    """They are entries of the table above them then."""
    text = (planned.folder / "trials" / "one.toml").read_text()
    text = text.replace('values = { New = "p_back" }', '[outcomes.values]\nNew = "p_back"')
    (planned.folder / "trials" / "one.toml").write_text(text.replace("[assumptions]\n", ""))
    with pytest.raises(InputError) as caught:
        planned.load()
    assert grouped(caught.value.faults) == [
        "small/trials/one.toml, columns outcomes[back].values.visit, outcomes[back].values.set_up: "
        "found a table of entries, allowed is text in quotation marks"
    ]


def test_amounts_of_a_trial_are_in_local_prices_whatever_the_rate(planned):
    place = planned.folder / "jurisdiction.toml"
    place.write_text(
        place.read_text() + '\n[[rates]]\ncurrency = "NOK"\nprice_year = "2020"\nfactor = 1\n'
        'source = "x"\nstatus = "assumption"\n'
    )
    planned.change(
        "trials/one.toml", 'unit = "EUR", price_year = "2024"', 'unit = "NOK", price_year = "2020"'
    )
    (trial,) = planned.load().trials
    set_up = trial.assumptions["set_up"]
    assert (set_up.value, set_up.unit, set_up.price_year) == (1000, "EUR", "2024")


@pytest.mark.parametrize("name", ["trails", "trial"])
def test_fault_85_a_misspelt_folder_of_trials(planned, name):
    (planned.folder / "trials").rename(planned.folder / name)
    only(planned, f"small/{name}", "trials")


def test_fault_85_a_misspelt_population(planned):
    (planned.folder / "population.toml").rename(planned.folder / "populaton.toml")
    only(planned, "small/populaton.toml", "population.toml")


def test_fault_26_65_what_is_no_trial_in_its_folder(planned):
    os.mkfifo(planned.folder / "trials" / "two.toml")
    only(planned, "small/trials/two.toml", "no regular file")
    (planned.folder / "trials" / "two.toml").unlink()
    (planned.folder / "trials" / "two.toml").mkdir()
    only(planned, "small/trials/two.toml", "is a folder")


def test_fault_80_only_files_that_are_used_are_read_and_hashed(planned):
    os.mkfifo(planned.folder / "unused.csv")
    (planned.folder / ".#parameters.csv").symlink_to("nobody@nowhere")
    names = set(planned.load().input_hashes())
    assert names == {
        f"small/{name}"
        for name in (
            *("study.toml", "jurisdiction.toml", "population.toml", "trials/one.toml"),
            *("parameters.csv", "variables.csv", "transitions.csv", "payoffs.csv", "life.csv"),
            *("sessions.csv", "scenarios.csv", "correlations.csv", "trials.csv"),
            *("facts.csv", "missing.csv"),
        )
    }


def test_fault_17_inputs_that_nothing_uses_are_named(planned):
    # share_b stands in population.toml alone, rate_well in an article's figures and the model
    assert planned.load().unused == ()
    planned.change("population.toml", '"share_b"', '"0.5"')
    assert planned.load().unused == ("share_b",)
    found = CliRunner().invoke(app, ["check", str(planned.folder)])
    assert found.exit_code == 0, found.output
    assert "used by nothing" in found.output
    assert "share_b" in found.output
    count = len([p for p in planned.load().parameters if p.is_input])
    assert f"{count - 1}, " in found.output


def test_fault_68_a_name_that_is_no_utf_8_is_refused(small, tmp_path):
    """A folder of rules, and a trial, whose names hold the byte FF."""
    rules = os.fsdecode(os.fsencode(tmp_path / "rules") + b"\xff")
    os.mkdir(rules)
    found = CliRunner().invoke(app, ["check", str(small.folder), "-j", rules])
    assert found.exit_code == 2
    assert "U+DCFF" in found.output
    (small.folder / "trials").mkdir()
    (small.folder / "trials" / os.fsdecode(b"\xff.toml")).write_text(TRIAL)
    found = CliRunner().invoke(app, ["check", str(small.folder)])
    assert found.exit_code == 2
    assert "U+DCFF" in found.output
    assert "Traceback" not in found.output
