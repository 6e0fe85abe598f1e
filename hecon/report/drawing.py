"""Figures drawn once, in a process of their own while other files are made."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from hecon.analyses.forked import beside
from hecon.report.content import Figure


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
    """`render` figures while the block runs; call what it is given for the drawings."""
    if not figures:
        yield dict
        return
    with beside(partial(render, figures, png)) as drawn:
        yield drawn
