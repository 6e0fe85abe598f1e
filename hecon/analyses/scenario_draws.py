"""Scenarios under uncertainty: the probabilistic result beside the deterministic one."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from hecon.analyses.base_case import base_table, threshold
from hecon.analyses.comparison import icer, verdict
from hecon.analyses.drawn import drawn_design
from hecon.analyses.pair import Increments, increments
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import probabilistic_scenario, scenario_results
from hecon.errors import ModelError
from hecon.parameters.design import ProbabilisticDesign
from hecon.studies.study import BASE, Study


def against_base(table: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Scenarios with their differences to the base case, the largest effect on NMB first.

    Args:
        table: Rows of `scenario_table`.
        base: The base case's row of `result_table`.

    Returns:
        The columns of `table`, then ``compared`` (the pair of strategies), ``same_pair`` (it is the
        base case's), ``cost_to_base``, ``qaly_to_base``, ``nmb_to_base`` and ``turns`` (the
        decision between the base case's pair is another one) and ``turns_by_severity`` (only
        because the scenario falls into another severity class). Where another pair is compared
        there is no difference to the base case (NaN), nothing turns, and the row stands at the end.
    """
    if table.empty:
        return table
    first = base.iloc[0]
    made = table.assign(compared=table["intervention"] + " v " + table["comparator"])
    same = made["compared"] == f"{first['intervention']} v {first['comparator']}"
    made["same_pair"] = same
    for name, column in (("cost", "cost_difference"), ("qaly", "qaly_difference"), ("nmb", "nmb")):
        made[f"{name}_to_base"] = (made[column] - first[column]).where(same)
    made["turns"] = same & ((made["nmb"] >= 0) != (first["nmb"] >= 0))
    plain = first["threshold"] * made["qaly_difference"] - made["cost_difference"]
    made["turns_by_severity"] = made["turns"] & ((plain >= 0) == (first["nmb"] >= 0))
    order = made["nmb_to_base"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[order].reset_index(drop=True)


def scenario_draws(
    study: Study,
    table: pd.DataFrame,
    draws: int = 1_000,
    seed: int = 1,
    method: str = "monte-carlo",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The probabilistic result of every scenario.

    Each parameter keeps its own random stream, so that a scenario and the base case differ by
    what the scenario changes and not by chance.

    Args:
        table: Rows of `against_base`: net benefit is at the row's own threshold.

    Returns:
        One row a row of `table`: ``scenario``, ``draws``, ``cost_mean``, ``qaly_mean``,
        ``icer_mean`` (ratio of means), ``verdict_mean``, ``nmb_mean``, ``nmb_error`` (Monte Carlo),
        ``nmb_low``, ``nmb_high`` (95 % of draws) and ``probability`` of being cost-effective.
    """
    by_id = {s.id: s for s in study.scenarios}
    rows = []
    for done, row in enumerate(table.to_dict("records")):
        if progress is not None:
            progress(done, len(table))
        scenario = by_id[str(row["scenario"])]
        model, parameters, correlations = probabilistic_scenario(study, scenario)
        design = ProbabilisticDesign(parameters, draws, seed, method, correlations)
        changed = replace(study, model=model)
        try:
            found = increments(changed, design, compared=scenario.compare, workers=workers)
        except ModelError as error:
            raise error.within(f"scenario {scenario.id}, {error.run}") from None
        rows.append({"scenario": scenario.id, **_reduced(found, float(row["threshold"]))})
    return pd.DataFrame(rows)


def _reduced(found: Increments, threshold: float) -> dict[str, object]:
    """The columns of `scenario_draws` from the increments of one scenario's draws."""
    benefit = found.benefit(threshold)
    draws = len(benefit)
    low, high = np.quantile(benefit, [0.025, 0.975])
    cost, qaly = float(found.cost.mean()), float(found.qaly.mean())
    return {
        "draws": draws,
        "cost_mean": cost,
        "qaly_mean": qaly,
        "icer_mean": icer(cost, qaly),
        "verdict_mean": verdict(cost, qaly),
        "nmb_mean": float(benefit.mean()),
        "nmb_error": float(benefit.std(ddof=1) / np.sqrt(draws)) if draws > 1 else np.nan,
        "nmb_low": float(low),
        "nmb_high": float(high),
        "probability": float((benefit > 0).mean()),
    }


@result()
def scenario_rows(run: Run) -> pd.DataFrame:
    """Scenarios beside the base case, see `against_base`; no rows for a study without any."""
    return against_base(run(scenario_results), run(base_table))


@result("Scenarios under uncertainty")
def drawn_scenarios(run: Run) -> pd.DataFrame:
    """The base case's draws (`BASE`), then the rows of `scenario_draws`."""
    study, settings = run.study, run.settings
    design = run(drawn_design)
    base = increments(study, design, workers=settings.workers)
    found = scenario_draws(
        study,
        run(scenario_rows),
        settings.draws,
        settings.seed,
        settings.method,
        settings.workers,
        run.telling("Scenarios under uncertainty"),
    )
    first = pd.DataFrame([{"scenario": BASE, **_reduced(base, run(threshold))}])
    return pd.concat([first, found], ignore_index=True)
