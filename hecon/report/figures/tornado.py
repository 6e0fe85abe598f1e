"""Tornado diagrams: net benefit, QALYs or the ICER at both ends of each range."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from hecon.analyses.comparison import Comparison
from hecon.analyses.one_way import bar_widths
from hecon.report.figures.picture import Picture, picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import HIGH, INK, LOW, axes, bare, key, styled
from hecon.report.figures.writing import listed, number, numeric, short
from hecon.report.language import say

Measure = Literal["nmb", "qaly_difference", "icer"]
#: An ICER grows without bound as its QALYs vanish: axes end at this many times the base case.
FAR = 6
_WORDS = {"nmb": "net benefit", "qaly_difference": "QALYs gained", "icer": "ICER"}


@styled()
def tornado(
    table: pd.DataFrame,
    base: Comparison,
    setting: Setting,
    measure: Measure = "nmb",
    shown: int = 12,
) -> Picture:
    """Bars from the result at the low to that at the high end of each range, widest first.

    Args:
        table: From `hecon.analyses.one_way.one_way`.
        base: The base case, where bars begin.
        shown: How many of the widest ranges.

    Notes:
        Under dominance there is no ICER, and a saving per QALY forgone is another quantity: such an
        end has the words instead of a bar, and its parameter comes first.
    """
    words = say(_WORDS[measure].replace("QALYs", setting.effects))
    zero = _base(base, measure, setting)
    ends = _ends(table, measure, zero)[:shown]
    title = say(
        "One-way sensitivity: {words}, {intervention} against {comparator}",
        words=words,
        intervention=base.intervention,
        comparator=base.comparator,
    )
    figure, area = axes(title, height=1.2 + 0.37 * max(len(ends), 2), grid="x")
    for row, each in enumerate(ends):
        sides = (("low", LOW, ""), ("high", HIGH, "////"))
        # where both ends lie on one side, the longer bar is behind
        for end, colour, hatch in sorted(sides, key=lambda s: -abs(each[s[0]] - zero)):
            value = each[end]
            if not np.isnan(value):
                area.barh(
                    row,
                    value - zero,
                    left=zero,
                    height=0.62,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.4,
                )
    area.axvline(zero, color=INK, linewidth=0.9, label="_base")
    area.set_yticks(range(len(ends)), [_named(each, setting) for each in ends], fontsize=7)
    area.set_ylim(len(ends) - 0.4, -0.6)
    bare(area)
    farthest = np.nanmax([v for e in ends for v in (e["low"], e["high"])] + [zero])
    if measure == "icer" and farthest > FAR * zero:
        area.set_xlim(0, FAR * zero)
    numeric(area.xaxis, 4)
    _notes(area, ends, zero)
    meanings = [
        Patch(facecolor=LOW, label=say("low end of the range")),
        Patch(facecolor=HIGH, hatch="////", edgecolor="white", linewidth=0, label=say("high end")),
    ]
    key(figure, handles=meanings)
    unit = {
        "nmb": say("incremental net benefit per person ({money})", money=setting.money),
        "qaly_difference": say("incremental {effects} per person", effects=setting.effects),
        "icer": say("ICER ({per_effect})", per_effect=setting.per_effect),
    }[measure]
    area.set_xlabel(unit, loc="right")
    alt = _alt(ends, zero, words, measure, setting)
    return picture(f"tornado_{measure.partition('_')[0]}", title, alt, figure)


def _base(base: Comparison, measure: Measure, setting: Setting) -> float:
    if measure == "icer":
        return base.icer
    if measure == "qaly_difference":
        return base.qaly
    return (setting.threshold or 0.0) * base.qaly - base.cost


def _ends(table: pd.DataFrame, measure: Measure, zero: float) -> list[dict[str, Any]]:
    """Both ends of each range, the widest bar first."""
    rows: list[dict[str, Any]] = []
    lows, highs = (table[table["end"] == end].to_dict("records") for end in ("low", "high"))
    for low, high in zip(lows, highs, strict=True):
        values = [float(low[measure]), float(high[measure])]
        if measure == "icer":
            kept = [end["verdict"] == "more costly, more effective" for end in (low, high)]
            values = [v if keep else np.nan for v, keep in zip(values, kept, strict=True)]
        rows.append(
            {
                "parameter": str(low["parameter"]),
                "low": values[0],
                "high": values[1],
                "from": float(low["value"]),
                "to": float(high["value"]),
                "words": (str(low["verdict"]), str(high["verdict"])),
            }
        )
    reached = [np.array([row[end] for row in rows], dtype=float) for end in ("low", "high")]
    order = np.argsort(-bar_widths(reached[0], reached[1], zero), kind="stable")
    return [rows[i] for i in order.tolist()]


def _named(row: dict[str, Any], setting: Setting) -> str:
    return say(
        "{label}\n{start} to {end}",
        label=setting.label(row["parameter"], 38, 2),
        start=short(row["from"]),
        end=short(row["to"]),
    )


def _notes(area: Any, ends: list[dict[str, Any]], zero: float) -> None:
    """The words of those ends that have no figure."""
    for row, each in enumerate(ends):
        beyond = [v for v in (each["low"], each["high"]) if v > area.get_xlim()[1]]
        for value in beyond:
            area.text(
                0.99,
                row,
                say("to {part}", part=number(value)),
                transform=area.get_yaxis_transform(),
                ha="right",
                va="center",
                fontsize=7,
                color=INK,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
            )
        said = [
            f"{say(end)}: {say(word)}"
            for end, word in zip(("low", "high"), each["words"], strict=True)
            if np.isnan(each[end])
        ]
        if said:
            area.text(zero, row, "  " + "; ".join(said), va="center", fontsize=7, color=INK)


def _alt(
    ends: list[dict[str, Any]], zero: float, words: str, measure: Measure, setting: Setting
) -> str:
    def write(value: float) -> str:
        if np.isnan(value):
            return "none"
        return number(value, 3) if measure == "qaly_difference" else setting.amount(value)

    parts = [
        say(
            "{named} ({low} at {start}, {high} at {end})",
            named=setting.named(e["parameter"]),
            low=write(e["low"]),
            start=short(e["from"]),
            high=write(e["high"]),
            end=short(e["to"]),
        )
        for e in ends[:3]
    ]
    return say(
        "Base case: {words} of {zero} per {part}. The widest ranges: {parts}.",
        words=words,
        zero=write(zero),
        part=setting.effect if measure == "icer" else "person",
        parts=listed(parts),
    )


__all__ = ["Measure", "tornado"]
