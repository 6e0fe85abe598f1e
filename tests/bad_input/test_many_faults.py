"""Many faults of one cause are few lines."""

from hecon.errors import Fault, grouped


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
