"""What a run concludes, as statements over its numbers; every medium takes its sentences here.

The rules: the best alternative is that with the highest net benefit at the threshold; each is
compared with the one before it on the frontier; a pair that the frontier rejects has no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.analyses.comparison import Comparison, sentence
from hecon.analyses.departures import apart, departures
from hecon.analyses.frontier import ON
from hecon.analyses.probabilistic import first_of_best, rounding
from hecon.analyses.results import Results
from hecon.reports.console import amount, money, number, percent, qalys
from hecon.reports.words import listed
from hecon.studies.study import Study

#: Inputs that a sentence names; of more it gives the number.
SHOWN = 4

NO_DOUBT = (
    "No input has a distribution, so nothing is uncertain: there is no probabilistic analysis and "
    "no value of information."
)


@dataclass(frozen=True)
class Step:
    """An alternative against the one before it on the frontier."""

    strategy: str
    against: str
    cost: float
    qaly: float
    icer: float


@dataclass(frozen=True)
class Conclusion:
    """What the base case says at its threshold.

    Attributes
    ----------
    threshold
        What a QALY may cost; `weighted` by severity or not.
    alternatives
        Those that can be chosen.
    best
        The one with the highest net benefit, the first named of equal ones; empty if there are
        fewer than two alternatives.
    equal
        Others with the same net benefit as the best.
    reached
        The step of the frontier that ends at the best; None if it is the first there.
    refused
        The next step of the frontier, which costs more than the threshold; None if there is none.
    status
        Place of every alternative on the frontier or off it.
    pair, benefit
        Intervention against comparator, and its net benefit.
    """

    currency: str
    threshold: float
    weighted: bool
    alternatives: tuple[str, ...]
    best: str
    equal: tuple[str, ...]
    reached: Step | None
    refused: Step | None
    status: dict[str, str]
    pair: Comparison
    benefit: float

    @property
    def pairwise(self) -> bool:
        """Whether the pair is the whole decision, or stands outside it."""
        both = {self.pair.intervention, self.pair.comparator}
        return (
            len(self.alternatives) < 2
            or both == set(self.alternatives)
            or not both <= set(self.alternatives)
        )


def concluded(results: Results) -> Conclusion:
    """The statements of a run's base case."""
    study, place = results.study, results.study.jurisdiction.definition
    row = results.base_table.iloc[0]
    return conclude_base(
        results.frontier,
        study.options,
        results.comparison,
        results.threshold,
        float(row["nmb"]),
        place.currency,
        weighted=place.severity is not None and "shortfall" in results.limits,
    )


def conclude_base(
    frontier: pd.DataFrame,
    alternatives: Sequence[str],
    pair: Comparison,
    threshold: float,
    benefit: float,
    currency: str,
    *,
    weighted: bool = False,
) -> Conclusion:
    """The same from a table of `frontier` and the pair's comparison."""
    table = frontier.set_index("strategy").loc[list(alternatives)]
    cost, effect = table["cost"].to_numpy(), table["effect"].to_numpy()
    worth = (threshold * effect - cost)[:, None]
    tolerance = rounding(threshold, cost, effect)
    best = ""
    equal: tuple[str, ...] = ()
    if len(alternatives) > 1:
        first = int(first_of_best(worth, tolerance)[0])
        best = alternatives[first]
        near = worth[:, 0] >= worth.max() - tolerance
        equal = tuple(s for i, s in enumerate(alternatives) if near[i] and i != first)
    steps = {
        str(r["strategy"]): Step(
            str(r["strategy"]),
            str(r["against"]),
            float(r["cost_difference"]),
            float(r["effect_difference"]),
            float(r["icer"]),
        )
        for r in frontier.to_dict("records")
        if r["against"]
    }
    after = next((s for s in steps.values() if s.against == best), None)
    status = {str(k): str(v) for k, v in table["status"].items()}
    return Conclusion(
        currency,
        threshold,
        weighted,
        tuple(alternatives),
        best,
        equal,
        steps.get(best),
        after if after is None or after.strategy not in equal else None,
        status,
        pair,
        benefit,
    )


def at_threshold(currency: str, threshold: float, weighted: bool) -> str:
    """`At the severity-weighted opportunity cost of NOK 385,000 per QALY`."""
    name = "the severity-weighted opportunity cost of " if weighted else ""
    return f"At {name}{amount(currency, threshold)} per QALY"


