"""Answers of one line: what would turn the decision, and why draws are not the base case."""

import pandas as pd

from hecon.analyses.base_case import base_comparison, base_table
from hecon.analyses.break_even import break_even_values, turning
from hecon.analyses.departures import apart, mean_departures
from hecon.analyses.drawn import drawn_comparison
from hecon.analyses.run import Run
from hecon.report.content import Amount, Sentence, Value, count, share
from hecon.report.things_called import labeller

#: Inputs that a sentence names with their values.
NAMED = 3
#: Share of the draws from which a limit is a reason.
MANY = 0.1


def would_turn(run: Run) -> Sentence | None:
    """Which inputs alone would turn the pair's verdict, and from which value; None if unsearched.

    Named are those that need to move least, as a share of their range.
    """
    searched = run(break_even_values)
    if searched.empty:
        return None
    found = turning(searched).dropna(subset="break_even")
    a, b = run.study.compared
    values: dict[str, Value] = {"a": a, "b": b}
    positive = bool(run(base_table)["nmb"].iloc[0] > 0)
    if found.empty:
        values["number"] = count(searched["parameter"].nunique())
        held = "no longer " if positive else ""
        text = "None of {number} inputs alone, within its range, makes {a} " + held
        return Sentence(text + "{cost_effective} against {b}.", values, "verdict")
    move = (found["break_even"] - found["base"]).abs() / (found["high"] - found["low"])
    order = move.sort_values(kind="stable").index
    nearest = found.loc[order].drop_duplicates("parameter")
    parts = []
    for i, row in enumerate(nearest.head(NAMED).to_dict("records")):
        side = "at least" if row["break_even"] > row["base"] else "at most"
        parts.append(f"{{label{i}}} {side} {{turn{i}}} (base case {{base{i}}})")
        values[f"label{i}"] = labeller(run.study)(str(row["parameter"]))
        values[f"turn{i}"] = Amount(float(row["break_even"]))
        values[f"base{i}"] = Amount(float(row["base"]))
    rest = len(nearest) - len(parts)
    more = "; or one of {rest} more" if rest else ""
    values |= {"rest": count(rest)} if rest else {}
    opening = (
        "{a} would no longer be {cost_effective} against {b} with one of these alone: "
        if positive
        else "{a} would be {cost_effective} against {b} with one of these alone: "
    )
    return Sentence(f"{opening}{'; '.join(parts)}{more}.", values, "verdict")


def why_apart(run: Run) -> Sentence | None:
    """Why the means of the draws are not the base case, with the first cause; None if they are."""
    base, means = run(base_comparison), run(drawn_comparison)
    if not apart(base, means):
        return None
    values: dict[str, Value] = {}
    opening = "The means of the draws are not the base case"
    if base.icer == base.icer and means.icer == means.icer:
        values |= {"base": Amount(base.icer, "money"), "means": Amount(means.icer, "money")}
        opening = "The draws' ratio of means, {means}, is not the base case's {base}"
    cause = _cause(run(mean_departures))
    if cause is None:
        text = f"{opening}: the model is not a straight line in its inputs."
        return Sentence(text, values)
    values |= {
        "label": labeller(run.study)(str(cause["parameter"])),
        "at_base": Amount(float(cause["base"])),
        "mean": Amount(float(cause["mean"])),
    }
    text = "{label} is {mean} on average and {at_base} in the base case."
    if cause["other_side"] == cause["other_side"]:
        values["other"] = share(float(cause["other_side"]))
        text = (
            "{label} has a limit, {other} of the draws lie on another side of it than the base "
            "case, and its mean is {mean} instead of {at_base}."
        )
    return Sentence(f"{opening}; one reason: {text}", values)


def _cause(frame: pd.DataFrame) -> pd.Series | None:
    """The limit that most draws meet otherwise, if many do, else the input furthest off."""
    limits = frame[frame["other_side"] >= MANY]
    if len(limits):
        return limits.sort_values("other_side", kind="stable").iloc[-1]
    inputs = frame[frame["other_side"].isna()]
    return inputs.iloc[0] if len(inputs) else None
