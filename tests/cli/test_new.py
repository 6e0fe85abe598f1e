"""`hecon new study`: a folder that runs, says what its files are, and never overwrites."""

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hecon.analyses.evaluate import evaluate
from hecon.analyses.scenarios import scenario_table
from hecon.cli import app
from hecon.parameters.design import base_case
from hecon.studies.load_study import load_study

PAGE = Path(__file__).parents[2] / "docs/own-model.md"


def new(folder: Path):
    result = CliRunner().invoke(app, ["new", "study", str(folder)])
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "mine" / "lungs"
    code, said = new(folder)
    assert code == 0
    assert f"hecon run {folder}" in said
    return folder


def test_it_runs_under_its_own_name(folder: Path) -> None:
    study = load_study(folder)
    assert study.name == "lungs"
    assert len(study.options) == 3
    outcomes = evaluate(study.model, base_case(study.parameters)).isel(draw=0)
    cost = outcomes["cost"].sel(strategy="Plan and nurse")
    # by hand: 2.5 hours less those of the 20 % who fall away in a line, discounted within a year
    hours = 1 + 0.5 * (1 - 0.2 / 3) + 0.5 * (1 - 0.4 / 3) + 0.5 * (1 - 0.2 * 3 / 3)
    assert float(cost.sel(item="Nurse")) == pytest.approx(hours * 55, rel=0.03)
    assert float(cost.sel(item="Plan")) == 120
    shared = [p for p in study.parameters if p.name == "hr_loss" and p.distribution.varies]
    draws = study.probabilistic(50).block(0, 50)
    assert len({draws[p.key].tobytes() for p in shared if p.key in draws}) == 1
    table = scenario_table(study).set_index("scenario")
    assert np.isfinite(table["nmb"]).all()


def test_it_says_what_its_files_are(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([\w.]+)`", text, re.M)) == {
        each.name for each in folder.iterdir() if each.name != "README.md"
    }
    assert not any("@" in each.read_text(encoding="utf-8") for each in folder.iterdir())


def test_the_page_shows_what_is_written(folder: Path) -> None:
    part = PAGE.read_text(encoding="utf-8").split("## A larger one to begin with")[1]
    shown = re.findall(r"^```\n(.*?)^```", part.split("\n## ")[0], re.M | re.S)
    written = "\n".join(each.read_text(encoding="utf-8") for each in folder.iterdir())
    assert len(shown) == 6
    for block in shown:
        assert block in written


@pytest.mark.parametrize(
    ("name", "message"),
    [("lungs", "is there already"), ("2 lungs", "found '2 lungs', allowed are")],
)
def test_refused(folder: Path, name: str, message: str) -> None:
    code, said = new(folder.parent / name)
    assert (code, message in said) == (2, True)
