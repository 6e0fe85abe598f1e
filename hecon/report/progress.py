"""What is running: a bar with the time left on a terminal, one line a stage elsewhere."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from hecon.report.console import console

#: Work that ends sooner shows no bar.
PATIENCE_SECONDS = 0.5


class ProgressBar:
    """Shows progress on standard error: a bar if both outputs are terminals, else lines.

    Call it with what is running, the amount done and the amount in all.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS):
        self.shown = sys.stdout.isatty() and sys.stderr.isatty()
        self._console = console(sys.stderr)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self.shown,
        )
        self._timer = threading.Timer(patience, self._start)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._over = False
        self._what = ""
        self._said: set[str] = set()
        self._task: TaskID | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report progress; a new piece of work replaces the one before."""
        if what != self._what:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._what = what
            if not self.shown and what not in self._said:
                self._said.add(what)
                self._console.print(f"{what} ...")
            self._task = self._progress.add_task(what, total=total if total > 1 else None)
        if self._task is not None:
            self._progress.update(self._task, completed=done)

    def _start(self) -> None:
        with self._lock:
            if not self._over:
                self._progress.start()

    def __enter__(self) -> ProgressBar:
        if self.shown:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            self._progress.stop()
