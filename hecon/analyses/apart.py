"""Long results that a second process works out while the run goes on with others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from hecon.analyses.run import Result, Run
from hecon.errors import HeconError

#: Draws of a run from which a second process is worth its start.
WORTH = 2_000


@contextmanager
def apart(run: Run, wanted: Sequence[Result[Any]], worth: int = WORTH) -> Iterator[None]:
    """Work out some results beside what the block asks of the run, which waits when it needs them.

    What they start from is worked out before. Where a process can't be forked safely, or there is
    one processor, everything is worked out when it is asked for; no figure depends on it.
    """
    alone = not sys.platform.startswith("linux") or len(os.sched_getaffinity(0)) < 2
    # a process of a pool may have none of its own
    alone = alone or bool(multiprocessing.current_process().daemon)
    if not wanted or alone or run.settings.draws < worth:
        yield
        return
    for each in wanted:
        for start in each.starts_from:
            run.get(start)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    second = context.Process(target=_work, args=(run, wanted, there), daemon=True)
    with warnings.catch_warnings():
        # the timer of the progress bar is a thread; the child never touches it
        warnings.simplefilter("ignore", DeprecationWarning)
        second.start()
    there.close()
    arrived: dict[str, Any] = {}
    for each in wanted:
        run.elsewhere[each.name] = partial(_awaited, here, arrived, each, run)
    try:
        yield
    finally:
        run.elsewhere.clear()
        second.terminate()
        second.join()
        here.close()


def _work(run: Run, wanted: Sequence[Result[Any]], to: Connection) -> None:
    """Send each result with its name; at an error end, so that it is met where it is asked for."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run.silence()
    with suppress(HeconError):
        for each in wanted:
            to.send((each.name, run(each)))


def _awaited(connection: Connection, arrived: dict[str, Any], wanted: Result[Any], run: Run) -> Any:
    """A result of the other process, worked out here if that one ended without it."""
    with suppress(EOFError):
        while wanted.name not in arrived:
            name, arrived[name] = connection.recv()
        return arrived[wanted.name]
    return wanted.compute(run)
