"""The time horizon: counted up to a year is a model that ends there."""

from dataclasses import replace

import pandas as pd
import pytest

from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, Settings
from hecon.analyses.time_horizon import time_horizons
from hecon.engine.expression import constant
from hecon.report.sections.time_horizon_section import section
from hecon.studies.load_study import load_study


def horizons(*nmb: float) -> pd.DataFrame:
    """One to several years, with these net benefits."""
    return pd.DataFrame(
        {
            "years": [1.0, 2.0, 5.0][: len(nmb)],
            "cost_difference": 100.0,
            "qaly_difference": [-0.25, 0.0, 1.0][: len(nmb)],
            "icer": 100.0,
            "verdict": "more costly, more effective",
            "nmb": nmb,
        }
    )


@pytest.mark.parametrize(
    ("nmb", "text"),
    [
        ((-1.0, -2.0, -1.0), "is not cost-effective against Old at each of these horizons."),
        ((1.0, 2.0, 1.0), "is cost-effective against Old at each of these horizons."),
        ((-1.0, -2.0, 1.0), "is cost-effective against Old from the end of year 5 on."),
        ((-1.0, 2.0, 1.0), "is cost-effective against Old from the end of year 2 on."),
        ((-1.0, 2.0, -1.0), "is not cost-effective against Old from the end of year 5 on."),
    ],
)
def test_from_when_the_decision_is_what_it_is_at_last(run_of, said, nmb, text):
    run = run_of().knowing({time_horizons: horizons(*nmb)})
    texts = said(section(run))
    assert texts[:2] == [
        f"At EUR 20,000 per QALY New {text}",
        "By the end of year 1 the difference in QALYs is -0.250; by the end of the horizon it is "
        "+1.000.",
    ]


def test_a_shorter_horizon_is_a_model_that_ends_there():
    """Each row against the engine's own run to that horizon, at the threshold of the condition."""
    study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
    found = Run(study, Settings(draws=5))(time_horizons)
    assert found["years"].tolist() == [1, 2, 3, 5, 10, 15, 20, 30, 40, 50, 60]
    for years in (1.0, 5.0, 60.0):
        short = replace(study, model=replace(study.model, horizon_years=constant(years)))
        other = evaluated_table(short, study.base_case(), [study.compared]).iloc[0]
        row = found[found["years"] == years].iloc[0]
        for name in ("cost_difference", "qaly_difference"):
            assert row[name] == pytest.approx(other[name], rel=1e-9, abs=1e-9), (years, name)
        assert row["verdict"] == other["verdict"]


def test_nothing_to_shorten(run_of, said):
    """A model of a single year says why there is nothing."""
    run = run_of()
    short = replace(run.study, model=replace(run.study.model, horizon_years=constant(1.0)))
    (text,) = said(section(Run(short, run.settings)))
    assert text == "Not worked out: no year ends with a cycle before the horizon does."
