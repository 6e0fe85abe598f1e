"""Subgroups: each one's result, the mix of all, and what deciding by subgroup is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hecon.analyses.base_case import threshold
from hecon.analyses.comparison import icer, totals, verdict
from hecon.analyses.drawn import drawn_design, thresholds
from hecon.analyses.evaluate import evaluate
from hecon.analyses.probabilistic import decision
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import MissingResult, Run, result
from hecon.analyses.scenarios import probabilistic_scenario, scenario_design
from hecon.analyses.ties import difference
from hecon.engine.arrays import Array
from hecon.engine.model import CohortModel
from hecon.parameters.design import ProbabilisticDesign
from hecon.studies.study import Subgroup
from hecon.studies.subgroup_rows import AND, shares_at

#: Draws of each combination, at most: each is a run of its own.
DRAWS = 2_000

#: The mix of all, and the dimension of combinations.
EVERYBODY, ALL = "everybody", "all"


@dataclass(frozen=True)
class SubgroupMix:
    """Some combinations taken together, by their shares of everybody."""

    name: str
    title: str
    dimension: str
    members: tuple[int, ...]  #: Positions among the combinations.
    share: float  #: Of everybody.


@dataclass(frozen=True)
class Cells:
    """Every combination with its share, costs and QALYs."""

    subgroups: tuple[Subgroup, ...]
    strategies: tuple[str, ...]
    share: Array  #: Shape (combination,), adds up to one.
    #: cost, qaly: Shape (combination, strategy, draw), of the strategies of the study.
    cost: Array
    qaly: Array

    def mixed(self, members: Sequence[int]) -> tuple[Array, Array]:
        """Weighted means over some combinations, shape (strategy, draw)."""
        at = list(members)
        weights = self.share[at] / self.share[at].sum()
        return (
            np.tensordot(weights, self.cost[at], axes=1),
            np.tensordot(weights, self.qaly[at], axes=1),
        )


def mixtures(run: Run) -> list[SubgroupMix]:
    """Everybody, every level of a dimension, then every combination of several dimensions."""
    cells, levels = run(base_cells), run.study.subgroups
    everybody = tuple(range(len(cells.subgroups)))
    found = [SubgroupMix(EVERYBODY, "Everybody", "", everybody, 1.0)]
    names = [each.name.split(AND) for each in cells.subgroups]
    for level in levels:
        members = tuple(i for i, parts in enumerate(names) if level.name in parts)
        share = float(cells.share[list(members)].sum())
        found.append(SubgroupMix(level.name, level.title, level.dimensions[0], members, share))
    if len({level.dimensions for level in levels}) > 1:
        found += [
            SubgroupMix(each.name, each.title, ALL, (i,), float(cells.share[i]))
            for i, each in enumerate(cells.subgroups)
        ]
    return found


@result("Subgroups")
def base_cells(run: Run) -> Cells:
    """Every combination at base values, one draw; unavailable without subgroups."""
    study = run.study
    subgroups = study.combinations
    if not subgroups:
        raise MissingResult("the study has no subgroups")
    design = scenario_design(study, [each.scenario for each in subgroups])
    cost, qaly = (x.values.T[:, :, None] for x in totals(evaluate(study.model, design)))
    share = np.array(shares_at(study, subgroups))
    return Cells(subgroups, study.model.strategies, share, cost, qaly)


@result()
def base_severity(run: Run) -> pd.DataFrame:
    """Rows of `evaluated_table` of every combination: its own severity and threshold."""
    study, cells = run.study, run(base_cells)
    chosen = [each.scenario for each in cells.subgroups]
    pairs = [study.compared for _ in chosen]
    return evaluated_table(study, scenario_design(study, chosen), pairs)


@result("Subgroups under uncertainty")
def drawn_cells(run: Run) -> Cells:
    """Every combination in the same draws, at most `DRAWS`; unavailable without distributions."""
    study, base, settings = run.study, run(base_cells), run.settings
    draws = min(run(drawn_design).draws, DRAWS)
    found, models = [], list[CohortModel]()
    for done, each in enumerate(base.subgroups):
        run.tell("Subgroups under uncertainty", done, len(base.subgroups))
        model, parameters, correlations = probabilistic_scenario(study, each.scenario)
        # those that differ in numbers alone are one model, which is compiled once
        model = next((known for known in models if known == model), model)
        models.append(model)
        design = ProbabilisticDesign(
            parameters, draws, settings.seed, settings.method, correlations
        )
        outcomes = evaluate(model, design, workers=settings.workers, summed=True)
        found.append((outcomes["cost"].values, outcomes["qaly"].values))
    cost, qaly = (np.stack(arrays) for arrays in zip(*found, strict=True))
    return replace(base, cost=cost, qaly=qaly)


@result()
def subgroup_results(run: Run) -> pd.DataFrame:
    """Everybody, every level and every combination, at base values and over the draws.

    Returns:
        ``subgroup``, ``title``, ``dimension``, ``share``; of the study's comparison
        ``cost_difference``, ``qaly_difference``, ``icer`` (of weighted means, never a mean of
        ratios), ``verdict`` and ``nmb``; ``best`` of the alternatives; ``shortfall`` and
        ``own_threshold``, weighted means of what severity says of each; and, where inputs are
        uncertain, ``nmb_mean``, ``nmb_low``, ``nmb_high`` (95 % of draws), ``probability`` of a
        positive net benefit and ``best_mean``. Net benefit is at the run's own threshold.
    """
    base, at, severe = run(base_cells), run(threshold), run(base_severity)
    drawn = run.get(drawn_cells)
    a, b = (base.strategies.index(name) for name in run.study.compared)
    rows = []
    for each in mixtures(run):
        cost, qaly = base.mixed(each.members)
        more, gain = float(cost[a, 0] - cost[b, 0]), float(qaly[a, 0] - qaly[b, 0])
        members = list(each.members)
        weights = base.share[members] / base.share[members].sum()
        row: dict[str, object] = {
            "subgroup": each.name,
            "title": each.title,
            "dimension": each.dimension,
            "share": each.share,
            "cost_difference": more,
            "qaly_difference": gain,
            "icer": icer(more, gain),
            "verdict": verdict(more, gain),
            "nmb": at * gain - more,
            "best": _best(run, cost, qaly),
            "shortfall": float(weights @ severe["shortfall"].to_numpy()[members]),
            "own_threshold": float(weights @ severe["threshold"].to_numpy()[members]),
        }
        if drawn is not None:
            cost, qaly = drawn.mixed(each.members)
            benefit = at * (qaly[a] - qaly[b]) - (cost[a] - cost[b])
            low, high = np.quantile(benefit, [0.025, 0.975])
            row |= {
                "nmb_mean": float(benefit.mean()),
                "nmb_low": float(low),
                "nmb_high": float(high),
                "probability": float((benefit > 0).mean()),
                "best_mean": _best(run, cost, qaly),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _best(run: Run, cost: Array, qaly: Array) -> str:
    """The alternative with the highest mean net benefit, the first named of equal ones."""
    return run.study.options[int(_benefit(run, cost, qaly).mean(axis=1).argmax())]


def _benefit(run: Run, cost: Array, qaly: Array) -> Array:
    """Net benefit of the alternatives at the run's threshold, shape (option, draw)."""
    options = [run.study.model.strategies.index(name) for name in run.study.options]
    found: Array = run(threshold) * qaly[options] - cost[options]
    return found


