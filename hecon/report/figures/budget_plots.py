"""Budget impact as figures: net cost by block, demand and places, hours, places against uptake."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm

from hecon.report.figures.heat_map import COLOURS as HEAT
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, DASHES, HATCHES, INK, MARKERS, axes, key, styled
from hecon.report.figures.writing import listed, number, numeric, short
from hecon.report.language import say

_LINES = {"demand": "want it", "places": "places", "treated": "treated", "waiting": "waiting"}


@styled()
def net_picture(blocks: pd.DataFrame, labels: Mapping[str, str], setting: Setting) -> Picture:
    """Bars of the difference by block, stacked; a dot is their sum."""
    wide = blocks.pivot(index="year", columns="block", values="cost_difference")[[*labels]] / 1e6
    years, title = wide.index.to_numpy(), say("Net cost to the payer by year")
    figure, area = axes(title, grid="y")
    up, down = np.zeros(len(wide)), np.zeros(len(wide))
    for position, (name, label) in enumerate(labels.items()):
        values = wide[name].to_numpy()
        bottom = np.where(values >= 0, up, down)
        area.bar(
            years,
            values,
            0.62,
            bottom=bottom,
            color=COLOURS[position % len(COLOURS)],
            hatch=HATCHES[position % len(HATCHES)],
            edgecolor="white",
            linewidth=0.4,
            label=say(label),
        )
        up, down = up + np.maximum(values, 0), down + np.minimum(values, 0)
    net = wide.sum(axis=1)
    area.plot(years, net, "D", color=INK, markersize=4, linestyle="", label=say("net"))
    area.axhline(0, color=INK, linewidth=0.8, label="_zero")
    area.set_xticks(years)
    numeric(area.yaxis, 5)
    area.set_xlabel(say("year"), loc="right")
    area.set_ylabel(say("million {money}", money=setting.money))
    key(figure)
    parts = [
        say("year {year}: {part}", year=year, part=number(value, 1)) for year, value in net.items()
    ]
    named = listed([say(label) for label in labels.values()])
    alt = say(
        "Net cost in million {money}, {parts}. Blocks: {named}.",
        money=setting.money,
        parts=listed(parts),
        named=named,
    )
    return picture("budget_net", title, alt, figure)


@styled()
def people_picture(table: pd.DataFrame, strategy: str) -> Picture:
    """Lines of those who want a treatment, places, those treated and those who wait."""
    title = say("Who wants {strategy}, and for whom there are places", strategy=strategy)
    figure, area = axes(title, grid="y")
    years, last = table["year"].to_numpy(), table.iloc[-1]
    said = []
    for position, (name, english) in enumerate(_LINES.items()):
        words = say(english)
        values = table[name].where(np.isfinite(table[name]))
        if values.isna().all():
            continue
        area.plot(
            years,
            values,
            color=COLOURS[position],
            linestyle=DASHES[position],
            marker=MARKERS[position],
            markersize=4.5,
            label=words,
        )
        said.append(f"{words} {number(float(last[name]))}")
    area.set_xticks(years)
    area.set_ylim(bottom=0)
    numeric(area.yaxis, 5)
    area.set_xlabel(say("year"), loc="right")
    area.set_ylabel(say("persons"))
    key(figure)
    alt = say("In year {year}: {said}.", year=int(last["year"]), said=listed(said))
    return picture("budget_people", title, alt, figure)


@styled()
def hours_picture(resources: pd.DataFrame, name: str) -> Picture:
    """Bars of the hours or days that there are of a resource, beside those that patients take."""
    own = resources[resources["resource"] == name]
    title = say("Hours or days of {name}: there, and asked for", name=name)
    figure, area = axes(title, grid="y")
    years, said = own["year"].to_numpy(), []
    for position, (column, words) in enumerate(
        (("there", say("there")), ("asked", say("asked for")))
    ):
        area.bar(
            years + (position - 0.5) * 0.36,
            own[column],
            0.34,
            color=COLOURS[position],
            hatch=HATCHES[position],
            edgecolor="white",
            linewidth=0.4,
            label=words,
        )
        said.append(f"{words} {number(float(own[column].iloc[-1]))}")
    area.set_xticks(years)
    numeric(area.yaxis, 5)
    area.set_xlabel(say("year"), loc="right")
    area.set_ylabel(say("hours or days"))
    key(figure)
    return picture(
        "budget_hours",
        title,
        say("In year {years}: {said}.", years=int(years[-1]), said=listed(said)),
        figure,
    )


@styled()
def places_picture(grid: pd.DataFrame, setting: Setting) -> Picture:
    """A cell for each pair of factors: health by its colour, with the net cost as a figure."""
    effect = grid.pivot(index="places_factor", columns="uptake_factor", values="effect_difference")
    net = grid.pivot(index="places_factor", columns="uptake_factor", values="net") / 1e6
    title = say(
        "Places against uptake: net cost in million {money}, and health", money=setting.money
    )
    figure, area = axes(title, height=3.9)
    bound = float(np.abs(effect.to_numpy()).max()) or 1.0
    norm = TwoSlopeNorm(0.0, -bound, bound)
    drawn = area.pcolormesh(effect.to_numpy(), cmap=HEAT, norm=norm, edgecolors="white")
    for (row, column), value in np.ndenumerate(net.to_numpy()):
        gained = float(effect.to_numpy()[row, column])
        text = f"{number(float(value))}\n({number(gained, 1, sign=True)})"
        area.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=7, color=INK)
    for axis, factors in ((area.xaxis, effect.columns), (area.yaxis, effect.index)):
        axis.set_ticks(np.arange(len(factors)) + 0.5, [short(float(factor)) for factor in factors])
    area.set_xlabel(say("uptake times"), loc="right")
    area.set_ylabel(say("places times"))
    bar = figure.colorbar(drawn, ax=area, pad=0.02, aspect=30)
    bar.set_label(say("{effects} gained in the last year", effects=setting.effects))
    bar.outline.set_visible(False)
    low = grid.sort_values("effect_difference").iloc[0]
    high = grid.sort_values("net").iloc[-1]
    alt = say(
        "Net cost in million {money} of the last year, with health gained in brackets. Least "
        "health, {least}, at uptake times {uptake} and places times {places}; the highest net "
        "cost, {most}, at {uptake_most} and {places_most}.",
        money=setting.money,
        least=number(float(low["effect_difference"]), 1),
        uptake=short(float(low["uptake_factor"])),
        places=short(float(low["places_factor"])),
        most=number(float(high["net"]) / 1e6),
        uptake_most=short(float(high["uptake_factor"])),
        places_most=short(float(high["places_factor"])),
    )
    return picture("budget_places_uptake", title, alt, figure)
