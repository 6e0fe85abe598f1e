"""Budget impact: an example by hand, what must hold of any, and Norway by another program."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.base_case import base_outcomes
from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_impact import Flows, budget_impact, by_year
from hecon.analyses.budget_results import (
    budget_items,
    budget_quantities,
    budget_resources,
    budget_table,
    budget_years,
)
from hecon.analyses.budget_scenarios import budget_scenario_years, budget_scenarios
from hecon.analyses.budget_sensitivity import (
    budget_draws,
    budget_one_way,
    budget_places_by_uptake,
)
from hecon.analyses.flows import courses
from hecon.analyses.pair import changed_rows
from hecon.analyses.queue import convolved, queue
from hecon.analyses.run import MissingResult, Run, Settings
from hecon.engine.expression import parse
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign, TableDesign, base_case
from hecon.studies.budget_values import Values, budget_values, with_budget
from hecon.studies.load_study import load_study

HERE = Path(__file__).parent
DATA = HERE.parent / "data" / "budget"
INPUTS = HERE.parents[1] / "inputs"


@pytest.fixture(scope="module")
def example_run():
    return Run(load_study(HERE / "studies" / "budget"), Settings(draws=50))


@pytest.fixture(scope="module")
def example(example_run):
    return with_budget(example_run.study)


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


def test_scenarios_may_have_fewer_years(example_run):
    found = example_run(budget_scenarios)
    assert found.groupby("scenario", sort=False)["year"].max().to_dict() == {
        "none": 3,
        "closed": 3,
        "short": 2,
        "dear": 3,
    }
    net = found.set_index(["scenario", "year"])["net"]
    assert net["none", 2] == pytest.approx(1300, rel=1e-12)
    assert net["short", 2] == pytest.approx(1300, rel=1e-12)


def test_one_way_and_two_way_by_hand(example_run):
    run = example_run
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
    with pytest.raises(MissingResult, match=r"no budget_impact\.toml"):
        Run(algebra)(budget_table)


def test_a_jurisdiction_without_the_inputs_has_no_budget(tmp_path):
    """A study whose budget is known for one jurisdiction runs in others without it."""
    copy = shutil.copytree(INPUTS / "jurisdictions" / "norway", tmp_path / "norway")
    for name in ("budget_inputs.csv", "budget_scenarios.csv"):
        (copy / "ptsd_in_norway" / name).unlink()
    assert load_study(INPUTS / "studies" / "ptsd", copy).budget is None


# -- closed forms ------------------------------------------------------------------------------

#: Twenty-two figures of algebra, in the order of the file.
CLOSED = pd.read_csv(DATA / "expected_tests.csv")["reference"].tolist()
MONTHS = 60


def steady(demand, places=np.inf, wait_share=1.0, leave=0.0, months=MONTHS):
    """A queue with as many people and places every month."""
    everywhere = np.ones((1, months))
    share, leaves = np.array([wait_share]), np.array([leave])
    return queue(demand * everywhere, places * everywhere, share, leaves)


def yearly(monthly):
    return monthly.reshape(-1, 12).sum(axis=1)


def test_steady_costs():
    """A cost every month for ever, and one at the start, of people who start every month."""
    starts = steady(5.0).treated
    lasting = yearly(convolved(starts, np.full((1, MONTHS), 2.0))[0])
    np.testing.assert_allclose(lasting, CLOSED[:5], rtol=1e-12)
    once = yearly(convolved(starts, np.eye(1, MONTHS) * 280.0)[0])
    np.testing.assert_allclose(once, CLOSED[5], rtol=1e-12)


def test_no_places():
    """Nobody waits: both worlds are equal. All wait at 4 a month, none leaves."""
    none = steady(2.0, places=0.0, wait_share=0.0)
    assert none.treated.sum() == CLOSED[6]
    np.testing.assert_allclose(none.returned, none.demand)
    all_wait = steady(2.0, places=0.0)
    np.testing.assert_allclose(yearly(4.0 * all_wait.waited[0]), CLOSED[7:12], rtol=1e-12)


def test_places_for_all():
    """The difference is the convolution of demand with the difference of costs; nobody waits."""
    rng = np.random.default_rng(1)
    demand, new, old = rng.random((3, 1, MONTHS))
    found = queue(demand, np.full((1, MONTHS), np.inf), np.ones(1), np.zeros(1))
    assert found.waiting.max() == CLOSED[13]
    both = convolved(found.treated, new) - convolved(found.demand - found.returned, old)
    wanted = [np.dot(demand[0, : t + 1], (new - old)[0, t::-1]) for t in range(MONTHS)]
    np.testing.assert_allclose(both[0], wanted, rtol=1e-12, atol=1e-12)


def test_queues():
    """(D - K) t, and (D - K) / leaving in the long run; nobody is lost."""
    assert steady(2.0, 1.5).waiting[0, -1] == pytest.approx(CLOSED[14], rel=1e-12)
    long = steady(2.0, 1.5, leave=0.1, months=600)
    assert long.waiting[0, -1] == pytest.approx(CLOSED[15], rel=1e-12)
    growing = queue(
        np.repeat([[25.0, 50.0, 150.0, 500.0, 1_000.0]], 12, axis=0).T.reshape(1, -1) / 12,
        np.full((1, MONTHS), 8.0),
        np.array([0.7]),
        np.array([0.1]),
    )
    assert growing.demand.sum() == pytest.approx(CLOSED[21], rel=1e-12)
    assert growing.unaccounted < 1e-9


def test_a_stock_comes_to_what_is_trained_over_what_leaves(example):
    """T / a + (S - T / a) (1 - a) ** (y - 1) in years 2, 5 and 30."""
    budget = example.budget
    formulas = {"stock": "8", "added": "10", "attrition": "0.09"}
    uptake = {f"uptake[{y}]": parse("up_2") for y in range(1, 31)}
    longer = replace(
        example,
        budget=replace(
            budget,
            definition=budget.definition.model_copy(update={"uptake": ["up_2"] * 30}),
            exprs={
                **budget.exprs,
                **uptake,
                **{f"resources[beds].{n}": parse(text) for n, text in formulas.items()},
            },
        ),
    )
    numbers = {**base_case(example.parameters).numbers, ("years", None): 30.0}
    stock = budget_values(longer, TableDesign(1, numbers)).stocks["beds"][0]
    np.testing.assert_allclose(stock[[1, 4, 29]], CLOSED[16:19], rtol=1e-12)


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


BLOCKS = ("block1_drugs", "block2_specialist", "block3_other")


@pytest.mark.parametrize("scenario", SUMMARY["scenario"].unique())
def test_norway_base_case_and_scenarios(norway, scenario):
    wanted = SUMMARY[SUMMARY["scenario"] == scenario]
    found = norway(budget_table)
    whole = norway(budget_years)
    if scenario != "BI0":
        scenarios = norway(budget_scenarios)
        found = scenarios[scenarios["scenario"] == scenario]
        whole = norway(budget_scenario_years)[scenario]
    figures = {column: found[name] for column, name in FIGURES.items()}
    for block, column in zip(whole["block"], BLOCKS, strict=True):
        figures[column] = whole["block_difference"].sel(block=block)
    hours = whole["quantity_difference"].sel(quantity="psychologist_hours")
    figures["psychologist_hours_difference"] = hours
    figures["calls"] = whole["counted"].sel(count="Poison-centre calls")
    for column, figure in figures.items():
        np.testing.assert_allclose(figure, wanted[column], rtol=1e-6, atol=1e-6, err_msg=column)


def test_norway_further_scenarios(norway):
    """The specification's own table, to the digits that it prints: year 5."""
    found = norway(budget_scenarios).set_index(["scenario", "year"]).loc[(slice(None), 5), :]
    found = found.droplevel("year")
    for name, net, treated, waiting, effect in (
        ("BI4", 18.4, 138, 73, 5.0),
        ("BI6c", 103.1, 750, 0, 32.9),
        ("BI11", 136.5, 242, 4.5, 10.7),
        ("BI22b", 65.1, 242, 4.5, 10.7),
    ):
        row = found.loc[name]
        assert row["net"] / 1e6 == pytest.approx(net, abs=0.05)
        assert row["treated"] == pytest.approx(treated, abs=0.5)
        assert row["waiting"] == pytest.approx(waiting, abs=0.5)
        assert row["effect_difference"] == pytest.approx(effect, abs=0.05)


