"""The command line on a small study: what it says, writes and leaves alone."""

import csv
import io
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hecon.analyses.run import Run, Settings
from hecon.cli import app
from hecon.commands.messages import messages
from hecon.commands.options import DesignName
from hecon.parameters.random import METHODS
from hecon.report.console import console
from hecon.report.reference import compare_with_reference, write_reference
from hecon.report.reproduction import show_reproduction
from hecon.report.things_called import study_units
from hecon.report.whole import sections_of
from hecon.studies.load_study import load_study
from hecon.version import __version__

HERE = Path(__file__).parent
SMALL = HERE / "studies" / "small"
TESTLAND = HERE / "jurisdictions" / "testland"
#: Tables and the screen, without what takes most of a run's time.
QUICK = ("--no-report", "--no-figures")
HECON = [sys.executable, "-c", "from hecon.cli import app; app()"]


def hecon(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def run(out, *more, study=SMALL, draws=60):
    return hecon("run", study, "--out", out, "--draws", draws, *more)


def files(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One run in Testland: the printed text and the folder."""
    out = tmp_path_factory.mktemp("finished")
    result = run(out, "--jurisdiction", "testland")
    assert result.exit_code == 0, result.output
    return result.stdout, out


def tables_of(folder):
    """All files of a run but its record, figures and reports."""
    return {
        name: content
        for name, content in files(folder).items()
        if name.startswith("outputs/") and "/figures/" not in name and "record" not in name
    }


@pytest.fixture
def copy(tmp_path):
    """A copy of the small study that a test may spoil."""
    return Path(shutil.copytree(SMALL, tmp_path / "studies" / "small"))


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# -- help --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "check", "reproduce"])
def test_help_shows_examples(command):
    text = hecon(command, "--help").stdout
    assert "Examples" in text
    assert f"\n    hecon {command} inputs/studies/ptsd" in text


def test_bare_command_and_version():
    assert "reproduce" in hecon("--help").stdout
    assert hecon("--version").stdout == f"hecon {__version__}\n"


def test_start_is_light():
    """`hecon --help` must not wait for the libraries that compute."""
    code = "import sys, hecon.cli; print(sorted({'numpy', 'pandas', 'xarray'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_command_loads_nothing_for_files_and_machines_it_does_not_use():
    code = (
        "import sys; from hecon.lean import leave_out_unasked as lean; lean()\n"
        "import xarray; print('pandas' in sys.modules, {'dask', 'pyarrow'} & set(sys.modules))\n"
        "import pyarrow; print(pyarrow.array(['a']).to_pandas().tolist())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "True set()\n['a']\n"


def test_designs_are_those_that_exist():
    assert tuple(d.value for d in DesignName) == METHODS


# -- run ---------------------------------------------------------------------------------


def test_summary_says_what_matters(finished):
    text, out = finished
    text = " ".join(text.split())
    for phrase in (
        "Is the new treatment cost-effective against the old one?",
        "costs in EUR, 2024 prices, per person",
        "New treatment",
        "per QALY gained.",
        "on the frontier",
        "shortfall",
        "Severity classes (assumption)",
        "severity-weighted threshold of EUR 30,000 per QALY",
        "Net benefit",
        "60 draws, Monte Carlo, seed 1",
        "Standard error",
        "% of the draws at EUR 30,000 per QALY",
        "Perfect information on everything would be worth",
        "The answer",
        "Evidence status of the 7 inputs: 3 published, 1 derived, 3 assumption.",
        str(out / "reports" / "small_testland.xlsx"),
        str(out / "reports" / "small_testland_brief.docx"),
        str(out / "reports" / "small_testland_technical.docx"),
    ):
        assert phrase in text


def test_summary_fits_80_columns_and_is_plain(finished):
    places = ("Report:", "Page:", "Brief:", "Technical documentation:", "Tables:")
    lines = [x for x in finished[0].splitlines() if not x.startswith(places)]
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert "\x1b" not in finished[0]


def test_files(finished):
    _, out = finished
    assert sorted(p.name for p in out.iterdir()) == ["outputs", "reports"]
    names = {p.name for p in (out / "outputs" / "small_testland").iterdir()}
    assert {"base_case.csv", "draws.csv", "draw_outcomes.nc", "record.json"} <= names
    reports = sorted(p.name for p in (out / "reports").iterdir())
    documents = ["small_testland_brief.docx", "small_testland_technical.docx"]
    assert reports == ["small_testland.html", "small_testland.xlsx", *documents]
    record = json.loads((out / "outputs" / "small_testland" / "record.json").read_text("utf-8"))
    assert sorted(record["reports"]) == reports


def test_dominance_is_in_words(copy, tmp_path):
    edit(copy / "parameters.csv", "new treatment,0.6,risk ratio", "new treatment,1.2,risk ratio")
    edit(copy / "parameters.csv", "lognormal,estimate=0.6; ci_low=0.45; ci_high=0.8", "fixed,")
    result = run(tmp_path / "out", *QUICK, study=copy)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    words = "New is dominated by Old: it costs more and gives fewer QALYs."
    results, _, answer = text.partition("The answer")
    assert "dominated" in results
    assert answer.count(words) == 2
    assert "New against Old: EUR" not in text
    assert "QALYs fewer" in text


def test_without_a_severity_rule_none_is_shown(tmp_path):
    result = run(tmp_path, *QUICK)
    assert result.exit_code == 0, result.output
    assert "At EUR 20,000 per QALY" in " ".join(result.stdout.split())
    assert "Severity weight" not in result.stdout
    assert "Absolute shortfall" not in result.stdout


def test_one_draw(tmp_path):
    result = run(tmp_path, *QUICK, draws=1)
    assert result.exit_code == 0, result.output
    assert "in the one draw there is, which says nothing of how sure that is" in " ".join(
        result.stdout.split()
    )


def test_jurisdiction_by_folder_is_the_same_run(finished, tmp_path):
    assert run(tmp_path, "-j", TESTLAND, *QUICK).exit_code == 0
    found, wanted = files(tmp_path), tables_of(finished[1])
    assert {name: found[name] for name in wanted} == wanted


def test_the_study_one_stands_in_is_the_same_run(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(SMALL)
    assert run(tmp_path, "-j", "../../jurisdictions/testland", *QUICK, study=".").exit_code == 0
    found, wanted = files(tmp_path), tables_of(finished[1])
    assert {name: found[name] for name in wanted} == wanted
    record = json.loads(found["outputs/small_testland/record.json"])
    assert record["command"].startswith("hecon run . --jurisdiction testland --draws 60")


@pytest.mark.long
def test_the_same_run_gives_the_same_bytes(finished, tmp_path):
    """CSV, NetCDF, record and workbook; also in another process and with more workers."""
    command = [*HECON, "run", str(SMALL), "-j", "testland", "--draws", "60", "--workers", "2"]
    done = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(line.endswith(" ...") for line in done.stderr.splitlines()), "a line a stage"
    found, wanted = files(tmp_path), files(finished[1])
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_only_some_analyses(tmp_path):
    """Named by their commands or their own names; neither page nor workbook is written."""
    result = run(tmp_path, "--only", "scenarios,two-way,one_way")
    assert result.exit_code == 0, result.output
    assert [p.name for p in tmp_path.iterdir()] == ["outputs"]
    (tmp_path / "reports").mkdir()
    earlier = (
        tmp_path / "reports" / next((tmp_path / "outputs").iterdir()).with_suffix(".xlsx").name
    )
    earlier.write_text("typed over by hand")
    assert run(tmp_path, "--only", "scenarios,two-way,one_way").exit_code == 0
    assert earlier.read_text() == "typed over by hand"
    names = {p.stem for p in tmp_path.rglob("*.csv")}
    assert names == {"columns", "tornado", "one_way", "one_way_totals", "scenarios"} | {
        "scenario_totals"
    }
    wrong = run(tmp_path / "out", "--only", "scenarioz")
    assert_refused(wrong, tmp_path / "out", "'scenarioz' is no analysis; did you mean scenarios?")


def test_without_report_or_figures(tmp_path):
    assert run(tmp_path, "--no-report", "--no-figures").exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["outputs"]
    assert list(tmp_path.rglob("base_case.csv"))
    assert not list(tmp_path.rglob("*.svg"))


def test_a_scenario_as_the_base_case(finished, tmp_path):
    """Its base case is the scenario's row of the study's own run."""
    done = run(tmp_path, "-j", "testland", "--scenario", "S2", "--no-report", "--no-figures")
    assert done.exit_code == 0, done.output
    (own,) = (tmp_path / "outputs").iterdir()
    assert own.name == "small_testland_S2"
    with (own / "comparison.csv").open(newline="") as file:
        (made,) = csv.DictReader(file)
    with (finished[1] / "outputs/small_testland/scenarios.csv").open(newline="") as file:
        wanted = next(row for row in csv.DictReader(file) if row["scenario"] == "S2")
    for column in ("intervention", "comparator", "icer", "nmb"):
        assert made[column] == wanted[column], column
    assert "(scenario S2)" in done.stdout
    assert "--scenario S2" in (own / "record.json").read_text() or "S2" in done.stdout


def test_values_set(tmp_path):
    """At the new treatment's price of nothing its costs are those of a course without it."""
    more = ("--set", "c_new=0", "--set", "rr_new=1", "--no-figures")
    done = run(tmp_path, "-j", "testland", *more)
    assert done.exit_code == 0, done.output
    assert "c_new = 0 EUR/year; rr_new = 1 risk ratio" in " ".join(done.stdout.split())
    (own,) = (tmp_path / "outputs").iterdir()
    assert own.name == "small_testland_set"
    with (own / "comparison.csv").open(newline="") as file:
        (made,) = csv.DictReader(file)
    assert float(made["cost_difference"]) == 0
    assert float(made["qaly_difference"]) == 0
    page = (tmp_path / "reports" / "small_testland_set.html").read_text("utf-8")
    assert "--set c_new=0 --set rr_new=1" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scenario", "S9"], "'S9' is no scenario; allowed are S1, S2"),
        (["--set", "c_nwe=5"], "'c_nwe' is no input; did you mean c_new"),
        (["--set", "c_new"], "found 'c_new', allowed is NAME=VALUE"),
        (["--set", "c_new=much"], "c_new: found 'much', needed is a number (EUR/year)"),
        (["--set", "p_ill=1.2"], "p_ill: found 1.2, allowed for a probability is 0 to 1"),
        (["--set", "c_new=-1"], "c_new: found -1, a cost can't be negative"),
        (["--set", "c_new=1", "--set", "c_new=2"], "'c_new' is set twice"),
    ],
)
def test_a_base_case_that_cannot_be(arguments, message, tmp_path):
    assert_refused(run(tmp_path / "out", *arguments), tmp_path / "out", message)


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol"])
def test_other_designs(design, tmp_path):
    assert run(tmp_path, "--design", design, *QUICK, draws=16).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--live-draws", "61"], "found 61, allowed are as many as the workbook holds: 60"),
        (["--live-draws", "3", "--no-report"], "only with a report"),
        (["--live-draws", "3", "--only", "psa"], "only with a report"),
    ],
)
def test_draws_that_no_workbook_can_work_out(arguments, message, tmp_path):
    assert_refused(run(tmp_path / "out", *arguments), tmp_path / "out", message)


