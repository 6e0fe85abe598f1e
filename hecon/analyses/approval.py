"""Should funding wait for the trial: adopt now, adopt while it runs, or wait for its result."""

import pandas as pd

from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.trial_plan import Trial

REJECT = "keep current care, no trial"
ADOPT = "adopt now, no trial"
ADOPT_AND_STUDY = "adopt now, with the trial"
WAIT = "wait for the trial"


def approval_choices(
    found: pd.DataFrame, table: DrawsTable, trial: Trial, intervention: str
) -> pd.DataFrame:
    """Value to the population of each way to go, by size of the trial.

    Args:
        found: Rows of `expected_net_benefit` for the trial.
        table: The draws they rest on.
        intervention: The strategy whose adoption is in question; current care is the best of the
            others.

    Returns:
        One row a row of `found` and choice: ``choice``, ``value`` (net monetary benefit over
        current care without a trial, all patients of the horizon), ``standard_error`` and ``best``.
        Adopting can be undone at no cost, and a trial can recruit after adoption; where either
        fails, waiting gains.

    Notes:
        Claxton et al. (2012), Health Technology Assessment 16(46): only in research, and approval
        with research. Until the report patients get what was chosen today; afterwards what the
        trial shows to be best.
    """
    row = table.strategies.index(intervention)
    pieces = []
    for entry in found.to_dict("records"):
        threshold = float(entry["threshold"])
        benefit = table.benefit(threshold)
        means = benefit.mean(axis=1)
        other = max((m, -i) for i, m in enumerate(means) if i != row)
        difference = benefit[row] - benefit[-other[1]]
        gain = float(difference.mean())
        error = float(difference.std() / table.draws**0.5)
        everyone = trial.population.effective()
        after = float(entry["people_after"])
        before = everyone - after
        informed = after * (max(gain, 0.0) + float(entry["evsi"])) - float(entry["cost"])
        spread = float(entry["enbs_error"])
        values = {
            REJECT: (0.0, 0.0),
            ADOPT: (everyone * gain, everyone * error),
            ADOPT_AND_STUDY: (before * gain + informed, before * error + spread),
            WAIT: (informed, spread),
        }
        best = max(values, key=lambda choice: values[choice][0])
        for choice, (value, standard_error) in values.items():
            pieces.append(
                {
                    **{k: entry[k] for k in _KEPT},
                    "choice": choice,
                    "value": value,
                    "standard_error": standard_error,
                    "best": choice == best,
                }
            )
    return pd.DataFrame(pieces)


_KEPT = ("trial", "follow_up_weeks", "patients", "threshold", "method")
