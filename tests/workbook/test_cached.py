import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference, ScatterChart, Series
from openpyxl.workbook.defined_name import DefinedName
from recalculated import by_libreoffice, recalculate

from hecon.workbook.archive import CannotCalculate, CellError, CellValue, Values
from hecon.workbook.book_file import deliver
from hecon.workbook.libreoffice import LibreOfficeMissing, is_error
from hecon.workbook.pages import Sheets, add_page
from hecon.workbook.sheet_rows import SheetRows

NA, DIV, VALUE, NUM, REF = map(CellError, ("#N/A", "#DIV/0!", "#VALUE!", "#NUM!", "#REF!"))

# Formula and what Excel gives for it. Data!A: 5 3 8 1 9; B: texts; C: 0 10 20 30 40; D: C / 8.
CASES: list[tuple[str, CellValue]] = [
    # operators
    ("2^-3", 0.125),
    ("-2^2", 4.0),
    ("0-2^2", -4.0),
    ("-(2^2)", -4.0),
    ("-(Data!A2)^2", 9.0),
    ("2^3^2", 64.0),
    ("10%^2", 0.01),
    ("(Data!A1<Data!A3)*1", 1.0),
    ("(Data!A1>Data!A3)+(Data!A1>=5)", 1.0),
    ("Data!A1<Data!A3", True),
    ("Data!A1=Data!A3", False),
    ('"a"="A"', True),
    ('"Δ "&Data!A1&"%"', "Δ 5%"),
    ("1/Data!Z9", DIV),
    # texts
    ('"12"', "12"),
    ('"007"', "007"),
    ('"1E5"', "1E5"),
    ('"TRUE"', "TRUE"),
    ('"#N/A"', "#N/A"),
    ('"=1+1"', "=1+1"),
    ('""', ""),
    ('IF(1=1,"",0)', ""),
    ('"  in blanks "', "  in blanks "),
    ('"two"&CHAR(10)&"lines"', "two\nlines"),
    ('Data!B5&" <&> ""q"" \'s\'"', 'a <b> & "c" <&> "q" \'s\''),
    ('TEXT(0.1234,"0.0%")', "12.3%"),
    ('TEXT(1234567.891,"#,##0.00")', "1,234,567.89"),
    ('TEXT(2.5,"0")', "3"),
    ('TEXT(12,"000")', "012"),
    ('TEXT(-1234.5,"#,##0;(#,##0)")', "(1,235)"),
    ('TEXT(12345.6,"£#,##0")', "£12,346"),
    # sheets with quoted names
    ("'One-way'!A1", 42.0),
    ("'One-way'!B1+1", 85.0),
    ("SUM('One-way'!A1:B1)", 126.0),
    ("'It''s & <odd>'!A1*2", 14.0),
    ("discount*100", 3.5),
    # blank cells
    ("IF(ISBLANK(INDEX(Scenarios!$C$5:$C$9,3)),1,2)", 1.0),
    ("IF(ISBLANK(INDEX(Scenarios!$C$5:$C$9,2)),1,2)", 2.0),
    ('INDEX(Scenarios!$C$5:$C$9,3)=""', True),
    ('INDEX(Scenarios!$C$5:$C$9,2)=""', False),
    ("INDEX(Scenarios!$C$5:$C$9,3)=0", True),
    ("INDEX(Scenarios!$C$5:$C$9,3)", 0.0),
    ('IF(INDEX(Scenarios!$C$5:$C$9,3)="",Data!A1,0)', 5.0),
    ("ISNUMBER(INDEX(Scenarios!$C$5:$C$9,3))", False),
    ("ISBLANK(Data!E1)", False),
    ('Data!E1=""', True),
    ("SUM(Data!E1:E2)", 4.0),
    # looking up
    ("INDEX(Data!$A$1:$A$5,3)", 8.0),
    ("INDEX(Data!$A$1:$D$5,4,3)", 30.0),
    ("INDEX(Data!$A$1:$A$5,MATCH(20,Data!$C$1:$C$5,0))", 8.0),
    ("SUM(INDEX(Data!$A$1:$D$5,0,3))", 100.0),
    ("INDEX(Data!$A$1:$A$5,6)", REF),
    ("MATCH(25,Data!C1:C5)", 3.0),
    ("MATCH(-1,Data!C1:C5,1)", NA),
    ('MATCH("Q",Data!B1:B5,0)', 3.0),
    ("VLOOKUP(25,Data!$C$1:$D$5,2,TRUE)", 2.5),
    ("VLOOKUP(30,Data!$C$1:$D$5,2,TRUE)", 3.75),
    ("VLOOKUP(999,Data!$C$1:$D$9,2,TRUE)", 5.0),
    ("VLOOKUP(-1,Data!$C$1:$D$5,2,TRUE)", NA),
    ('IFERROR(VLOOKUP(-1,Data!$C$1:$D$5,2,TRUE),"none")', "none"),
    ("SUMIFS(Data!A1:A5,Data!B1:B5,Data!B1)", 6.0),
    ('SUMIFS(Data!A1:A5,Data!C1:C5,">="&Data!C3)', 18.0),
    ('SUMIFS(Data!A1:A5,Data!B1:B5,Data!B1,Data!C1:C5,"<"&Data!C2)', 5.0),
    ("COUNTIF(Data!B1:B5,Data!B1)", 2.0),
    ('COUNTIF(Data!A1:A5,">4")', 3.0),
    ("RANK(8,Data!A1:A5)", 2.0),
    ("RANK(8,Data!A1:A5,1)", 4.0),
    # choosing: what is not chosen is not worked out
    ('CHOOSE(1,"a",NA())', "a"),
    ("CHOOSE(2,1/0,5)", 5.0),
    ("CHOOSE(Data!A2,1,2,3)", 3.0),
    ("CHOOSE(4,1,2,3)", VALUE),
    ("IF(TRUE,1,1/0)", 1.0),
    ("AND(Data!A1>0,Data!A2>0)", True),
    ("OR(Data!A1<0,Data!A2<0)", False),
    # numbers
    ("SUMPRODUCT(Data!A1:A5,Data!C1:C5)", 580.0),
    ("SUMPRODUCT((Data!B1:B5=Data!B1)*Data!A1:A5)", 6.0),
    (
        "SUMPRODUCT(Data!C1:C5,1.035^-Data!D1:D5)",
        sum(c * 1.035 ** (-c / 8) for c in range(0, 50, 10)),
    ),
    ("SUMPRODUCT(Data!A1:A3,Data!C1:C4)", VALUE),
    ("1-EXP(-((0.1*Data!A3)^1.2))", 1 - math.exp(-(0.8**1.2))),
    ("EXP(-0.035*Data!A3)", math.exp(-0.28)),
    ("LN(Data!A3)", math.log(8)),
    ("LN(0)", NUM),
    ("SQRT(2)", math.sqrt(2)),
    ("SQRT(-1)", NUM),
    ("1/3", 1 / 3),
    ("1E-300*1E-5", 1e-305),
    ("INT(-2.5)", -3.0),
    ("50+INT(36/12)", 53.0),
    ("ABS(-2.5)", 2.5),
    ("ROUND(2.675,2)", 2.68),
    ("MIN(Data!A1:A5)", 1.0),
    ("MAX(0,MIN(1,Data!D3))", 1.0),
    ("AVERAGE(Data!A1:A5)", 5.2),
    ("AVERAGE(Data!Z1:Z5)", DIV),
    # errors
    ("NA()", NA),
    ("NA()+1", NA),
    ("IF(ISNA(NA()),0,1)", 0.0),
    ("IFERROR(1/0,-99)", -99.0),
    ("SUM(Data!E3:E3)", NA),
]
NAMES = [f"{index}: {formula}" for index, (formula, _) in enumerate(CASES, 1)]


