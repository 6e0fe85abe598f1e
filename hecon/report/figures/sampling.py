"""The value of a planned trial over its size: EVSI and the expected net benefit of sampling."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, DASHES, INK, MARKERS, QUIET, axes, key, styled
from hecon.report.figures.writing import axis_labels, listed, number, numeric
from hecon.report.language import say


def _groups(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows by length of follow-up and method, named by what differs."""
    several = {c: table[c].nunique() > 1 for c in ("follow_up_weeks", "method")}
    found = []
    for (weeks, method), rows in table.groupby(["follow_up_weeks", "method"], sort=False):
        words = [say("{weeks} weeks", weeks=weeks)] * several["follow_up_weeks"] + [
            say(str(method))
        ] * several["method"]
        found.append((", ".join(words) or say(str(method)), rows.sort_values("patients")))
    return found


def _curves(area: Axes, table: pd.DataFrame, value: str, error: str, scale: float) -> None:
    for i, (name, rows) in enumerate(_groups(table)):
        y, spread = rows[value] / scale, 1.96 * rows[error] / scale
        colour = COLOURS[i % len(COLOURS)]
        area.fill_between(
            rows["patients"], y - spread, y + spread, color=colour, alpha=0.15, linewidth=0
        )
        area.plot(
            rows["patients"],
            y,
            color=colour,
            linestyle=DASHES[i % len(DASHES)],
            marker=MARKERS[i % len(MARKERS)],
            markersize=4,
            label=name,
        )


def _dressed(area: Axes, up: str) -> None:
    numeric(area.xaxis)
    numeric(area.yaxis)
    area.set_xlim(left=0)
    axis_labels(area, say("patients randomised, all arms together"), up)
    key(area.get_figure(root=True))  # type: ignore[arg-type]


def _name(table: pd.DataFrame) -> str:
    return str(table["trial"].iloc[0])


@styled()
def sample_information(table: pd.DataFrame, setting: Setting, threshold: float) -> Picture:
    """EVSI per person by size, with 95 % intervals and the limit that it rises to.

    Args:
        table: From `hecon.analyses.sampling_information.evsi`.
    """
    rows = table[np.isclose(table["threshold"], threshold)]
    title = say("Value of the trial's information ({trial})", trial=_name(rows))
    figure, area = axes(title, grid="y")
    _curves(area, rows, "evsi", "standard_error", 1.0)
    limits = rows.groupby("follow_up_weeks")["evppi"].first()
    for limit in limits:
        area.axhline(limit, color=QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)), label="_limit")
    _dressed(area, say("EVSI per person ({money})", money=setting.money))
    parts = []
    for name, found in _groups(rows):
        last = found.iloc[-1]
        parts.append(
            say(
                "{name} {evsi} (standard error {standard_error})",
                name=name,
                evsi=setting.amount(float(last["evsi"])),
                standard_error=setting.amount(float(last["standard_error"])),
            )
        )
    largest = int(rows["patients"].max())
    alt = say(
        "With {largest} patients the trial's information is worth per person, {at_threshold}: "
        "{parts}. Dotted: knowing without error what the trial measures, {part}.",
        largest=number(largest),
        at_threshold=setting.at(threshold),
        parts=listed(parts),
        part=listed([setting.amount(float(v)) for v in limits]),
    )
    return picture("evsi", title, alt, figure)


@styled()
def net_benefit_of_sampling(table: pd.DataFrame, setting: Setting, threshold: float) -> Picture:
    """Expected net benefit of sampling by size, the best size marked.

    Args:
        table: From `hecon.analyses.net_benefit_of_sampling.expected_net_benefit`; rows of several
            lengths of follow-up may be put together.
    """
    rows = table[np.isclose(table["threshold"], threshold)]
    title = say("Expected net benefit of the trial ({trial})", trial=_name(rows))
    figure, area = axes(title, grid="y")
    _curves(area, rows, "enbs", "enbs_error", 1e6)
    area.axhline(0, color=INK, linewidth=0.8, label="_zero")
    best = rows[rows["optimal"]]
    area.plot(
        best["patients"],
        best["enbs"] / 1e6,
        "o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor=INK,
        label=say("best size") if len(best) else "_none",
    )
    _dressed(area, say("net benefit of sampling (million {money})", money=setting.money))
    parts = []
    for name, found in _groups(rows):
        top = found.iloc[int(found["enbs"].argmax())]
        value = say(
            "{enbs} million {currency}",
            enbs=number(float(top["enbs"]) / 1e6, 1),
            currency=setting.currency,
        ).strip()
        if top["optimal"]:
            parts.append(
                say(
                    "{name} {part} at {patients} patients",
                    name=name,
                    part=value,
                    patients=number(float(top["patients"])),
                )
            )
        else:
            parts.append(say("{name} never above zero (at most {part})", name=name, part=value))
    alt = say(
        "What the trial is worth less its cost, {at_threshold}: {parts}.",
        at_threshold=setting.at(threshold),
        parts=listed(parts),
    )
    return picture("enbs", title, alt, figure)
