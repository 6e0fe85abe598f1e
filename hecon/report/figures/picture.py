"""A figure with what it says in words, and how both are written."""

import io
from dataclasses import dataclass
from functools import cached_property

from matplotlib.figure import Figure

from hecon.report.figures.compact import compact
from hecon.report.figures.style import RESOLUTION, settle, styled
from hecon.report.figures.svg_canvas import SvgCanvas
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
        about = {"Date": None, "Creator": None, "Title": self.title}
        with styled():
            return compact(SvgCanvas(self.figure).svg(RESOLUTION, about)).encode()

    @cached_property
    def png(self) -> bytes:
        """The figure as PNG: the same bytes every time."""
        with styled(), io.BytesIO() as file:
            self.figure.savefig(
                file,
                format="png",
                dpi=RESOLUTION,
                metadata={"Software": None, "Title": self.title},
                pil_kwargs={"compress_level": PACKED},
            )
            return file.getvalue()

    def _repr_svg_(self) -> str:
        """The figure where a notebook shows it."""
        return self.svg.decode()


def picture(name: str, title: str, alt: str, figure: Figure) -> Picture:
    """A figure whose layout is worked out once; call it within `styled`."""
    settle(figure)
    return Picture(name, marked_title(title), alt, figure)


__all__ = ["Picture", "picture", "styled"]
