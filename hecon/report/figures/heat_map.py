"""A two-way grid as a heat map: net benefit over two parameters, and where it turns."""

import numpy as np
import xarray as xr
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import INK, PAPER, axes, styled
from hecon.report.figures.writing import axis_labels, number, numeric, short
from hecon.report.language import say

#: From loss to gain, ever lighter, so that they differ in grey too; brown turns blue at zero.
COLOURS = LinearSegmentedColormap.from_list(
    "decision", [(0.0, "#8f4a12"), (0.5, "#d9ab80"), (0.5, "#8fbfdd"), (1.0, "#eaf5fb")]
)


@styled()
def heat_map(found: xr.Dataset, intervention: str, setting: Setting) -> Picture:
    """Net benefit over a grid from `hecon.analyses.two_way.two_way`.

    The first parameter runs to the right, the second upwards. Thin lines join equal net benefits
    and a thick one shows where it is zero; cells with a gain also carry a dot, so that the sides
    differ without colour.
    """
    first, second = (str(dim) for dim in found["nmb"].dims)
    across, up = found[first].values, found[second].values
    values = found["nmb"].values.T
    title = say(
        "Where {intervention} is {cost_effective}",
        intervention=intervention,
        cost_effective=setting.cost_effective,
    )
    figure, area = axes(title, height=4.1)
    bound = float(np.abs(values).max()) or 1.0
    drawn = area.pcolormesh(
        across,
        up,
        values,
        cmap=COLOURS,
        norm=TwoSlopeNorm(0.0, -bound, bound),
        shading="nearest",
        edgecolors="white",
        linewidth=0.3,
        rasterized=True,
    )
    worth = values > 0
    if worth.any():
        x, y = np.meshgrid(across, up)
        label = say(setting.cost_effective)
        area.plot(x[worth], y[worth], ".", color=INK, markersize=2.5, label=label)
    if min(values.shape) > 1:
        levels = [v for v in MaxNLocator(5).tick_values(values.min(), values.max()) if v]
        lines = area.contour(
            across, up, values, levels=levels, colors=[INK], linewidths=0.6, linestyles="-"
        )
        for text in area.clabel(lines, fmt=number, fontsize=7):
            text.set_path_effects([withStroke(linewidth=2, foreground=PAPER)])
        if worth.any() and not worth.all():
            area.contour(across, up, values, levels=[0.0], colors=[INK], linewidths=2.0)
    bar = figure.colorbar(drawn, ax=area, pad=0.02, aspect=30)
    numeric(bar.ax.yaxis)
    bar.set_label(say("net benefit per person ({money})", money=setting.money))
    bar.outline.set_visible(False)
    numeric(area.xaxis)
    numeric(area.yaxis)
    axis_labels(area, _name(first, setting), _name(second, setting))
    share = int(worth.sum()), int(worth.size)
    corner = {(i, j): float(found["nmb"].values[i, j]) for i in (0, -1) for j in (0, -1)}
    low, high = min(corner, key=corner.__getitem__), max(corner, key=corner.__getitem__)

    def place(at: tuple[int, int]) -> str:
        return say(
            "{corner} where {named} is {across} and {named_2} is {up}",
            corner=setting.amount(corner[at]),
            named=setting.named(first),
            across=short(float(across[at[0]])),
            named_2=setting.named(second),
            up=short(float(up[at[1]])),
        )

    alt = say(
        "{intervention} is {cost_effective} in {share} of {share_2} combinations (dots{part}). "
        "Net benefit per person at the corners runs from {place} to {place_2}.",
        intervention=intervention,
        cost_effective=setting.cost_effective,
        share=share[0],
        share_2=share[1],
        part=say("; the thick line is where net benefit is zero") if worth.any() else "",
        place=place(low),
        place_2=place(high),
    )
    return picture("two_way", title, alt, figure)


def _name(parameter: str, setting: Setting) -> str:
    unit = setting.units.get(parameter, "")
    label = setting.label(parameter, 200, 1)
    return f"{label} ({say(unit)})" if unit else label


__all__ = ["heat_map"]
