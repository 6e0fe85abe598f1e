"""Consoles and the way numbers are written on them."""

from __future__ import annotations

import math
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


def number(value: float, decimals: int, sign: bool = False) -> str:
    """A number with its thousands grouped; zero has no sign, an undefined one is 'n/a'."""
    if math.isnan(value):
        return "n/a"
    text = f"{value:{'+' if sign else ''},.{decimals}f}"
    return text.lstrip("+-") if not text.strip("+-0.,") else text


def money(value: float, sign: bool = False) -> str:
    """An amount: whole from a hundred on, else with two decimals."""
    return number(value, 0 if abs(value) >= 100 else 2, sign)


def amount(currency: str, value: float) -> str:
    """An amount with its currency."""
    return f"{currency} {money(value)}"


def qalys(value: float, sign: bool = False) -> str:
    """QALYs or life-years with three decimals."""
    return number(value, 3, sign)


def percent(share: float) -> str:
    """A share in whole per cent; what is not quite 0 or 1 is not shown as such."""
    if 0 < share < 0.005:
        return "less than 1 %"
    if 0.995 < share < 1:
        return "more than 99 %"
    return f"{share:.0%}".replace("%", " %")
