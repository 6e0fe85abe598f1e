"""Figures of jobs: what a worker does with a pack of them."""

import pickle
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

import numpy as np

from hecon.analyses.comparison import SAVING, icer, verdict
from hecon.analyses.evaluate import evaluate
from hecon.analyses.results_table import TOTALS, evaluated_table
from hecon.analyses.scenarios import probabilistic_scenario, scenario_design
from hecon.analyses.threshold import stated_thresholds
from hecon.analyses.ties import difference
from hecon.batch.jobs import Done, Drawing, JobFigure
from hecon.batch.versions import code
from hecon.engine.arrays import Array
from hecon.errors import HeconError
from hecon.parameters.design import ProbabilisticDesign
from hecon.studies.study import BASE, Scenario, Study

#: What the threshold comes from, besides the opportunity cost.
SEVERITY = ("shortfall", "weight")

#: Studies that a process keeps open.
OPEN = 4


class OtherVersion(HeconError):
    """A worker that would compute with another version."""


def do_pack(
    content: bytes, scenarios: Sequence[str], drawing: Drawing | None, expected: str
) -> list[Done]:
    """The figures of a pack's jobs, in their order.

    Args:
        content: The study of the case, pickled.
        expected: The version that asks, see `code`.

    Raises:
        OtherVersion: If this process has another one.
    """
    if code() != expected:
        raise OtherVersion(f"{code()}; needed is {expected}")
    with _ONE_AT_A_TIME:
        study = _opened(content)
        known = {s.id: s for s in study.scenarios}
        wanted = [known[name] if name != BASE else _base(study) for name in scenarios]
        if drawing is not None:
            return [_drawn(study, scenario, drawing) for scenario in wanted]
        return _at_base_values(study, wanted)


#: A study remembers what is worked out for it: one thread at a time may.
_ONE_AT_A_TIME = threading.Lock()


@lru_cache(maxsize=OPEN)
def _opened(content: bytes) -> Study:
    study: Study = pickle.loads(content)
    return study


def _base(study: Study) -> Scenario:
    """The base case as a scenario that changes nothing."""
    return Scenario(BASE, "Base case", "", {}, study.compared, "", "", study.folder.name, 0, "")


def _at_base_values(study: Study, scenarios: Sequence[Scenario]) -> list[Done]:
    """Scenarios that replace the same formulas have one program, and are run together."""
    own = study.model.parameter_set

    def replaced(scenario: Scenario) -> list[tuple[str, str]]:
        return sorted((name, strategy or "") for name, strategy in scenario.changes.keys() - own)

    done: dict[str, Done] = {}
    for _, group in groupby(sorted(scenarios, key=replaced), replaced):
        some = list(group)
        try:
            done |= zip((s.id for s in some), _evaluated(study, some), strict=True)
        except HeconError:
            for scenario in some:
                done[scenario.id] = _alone(study, scenario)
    return [done[scenario.id] for scenario in scenarios]


def _alone(study: Study, scenario: Scenario) -> Done:
    try:
        return next(_evaluated(study, [scenario]))
    except HeconError as error:
        return Done(fault=str(error))


def _evaluated(study: Study, scenarios: Sequence[Scenario]) -> Iterator[Done]:
    design = scenario_design(study, list(scenarios))
    table = evaluated_table(study, design, [s.compare for s in scenarios])
    stated = stated_thresholds(study, design, table["weight"].to_numpy(dtype=float))
    for row, values in zip(table.to_dict("records"), stated.tolist(), strict=True):
        figures = [
            JobFigure(strategy, what, float(row[f"{what} {strategy}"]))
            for strategy in study.model.strategies
            for what in TOTALS
        ]
        pair = f"{row['intervention']} v {row['comparator']}"
        cost, qaly = float(row["cost_difference"]), float(row["qaly_difference"])
        figures += _compared(pair, JobFigure(pair, "", cost), JobFigure(pair, "", qaly))
        figures += [JobFigure(pair, name, float(row[name])) for name in (*SEVERITY, "threshold")]
        for at in dict.fromkeys([float(row["threshold"]), *values]):
            figures.append(JobFigure(pair, "nmb", at * qaly - cost, at=at))
        yield Done(tuple(f for f in figures if not np.isnan(f.value) or f.words))


def _compared(pair: str, cost: JobFigure, qaly: JobFigure) -> list[JobFigure]:
    """Differences of costs and effects, and their ratio or what stands in its place."""
    words = verdict(cost.value, qaly.value)
    ratio = icer(cost.value, qaly.value)
    saves = words == SAVING
    return [
        JobFigure(pair, "cost_difference", cost.value, cost.error),
        JobFigure(pair, "qaly_difference", qaly.value, qaly.error),
        JobFigure(pair, "icer", np.nan if saves else ratio, words=words),
        *([JobFigure(pair, "saving", ratio, words=words)] if saves else []),
    ]


def _drawn(study: Study, scenario: Scenario, drawing: Drawing) -> Done:
    """Means over draws with their standard errors, at the thresholds of the base values."""
    try:
        base = next(_evaluated(study, [scenario])).figures
        model, parameters, correlations = probabilistic_scenario(study, scenario)
        design = ProbabilisticDesign(
            parameters, drawing.draws, drawing.seed, drawing.method, correlations
        )
        if not design.varying:
            return Done(fault="no input has a distribution, so that nothing can be drawn")
        outcomes = evaluate(model.between(scenario.compare), design, summed=True)
    except HeconError as error:
        return Done(fault=str(error))
    a, b = scenario.compare
    pair = f"{a} v {b}"
    totals = {s: [outcomes[what].sel(strategy=s).values for what in TOTALS] for s in (a, b)}
    figures = [
        _mean(s, what, values)
        for s in (a, b)
        for what, values in zip(TOTALS, totals[s], strict=True)
    ]
    cost, qaly = (difference(x, y) for x, y in list(zip(*totals.values(), strict=True))[:2])
    figures += _compared(pair, _mean(pair, "", cost), _mean(pair, "", qaly))
    figures += [f for f in base if f.name in (*SEVERITY, "threshold")]
    for at in [f.at for f in base if f.name == "nmb"]:
        benefit = at * qaly - cost
        figures.append(replace(_mean(pair, "nmb", benefit), at=at))
        figures.append(replace(_mean(pair, "probability", (benefit > 0) * 1.0), at=at))
    return Done(tuple(figures))


def _mean(of: str, name: str, values: Array) -> JobFigure:
    spread = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan
    return JobFigure(of, name, float(values.mean()), spread)