def decision_text(found: Conclusion) -> str:
    """The decision in plain sentences: the best alternative, or the pair if that is all."""
    at = at_threshold(found.currency, found.threshold, found.weighted)
    if found.pairwise:
        return f"{at}, {_pair(found)}"
    count = f"the {len(found.alternatives)} alternatives ({listed(found.alternatives)})"
    if found.equal:
        both = listed([found.best, *found.equal])
        return f"{at}, {both} have the same net benefit, the highest of {count}."
    return " ".join([f"{at}, {found.best} is the best of {count}{_reached(found)}", *_rest(found)])


def _pair(found: Conclusion) -> str:
    pair, a, b = found.pair, found.pair.intervention, found.pair.comparator
    if found.benefit == 0:
        text = f"{a} and {b} have the same net benefit: per person {a} {_amounts(found)}."
    else:
        holds = "is" if found.benefit > 0 else "is not"
        text = f"{a} {holds} cost-effective against {b}: per person it {_amounts(found)}."
    outside = [s for s in (pair.intervention, pair.comparator) if s not in found.alternatives]
    if outside:
        text += f" {listed(outside)} can't be chosen, so this compares and decides nothing."
        if found.best:
            text += f" The best of {listed(found.alternatives)} is {found.best}."
    return text


def _amounts(found: Conclusion) -> str:
    return f"{gain(found.pair.qaly)} and costs {extra(found.pair.cost, found.currency)}"


def gain(qaly: float) -> str:
    """`gives 0.174 QALYs more`."""
    size = qalys(abs(qaly))
    if float(size.replace(",", "")) == 0:
        return "makes no visible difference in QALYs"
    return f"gives {size} QALYs {'more' if qaly > 0 else 'fewer'}"


def extra(cost: float, currency: str) -> str:
    """`NOK 127,352 more`."""
    size = money(abs(cost))
    if float(size.replace(",", "")) == 0:
        return "the same"
    return f"{currency} {size} {'more' if cost > 0 else 'less'}"


def _reached(found: Conclusion) -> str:
    step = found.reached
    if step is None:
        others = [s for s in found.alternatives if s != found.best]
        alone = all(found.status[s] != ON for s in others)
        return ": no other gives more QALYs." if alone else ": it is the cheapest on the frontier."
    return (
        f": against {step.against}, the one before it on the frontier, it {gain(step.qaly)} and "
        f"costs {extra(step.cost, found.currency)}, {found.currency} {money(step.icer)} per QALY "
        "gained."
    )


def _rest(found: Conclusion) -> list[str]:
    """Why not the next one, and what becomes of the study's own intervention."""
    texts = []
    step, a = found.refused, found.pair.intervention
    if step is not None:
        texts.append(
            f"{step.strategy} is not cost-effective against {step.against}: per person it "
            f"{gain(step.qaly)} and costs {extra(step.cost, found.currency)}, {found.currency} "
            f"{money(step.icer)} per QALY gained."
        )
    if a not in (found.best, step.strategy if step else "") and found.status[a] != ON:
        texts.append(f"{a} is {found.status[a]}.".replace("is no difference", "equals another"))
    elif a not in (found.best, step.strategy if step else ""):
        texts.append(f"{a} is not the best choice at that figure.")
    return texts


# -- marks and caveats -------------------------------------------------------------------------


def marked(text: str, study: Study | None) -> str:
    """A headline or a conclusion, with what is exploratory said before it."""
    mark = exploratory(study) if study is not None else ""
    return text if not mark or text.startswith(mark) else f"{mark} {text}"


def exploratory(study: Study) -> str:
    """`Exploratory:`, or of what; empty for a study that marks nothing so."""
    if study.definition.grade:
        return "Exploratory:"
    return f"Exploratory ({listed(study.exploratory)}):" if study.exploratory else ""


def outside_frontier(results: Results) -> str:
    """With whom the frontier compares the intervention, where it is not the study's comparator."""
    found = concluded(results)
    a, b = found.pair.intervention, found.pair.comparator
    if found.pairwise:
        return ""
    row = results.frontier.set_index("strategy").loc[a]
    if row["status"] != ON:
        return f"{a} is off the frontier ({row['status']}): this ratio decides nothing."
    if not row["against"]:
        return f"{a} is the first on the frontier: this ratio decides nothing."
    if row["against"] == b:
        return ""
    return f"On the frontier {a} stands against {row['against']}: this ratio decides nothing."


