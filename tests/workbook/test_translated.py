"""A workbook in another language: the same figures in the same cells, all texts looked up."""

import io
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from norwegian import english, in_workbook
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference, Series
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from recalculated import recalculate
from rich.console import Console
from typed import typed

from hecon.analyses.run import Run
from hecon.errors import InputError
from hecon.report.content import Section
from hecon.report.language import Language, speaking
from hecon.report.study_texts import language_of
from hecon.report.things_called import study_units
from hecon.report.words import spoken
from hecon.workbook.book import write_workbook
from hecon.workbook.edited import Edited
from hecon.workbook.edits import names_in_workbook, read_edited
from hecon.workbook.pages import Sheets, add_page
from hecon.workbook.reading.edited_results import total_rows
from hecon.workbook.sheet_layout import HEADER

NORSK = Language(
    "nb",
    {
        "Model's own": "Modellens egen",
        "Answer": "Svar",
        "high": "høy",
        "low": "lav",
        'say "so"': 'si "slik"',
        "Cost": "Kostnad",
    },
)


@pytest.fixture
def small() -> Sheets:
    """Texts, formulas between sheets, a list to choose from, a link and a chart."""
    book = Sheets()
    first = book.create_sheet("Answer")
    own = book.create_sheet("Model's own")
    own["A1"], own["A2"], own["A3"] = "Cost", 2.0, 3.0
    first["A1"] = "high"
    first["B1"] = "=IF(A1=\"high\",'Model''s own'!A2*2,'Model''s own'!A3)"
    first["B2"] = '=IF(B1>3,"say ""so""","low")&Answer!A1'
    first["B3"] = "=SUM('Model''s own'!$A$2:$A$3)"
    choice = DataValidation(type="list", formula1='"low,high"')
    choice.add("A1")
    first.add_data_validation(choice)
    first["A4"].hyperlink = "#'Model''s own'!A1"
    chart = LineChart()
    chart.title = "Cost"
    chart.add_data(Reference(own, min_col=1, min_row=1, max_row=3), titles_from_data=True)
    chart.series.append(Series(Reference(own, min_col=1, min_row=2, max_row=3), title="low"))
    first.add_chart(chart, "D1")
    return book


def saved(book: Sheets, path: Path) -> Path:
    book.save(path)
    return path


def test_formulas_find_in_another_language_what_they_found(small: Sheets, tmp_path: Path) -> None:
    before = recalculate(saved(small, tmp_path / "english.xlsx"))["Answer"]
    with speaking(NORSK):
        path = saved(small, tmp_path / "norsk.xlsx")
    assert load_workbook(path).sheetnames == ["Svar", "Modellens egen"]
    after = recalculate(path)["Svar"]
    assert (before["B1"], before["B3"]) == (after["B1"], after["B3"]) == (4.0, 5.0)
    assert (before["B2"], after["B2"]) == ('say "so"high', 'si "slik"høy')
    with ZipFile(path) as file:
        text = "".join(file.read(n).decode() for n in file.namelist() if n.endswith(".xml"))
    assert '"lav,høy"' in text
    for text_before in NORSK.texts:
        assert not re.search(rf"\b{re.escape(text_before)}\b", text.replace("CostChart", "")), (
            text_before
        )


def test_values_stand_beside_translated_formulas(small: Sheets, tmp_path: Path) -> None:
    """Those of what is asked in the other language, on its sheets and in charts of them."""
    with speaking(NORSK):
        small.deliver(tmp_path / "norsk.xlsx")
    book = load_workbook(tmp_path / "norsk.xlsx", data_only=True)
    assert (book["Svar"]["B1"].value, book["Svar"]["B2"].value) == (4, 'si "slik"høy')
    series, named = book["Svar"]._charts[0].series
    assert named.tx.v == "lav"
    assert series.val.numRef.f == "'Modellens egen'!$A$2:$A$3"
    assert [point.v for point in series.val.numRef.numCache.pt] == [2, 3]


def test_ampersands_of_a_heading_at_the_foot_of_its_page(tmp_path: Path) -> None:
    """Each is doubled, even where a name looks like a code or is cut between the two."""
    book, long = Sheets(), "x" * 119
    add_page(book, "Answer", "R&R", "")
    add_page(book, "Cost", f"{long}&R", "")
    with speaking(NORSK), ZipFile(saved(book, tmp_path / "norsk.xlsx")) as file:
        feet = [file.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]
    for left, xml in zip(("R&amp;&amp;R", long), feet, strict=True):
        assert f"<oddFooter>&amp;L{left}&amp;R&amp;A, " in xml


