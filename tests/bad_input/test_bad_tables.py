"""Look-up tables."""

import pytest

CASES = {
    "gap": (
        "life.csv",
        "\n57,0.01271\n",
        "\n",
        [
            (
                "small/life.csv, row 59, column age: age 58 follows 56; every single year of age "
                "is needed"
            ),
        ],
    ),
    "text": (
        "life.csv",
        "\n57,0.01271\n",
        "\n57,unknown\n",
        [
            "small/life.csv, row 59, column all: found 'unknown', allowed is a number",
        ],
    ),
    "nan": (
        "life.csv",
        "\n57,0.01271\n",
        "\n57,nan\n",
        [
            "small/life.csv, row 59, column all: found 'nan', allowed is a finite number",
        ],
    ),
    "not whole": (
        "life.csv",
        "\n0,0.0001\n",
        "\n0.5,0.0001\n",
        [
            "small/life.csv, row 2, column age: found 0.5, allowed is a whole age",
            (
                "small/life.csv, row 3, column age: age 1 follows 0.5; every single year of age is "
                "needed"
            ),
        ],
    ),
    "no values": (
        "life.csv",
        None,
        "age\n1\n2\n",
        [
            "small/life.csv, row 1: a table needs a column of keys first and a column of values",
        ],
    ),
    "no rows": (
        "life.csv",
        None,
        "age,all\n",
        [
            "small/life.csv: the table has no rows",
        ],
    ),
    "bad column": (
        "life.csv",
        "age,all",
        "age,all people",
        [
            (
                "small/life.csv, row 1, column all people: 'all people' can't name a column; "
                "allowed are letters, digits and _, a letter first"
            ),
        ],
    ),
    "keys that fall": (
        "life.csv",
        None,
        "years,all\n1,0.1\n1,0.2\n",
        ["small/life.csv, row 3, column years: 1 follows 1; keys must rise"],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_tables(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults


def test_the_status_of_a_row_is_one_of_the_known(small):
    """As everywhere else; a reader's columns may be left blank."""
    table = small.folder / "life.csv"
    head, first, *lines = table.read_text().splitlines()
    rows = [f"{head},status,source", f"{first},derivd,made up", *(f"{x},," for x in lines)]
    table.write_text("\n".join(rows))
    (fault,) = small.faults()
    at = "small/life.csv, row 2, column status: found 'derivd'"
    assert fault.startswith(f"{at}; did you mean derived?; allowed are published, derived, ")