def headline(results: Results) -> str:
    """The run's conclusion as every medium gives it."""
    return marked(decision_text(concluded(results)), results.study)


def drawn(results: Results) -> bool:
    """Whether anything is uncertain, so that a probabilistic analysis means something."""
    return bool(results.probabilistic.design.varying)


def shares_of_best(results: Results) -> str:
    """How often each alternative, or the intervention of a pair, is best in the draws."""
    psa, study = results.probabilistic, results.study
    a, b = study.compared
    found = concluded(results)
    if found.pairwise:
        return f"{a} is cost-effective against {b} in {percent(psa.probability_cost_effective)}"
    at = psa.decision["probability_best"].sel(threshold=results.threshold)
    return listed([f"{s} is best in {percent(float(at.sel(strategy=s)))}" for s in study.options])


def best_of_draws(results: Results) -> str:
    """The alternative with the highest mean net benefit, and whether the base case agrees."""
    best = str(results.probabilistic.decision["best"].sel(threshold=results.threshold).values)
    of_base = concluded(results).best
    if not of_base or best == of_base:
        return best
    return f"{best} (in the base case {of_base})"


def base_and_draws(results: Results) -> str:
    """Why the means of the draws differ from the base case; empty where they hardly do."""
    base, psa, study = results.comparison, results.probabilistic, results.study
    if not drawn(results) or not apart(base, psa.comparison):
        return ""
    found = departures(study, psa.design)
    texts = [
        f"The means of the draws differ from the base case by more than a twentieth: "
        f"{sentence(base, _currency(study))} Over the draws: "
        f"{sentence(psa.comparison, _currency(study))}"
    ]
    for each in found.limited[:SHOWN]:
        texts.append(
            f"In {percent(each.share)} of the draws '{_label(study, each.name)}' is on another "
            f"side of its limit than in the base case: its mean is {short(each.mean)} instead of "
            f"{short(each.base)}."
        )
    if found.off:
        names = [
            f"{_label(study, o.name)} ({short(o.mean)} instead of {short(o.base)})"
            for o in found.off
        ]
        texts.append(f"Means of distributions differ from base values for {listed(names, SHOWN)}.")
    texts.append(
        "The rest is that the model is not a straight line in its inputs."
        if found.off or found.limited
        else "Every distribution's mean is near its base value: the model is not a straight line "
        "in its inputs."
    )
    return " ".join(texts)


def fixed_in_draws(results: Results) -> str:
    """What the draws leave out: inputs with a range that moves the result but no distribution."""
    study, table = results.study, results.one_way
    varying = {p.text for p in study.parameters if p.distribution.varies}
    if table.empty:
        return ""
    span = table.groupby("parameter", sort=False)["nmb"].agg(np.ptp)
    held = [str(n) for n, s in span.sort_values(ascending=False, kind="stable").items() if s > 0]
    held = [n for n in held if n not in varying]
    if not held:
        return ""
    count = "1 input that moves" if len(held) == 1 else f"{len(held)} inputs that move"
    labels = [_label(study, name) for name in held]
    return (
        f"Fixed in the draws, and so left out of this, are {count} the result over a range: "
        f"{listed(labels, SHOWN)}."
    )


def of_all(share: float) -> str:
    """A share of a whole in words; an estimate above the whole is told as noise."""
    if share != share:
        return "n/a"
    if share > 1:
        return "all of it (the estimate is above it, by noise)"
    return percent(share)


def share_text(share: float) -> str:
    """The same in a cell of a table, with one decimal."""
    if share != share:
        return "n/a"
    return "over 100 %: noise" if share > 1 else f"{share:.1%}".replace("%", " %")


def short(value: float) -> str:
    """A figure with four significant digits, never in powers of ten."""
    if value == 0 or not np.isfinite(value):
        return number(value, 0)
    decimals = max(0, 3 - int(np.floor(np.log10(abs(value)))))
    text = number(value, min(decimals, 9))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _label(study: Study, name: str) -> str:
    known = {p.text: p.description for p in study.parameters}
    return known.get(name) or name


def _currency(study: Study) -> str:
    return study.jurisdiction.definition.currency
