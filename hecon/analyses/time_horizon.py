"""What the horizon does to the result: the base case counted up to a year and no further."""

import numpy as np
import pandas as pd

from hecon.analyses.base_case import threshold
from hecon.analyses.comparison import comparison, totals
from hecon.analyses.flows import base_flows
from hecon.analyses.run import MissingResult, Run, result
from hecon.analyses.ties import difference

#: Years up to which is counted, as far as the horizon reaches; the horizon itself is the last.
YEARS = (1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 75)
#: A cycle ends with a year if it ends within this of it, in years.
TOLERANCE = 1e-6


@result("Time horizon")
def time_horizons(run: Run) -> pd.DataFrame:
    """Increments of the base case counted up to some years, the horizon last.

    Returns:
        One row a year at whose end a cycle ends: ``years``, ``cost_difference``,
        ``qaly_difference``, ``icer``, ``verdict``, ``nmb`` at the run's own threshold, which is the
        condition's and not the horizon's.

    Raises:
        Unavailable: If no cycle before the last ends with one of `YEARS`.
    """
    flows, (a, b) = run(base_flows), run.study.compared
    ends = flows["year"].isel(draw=0).values
    pair = flows.isel(draw=0).sel(strategy=[a, b])
    amounts = (*totals(pair), pair["life_years"])
    sums = [amount.transpose("strategy", "cycle").values.cumsum(axis=1) for amount in amounts]
    rows = []
    for years in [*(float(y) for y in YEARS if y < ends[-1] - TOLERANCE), float(ends[-1])]:
        cycle = int(np.abs(ends - years).argmin())
        if abs(ends[cycle] - years) > TOLERANCE:
            continue
        found = comparison(a, b, *(float(difference(*each[:, cycle])) for each in sums))
        rows.append(
            {
                "years": years,
                "cost_difference": found.cost,
                "qaly_difference": found.qaly,
                "icer": found.icer,
                "verdict": found.verdict,
                "nmb": run(threshold) * found.qaly - found.cost,
            }
        )
    if len(rows) < 2:
        raise MissingResult("no year ends with a cycle before the horizon does")
    return pd.DataFrame(rows)
