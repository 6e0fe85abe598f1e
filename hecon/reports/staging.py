"""Files appear all together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hecon.errors import FaultList


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary folder inside `root`, gone afterwards whatever happens.

    Folders made for it, `root` included, go too unless something was put into them.
    """
    root = root.absolute()
    missing = [p for p in (root, *root.parents) if not p.exists()]
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".hecon-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for made in missing:
            if any(made.iterdir()):
                break
            made.rmdir()


def publish(moves: Sequence[tuple[Path, Path]], folder: Path) -> None:
    """Move staged files or folders into place, in place of earlier ones.

    If one cannot be moved, all are put back as they were.

    Parameters
    ----------
    moves
        Pairs of a staged path and where it belongs.
    folder
        The staging folder; earlier files are kept in it until the end.

    Raises
    ------
    InputError
        A file where a folder belongs, or the other way round: it is none of ours, and stays.
    """
    faults = FaultList()
    for staged, target in moves:
        for parent in target.parents:
            if parent.exists() and not parent.is_dir():
                faults.add(str(parent), None, None, "is a file, needed is a folder")
        if target.exists() and staged.is_dir() != target.is_dir():
            kinds = ("a file", "a folder") if staged.is_dir() else ("a folder", "a file")
            faults.add(str(target), None, None, f"is {kinds[0]}, needed is {kinds[1]}")
    faults.raise_if_any()
    kept = Path(tempfile.mkdtemp(prefix="earlier-", dir=folder))
    undo: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for position, (staged, target) in enumerate(moves):
            made += [p for p in target.parents if not p.exists()]
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                earlier = kept / str(position)
                undo.append((earlier, target))
                target.rename(earlier)
            undo.append((target, staged))
            staged.rename(target)
    except BaseException:
        for here, there in reversed(undo):
            if here.exists() and not there.exists():
                here.rename(there)
        for parent in made:
            parent.rmdir()
        raise
