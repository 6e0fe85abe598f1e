"""Axes that are measured as seldom as can be: all their signs, each time, take most of a figure."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.transforms import Bbox, ScaledTranslation

from hecon.engine.arrays import Array

#: A share of their width by which axes may shrink until signs at their ends reach further out.
_NARROWER = 0.1


class MeasuredAxes(Axes):
    """Axes with as much around them as when they were measured, wherever they are put."""

    _around: Array | None = None  #: How much it was, and `_width` of the axes then.
    _width = 0.0

    def get_tightbbox(self, *given: Any, **named: Any) -> Bbox | None:
        """Axes with all that stands around them, in dots; None of hidden ones."""
        if not self.get_visible():
            return None
        self.apply_aspect()
        first = self._around is None
        if self._around is None or self.bbox.width < (1 - _NARROWER) * self._width:
            for spine in self.spines.values():
                spine.set_in_layout(False)  # what stands beside it reaches further
            whole: Any = super().get_tightbbox(*given, **named)
            self._around = whole.get_points() - self.bbox.get_points()
            self._width = self.bbox.width
            for axis in self._shown() if first else ():
                self._hold(axis)
        return Bbox(self.bbox.get_points() + self._around)

    def settle(self) -> None:
        """Measure no sign again when the axes are painted."""
        for axis in self._shown():
            for tick in (*axis.majorTicks, *axis.minorTicks):
                tick.label1.set_in_layout(False)
                tick.label2.set_in_layout(False)

    def _shown(self) -> list[Axis]:
        return [a for a in (self.xaxis, self.yaxis) if self.axison and a.get_visible()]

    def _hold(self, axis: Axis) -> None:
        """Keep an axis's name as far away as it is."""
        across = axis is self.xaxis
        figure: Any = self.get_figure(root=True)
        x, y = axis.label.get_position()
        away = (y - self.bbox.y0 if across else x - self.bbox.x0) / figure.dpi
        by = (0.0, away) if across else (away, 0.0)
        at = (x, 0.0) if across else (0.0, y)
        held = self.transAxes + ScaledTranslation(by[0], by[1], figure.dpi_scale_trans)
        axis.set_label_coords(*at, transform=held)
