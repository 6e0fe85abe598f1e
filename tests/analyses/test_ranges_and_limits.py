"""Where a range comes from, and what holds where severity can't be weighed."""

from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from hecon.analyses.one_way import ranges
from hecon.analyses.threshold import severity
from hecon.parameters.design import base_case
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="module")
def study():
    return load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway")


def test_a_range_says_where_it_comes_from(study):
    found = {r.parameter.name: r for r in ranges(study)}
    assert found["smr_ptsd"].basis == "stated range"
    bare = [replace(p, low=None, high=None) for p in study.parameters]
    found = {r.parameter.name: r for r in ranges(replace(study, parameters=tuple(bare)))}
    drawn = found["smr_ptsd"]
    assert drawn.basis == "95 % of the distribution"
    spread = stats.lognorm(s=0.0940, scale=1.32)
    assert (drawn.low, drawn.high) == pytest.approx(spread.ppf([0.025, 0.975]), rel=1e-4)
    assert "start_age" not in found  # fixed, and no range is invented


def test_without_a_general_population_severity_weighs_nothing(study):
    design = base_case(study.parameters)
    table = severity(replace(study, population=None), design, [study.compared])
    assert table["weight"].tolist() == [1.0]
    assert table["threshold"].tolist() == table["opportunity_cost"].tolist()
    assert "shortfall" not in table