def save(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


def book_of(*formulas: str) -> Workbook:
    """A workbook with the formulas in A1, B1, ... and 1, 2, 3 in row 2."""
    book = Workbook()
    book.active.append(formulas)
    book.active.append([1, 2, 3])
    return book


def cells(path: Path, *formulas: str) -> Path:
    """The same as a file."""
    return save(book_of(*formulas), path)


def rewritten(source: Path, target: Path, changes: Iterable[tuple[str, str, str]] = ()) -> Path:
    """The same members in reverse order with another time, and with some of their text changed."""
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for name in reversed(old.namelist()):
            text = old.read(name).decode()
            for member, pattern, replacement in changes:
                text = re.sub(pattern, replacement, text) if member == name else text
            new.writestr(ZipInfo(name, (2001, 2, 3, 4, 5, 6)), text)
    return target


def same(ours: CellValue, theirs: CellValue) -> bool:
    """Whether LibreOffice agrees: it writes 15 digits, TRUE for 1, and other errors than Excel."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-14)
    return ours == theirs or (isinstance(ours, CellError) and is_error(theirs))


def agrees_with_libreoffice(path: Path, ours: Values) -> None:
    try:
        theirs = by_libreoffice(path)
    except LibreOfficeMissing as missing:
        pytest.skip(f"NOT compared with a second program. {missing}")
    assert theirs.keys() == ours.keys()
    for title, found in ours.items():
        assert theirs[title].keys() == found.keys()
        assert {
            place: (value, theirs[title][place])
            for place, value in found.items()
            if not same(value, theirs[title][place])
        } == {}


@pytest.fixture(scope="module")
def cases_book() -> Workbook:
    book = Workbook()
    data = book.active
    data.title = "Data"
    for row in zip(
        (5, 3, 8, 1, 9), ("p", "x", "q", "p", 'a <b> & "c"'), range(0, 50, 10), strict=True
    ):
        data.append([*row, row[2] / 8])
    data["E1"], data["E2"], data["E3"] = '=IF(1=1,"",0)', 4, "=NA()"
    scenarios = book.create_sheet("Scenarios")
    scenarios["C5"], scenarios["C6"], scenarios["C8"] = 1, 0, "text"
    one_way = book.create_sheet("One-way")
    one_way["A1"], one_way["B1"] = 42, "=A1*2"
    book.create_sheet("It's & <odd>")["A1"] = 7
    book.defined_names["discount"] = DefinedName("discount", attr_text="'One-way'!$D$1")
    one_way["D1"] = 0.035
    sheet = book.create_sheet("Cases")
    for row, (formula, _) in enumerate(CASES, 1):
        sheet.cell(row, 1, f"={formula}")
    return book


@pytest.fixture(scope="module")
def cases(cases_book: Workbook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(cases_book, tmp_path_factory.mktemp("cases") / "cases.xlsx")


@pytest.fixture(scope="module")
def values(cases: Path) -> Values:
    return recalculate(cases)


@pytest.mark.parametrize(
    ("place", "expected"), [(row, value) for row, (_, value) in enumerate(CASES, 1)], ids=NAMES
)
def test_each_formula_has_excels_value(values: Values, place: int, expected: CellValue) -> None:
    found = values["Cases"][f"A{place}"]
    assert type(found) is type(expected)
    assert found == (
        pytest.approx(expected, rel=1e-14, abs=0) if type(expected) is float else expected
    )


def test_values_are_given_for_formulas_only(values: Values) -> None:
    assert values["Data"] == {"E1": "", "E3": NA}
    assert values["Scenarios"] == {} == values["It's & <odd>"]
    assert values["One-way"] == {"B1": 84.0}


def test_libreoffice_has_the_same_values(cases: Path, values: Values) -> None:
    agrees_with_libreoffice(cases, values)


def test_traces_equal_matrix_products(tmp_path: Path) -> None:
    """Two traces by SUMPRODUCT of the row above, each cycle's discount, and sums over both."""
    rng = np.random.default_rng(7)
    cycles, names = 120, "ABCDEF"
    book = Workbook()
    matrix, total = rng.dirichlet(np.ones(6), size=(2, 6)), book.create_sheet("Total")
    expected = []
    for strategy in range(2):
        sheet = book.create_sheet(f"Trace {strategy}")
        chances = book.create_sheet(f"P{strategy}")
        for row in matrix[strategy].T:
            chances.append(row.tolist())
        sheet.append([1, 0, 0, 0, 0, 0, "=SUM(A1:F1)", 1])
        state = np.eye(6)[0]
        qalys = state[:5].sum()
        for row in range(2, cycles + 2):
            terms = (
                f"=SUMPRODUCT($A{row - 1}:$F{row - 1},P{strategy}!$A${n}:$F${n})"
                for n in range(1, len(names) + 1)
            )
            sheet.append([*terms, f"=SUM(A{row}:F{row})", f"=1.035^-(INT(({row}-1)/12))"])
            state = state @ matrix[strategy]
            qalys += state[:5].sum() * 1.035 ** -((row - 1) // 12)
        area = f"'Trace {strategy}'!$A$1:$E${cycles + 1}"
        weight = f"'Trace {strategy}'!$H$1:$H${cycles + 1}"
        total.cell(strategy + 1, 1, f"=SUMPRODUCT({area}*{weight})")
        expected.append((state, qalys))
    path = save(book, tmp_path / "trace.xlsx")
    found = recalculate(path)
    for strategy, (state, qalys) in enumerate(expected):
        trace = found[f"Trace {strategy}"]
        assert [trace[f"{n}{cycles + 1}"] for n in names] == pytest.approx(state, rel=1e-12)
        assert trace[f"G{cycles + 1}"] == pytest.approx(1, rel=1e-13)
        assert found["Total"][f"A{strategy + 1}"] == pytest.approx(qalys, rel=1e-12)
    agrees_with_libreoffice(path, found)


@pytest.mark.parametrize("upwards", [False, True])
def test_long_chain(tmp_path: Path, upwards: bool) -> None:
    rows = 20_000
    book = Workbook()
    for row in range(1, rows + 1):
        other = row + 1 if upwards else row - 1
        first = row == (rows if upwards else 1)
        book.active.append([1 if first else f"=A{other}*0.999+1"])
    last = recalculate(save(book, tmp_path / "chain.xlsx"))["Sheet"][f"A{1 if upwards else rows}"]
    assert last == pytest.approx(1000 - 999 * 0.999 ** (rows - 1), rel=1e-12)


def test_ranges_that_only_look_circular(tmp_path: Path) -> None:
    book = Workbook()
    one, two = book.active, book.create_sheet("Two")
    one.title = "One"
    one["A1"], two["A1"] = 1, "=One!A1+1"
    one["B1"], two["B1"] = "=Two!A1+1", "=One!B1+1"
    one["C1"] = "=SUM(Two!A:B)"  # both columns need this sheet
    two["D1"] = "=SUM(One!A1:C1)"
    one["A5"] = "=INDEX(A6:A9,4)"  # from below
    one["A9"] = 5
    one["B5"] = "=SUM(A1:A5,B1:B4)"
    for row in range(1, 6):
        one.cell(row, 6, row)
        one.cell(row, 7, f"=SUM(F$1:F{row})+SUM(G$1:G{row - 1})" if row > 1 else "=F1")
    path = save(book, tmp_path / "book.xlsx")
    found = recalculate(path)
    assert found["Two"] == {"A1": 2.0, "B1": 4.0, "D1": 10.0}
    running = {"G1": 1.0, "G2": 4.0, "G3": 11.0, "G4": 26.0, "G5": 57.0}
    assert found["One"] == {"B1": 3.0, "C1": 6.0, "A5": 5.0, "B5": 9.0, **running}
    agrees_with_libreoffice(path, found)


@pytest.mark.parametrize("formula", ["=B1", "=NOSUCHFUNCTION(1)", "=1+", "=nosuchname", "=A2:C2"])
def test_what_cannot_be_worked_out_is_named(tmp_path: Path, formula: str) -> None:
    path = cells(tmp_path / "book.xlsx", formula, "=A1+1")
    with pytest.raises(CannotCalculate, match=re.escape(f"'Sheet'!A1 {formula}")):
        recalculate(path)


def test_a_long_list_of_faults_is_cut(tmp_path: Path) -> None:
    path = cells(tmp_path / "book.xlsx", *["=NOSUCHFUNCTION(1)"] * 8)
    with pytest.raises(CannotCalculate, match=r"and 3 more$"):
        recalculate(path)


def test_old_values_are_not_used(tmp_path: Path) -> None:
    path = cells(tmp_path / "book.xlsx", "=A2+B2", '=IF(A1=3,"yes","no")')
    old = [("xl/worksheets/sheet1.xml", "<v></v>|<v */>", "<v>77</v>")]
    path = rewritten(path, tmp_path / "old.xlsx", old)
    assert load_workbook(path, data_only=True).active["A1"].value == 77
    assert recalculate(path) == {"Sheet": {"A1": 3.0, "B1": "yes"}}
    agrees_with_libreoffice(path, recalculate(path))


def test_written_values_are_read_without_calculating(
    cases_book: Workbook, values: Values, tmp_path: Path
) -> None:
    target = tmp_path / "book.xlsx"
    deliver(cases_book, target, {})
    sheet = load_workbook(target, data_only=True)["Cases"]
    formulas = load_workbook(target)["Cases"]
    for row, (formula, _) in enumerate(CASES, 1):
        cell, value = sheet.cell(row, 1), values["Cases"][f"A{row}"]
        if isinstance(value, CellError):
            assert (cell.data_type, cell.value) == ("e", value.code)
        elif isinstance(value, str):
            assert cell.data_type in ("s", "str")
            assert (cell.value or "") == value
        else:
            assert (isinstance(cell.value, bool), cell.value) == (isinstance(value, bool), value)
        assert formulas.cell(row, 1).value == f"={formula}"


def test_control_characters_survive(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    deliver(book_of('="a"&CHAR(13)&CHAR(7)&"_x0041_ _x"'), path, {})
    with ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>a_x000D__x0007__x005F_x0041_ _x</v>" in xml


def test_texts_and_numbers_are_what_they_were(tmp_path: Path) -> None:
    """Values of cells without a formula, with blanks, line ends and marks of XML in them."""
    book, path = Workbook(), tmp_path / "book.xlsx"
    row = [" a <b> & 'c' \n\r", "_x0041_", "=", 0.1 + 0.2, 1e300, 5e-324, 3, -2.5, True, "#N/A"]
    book.active.append(row)
    book.active["C1"].data_type = "s"
    book.active["J1"].data_type = "s"
    deliver(book, path, {})
    found = [cell.value for cell in load_workbook(path).active[1]]
    assert found == row
    assert [type(value) for value in found] == [type(value) for value in row]


def test_number_forms() -> None:
    sheet = book_of(*["=A2"] * 5).active
    numbers = [3.0, 0.1 + 0.2, 1e300, -0.0, 5e-324]
    xml = SheetRows(sheet, []).xml([numbers])
    assert [float(v) for v in re.findall("</f><v>([^<]*)</v>", xml)] == numbers


def test_a_formula_without_a_value_leaves_the_target_alone(tmp_path: Path) -> None:
    target = tmp_path / "target.xlsx"
    target.write_text("before")
    with pytest.raises(CannotCalculate, match=r"'Sheet'!A1 =NOSUCHFUNCTION\(A2\)"):
        deliver(book_of("=NOSUCHFUNCTION(A2)"), target, {})
    assert target.read_text() == "before"
    assert sorted(tmp_path.iterdir()) == [target]


def test_a_formula_in_an_unknown_form_is_refused(tmp_path: Path) -> None:
    path = cells(tmp_path / "book.xlsx", "=A2")
    change = [("xl/worksheets/sheet1.xml", "<f>", "<!-- odd --><f>")]
    with pytest.raises(CannotCalculate, match="in a form not understood"):
        recalculate(rewritten(path, tmp_path / "odd.xlsx", change))


def test_the_same_workbook_has_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    for path in (one, two):
        book = Sheets()
        add_page(book, "One", "One", "").formula(4, 1, "1+1")
        book.deliver(path)
    assert one.read_bytes() == two.read_bytes()
    with ZipFile(one) as archive:
        assert archive.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b">2000-01-01T00:00:00Z<") == 2


def chart_book() -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = "It's & more"
    sheet.append(["Name", "QALYs & <gain>", "Year"])
    for row in range(2, 6):
        formula = "=NA()" if row == 3 else f"=C{row}/4"
        sheet.append([f"<{row}>", formula, None if row == 4 else row])
    line, scatter = LineChart(), ScatterChart()
    line.add_data(Reference(sheet, min_col=2, min_row=1, max_row=5), titles_from_data=True)
    line.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=5))
    across = Reference(sheet, min_col=3, min_row=2, max_row=5)
    scatter.series.append(Series(Reference(sheet, min_col=2, min_row=2, max_row=5), across))
    sheet.add_chart(line, "E2")
    sheet.add_chart(scatter, "E20")
    return book


