"""The sheet Evidence: edited arms and figures move estimates, inputs and ICER as in Python."""

from pathlib import Path

import openpyxl
import pytest
from recalculated import recalculate
from short_study import Edits, yearly_study
from typed import typed

from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.engine.expression import parse
from hecon.engine.model import Key
from hecon.errors import InputError
from hecon.parameters.design import base_case
from hecon.studies.study import Study
from hecon.workbook.archive import Values
from hecon.workbook.book import compose
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import Book
from hecon.workbook.edits import read_edited
from hecon.workbook.libreoffice import LibreOfficeMissing, libreoffice_replays
from hecon.workbook.sheets import evidence_blocks, evidence_rows, heterogeneity_sheet
from hecon.workbook.sheets.evidence_sheet import write_evidence
from hecon.workbook.sheets.increments_sheet import write_increments

TOLERANCE = 1e-9
TRIALS, EFFECTS, CONTRASTS = "trials.csv", "reported_effects.csv", "nma_contrasts.csv"

#: Edits of the evidence: file, row and column with what is typed.
CASES: dict[str, Edits] = {
    "one count": {(TRIALS, "T001", "events_diagnosis_lost"): "31"},
    "no event in an arm": {(TRIALS, "T004", "events_diagnosis_lost"): "0"},
    "everybody in an arm": {(TRIALS, "T003", "events_diagnosis_lost"): "52"},
    "heterogeneous trials": {
        (TRIALS, "T003", "events_diagnosis_lost"): "20",
        (TRIALS, "T024", "events_diagnosis_lost"): "0",
        (TRIALS, "T005", "events_diagnosis_lost"): "1",
        (TRIALS, "T013", "n_assessed"): "120",
    },
    "dropout and size": {
        (TRIALS, "T001", "dropout_n"): "9",
        (TRIALS, "T003", "n_randomised"): "60",
        (TRIALS, "T002", "n_assessed"): "35",
    },
    "published": {
        (EFFECTS, "R01", "estimate"): "2.1",
        (EFFECTS, "R03", "ci_low"): "0.4",
        (EFFECTS, "R05", "ci_high"): "0.35",
        (EFFECTS, "R04", "estimate"): "0.6",
        (CONTRASTS, "C047", "g"): "0.9",
        (CONTRASTS, "C046", "se"): "0.05",
    },
}


@pytest.fixture(scope="module")
def cells(opened: openpyxl.Workbook) -> dict[tuple[str, str], tuple[int, int]]:
    """Row and column of each figure that can be typed over, by row and column of its file."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    heads: dict[str, int] = {}
    for row in opened["Evidence"].iter_rows():
        if row[0].value in ("trial arm", "published effect", "contrast"):
            heads = {str(c.value).replace(" ", "_"): c.column for c in row}
        for name, column in heads.items():
            if row[0].value is not None:
                found.setdefault((str(row[0].value), name), (row[0].row, column))
    return found


def place(address: str) -> tuple[str, str]:
    sheet, _, cell = address.rpartition("!")
    return sheet.strip("'"), cell.replace("$", "")


def networks(study: Study) -> set[str]:
    """Estimates that rest on a network, which the workbook doesn't follow."""
    made = study.synthesis.estimates
    found = {n for n, e in made.items() if e.network is not None}
    return found | {n for n, e in made.items() if found & set(e.parts)}


def assert_follows(composed: Book, values: Values, study: Study) -> int:
    """Every live block, what Inputs takes from it, and the decision are as in Python."""
    count = 0
    aside = networks(study)
    for name, block in composed.after(write_evidence).items():
        made = study.synthesis.estimates[name]
        known = {"estimate": made.effect.estimate, "se": made.effect.se}
        known |= {"low": made.low, "high": made.high}
        known |= dict(zip(evidence_rows.NATURAL, made.natural, strict=True))
        if made.events is not None:
            derived = made.derived("probability")
            known |= {"natural low": derived.low, "natural high": derived.high}
        for what, value in known.items():
            if name in aside:
                continue
            sheet, cell = place(block.cells[what])
            found = values[sheet][cell]
            assert found == pytest.approx(value, rel=TOLERANCE, abs=1e-12), (name, what)
            count += 1
    for parameter in study.parameters:
        if parameter.is_input and parameter.estimate:
            row = place(composed.layout.cells[parameter.key])[1].lstrip("C")
            figures = {"D": parameter.value, "F": parameter.low, "G": parameter.high}
            for column, value in figures.items():
                found = values["Inputs"][f"{column}{row}"]
                assert found == pytest.approx(value, rel=TOLERANCE), (parameter.text, column)
    outcomes = evaluate(study.model, base_case(study.parameters))
    cost, qaly = (t.sel(strategy=list(study.compared)).values[:, 0] for t in totals(outcomes))
    pair = composed.after(write_increments)
    more = {pair.cost: cost[0] - cost[1], pair.qaly: qaly[0] - qaly[1]}
    if more[pair.qaly] > 0:
        more[pair.icer] = more[pair.cost] / more[pair.qaly]
    for address, value in more.items():
        sheet, cell = place(address)
        assert values[sheet][cell] == pytest.approx(value, rel=TOLERANCE), address
    return count


