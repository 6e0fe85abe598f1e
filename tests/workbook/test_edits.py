"""An edited workbook comes back: its inputs are read, validated and run; the unsafe is refused."""

import math
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from typed import typed

from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.errors import InputError
from hecon.parameters.design import base_case
from hecon.parameters.distributions import distribution
from hecon.report.things_called import study_units
from hecon.report.whole import sections_of
from hecon.report.words import spoken
from hecon.studies.load_study import load_study
from hecon.studies.study import Study
from hecon.workbook import safety
from hecon.workbook.book import compose
from hecon.workbook.edited import workbook_gap
from hecon.workbook.edits import names_in_workbook, read_edited
from hecon.workbook.reading.edited_inputs import moved_distribution
from hecon.workbook.safety import refuse_unsafe
from hecon.workbook.sheet_layout import HEADER

ROOT = Path(__file__).parents[2]
MEMORY = Path(__file__).parent / "studies/memory"
REPLICATION = ROOT / "tests/replications/studies/heemod_hiv_exact"


def row_of(sheet: object, *cells: object) -> int:
    for row in sheet.iter_rows():  # type: ignore[attr-defined]
        if tuple(c.value for c in row[: len(cells)]) == cells:
            return int(row[0].row)
    raise AssertionError(cells)


def test_untouched(plain: Path, run: Run, tmp_path: Path) -> None:
    assert names_in_workbook(plain) == ("ptsd", "norway", "en", 3)
    study, edits = read_edited(plain, run.study, tmp_path)
    assert edits == []
    assert study.model.formulas == run.study.model.formulas
    assert workbook_gap(plain, run, plain) < 1e-12


def test_edits_arrive(opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path) -> None:
    """A value, a computed row, a session, a table and a scenario, each typed over once."""
    inputs, sessions, scenarios = opened["Inputs"], opened["Sessions"], opened["Scenarios"]
    heads = [c.value for c in sessions[row_of(sessions, "strategy", "session")]]
    contact = sessions.cell(row_of(sessions, "PE", 3), heads.index("contact_hours") + 1)
    names = [c.value for c in scenarios[5]]
    price = scenarios.cell(row_of(scenarios, "S41"), names.index("set drug_price_session") + 1)
    entries = {
        ("Inputs", f"D{row_of(inputs, 'rate_relapse')}"): 0.08,
        ("Inputs", f"D{row_of(inputs, 'c_overnight')}"): 9000,
        ("Sessions", contact.coordinate): 2.25,
        ("Inputs", f"T{HEADER + 1 + 50}"): 0.01,
        ("Scenarios", price.coordinate): 500,
    }
    path = typed(plain, tmp_path / "edited.xlsx", entries)
    copy = tmp_path / "copy"
    copy.mkdir()
    study, edits = read_edited(path, run.study, copy)
    assert {(e.sheet, e.what, e.before, e.after) for e in edits} == {
        ("Inputs", "rate_relapse, value", "0.065", "0.08"),
        ("Inputs", "c_overnight, value", "empty", "9000"),
        ("Sessions", "PE, session 3, contact_hours", "1.5", "2.25"),
        ("Inputs", "life_table.female at 50", "0.001293", "0.01"),
        ("Scenarios", "S41 sets drug_price_session", "0", "500"),
    }
    by_key = {p.text: p for p in study.parameters}
    assert by_key["rate_relapse"].value == 0.08
    # the spread on the log scale stays, its centre moves
    assert by_key["rate_relapse"].distribution.centre == pytest.approx(0.08)
    assert by_key["rate_relapse"].distribution.parameters[1] == 0.393
    assert by_key["c_overnight"].value == 9000
    assert study.scenarios[[s.id for s in study.scenarios].index("S41")].text == (
        "drug_price_session = 500.0"
    )
    # PE costs one psychologist 0.75 hours more, for those who attend session 3 of 12
    before = evaluate(run.study.model, base_case(run.study.parameters))
    after = evaluate(study.model, base_case(study.parameters))
    gain = [
        float(o["cost_undiscounted"].sel(strategy="PE", item="Psychologists")[0])
        for o in (before, after)
    ]
    dropout = 16 / 95 / 0.58
    assert gain[1] - gain[0] == pytest.approx(0.75 * 910 * (1 - dropout * 2 / 11), rel=1e-9)


