"""Flows by cycle of the shipped study, and their files."""

from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.base_case import base_design, base_outcomes
from hecon.analyses.flows import base_flows, courses
from hecon.analyses.run import Run
from hecon.engine.values import formula_values
from hecon.report.outcomes import flows_frame
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="module")
def norway_run():
    return Run(load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway"))


@pytest.fixture(scope="module")
def flows(norway_run):
    return norway_run(base_flows)


def test_they_sum_to_the_totals_of_the_run(norway_run, flows):
    outcomes = norway_run(base_outcomes)
    for name in outcomes.data_vars:
        found = flows[name].sum("cycle").transpose(*outcomes[name].dims)
        scale = float(np.abs(outcomes[name]).max())
        np.testing.assert_allclose(found, outcomes[name], rtol=1e-12, atol=1e-12 * scale)


def test_quantities_sum_to_the_course(norway_run):
    """Their formula for a course that starts with the model."""
    table = norway_run(courses).set_index(["strategy", "quantity"])["value"]
    study, numbers = norway_run.study, norway_run(base_design).numbers
    for entry, amount in study.course.quantities:
        for strategy in study.model.strategies:
            total = study.course.total(strategy, amount, study.model.horizon_years)
            (wanted,) = formula_values(study.model, [(total, strategy)], numbers, {})
            assert table[strategy, entry.name] == pytest.approx(float(wanted), rel=1e-12)


def test_a_course_is_over_in_its_weeks(flows):
    """The last session of MDMA-AT is in week 13: in the third month."""
    hours = flows["course"].sel(strategy="MDMA-AT", quantity="psychologist_hours").isel(draw=0)
    assert np.flatnonzero(hours.values).tolist() == [1, 2, 3]


def test_the_file_sums_to_the_totals(norway_run, flows):
    table = flows_frame(norway_run)
    found = table.groupby(["kind", "strategy"])[["amount", "amount_undiscounted"]].sum()
    outcomes = norway_run(base_outcomes).isel(draw=0)
    for kind, dim in (("cost", "item"), ("qaly", "source")):
        for column, name in (("amount", kind), ("amount_undiscounted", f"{kind}_undiscounted")):
            wanted = outcomes[name].sum(dim).to_series()
            np.testing.assert_allclose(found.loc[kind, column][wanted.index], wanted, rtol=1e-12)
    assert table.loc[table["kind"] == "course", "amount"].isna().all()
    assert not table.duplicated(["strategy", "cycle", "kind", "item"]).any()