def test_as_delivered(composed: Book, plain: Path, run: Run) -> None:
    """Every estimate of the study has a block; those of networks hold Python's figures."""
    values = recalculate(plain)
    assert set(composed.after(write_evidence)) == set(run.study.synthesis.estimates)
    assert assert_follows(composed, values, run.study) > 200
    assert values["Checks"]["B3"] is True
    assert values["Checks"]["B4"] == "yes"


@pytest.mark.parametrize(
    "case",
    [
        c if c in ("one count", "published") else pytest.param(c, marks=pytest.mark.long)
        for c in CASES
    ],
)
def test_edits_move_everything(
    case: str,
    composed: Book,
    plain: Path,
    cells: dict[tuple[str, str], tuple[int, int]],
    tmp_path: Path,
) -> None:
    study = yearly_study(tmp_path, CASES[case])
    live = LiveWorkbook(plain)
    for (_, name, column), text in CASES[case].items():
        live.set("Evidence", *cells[(name, column)], float(text))
    values = live.values()
    assert_follows(composed, values, study)
    assert values["Checks"]["B3"] is True
    assert values["Checks"]["B4"] == "edited: not comparable"


@pytest.mark.long
def test_libreoffice_follows(
    composed: Book,
    plain: Path,
    cells: dict[tuple[str, str], tuple[int, int]],
    tmp_path: Path,
) -> None:
    together = {**CASES["heterogeneous trials"], **CASES["published"], **CASES["dropout and size"]}
    study = yearly_study(tmp_path, together)
    chosen: dict[tuple[str, str], str | float] = {}
    for (_, name, column), text in together.items():
        row, position = cells[(name, column)]
        chosen[("Evidence", openpyxl.utils.get_column_letter(position) + str(row))] = float(text)
    try:
        (values,) = libreoffice_replays(plain, [chosen])
    except LibreOfficeMissing as missing:
        pytest.skip(str(missing))
    assert_follows(composed, values, study)


def test_scenarios_take_estimates(
    composed: Book, plain: Path, cells: dict[tuple[str, str], tuple[int, int]], tmp_path: Path
) -> None:
    """What a scenario sets moves with the arms; what rests on a network does not."""
    edits = {**CASES["heterogeneous trials"], **CASES["published"]}
    study = yearly_study(tmp_path, edits)
    live = LiveWorkbook(plain)
    for (_, name, column), text in edits.items():
        live.set("Evidence", *cells[(name, column)], float(text))
    values = live.values()["Scenarios"]
    expected: dict[tuple[str, Key], float] = {}
    for scenario in study.scenarios:
        estimated = {p.key for p in scenario.own if p.estimate}
        for key in estimated & set(scenario.changes):
            expected[(scenario.id, key)] = scenario.changes[key].value
    assert len(expected) >= 10
    order = [s.id for s in composed.study.scenarios]
    for (name, key), value in expected.items():
        column = f"set {key[0]}" + (f"[{key[1]}]" if key[1] else "")
        letters = openpyxl.utils.get_column_letter(composed.scenarios.column(column))
        found = values[f"{letters}{composed.scenarios.first + order.index(name)}"]
        assert found == pytest.approx(value, rel=TOLERANCE), name


BREAKS = {
    "standard error of published effects": ("SE_FROM_INTERVAL", parse("(high - low) / z")),
    "upper end": ("HIGH", parse("estimate + se")),
    "conversion": ("SMD_TO_LOG_ODDS", parse("smd * 1.5")),
    "indirect": ("INDIRECT", parse("a_v_c + b_v_c")),
}


