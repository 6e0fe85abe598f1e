"""`hecon verify` and the battery on the workbook's Checks sheet."""

import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from hecon.analyses.verification.battery import CHECKS
from hecon.cli import app

SMALL = Path(__file__).parent / "studies/small"
SHORTER = "Shorter horizon, no more life-years"


def counted(output: str) -> list[int]:
    """Questions, those passed and those that do not apply; none has failed."""
    said = re.search(
        r"(\d+) questions whose answers are known: (\d+) pass, 0 fail, (\d+) not applicable",
        " ".join(output.split()),
    )
    assert said, output
    return [int(number) for number in said.groups()]


def test_a_healthy_study_passes() -> None:
    result = CliRunner().invoke(app, ["verify", str(SMALL)])
    assert result.exit_code == 0, result.output
    count, passed, absent = counted(result.output)
    assert count == len(CHECKS) == passed + absent


def test_a_fault_fails(tmp_path: Path) -> None:
    """A price below nothing makes a higher price cheaper."""
    study = tmp_path / "small"
    shutil.copytree(SMALL, study)
    payoffs = study / "payoffs.csv"
    text = payoffs.read_text(encoding="utf-8")
    payoffs.write_text(text.replace(",c_drug,", ",-c_drug,"), encoding="utf-8")
    result = CliRunner().invoke(app, ["verify", str(study)])
    assert result.exit_code == 1, result.output
    said = " ".join(result.output.split())
    assert " 1 fail, " in said
    assert "Failed: Higher price, no lower cost; " in said


HOW = ["--draws", "20", "--verify", "--no-figures", "--out"]


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A run with the battery: what it says, and its folder."""
    folder = tmp_path_factory.mktemp("verified")
    result = CliRunner().invoke(app, ["run", str(SMALL), *HOW, str(folder)])
    assert result.exit_code == 0, result.output
    return result.output, folder


def detail(folder: Path) -> str:
    """What the battery says of shorter horizons."""
    (path,) = (folder / "outputs").glob("*/verification.csv")
    return str(pd.read_csv(path).set_index("check").loc[SHORTER, "detail"])


def test_the_battery_is_in_the_workbook(verified: tuple[str, Path]) -> None:
    _, folder = verified
    (report,) = (folder / "reports").glob("*.xlsx")
    cells = [c.value for c in openpyxl.load_workbook(report)["Checks"]["B"]]
    assert cells.count("pass") > 20
    assert "fail" not in cells
    (table,) = (folder / "outputs").glob("*/verification.csv")
    assert table.read_text(encoding="utf-8").startswith("study,jurisdiction,check,result")


def test_the_battery_runs_on_an_edited_workbook(verified: tuple[str, Path], tmp_path: Path) -> None:
    """It asks the study as it was edited: ten years instead of twenty."""
    output, folder = verified
    assert counted(output)
    (report,) = (folder / "reports").glob("*.xlsx")
    book = openpyxl.load_workbook(report)
    inputs = book["Inputs"]
    (row,) = [c.row for c in inputs["A"] if c.value == "horizon"]
    inputs.cell(row, 4).value = 10
    edited = tmp_path / report.name
    book.save(edited)
    arguments = ["run", str(edited), "--original", str(SMALL), *HOW, str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert counted(result.output)
    before, after = detail(folder), detail(tmp_path)
    assert ", 20: " in before
    assert ", 10: " in after
    assert ", 20: " not in after
    (edited,) = (tmp_path / "reports").glob("*_edited.xlsx")
    cells = [c.value for c in openpyxl.load_workbook(edited)["Checks"]["D"]]
    assert after in cells
