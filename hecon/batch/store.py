"""A store of finished jobs: one file, which a kill at any moment and a second batch leave whole."""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from hecon.batch.jobs import Done, JobFigure
from hecon.errors import Fault, InputError

#: Where finished jobs are kept, for all batches of a folder.
STORE = Path("outputs/batches.sqlite")
#: Seconds that one batch waits while another one writes.
PATIENCE = 60.0
#: Keys that are asked for at once.
AT_ONCE = 500

_TABLE = "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, content BLOB NOT NULL)"


class Store:
    """Figures of jobs by key; what is put is on the disk when `put` returns.

    Raises:
        InputError: From every method, if the file can't be read or written: what was finished
            stays.
    """

    def __init__(self, path: Path):
        self.path = path

    def known(self, keys: Iterable[str]) -> set[str]:
        """Those of some keys that are there."""
        found: set[str] = set()
        for part, marks, connection in self._asked(keys):
            text = f"SELECT key FROM results WHERE key IN ({marks})"
            found.update(key for (key,) in connection.execute(text, part))
        return found

    def get(self, keys: Iterable[str]) -> dict[str, Done]:
        """What is there of some keys."""
        found: dict[str, Done] = {}
        for part, marks, connection in self._asked(keys):
            text = f"SELECT key, content FROM results WHERE key IN ({marks})"
            found |= {key: _read(content) for key, content in connection.execute(text, part)}
        return found

    def put(self, done: Mapping[str, Done]) -> None:
        """Keep some, all or none; one that is there already stays as it is."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [(key, _written(each)) for key, each in done.items()]
        with self._open() as connection:
            connection.execute(_TABLE)
            with connection:
                connection.executemany("INSERT OR IGNORE INTO results VALUES (?, ?)", rows)

    def _asked(
        self, keys: Iterable[str]
    ) -> Iterator[tuple[Sequence[str], str, sqlite3.Connection]]:
        some = list(keys)
        if not self.path.exists():
            return
        with self._open() as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                return
            for start in range(0, len(some), AT_ONCE):
                part = some[start : start + AT_ONCE]
                yield part, ",".join("?" * len(part)), connection

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            text = f"{error}; finished jobs that it holds are kept, the next call goes on from them"
            if "not a database" in str(error) or "malformed" in str(error):
                text = f"{error}; move the file away, and its jobs are done again"
            raise InputError([Fault(str(self.path), None, None, text)]) from None


def _written(done: Done) -> bytes:
    """A job's figures as they are kept: numbers to the last digit."""
    rows = [
        (f.of, f.name, _number(f.value), _number(f.error), f.words, _number(f.at))
        for f in done.figures
    ]
    return zlib.compress(json.dumps([rows, done.fault]).encode(), 1)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _read(content: bytes) -> Done:
    rows, fault = json.loads(zlib.decompress(content))
    figures = (
        JobFigure(of, name, _figure(value), _figure(error), words, _figure(at))
        for of, name, value, error, words, at in rows
    )
    return Done(tuple(figures), fault)


def _figure(value: float | None) -> float:
    return float("nan") if value is None else value