@pytest.mark.parametrize(
    "what",
    [
        "upper end",
        *(pytest.param(w, marks=pytest.mark.long) for w in BREAKS if w != "upper end"),
    ],
)
def test_a_wrong_formula_is_noticed(
    what: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, expr = BREAKS[what]
    room = evidence_rows if hasattr(evidence_rows, name) else evidence_blocks
    monkeypatch.setattr(room, name, expr)
    path = tmp_path / "wrong.xlsx"
    wrong = compose(run)
    wrong.workbook.save(path)
    values = recalculate(path)
    with pytest.raises(AssertionError):
        assert_follows(wrong, values, run.study)
    if what != "upper end":
        assert values["Checks"]["B4"] == "no"


@pytest.mark.long
def test_steps_that_have_not_come_to_rest(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heterogeneity_sheet, "ROWS", 4)
    path = tmp_path / "few.xlsx"
    compose(run).workbook.save(path)
    values = recalculate(path)
    assert values["Checks"]["B3"] is False
    sheet = openpyxl.load_workbook(path)["Checks"]
    red = [
        str(row[0].value)
        for row in sheet.iter_rows()
        if values["Checks"].get(f"B{row[0].row}") is False
    ]
    assert "Heterogeneity: the steps of waitlist_lod have come to rest" in red


IMPOSSIBLE = {
    "events above n": (("T001", "events_diagnosis_lost"), 43),
    "half a patient": (("T001", "events_diagnosis_lost"), 12.5),
    "a word": (("T001", "events_diagnosis_lost"), "many"),
    "below zero": (("T003", "dropout_n"), -1),
    "nobody in either arm": (("T006", "events_diagnosis_lost"), 0),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_impossible_counts_are_red(
    what: str, plain: Path, cells: dict[tuple[str, str], tuple[int, int]]
) -> None:
    (name, column), value = IMPOSSIBLE[what]
    live = LiveWorkbook(plain)
    live.set("Evidence", *cells[(name, column)], value)
    if what == "nobody in either arm":
        live.set("Evidence", *cells[("T005", column)], value)
    assert live.values()["Checks"]["B3"] is False


def evidence_cell(cells: dict[tuple[str, str], tuple[int, int]], name: str, column: str) -> str:
    row, position = cells[(name, column)]
    return openpyxl.utils.get_column_letter(position) + str(row)


@pytest.mark.parametrize(
    "case",
    [
        "heterogeneous trials",
        *(pytest.param(c, marks=pytest.mark.long) for c in ("dropout and size", "published")),
    ],
)
def test_round_trip(
    case: str,
    plain: Path,
    run: Run,
    cells: dict[tuple[str, str], tuple[int, int]],
    tmp_path: Path,
) -> None:
    edits = CASES[case]
    entries = {
        ("Evidence", evidence_cell(cells, name, column)): float(text)
        for (_, name, column), text in edits.items()
    }
    (tmp_path / "back").mkdir()
    study, found = read_edited(
        typed(plain, tmp_path / "edited.xlsx", entries), run.study, tmp_path / "back"
    )
    assert {(e.sheet, e.cell) for e in found} == set(entries)
    direct = yearly_study(tmp_path, edits)
    assert {n: e.effect for n, e in study.synthesis.estimates.items()} == {
        n: e.effect for n, e in direct.synthesis.estimates.items()
    }
    assert [p.value for p in study.parameters] == [p.value for p in direct.parameters]


@pytest.mark.parametrize(
    ("name", "column", "value", "words"),
    [
        ("T001", "events_diagnosis_lost", 43, "43 events are more than the 42 assessed"),
        ("T001", "events_diagnosis_lost", 12.5, "found 12.5, allowed is a count"),
        ("T001", "events_diagnosis_lost", "=1+1", "found the formula '=1+1', allowed is a number"),
        ("T001", "events_diagnosis_lost", None, "is empty; a number is needed"),
        ("T005", "events_remission", 3, "was not reported, and nothing here uses it"),
        ("R01", "ci_low", 2.0, "1.8 must lie inside its interval 2 to 2.96"),
        ("R01", "ci_low", -1, "can't be the interval of a OR"),
        ("C047", "se", 0, "allowed is 0.001 or more"),
    ],
)
def test_faults_name_sheet_and_cell(
    name: str,
    column: str,
    value: object,
    words: str,
    plain: Path,
    run: Run,
    cells: dict[tuple[str, str], tuple[int, int]],
    tmp_path: Path,
) -> None:
    cell = evidence_cell(cells, name, column)
    (tmp_path / "back").mkdir()
    path = typed(plain, tmp_path / "edited.xlsx", {("Evidence", cell): value})
    with pytest.raises(InputError) as caught:
        read_edited(path, run.study, tmp_path / "back")
    message = str(caught.value)
    assert f"edited.xlsx, sheet Evidence, cell {cell}: " in message
    assert words in message


def test_an_estimate_without_contrast_names_its_cell(
    plain: Path, run: Run, cells: dict[tuple[str, str], tuple[int, int]], tmp_path: Path
) -> None:
    """Nobody has the event in either arm: each count is possible, the ratio is not."""
    entries = {
        ("Evidence", evidence_cell(cells, t, "events_diagnosis_lost")): 0 for t in ("T005", "T006")
    }
    (tmp_path / "back").mkdir()
    with pytest.raises(InputError) as caught:
        read_edited(typed(plain, tmp_path / "edited.xlsx", entries), run.study, tmp_path / "back")
    cell = evidence_cell(cells, "T005", "events_diagnosis_lost")
    assert f"sheet Evidence, cell {cell}: study Mithoefer 2018: nobody has" in str(caught.value)


def test_a_row_that_is_gone(
    plain: Path, run: Run, cells: dict[tuple[str, str], tuple[int, int]], tmp_path: Path
) -> None:
    cell = evidence_cell(cells, "T003", "trial_arm")
    (tmp_path / "back").mkdir()
    path = typed(plain, tmp_path / "edited.xlsx", {("Evidence", cell): "T999"})
    with pytest.raises(InputError) as caught:
        read_edited(path, run.study, tmp_path / "back")
    assert f"cell {cell}: 'T999' is no trial arm of the study" in str(caught.value)
    assert "the row of trial arm 'T003' is missing" in str(caught.value)


def inputs_row(composed: Book, name: str) -> str:
    return place(composed.layout.cells[(name, None)])[1].lstrip("C")


def test_a_number_over_an_estimate(composed: Book, plain: Path, run: Run, tmp_path: Path) -> None:
    """The parameter goes its own way: value typed, status assumption, spread as before."""
    ratio, share = inputs_row(composed, "lnor_mdma_v_pbo"), inputs_row(composed, "p_lod_comp_pbo")
    entries = {
        ("Inputs", f"D{ratio}"): 0.9,
        ("Inputs", f"D{share}"): 0.3,
        ("Inputs", f"I{share}"): "published",
        ("Inputs", f"G{share}"): 0.6,
    }
    (tmp_path / "back").mkdir()
    study, edits = read_edited(
        typed(plain, tmp_path / "edited.xlsx", entries), run.study, tmp_path / "back"
    )
    was = {p.text: p for p in run.study.parameters}
    now = {p.text: p for p in study.parameters}
    own, before = now["lnor_mdma_v_pbo"], was["lnor_mdma_v_pbo"]
    assert (own.value, own.estimate, own.status) == (0.9, "", "assumption")
    assert own.distribution.parameters == pytest.approx((0.9, before.distribution.parameters[1]))
    assert (own.low, own.high) == (before.low, before.high)
    own = now["p_lod_comp_pbo"]
    assert (own.value, own.high, own.status) == (0.3, 0.6, "published")
    assert own.distribution.centre == pytest.approx(0.3)
    told = {e.what: e.follows for e in edits}
    untied = "estimate mdma_v_pbo -> none, status assumption"
    assert told["lnor_mdma_v_pbo, value"].startswith(untied)
    untied = "estimate pbo_lod -> none, status published"
    assert told["p_lod_comp_pbo, value"].startswith(untied)


def test_an_end_over_an_estimate_alone(
    composed: Book, plain: Path, run: Run, tmp_path: Path
) -> None:
    row = inputs_row(composed, "lnor_mdma_v_pbo")
    (tmp_path / "back").mkdir()
    path = typed(plain, tmp_path / "edited.xlsx", {("Inputs", f"F{row}"): 0.1})
    with pytest.raises(InputError, match=f"cell F{row}: the ends of 'lnor_mdma_v_pbo' follow"):
        read_edited(path, run.study, tmp_path / "back")


def test_a_number_over_a_scenarios_estimate(
    composed: Book, plain: Path, run: Run, tmp_path: Path
) -> None:
    grid = composed.scenarios
    column = openpyxl.utils.get_column_letter(grid.column("set lnor_pe_v_supportive"))
    row = grid.first + [s.id for s in composed.study.scenarios].index("S01")
    (tmp_path / "back").mkdir()
    path = typed(plain, tmp_path / "edited.xlsx", {("Scenarios", f"{column}{row}"): 0.7})
    study, edits = read_edited(path, run.study, tmp_path / "back")
    (scenario,) = [s for s in study.scenarios if s.id == "S01"]
    assert (scenario.text, scenario.estimates) == ("lnor_pe_v_supportive = 0.7", ())
    assert [e.what for e in edits] == ["S01 sets lnor_pe_v_supportive"]


def test_texts_are_no_formulas_and_retracted_rows_are_marked(
    composed: Book, cells: dict[tuple[str, str], tuple[int, int]], tmp_path: Path
) -> None:
    edits = {(TRIALS, "T010", "arm"): "=1+1", (TRIALS, "T010", "note"): "=HYPERLINK(1)"}
    study = yearly_study(tmp_path, edits)
    sheet = compose(Run(study, Settings(draws=5))).workbook["Evidence"]
    row = cells[("T010", "trial_arm")][0]
    texts = [c for c in sheet[row] if str(c.value).startswith("=1+1")]
    assert [c.data_type for c in texts] == ["s"]
    (note,) = [c for c in sheet[row] if c.value == "=HYPERLINK(1)"]
    assert note.data_type == "s"
    row, column = cells[("T065", "status")]
    retracted, published = (sheet.cell(r, column) for r in (row, cells[("T005", "status")][0]))
    assert retracted.value == "retracted"
    assert retracted.fill.start_color.rgb != published.fill.start_color.rgb