def test_typing_over_an_estimate_unties_it(
    opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path
) -> None:
    """A row can't have both: the edited ones become typed, the others still come from the arms."""
    effect_row, row = (row_of(opened["Inputs"], n) for n in ("lnor_mdma_v_pbo", "d_mdma"))
    entries = {
        ("Inputs", f"D{effect_row}"): 1.0,
        ("Inputs", f"D{row}"): 5 / 99,
        ("Inputs", f"G{row}"): 0.2,
    }
    path = typed(plain, tmp_path / "edited.xlsx", entries)
    copy = tmp_path / "copy"
    copy.mkdir()
    study, edits = read_edited(path, run.study, copy)
    assert [e.what for e in edits] == ["lnor_mdma_v_pbo, value", "d_mdma, high", "d_mdma, value"]
    assert edits[0].follows.startswith("estimate mdma_v_pbo -> none, status assumption; normal (")
    assert edits[2].follows.endswith("-> beta (alpha 5, beta 94)")
    by_key = {p.text: p for p in study.parameters}
    effect, dropout = by_key["lnor_mdma_v_pbo"], by_key["d_mdma"]
    was = run.study.synthesis.estimates["mdma_v_pbo"]
    assert (effect.value, effect.estimate) == (1.0, "")
    assert (effect.low, effect.high) == (was.low, was.high)
    assert effect.distribution.parameters == (1.0, was.effect.se)
    assert (dropout.high, dropout.estimate) == (0.2, "")
    assert dropout.value == pytest.approx(5 / 99)
    assert dropout.distribution.parameters == pytest.approx((5, 94))
    assert dropout.status == "assumption"
    assert by_key["p_lod_comp_pbo"].estimate == "pbo_lod"
    assert len(study.correlations) == 1  # what was typed shares no arms


def test_faults_name_sheet_and_cell(
    opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path
) -> None:
    inputs = opened["Inputs"]
    dropout, other = row_of(inputs, "d_mdma"), row_of(inputs, "d_pbo")
    entries = {("Inputs", f"D{dropout}"): 1.4, ("Inputs", f"D{other}"): -5}
    path = typed(plain, tmp_path / "faulty.xlsx", entries)
    with pytest.raises(InputError) as caught:
        read_edited(path, run.study, _folder(tmp_path))
    message = str(caught.value)
    assert f"faulty.xlsx, sheet Inputs, cell D{dropout}: found 1.4" in message
    assert f"faulty.xlsx, sheet Inputs, cell D{other}: found -5" in message
    assert "Traceback" not in message


def test_text_where_a_number_belongs(
    opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path
) -> None:
    row = row_of(opened["Inputs"], "u_gain")
    path = typed(plain, tmp_path / "words.xlsx", {("Inputs", f"D{row}"): "a lot"})
    with pytest.raises(InputError, match=f"sheet Inputs, cell D{row}: found 'a lot', allowed is"):
        read_edited(path, run.study, _folder(tmp_path))


def test_a_changed_formula_is_noticed(
    opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path
) -> None:
    """Formulas are not read back, but a workbook whose own totals differ is found out."""
    sheet = opened["Trace MDMA-AT"]
    row = row_of(sheet, "cycle")
    heads = {c.value: c.column for c in sheet[row]}
    cost = heads["Other health care, Remission, cost"]
    cell = sheet.cell(row_of(sheet, "total, undiscounted") + 22, cost).coordinate
    path = typed(plain, tmp_path / "tampered.xlsx", {("Trace MDMA-AT", cell): 0})
    assert read_edited(path, run.study, _folder(tmp_path))[1] == []
    assert workbook_gap(path, run, plain) > 1e-6


