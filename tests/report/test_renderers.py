"""One section, written by hand, in each medium."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from hecon.report.content import Column, Section, Sentence, Table, money, table
from hecon.report.language import read_language, speaking
from hecon.report.numbers import Units
from hecon.report.page_view import section_view
from hecon.report.presented import spread
from hecon.report.table_files import as_file, dictionary, write_tables
from hecon.report.terminal import show

UNITS = Units("NOK", "2024", study="toy", jurisdiction="nowhere")
COLUMNS = (
    Column("strategy", "Strategy", "name"),
    Column("cost", "Cost", "money", meaning="discounted cost per person"),
    Column("alternative", "Can be chosen", "flag"),
    Column("note", "Remark", detail=True),
    Column("seed", "Seed", "count", shown=False),
)
FRAME = pd.DataFrame(
    {
        "strategy": ["A", "B"],
        "cost": [1234.5, np.nan],
        "alternative": [True, False],
        "note": ["=1+1", "a long remark that does not fit beside the others on a narrow line"],
        "seed": [1, 2],
    }
)
TABLE = table("totals", "Totals", COLUMNS, FRAME, ["strategy"])
SECTION = Section(
    "totals", "Totals", (Sentence("A costs {x}.", {"x": money(1234.5)}, "verdict"),), (TABLE,)
)


def printed(section: Section, width: int) -> str:
    file = io.StringIO()
    show(section, UNITS, Console(file=file, width=width, color_system=None))
    return file.getvalue()


def test_a_wide_terminal_shows_every_column() -> None:
    text = printed(SECTION, 140)
    assert "Cost (NOK)" in text
    assert "1,234" in text
    assert "a long remark that does not fit beside the others on a narrow line" in text
    assert "Seed" not in text
    assert "A costs NOK 1,234." in text


def test_a_narrow_terminal_says_where_the_rest_is() -> None:
    text = printed(SECTION, 60)
    assert "a long remark" not in text
    assert "Only in totals.csv: Remark." in text
    assert max(map(len, text.splitlines())) <= 60


def test_no_figure_and_no_unit_is_torn_apart_where_lines_end() -> None:
    said = Sentence("What A costs is {x}.", {"x": money(1234567.0)})
    column = Column("much", "What it comes to", "number", "million NOK")
    remark = Column("note", "Remark")
    own = "a remark of NOK\u00a01\u00a0234\u00a0567 and, as a study writes it, of 30 000 and 7 days"
    frame = pd.DataFrame({"much": [1234567.0], "note": [own]})
    found = Section("s", "S", (said,), (table("t", "T", (column, remark), frame, ["much"]),))
    with speaking(read_language("nb")):
        for width in range(34, 46):
            text = printed(found, width)
            assert "NOK\u00a01\u00a0234\u00a0567." in text, width
            assert text.count("NOK\u00a01\u00a0234\u00a0567") == 2, width
            assert "(million NOK)" in text, width
            assert "30 000" in text, width


def test_a_terminal_shows_the_first_rows_of_many() -> None:
    many = pd.concat([FRAME.assign(strategy=f"S{i}") for i in range(20)]).drop_duplicates(
        "strategy"
    )
    text = printed(Section("t", "T", (), (table("totals", "T", COLUMNS, many, ["strategy"]),)), 100)
    assert "S14" in text
    assert "S15" not in text
    assert "5 more rows" in text


def test_the_page_holds_the_same_columns_in_the_same_order() -> None:
    view = section_view(SECTION, UNITS)
    assert view.tables[0].columns == ["Strategy", "Cost (NOK)", "Can be chosen", "Remark"]
    assert [c.text for c in view.tables[0].rows[0]] == ["A", "1\u202f234", "yes", "=1+1"]
    assert view.texts == ["A costs NOK\u202f1\u202f234."]


def test_files_say_whose_they_are_and_hold_no_formula(tmp_path: Path) -> None:
    frame = as_file(TABLE, UNITS)
    about = ["study", "jurisdiction", "currency", "price_year"]
    assert list(frame) == [*about, "strategy", "cost", "alternative", "note", "seed"]
    write_tables([TABLE], UNITS, tmp_path)
    back = pd.read_csv(tmp_path / "totals.csv", keep_default_na=False)
    assert back["alternative"].tolist() == ["yes", "no"]
    assert not back["note"][0].startswith("=")
    assert float(back["cost"][0]) == 1234.5


def test_the_dictionary_describes_every_column_of_every_file(tmp_path: Path) -> None:
    write_tables([TABLE], UNITS, tmp_path)
    described = pd.read_csv(tmp_path / "columns.csv", keep_default_na=False)
    assert described["column"].tolist() == list(pd.read_csv(tmp_path / "totals.csv"))
    cost = described[described["column"] == "cost"].iloc[0]
    assert cost[["type", "unit", "meaning"]].tolist() == [
        "number",
        "NOK 2024",
        "discounted cost per person",
    ]
    assert described.loc[described["key"] == "yes", "column"].tolist() == ["strategy"]
    assert dictionary([TABLE], Units())["column"].tolist()[0] == "strategy"


def test_a_long_table_is_spread_where_people_read_it() -> None:
    long = pd.DataFrame(
        {
            "item": ["Drug", "Staff", "Drug", "Staff"],
            "strategy": ["B", "B", "A", "A"],
            "cost": [1.0, 2.0, 3.0, 4.0],
        }
    )
    columns = (
        Column("item", "Item"),
        Column("strategy", "Strategy"),
        Column("cost", "Cost", "money"),
    )
    made = table("items", "Items", columns, long, ["item", "strategy"], spread="strategy")
    shown, frame = spread(made)
    assert [c.heading for c in shown] == ["Item", "B", "A"]
    assert frame.to_numpy().tolist() == [["Drug", 1.0, 3.0], ["Staff", 2.0, 4.0]]


def test_a_table_describes_exactly_its_columns() -> None:
    with pytest.raises(ValueError, match="described are"):
        Table("t", "T", COLUMNS[:2], FRAME, ("strategy",))
    with pytest.raises(ValueError, match="keys"):
        table("t", "T", COLUMNS, FRAME, ["nosuch"])
