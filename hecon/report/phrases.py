"""Sentences that several sections share."""

from __future__ import annotations

from hecon.analyses.comparison import SAVING, Comparison
from hecon.report.content import Sentence, Value, money

_COSTS = {1: "costs more", 0: "costs the same", -1: "costs less"}


def comparison_sentence(found: Comparison, effect: str, effects: str) -> Sentence:
    """One strategy against another: the ratio, or dominance in words.

    Parameters
    ----------
    effect, effects
        One unit of effect and several.
    """
    values: dict[str, Value] = {"a": found.intervention, "b": found.comparator}
    costs = _COSTS[(found.cost > 0) - (found.cost < 0)]
    if found.verdict == "dominant":
        text = f"{{a}} dominates {{b}}: it {costs} and gives more {{effects}}."
        return Sentence(text, {**values, "effects": effects})
    if found.verdict == "dominated":
        text = f"{{a}} is dominated by {{b}}: it {costs} and gives fewer {{effects}}."
        return Sentence(text, {**values, "effects": effects})
    ratio: dict[str, Value] = {**values, "icer": money(found.icer), "effect": effect}
    if found.verdict == "more costly, more effective":
        return Sentence("{a} against {b}: {icer} per {effect} gained.", ratio)
    if found.verdict == SAVING:
        return Sentence("{a} against {b} saves {icer} per {effect} forgone.", ratio)
    return Sentence("{a} against {b}: {verdict}.", {**values, "verdict": found.verdict})
