"""A workbook that comes back may be anything."""

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import tiny

from hecon.analyses.run import Run, Settings
from hecon.errors import InputError
from hecon.studies.load_study import load_study
from hecon.workbook import safety
from hecon.workbook.book import compose
from hecon.workbook.edits import names_in_workbook, read_edited
from hecon.workbook.reading.cells import MOST_ROWS, bounded_rows
from hecon.workbook.safety import refuse_unsafe

KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"


def book(folder, parts=(), packing=zipfile.ZIP_DEFLATED):
    plain = folder / "plain.xlsx"
    made = openpyxl.Workbook()
    made.active.title = "Documentation"
    made.save(plain)
    path = folder / "book.xlsx"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        written = {name: source.read(name) for name in source.namelist()} | dict(parts)
        for name, content in written.items():
            target.writestr(name, content, zipfile.ZIP_DEFLATED)
        target.writestr("xl/extra.xml", b"<x/>", packing)
    return path


def relations(kind, target="any.bin"):
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="{target}"/></Relationships>'
    )


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_fault_70_only_stored_and_deflated_parts(tmp_path, packing):
    with pytest.raises(InputError, match=r"extra\.xml' is packed in a way"):
        refuse_unsafe(book(tmp_path, packing=packing))
    refuse_unsafe(book(tmp_path, packing=zipfile.ZIP_STORED))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (f"{MICROSOFT}/vbaProject", "macros"),
        (f"{MICROSOFT}/xlMacrosheet", "macros"),
        (f"{KIND}/externalLink", "links to other files"),
        (f"{KIND}/oleObject", "embedded files"),
        (f"{KIND}/connections", "data connections"),
    ],
)
def test_fault_70_macros_under_another_name(tmp_path, kind, words):
    path = book(tmp_path, {"xl/_rels/sheet.xml.rels": relations(kind)})
    with pytest.raises(InputError, match=words):
        refuse_unsafe(path)


def test_fault_70_macros_by_their_kind_of_content(tmp_path):
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
    with pytest.raises(InputError, match="macros"):
        refuse_unsafe(book(tmp_path, {"[Content_Types].xml": types}))


def test_a_link_to_a_page_may_be_called_anything(tmp_path):
    link = relations(f"{KIND}/hyperlink", "https://example.org/connections/vbaProject")
    refuse_unsafe(book(tmp_path, {"xl/_rels/sheet.xml.rels": link}))


def test_fault_70_texts_and_sheets_have_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(safety, "MAX_OTHER", 1_000_000)
    with pytest.raises(InputError, match=r"sharedStrings.*unpacks to more than"):
        refuse_unsafe(book(tmp_path, {"xl/sharedStrings.xml": b"<t/>" * 300_000}))
    sheets = "".join(f'<sheet name="{i}" sheetId="{i}" r:id="r1"/>' for i in range(301))
    with pytest.raises(InputError, match="more than 300 sheets"):
        refuse_unsafe(book(tmp_path, {"xl/workbook.xml": f"<w>{sheets}</w>"}))


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    "{}</sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="999999999"><c r="A999999999"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"/></row>',
    ],
)
def test_fault_79_rows_have_a_bound(tmp_path, rows):
    path = book(tmp_path, {"xl/worksheets/sheet1.xml": SHEET.format(rows)})
    began = time.perf_counter()
    with pytest.raises(InputError, match="names the study"):
        names_in_workbook(path)
    read = openpyxl.load_workbook(path, read_only=True)
    assert sum(1 for _ in bounded_rows(read["Documentation"])) <= MOST_ROWS
    read.close()
    assert time.perf_counter() - began < 5


def test_fault_79_columns_have_a_bound(tmp_path):
    wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    path = book(tmp_path, {"xl/worksheets/sheet1.xml": SHEET.format(wide)})
    read = openpyxl.load_workbook(path, read_only=True)
    with pytest.raises(ValueError, match="columns"):
        list(bounded_rows(read["Documentation"]))
    read.close()


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A study with evidence, and its workbook as delivered."""
    effects = (
        "id,study,treat1,treat2,scale,estimate,ci_low,ci_high,status,use\n"
        "R1,S1,X,P,OR,1.5,1.1,2.05,published,base\n"
    )
    estimates = (
        "name,title,method,measure,treatments,rows\none,one,reported,log odds ratio,X v P,R1\n"
    )
    study = tiny.study(
        tmp_path_factory.mktemp("small") / "tiny",
        (
            "study.toml",
            "[time]",
            '[synthesis]\neffects = "effects.csv"\nestimates = "estimates.csv"\n[time]',
        ),
        effects=effects,
        estimates=estimates,
    )
    path = tmp_path_factory.mktemp("delivered") / "plain.xlsx"
    compose(Run(study, Settings(draws=5))).workbook.save(path)
    assert read_edited(path, study, path.parent / "as delivered")[1] == []
    return study, path


@pytest.mark.parametrize(("sheet", "column"), [("Evidence", "use"), ("Inputs", "Status")])
def test_fault_85_a_column_deleted_from_a_workbook(delivered, tmp_path, sheet, column):
    study, path = delivered
    made = openpyxl.load_workbook(path)
    (position,) = {c.column for row in made[sheet].iter_rows() for c in row if c.value == column}
    made[sheet].delete_cols(position)
    made.save(tmp_path / "edited.xlsx")
    with pytest.raises(InputError, match=f"sheet {sheet}: the column '{column}' is missing"):
        read_edited(tmp_path / "edited.xlsx", study, tmp_path / "read")


@pytest.fixture(scope="module")
def with_sessions(tmp_path_factory):
    """A study with sessions and scenarios, and its workbook."""
    study = load_study(Path(__file__).parents[1] / "bad_input" / "small")
    path = tmp_path_factory.mktemp("sessions") / "plain.xlsx"
    compose(Run(study, Settings(draws=5))).workbook.save(path)
    assert read_edited(path, study, path.parent / "as delivered")[1] == []
    return study, path


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("Sessions", "note"), ("Sessions", "attendance"), ("Scenarios", "Why")],
)
def test_fault_85_a_column_of_notes_deleted_from_a_workbook(with_sessions, tmp_path, sheet, column):
    study, path = with_sessions
    made = openpyxl.load_workbook(path)
    positions = {c.column for row in made[sheet].iter_rows() for c in row if c.value == column}
    made[sheet].delete_cols(positions.pop())
    made.save(tmp_path / "edited.xlsx")
    with pytest.raises(InputError, match=f"sheet {sheet}: the column '{column}' is missing"):
        read_edited(tmp_path / "edited.xlsx", study, tmp_path / "read")