@result()
def heterogeneity(run: Run) -> pd.DataFrame:
    """What deciding by subgroup is worth against one decision for all, per person.

    Returns:
        One row a dimension and one for all combinations: ``dimension``, ``subgroups`` told apart,
        ``one_decision`` and ``by_subgroup`` (highest mean net benefit), ``value`` (their
        difference), ``perfect_one`` and ``perfect_by_subgroup`` (mean of the highest in each draw)
        and ``perfect_value`` (their difference). Without distributions the mean is that of the base
        case and nothing is said of perfect information.

    Notes:
        The static and the dynamic value of heterogeneity of Espinoza, Manca, Claxton and Sculpher
        (Medical Decision Making 2014); the first is Coyle, Buxton and O'Brien's value of stratified
        decisions (Health Economics 2003).
    """
    drawn = run.get(drawn_cells)
    cells = drawn or run(base_cells)
    found = mixtures(run)
    everybody = _benefit(run, *cells.mixed(found[0].members))
    rows = []
    for dimension in dict.fromkeys(each.dimension for each in found[1:]):
        groups = [each for each in found if each.dimension == dimension]
        shares = np.array([each.share for each in groups])
        benefits = [_benefit(run, *cells.mixed(each.members)) for each in groups]
        one = float(everybody.mean(axis=1).max())
        parted = float(shares @ [b.mean(axis=1).max() for b in benefits])
        row: dict[str, object] = {
            "dimension": dimension,
            "subgroups": len(groups),
            "one_decision": one,
            "by_subgroup": parted,
            "value": float(difference(np.array(parted), np.array(one))),
        }
        if drawn is not None:
            perfect = float(everybody.max(axis=0).mean())
            each_perfect = float(shares @ [b.max(axis=0).mean() for b in benefits])
            row |= {
                "perfect_one": perfect,
                "perfect_by_subgroup": each_perfect,
                "perfect_value": float(difference(np.array(each_perfect), np.array(perfect))),
            }
        rows.append(row)
    return pd.DataFrame(rows)


@result()
def mix_acceptability(run: Run) -> pd.DataFrame:
    """Probability that each alternative is the best for everybody, by threshold."""
    cells, options = run(drawn_cells), run.study.options
    at = [cells.strategies.index(name) for name in options]
    cost, qaly = cells.mixed(range(len(cells.subgroups)))
    found = decision(list(options), cost[at], qaly[at], run(thresholds))
    frame = found["probability_best"].to_dataframe(name="probability")
    return frame.reset_index()[["threshold", "strategy", "probability"]]
