"""The independent synthesis and the arms it was made from, read for the tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

DATA = Path(__file__).parents[1] / "data" / "synthesis"
MEASURES = {"lnOR": "log odds ratio", "lnRR": "log risk ratio"}


def table(name):
    return pd.read_csv(DATA / f"{name}.csv")


def arms(studies, treatment, *, timepoint=None):
    """One row a study, in the order asked for."""
    trials = table("trials")
    found = trials[trials["treatment_class"] == treatment]
    if timepoint is not None:
        found = found[found["timepoint"] == timepoint]
    return found.drop_duplicates("study").set_index("study").loc[list(studies)]
