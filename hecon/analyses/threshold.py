"""What a QALY may cost: the opportunity cost, weighted by the severity of the condition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import evaluate
from hecon.engine.values import formula_values
from hecon.parameters.design import Design
from hecon.studies.study import Study


def severity(study: Study, design: Design, outcomes: xr.Dataset) -> pd.DataFrame:
    """Absolute shortfall and the threshold it implies, for every row of a design.

    Returns
    -------
    pd.DataFrame
        One row a draw: ``population_qaly`` (remaining undiscounted QALYs of the general
        population at the start age), ``standard_qaly`` (the same under the comparator),
        ``shortfall``, ``weight``, ``opportunity_cost`` and ``threshold``.

    Notes
    -----
    Absolute shortfall as in Meld. St. 34 (2015-2016) and DMP's submission guidelines: both sexes
    together, undiscounted, standard care as the reference.
    """
    place = study.jurisdiction
    columns = design.block(0, design.draws)
    (cost,) = formula_values(study.model, [(place.opportunity_cost, None)], design.numbers, columns)
    table = pd.DataFrame({"opportunity_cost": np.broadcast_to(cost, (design.draws,))})
    if study.population is not None and place.definition.severity is not None:
        people = totals(evaluate(study.population, design), "_undiscounted")[1]
        standard = totals(outcomes, "_undiscounted")[1].sel(strategy=study.compared[1])
        table["population_qaly"] = people.isel(strategy=0).values
        table["standard_qaly"] = standard.values
        table["shortfall"] = table["population_qaly"] - table["standard_qaly"]
        table["weight"] = [place.severity_weight(s) for s in table["shortfall"]]
    else:
        table["weight"] = 1.0
    table["threshold"] = table["opportunity_cost"] * table["weight"]
    return table
