"""Cycle length is a setting: it changes the answer by the discretisation error only."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.parameters.design import TableDesign, base_values, rows
from hecon.studies.load_study import load_study

ROOT = Path(__file__).parents[2]
MONTHS = ("cycle_months", None)


@cache
def study():
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


@cache
def run(months):
    numbers = {**base_values(study().parameters), MONTHS: float(months)}
    return evaluate(study().model, TableDesign(1, numbers)).isel(draw=0)


def together(*months, **options):
    design = rows(base_values(study().parameters), [{MONTHS: float(m)} for m in months])
    return evaluate(study().model, design, **options)


@pytest.mark.parametrize("options", [{}, {"block": 2}, {"workers": 2, "block": 1}])
def test_rows_of_one_design_equal_separate_runs(options):
    joint = together(1, 3, 12, 1, **options)
    for draw, months in enumerate((1, 3, 12, 1)):
        for name, wanted in run(months).items():
            np.testing.assert_allclose(joint[name].isel(draw=draw), wanted, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize(("months", "error"), [(3, 2e-3), (12, 1.2e-2)])
def test_longer_cycles_are_near(months, error):
    """Sums over 60 years differ by less than a small share of a cycle."""
    monthly, coarse = run(1), run(months)
    for name, dim in (("cost", "item"), ("qaly", "source")):
        np.testing.assert_allclose(coarse[name].sum(dim), monthly[name].sum(dim), rtol=error)
    np.testing.assert_allclose(coarse["life_years"], monthly["life_years"], rtol=error)
    assert not np.array_equal(coarse["life_years"], monthly["life_years"])


def test_finer_cycles_come_closer():
    exact = run(1)["life_years_undiscounted"]
    far = abs(run(12)["life_years_undiscounted"] - exact)
    near = abs(run(3)["life_years_undiscounted"] - exact)
    assert (near < 0.5 * far + 1e-9).all()


@pytest.mark.parametrize("months", [1, 3, 12])
def test_survival_does_not_depend_on_the_cycle(months):
    """Mortality acts on rates and its ages are whole years: with equal ratios survival is exact."""
    numbers = {**base_values(study().parameters), MONTHS: float(months)}
    numbers |= {("smr_ptsd", None): 1.5, ("smr_remission", None): 1.5}
    share = base_traces(study().model, TableDesign(1, numbers))["share"].isel(draw=0, strategy=0)
    dead = share.sel(state="Dead").values[:: 12 // months]
    life = study().model.tables["life_table"]
    women = numbers[("female_share", None)]
    alive = 1.0
    for year in range(60):
        assert dead[year] == pytest.approx(1 - alive, rel=1e-9, abs=1e-12)
        q = women * life.look_up("female", 40 + year) + (1 - women) * life.look_up(
            "male", 40 + year
        )
        alive *= (1 - float(q)) ** 1.5
