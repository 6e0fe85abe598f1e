"""Tables as files: what a spreadsheet would take for a formula, and what it would not."""

import re
from pathlib import Path

import pandas as pd

from hecon.report.content import Column, Table, table
from hecon.report.numbers import Units
from hecon.report.outcomes import TRACE, cycle_tables, draws_described, draws_table
from hecon.report.reference import tables_of
from hecon.report.sections import replacements_section, verification_section
from hecon.report.table_files import write_table, write_tables


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


# -- the page that says what every output holds ------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "outputs.md"
ROW = re.compile(r"^\| `(\w+)\.csv` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)


def told(made: Table) -> tuple[list[str], list[str]]:
    """What tells rows apart, and all other columns."""
    return list(made.keys), [c.key for c in made.columns if c.key not in made.keys]


def test_the_page_says_what_every_table_holds(ptsd, sections):
    named = {
        name: tuple(re.findall(r"`(\w+)`", cells) for cells in (keys, others))
        for name, _, keys, others in ROW.findall(PAGE.read_text(encoding="utf-8"))
    }
    # a study of its own: its sources file has whatever columns it likes
    grid = next(t for t in tables_of(sections) if t.name.startswith("two_way"))
    wanted = {t.name: told(t) for t in [*tables_of(sections), *cycle_tables(ptsd)]}
    wanted["two_way_FIRST_SECOND"] = wanted.pop(grid.name)
    for name, module in (
        ("verification", verification_section),
        ("replacements", replacements_section),
    ):
        columns = [c.key for c in module.COLUMNS]
        (keys, _) = named[name]
        wanted[name] = (keys, [c for c in columns if c not in keys])
    wanted["draws"] = (["draw"], [])
    assert named == wanted


def test_the_largest_table_is_described_too(ptsd, tmp_path):
    described = draws_described(ptsd)
    assert [c.key for c in described.columns] == list(draws_table(ptsd, 0, 1).columns)
    write_tables([], Units("NOK", "2024"), tmp_path, [described])
    found = pd.read_csv(tmp_path / "columns.csv").set_index("column")
    assert found.loc["cost PE", "unit"] == "NOK 2024"
    assert found.loc["qaly PE", "unit"] == "QALYs"
    assert found.loc["draw", "key"] == "yes"
    assert "log odds ratio" in found.loc["lnor_mdma_v_pbo", "meaning"]


def test_cycles_are_counted_from_the_start_and_flows_have_their_unit(ptsd):
    trace, flows = (t.frame for t in cycle_tables(ptsd))
    assert list(trace) == [c.key for c in TRACE]
    units = flows.groupby("kind")["unit"].unique().map(sorted)
    assert units["cost"] == ["NOK 2024"]
    assert units["qaly"] == ["QALY"]
    assert units["life_years"] == ["year"]
    assert "h" in units["course"]
    assert {trace["cycle"].min(), flows["cycle"].min()} == {0}
