"""The comparison by unit of effect: the study's own, life-years, years of equal value."""

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.base_case import base_comparison
from hecon.analyses.comparison import comparison, totals
from hecon.analyses.flows import base_flows
from hecon.analyses.run import Run, result
from hecon.analyses.ties import difference
from hecon.parameters.units import LIFE_YEAR
from hecon.studies.study import Study

#: A year of equal value: what an added year of life counts for does not hang on who lives it.
EQUAL_VALUE = "evLY"


@result()
def effects_compared(run: Run) -> pd.DataFrame:
    """The study's comparison, a row a unit of effect: the study's own first.

    Returns:
        ``effect``, ``effect_difference``, ``icer`` (NaN where a ratio has no meaning) and
        ``verdict``. Life-years always; years of equal value where the jurisdiction says what an
        added year counts for, and the study counts QALYs.
    """
    own, study = run(base_comparison), run.study
    gains = {study.definition.effect.name: own.qaly}
    gains.setdefault(LIFE_YEAR, own.life_years)
    if counts_equal_value(study):
        gains[EQUAL_VALUE] = equal_value_gained(study, run(base_flows), *study.compared)
    found = {
        name: comparison(own.intervention, own.comparator, own.cost, gain, own.life_years)
        for name, gain in gains.items()
    }
    return pd.DataFrame(
        [
            {
                "effect": name,
                "effect_difference": each.qaly,
                "icer": each.icer,
                "verdict": each.verdict,
            }
            for name, each in found.items()
        ]
    )


def counts_equal_value(study: Study) -> bool:
    """Whether the jurisdiction says what an added life-year counts, and the study counts QALYs."""
    return study.jurisdiction.definition.equal_value is not None and study.definition.effect.is_qaly


def equal_value_gained(
    study: Study, flows: xr.Dataset, intervention: str, comparator: str
) -> float:
    """Discounted years of equal value gained (evLYG) in the first draw.

    Args:
        flows: Of `hecon.analyses.flows`.

    Notes:
        Institute for Clinical and Economic Review (2018); Campbell, Whittington and Pearson (2023),
        Value in Health. In each cycle the life-years that both strategies have count as the
        intervention's QALYs per life-year; those that it adds count what the jurisdiction says. A
        cycle without added life-years counts its QALYs, as the comparator's always do.
    """
    rule = study.jurisdiction.definition.equal_value
    assert rule is not None
    found = flows.isel(draw=0)
    qaly, years = totals(found)[1], found["life_years"]
    ours, theirs = (years.sel(strategy=s).values for s in (intervention, comparator))
    added = np.maximum(0.0, difference(ours, theirs))
    shared = 1.0 - np.divide(added, ours, out=np.zeros_like(ours), where=ours > 0)
    equal = qaly.sel(strategy=intervention).values * shared + rule.utility * added
    return float(difference(equal.sum(), qaly.sel(strategy=comparator).values.sum()))
