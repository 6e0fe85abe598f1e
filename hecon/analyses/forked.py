"""Work that a second process does while this one goes on."""

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def can_fork() -> bool:
    """Whether a process can be forked safely here, and has a processor of its own."""
    linux = sys.platform.startswith("linux") and len(os.sched_getaffinity(0)) > 1
    # a process of a pool may have none of its own
    return linux and not multiprocessing.current_process().daemon


@contextmanager
def forked(work: Callable[[Connection], None]) -> Iterator[Connection]:
    """A process that works while the block runs and sends what it finds; it ends with the block."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    second = context.Process(target=_started, args=(work, there), daemon=True)
    with warnings.catch_warnings():
        # the timer of the progress bar is a thread; the child never touches it
        warnings.simplefilter("ignore", DeprecationWarning)
        second.start()
    there.close()
    try:
        yield here
    finally:
        second.terminate()
        second.join()
        here.close()


def _started(work: Callable[[Connection], None], to: Connection) -> None:
    # what it starts from stays in use: to look through it would take time, and copy its memory
    gc.freeze()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    work(to)


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Do some work while the block runs; call what it is given for what came of it.

    Where a process can't be forked, or the one that was ended without an answer, it is done when
    it is asked for: its errors are raised there.
    """
    found: list[T] = []

    def alone() -> T:
        if not found:
            found.append(work())
        return found[0]

    if not can_fork():
        yield alone
        return

    def send(to: Connection) -> None:
        with suppress(Exception):
            to.send(work())

    with forked(send) as answer:

        def awaited() -> T:
            with suppress(EOFError, OSError):  # it may end in the middle of its answer
                if not found:
                    found.append(answer.recv())
            return alone()

        yield awaited
