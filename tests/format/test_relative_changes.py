"""A quantity within its own change is that of the base case; in a draw that of the draw."""

import numpy as np
import pytest
from tiny import study

from hecon.analyses.evaluate import evaluate
from hecon.analyses.scenarios import probabilistic_scenario, scenario_table
from hecon.parameters.design import ProbabilisticDesign

ROWS = (
    "name,strategy,value,unit,low,high,distribution,distribution_parameters,currency,price_year,"
    "source,status\nextra,A,0,EUR/year,,,,,EUR,2024,invented,assumption\n"
    "extra,B,10,EUR/year,5,20,gamma,mean = 10; se = 4,EUR,2024,invented,assumption\n"
    "price,all,30,EUR/year,5,60,gamma,mean = 30; se = 9,EUR,2024,invented,assumption\n"
)
CHANGES = (
    "id,title,changes\n"
    "S1,half more,price = price * 1.5\n"
    "S2,for one strategy,extra[B] = extra * 2\n"
    "S4,by its whole name,extra[B] = 2 * extra[B]\n"
    "S3,a computed one,twice = twice / 2\n"
)


@pytest.fixture
def loaded(tmp_path):
    return study(
        tmp_path,
        ("payoffs.csv", "100 + extra", "twice + extra"),
        parameters=ROWS,
        variables="name,formula\ntwice,2 * price\n",
        scenarios=CHANGES,
    )


def test_in_the_deterministic_run(loaded):
    years = 0.9 + 0.9 * 0.8 + 0.9 * 0.64 + 0.9 * 0.512
    table = scenario_table(loaded).set_index("scenario")
    assert table.loc["S1", "cost A"] == pytest.approx(90 * years, rel=1e-12)
    for name in ("S2", "S4"):
        assert table.loc[name, "cost B"] == pytest.approx(80 * years, rel=1e-12)
    assert table.loc["S3", "cost A"] == pytest.approx(30 * years, rel=1e-12)


@pytest.mark.parametrize("method", ["monte-carlo", "sobol", "latin-hypercube"])
def test_in_each_draw(loaded, method):
    def cost(model, parameters, strategy):
        design = ProbabilisticDesign(parameters, 16, 3, method)
        found = evaluate(model, design)["cost"].sum("item")
        return found.sel(strategy=strategy).values

    base = cost(loaded.model, loaded.parameters, "A")
    for scenario, factor in zip(
        (loaded.scenarios[0], loaded.scenarios[3]), (1.5, 0.5), strict=True
    ):
        model, parameters, _ = probabilistic_scenario(loaded, scenario)
        np.testing.assert_allclose(cost(model, parameters, "A"), factor * base, rtol=1e-12)
        assert base.std() > 0
