"""Budget impact: an example by hand, what must hold of any, and Norway by another program."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_impact import budget_impact, by_year
from hecon.analyses.budget_results import (
    budget_draws,
    budget_items,
    budget_one_way,
    budget_places_by_uptake,
    budget_quantities,
    budget_resources,
    budget_scenarios,
    budget_table,
)
from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings, Unavailable
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign, TableDesign, base_case
from hecon.studies.budget_values import with_budget
from hecon.studies.load import load_study

HERE = Path(__file__).parent
DATA = HERE.parent / "data" / "budget"
INPUTS = HERE.parents[1] / "inputs"


@pytest.fixture(scope="module")
def example():
    return with_budget(load_study(HERE / "studies" / "budget"))


def impact(study, **changes):
    """By year, for changes of the study's and the budget's inputs."""
    base = base_case(study.parameters)
    numbers = {**base.numbers, **{(n, None): float(v) for n, v in changes.items()}}
    return by_year(budget_impact(study, TableDesign(1, numbers))).isel(draw=0)


EXAMPLE = pd.read_csv(DATA / "expected_example.csv")
PLACES = {
    "no limit": {"limit": 0},
    "8, 8, 50": {},
    "0, 0, 0": {"first_places": 0, "later_places": 0},
}


@pytest.mark.parametrize("case", PLACES)
def test_the_example_worked_out_by_hand(example, case):
    found, wanted = impact(example, **PLACES[case]), EXAMPLE[EXAMPLE["capacity"] == case]
    care = {"item": "Care"}
    for figure, column in (
        (found["treated"], "treated"),
        (found["waiting"], "waiting_end"),
        (found["waited"] / 12, "mean_waiting"),
        (found["cost_without"].sel(care), "without"),
        (found["cost_difference"].sel(care), "difference"),
        (found["net"], "difference"),
    ):
        np.testing.assert_allclose(figure, wanted[column], rtol=1e-12, atol=1e-12)


def test_health_while_waiting_is_that_of_the_state(example):
    """Nobody is treated: in year 1 a year of the old treatment less, half a year of waiting more.

    Being in the state gives 0.8 a year under the study's first strategy.
    """
    found = impact(example, **PLACES["0, 0, 0"])
    assert float(found["effect_difference"][0]) == pytest.approx(-10 * 0.8 + 5 * 0.8, rel=1e-12)


def test_tax_moves_the_item_and_the_shares_move_blocks(example):
    plain, taxed = impact(example), impact(example, vat=0.25)
    np.testing.assert_allclose(taxed["net"], 1.25 * plain["net"], rtol=1e-12)
    moved = impact(example, part=0.9)
    np.testing.assert_allclose(moved["net"], plain["net"], rtol=1e-12)
    np.testing.assert_allclose(moved["block_difference"][:, 0], 0.9 * plain["net"], rtol=1e-12)


def test_without_uptake_training_is_left(example):
    found = impact(example, up_1=0, up_2=0, training=70)
    np.testing.assert_allclose(found["net"], 70, rtol=1e-12)
    assert not found["effect_difference"].any()


def test_what_is_outside_is_shown_and_not_added(example):
    found = impact(example, **PLACES["no limit"])
    assert not found["cost_difference"].sel(item="Travel").any()  # both cost the same
    waits = impact(example)
    assert (waits["cost_difference"].sel(item="Travel")[0] < 0).all()
    np.testing.assert_allclose(
        waits["net"], waits["cost_difference"].sel(item=["Care", "Training"]).sum("item")
    )


def test_without_a_limit_twice_the_people_is_twice_the_impact(example):
    plain, twice = (impact(example, limit=0, up_1=u, up_2=2 * u) for u in (0.1, 0.2))
    np.testing.assert_allclose(twice["net"], 2 * plain["net"], rtol=1e-12)


def test_the_eligible_grow(example):
    found = impact(example, growth=0.1)
    np.testing.assert_allclose(found["eligible"], [100, 110, 121], rtol=1e-12)


def test_cohorts_start_by_the_cycle(example):
    """Quarterly cycles: four starts a year of 2.5 persons, each costs 100, then 20."""
    found = impact(example, cycle_months=3, limit=0)
    assert float(found["treated"][0]) == pytest.approx(10, rel=1e-12)
    new, old = 4 * 100 + 3 * 20, 4 * 30 + 3 * 30 + 2 * 10
    assert float(found["net"][0]) == pytest.approx(2.5 * (new - old), rel=1e-12)


def test_leaving_in_a_month_is_compounded_over_longer_cycles(example):
    found = impact(example, cycle_months=6, leaves=0.1, first_places=0, later_places=0)
    assert float(found["returned"][0]) == pytest.approx(5 * (1 - 0.9**6), rel=1e-12)


@pytest.mark.parametrize("months", [24, 5, 9])
def test_years_hold_whole_cycles(example, months):
    with pytest.raises(InputError, match=r"a year holds .* cycles, allowed is a whole number"):
        impact(example, cycle_months=months)


def test_negative_starts_name_uptake_share_and_year(example):
    with pytest.raises(InputError) as error:
        impact(example, old_share=1, up_2=1.0, given_up=1.0, up_1=1.2)
    assert "uptake[1]: found 1.2, allowed is a share from 0 to 1" in str(error.value)


def test_draws_are_those_of_the_whole_impact(example):
    design = ProbabilisticDesign(example.parameters, 7, 1)
    whole = by_year(budget_impact(example, design))["net"]
    np.testing.assert_allclose(net_costs(example, design), whole, rtol=1e-12)


def test_scenarios_may_have_fewer_years(example):
    run = Run(load_study(HERE / "studies" / "budget"), Settings(draws=50))
    found = run(budget_scenarios)
    assert found.groupby("scenario", sort=False)["year"].max().to_dict() == {
        "none": 3,
        "closed": 3,
        "short": 2,
        "dear": 3,
    }
    net = found.set_index(["scenario", "year"])["net"]
    assert net["none", 2] == pytest.approx(1300, rel=1e-12)
    assert net["short", 2] == pytest.approx(1300, rel=1e-12)


def test_one_way_and_two_way_by_hand(example):
    run = Run(load_study(HERE / "studies" / "budget"), Settings(draws=50))
    bars = run(budget_one_way).set_index("parameter")
    base = 2344
    assert bars.loc["first_new", "net_low"] == pytest.approx(base - 50 * 34, rel=1e-12)
    assert bars.loc["first_new", "net_high"] == pytest.approx(base + 50 * 34, rel=1e-12)
    assert "part" not in bars.index
    grid = run(budget_places_by_uptake).set_index(["uptake_factor", "places_factor"])
    assert grid.loc[(1.0, 1.0), "net"] == pytest.approx(base, rel=1e-12)
    assert grid.loc[(1.0, 0.0), "net"] == pytest.approx(-820, rel=1e-12)
    assert len(run(budget_draws)) == 50


def test_a_study_without_a_budget_has_none(algebra):
    with pytest.raises(Unavailable, match=r"no budget_impact\.toml"):
        Run(algebra)(budget_table)


def test_a_jurisdiction_without_the_inputs_has_no_budget(tmp_path):
    """A study whose budget is known for one jurisdiction runs in others without it."""
    copy = shutil.copytree(INPUTS / "jurisdictions" / "norway", tmp_path / "norway")
    for name in ("budget_inputs.csv", "budget_scenarios.csv"):
        (copy / "ptsd_in_norway" / name).unlink()
    assert load_study(INPUTS / "studies" / "ptsd", copy).budget is None


# -- Norway, by an independent program --------------------------------------------------------


@pytest.fixture(scope="module")
def norway():
    return Run(
        load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway"), Settings(draws=20)
    )


SUMMARY = pd.read_csv(DATA / "expected_summary.csv")
FIGURES = {
    "eligible": "eligible",
    "demand": "demand",
    "capacity": "places",
    "treated": "treated",
    "returned": "returned",
    "waiting_end": "waiting",
    "waiting_months": "waited",
    "mean_wait_months": "mean_wait",
    "net": "net",
    "qaly_difference": "effect_difference",
}


@pytest.mark.parametrize("scenario", SUMMARY["scenario"].unique())
def test_norway_base_case_and_scenarios(norway, scenario):
    wanted = SUMMARY[SUMMARY["scenario"] == scenario]
    found = norway(budget_table)
    if scenario != "BI0":
        scenarios = norway(budget_scenarios)
        found = scenarios[scenarios["scenario"] == scenario]
    for column, name in FIGURES.items():
        np.testing.assert_allclose(found[name], wanted[column], rtol=1e-6, atol=1e-9, err_msg=name)


def test_norway_by_block_item_and_quantity(norway):
    wanted = pd.read_csv(DATA / "expected_budget_BI0.csv")
    items = norway(budget_items).set_index(["block", "item", "year"])
    quantities = norway(budget_quantities).set_index(["quantity", "year"])
    blocks = {"1": "drugs", "2": "specialist", "3": "other", "o": ""}
    same = {"drug_units": "drug_sessions"}
    for row in wanted.itertuples():
        year = row.year
        if row.block == "quantity":
            name = same.get(row.item, row.item)
            if (name, year) not in quantities.index:
                continue
            found = quantities.loc[(name, year)]
            pair = found["quantity_without"], found["quantity_difference"]
        else:
            item = row.item.split(", s")[0].split(", o")[0]
            found = items.loc[(blocks[row.block[0]], item, year)]
            pair = found["cost_without"], found["cost_difference"]
        np.testing.assert_allclose(pair, (row.without, row.difference), rtol=1e-6, atol=1e-6)


def test_norway_capacity(norway):
    wanted = pd.read_csv(DATA / "expected_capacity_BI0_BI3.csv")
    wanted = wanted[wanted["scenario"] == "BI0"].set_index("year")
    found = norway(budget_resources).set_index(["resource", "year"])
    hours = norway(budget_quantities).set_index(["quantity", "year"]).loc["psychologist_hours"]
    therapists, rooms = found.loc["therapists"], found.loc["rooms"]
    for figure, column in (
        (therapists["stock"], "therapists"),
        (rooms["stock"], "rooms"),
        (therapists["courses"], "courses_by_therapists"),
        (rooms["courses"], "courses_by_rooms"),
        (therapists["used"], "share_of_capacity_used"),
        (hours["quantity_new"], "psychologist_hours_mdma"),
        (hours["share_of_all"], "share_of_all_psychologist_hours"),
    ):
        np.testing.assert_allclose(figure, wanted[column], rtol=1e-6)


def test_the_waiting_rule_decides_the_sign_of_health(norway):
    """With more demand than places, waiting costs more health than the new treatment gives."""
    found = norway(budget_scenarios).set_index(["scenario", "year"])["effect_difference"]
    assert found["BI6", 5] == pytest.approx(-8.9, abs=0.05)
    assert found["BI6b", 5] == pytest.approx(17.4, abs=0.05)


def test_one_patient_costs_the_models_total(norway):
    """Sixty years, one start in the first month, nothing displaced: the undiscounted total."""
    study = with_budget(norway.study)
    definition = study.budget.definition
    alone = replace(
        study,
        budget=replace(
            study.budget,
            definition=definition.model_copy(
                update={"instead_of": [], "beside": [], "resources": [], "vat": None}
            ),
        ),
    )
    from hecon.analyses.budget_impact import Flows
    from hecon.studies.budget_values import Values

    values = Values(60, 12, {}, {}, {})
    flows = Flows(alone, base_case(study.parameters), values)
    outcomes = evaluate(norway.study.model, base_case(norway.study.parameters))
    for strategy in ("MDMA-AT", "PE", "UC"):
        total = outcomes["cost_undiscounted"].sel(strategy=strategy).sum()
        found = flows.costs(alone.budget.definition)[strategy].sum()
        assert found == pytest.approx(float(total), rel=1e-12)


def test_the_hours_behind_the_time_for_a_patient_are_those_of_the_course(norway):
    course = norway(budget_quantities)
    hours = {p.name: p.value for p in norway.study.budget.parameters}["hours_per_patient"]
    from hecon.analyses.base_case import courses

    table = norway(courses).set_index(["strategy", "quantity"])["value"]
    assert 2 * hours == pytest.approx(table["MDMA-AT", "psychologist_hours"], rel=1e-12)
    assert len(course)
