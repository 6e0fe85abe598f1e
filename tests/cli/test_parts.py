"""Staging, progress and the writing of numbers."""

import io
import sys
import time

import pytest

from hecon.errors import InputError
from hecon.report.progress import ProgressBar
from hecon.report.staging import publish, staging


class Terminal(io.StringIO):
    def isatty(self):
        return True


def terminals(monkeypatch, stdout=Terminal):
    """Put terminals in place of both outputs; in the test itself, as pytest resets them before."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", stdout())
    monkeypatch.setattr(sys, "stderr", Terminal())
    return sys.stderr


def work(bar, seconds):
    with bar as tell:
        tell("Base case", 0, 1)
        for done in range(10):
            tell("Draws", done, 10)
            time.sleep(seconds / 10)


def test_progress_shows_after_a_while(monkeypatch):
    terminal = terminals(monkeypatch)
    work(ProgressBar(patience=0.05), 0.6)
    assert "Draws" in terminal.getvalue()
    assert "%" in terminal.getvalue()
    assert sys.stdout.getvalue() == ""


def test_progress_stays_away_if_the_work_ends_before(monkeypatch):
    terminal = terminals(monkeypatch)
    work(ProgressBar(patience=30), 0.05)
    assert terminal.getvalue() == ""


def test_progress_is_one_line_a_stage_when_one_output_is_piped(monkeypatch):
    terminal = terminals(monkeypatch, stdout=io.StringIO)
    work(ProgressBar(patience=0.0), 0.1)
    assert terminal.getvalue() == "Base case ...\nDraws ...\n"


def test_staging_leaves_no_folder_behind(tmp_path):
    with staging(tmp_path / "new" / "deep") as folder:
        (folder / "file").write_text("x")
    assert not list(tmp_path.iterdir())


def test_publish_replaces_files_and_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").write_text("old")
    with staging(tmp_path) as folder:
        (folder / "a").mkdir()
        (folder / "a" / "new").write_text("new")
        (folder / "b").write_text("b")
        moves = [(folder / "a", tmp_path / "a"), (folder / "b", tmp_path / "c" / "b")]
        publish(moves, folder)
    found = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*"))
    assert found == ["a", "a/new", "c", "c/b"]


@pytest.mark.parametrize(
    "kind", ["is a file; a folder is expected", "is a folder; a file is expected"]
)
def test_publish_replaces_nothing_of_another_kind(tmp_path, kind):
    target = tmp_path / "a"
    with staging(tmp_path) as folder:
        staged = folder / "a"
        if kind.startswith("is a file"):
            target.write_text("mine")
            staged.mkdir()
        else:
            target.mkdir()
            staged.write_text("new")
        with pytest.raises(InputError, match=kind):
            publish([(staged, target)], folder)
    assert target.is_file() == kind.startswith("is a file")


def test_publish_puts_everything_back_if_one_move_fails(tmp_path):
    (tmp_path / "a").write_text("old")
    with staging(tmp_path) as folder:
        (folder / "a").write_text("new")
        moves = [
            (folder / "a", tmp_path / "a"),
            (folder / "missing", tmp_path / "made" / "missing"),
        ]
        with pytest.raises(FileNotFoundError):
            publish(moves, folder)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"
