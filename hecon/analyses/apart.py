"""Long results that a second process works out while the run goes on with others."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from hecon.analyses.forked import can_fork, forked
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
    if not wanted or not can_fork() or run.settings.draws < worth:
        yield
        return
    for each in wanted:
        for start in each.starts_from:
            run.get(start)
    arrived: dict[str, Any] = {}
    with forked(partial(_work, run, wanted)) as here:
        for each in wanted:
            run.elsewhere[each.name] = partial(_awaited, here, arrived, each, run, os.getpid())
        try:
            yield
        finally:
            run.elsewhere.clear()


def _work(run: Run, wanted: Sequence[Result[Any]], to: Connection) -> None:
    """Send each result with its name, but none whose error is met where it is asked for."""
    run.silence()
    for each in wanted:
        with suppress(HeconError):
            to.send((each.name, run(each)))


def _awaited(
    connection: Connection,
    arrived: dict[str, Any],
    wanted: Result[Any],
    run: Run,
    asker: int,
) -> Any:
    """A result of the other process; worked out here if that one ended without it.

    So it is in a third process, which would take from the connection what `asker` waits for.
    """
    with suppress(EOFError, OSError):  # it may end in the middle of a result
        while wanted.name not in arrived and os.getpid() == asker:
            name, arrived[name] = connection.recv()
    return arrived[wanted.name] if wanted.name in arrived else wanted.compute(run)