def test_norway_as_it_must_change(norway):
    """Tax moves the drugs' block alone, the shares of payers none of the total; and so on."""
    study = with_budget(norway.study)
    unlimited = {"places_limited": 0, "trained_per_year": 0}
    changes = [
        {"vat_rate": 0},
        {"drug_price_session": 0},
        {"specialist_share": 0.8},
        {f"uptake_y{y}": 0 for y in range(1, 6)},
        unlimited,
        {**unlimited, "n_eligible_year": 10_000},
    ]
    design = changed_rows(study, [{(n, None): float(v) for n, v in c.items()} for c in changes])
    found = by_year(budget_impact(study, design))
    untaxed, free, moved, unwanted, once, twice = (found.isel(draw=i) for i in range(6))
    base = norway(budget_years)
    blocks, drugs = base["block_difference"], {"block": "drugs"}
    others = {"block": ["specialist", "other"]}
    for which, factor in ((drugs, 1 / 1.25), (others, 1.0)):
        wanted = factor * blocks.sel(which)
        np.testing.assert_allclose(untaxed["block_difference"].sel(which), wanted, rtol=1e-12)
    np.testing.assert_allclose(free["net"], base["net"] - blocks.sel(drugs), rtol=1e-12)
    np.testing.assert_allclose(moved["net"], base["net"], rtol=1e-12)
    training = base["cost_difference"].sel(item="Training")
    np.testing.assert_allclose(unwanted["net"], training, rtol=1e-12)
    np.testing.assert_allclose(twice["net"], 2 * once["net"], rtol=1e-12)
    # the other program's costs a person agree with the model's to 4e-12
    assert float(twice["net"].sum()) == pytest.approx(CLOSED[20], rel=4e-12)


def test_the_order_of_strategies_changes_nothing(example):
    model = replace(example.model, strategies=example.model.strategies[::-1])
    np.testing.assert_allclose(
        impact(replace(example, model=model))["net"], impact(example)["net"], rtol=1e-12
    )


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
    alone = study.budget.definition.model_copy(update={"instead_of": []})
    study = replace(study, budget=replace(study.budget, definition=alone))
    flows = Flows(study, base_case(study.parameters), Values(60, 12, {}, {}, {}))
    totals = norway(base_outcomes)["cost_undiscounted"].sum("item").isel(draw=0)
    for strategy, items in flows.costs(alone).items():
        total = float(totals.sel(strategy=strategy))
        assert convolved(np.eye(1, 720), items).sum() == pytest.approx(total, rel=1e-12)
    assert float(totals.sel(strategy="MDMA-AT")) == pytest.approx(CLOSED[19], rel=1e-12)


def test_the_hours_behind_the_time_for_a_patient_are_those_of_the_course(norway):
    course = norway(budget_quantities)
    hours = {p.name: p.value for p in norway.study.budget.parameters}["hours_per_patient"]
    table = norway(courses).set_index(["strategy", "quantity"])["value"]
    assert 2 * hours == pytest.approx(table["MDMA-AT", "psychologist_hours"], rel=1e-12)
    assert len(course)
