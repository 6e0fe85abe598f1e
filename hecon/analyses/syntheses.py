"""Choices of synthesis side by side: what each makes of the effect, and of the decision."""

import numpy as np
import pandas as pd

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import probabilistic_scenario, scenario_results
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key
from hecon.engine.values import formula_values
from hecon.parameters.design import ProbabilisticDesign, base_values
from hecon.parameters.parameter_schema import weakest
from hecon.studies.study import BASE, Scenario, Study

#: Draws for the intervals of effects; no cohort is run for them.
DRAWS = 4_000

EFFECTS = ("odds_ratio", "p_intervention", "p_comparator")
DECISION = ("cost_difference", "qaly_difference", "icer", "verdict", "threshold", "nmb")


@result("Choices of synthesis")
def synthesis_choices(run: Run) -> pd.DataFrame:
    """The base case and every scenario that names an estimate.

    Returns:
        ``scenario``, ``title``, ``estimates`` (names with effect and 95 % interval),
        ``weakest_status``; ``odds_ratio`` of the outcome between the strategies compared,
        ``p_intervention`` and ``p_comparator``, each with ``..._low`` and ``..._high``; and the
        decision: ``cost_difference``, ``qaly_difference``, ``icer``, ``verdict``, ``threshold``,
        ``nmb``. No rows if the study names no outcome in `[synthesis]`.

    Notes:
        The outcome is that of all who start, in the deterministic run; intervals are 2.5 and
        97.5 percentiles of draws with the estimates' full covariance.
    """
    study = run.study
    entry = study.definition.synthesis
    if entry is None or not entry.outcome:
        return pd.DataFrame()
    decided = run(scenario_results)
    rows = [_row(study, None, run(base_table).iloc[0])]
    for position, scenario in enumerate(study.scenarios):
        if scenario.estimates:
            rows.append(_row(study, scenario, decided.iloc[position]))
    return pd.DataFrame(rows)


def base_estimates(study: Study) -> list[str]:
    """Estimates that parameters of the base case take, in file order."""
    return list(dict.fromkeys(p.estimate for p in study.parameters if p.estimate))


def _row(study: Study, scenario: Scenario | None, decided: pd.Series) -> dict[str, object]:
    made = study.synthesis.estimates
    names = scenario.estimates if scenario else base_estimates(study)
    status = scenario.weakest_status if scenario else weakest(made[n].status for n in names)
    return {
        "scenario": scenario.id if scenario else BASE,
        "title": scenario.title if scenario else BASE,
        "estimates": "; ".join(effect_text(study, name) for name in names),
        "weakest_status": status,
        **outcome_effects(study, scenario),
        **{name: decided[name] for name in DECISION},
    }


def effect_text(study: Study, name: str) -> str:
    """An estimate with its 95 % interval on its natural scale."""
    found = study.synthesis.estimates[name]
    value, low, high = found.natural
    return f"{name} {value:.2f} ({low:.2f} to {high:.2f})"


def outcome_effects(study: Study, scenario: Scenario | None) -> dict[str, float]:
    """Odds ratio and probabilities of the outcome with their intervals, by column."""
    model, numbers = study.model, base_values(study.parameters)
    drawn, parameters, correlations = study.model, study.parameters, study.correlations
    if scenario is not None:
        model = model.with_formulas(scenario.changes)
        numbers = {k: v for k, v in numbers.items() if k not in scenario.changes}
        drawn, parameters, correlations = probabilistic_scenario(study, scenario)
    # what the outcome doesn't rest on needn't be drawn
    needed = drawn.rests_on(_outcome(study))
    design = ProbabilisticDesign(
        [p for p in parameters if p.name in needed],
        DRAWS,
        1,
        correlations=[c for c in correlations if {c.first[0], c.second[0]} <= needed],
    )
    pair = scenario.compare if scenario else study.compared
    points = _figures(study, model, pair, numbers, {})
    spread = _figures(study, drawn, pair, design.numbers, design.block(0, DRAWS))
    result: dict[str, float] = {}
    for name, point, values in zip(EFFECTS, points, spread, strict=True):
        low, high = np.quantile(values, [0.025, 0.975])
        result |= {name: float(point), f"{name}_low": float(low), f"{name}_high": float(high)}
    return result


def _figures(
    study: Study,
    model: CohortModel,
    pair: tuple[str, str],
    numbers: dict[Key, float],
    columns: dict[Key, Array],
) -> tuple[Array, Array, Array]:
    a, b = formula_values(model, [(_outcome(study), s) for s in pair], numbers, columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        return a / (1 - a) / (b / (1 - b)), a, b


def _outcome(study: Study) -> Expr:
    assert study.definition.synthesis is not None
    return Expr("name", name=study.definition.synthesis.outcome)
