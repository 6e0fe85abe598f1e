"""Files: missing, outside the folder, broken."""

import pytest

CASES = {
    "missing parameters": (
        "study.toml",
        'variables = "variables.csv"',
        'variables = "variable.csv"',
        [
            "small/variable.csv: the file is missing (looked for small/variable.csv)",
        ],
    ),
    "missing evidence": (
        "study.toml",
        'trials = "trials.csv"',
        'trials = "trial.csv"',
        [
            "small/trial.csv: the file is missing (looked for small/trial.csv)",
        ],
    ),
    "evidence that is not CSV": (
        "study.toml",
        'trials = "trials.csv"',
        'trials = "study.toml"',
        [
            "small/study.toml, column evidence.trials: found 'study.toml', allowed is a CSV file",
        ],
    ),
    "path escape": (
        "study.toml",
        'variables = "variables.csv"',
        'variables = "../../etc/passwd"',
        [
            (
                "small/study.toml, column variables: '../../etc/passwd' lies outside its folder; "
                "name a file inside it"
            ),
        ],
    ),
    "absolute path": (
        "study.toml",
        'variables = "variables.csv"',
        'variables = "/etc/passwd"',
        [
            (
                "small/study.toml, column variables: '/etc/passwd' lies outside its folder; name a "
                "file inside it"
            ),
        ],
    ),
    "path escape in the jurisdiction": (
        "jurisdiction.toml",
        'file = "life.csv"',
        'file = "../../etc/passwd"',
        [
            (
                "small/jurisdiction.toml, column tables.life.file: '../../etc/passwd' lies outside "
                "its folder; name a file inside it"
            ),
        ],
    ),
    "evidence outside": (
        "study.toml",
        'trials = "trials.csv"',
        'trials = "../trials.csv"',
        [
            (
                "small/study.toml, column evidence.trials: '../trials.csv' lies outside its "
                "folder; name a file inside it"
            ),
        ],
    ),
    "NUL in a name": (
        "study.toml",
        'variables = "variables.csv"',
        'variables = "a\\u0000.csv"',
        [
            "small/study.toml, column variables: found the character U+0000, which can't be shown",
        ],
    ),
    "unclosed quote": (
        "variables.csv",
        "mortality",
        '"mortality',
        [
            "small/variables.csv, row 2: broken CSV: unexpected end of data",
        ],
    ),
    "text after a quote": (
        "variables.csv",
        "mortality",
        '"mort"ality',
        [
            "small/variables.csv, row 2: broken CSV: ',' expected after '\"'",
        ],
    ),
    "NUL": (
        "variables.csv",
        "mortality",
        "mort\x00ality",
        [
            "small/variables.csv, row 2: found the character U+0000, which can't be shown",
        ],
    ),
    "empty": (
        "variables.csv",
        None,
        "",
        [
            "small/variables.csv: the file is empty; a header is needed",
        ],
    ),
    "blank lines": (
        "variables.csv",
        None,
        "\n\n",
        [
            "small/variables.csv: the file is empty; a header is needed",
        ],
    ),
    "broken evidence": (
        "trials.csv",
        "first,100",
        "first,100,200",
        [
            "small/trials.csv, row 2: the row has 3 cells, the header has 2; a cell with a comma "
            "in it stands in quotation marks",
        ],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_files(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults
