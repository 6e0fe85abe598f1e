"""The base case in the jurisdiction's perspective, and in others beside it."""

from __future__ import annotations

import pandas as pd

from hecon.analyses.base_case import base_table, threshold
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import scenario_design

#: Figures in the order in which they are shown, with their names in a row of `result_table`.
FIGURES = ("cost {a}", "cost {b}", "cost_difference", "icer", "nmb")


@result()
def perspective_results(run: Run) -> pd.DataFrame:
    """The study's comparison in each perspective, that of the base case first.

    Returns
    -------
    pd.DataFrame
        ``figure`` (cost of either strategy, their difference, ICER, net benefit at the run's
        threshold), ``perspective`` and ``value``; no rows where the study names no other.
        An ICER that has no meaning is NaN.
    """
    study, at = run.study, run(threshold)
    others = list(study.perspectives)
    if not others:
        return pd.DataFrame(columns=["figure", "perspective", "value"])
    a, b = study.compared
    found = evaluated_table(study, scenario_design(study, others), [(a, b) for _ in others])
    table = pd.concat([run(base_table), found], ignore_index=True)
    table["nmb"] = at * table["qaly_difference"] - table["cost_difference"]
    names = [study.definition.perspective, *(s.title for s in others)]
    titles = (f"Cost, {a}", f"Cost, {b}", "Difference in cost", "ICER", "Net benefit")
    rows = [
        {"figure": title, "perspective": name, "value": float(row[figure.format(a=a, b=b)])}
        for figure, title in zip(FIGURES, titles, strict=True)
        for name, row in zip(names, table.to_dict("records"), strict=True)
    ]
    return pd.DataFrame(rows)
