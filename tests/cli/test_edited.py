"""`hecon run report.xlsx`: from an edited workbook to a run of its own."""

import csv
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from hecon.cli import app

MEMORY = Path(__file__).parents[1] / "workbook/studies/memory"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one study and its report, in which one cost was typed over."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(MEMORY, folder / "inputs/studies/memory")
    study = str(folder / "inputs/studies/memory")
    arguments = ["run", study, "--draws", "20", "--no-figures", "--out", str(folder)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    (report,) = (folder / "reports").glob("*.xlsx")
    book = openpyxl.load_workbook(report)
    row = next(c.row for c in book["Inputs"]["A"] if c.value == "c_ill")
    book["Inputs"].cell(row, 4).value = 1234
    book.save(folder / "edited.xlsx")
    return folder


def run(project: Path, *more: str) -> tuple[int, str]:
    arguments = [
        "run",
        str(project / "edited.xlsx"),
        "--draws",
        "20",
        "--no-figures",
        "--out",
        str(project),
        *more,
    ]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.long
def test_the_original_is_found_by_its_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    code, output = run(project)
    assert code == 0, output
    assert "1 inputs differ from the original study" in output
    assert "c_ill, value │ 1000 │ 1234" in output
    (report,) = (project / "reports").glob("*_edited.xlsx")
    sheet = openpyxl.load_workbook(report)["Documentation"]
    words = " ".join(str(cell.value) for row in sheet.iter_rows(max_col=2) for cell in row)
    (folder,) = re.findall(r"To make it again: hecon run (\S+)", words)
    again = CliRunner().invoke(
        app, ["run", folder, "--draws", "20", "--no-figures", "--out", str(project / "2")]
    )
    assert again.exit_code == 0, again.output
    values = (project / folder / "parameters.csv").read_text(encoding="utf-8")
    assert "1234" in values


def test_without_the_original_the_message_says_how_to_name_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run(project)
    assert code == 2
    assert "inputs/studies/memory" in output
    assert "--original" in output
    assert "Traceback" not in output
    code, output = run(project, "--original", str(project / "inputs/studies/memory"))
    assert code == 0, output


def test_a_report_is_compared_with_a_study(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed into the report is the one difference, and half of it is half the change."""
    monkeypatch.chdir(project)
    changes = []
    for cost in (1234, 1117):
        book = openpyxl.load_workbook("edited.xlsx")
        row = next(c.row for c in book["Inputs"]["A"] if c.value == "c_ill")
        book["Inputs"].cell(row, 4).value = cost
        book.save(f"typed_{cost}.xlsx")
        arguments = ["compare", f"typed_{cost}.xlsx", "inputs/studies/memory", "--out", str(cost)]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        (path,) = Path(str(cost)).glob("outputs/*_compare/differences.csv")
        (difference,) = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        assert difference["name"] == "c_ill"
        assert [text.split()[0] for text in (difference["first"], difference["second"])] == [
            str(cost),
            "1000",
        ]
        changes.append(float(difference["cost"]))
    assert changes[0] == pytest.approx(2 * changes[1])
    assert changes[0] != 0
