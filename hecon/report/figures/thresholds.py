"""What changes with the value of a unit of effect: acceptability, loss, net benefit, information.

All take the dataset of `hecon.analyses.probabilistic.decision`.
"""

from itertools import groupby

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hecon.report.figures.label_positions import End, end_labels, upright
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, INK, axes, key, styled
from hecon.report.figures.writing import axis_labels, listed, numeric, per_cent, share
from hecon.report.language import say


@styled()
def acceptability(decision: xr.Dataset, setting: Setting) -> Picture:
    """Cost-effectiveness acceptability curves.

    Notes:
        Fenwick, Claxton, Sculpher (2001), Health Economics 10:779.
    """
    title = say("Probability that each strategy is best")
    figure, area = axes(title, grid="y")
    area.set_ylim(-0.02, 1.02)
    _lines(area, decision, "probability_best", setting)
    per_cent(area.yaxis)
    _across(area, decision, setting)
    axis_labels(area, _value(setting), say("probability of the highest net benefit"))
    alt = _shares(decision, "probability_best", setting)
    return picture("acceptability", title, alt, figure)


@styled()
def acceptability_frontier(decision: xr.Dataset, setting: Setting) -> Picture:
    """The probability that the strategy with the highest mean net benefit is best."""
    title = say("Probability that the choice with the highest mean is best")
    grid = decision["threshold"].values
    height = decision["probability_frontier"].values
    runs = _runs(decision)
    figure, area = axes(title, grid="y")
    area.set_ylim(-0.02, 1.02)
    drawn = set()
    for name, first, last in runs:
        look = setting.looks[name]
        until = min(last + 1, len(grid) - 1)
        area.plot(
            grid[first : until + 1],
            height[first : until + 1],
            color=look.colour,
            linestyle=look.dash,
            label=name if name not in drawn else "_again",
        )
        drawn.add(name)
        if first > 0:
            area.plot(
                grid[first], height[first], "o", color=look.colour, markersize=5, label="_turn"
            )
    per_cent(area.yaxis)
    _across(area, decision, setting)
    axis_labels(area, _value(setting), say("probability that the choice is best"))
    key(figure, title=say("strategy with the highest mean"), title_fontsize=7.5)
    said = [say("{runs} has the highest mean net benefit from a threshold of 0", runs=runs[0][0])]
    said += [
        say("{name} from about {grid}", name=name, grid=setting.amount(grid[first]))
        for name, first, _ in runs[1:]
    ]
    low, high = float(height.min()), float(height.max())
    alt = say(
        "{said}. The probability that this choice is right lies between {low} and {high}.",
        said=say(", then ").join(said),
        low=share(low),
        high=share(high),
    )
    return picture("acceptability_frontier", title, alt, figure)


@styled()
def expected_loss(decision: xr.Dataset, setting: Setting) -> Picture:
    """What choosing each strategy forgoes on average; the lowest line is the EVPI.

    Notes:
        Alarid-Escudero et al. (2019), Value in Health 22:611.
    """
    title = say("Expected loss of choosing each strategy")
    figure, area = axes(title, grid="y")
    area.set_ylim(0, float(decision["expected_loss"].max()) * 1.05 or 1.0)
    _lines(area, decision, "expected_loss", setting)
    numeric(area.yaxis)
    _across(area, decision, setting)
    axis_labels(
        area, _value(setting), say("expected loss per person ({money})", money=setting.money)
    )
    column, at = _near(decision, setting)
    losses = decision["expected_loss"].values[:, column]
    parts = [
        say("{amount} with {s}", amount=setting.amount(v), s=s)
        for s, v in zip(decision["strategy"].values, losses, strict=True)
    ]
    best = str(decision["best"].values[column])
    alt = say(
        "Expected loss per person {at_threshold}: {parts}. It is lowest with {best}.",
        at_threshold=setting.at(at),
        parts=listed(parts),
        best=best,
    )
    return picture("expected_loss", title, alt, figure)


@styled()
def net_benefit(decision: xr.Dataset, setting: Setting, reference: str) -> Picture:
    """Mean net monetary benefit of each strategy less that of the reference."""
    title = say("Mean net benefit compared with {reference}", reference=reference)
    difference = decision["nmb"] - decision["nmb"].sel(strategy=reference)
    shown = decision.assign(difference=difference)
    figure, area = axes(title, grid="y")
    low, high = float(difference.min()), float(difference.max())
    room = (high - low or 1.0) * 0.05
    area.set_ylim(low - room, high + room)
    _lines(area, shown, "difference", setting)
    area.axhline(0, color=INK, linewidth=0.7, label="_zero")
    numeric(area.yaxis)
    _across(area, decision, setting)
    axis_labels(
        area,
        _value(setting),
        say("difference in net benefit per person ({money})", money=setting.money),
    )
    column, at = _near(decision, setting)
    parts = [
        f"{s} {setting.amount(float(v), sign=True)}"
        for s, v in zip(decision["strategy"].values, difference.values[:, column], strict=True)
        if s != reference
    ]
    alt = say(
        "Mean net benefit per person less that of {reference}, {at_threshold}: ",
        reference=reference,
        at_threshold=setting.at(at),
    )
    return picture("net_benefit", title, alt + f"{listed(parts)}.", figure)


