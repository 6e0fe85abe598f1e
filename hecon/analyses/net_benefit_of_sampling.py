"""The expected net benefit of sampling: what a trial is worth to the population less its cost."""

import pandas as pd

from hecon.analyses.trial_plan import Trial


def expected_net_benefit(found: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    """What a trial is worth to the population less what it costs, by size.

    Parameters
    ----------
    found
        Rows of `evsi` for the trial.

    Returns
    -------
    pd.DataFrame
        The rows with ``years_to_report``, ``people_after`` (discounted patients who benefit once
        it has reported), ``population_evsi``, ``cost``, ``enbs`` with ``enbs_error``, and
        ``optimal`` (the size with the highest net benefit by threshold and method, where that
        is above zero).

    Notes
    -----
    Eckermann, Willan (2007), Health Economics 16:195; Conti, Claxton (2009), Value in Health
    12:1: information is worth nothing to those treated before the report. The cost is today's.
    """
    definition, number = trial.definition, trial.number
    table = found.copy()
    by_size = {}
    for patients in table["patients"].unique().tolist():
        years = number(definition.years_to_report, patients)
        people = trial.population.effective(years)
        cost = number(definition.fixed_cost, patients)
        cost += patients * number(definition.cost_per_patient, patients)
        by_size[patients] = (years, people, cost)
    columns = ("years_to_report", "people_after", "cost")
    for column, position in zip(columns, range(3), strict=True):
        table[column] = [by_size[patients][position] for patients in table["patients"]]
    table["population_evsi"] = table["evsi"] * table["people_after"]
    table["enbs"] = table["population_evsi"] - table["cost"]
    table["enbs_error"] = table["standard_error"] * table["people_after"]
    highest = table.groupby(["threshold", "method"])["enbs"].transform("max")
    table["optimal"] = (table["enbs"] == highest) & (table["enbs"] > 0)
    return table
