"""What can go wrong in a command, as a message and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from hecon.errors import HeconError, InputError, grouped

FAULT = 2
INTERRUPTED = 130


@contextmanager
def messages() -> Iterator[None]:
    """Turn what can go wrong into a message and an exit code, and a stop signal into an exit."""

    def stop(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heeded = [n for n in numbers if signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        yield
    except InputError as error:
        count = len(error.faults)
        typer.echo(f"{count} fault{'s' * (count > 1)} in the input:", err=True)
        for line in grouped(error.faults):
            typer.echo(f"- {line}", err=True)
        raise typer.Exit(FAULT) from None
    except HeconError as error:
        typer.echo(f"The model breaks a rule: {error}", err=True)
        raise typer.Exit(FAULT) from None
    except BrokenPipeError:
        # the reader has gone (`| head`): nothing more to say, and nothing left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{place}{error.strerror or error}", err=True)
        raise typer.Exit(FAULT) from None
    except MemoryError:
        typer.echo("Not enough memory; ask for fewer draws.", err=True)
        raise typer.Exit(FAULT) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
