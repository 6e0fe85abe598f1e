"""What is wrong with a workbook is told, is an exit code, and costs nothing else."""

import errno
import os
import shutil
import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hecon.analyses.forked import can_fork
from hecon.cli import app
from hecon.errors import ModelError
from hecon.workbook import book as book_module

STUDIES = Path(__file__).parent / "workbook_studies"


def ran(study: Path, out: Path) -> tuple[int, str]:
    """Figures take most of a small run's time and have nothing to do with this."""
    how = ["--draws", "10", "--no-figures", "--out", str(out)]
    result = CliRunner().invoke(app, ["run", str(study), *how])
    return result.exit_code, result.output


def test_fault_51_a_disagreement_is_told_and_is_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook in which the cost of the comparator's first year is another than Python's."""
    composed = book_module.compose

    def wrong(*given: object, **more: object) -> object:
        book = composed(*given, **more)  # type: ignore[arg-type]
        cell = book.workbook["Results"]["B7"]
        assert cell.data_type == "f"
        cell._value = "=1"
        return book

    monkeypatch.setattr(book_module, "compose", wrong)
    code, text = ran(STUDIES / "yearly", tmp_path)
    assert code == 1
    flat = " ".join(text.split())
    assert "the workbook's check does not hold: Costs, QALYs and life-years of what is in" in flat
    assert (tmp_path / "reports").is_dir()


def test_fault_77_no_workbook_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables and page of a study that fits no workbook; an earlier workbook goes."""

    def full(*given: object, **more: object) -> list[str]:
        raise ModelError("sheet Results would need a formula of 9,000 characters")

    study = tmp_path / "yearly"
    shutil.copytree(STUDIES / "yearly", study)
    report = tmp_path / "reports/M12_test.xlsx"
    report.parent.mkdir()
    report.write_text("of an earlier run")
    monkeypatch.setattr(book_module, "write_workbook", full)
    code, text = ran(study, tmp_path)
    assert code == 1
    assert "there is no workbook: sheet Results would need a formula of 9,000" in " ".join(
        text.split()
    )
    assert not report.exists()
    assert list((tmp_path / "reports").glob("*.html"))
    assert (tmp_path / "outputs" / report.stem / "base_case.csv").is_file()


def test_a_workbook_that_two_processes_fail_at_is_one_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process beside the run is killed in the middle; then the run finds no room on the disk.

    With one processor only the run itself is at it.
    """
    tried, own, out = tmp_path / "tried", os.getpid(), tmp_path / "out"

    def fails(run: object, sections: object, path: Path) -> list[str]:
        with tried.open("a") as file:
            file.write("beside\n" if os.getpid() != own else "here\n")
        path.write_text("half a workbook")
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, "No space left on device", "M12_test.xlsx")

    monkeypatch.setattr(book_module, "write_workbook", fails)
    code, text = ran(STUDIES / "yearly", out)
    assert code == 2
    assert [line for line in text.splitlines() if line.strip()][-1] == (
        "M12_test.xlsx: No space left on device"
    )
    assert "Traceback" not in text
    assert tried.read_text().split() == ["beside", "here"][not can_fork() :]
    assert not out.exists()
