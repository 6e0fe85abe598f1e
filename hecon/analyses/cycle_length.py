"""How the length of the cycle, and rounding to whole cycles, move the result."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import MissingResult, Run, result
from hecon.engine.expression import Expr, constant
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.studies.study import Study

#: Lengths that are tried, in parts of the study's own cycle.
PARTS = (1, 2, 4, 8)


def cycle_length(study: Study) -> pd.DataFrame:
    """The base case at the study's own cycle and at shorter ones.

    Returns:
        One row a length: ``cycle_months``, ``cost`` and ``qaly`` (incremental), ``icer``,
        ``verdict`` and ``nmb``, the study's own cycle first. A length that the engine can't run is
        left out; no rows if cycles differ in length.

    Notes:
        What happens in a week happens in the cycle that holds it: a short cycle shows how much of
        the result is that rounding. The limit of ever shorter cycles needs no correction.
    """
    model = study.model
    if model.cycles_differ:
        return pd.DataFrame()
    base, rows = study.base_case(), []
    for parts in PARTS:
        length = Expr("div", (model.cycle_months, constant(float(parts))))
        changed = replace(study, model=replace(model, cycle_months=length))
        try:
            found = evaluated_table(changed, base, [study.compared]).iloc[0]
        except ModelError:
            if parts == 1:
                raise
            continue
        rows.append(
            {
                "cost": found["cost_difference"],
                "qaly": found["qaly_difference"],
                "icer": found["icer"],
                "verdict": found["verdict"],
                "nmb": found["nmb"],
                "parts": parts,
            }
        )
    table = pd.DataFrame(rows)
    (months,) = formula_values(model, [(model.cycle_months, None)], base.numbers, {})
    table.insert(0, "cycle_months", float(months) / table.pop("parts"))
    return table


@result("Length of the cycle")
def cycle_lengths(run: Run) -> pd.DataFrame:
    """A run's base case at its own cycle and at shorter ones.

    Raises:
        Unavailable: If cycles differ in length, or the study can't be run at a shorter one.
    """
    found = cycle_length(run.study)
    if found.empty:
        raise MissingResult("cycles differ in length")
    if len(found) < 2:
        raise MissingResult("no shorter cycle can be run")
    return found
