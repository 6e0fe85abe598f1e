"""Figures drawn once, in a process of their own while other files are made."""

from __future__ import annotations

import multiprocessing
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from hecon.report.content import Figure

#: What the forked process draws: it inherits this and nothing is sent to it.
_waiting: list[Figure] = []


@dataclass(frozen=True)
class Rendered:
    """A drawing as files hold it; without `png` where nobody asked for it."""

    title: str
    alt: str
    svg: bytes
    png: bytes = b""


Drawings = dict[str, Rendered]


def render(figures: Sequence[Figure], png: bool | Collection[str] = False) -> Drawings:
    """Draw figures, by name; as PNG too all of them, none, or those named."""
    made = {}
    for figure in figures:
        drawn = figure.draw()
        dots = png if isinstance(png, bool) else figure.name in png
        made[figure.name] = Rendered(drawn.title, drawn.alt, drawn.svg, drawn.png if dots else b"")
    return made


@contextmanager
def drawing(
    figures: Sequence[Figure], png: bool | Collection[str] = False
) -> Iterator[Callable[[], Drawings]]:
    """`render` figures while the block runs; call what it is given for the drawings.

    Where a process can't be forked safely they are drawn when they are asked for.
    """
    if not figures or not sys.platform.startswith("linux"):
        yield lambda: render(figures, png)
        return
    _waiting[:] = figures
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        with warnings.catch_warnings():
            # the timer of the progress bar is a thread; the child never touches it
            warnings.simplefilter("ignore", DeprecationWarning)
            running = pool.submit(_render_waiting, png)
        try:
            yield running.result
        finally:
            running.cancel()
            _waiting.clear()


def _render_waiting(png: bool | Collection[str]) -> Drawings:
    return render(_waiting, png)