# -- what goes wrong ---------------------------------------------------------------------


def assert_refused(result, out, *phrases):
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    for phrase in phrases:
        assert phrase in result.stderr
    assert not out.exists()


@pytest.mark.parametrize("command", ["run", "check"])
def test_every_fault_is_listed_and_nothing_is_written(command, copy, tmp_path):
    edit(copy / "parameters.csv", "an assumption,assumption", "an assumption,guess")
    edit(copy / "parameters.csv", "time horizon,20,years", "time horizon,long,years")
    before, out = files(tmp_path), tmp_path / "out"
    result = hecon(command, copy, *(["--out", out] if command == "run" else []))
    where = "small/parameters.csv, row"
    assert_refused(result, out, "faults in the input:", f"{where} 7", f"{where} 2", "found 'long'")
    assert files(tmp_path) == before


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_model_that_breaks_a_rule(command, copy, tmp_path):
    edit(copy / "transitions.csv", "Well,Well,rest", "Well,Well,0.5")
    result = hecon(command, copy, *(["--out", tmp_path / "out"] if command == "run" else []))
    assert_refused(result, tmp_path / "out", "The model breaks a rule", "does not sum to one")


def test_unknown_jurisdiction(tmp_path):
    result = run(tmp_path / "out", "-j", "testlan")
    assert_refused(result, tmp_path / "out", "'testlan'", "did you mean testland?")


def test_missing_study(tmp_path):
    assert_refused(
        run(tmp_path / "out", study=tmp_path / "none"),
        tmp_path / "out",
        "there is no study's folder here",
    )


def test_out_is_a_file(tmp_path):
    (tmp_path / "taken").write_text("x")
    result = run(tmp_path / "taken")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert (tmp_path / "taken").read_text() == "x"


@pytest.mark.parametrize(
    ("error", "code"), [(OSError(28, "No space left on device"), 2), (KeyboardInterrupt(), 130)]
)
@pytest.mark.parametrize("again", [False, True])
def test_a_run_cut_short_leaves_everything_as_it_was(
    error, code, again, finished, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    if again:
        shutil.copytree(finished[1], out)
    before = files(tmp_path)

    def fail(results, sections, path):
        path.write_bytes(b"half a workbook")
        raise error

    monkeypatch.setattr("hecon.workbook.book.write_workbook", fail)
    result = run(out, "--seed", 2, "-j", "testland", "--no-figures")
    assert result.exit_code == code
    assert sum(not line.endswith(" ...") for line in result.stderr.splitlines()) == 1
    assert files(tmp_path) == before
    assert out.exists() is again


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_cleanly(number, tmp_path):
    # what started the tests may ignore SIGINT, as a shell does in the background
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heeding}; {HECON[-1]}"]
    command += ["run", str(SMALL), "--draws", "200000", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            time.sleep(2.5)
            process.send_signal(number)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert [line for line in said.splitlines() if line[-4:] != " ..."] == ["Interrupted."]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_in_a_destructor_is_not_lost(number, capsys):
    class Dies:
        def __del__(self):
            signal.raise_signal(number)

    def work():
        Dies()  # nothing can be raised out of this
        for _ in range(500):
            time.sleep(0.01)

    with pytest.raises(typer.Exit) as left, messages():
        work()
    assert left.value.exit_code == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_a_reader_that_leaves(tmp_path):
    command = [*HECON, "check", str(SMALL)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=0
    )
    process.stdout.close()
    said = process.stderr.read()
    process.wait(timeout=60)
    process.stderr.close()
    assert said == "Reading the study ...\n"
    assert process.returncode == 0


# -- check -------------------------------------------------------------------------------


def test_check_says_what_was_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = hecon("check", SMALL, "-j", "testland")
    assert result.exit_code == 0
    for phrase in (
        "Testland; EUR, 2024 prices",
        "7, 4 of them with a distribution",
        "3 published, 1 derived, 3 assumption",
        "Well, Ill, Dead",
        "New against Old",
        "No faults",
    ):
        assert phrase in result.stdout
    assert not list(tmp_path.iterdir())


# -- reproduce ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "small_own"
    result = reproduce(folder, "--update", "--draws", 40, "--seed", 3)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def reference(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "small_own"))


def reproduce(folder, *more, study=SMALL):
    return hecon("reproduce", study, "--reference", folder, *more)


def test_reference_agrees_and_leaves_out_the_draws(reference):
    result = reproduce(reference)
    assert result.exit_code == 0, result.output
    assert "figures agree" in result.stdout
    assert "draws.csv" not in {p.name for p in reference.iterdir()}


def test_a_reference_of_some_analyses_is_compared_alone(tmp_path):
    folder = tmp_path / "some"
    assert reproduce(folder, "--update", "--only", "results,one-way").exit_code == 0
    assert (folder / "base_case.csv").is_file()
    assert not (folder / "scenarios.csv").exists()
    assert reproduce(folder).exit_code == 0
    change(folder / "one_way.csv", 1, "nmb", lambda x: "")
    assert reproduce(folder, "--out", tmp_path).exit_code == 1
    assert reproduce(folder, "--only", "results").exit_code == 2


@pytest.fixture(scope="module")
def again():
    """The run that references are compared with, and its sections, worked out once."""
    study_run = Run(load_study(SMALL), Settings(40, 3))
    return study_run, sections_of(study_run)


def compared(again, folder):
    """Places that differ, and what is printed."""
    done, sections = again
    units = study_units(done.study)
    found = compare_with_reference(done, sections, units, folder)
    file = io.StringIO()
    show_reproduction(found, folder, units, console(file))
    return list(found.differences[["table", "row", "column"]].itertuples(index=False, name=None)), (
        " ".join(file.getvalue().split())
    )


def test_reference_is_the_same_when_made_again(reference, again):
    before = files(reference)
    write_reference(*again, study_units(again[0].study), reference)
    assert files(reference) == before


def change(path, row, column, to):
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    rows[row][rows[0].index(column)] = to(rows[row][rows[0].index(column)])
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.mark.parametrize(
    ("table", "row", "column", "to", "named"),
    [
        ("scenarios", 2, "qaly_difference", lambda x: repr(float(x) * 1.001), "S1"),
        ("scenarios", 2, "verdict", lambda x: "dominant!", "S1"),
        ("probabilistic", 2, "mean", lambda x: repr(float(x) * (1 + 1e-7)), "New cost"),
        ("one_way", 1, "nmb", lambda x: "", "c_new low"),
    ],
)
def test_a_changed_figure_is_named(table, row, column, to, named, reference, again):
    change(reference / f"{table}.csv", row, column, to)
    found, text = compared(again, reference)
    assert found == [(table, named, column)]
    assert "1 of " in text
    assert named in text.partition("Figures that differ")[2]


def test_rounding_is_no_difference(reference, again):
    for row in (1, 2):
        change(reference / "probabilistic.csv", row, "mean", lambda x: repr(float(x) * (1 + 1e-13)))
    assert compared(again, reference)[0] == []


def test_a_missing_table_and_a_missing_row_are_named(reference, again):
    (reference / "frontier.csv").unlink()
    text = (reference / "scenarios.csv").read_text().splitlines(keepends=True)
    (reference / "scenarios.csv").write_text("".join(text[:-1]))
    found, text = compared(again, reference)
    assert {*found} == {("frontier", "", ""), ("scenarios", "S2", "")}
    assert "no table" in text
    assert "no row" in text


def test_changed_inputs_are_named_with_the_icer_then_and_now(reference, copy):
    edit(copy / "parameters.csv", "treatment,6000,EUR", "treatment,6001,EUR")
    result = reproduce(reference, "--out", copy, study=copy)
    assert result.exit_code == 1
    assert "Input changed since the reference was made: small/parameters.csv" in result.stdout
    with (reference / "comparison.csv").open(newline="") as file:
        (then,) = csv.DictReader(file)
    with (copy / "differences.csv").open(newline="") as file:
        listed = {(r["table"], r["column"]): r for r in csv.DictReader(file)}
    moved = listed["comparison", "icer"]
    assert moved["expected"] == then["icer"]
    before, now = float(then["icer"]), float(moved["found"])
    assert now > before
    assert f"ICER: {before:,.0f} in the reference, {now:,.0f} now." in result.stdout


def test_no_reference(tmp_path):
    result = reproduce(tmp_path / "none")
    assert result.exit_code == 2
    assert "--update" in result.stderr


def test_update_keeps_its_hands_off_other_folders(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    result = reproduce(tmp_path, "--update")
    assert result.exit_code == 2
    assert "other files" in result.stderr
    assert (tmp_path / "thesis.txt").exists()
