"""The expected net benefit of sampling: what a trial is worth to the population less its cost."""

from collections.abc import Sequence
from typing import Any

from hecon.analyses.trial_plan import Trial

#: A row of a table that is being made, by column.
Row = dict[str, Any]


def expected_net_benefit(found: Sequence[Row], trial: Trial) -> list[Row]:
    """What a trial is worth to the population less what it costs, by size.

    Args:
        found: Rows of `evsi` for the trial.

    Returns:
        The rows with ``years_to_report``, ``people_after`` (discounted patients who benefit once it
        has reported), ``population_evsi``, ``cost``, ``enbs`` with ``enbs_error``, and ``optimal``
        (the size with the highest net benefit by threshold and method, where that is above zero).

    Notes:
        Eckermann, Willan (2007), Health Economics 16:195; Conti, Claxton (2009), Value in Health
        12:1: information is worth nothing to those treated before the report. The cost is today's.
    """
    by_size = {patients: _size(trial, patients) for patients in {row["patients"] for row in found}}
    rows = [row | by_size[row["patients"]] for row in found]
    for row in rows:
        row["population_evsi"] = row["evsi"] * row["people_after"]
        row["enbs"] = row["population_evsi"] - row["cost"]
        row["enbs_error"] = row["standard_error"] * row["people_after"]
    highest: dict[tuple[float, str], float] = {}
    for row in rows:
        kind = row["threshold"], row["method"]
        highest[kind] = max(row["enbs"], highest.get(kind, row["enbs"]))
    for row in rows:
        row["optimal"] = bool(row["enbs"] == highest[row["threshold"], row["method"]] > 0)
    return rows


def _size(trial: Trial, patients: int) -> Row:
    """When a trial of a size reports, whom that reaches, and what it costs."""
    definition, number = trial.definition, trial.number
    years = number(definition.years_to_report, patients)
    people = trial.population.effective(years)
    cost = number(definition.fixed_cost, patients)
    cost += patients * number(definition.cost_per_patient, patients)
    return {"years_to_report": years, "people_after": people, "cost": cost}