@styled()
def perfect_information(
    decision: xr.Dataset, setting: Setting, people: float | None = None
) -> Picture:
    """EVPI per person over thresholds, with its Monte Carlo error; for a population with `people`.

    Args:
        people: Discounted number of people whom the decision concerns, from `effective_population`.
    """
    scale = 1.0 if people is None else people / 1e6
    whom = say("per person") if people is None else say("for the population")
    title = say("Value of perfect information {whom}", whom=whom)
    grid, value = decision["threshold"].values, decision["evpi"].values * scale
    spread = 1.96 * decision["evpi_error"].values * scale
    figure, area = axes(title, grid="y")
    area.fill_between(
        grid, value - spread, value + spread, color=COLOURS[0], alpha=0.25, linewidth=0
    )
    area.plot(grid, value, color=COLOURS[0], label="EVPI")
    area.set_ylim(bottom=min(0.0, float((value - spread).min())))
    numeric(area.yaxis)
    _across(area, decision, setting)
    unit = setting.money if people is None else say("million {money}", money=setting.money)
    axis_labels(area, _value(setting), say("EVPI {whom} ({unit})", whom=whom, unit=unit))
    column, at = _near(decision, setting)
    top = int(value.argmax())
    words = (
        say("million {currency}", currency=setting.currency).strip() if people is not None else ""
    )

    def amount(v: float) -> str:
        return setting.amount(v) if people is None else f"{v:,.0f} {words}"

    alt = say(
        "Perfect information would be worth {amount} {whom} {at_threshold} (Monte Carlo error "
        "{spread}); most, {amount_2}, {at_threshold_2}.",
        amount=amount(float(value[column])),
        whom=whom,
        at_threshold=setting.at(at),
        spread=amount(float(spread[column] / 1.96)),
        amount_2=amount(float(value[top])),
        at_threshold_2=setting.at(float(grid[top])),
    )
    name = "evpi" if people is None else "evpi_population"
    return picture(name, title, alt, figure)


def _value(setting: Setting) -> str:
    return say(
        "value of a {effect} ({per_effect})", effect=setting.effect, per_effect=setting.per_effect
    )


def _lines(area: Axes, data: xr.Dataset, variable: str, setting: Setting) -> None:
    """One line a strategy, named at its right end."""
    grid = data["threshold"].values
    ends = []
    for name in data["strategy"].values.tolist():
        values = data[variable].sel(strategy=name).values
        look = setting.looks[name]
        every = max(1, len(grid) // 7)
        area.plot(
            grid,
            values,
            color=look.colour,
            linestyle=look.dash,
            marker=look.marker,
            markersize=4,
            markevery=every,
            label=name,
        )
        ends.append(End(setting.names[name], float(values[-1]), look.colour))
    end_labels(area, ends)


def _across(area: Axes, data: xr.Dataset, setting: Setting) -> None:
    """The horizontal axis of thresholds, with the study's own marked."""
    grid = data["threshold"].values
    area.set_xlim(float(grid.min()), float(grid.max()))
    numeric(area.xaxis, 4)
    if setting.threshold is not None:
        upright(
            area,
            setting.threshold,
            say("threshold {threshold}", threshold=setting.amount(setting.threshold)),
        )


def _near(data: xr.Dataset, setting: Setting) -> tuple[int, float]:
    """The column nearest to the study's threshold, or the middle one."""
    grid = data["threshold"].values
    wanted = setting.threshold if setting.threshold is not None else float(np.median(grid))
    column = int(np.abs(grid - wanted).argmin())
    return column, float(grid[column])


def _shares(data: xr.Dataset, variable: str, setting: Setting) -> str:
    column, at = _near(data, setting)
    values = data[variable].values[:, column]
    parts = [f"{s} {share(float(v))}" for s, v in zip(data["strategy"].values, values, strict=True)]
    text = say(
        "Probability of the highest net benefit {at_threshold}: {parts}.",
        at_threshold=setting.at(at),
        parts=listed(parts),
    )
    last = data[variable].values[:, -1]
    ends = [f"{s} {share(float(v))}" for s, v in zip(data["strategy"].values, last, strict=True)]
    top = float(data["threshold"].values[-1])
    there = setting.at(top)
    return text if top == at else f"{text} {there[:1].upper()}{there[1:]}: {listed(ends)}."


def _runs(data: xr.Dataset) -> list[tuple[str, int, int]]:
    """Stretches of thresholds with the same best strategy: name, first and last column."""
    runs, first = [], 0
    for name, members in groupby(data["best"].values.tolist()):
        count = len(list(members))
        runs.append((str(name), first, first + count - 1))
        first += count
    return runs


__all__ = [
    "acceptability",
    "acceptability_frontier",
    "expected_loss",
    "net_benefit",
    "perfect_information",
]
