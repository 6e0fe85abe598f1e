"""Names that formulas or Excel can't hold."""

import pytest

from hecon.parameters.cell_text import name_problem
from hecon.parameters.limits import LONGEST_NAME

CELLS = ["u1", "hr1", "A1", "XFD1048576", "abc123", "R", "C", "r", "c", "R1C1", "rc", "R2"]
RESERVED = [
    *("cycle", "age", "year", "years_in_state", "discount_time", "cycle_years"),
    *("exp", "log", "min", "max", "session", "attendance", "rest", "all", "start"),
    *("lambda", "if", "and", "None", "True", "TRUE", "false", "Print_Area", "session_1_week"),
]
NOT_NAMES = ["", "1st", "a b", "a-b", "a.b", "_a", "a'b", "=a", "a\n", "a,b", "a[b]"]


@pytest.mark.parametrize("name", CELLS)
def test_cell_addresses(name):
    assert name_problem(name) == (
        f"'{name}' looks like a cell address in Excel; choose a longer name such as {name}_"
    )


@pytest.mark.parametrize("name", RESERVED)
def test_reserved(name):
    assert name_problem(name) == f"'{name}' is reserved; choose another name"


@pytest.mark.parametrize("name", NOT_NAMES)
def test_not_a_name(name):
    assert name_problem(name) == (
        f"'{name}' is not a name; allowed are letters, digits and _, a letter first"
    )


@pytest.mark.parametrize("name", ["с_drug", "ｐ_x", "p_\u0445", "å_b", "p\u200b_x", "p²"])
def test_look_alikes(name):
    assert name_problem(name) == (f"'{name}' holds a letter outside a to z; some only look alike")


def test_length():
    assert name_problem("a" * LONGEST_NAME) is None
    assert (
        name_problem("a" * 101) == f"'{'a' * 101}' is too long a name, allowed are 100 characters"
    )


@pytest.mark.parametrize("name", ["u_1", "hr_1", "rate", "RC_", "abcd1", "c_drug", "session_cost"])
def test_good_names(name):
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("file", "old", "column"),
    [("parameters.csv", "p_back,all", "name"), ("variables.csv", "q_death,all", "name")],
)
@pytest.mark.parametrize("name", ["u1", "R", "cycle", "1st"])
def test_in_files(small, file, old, column, name):
    (fault,) = (
        f
        for f in small.change(file, old, f"{name},all").faults()
        if f.startswith(f"small/{file}, row ") and f", column {column}: '{name}' " in f
    )
    assert fault.endswith(name_problem(name))


def test_in_session_columns(small):
    faults = small.change("sessions.csv", "hours", "hr1").faults()
    assert faults[0] == f"small/sessions.csv, row 1, column hr1: {name_problem('hr1')}"
