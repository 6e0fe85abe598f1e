"""What a QALY may cost: the opportunity cost, weighted by the severity of the condition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hecon.analyses.remaining_life import remaining_qalys
from hecon.engine.values import formula_values
from hecon.parameters.design import Design
from hecon.studies.study import Study


def severity(study: Study, design: Design, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Absolute shortfall and the threshold it implies, for every row of a design.

    Parameters
    ----------
    pairs
        Intervention and comparator of each row: the comparator is its standard care.

    Returns
    -------
    pd.DataFrame
        One row a draw: ``population_qaly`` (remaining undiscounted QALYs of the general
        population at the start age), ``standard_qaly`` (the same under the row's comparator),
        ``shortfall``, ``weight``, ``opportunity_cost`` and ``threshold``.

    Notes
    -----
    Absolute shortfall as in Meld. St. 34 (2015-2016) and DMP's submission guidelines: both sexes
    together, undiscounted, standard care as the reference, over remaining life: severity
    describes the condition, so the horizon of an analysis leaves it as it is.
    """
    place = study.jurisdiction
    columns = design.block(0, design.draws)
    (cost,) = formula_values(study.model, [(place.opportunity_cost, None)], design.numbers, columns)
    table = pd.DataFrame({"opportunity_cost": np.broadcast_to(cost, (design.draws,))})
    if study.population is not None and place.definition.severity is not None:
        (everybody,) = study.population.strategies
        table["population_qaly"] = remaining_qalys(study, study.population, design, everybody)
        table["standard_qaly"] = 0.0
        for comparator in dict.fromkeys(b for _, b in pairs):
            rows = np.array([b == comparator for _, b in pairs])
            found = remaining_qalys(study, study.model, design, comparator)
            table.loc[rows, "standard_qaly"] = found[rows]
        table["shortfall"] = table["population_qaly"] - table["standard_qaly"]
        table["weight"] = [place.severity_weight(s) for s in table["shortfall"]]
    else:
        table["weight"] = 1.0
    table["threshold"] = table["opportunity_cost"] * table["weight"]
    return table