@pytest.mark.long
def test_a_report_in_norwegian_has_the_same_figures_in_the_same_cells(
    run: Run, sections: list[Section], report: Path, tmp_path: Path
) -> None:
    path = tmp_path / "nb.xlsx"
    with speaking(language_of(run.study, "nb")):
        assert write_workbook(run, sections, path) == []
    ours, theirs = load_workbook(report, data_only=True), load_workbook(path, data_only=True)
    compared = 0
    for mine, other in zip(ours.worksheets, theirs.worksheets, strict=True):
        for row in mine.iter_rows():
            for cell in row:
                there = other[cell.coordinate].value
                if isinstance(cell.value, int | float):
                    compared += 1
                    assert cell.value == there, (mine.title, cell.coordinate)
                else:
                    assert isinstance(cell.value, str) == isinstance(there, str)
    assert compared > 10_000


def test_inputs_are_read_back_from_a_norwegian_workbook(
    opened: Workbook, plain: Path, norsk: Path, run: Run, tmp_path: Path
) -> None:
    """One cell of each kind, at the English workbook's addresses."""
    titles = ("Inputs", "Sessions", "Scenarios", "Evidence")
    inputs, sessions, scenarios, arms = (opened[title] for title in titles)
    hours = [c.value for c in sessions[row_of(sessions, "strategy")]].index("contact_hours") + 1
    price = [c.value for c in scenarios[5]].index("set drug_price_session") + 1
    counts = [c.value for c in arms[row_of(arms, "trial arm")]].index("n assessed") + 1
    arm = row_of(arms, "trial arm") + 1
    estimated = row_of(inputs, "d_mdma")
    entries = {
        ("Parametre", f"D{row_of(inputs, 'rate_relapse')}"): 0.08,
        ("Parametre", f"D{estimated}"): 5 / 99,
        ("Parametre", f"I{estimated}"): "publisert",
        ("Parametre", f"T{HEADER + 1 + 50}"): 0.01,
        ("Økter", sessions.cell(row_of(sessions, "strategy") + 3, hours).coordinate): 2.25,
        ("Scenarioer", scenarios.cell(row_of(scenarios, "S41"), price).coordinate): 500,
        ("Evidens", arms.cell(arm, counts).coordinate): arms.cell(arm, counts).value - 1,
    }
    assert names_in_workbook(norsk) == ("ptsd", "norway", "nb", 3)
    study, edits = read_edited(
        typed(norsk, tmp_path / "typed.xlsx", entries), run.study, folder(tmp_path, "a")
    )
    assert {e.sheet for e in edits} == set(titles)
    assert len(edits) == len(entries) - 1
    known = {p.text: p for p in study.parameters}
    assert (known["rate_relapse"].value, known["d_mdma"].value) == (0.08, 5 / 99)
    assert known["d_mdma"].status == "published"
    bad = typed(norsk, tmp_path / "bad.xlsx", dict.fromkeys(list(entries)[:1], "x"))
    with pytest.raises(InputError, match=r"sheet Parametre, cell D.*found 'x', allowed is a"):
        read_edited(bad, run.study, folder(tmp_path, "b"))
    rows = total_rows(plain, run.study)
    listed = io.StringIO()
    with speaking(language_of(run.study, "nb")):
        assert total_rows(norsk, run.study) == rows
        Edited(edits, 1.0).print(Console(file=listed, width=400))
    said = [[cell.strip() for cell in line.split("│")] for line in listed.getvalue().split("\n")]
    assert english([cell for line in said for cell in line], run.study) == {}
    assert {line[1] for line in said if len(line) > 1} == {sheet for sheet, _ in entries}


def test_a_norwegian_workbook_has_no_english_word(
    norsk: Path, opened: Workbook, run: Run, sections: list[Section]
) -> None:
    """Python's sentences aside, which the test of the page reads: here they are put in English."""
    cells = (str(cell.value) for row in opened["Summary"].iter_rows(max_col=2) for cell in row)
    units = study_units(run.study)
    sentences = [spoken(s, units) for section in sections for s in section.sentences]
    sentences += [text.replace('"&"', "") for text in cells if "As delivered: " in text]
    found = english(in_workbook(norsk), run.study)
    told = [text for text in found if any(text in s or s in text for s in sentences)]
    left = {text: words for text, words in found.items() if text not in told}
    assert left == {}, left


def row_of(sheet: Worksheet, name: str) -> int:
    """The row whose first cell holds a name."""
    return next(row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value == name)


def folder(within: Path, name: str) -> Path:
    (made := within / name).mkdir()
    return made
