"""The base case in the jurisdiction's perspective, and in others beside it."""

import pandas as pd

from hecon.analyses.base_case import base_table, threshold
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import scenario_design

#: Figures in the order in which they are shown, with their names in a row of `result_table`.
FIGURES = ("cost {a}", "cost {b}", "cost_difference", "icer", "nmb")


@result()
def perspective_rows(run: Run) -> pd.DataFrame:
    """The study's comparison by perspective, that of the base case first.

    Returns:
        ``perspective``, ``nmb`` at the run's threshold, and the other columns of `result_table`; no
        rows where the study names no other.
    """
    study = run.study
    others = list(study.perspectives)
    if not others:
        return pd.DataFrame()
    found = evaluated_table(study, scenario_design(study, others), [study.compared] * len(others))
    table = pd.concat([run(base_table), found], ignore_index=True)
    table["nmb"] = run(threshold) * table["qaly_difference"] - table["cost_difference"]
    names = [study.definition.perspective, *(s.title for s in others)]
    return table.assign(perspective=names)


@result()
def perspective_results(run: Run) -> pd.DataFrame:
    """Figures of the rows of `perspective_rows`, one below the other.

    Returns:
        ``figure`` (cost of either strategy, their difference, ICER, net benefit), ``perspective``
        and ``value``; no rows where the study names no other. An ICER that has no meaning is NaN.
    """
    table = run(perspective_rows)
    if table.empty:
        return pd.DataFrame(columns=["figure", "perspective", "value"])
    a, b = run.study.compared
    titles = (f"Cost, {a}", f"Cost, {b}", "Difference in cost", "ICER", "Net benefit")
    rows = [
        {
            "figure": title,
            "perspective": row["perspective"],
            "value": float(row[figure.format(a=a, b=b)]),
        }
        for figure, title in zip(FIGURES, titles, strict=True)
        for row in table.to_dict("records")
    ]
    return pd.DataFrame(rows)