@pytest.mark.parametrize(("cell", "formula"), [("Z999", "=1+1"), ("", "=SUM(A:A)")])
def test_fault_70_formulas_that_are_not_ours_are_not_worked_out(
    opened: openpyxl.Workbook,
    plain: Path,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cell: str,
    formula: str,
) -> None:
    row = row_of(opened["Trace MDMA-AT"], "total, undiscounted")
    entries = {("Trace MDMA-AT", cell or f"D{row + 11}"): formula}
    path = typed(plain, tmp_path / "added.xlsx", entries)
    monkeypatch.setattr("hecon.workbook.edited.LiveWorkbook", None)
    assert math.isnan(workbook_gap(path, run, plain))


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("beta", {"alpha": 20.0, "beta": 80.0}, 0.25),
        ("gamma", {"shape": 4.0, "scale": 10.0}, 50.0),
        ("normal", {"mean": 1.0, "sd": 0.3}, 0.2),
        ("uniform", {"low": 1.0, "high": 3.0}, 5.0),
        ("triangular", {"low": 1.0, "mode": 2.0, "high": 4.0}, 3.0),
    ],
)
def test_moved_distributions_keep_their_spread(
    kind: str, given: dict[str, float], value: float
) -> None:
    drawn = distribution(kind, given)
    text = moved_distribution(drawn, value)
    assert text is not None
    moved = distribution(
        kind, {k: float(v) for k, v in (p.split("=") for p in text.replace(" ", "").split(";"))}
    )
    assert moved.centre == pytest.approx(value)
    u = [(i + 0.5) / 20000 for i in range(20000)]
    spread = [float(d.quantile(u).std()) for d in (drawn, moved)]  # type: ignore[arg-type]
    assert spread[1] == pytest.approx(spread[0], rel=2e-3)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


