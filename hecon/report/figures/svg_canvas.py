"""A canvas that writes SVG, and on which a figure is laid out as it is written."""

import io
from collections.abc import Mapping
from typing import Any

from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties

from hecon.report.figures.lettering import SIZE, STEPS, lettering, outline

#: Points in an inch: an SVG is laid out and written in them.
POINTS = 72


class SvgRenderer(RendererSVG):
    """Writes texts as references to letters, which are defined at the end."""

    def __init__(self, file: io.StringIO, width: float, height: float, **named: Any):
        super().__init__(width, height, file, **named)  # type: ignore[no-untyped-call]
        self._file = file
        self._used: dict[str, str] = {}

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Nothing: no reader asks what drew an element."""

    def close_group(self, s: str) -> None:
        """Nothing, either."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """How wide and how high a text is, and how much of it hangs below its line, in points."""
        found, scale = lettering(s, prop), prop.get_size_in_points() / SIZE
        return scale * found.width, scale * (found.above + found.below), scale * found.below

    def _draw_text_as_path(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any,
        mtext: Any = None,
    ) -> None:
        scale = prop.get_size_in_points() / SIZE
        turned = f" rotate({-angle:g})" if angle else ""
        self.writer.start(
            "g",
            style=f"fill: {to_hex(gc.get_rgb())}",
            transform=f"translate({x:.2f} {y:.2f}){turned} scale({scale:g} {-scale:g})",
        )
        self.writer.comment(s)
        for letter in lettering(s, prop.copy()).letters:
            name = letter.name.replace("DejaVuSans", "g")
            self._used[name] = letter.name
            places = _at("x", letter.along) + _at("y", letter.up)
            self._file.write(f'<use xlink:href="#{name}"{places}/>\n')
        self.writer.end("g")

    def finalize(self) -> None:
        """Write what was referred to, and end."""
        self.writer.start("defs")
        for short, name in self._used.items():
            scale = f"scale({1 / STEPS:g})"
            self.writer.element("path", id=short, d=outline(name), transform=scale)
        self.writer.end("defs")
        super().finalize()  # type: ignore[no-untyped-call]


class SvgCanvas(FigureCanvasSVG):
    """A canvas that knows how wide texts of an SVG are."""

    def get_renderer(self) -> SvgRenderer:
        """What measures the figure's texts."""
        width, height = POINTS * self.figure.get_size_inches()
        return SvgRenderer(io.StringIO(), width, height)

    def svg(self, resolution: float, metadata: Mapping[str, str | None]) -> str:
        """The figure as SVG.

        Args:
            resolution: Dots per inch of what is painted inside it.
            metadata: As `Figure.savefig` takes it.
        """
        file = io.StringIO()
        width, height = self.figure.get_size_inches()
        lines = SvgRenderer(
            file, POINTS * width, POINTS * height, image_dpi=resolution, metadata=metadata
        )
        renderer: Any = MixedModeRenderer(self.figure, width, height, resolution, lines)
        self.figure.draw(renderer)
        renderer.finalize()
        return file.getvalue()


def _at(side: str, place: float) -> str:
    return f' {side}="{round(place, 2)}"' if round(place, 2) else ""
