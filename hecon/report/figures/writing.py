"""Numbers and words in figures: thin spaces between thousands, a true minus, short labels."""

import math
import textwrap
from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from hecon.report.language import say
from hecon.report.numbers import figure, grouped
from hecon.report.words import listed as listed

#: A narrow space that does not break: 385 000 stays on one line.
THIN = "\u202f"


def number(value: float, decimals: int = 0, sign: bool = False) -> str:
    """A number with its thousands grouped; 'n/a' if undefined, zero without a sign."""
    return say("n/a") if math.isnan(value) else grouped(value, decimals, "typeset", sign=sign)


def money(value: float, sign: bool = False) -> str:
    """An amount: whole from a hundred on, else with two decimals."""
    return number(value, 0 if abs(value) >= 100 or value == 0 else 2, sign)


def share(value: float) -> str:
    """A share in per cent; what is not quite 0 or 1 is not shown as such."""
    if 0 < value < 0.005:
        return say("less than {share}", share=f"1{THIN}%")
    if 0.995 < value < 1:
        return say("more than {share}", share=f"99{THIN}%")
    return f"{value * 100:.0f}{THIN}%"


def short(value: float) -> str:
    """A number as long as it needs to be: four significant digits at most."""
    return figure(value, "number", "typeset") or say("n/a")


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """A text on a few lines; what does not fit is cut with an ellipsis."""
    return "\n".join(textwrap.wrap(say(text), width, max_lines=lines, placeholder="…")) or text


def distinct(names: Sequence[str], width: int, lines: int = 3) -> dict[str, str]:
    """Names on a few lines; those that would look the same are numbered."""
    made = {name: wrapped(name, width, lines) for name in names}
    looks = Counter(made.values())
    return {
        name: wrapped(f"{position}: {name}", width, lines) if looks[text] > 1 else text
        for position, (name, text) in enumerate(made.items(), start=1)
    }


class Grouped(Formatter):
    """Thousands grouped, all signs with as many decimals as their step needs."""

    _step = 1.0

    def set_locs(self, locs: ArrayLike) -> None:
        """Take note of how far signs are apart."""
        apart = np.diff(np.asarray(locs, float)[:2])
        self._step = float(abs(apart[0])) if len(apart) else 1.0

    def __call__(self, x: float, pos: int | None = None) -> str:
        """What stands beside a sign of the axis."""
        step = self._step
        need = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
        if round(step, need) != round(step, need + 2):
            need += 1
        return number(x, need)


def numeric(axis: Axis, ticks: int = 5) -> None:
    """Few ticks, their numbers grouped."""
    axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(Grouped())


def per_cent(axis: Axis) -> None:
    """An axis of shares from 0 to 1 in per cent."""
    axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value * 100)}{THIN}%"))


def axis_labels(area: Axes, across: str, up: str) -> None:
    """Name both axes; long names are broken, first before their unit, never cut."""
    area.set_xlabel(_broken(across, 62))
    area.set_ylabel(_broken(up, 42))


def _broken(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    parts = text.replace(" (", "\n(").split("\n")
    return "\n".join(line for part in parts for line in textwrap.wrap(part, width))
