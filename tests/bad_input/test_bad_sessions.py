"""Treatment courses."""

import pytest

CASES = {
    "session of all": (
        "sessions.csv",
        "Old,2,2,1,1",
        "all,2,2,1,1",
        [
            (
                "small/sessions.csv, row 3, column strategy: 'all' is not a strategy; allowed are "
                "Old, New"
            ),
        ],
    ),
    "session twice": (
        "sessions.csv",
        "Old,2,2,1,1",
        "Old,1,2,1,1",
        [
            "small/sessions.csv, row 3, column session: session 1 of Old is already in row 2",
        ],
    ),
    "session of unknown strategy": (
        "sessions.csv",
        "Old,2,2,1,1",
        "Odl,2,2,1,1",
        [
            (
                "small/sessions.csv, row 3, column strategy: 'Odl' is not a strategy; did you mean "
                "Old?; allowed are Old, New"
            ),
        ],
    ),
    "half a session": (
        "sessions.csv",
        "Old,2,2,1,1",
        "Old,1.5,2,1,1",
        [
            "small/sessions.csv, row 3, column session: found '1.5', allowed is a whole number",
        ],
    ),
    "session before the start": (
        "sessions.csv",
        "Old,2,2,1,1",
        "Old,-1,2,1,1",
        [
            "small/sessions.csv, row 3, column session: found '-1', allowed is 0 or more",
        ],
    ),
    "week before the start": (
        "sessions.csv",
        "Old,2,2,1,1",
        "Old,2,-2,1,1",
        [
            "small/sessions.csv, row 3, column week: found -2, allowed is week 0 or later",
        ],
    ),
    "included twice over": (
        "sessions.csv",
        "Old,2,2,1,1",
        "Old,2,2,2,1",
        [
            "small/sessions.csv, row 3, column included: found 2, allowed is 0 to 1",
        ],
    ),
    "column named like a parameter": (
        "sessions.csv",
        "hours",
        "c_hour",
        [
            (
                "small/sessions.csv, row 1, column c_hour: 'c_hour' is also a parameter or "
                "variable; rename one of them"
            ),
        ],
    ),
    "column named like a cell": (
        "sessions.csv",
        "hours",
        "h1",
        [
            (
                "small/sessions.csv, row 1, column h1: 'h1' looks like a cell address in Excel; "
                "choose a longer name such as h1_"
            ),
        ],
    ),
    "unknown name in a session": (
        "sessions.csv",
        "2 * 1.5",
        "2 * hour",
        [
            (
                "small/sessions.csv, row 5, column hours: 'hour' is not a parameter or variable; "
                "did you mean c_hour?"
            ),
        ],
    ),
    "unknown name in an item": (
        "study.toml",
        "hours * c_hour",
        "hour * c_hour",
        [
            (
                "small/study.toml, column course.items[Staff].amount: 'hour' is not a parameter or "
                "variable; did you mean hours or c_hour?"
            ),
        ],
    ),
    "item twice": (
        "study.toml",
        "items = [",
        'items = [{ item = "Staff", amount = "1" }, ',
        ["small/study.toml, column course.items: 'Staff, cost' appears twice"],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_sessions(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults
