"""What a run leaves behind, and a command in an odd place."""

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pandas as pd
import pytest
import tiny
import xarray as xr
from typer.testing import CliRunner

from hecon.analyses.exports import spreadsheet_safe
from hecon.cli import app
from hecon.report.names import file_name

ROOT = Path(__file__).parents[2]
NORWEGIAN = "Legebesøk"
CHANGES = (
    ("study.toml", 'intervention = "B"', f'intervention = "{NORWEGIAN}"'),
    ("study.toml", 'name = "B"', f'name = "{NORWEGIAN}"'),
    (
        "parameters.csv",
        "extra,B,10,EUR/year,,,,,",
        f'extra,{NORWEGIAN},10,EUR/year,,,gamma,"mean = 10; se = 3",',
    ),
    ("payoffs.csv", "Care", "Pleiehjælp 看護"),
)


def hecon(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def process(*arguments, **options):
    """A command as a process of its own, in its own surroundings."""
    command = [sys.executable, "-c", "from hecon.cli import app; app()", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options.pop("env", {})
    return subprocess.run(command, text=True, env=environment, check=False, **options)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    study = tiny.write(folder / "tiny", *CHANGES)
    result = hecon("run", study, "--draws", 30, "--out", folder)
    assert result.exit_code == 0, result.output
    (made,) = (folder / "outputs").iterdir()
    return made


def test_fault_45_netcdf_takes_names_as_text_and_has_units(outputs):
    """Care costs 100 a year and 10 more, for (1 + .8) / 2 + ... of four years."""
    with xr.open_dataset(outputs / "base_outcomes.nc", engine="scipy") as found:
        chosen = found.sel(strategy=NORWEGIAN, draw=0)
        years = sum(0.8**cycle * 0.9 for cycle in range(4))
        assert float(chosen["cost"].sum()) == pytest.approx(110 * years)
        assert found["item"].values.tolist() == ["Pleiehjælp 看護"]
        units = {name: found[name].attrs["units"] for name in found.data_vars}
    assert {units[n] for n in ("cost", "cost_undiscounted")} == {"EUR 2024"}
    assert (units["qaly"], units["life_years"]) == ("QALY", "year")


def test_fault_46_every_table_has_a_header_and_rows(outputs):
    tables = list(outputs.rglob("*.csv"))
    assert len(tables) > 5
    for path in tables:
        assert len(pd.read_csv(path)), path.name


def test_fault_43_decide_takes_the_draws_of_a_run(outputs, tmp_path):
    result = hecon("decide", outputs / "draws.csv", "--threshold", 20000, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "30 draws of 2 strategies" in result.output
    name = f"{outputs.name}_decision"
    frontier = pd.read_csv(tmp_path / "outputs" / name / "probabilistic_frontier.csv")
    assert set(frontier["strategy"]) == {"A", NORWEGIAN}


def test_decide_judges_a_runs_draws_as_the_run_does(outputs, tmp_path):
    """Currency, price year, threshold and curves are the run's; of a changed table nobody's."""
    result = hecon("decide", outputs / "draws.csv", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "Nobody chose" not in result.output
    own = tmp_path / "outputs" / f"{outputs.name}_decision"
    for file in ("acceptability", "probabilistic_frontier", "evpi"):
        ours, theirs = (pd.read_csv(f / f"{file}.csv") for f in (own, outputs))
        shared = [c for c in ours if c in theirs]
        assert file == "acceptability" or {"currency", "price_year"} <= set(shared)
        pd.testing.assert_frame_equal(ours[shared], theirs[shared])
    (tmp_path / "mine").mkdir()
    text = (outputs / "draws.csv").read_text()
    (tmp_path / "mine" / "draws.csv").write_text(text.replace("\n1,", "\n01,", 1))
    shutil.copy(outputs / "record.json", tmp_path / "mine")
    result = hecon("decide", tmp_path / "mine" / "draws.csv", "--out", tmp_path)
    assert "Nobody chose" in result.output
    assert (tmp_path / "outputs" / "draws_decision").is_dir()


def test_fault_52_names_of_files_keep_their_letters():
    assert file_name("Legebesøk i Å/x") == "Legebesøk-i-Å-x"
    assert file_name("a_b-1") == "a_b-1"
    assert file_name("Å") != file_name("Ø")


def test_fault_68_headings_are_no_formulas():
    table = spreadsheet_safe(pd.DataFrame({"=1+1": [1.0], "@x": ["=2"], "+5": [1], "a": ["b"]}))
    assert list(table) == ["'=1+1", "'@x", "+5", "a"]
    assert table["'@x"].tolist() == ["'=2"]


def test_fault_86_draws_are_written_block_by_block(outputs, monkeypatch, tmp_path):
    whole = (outputs / "draws.csv").read_bytes()
    monkeypatch.setattr("hecon.report.outcomes._BLOCK", 7)
    study = tiny.write(tmp_path / "tiny", *CHANGES)
    result = hecon("run", study, "--draws", 30, "--out", tmp_path, "--no-figures")
    assert result.exit_code == 0, result.output
    (made,) = (tmp_path / "outputs").iterdir()
    assert (made / "draws.csv").read_bytes() == whole


@pytest.mark.parametrize("only", [(), ("--only", "psa")])
def test_fault_86_a_run_has_a_bound_on_draws(tmp_path, only):
    study = tiny.write(tmp_path / "tiny", *CHANGES)
    result = hecon("run", study, "--draws", 1_000_000, "--out", tmp_path, *only)
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "found 1,000,000, allowed for analyses and their report are 200,000" in said
    assert not (tmp_path / "outputs").exists()


def test_fault_81_82_a_run_s_folder_is_no_reference(outputs):
    study = outputs.parents[1] / "tiny"
    before = sorted(p.name for p in outputs.rglob("*"))
    result = hecon("reproduce", study, "--reference", outputs, "--update", "--draws", 5)
    assert result.exit_code == 2
    assert "other files" in result.stderr
    assert sorted(p.name for p in outputs.rglob("*")) == before
    for number in (2**31, 2**63, 10**30):
        assert hecon("run", study, "--seed", number).exit_code == 2


@pytest.mark.long
def test_fault_82_a_command_s_folder_is_no_reference(tmp_path):
    study = tiny.write(tmp_path / "tiny", *CHANGES)
    assert hecon("psa", study, "--draws", 5, "--out", tmp_path).exit_code == 0
    (made,) = (tmp_path / "outputs").iterdir()
    assert json.loads((made / "record.json").read_text("utf-8"))["draws"] == 5
    result = hecon("reproduce", study, "--reference", made, "--update", "--draws", 5)
    assert (result.exit_code, "other files" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["reproduce", "--reference", "none", "--draws", 5],
        ["reproduce", "--reference", "none", "--seed", 5],
        ["sensitivity", "--method", "sobol", "--trajectories", 5],
        ["sensitivity", "--method", "morris", "--samples", 64],
        ["scenarios", "--draws", 5],
        ["scenarios", "--seed", 5],
        ["run", "--original", "inputs/studies/ptsd"],
    ],
)
def test_fault_85_options_that_would_be_ignored_are_refused(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = tiny.write(tmp_path / "tiny")
    result = hecon(arguments[0], study, *arguments[1:])
    assert result.exit_code == 2
    assert arguments[-2] in result.stderr
    assert "leave it out" in result.stderr
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            [command, "--draws", number]
            for command in ("run", "psa", "voi", "trial", "evidence", "price")
            for number in ("99999999999999999999", "0", "1e3", "nan")
        ),
        *([command, "--seed", str(2**63)] for command in ("run", "psa", "sensitivity")),
        ["sensitivity", "--method", "morris", "--trajectories", "10000000"],
        ["sensitivity", "--samples", "99999999999"],
        ["sensitivity", "--threshold", "1e308"],
        ["psa", "--thresholds", "0:1e308:1e307"],
        ["psa", "--workers", "1000000"],
        ["psa", "--out", "x" * 1000],
        ["psa", "--out", "a\udcff"],
        ["psa", "--jurisdiction", "\uffff"],
        ["break-even", "--low", "nan"],
    ],
)
def test_fault_73_extreme_values(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = tiny.write(tmp_path / "tiny")
    result = hecon(arguments[0], study, *arguments[1:])
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert len(result.output) < 1000
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize("width", ["80", "120"])
def test_fault_47_the_list_of_commands_is_whole(width, monkeypatch):
    monkeypatch.setenv("COLUMNS", width)
    text = hecon("--help").stdout
    assert "..." not in text.partition("Commands:")[2]
    assert "\u2026" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.long
def test_fault_47_a_reader_that_leaves_does_not_end_the_work(tmp_path):
    """The pipe is closed before anything is said, and standard output may be closed as well."""
    study = tiny.write(tmp_path / "tiny", *CHANGES)
    read, write = os.pipe()
    os.close(read)
    done = process("psa", study, "--draws", 5, "--out", tmp_path, stdout=write, stderr=-1)
    os.close(write)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    assert len(list(tmp_path.rglob("probabilistic.csv"))) == 1
    close = {"preexec_fn": lambda: os.close(1)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = process("psa", study, "--draws", 6, "--out", tmp_path, stderr=-1, **close)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    (record,) = tmp_path.rglob("record.json")
    assert json.loads(record.read_text("utf-8"))["draws"] == 6


def test_fault_47_nothing_large_is_loaded_for_help():
    code = (
        "import sys; from hecon.cli import app\n"
        "assert not {'numpy', 'pandas', 'rich', 'matplotlib'} & {*sys.modules}"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )


@pytest.mark.long
def test_fault_69_foreign_settings_change_no_figure(tmp_path):
    """A wrong SOURCE_DATE_EPOCH and MPLBACKEND, and a matplotlibrc where one stands."""
    table = "cost_A,cost_B,effect_A,effect_B\n" + "".join(f"{i},{i + 5},1,{i}\n" for i in range(9))
    for name in ("plain", "foreign"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.csv").write_text(table)
    plain, foreign = tmp_path / "plain", tmp_path / "foreign"
    assert hecon("decide", plain / "t.csv", "--out", plain).exit_code == 0
    text = "font.size: 40\nlines.linewidth: 9\nbackend: none\nnonsense\n"
    (foreign / "matplotlibrc").write_bytes(text.encode() + b"\xff\xfe: 1\n")
    env = {"SOURCE_DATE_EPOCH": "yesterday", "MPLBACKEND": "nonsense"}
    done = process("decide", "t.csv", cwd=foreign, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr
    made = [{p.name: p.read_bytes() for p in here.rglob("*.svg")} for here in (plain, foreign)]
    assert len(made[0]) > 3
    assert made[0] == made[1]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may enter every folder")
def test_fault_69_a_folder_that_may_not_be_entered(tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o000)
    result = hecon("psa", tiny.write(tmp_path / "tiny"), "--out", shut / "deep")
    shut.chmod(0o700)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")
def test_fault_69_too_little_memory_is_one_message(tmp_path):
    """In 300 MB the libraries can't be loaded."""
    import resource

    limit = 300 << 20
    result = process(
        *("psa", tiny.write(tmp_path / "tiny"), "--out", tmp_path),
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert result.returncode == 2
    (told,) = result.stderr.strip().splitlines()
    assert told.startswith("Not enough memory")
    assert not (tmp_path / "outputs").exists()


def test_fault_69_a_place_that_leads_nowhere_is_told_before_the_work(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    result = hecon("run", tiny.write(tmp_path / "tiny"), "--out", tmp_path / "loop")
    assert result.exit_code == 2
    assert "is a link that leads nowhere" in " ".join(result.stderr.replace("│", " ").split())
    assert "Reading" not in result.stderr