def _archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/workbook.xml": b"<w/>", "xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/workbook.xml": b"<w/>", "xl/externalLinks/externalLink1.xml": b"<e/>"}, "links to"),
        ({"xl/workbook.xml": b'<!DOCTYPE w [<!ENTITY a "b">]><w/>'}, "entities"),
        ({"xl/workbook.xml": b"<w/>", **{f"a{i}.bin": b"" for i in range(2001)}}, "parts"),
        ({"hello.txt": b"x"}, "not an Excel workbook"),
    ],
)
def test_unsafe_archives_are_refused(parts: dict[str, bytes], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        refuse_unsafe(_archive(tmp_path / "book.xlsx", parts))


def _zeros(path: Path, millions: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<w/>")
        with archive.open("xl/sheet.xml", "w") as stream:
            for _ in range(millions):
                stream.write(b"0" * 1_000_000)
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _zeros(tmp_path / "bomb.xlsx", 12)
    with pytest.raises(InputError, match="compressed more than 200 times"):
        refuse_unsafe(path)
    monkeypatch.setattr(safety, "MAX_UNPACKED", 5_000_000)
    with pytest.raises(InputError, match="unpacks to more than"):
        refuse_unsafe(path)


def test_a_small_part_may_compress_well(tmp_path: Path) -> None:
    refuse_unsafe(_zeros(tmp_path / "small.xlsx", 9))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_declaration_is_found_wherever_it_is(encoding: str, tmp_path: Path) -> None:
    """Also across two of the chunks that a part is read in."""
    filler = " " * ((1 << 20) // len(" ".encode(encoding)) - 4)
    part = f"{filler}<!DOCTYPE w><w/>".encode(encoding)
    parts = {"xl/workbook.xml": b"<w/>", "xl/drawings/a.vml": part}
    with pytest.raises(InputError, match="entities"):
        refuse_unsafe(_archive(tmp_path / "book.xlsx", parts))


@pytest.mark.parametrize(("kind", "refused"), [("hyperlink", False), ("image", True)])
def test_targets_outside(kind: str, refused: bool, tmp_path: Path) -> None:
    rels = (
        f'<Relationships><Relationship Id="a" Type="http://x/{kind}" Target="http://y" '
        'TargetMode="External"/></Relationships>'
    )
    parts = {"xl/workbook.xml": b"<w/>", "xl/_rels/workbook.xml.rels": rels.encode()}
    path = _archive(tmp_path / "book.xlsx", parts)
    if refused:
        with pytest.raises(InputError, match="links to other files"):
            refuse_unsafe(path)
    else:
        refuse_unsafe(path)


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    path = _archive(tmp_path / "book.xlsx", {"xl/workbook.xml": b"<w>" + bytes(range(256)) * 9})
    content = bytearray(path.read_bytes())
    content[50:90] = b"\xff" * 40
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="damaged"):
        refuse_unsafe(path)


def test_malformed_sheets_are_no_traceback(plain: Path, run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(plain) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            parts[name] = parts[name][: len(parts[name]) // 2]
    path = _archive(tmp_path / "torn.xlsx", parts)
    with pytest.raises(InputError, match="can't be read as a workbook"):
        names_in_workbook(path)
    with pytest.raises(InputError, match="can't be read as a workbook"):
        read_edited(path, run.study, _folder(tmp_path))


@pytest.mark.parametrize("folder", [MEMORY, REPLICATION], ids=lambda p: p.name)
def test_untouched_studies_without_course(folder: Path, tmp_path: Path) -> None:
    done = Run(load_study(folder), Settings(draws=20))
    path = tmp_path / "report.xlsx"
    compose(done).workbook.save(path)
    study, edits = read_edited(path, done.study, _folder(tmp_path))
    assert edits == []
    assert study.model.formulas == done.study.model.formulas


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    """A small study whose parameter `moment` is called like a setting."""
    folder = tmp_path_factory.mktemp("memory")
    shutil.copytree(MEMORY, folder / "memory")
    for name in ("parameters.csv", "transitions.csv"):
        file = folder / "memory" / name
        file.write_text(file.read_text().replace("shape", "moment"))
    done = Run(load_study(folder / "memory"), Settings(draws=20))
    compose(done).workbook.save(folder / "report.xlsx")
    return done.study, folder / "report.xlsx"


def edited(
    memory: tuple[Study, Path], tmp_path: Path, name: str, value: object, column: int = 4
) -> tuple[Study, set[tuple[str, ...]]]:
    book = openpyxl.load_workbook(memory[1])
    sheet = book["Inputs"]
    row = next(r for r in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(r, 1).value == name)
    sheet.cell(row, column).value = value
    book.save(tmp_path / "edited.xlsx")
    study, edits = read_edited(tmp_path / "edited.xlsx", memory[0], _folder(tmp_path))
    return study, {(e.what, e.before, e.after, e.follows) for e in edits}


def test_a_parameter_called_like_a_setting(memory: tuple[Study, Path], tmp_path: Path) -> None:
    study, edits = edited(memory, tmp_path, "moment", 0.6)
    (edit,) = edits
    assert edit[:3] == ("moment, value", "0.5", "0.6")
    assert next(p for p in study.parameters if p.name == "moment").value == 0.6


@pytest.mark.parametrize(
    ("name", "value", "kind", "expected"),
    [
        (
            "c_ill",
            0,
            "fixed",
            ("1000", "0", "low 500 -> 0; gamma (shape 25, scale 40) -> fixed"),
        ),
        (
            "c_ill",
            2500,
            "gamma",
            (
                "1000",
                "2500",
                "high 2000 -> 2500; gamma (shape 25, scale 40) -> gamma (shape 156.25, scale 16)",
            ),
        ),
        (
            "p_well",
            1,
            "fixed",
            ("0.3", "1", "high 0.4 -> 1; beta (alpha 30, beta 70) -> fixed"),
        ),
        (
            "rr_new",
            0,
            "fixed",
            ("1.4", "0", "low 1.1 -> 0; lognormal (mu 0.336472, sigma 0.12307) -> fixed"),
        ),
    ],
)
def test_fault_40_a_value_typed_over_is_one_edit_with_what_follows(
    name: str,
    value: float,
    kind: str,
    expected: tuple[str, str, str],
    memory: tuple[Study, Path],
    tmp_path: Path,
) -> None:
    study, edits = edited(memory, tmp_path, name, value)
    assert edits == {(f"{name}, value", *expected)}
    parameter = next(p for p in study.parameters if p.name == name)
    assert parameter.value == value
    assert parameter.distribution.kind == kind


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (4, "=1000*1.5", r"cell D\d+: found the formula '=1000\*1.5', allowed is a number; type"),
        (6, "=400", r"cell F\d+: found the formula '=400'"),
        (4, None, r"cell D\d+: is empty; a number is needed"),
        (4, -1, r"cell D\d+: found -1, a cost can't be negative"),
        (1, "c_other", "the row of 'c_ill' is missing"),
    ],
)
def test_what_can_not_be_typed(
    column: int, value: object, words: str, memory: tuple[Study, Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        edited(memory, tmp_path, "c_ill", value, column)


def test_faults_of_sessions_tables_scenarios_and_settings(
    opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path
) -> None:
    """One reading finds all of them."""
    sessions, scenarios = opened["Sessions"], opened["Scenarios"]
    row = row_of(sessions, "PE", 3)
    heads = [c.value for c in sessions[row_of(sessions, "strategy", "session")]]
    cell = sessions.cell(row, heads.index("contact_hours") + 1).column_letter
    names = [c.value for c in scenarios[5]]
    price = row_of(scenarios, "S41")
    moment = row_of(opened["Inputs"], "moment")
    paid = scenarios.cell(price, names.index("set drug_price_session") + 1).coordinate
    entries = {
        ("Sessions", f"{cell}{row}"): None,
        ("Sessions", f"{cell}{row + 1}"): "=1+1",
        ("Sessions", f"B{row + 2}"): 77,
        ("Inputs", f"S{HEADER + 1}"): 0.5,
        ("Inputs", f"T{HEADER + 2}"): None,
        ("Scenarios", paid): "=5",
        ("Severity", "E4"): 9,
        ("Uncertainty", "A7"): 3,
        ("Inputs", f"C{moment}"): 0.123,
    }
    path = typed(plain, tmp_path / "faulty.xlsx", entries)
    with pytest.raises(InputError) as caught:
        read_edited(path, run.study, _folder(tmp_path))
    message = str(caught.value)
    for words in (
        f"sheet Sessions, cell {cell}{row}: is empty; a number is needed",
        f"sheet Sessions, cell {cell}{row + 1}: found the formula '=1+1', allowed is a number",
        f"sheet Sessions, row {row + 2}: 'PE', session '77' is none of the study's",
        "sheet Sessions: session 5 of PE is missing",
        "sheet Inputs, cell S11: the keys of a table can't be changed here",
        "sheet Inputs, cell T12: is empty; a number is needed",
        f"{price}: found the formula '=5', allowed is a number; type the number",
        "sheet Severity, cell E4: this setting belongs to the jurisdiction's file",
        "sheet Uncertainty, cell A7: this setting belongs to the jurisdiction's file",
        f"sheet Inputs, cell C{moment}: this setting belongs to the study's file",
    ):
        assert words in message
    assert len(caught.value.faults) == 10


def test_a_table_with_blank_lines(memory: tuple[Study, Path], tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    shutil.copytree(memory[0].folder, folder)
    (folder / "rates.csv").write_text("age,rate\n\n0,0.1\n\n1,0.2\n,\n2,0.3\n")
    toml = folder / "study.toml"
    entry = '\n[tables.rates]\nfile = "rates.csv"\nsource = "example"\nstatus = "assumption"\n'
    toml.write_text(toml.read_text() + entry)
    payoffs = folder / "payoffs.csv"
    payoffs.write_text(payoffs.read_text() + "Other,cost,Well,all,rates.rate(year),year\n")
    done = Run(load_study(folder), Settings(draws=20))
    compose(done).workbook.save(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    book["Inputs"][f"T{HEADER + 2}"].value = 0.25
    book.save(tmp_path / "edited.xlsx")
    study, edits = read_edited(tmp_path / "edited.xlsx", done.study, _folder(tmp_path))
    assert [(e.what, e.before, e.after) for e in edits] == [("rates.rate at 1", "0.2", "0.25")]
    assert study.model.tables["rates"].columns["rate"].tolist() == [0.1, 0.25, 0.3]


def test_an_engine_failure_is_no_traceback(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_text("not a workbook")
    assert math.isnan(workbook_gap(path, run, path))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_text("not a workbook")
    with pytest.raises(InputError, match="is not an Excel workbook"):
        refuse_unsafe(path)
    with pytest.raises(InputError, match="missing"):
        refuse_unsafe(tmp_path / "none.xlsx")


def test_a_workbook_that_names_a_path_is_refused(
    opened: openpyxl.Workbook, plain: Path, tmp_path: Path
) -> None:
    cell = f"B{row_of(opened['Documentation'], 'study')}"
    path = typed(plain, tmp_path / "path.xlsx", {("Documentation", cell): "../../etc"})
    with pytest.raises(InputError, match="allowed are letters"):
        names_in_workbook(path)


def test_what_is_missing_or_typed_over_is_named(
    opened: openpyxl.Workbook, plain: Path, run: Run, tmp_path: Path
) -> None:
    """A scenario's row emptied, one of another name added, a computed setting typed over."""
    scenarios, inputs = opened["Scenarios"], opened["Inputs"]
    cycles, years = row_of(inputs, "cycles"), row_of(inputs, "cycle_years")
    second = max(row_of(scenarios, "S42"), row_of(scenarios, "S43"))
    entries = {
        ("Scenarios", f"A{row_of(scenarios, 'S41')}"): None,
        ("Scenarios", f"A{row_of(scenarios, 'S42')}"): "S43",
        ("Inputs", f"C{cycles}"): 12,
        ("Inputs", f"C{years}"): 1,
    }
    path = typed(plain, tmp_path / "faulty.xlsx", entries)
    with pytest.raises(InputError) as caught:
        read_edited(path, run.study, _folder(tmp_path))
    message = str(caught.value)
    for words in (
        "sheet Scenarios: the row of scenario 'S41' is missing",
        "sheet Scenarios: the row of scenario 'S42' is missing",
        f"sheet Scenarios, cell A{second}: scenario 'S43' appears twice",
        f"sheet Inputs, cell C{cycles}: 'cycles' is computed and was typed over",
        f"sheet Inputs, cell C{years}: 'cycle_years' is computed and was typed over",
    ):
        assert words in message
    assert len(caught.value.faults) == 5


@pytest.mark.long
def test_deleted_sheets_are_named(plain: Path, run: Run, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(plain)
    for title in ("Severity", "Uncertainty", "Scenarios"):
        del book[title]
    path = tmp_path / "faulty.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        read_edited(path, run.study, _folder(tmp_path))
    assert [f.message.partition(";")[0] for f in caught.value.faults] == [
        "sheet Scenarios is missing",
        "sheet Severity is missing",
        "sheet Acceptability is missing",
    ]


@pytest.mark.long
def test_study_and_jurisdiction_of_one_name(tmp_path: Path) -> None:
    """Both folders are called `same`, both hold parameters.csv; each edit finds its own file."""
    study, rules = tmp_path / "studies/same", tmp_path / "jurisdictions/same"
    shutil.copytree(MEMORY, study)
    rules.mkdir(parents=True)
    (study / "jurisdiction.toml").rename(rules / "jurisdiction.toml")
    toml = rules / "jurisdiction.toml"
    text = toml.read_text().replace("\n[discount]", '\nparameters = ["parameters.csv"]\n[discount]')
    toml.write_text(text)
    head = (study / "parameters.csv").read_text().splitlines()[0].split(",")
    row = {"name": "c_rules", "value": "7", "unit": "share", "source": "example"}
    row |= {"status": "assumption", "strategy": "all", "unit": "years"}
    cells = ",".join(row.get(h, "") for h in head)
    (rules / "parameters.csv").write_text(f"{','.join(head)}\n{cells}\n")
    payoffs = study / "payoffs.csv"
    payoffs.write_text(payoffs.read_text() + "Other,cost,Well,all,c_rules,year\n")
    done = Run(load_study(study, rules), Settings(draws=20))
    compose(done).workbook.save(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    inputs = book["Inputs"]
    inputs.cell(row_of(inputs, "c_rules"), 4).value = 11
    inputs.cell(row_of(inputs, "c_ill"), 4).value = 1200
    book.save(tmp_path / "edited.xlsx")
    copy = _folder(tmp_path)
    read, _ = read_edited(tmp_path / "edited.xlsx", done.study, copy)
    values = {p.text: p.value for p in read.parameters}
    assert (values["c_rules"], values["c_ill"]) == (11.0, 1200.0)
    assert sorted(p.name for p in copy.iterdir()) == ["same", "same_rules"]


def test_provenance_says_what_was_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ROOT / "tests/generality"
    study = load_study(place / "studies/two_lengths", place / "jurisdiction")

    def command(inputs: str) -> str:
        run = Run(study, Settings(draws=20, options={"inputs": inputs}))
        (section,) = sections_of(run, ["provenance"])
        return spoken(section.sentences[0], study_units(study)).removeprefix("To make it again: ")

    monkeypatch.chdir(ROOT)
    assert command("").startswith(
        "hecon run tests/generality/studies/two_lengths --jurisdiction tests/generality/"
        "jurisdiction --draws 20 --seed 1 --design monte-carlo. "
    )
    edited = command("outputs/two_lengths_edited/inputs")
    assert "run outputs/two_lengths_edited/inputs/two_lengths --jurisdiction" in edited
    monkeypatch.chdir(tmp_path)
    assert command("").startswith("hecon run two_lengths --jurisdiction jurisdiction ")
