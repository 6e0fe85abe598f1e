"""How sure a run's conclusion is, in sentences from its draws."""

import numpy as np

from hecon.analyses.base_case import base_comparison, threshold, thresholds_stated
from hecon.analyses.conclusion import base_conclusion
from hecon.analyses.departures import apart
from hecon.analyses.drawn import (
    drawn_comparison,
    drawn_decision,
    drawn_design,
    probabilities_stated,
)
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run
from hecon.report.conclusions import ratio
from hecon.report.content import Listing, Sentence, Value, count, money, share
from hecon.report.decision_content import best_sentence
from hecon.report.things_called import labeller

#: Inputs that a sentence names; of more it gives the number.
SHOWN = 4

NO_DOUBT = Sentence(
    "No input has a distribution, so nothing is uncertain: there is no probabilistic analysis and "
    "no value of information.",
    tone="warning",
)


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
    draws = run(drawn_design).draws
    stated = run(thresholds_stated) if draws > 1 else (run(threshold),)
    here = run(drawn_decision).sel(threshold=list(stated))
    names = [str(name) for name in here["best"].values]
    if len(stated) > 1:
        found = [
            Sentence(
                "at {value} {best} ({share})",
                {"value": money(value), "best": best, "share": share(float(often))},
            )
            for value, best, often in zip(
                stated, names, here["probability_frontier"].values, strict=True
            )
        ]
        return Sentence(
            "Highest expected net benefit, and best in so many of {draws} draws: {found}.",
            {"draws": count(draws), "found": Listing(found, 20)},
            "verdict",
        )
    return best_sentence(run(drawn_decision), run(threshold), draws)


def often(run: Run) -> Sentence:
    """How often the intervention is cost-effective against the comparator."""
    a, b = run.study.compared
    found = [
        Sentence("{share} of the draws at {value}", {"share": share(each), "value": money(value)})
        for value, each in run(probabilities_stated).items()
    ]
    return Sentence(
        "{a} is {cost_effective} against {b} in {found} per {effect}.",
        {"a": a, "b": b, "found": Listing(found, 20)},
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
