"""A run's files are the old ones or the new ones, wherever it is cut short."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hecon.report import staging as module
from hecon.report.staging import finish_earlier, publish, staging

NAMES = ("outputs/s/a.csv", "reports/s.xlsx", "reports/s.html")


class Killed(BaseException):
    """The end of a process."""


def contents(root):
    return {
        str(p.relative_to(root)): p.read_text()
        for p in sorted(root.rglob("*"))
        if p.is_file() and not p.relative_to(root).parts[0].startswith(".hecon-")
    }


def hidden(root):
    return [p.name for p in root.iterdir() if p.name.startswith(".hecon-")]


def write(root, text):
    with staging(root) as folder:
        (folder / "s").mkdir()
        (folder / "s" / "a.csv").write_text(text)
        for name in ("s.xlsx", "s.html"):
            (folder / name).write_text(text)
        pairs = (("s", "outputs/s"), ("s.xlsx", NAMES[1]), ("s.html", NAMES[2]))
        publish([(folder / a, root / b) for a, b in pairs], folder)


def all_of(text):
    return dict.fromkeys(sorted(NAMES), text)


def killed_at(monkeypatch, point, root, before=True):
    """Publish; the process is gone before or after its rename number `point`, for good."""
    count = 0
    real = os.rename

    def rename(a, b):
        nonlocal count
        count += 1
        if count > point or (count == point and before):
            raise Killed
        real(a, b)
        if count == point:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "rename", rename)
        with pytest.raises(Killed):
            write(root, "new")


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("point", range(1, 8))
def test_fault_76_killed_at_any_rename_the_next_reader_finds_old_or_new(
    tmp_path, monkeypatch, point, before
):
    write(tmp_path, "old")
    killed_at(monkeypatch, point, tmp_path, before)
    finish_earlier(tmp_path / "outputs" / "s" / "a.csv")
    found = contents(tmp_path)
    assert found in (all_of("old"), all_of("new"))
    with staging(tmp_path):
        pass
    assert contents(tmp_path) == found
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("point", range(1, 8))
def test_fault_76_killed_again_while_finishing(tmp_path, monkeypatch, point):
    write(tmp_path, "old")
    killed_at(monkeypatch, 3, tmp_path)
    real, count = os.rename, 0

    def rename(a, b):
        nonlocal count
        count += 1
        if count >= point:
            raise Killed
        real(a, b)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "rename", rename)
        if point <= 5:
            with pytest.raises(Killed):
                finish_earlier(tmp_path / "reports" / "s.xlsx")
    finish_earlier(tmp_path / "reports" / "s.xlsx")
    assert contents(tmp_path) == all_of("new")


@pytest.mark.parametrize("point", range(1, 8))
def test_fault_76_a_rename_that_fails_puts_everything_back(tmp_path, monkeypatch, point):
    write(tmp_path, "old")
    real, count = os.rename, 0

    def rename(a, b):
        nonlocal count
        count += 1
        if count == point:
            raise PermissionError(13, "Permission denied", str(a))
        real(a, b)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "rename", rename)
        with pytest.raises(PermissionError):
            write(tmp_path, "new")
    assert contents(tmp_path) == all_of("old")
    assert hidden(tmp_path) == []


KILL = """
import os, sys
from pathlib import Path
import test_publication as t
real, count = os.rename, 0
def rename(a, b):
    global count
    count += 1
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
    real(a, b)
t.module.os.rename = rename
t.write(Path(sys.argv[1]), "new")
"""


@pytest.mark.parametrize("point", [1, 4])
def test_fault_76_a_real_kill_signal(tmp_path, point):
    write(tmp_path, "old")
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, str(Path(module.__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", KILL, str(tmp_path), str(point)],
        env=os.environ | {"PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert len(hidden(tmp_path)) == 1
    with staging(tmp_path):
        pass
    assert contents(tmp_path) == all_of("old" if point == 1 else "new")
    assert hidden(tmp_path) == []


def test_fault_72_leftovers_of_the_dead_go_and_work_under_way_stays(tmp_path):
    left = tmp_path / ".hecon-left"
    left.mkdir()
    (left / "half.csv").write_text("half")
    script = (
        "import sys, time; from pathlib import Path; from hecon.report.staging import staging\n"
        "with staging(Path(sys.argv[1])) as folder:\n"
        "    print(folder.name, flush=True); time.sleep(60)"
    )
    path = str(Path(module.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    ) as other:
        name = other.stdout.readline().strip()
        try:
            assert hidden(tmp_path) == [name]
            with staging(tmp_path) as mine:
                assert sorted(hidden(tmp_path)) == sorted([name, mine.name])
        finally:
            other.kill()
    time.sleep(0.05)
    with staging(tmp_path):
        pass
    assert hidden(tmp_path) == []


def test_fault_76_a_journal_leads_nowhere_else(tmp_path):
    root = tmp_path / "root"
    left = root / ".hecon-x"
    left.mkdir(parents=True)
    (left / "a").write_text("a")
    (left / "journal.json").write_text('[["a", "../taken"], ["../../b", "c"], ["a", "/tmp/zzz"]]')
    finish_earlier(root / "outputs")
    assert not (tmp_path / "taken").exists()
    assert hidden(root) == []
