"""The workbook of many strategies, of whole utilities, and what Excel takes in a formula."""

import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from hecon.analyses.run import Run, Settings
from hecon.errors import ModelError
from hecon.studies.load_study import load_study
from hecon.workbook.book import compose
from hecon.workbook.formula_text import LONGEST, beyond
from hecon.workbook.pages import Sheets, add_page
from hecon.workbook.proof import prove
from hecon.workbook.replays import replays
from hecon.workbook.sheets.model_settings import AGREES

STUDIES = Path(__file__).parent / "workbook_studies"


def many(folder: Path, count: int) -> Path:
    """The yearly study with strategies that each cost more and are worth less more."""
    shutil.copytree(STUDIES / "yearly", folder)
    text = (folder / "study.toml").read_text()
    names = [f"S{i:02}" for i in range(count)]
    text = text[: text.index("[[strategies]]")]
    text = text.replace('"B"', '"S01"').replace('"A"', '"S00"')
    text += "".join(f'[[strategies]]\nname = "{name}"\n' for name in names)
    (folder / "study.toml").write_text(text)
    head = (folder / "parameters.csv").read_text().splitlines()[0]
    rows = [head]
    for i, name in enumerate(names):
        worth = 0.5 + 0.4 * (i / count) ** 0.5
        rows.append(f"extra,{name},{10 * i + 1},EUR/year,,,,,EUR,2024,invented,assumption")
        rows.append(
            f"u,{name},{worth!r},utility,,,beta,mean = {worth!r}; se = 0.05,,,invented,assumption"
        )
    (folder / "parameters.csv").write_text("\n".join(rows) + "\n")
    text = (folder / "payoffs.csv").read_text()
    (folder / "payoffs.csv").write_text(text.replace("Well,1,year", "Well,u,year"))
    return folder


def test_fault_77_twelve_strategies_have_a_workbook(tmp_path: Path) -> None:
    """All figures as Python's, no formula that grows with the pairs of strategies."""
    run = Run(load_study(many(tmp_path / "many", 12)), Settings(draws=10))
    table = prove(run, replays(run)[:1], libreoffice=False)
    assert (table["difference"] <= AGREES).all(), table
    assert table.attrs["sound"] == [True]
    assert table.attrs["equal"] == ["yes"]
    lengths = [
        len(cell._value)
        for sheet in compose(run).workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    # a little more than a hundred characters for each other strategy
    assert max(lengths) < 12 * 125


def test_fault_60_checks_forgive_the_last_digits(tmp_path: Path) -> None:
    """Life-years and QALYs of utility 1 are sums of the same amounts in another order."""
    folder = tmp_path / "monthly"
    shutil.copytree(STUDIES / "yearly", folder)
    text = (folder / "study.toml").read_text()
    text = text.replace('cycle_months = "12"', 'cycle_months = "1"')
    (folder / "study.toml").write_text(text.replace('horizon_years = "4"', 'horizon_years = "2"'))
    run = Run(load_study(folder), Settings(draws=4))
    table = prove(run, replays(run)[:1], libreoffice=False)
    assert table.attrs["sound"] == [True]
    loose = [
        label
        for label, text in compose(run).checks
        # what is counted in whole numbers needs no tolerance
        if re.search("[<>=]", text) and "$C$" not in text and "horizon fits" not in label
    ]
    assert loose == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1" * (LONGEST + 1), "characters"),
        ("ABS(" * 65 + "1" + ")" * 65, "65 levels"),
        ("SUM(" + ",".join(["1"] * 256) + ")", "256 arguments"),
        ("ABS(" * 64 + "1" + ")" * 64, ""),
        ("SUM(" + ",".join(["1"] * 255) + ")", ""),
        ("MAX(" + ",".join(["SUM(1,2)"] * 200) + ")", ""),
        ('IF("' + "(" * 100 + ",,," * 100 + '"=A1,1,2)', ""),
    ],
)
def test_fault_77_what_excel_can_not_take_is_named(text: str, words: str) -> None:
    found = beyond(text)
    assert (words in found) if words else not found
    page = add_page(Sheets(), "One", "One", "")
    if words:
        with pytest.raises(ModelError, match=r"sheet One would need a formula of .* in B3"):
            page.formula(3, 2, text)
    else:
        page.formula(3, 2, text)


def test_fault_39_only_a_sheets_last_table_repeats_its_headings() -> None:
    """A row is repeated on every later page: it must not stand over another table."""
    book = Sheets()
    two, none, last = (add_page(book, name, name, "") for name in ("Two", "None", "Last"))
    two.headings(5, ["a"])
    two.headings(20, ["b"])
    last.headings(5, ["a"])
    last.heading(9, "Words below the table")
    book.repeat_headings()
    titles = [page.sheet.print_title_rows for page in (two, none, last)]
    assert titles == ["$20:$20", "$1:$1", "$1:$1"]


def test_fault_29_empty_sheets_are_left_out(tmp_path: Path) -> None:
    """A study without evidence, sources, tables, sessions and checklist has no sheets for them."""
    run = Run(load_study(STUDIES / "yearly"), Settings(draws=4))
    compose(run).workbook.save(tmp_path / "book.xlsx")
    titles = openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames
    assert not {"Evidence", "Sessions"} & set(titles)
