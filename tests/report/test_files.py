"""Tables as files: what a spreadsheet would take for a formula, and what it would not."""

import pandas as pd

from hecon.report.content import Column, table
from hecon.report.files import write_table, write_tables
from hecon.report.numbers import Units


def test_texts_are_no_formulas_and_numbers_stay_numbers(tmp_path):
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "-0.5", "+1e-3", "a=b", ""]
    mixed = [-0.5, "=x", True, None, 3, "-", "n/a", float("nan")]
    path = tmp_path / "table.csv"
    write_table(pd.DataFrame({"text": texts, "mixed": mixed, "number": range(-4, 4)}), path)
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    assert [row[0].strip('"') for row in rows] == [
        *("'=1+1", "'+cmd|' /C calc'!A0", "'-2+3", "'@SUM(A1)", "-0.5", "+1e-3", "a=b", "")
    ]
    assert [row[1] for row in rows] == ["-0.5", "'=x", "True", "", "3", "'-", "n/a", ""]
    assert [row[2] for row in rows] == [str(n) for n in range(-4, 4)]


def test_a_title_written_as_a_formula_stays_a_text_in_a_runs_files(tmp_path):
    title = '=HYPERLINK("http://example.org")'
    frame = pd.DataFrame({"scenario": ["S1"], "title": [title], "nmb": [-60_246.25]})
    columns = (
        Column("scenario", "Scenario", "name"),
        Column("title", "Title"),
        Column("nmb", "Net benefit", "change"),
    )
    made = table("scenarios", "Scenarios", columns, frame, ("scenario",))
    write_tables([made], Units("EUR", "2024"), tmp_path)
    again = pd.read_csv(tmp_path / "scenarios.csv")
    assert again["title"].tolist() == [f"'{title}"]
    assert again["nmb"].tolist() == [-60_246.25]
    assert again["currency"].tolist() == ["EUR"]
