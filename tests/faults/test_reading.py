"""What a file may hold, and what a row of money, a unit, a status and a range may say."""

import os

import pytest
from typer.testing import CliRunner

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
        ("parameters.csv", "EUR/h,40,60,fixed,,EUR,2024", "EUR/h,40,60,fixed,,,", ("price_year",)),
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


@pytest.mark.parametrize("column", ["low", "high", "distribution", "price_year"])
def test_fault_85_a_deleted_column(small, column):
    path = small.folder / "parameters.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    at = rows[0].index(column)
    path.write_text("\n".join(",".join(r[:at] + r[at + 1 :]) for r in rows))
    assert f"small/parameters.csv, row 1, column {column}: the column is missing; " in "".join(
        small.faults()
    )


def test_fault_85_scenarios_without_their_changes(small):
    small.change("scenarios.csv", "id,title,changes", "id,title,why")
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
