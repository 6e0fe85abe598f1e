"""What a run concludes, in sentences: every medium takes them here."""

from __future__ import annotations

import numpy as np

from hecon.analyses.base_case import base_comparison, base_frontier, threshold
from hecon.analyses.comparison import SAVING, Comparison
from hecon.analyses.conclusion import Conclusion, Step, base_conclusion
from hecon.analyses.departures import apart
from hecon.analyses.drawn import (
    drawn_comparison,
    drawn_decision,
    drawn_design,
    probability_cost_effective,
)
from hecon.analyses.frontier import ON
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run
from hecon.analyses.scenarios import scenario_results
from hecon.report.content import Listing, Sentence, Value, count, effect, money, share
from hecon.report.decision_content import best_sentence
from hecon.report.grade import exploratory
from hecon.report.labels import at_threshold, labeller

#: Inputs that a sentence names; of more it gives the number.
SHOWN = 4

NO_DOUBT = Sentence(
    "No input has a distribution, so nothing is uncertain: there is no probabilistic analysis and "
    "no value of information.",
    tone="warning",
)


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
    """The run's conclusion: the best alternative, or the pair if that is the whole decision."""
    found = run(base_conclusion)
    said = _pair(found) if found.pairwise else _best(found)
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


def _at(found: Conclusion) -> tuple[str, dict[str, Value]]:
    """The opening of a verdict."""
    opening = (
        "At the severity-weighted opportunity cost of {threshold} per {effect}, "
        if found.weighted
        else "At {threshold} per {effect}, "
    )
    return opening, {"threshold": money(found.threshold)}


def _pair(found: Conclusion) -> list[Sentence]:
    opening, values = _at(found)
    pair = found.pair
    values |= {"a": pair.intervention, "b": pair.comparator}
    gain, extra, sizes = _increments(pair.qaly, pair.cost)
    if found.benefit == 0:
        verdict = "{a} and {b} have the same net benefit: per person {a} "
    elif found.benefit > 0:
        verdict = "{a} is cost-effective against {b}: per person it "
    else:
        verdict = "{a} is not cost-effective against {b}: per person it "
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


def _best(found: Conclusion) -> list[Sentence]:
    opening, values = _at(found)
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


def _refused(step: Step) -> Sentence:
    gain, extra, sizes = _increments(step.qaly, step.cost)
    return Sentence(
        f"{{next}} is not cost-effective against {{against}}: per person it {gain} and costs "
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


def how_sure(run: Run) -> tuple[Sentence, ...]:
    """How sure the draws are, in short; that nothing is uncertain, if so."""
    if run.get(drawn_design) is None:
        return (NO_DOUBT,)
    said = [often(run)] if run(base_conclusion).pairwise else [best_on_average(run)]
    if other := _other_than_base(run):
        said.append(other)
    said.append(means(run))
    if apart(run(base_comparison), run(drawn_comparison)):
        said.append(APART)
    return tuple(said)


def best_on_average(run: Run) -> Sentence:
    """The alternative with the highest mean net benefit, and how often it is the best."""
    return best_sentence(run(drawn_decision), run(threshold), run(drawn_design).draws)


def often(run: Run) -> Sentence:
    """How often the intervention is cost-effective against the comparator."""
    a, b = run.study.compared
    return Sentence(
        "{a} is cost-effective against {b} in {share} of the draws at {threshold} per {effect}.",
        {"a": a, "b": b, "share": share(run(probability_cost_effective)), **at_threshold(run)},
        "verdict",
    )


def _other_than_base(run: Run) -> Sentence | None:
    """That the draws prefer another alternative than the base case, where they do."""
    found = run(base_conclusion)
    if len(run.study.options) < 2 or not found.best:
        return None
    best = str(run(drawn_decision)["best"].sel(threshold=run(threshold)).values)
    if best in (found.best, *found.equal):
        return None
    text = "Best on average of {all} is {best}; in the base case it is {base}."
    values: dict[str, Value] = {"all": Listing(run.study.options, 20), "best": best}
    return Sentence(text, values | {"base": found.best}, "warning")


def means(run: Run) -> Sentence:
    """The comparison of the means over the draws."""
    over = ratio(run(drawn_comparison))
    return Sentence(
        f"Means over {{draws}} draws of the uncertain inputs: {over.template}",
        {**over.values, "draws": count(run(drawn_design).draws)},
        "verdict",
    )


APART = Sentence(
    "The means over the draws differ from the base case by more than a twentieth: section "
    "Uncertainty says why.",
    tone="warning",
)


def fixed_in_draws(run: Run) -> Sentence | None:
    """What the draws leave out: inputs with a range that moves the result but no distribution."""
    study, ends = run.study, run(one_way_ends)
    if ends.empty:
        return None
    varying = {p.text for p in study.parameters if p.distribution.varies}
    span = ends.groupby("parameter", sort=False)["nmb"].agg(np.ptp)
    moving = [str(n) for n, s in span.sort_values(ascending=False, kind="stable").items() if s > 0]
    held = [n for n in moving if n not in varying]
    if not held:
        return None
    names = Listing([labeller(study)(name) for name in held], SHOWN)
    opening = "Fixed in the draws, and so left out of this, "
    if len(held) == 1:
        text = opening + "is 1 input that moves the result over a range: {names}."
        return Sentence(text, {"names": names})
    text = opening + "are {number} inputs that move the result over a range: {names}."
    return Sentence(text, {"number": count(len(held)), "names": names})
