"""Files appear all together or not at all, whenever a run may be killed.

A run is written into a staging folder beside its place. One rename, that of its journal, decides:
before it everything is as it was; after it the files belong into place, and whoever comes next
(a run, or a command that reads) finishes what was cut short.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hecon.errors import FaultList

PREFIX = ".hecon-"
JOURNAL = "journal.json"
_EARLIER = "earlier"

Moves = Sequence[tuple[Path, Path]]


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary folder inside `root`, gone afterwards whatever happens.

    What an earlier run left behind there is finished or cleared first. Folders made for this
    one, `root` included, go too unless something was put into them.
    """
    root = root.absolute()
    missing = [p for p in (root, *root.parents) if not p.exists()]
    root.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(root):
            _clear(root)
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
            held = _lock(folder)
        try:
            yield folder
        finally:
            if not (folder / JOURNAL).exists():
                shutil.rmtree(folder, ignore_errors=True)
            _release(held)
    finally:
        for made in missing:
            if not made.exists() or any(made.iterdir()):
                break
            made.rmdir()


def publish(moves: Moves, folder: Path) -> None:
    """Move staged files or folders into place, in place of earlier ones.

    If one cannot be moved, all are put back as they were.

    Args:
        moves: Pairs of a path in the staging folder and where it belongs, below the folder's
            parent.
        folder: The staging folder.

    Raises:
        InputError: A file where a folder belongs, or the other way round: it is none of ours, and
            stays.
    """
    root = folder.parent
    moves = [(staged.absolute(), target.absolute()) for staged, target in moves]
    faults = FaultList()
    for staged, target in moves:
        for parent in target.parents:
            if parent.exists() and not parent.is_dir():
                faults.add(str(parent), None, None, "is a file; a folder is expected")
        if target.exists() and staged.is_dir() != target.is_dir():
            kinds = ("a file", "a folder") if staged.is_dir() else ("a folder", "a file")
            faults.add(str(target), None, None, f"is {kinds[0]}; {kinds[1]} is expected")
    faults.raise_if_any()
    made = [p for _, target in moves for p in target.parents if not p.exists()]
    for staged, _ in moves:
        _to_disk(staged)
    with _locked(root):
        _write_journal(moves, folder)
        try:
            _forward(moves, folder)
        except BaseException:
            _back(moves, folder)
            for parent in made:
                with suppress(OSError):
                    parent.rmdir()
            raise
        (folder / JOURNAL).unlink()


def finish_earlier(path: Path) -> None:
    """Finish what a killed run had decided to put where `path` is, before it is read."""
    for root in (path.absolute(), *path.absolute().parents[:4]):
        with suppress(PermissionError):
            if any((p / JOURNAL).exists() for p in root.glob(f"{PREFIX}*")):
                with _locked(root):
                    _clear(root)


def _clear(root: Path) -> None:
    """Finish or remove every staging folder whose process is gone."""
    for folder in sorted(root.glob(f"{PREFIX}*")):
        held = _lock(folder)
        if held is None:
            continue
        try:
            if (folder / JOURNAL).exists():
                _forward(_read_journal(folder), folder)
                (folder / JOURNAL).unlink()
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            _release(held)


def _forward(moves: Moves, folder: Path) -> None:
    """Put into place what is not there yet; what stood there is kept until the end."""
    kept = folder / _EARLIER
    kept.mkdir(exist_ok=True)
    for position, (staged, target) in enumerate(moves):
        if not staged.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            os.rename(target, kept / str(position))
        os.rename(staged, target)
        _folder_to_disk(target.parent)


def _back(moves: Moves, folder: Path) -> None:
    """Put everything back as it was, and take the decision back."""
    for position, (staged, target) in reversed(list(enumerate(moves))):
        earlier = folder / _EARLIER / str(position)
        if not staged.exists() and target.exists():
            os.rename(target, staged)
        if earlier.exists() and not target.exists():
            os.rename(earlier, target)
    (folder / JOURNAL).unlink(missing_ok=True)


def _write_journal(moves: Moves, folder: Path) -> None:
    names = [
        [staged.relative_to(folder).as_posix(), target.relative_to(folder.parent).as_posix()]
        for staged, target in moves
    ]
    draft = folder / f"{JOURNAL}.draft"
    draft.write_text(json.dumps(names), encoding="utf-8")
    _to_disk(draft)
    os.rename(draft, folder / JOURNAL)
    _folder_to_disk(folder)


def _read_journal(folder: Path) -> Moves:
    """The moves of a journal; none that lead out of the folders they belong to."""
    names = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
    moves = [(folder / staged, folder.parent / target) for staged, target in names]
    return [
        (staged, target)
        for staged, target in moves
        if ".." not in (*staged.parts, *target.parts)
        and staged.is_relative_to(folder)
        and target.is_relative_to(folder.parent)
    ]


def _to_disk(path: Path) -> None:
    """Have a file, or all of a folder, on the disk and not only in memory."""
    for each in (path, *path.rglob("*")) if path.is_dir() else (path,):
        if each.is_dir():
            _folder_to_disk(each)
        else:
            with each.open("rb+") as file:
                os.fsync(file.fileno())


def _folder_to_disk(folder: Path) -> None:
    with suppress(OSError):  # not every system can
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock(folder: Path, wait: bool = False) -> int | None:
    """Hold a folder until released or the process ends; None if another process holds it."""
    if sys.platform == "win32":  # leftovers are not told from work under way there, and stay
        return None
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _release(held: int | None) -> None:
    if held is not None:
        os.close(held)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One process at a time makes, clears or publishes staging folders."""
    held = _lock(root, wait=True)
    try:
        yield
    finally:
        _release(held)
