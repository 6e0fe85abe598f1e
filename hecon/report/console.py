"""Consoles, and the plain tables written on them."""

import os
import sys
from contextlib import suppress
from typing import TextIO

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

WIDEST = 100


class Patient(Console):
    """A console that goes on when its reader has gone (`| head`): the files are still wanted."""

    def on_broken_pipe(self) -> None:
        """Say nothing more; what is left in the stream goes nowhere."""
        self.quiet = True
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())


def console(file: TextIO) -> Console:
    """A console on a stream: plain when piped, and text from inputs is never read as markup."""
    made = Patient(file=file, highlight=False, markup=False, emoji=False)
    if made.width > WIDEST:
        made.width = WIDEST
    return made


def stdout() -> Console:
    """The console of results."""
    return console(sys.stdout)


def table(*columns: str, left: int = 1) -> Table:
    """A table whose first `left` columns are text, on as many lines as it needs; then numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for position, column in enumerate(columns):
        text = position < left
        side: JustifyMethod = "left" if text else "right"
        made.add_column(column, justify=side, no_wrap=not text, overflow="fold")
    return made


def facts() -> Table:
    """A table without a header: what, and how much."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column()
    made.add_column()
    return made
