"""Tables as files: what a spreadsheet would take for a formula, and what it would not."""

import pandas as pd

from hecon.analyses.scenarios import scenario_table
from hecon.reports.files import write_csv
from hecon.reports.record import result_tables


def test_texts_are_no_formulas_and_numbers_stay_numbers(tmp_path):
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "-0.5", "+1e-3", "a=b", ""]
    mixed = [-0.5, "=x", True, None, 3, "-", "n/a", float("nan")]
    path = tmp_path / "table.csv"
    write_csv(pd.DataFrame({"text": texts, "mixed": mixed, "number": range(-4, 4)}), path)
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    assert [row[0].strip('"') for row in rows] == [
        *("'=1+1", "'+cmd|' /C calc'!A0", "'-2+3", "'@SUM(A1)", "-0.5", "+1e-3", "a=b", "")
    ]
    assert [row[1] for row in rows] == ["-0.5", "'=x", "True", "", "3", "'-", "n/a", ""]
    assert [row[2] for row in rows] == [str(n) for n in range(-4, 4)]


def test_a_scenario_named_as_a_formula_stays_a_text(results, tmp_path):
    table = result_tables(results)["scenarios"]
    assert len(table) == len(scenario_table(results.study)) > 0
    title = '=HYPERLINK("http://example.org")'
    write_csv(table.assign(title=title), tmp_path / "scenarios.csv")
    again = pd.read_csv(tmp_path / "scenarios.csv")
    assert set(again["title"]) == {f"'{title}"}
    assert again["nmb"].tolist() == table["nmb"].tolist()
