"""What can go wrong in a command, as a message and an exit code."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from hecon.errors import HeconError, InputError, grouped, readable

FAULT = 2
INTERRUPTED = 130
#: Seconds from an interrupt that was swallowed to the next.
MOMENT = 0.05

#: What libraries would take from the environment: a report is the same wherever it is made.
_FOREIGN = ("MPLBACKEND", "SOURCE_DATE_EPOCH")


@contextmanager
def messages() -> Iterator[None]:
    """Turn what can go wrong into a message and an exit code, and a stop signal into an exit."""
    own = (warnings.showwarning, logging.lastResort)
    try:
        _settle_surroundings()
        with _stoppable():
            yield
    except InputError as error:
        count = len(error.faults)
        faults = [f"- {line}" for line in grouped(error.faults)]
        raise _told(f"{count} fault{'s' * (count > 1)} in the input:", *faults) from None
    except HeconError as error:
        raise _told(f"The model breaks a rule: {error}") from None
    except OSError as error:
        place = error.filename or "a file can't be read or written"
        raise _told(f"{place}: {error.strerror or error}") from None
    except MemoryError:
        raise _told("Not enough memory for so many draws, strategies or rows.") from None
    except ImportError as error:
        # with little memory a library that is there can't be loaded
        raise _told(f"Not enough memory, or hecon is not installed whole: {error}") from None
    finally:
        warnings.showwarning, logging.lastResort = own


def _told(*lines: str) -> typer.Exit:
    """Say what went wrong; what is to be raised then."""
    for line in lines:
        typer.echo(readable(line), err=True)
    return typer.Exit(FAULT)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Leave at a stop signal, whatever a library makes of the interrupt."""
    stopped = 0

    def stop(number: int, frame: object) -> NoReturn:
        nonlocal stopped
        stopped = number
        raise KeyboardInterrupt

    def again(swallowed: sys.UnraisableHookArgs) -> None:
        """Interrupt once more where nothing can be raised, as in a destructor."""
        if stopped and issubclass(swallowed.exc_type, KeyboardInterrupt):
            later = threading.Timer(MOMENT, signal.raise_signal, [stopped])
            later.daemon = True
            later.start()
        else:
            before(swallowed)

    known = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in known if hasattr(signal, name)]
    heeded = [n for n in numbers if signal.getsignal(n) != signal.SIG_IGN]
    handlers = {number: signal.signal(number, stop) for number in heeded}
    before, sys.unraisablehook = sys.unraisablehook, again
    try:
        yield
    except BaseException as error:
        if stopped or isinstance(error, KeyboardInterrupt):
            # nobody needs to interrupt what ends already
            for number in heeded:
                signal.signal(number, signal.SIG_IGN)
            typer.echo("Interrupted.", err=True)
            raise typer.Exit(INTERRUPTED) from None
        raise
    finally:
        sys.unraisablehook = before
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _settle_surroundings() -> None:
    """Outputs that can always be written to, and no settings of other programs."""
    # what libraries remark is for programmers; a test sees it, a reader has no use for it
    warnings.showwarning = lambda *_, **__: None
    logging.lastResort = None
    for name in _FOREIGN:
        os.environ.pop(name, None)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="replace")
