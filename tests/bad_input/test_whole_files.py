"""Whole files that can't be read, and files with many faults at once."""

import os

import pytest

from hecon.errors import InputError
from hecon.parameters.limits import BYTES as MAX_BYTES
from hecon.studies.load_study import load_study


def test_no_folder(tmp_path):
    with pytest.raises(InputError) as caught:
        load_study(tmp_path / "nowhere")
    (fault,) = caught.value.faults
    assert str(fault) == (
        f"nowhere/study.toml: the file is missing (looked for {tmp_path}/nowhere/study.toml)"
    )


def test_no_jurisdiction(small):
    (small.folder / "jurisdiction.toml").unlink()
    assert small.faults() == [
        "small/study.toml: name a jurisdiction; the study has no jurisdiction.toml of its own"
    ]


def test_jurisdiction_elsewhere(small, tmp_path):
    with pytest.raises(InputError, match=r"^there/jurisdiction.toml: the file is missing"):
        load_study(small.folder, tmp_path / "there")


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("variables.csv", "name\né".encode("latin-1"), "row 2: byte 5 is not UTF-8"),
        ("variables.csv", "name\n".encode("utf-16"), "row 1: byte 0 is not UTF-8"),
        ("trials.csv", b"\xff", "row 1: byte 0 is not UTF-8"),
    ],
)
def test_not_utf8(small, file, content, fault):
    (small.folder / file).write_bytes(content)
    assert small.faults() == [f"small/{file}, {fault}; save the file as 'CSV UTF-8'"]


def test_utf8_with_mark_is_read(small):
    path = small.folder / "parameters.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert small.load().parameters[0].name == "start_age"


def test_windows_line_ends_and_line_breaks_in_cells(small):
    path = small.folder / "variables.csv"
    text = path.read_text().replace("mortality", '"mortality,\nall causes"')
    path.write_bytes(text.replace("\n", "\r\n").encode())
    variables = small.load().variables
    assert variables[0].description == "mortality,\r\nall causes"
    assert [v.row for v in variables] == [2, 3, 4]


@pytest.mark.parametrize("file", ["variables.csv", "study.toml", "life.csv"])
def test_oversized(small, file):
    os.truncate(small.folder / file, MAX_BYTES + 1)
    assert small.faults() == [
        f"small/{file}: the file has {MAX_BYTES + 1} bytes, allowed are {MAX_BYTES}"
    ]


def test_folder_for_a_file(small):
    (small.folder / "variables.csv").unlink()
    (small.folder / "variables.csv").mkdir()
    assert small.faults() == ["small/variables.csv: is a folder; a file is expected"]


def test_link_out_of_the_folder(small, tmp_path):
    outside = tmp_path / "outside.csv"
    (small.folder / "variables.csv").rename(outside)
    (small.folder / "variables.csv").symlink_to(outside)
    assert small.faults() == [
        "small/study.toml, column variables: 'variables.csv' lies outside its folder; "
        "name a file inside it"
    ]


def test_many_faults_in_parameters(small):
    (small.folder / "parameters.csv").write_text(
        "name,strategy,value,formula,unit,low,high,distribution,distribution_parameters,"
        "currency,price_year,source,status\n"
        "u1,all,0.5,,utility,,,fixed,,,,x,derived\n"
        "start_age,all,forty,,years,30,50,fixed,,,,x,derived\n"
        "horizon,all,10,,years,1,20,fixed,,,,x,guess\n"
        "p_back,all,1.2,,probability,,,fixed,,,,x,derived\n"
        "p_more,all,0.2,,probability,0.3,0.4,beta,mean=0.2; se=0.9,,,x,derived\n"
        "c_ill,all,-5,,EUR/year,,,fixed,,EUR,2024,x,derived\n"
        "c_hour,all,50,,EUR/h,40,60,gauss,,EUR,1999,x,derived\n"
        "u_ill,Nwe,0.6,,utility,low,0.7,fixed,,,,x,\n"
        "u_well,all,0.8,__import__('os'),utility,,,fixed,,,,x,derived\n"
        "u_well,all,0.8,,utility,,,fixed,,,,x,derived,surplus\n"
    )
    assert sorted(small.faults()) == sorted(
        f"small/parameters.csv, row {fault}"
        for fault in [
            "2, column name: 'u1' looks like a cell address in Excel; choose a longer name "
            "such as u1_",
            "3, column value: found 'forty', allowed is a number",
            "4, column status: found 'guess', allowed are published, derived, assumption, "
            "secondary, retracted, method",
            "5, column value: found 1.2, allowed for a probability is 0 to 1",
            "6, column distribution_parameters: no beta has mean 0.2 and standard error 0.9; "
            "the standard error must be below 0.4",
            "6, column value: 0.2 is outside its range: below the low value 0.3",
            "7, column value: found -5, a cost can't be negative",
            "8, column distribution: 'gauss' is not a distribution; allowed are beta, gamma, "
            "lognormal, normal, uniform, triangular, dirichlet, fixed",
            "8, column price_year: found '1999', but prices are of 2024 here; adjust the "
            "figure, or write 'nominal' for an amount that is never indexed",
            "9, column low: found 'low', allowed is a number",
            "9, column status: is empty; a value is needed",
            "10, column value: give either a value or a formula, and not both",
            "11: the row has 14 cells, the header has 13; a cell with a comma in it stands in "
            "quotation marks",
        ]
    )


def test_many_faults_in_transitions(small):
    (small.folder / "transitions.csv").write_text(
        "strategy,from,to,probability,note,note\n"
        "all,Ill,Deda,p_death,,\n"
        "all,Ill,Well,(1 - p_deth) * p_well,,\n"
        "all,Ill,Ill,rest,,\n"
        "Odl,Well,Ill,p_back ^ 2,,\n"
        "all,Well,Well,rest,,\n"
        "all,Well,Dead,rest,,\n"
        "all,Dead,Dead,,,\n"
    )
    place = "small/transitions.csv"
    assert small.faults() == [
        f"{place}, row 1, column note: the column appears twice",
        f"{place}, row 8, column probability: is empty; a value is needed",
        f"{place}, row 2, column to: 'Deda' is not a state; did you mean Dead?; allowed are "
        "Ill, Well, Dead",
        f"{place}, row 5, column strategy: 'Odl' is not a strategy; did you mean Old?; "
        "allowed are all, Old, New",
        f"{place}, row 5, column probability: '^' is not allowed; write ** for a power",
        f"{place}, row 7, column probability: the row of Well has a second complement; the "
        "first is in row 6, allowed is one",
        f"{place}, row 3, column probability: 'p_deth' is not a parameter or variable; did "
        "you mean p_death or q_death?",
    ]


def test_many_faults_in_a_definition(small):
    small.change("study.toml", 'name = "small"', 'nmae = "small"')
    small.change("study.toml", 'cycle_months = "12"', "cycle_months = [12]")
    small.change("study.toml", 'counting = "half-cycle"', 'counting = "half"')
    small.change("study.toml", "dead = true", 'dead = "yes"')
    assert [fault.split(":")[0] for fault in small.faults()] == [
        "small/study.toml, column name",
        "small/study.toml, column time.cycle_months",
        "small/study.toml, column time.counting",
        "small/study.toml, column states[Dead].dead",
        "small/study.toml, column nmae",
    ]