def points(cache: Any) -> dict[int, str]:
    assert cache.ptCount == 4
    return {point.idx: point.v for point in cache.pt}


def check_charts(path: Path) -> None:
    line, scatter = load_workbook(path)["It's & more"]._charts
    series = line.series[0]
    assert [point.v for point in series.tx.strRef.strCache.pt] == ["QALYs & <gain>"]
    assert series.cat.strRef.f == "'It''s & more'!$A$2:$A$5"
    assert points(series.cat.strRef.strCache) == {0: "<2>", 1: "<3>", 2: "<4>", 3: "<5>"}
    gains = {0: 0.5, 2: 0, 3: 1.25}  # no point for #N/A
    assert {k: float(v) for k, v in points(series.val.numRef.numCache).items()} == gains
    years = points(scatter.series[0].xVal.numRef.numCache)
    assert {k: float(v) for k, v in years.items()} == {0: 2, 1: 3, 3: 5}  # no point for a blank


def test_charts_hold_values(tmp_path: Path) -> None:
    path, book = tmp_path / "book.xlsx", chart_book()
    deliver(book, path, {})
    check_charts(path)
    book.active["B5"].value = "=C5"
    deliver(book, path, {})  # replaces what is there
    found = load_workbook(path).active._charts[0].series[0].val.numRef.numCache.pt
    assert [point.v for point in found] == [0.5, 0, 5]


def test_libreoffice_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LibreOfficeMissing, match="no soffice on the search path"):
        by_libreoffice(cells(tmp_path / "book.xlsx", "=A2"))


@pytest.mark.parametrize(
    ("script", "message"), [("exec /bin/sleep 60", "longer than 0.2 s"), ("exit 7", r"\(exit 7\)")]
)
def test_libreoffice_failures_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    timeout = 0.2 if "sleep" in script else 60
    with pytest.raises(CannotCalculate, match=message):
        by_libreoffice(cells(tmp_path / "book.xlsx", "=A2"), timeout)
