"""Results of a run that other results and sections rest on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.base_case import threshold
from hecon.analyses.comparison import totals
from hecon.analyses.convergence import convergence
from hecon.analyses.drawn import (
    drawn_decision,
    drawn_design,
    drawn_outcomes,
    evpi,
    group_information,
    needed_draws,
    partial_information,
    population_evpi,
    rank_probabilities,
    running_results,
)
from hecon.analyses.draws_table import study_draws
from hecon.analyses.evaluate import evaluate
from hecon.analyses.information import evppi
from hecon.analyses.pair import increments
from hecon.analyses.population import population
from hecon.analyses.price import price_values
from hecon.analyses.run import Run, Settings
from hecon.analyses.scenario_draws import scenario_draws, scenario_rows
from hecon.analyses.scenarios import probabilistic_scenario
from hecon.engine.expression import parse
from hecon.parameters.design import ProbabilisticDesign, base_values, rows
from hecon.parameters.distributions import distribution
from hecon.studies.load_study import load_study
from hecon.studies.study import Scenario


@pytest.fixture(scope="module")
def run(algebra):
    return Run(algebra, Settings(800))


def test_information_ranking_and_convergence(algebra, run):
    table = study_draws(algebra, run(drawn_design), run(drawn_outcomes))
    shares = run(drawn_decision)["probability_best"]
    np.testing.assert_array_equal(run(rank_probabilities)["probability"].sel(place=1), shares)
    assert run(running_results).equals(convergence(table, run(threshold)))
    assert bool(run(needed_draws)["enough"].all())
    assert run(group_information)["set"].tolist() == []
    again = evppi(table, [run(threshold)]).set_index("set")["evppi"]
    assert run(partial_information).set_index("set")["evppi"].to_dict() == again.to_dict()


def test_population_value(run):
    # 100 a year, half of them in the first of four years, not discounted
    assert run(population).effective() == pytest.approx(350)
    assert run(population_evpi) == pytest.approx(350 * run(evpi))


def test_a_run_reports_the_price(algebra):
    definition = algebra.definition.model_copy(
        update={"price": type("P", (), {"parameter": "price", "quantity": "units"})()}
    )
    study = replace(algebra, definition=definition)
    found = Run(study, Settings(600))(price_values).iloc[0]
    columns = ProbabilisticDesign(algebra.parameters, 600, 1).block(0, 600)
    gain, units = columns[("gain", None)], columns[("units", None)]
    assert found["deterministic"] == pytest.approx(1500)
    assert found["expected"] == pytest.approx(20_000 * gain.mean() / units.mean())


def test_few_draws_tell_no_partial_information(algebra):
    run = Run(algebra, Settings(20))
    for wanted in (partial_information, group_information):
        found = run.get(wanted)
        assert found is None or found.empty


def scenario(study, changes, distributions=None):
    """What is given a distribution is drawn from it; anything else holds in every draw."""
    parsed = {(name, None): parse(text) for name, text in changes.items()}
    drawn = distributions or {}
    own = [replace(p, distribution=drawn[p.name]) for p in study.parameters if p.name in drawn]
    held = {key: expr for key, expr in parsed.items() if key[0] not in drawn}
    return Scenario(
        "S1",
        "one",
        "",
        parsed,
        ("New", "Old"),
        "",
        "assumption",
        "scenarios.csv",
        2,
        "",
        drawn=held,
        own=tuple(own),
    )


def test_a_scenario_fixes_what_it_sets_and_draws_the_rest(algebra):
    one = scenario(algebra, {"gain": "0.4"})
    _, parameters, correlations = probabilistic_scenario(algebra, one)
    design = ProbabilisticDesign(parameters, 50, 1, correlations=correlations)
    base = ProbabilisticDesign(algebra.parameters, 50, 1).block(0, 50)
    assert ("gain", None) not in design.varying
    assert design.numbers[("gain", None)] == 0.4
    np.testing.assert_array_equal(design.block(0, 50)[("units", None)], base[("units", None)])
    study = replace(algebra, scenarios=[one])
    effects = Run(study)(scenario_rows)
    found = scenario_draws(study, effects, 400).iloc[0]
    units = ProbabilisticDesign(algebra.parameters, 400, 1).block(0, 400)[("units", None)]
    price = next(p.value for p in algebra.parameters if p.name == "price")
    nmb = 20_000 * 0.4 - price * units
    surcharge = found["nmb_mean"] - nmb.mean()
    assert surcharge == pytest.approx(0, abs=1e-6)
    assert found["nmb_error"] == pytest.approx(nmb.std(ddof=1) / 20)


def test_a_scenarios_distribution_takes_the_place_of_the_parameters(algebra):
    narrow = distribution("uniform", {"low": 0.39, "high": 0.41})
    one = scenario(algebra, {"gain": "0.4"}, {"gain": narrow})
    _, parameters, correlations = probabilistic_scenario(algebra, one)
    design = ProbabilisticDesign(parameters, 200, 1, correlations=correlations)
    values = design.block(0, 200)[("gain", None)]
    assert 0.39 <= values.min() < values.max() <= 0.41
    study = replace(algebra, scenarios=[one])
    effects = Run(study)(scenario_rows)
    found = scenario_draws(study, effects, 200).iloc[0]
    columns = ProbabilisticDesign(algebra.parameters, 200, 1).block(0, 200)
    wanted = 20_000 * values - 1000 * columns[("units", None)]
    assert found["nmb_mean"] == pytest.approx(wanted.mean())
    plain = increments(algebra, ProbabilisticDesign(algebra.parameters, 200, 1)).benefit(20_000)
    assert found["nmb_high"] - found["nmb_low"] < np.ptp(np.quantile(plain, [0.025, 0.975]))


def test_a_scenario_of_another_pair_has_no_difference_and_turns_nothing(algebra):
    turned = scenario(algebra, {"gain": "0.1"})
    other = replace(scenario(algebra, {}), id="S2", compare=("Old", "New"))
    study = replace(algebra, scenarios=[other, turned])
    found = Run(study)(scenario_rows).set_index("scenario")
    assert list(found.index) == ["S1", "S2"]
    assert found["compared"].tolist() == ["New v Old", "Old v New"]
    assert found["turns"].tolist() == [True, False]
    assert found.loc["S1", "nmb_to_base"] == pytest.approx(-20_000 * 0.2)
    assert found.loc["S2", "nmb"] == pytest.approx(-2000)
    assert found.loc["S2", ["cost_to_base", "qaly_to_base", "nmb_to_base"]].isna().all()


def test_rows_of_several_horizons_are_what_each_is_alone():
    """Rows are grouped by their cycles, and what is the same in a group is computed once."""
    study = load_study(Path(__file__).parents[1] / "cli" / "studies" / "small")
    changes = [
        {("horizon", None): 10.0, ("p_ill", None): 0.1, ("c_ill", None): 4000.0},
        {("horizon", None): 10.0, ("p_ill", None): 0.3, ("c_ill", None): 4000.0},
        {("horizon", None): 20.0, ("p_ill", None): 0.2, ("c_ill", None): 7000.0},
    ]
    base = base_values(study.parameters)
    together = totals(evaluate(study.model, rows(base, changes)))
    for number, change in enumerate(changes):
        alone = totals(evaluate(study.model, rows(base, [change])))
        for found, wanted in zip(together, alone, strict=True):
            np.testing.assert_allclose(found[:, number], wanted[:, 0], rtol=1e-12)
