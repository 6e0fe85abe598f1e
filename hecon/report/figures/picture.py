"""A figure with what it says in words, and how both are written."""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from matplotlib.figure import Figure

from hecon.report.figures.compact import compact
from hecon.report.figures.style import RESOLUTION, settle, styled
from hecon.report.grade import marked_title

#: How hard a PNG is packed: harder takes twice the time for a tenth less.
PACKED = 3


@dataclass(frozen=True)
class Picture:
    """One figure."""

    name: str  #: File name without its ending.
    title: str  #: What is shown, in a few words.
    #: What can be seen, in plain sentences with the numbers: for those who can't see it, and as its
    #: caption.
    alt: str
    figure: Figure

    @cached_property
    def svg(self) -> bytes:
        """The figure as SVG: the same bytes every time."""
        return compact(self._saved("svg", {"Date": None, "Creator": None, "Title": self.title}))

    @cached_property
    def png(self) -> bytes:
        """The figure as PNG: the same bytes every time."""
        return self._saved("png", {"Software": None, "Title": self.title})

    def _saved(self, kind: str, metadata: dict[str, str | None]) -> bytes:
        with styled(), io.BytesIO() as file:
            options: dict[str, Any] = {"format": kind, "dpi": RESOLUTION, "metadata": metadata}
            if kind == "png":
                options["pil_kwargs"] = {"compress_level": PACKED}
            self.figure.savefig(file, **options)
            return file.getvalue()

    def _repr_svg_(self) -> str:
        """The figure where a notebook shows it."""
        return self.svg.decode()


def picture(name: str, title: str, alt: str, figure: Figure) -> Picture:
    """A figure whose layout is worked out once; call it within `styled`."""
    settle(figure)
    return Picture(name, marked_title(title), alt, figure)


__all__ = ["Picture", "picture", "styled"]
