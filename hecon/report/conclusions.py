"""What the base case concludes, in sentences: every medium takes them here."""

from collections.abc import Sequence

import numpy as np

from hecon.analyses.base_case import (
    base_comparison,
    base_frontier,
    base_limits,
)
from hecon.analyses.comparison import SAVING, Comparison
from hecon.analyses.conclusion import Conclusion, FrontierStep, base_conclusion, stated_conclusions
from hecon.analyses.frontier import ON
from hecon.analyses.run import Run
from hecon.analyses.scenarios import scenario_results
from hecon.report.content import (
    Amount,
    Listing,
    Sentence,
    Value,
    change,
    count,
    effect,
    money,
)
from hecon.report.grade import exploratory


def ratio(found: Comparison) -> Sentence:
    """The comparison as a plain sentence: its ICER, or dominance in words."""
    values: dict[str, Value] = {"a": found.intervention, "b": found.comparator}
    if found.verdict == "dominant":
        same = "{a} dominates {b}: it costs the same and gives more {effects}."
        less = "{a} dominates {b}: it costs less and gives more {effects}."
        return Sentence(same if found.cost == 0 else less, values)
    if found.verdict == "dominated":
        same = "{a} is dominated by {b}: it costs the same and gives fewer {effects}."
        more = "{a} is dominated by {b}: it costs more and gives fewer {effects}."
        return Sentence(same if found.cost == 0 else more, values)
    if found.verdict == SAVING:
        values["icer"] = money(found.icer)
        return Sentence("{a} against {b} saves {icer} per {effect} forgone.", values)
    if found.icer == found.icer:
        values["icer"] = money(found.icer)
        return Sentence("{a} against {b}: {icer} per {effect} gained.", values)
    return Sentence("{a} against {b}: {verdict}.", values | {"verdict": found.verdict})


def headline(run: Run) -> tuple[Sentence, ...]:
    """The run's conclusion at each threshold of the jurisdiction: once, where they agree.

    The best alternative, or the pair if that is the whole decision; without a threshold no
    verdict but the net benefit.
    """
    stated = run(stated_conclusions)
    place = run.study.jurisdiction
    if len(stated) > 1 and not place.judges:
        said = without_verdict(run, stated)
    elif len(stated) == 1 or all(_agree(stated[0], other) for other in stated[1:]):
        said = _said(run, *stated)
    else:
        said = _each(run, stated)
    first = [exploratory(run.study), spread(run)]
    return (*(s for s in first if s is not None), *said)


def spread(run: Run) -> Sentence | None:
    """Between which scenarios an exploratory result lies, with its base case; None if unsaid."""
    kept = {s.id for s in run.study.scenarios}
    named = [name for name in run.study.definition.spread if name in kept]
    if not named:
        return None
    found = {str(r["scenario"]): r for r in run(scenario_results).to_dict("records")}
    pair = run(base_comparison)
    values: dict[str, Value] = {"a": pair.intervention, "b": pair.comparator}
    parts = []
    for i, name in enumerate(named):
        row = found[name]
        icer = float(row["icer"])
        values |= {f"name{i}": name, f"title{i}": str(row["title"])}
        values[f"icer{i}"] = money(icer) if icer == icer else str(row["verdict"])
        parts.append(f"{{icer{i}}} ({{name{i}}}, {{title{i}}})")
    values["base"] = money(pair.icer) if pair.icer == pair.icer else pair.verdict
    text = "{a} against {b}, per {effect} gained: "
    return Sentence(text + ", ".join(parts) + "; base case {base}.", values, "verdict")


def _said(run: Run, *found: Conclusion) -> list[Sentence]:
    """One verdict, for all the thresholds at which it holds."""
    opening = _at(run, found)
    return _pair(found[0], opening) if found[0].pairwise else _best(found[0], opening)


def _agree(one: Conclusion, other: Conclusion) -> bool:
    """Whether two thresholds lead to the same verdict."""
    if one.pairwise:
        return bool(np.sign(one.benefit) == np.sign(other.benefit))
    return (one.best, one.equal) == (other.best, other.equal)


def _each(run: Run, stated: Sequence[Conclusion]) -> list[Sentence]:
    """Verdicts that differ, each with the thresholds at which it holds."""
    groups: list[list[Conclusion]] = []
    for found in stated:
        if groups and _agree(groups[-1][0], found):
            groups[-1].append(found)
        else:
            groups.append([found])
    kind = run.study.jurisdiction.definition.threshold.kind
    text = (
        "The verdict differs between the ends of the range, {low} to {high} per {effect}: it "
        "hangs on where in the range the decision is taken."
        if kind == "range"
        else "The verdict differs between the benchmarks of {low} to {high} per {effect}."
    )
    ends = {"low": money(stated[0].threshold), "high": money(stated[-1].threshold)}
    said = [Sentence(text, ends, "warning")]
    for group in groups:
        said += _said(run, *group)
    return said


def without_verdict(run: Run, stated: Sequence[Conclusion]) -> list[Sentence]:
    """That there is no threshold, and the net benefit over a range of values."""
    pair = stated[0].pair
    gain, extra, sizes = _increments(pair.qaly, pair.cost)
    values: dict[str, Value] = {"a": pair.intervention, "b": pair.comparator}
    place = run.study.jurisdiction.definition.title
    at = [
        Sentence(
            "{benefit} at {value}",
            {"benefit": change(found.benefit), "value": money(found.threshold)},
        )
        for found in stated
    ]
    return [
        Sentence(
            f"Per person {{a}} against {{b}} {gain} and costs {extra}. {{place}} states no "
            "threshold: there is no verdict.",
            {**values, **sizes, "place": place},
            "verdict",
        ),
        Sentence(
            "Net benefit of {a} against {b} per person: {found} per {effect}.",
            {**values, "found": Listing(at, 20)},
        ),
    ]


#: The opening of a verdict and its values.
Opening = tuple[str, dict[str, Value]]


def _at(run: Run, found: Sequence[Conclusion]) -> Opening:
    """The opening of a verdict that holds at one threshold or at several."""
    place = run.study.jurisdiction.definition
    rule = place.severity if found[0].weighted else None
    weight = float(run(base_limits)["weight"].iloc[0])
    values: dict[str, Value] = {}
    per = "per {effect}"
    divisor = 1.0
    if rule is not None and rule.acts_on == "QALYs" and weight != 1:
        per, divisor = "per {effect}, {effects} weighted by {weight} for severity", weight
        values["weight"] = Amount(weight)
    amounts = [money(each.threshold / divisor) for each in found]
    if place.threshold.kind == "range" and len(found) > 1:
        amount = "{low} to {high}"
        values |= {"low": amounts[0], "high": amounts[-1]}
    else:
        amount = "{threshold}"
        values["threshold"] = Listing(amounts, 20)
    if rule is not None and rule.sets_threshold:
        return f"At {amount} {per}, the threshold of its class of severity, ", values
    if rule is not None and rule.acts_on == "threshold":
        name = place.threshold.name
        return f"At the severity-weighted {name} of {amount} {per}, ", values
    return f"At {amount} {per}, ", values


def _pair(found: Conclusion, at: Opening) -> list[Sentence]:
    opening, values = at
    pair = found.pair
    values |= {"a": pair.intervention, "b": pair.comparator}
    gain, extra, sizes = _increments(pair.qaly, pair.cost)
    if found.benefit == 0:
        verdict = "{a} and {b} have the same net benefit: per person {a} "
    elif found.benefit > 0:
        verdict = "{a} is {cost_effective} against {b}: per person it "
    else:
        verdict = "{a} is not {cost_effective} against {b}: per person it "
    text = f"{opening}{verdict}{gain} and costs {extra}."
    said = [Sentence(text, values | sizes, "verdict")]
    outside = [s for s in (pair.intervention, pair.comparator) if s not in found.alternatives]
    if outside:
        said.append(
            Sentence(
                "{outside} can't be chosen, so this compares and decides nothing.",
                {"outside": Listing(outside)},
                "warning",
            )
        )
        if found.best:
            said.append(
                Sentence(
                    "The best of {all} is {best}.",
                    {"all": Listing(found.alternatives, 20), "best": found.best},
                    "verdict",
                )
            )
    return said


def _increments(qaly: float, cost: float) -> tuple[str, str, dict[str, Value]]:
    """`gives {qaly} {effects} more`, `{cost} more`, and their values."""
    values: dict[str, Value] = {}
    if round(abs(qaly), 3) == 0:
        gain = "makes no visible difference in {effects}"
    else:
        gain = f"gives {{qaly}} {{effects}} {'more' if qaly > 0 else 'fewer'}"
        values["qaly"] = effect(abs(qaly))
    if round(abs(cost), 2) == 0:
        return gain, "the same", values
    values["cost"] = money(abs(cost))
    return gain, f"{{cost}} {'more' if cost > 0 else 'less'}", values


def _best(found: Conclusion, at: Opening) -> list[Sentence]:
    opening, values = at
    values |= {
        "number": count(len(found.alternatives)),
        "all": Listing(found.alternatives, 20),
    }
    if found.equal:
        values["names"] = Listing([found.best, *found.equal], 20)
        text = (
            "{names} have the same net benefit, the highest of the {number} alternatives ({all})."
        )
        return [Sentence(opening + text, values, "verdict")]
    values["best"] = found.best
    text = f"{opening}{{best}} is the best of the {{number}} alternatives ({{all}})"
    step = found.reached
    if step is None:
        others = [s for s in found.alternatives if s != found.best]
        alone = all(found.status[s] != ON for s in others)
        text += (
            ": no other gives more {effects}." if alone else ": it is the cheapest on the frontier."
        )
        return [Sentence(text, values, "verdict"), *_rest(found)]
    gain, extra, sizes = _increments(step.qaly, step.cost)
    text += (
        f": against {{against}}, the one before it on the frontier, it {gain} and costs {extra}, "
        "{icer} per {effect} gained."
    )
    values |= {"against": step.against, "icer": money(step.icer), **sizes}
    return [Sentence(text, values, "verdict"), *_rest(found)]


def _rest(found: Conclusion) -> list[Sentence]:
    """Why not the next one, and what becomes of the study's own intervention."""
    said = []
    step, a = found.refused, found.pair.intervention
    if step is not None:
        said.append(_refused(step))
    if a in (found.best, step.strategy if step else ""):
        return said
    if found.status[a] == ON:
        said.append(Sentence("{a} is not the best choice at that figure.", {"a": a}, "verdict"))
    elif found.status[a] == "no difference":
        said.append(Sentence("{a} equals another alternative.", {"a": a}, "verdict"))
    else:
        said.append(Sentence("{a} is {status}.", {"a": a, "status": found.status[a]}, "verdict"))
    return said


def _refused(step: FrontierStep) -> Sentence:
    gain, extra, sizes = _increments(step.qaly, step.cost)
    return Sentence(
        f"{{next}} is not {{cost_effective}} against {{against}}: per person it {gain} and costs "
        f"{extra}, {{icer}} per {{effect}} gained.",
        {"next": step.strategy, "against": step.against, "icer": money(step.icer), **sizes},
        "verdict",
    )


def outside_frontier(run: Run) -> Sentence | None:
    """With whom the frontier compares the intervention, where it is not the study's comparator."""
    found = run(base_conclusion)
    a, b = found.pair.intervention, found.pair.comparator
    if found.pairwise:
        return None
    row = run(base_frontier).set_index("strategy").loc[a]
    if row["status"] != ON:
        text = "{a} is off the frontier ({status}): its ratio against {b} decides nothing."
        return Sentence(text, {"a": a, "b": b, "status": str(row["status"])}, "warning")
    if not row["against"]:
        text = "{a} is the first on the frontier: its ratio against {b} decides nothing."
        return Sentence(text, {"a": a, "b": b}, "warning")
    if row["against"] == b:
        return None
    text = "On the frontier {a} stands against {against}: its ratio against {b} decides nothing."
    return Sentence(text, {"a": a, "b": b, "against": str(row["against"])}, "warning")
