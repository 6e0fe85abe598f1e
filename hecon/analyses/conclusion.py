"""What the base case concludes, as statements over its numbers.

The rules: the best alternative is that with the highest net benefit at the threshold; each is
compared with the one before it on the frontier; a pair that the frontier rejects has no verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hecon.analyses.base_case import (
    base_comparison,
    base_frontier,
    base_limits,
    threshold,
    thresholds_stated,
)
from hecon.analyses.comparison import Comparison
from hecon.analyses.probabilistic import first_of_best, rounding
from hecon.analyses.run import Run, result


@dataclass(frozen=True)
class FrontierStep:
    """An alternative against the one before it on the frontier."""

    strategy: str
    against: str
    cost: float
    qaly: float
    icer: float


@dataclass(frozen=True)
class Conclusion:
    """What the base case says at its threshold."""

    threshold: float  #: What a QALY may cost; `weighted` by severity or not.
    weighted: bool
    alternatives: tuple[str, ...]  #: Those that can be chosen.
    #: The one with the highest net benefit, the first named of equal ones; empty if there are fewer
    #: than two alternatives.
    best: str
    equal: tuple[str, ...]  #: Others with the same net benefit as the best.
    #: The step of the frontier that ends at the best; None if it is the first there.
    reached: FrontierStep | None
    #: The next step of the frontier, which costs more than the threshold; None if there is none.
    refused: FrontierStep | None
    status: dict[str, str]  #: Place of every alternative on the frontier or off it.
    #: pair, benefit: Intervention against comparator, and its net benefit.
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


@result()
def base_conclusion(run: Run) -> Conclusion:
    """The statements of a run's base case at its own threshold."""
    return _conclusion(run, run(threshold))


@result()
def stated_conclusions(run: Run) -> tuple[Conclusion, ...]:
    """The same at each threshold that the jurisdiction states, rising."""
    stated = run(thresholds_stated)
    if stated == (run(threshold),):
        return (run(base_conclusion),)
    return tuple(_conclusion(run, value) for value in stated)


def _conclusion(run: Run, at: float) -> Conclusion:
    pair, rule = run(base_comparison), run.study.jurisdiction.definition.severity
    return conclude(
        run(base_frontier),
        run.study.options,
        pair,
        at,
        at * pair.qaly - pair.cost,
        weighted=rule is not None and "shortfall" in run(base_limits),
    )


def conclude(
    frontier: pd.DataFrame,
    alternatives: Sequence[str],
    pair: Comparison,
    threshold: float,
    benefit: float,
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
        str(r["strategy"]): FrontierStep(
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
