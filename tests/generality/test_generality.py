"""What other tools find hard, each as a small study with an answer by algebra or by a second way.

All studies but one discount costs by 4 % and effects by 3 % a year, as `jurisdiction` says.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.flows import courses
from hecon.analyses.frontier import frontier
from hecon.analyses.run import Run
from hecon.analyses.verification.battery import verify
from hecon.analyses.verification.finding import FAIL
from hecon.parameters.design import ProbabilisticDesign, base_case, base_values, rows
from hecon.studies.load_study import load_study

HERE = Path(__file__).parent
DRAWS = 50


@cache
def study(name):
    return load_study(HERE / "studies" / name, HERE / "jurisdiction")


@cache
def random_rows(name):
    """Draws of the study, and a function that gives a parameter's values in them."""
    loaded = study(name)
    design = ProbabilisticDesign(loaded.parameters, DRAWS, 7)
    columns = design.block(0, DRAWS)

    def values(parameter, strategy=None):
        key = (parameter, strategy)
        return columns.get(key, design.numbers.get(key))

    return evaluate(loaded.model, design, block=16), values


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("strategy", ["Untreated", "Treated"])
def test_time_in_a_tunnel(strategy):
    """A rate of recovery that depends on time in the state and on parameters: Weibull survival."""
    outcomes, values = random_rows("tunnel")
    begun = np.arange(120) / 12
    scale, shape = values("scale_ill", strategy), values("shape_ill")
    ill = np.exp(-scale[:, None] * begun ** shape[:, None])
    found = outcomes["qaly"].sel(strategy=strategy, source="Illness")
    close(found, 0.6 * (ill * 1.03**-begun).sum(axis=1) / 12)
    plain = outcomes["qaly_undiscounted"].sel(strategy=strategy, source="Illness")
    close(plain, 0.6 * ill.sum(axis=1) / 12)
    well = outcomes["qaly_undiscounted"].sel(strategy=strategy, source="Health")
    close(well, 0.9 * (1 - ill).sum(axis=1) / 12)


@pytest.mark.parametrize("strategy", ["None", "Prevention"])
def test_transition_payoffs(strategy):
    """A first event in cycle t has the geometric probability; it counts whole, at mid-cycle."""
    outcomes, values = random_rows("transition_payoffs")
    p = values("p_event", strategy)
    for kind, dim, rate, amount in (
        ("cost", "item", 0.04, values("c_event")),
        ("qaly", "source", 0.03, -0.05),
    ):
        # a geometric series with ratio q, v years' discounting a cycle and half a cycle's before
        v = (1 + rate) ** -0.5
        q = (1 - p) * v
        series = p * v**0.5 * (1 - q**16) / (1 - q)
        close(outcomes[kind].sel({"strategy": strategy, dim: "Event"}), amount * series)
        plain = outcomes[kind + "_undiscounted"].sel({"strategy": strategy, dim: "Event"})
        close(plain, amount * (1 - (1 - p) ** 16))


def test_start_that_depends_on_parameters():
    """A test's sensitivity and specificity decide who starts where."""
    outcomes, values = random_rows("screening")
    ill, found, cleared = values("prevalence"), values("sensitivity"), values("specificity")
    cost, qaly = totals(outcomes)
    treated = ill * found + (1 - ill) * (1 - cleared)
    close(cost.sel(strategy="Test"), 30 + 1000 * treated)
    close(cost.sel(strategy="No test"), 0)
    close(qaly.sel(strategy="Test"), 1 - ill * (found * 0.2 + (1 - found) * 0.5))
    close(qaly.sel(strategy="No test"), 1 - ill * 0.5)


def test_six_strategies():
    """Dose 4 is dominated by dose 3, dose 2 too; dose 1 stays: 10,000, 15,000, 65,000 a QALY."""
    loaded = study("six_strategies")
    cost, qaly = (
        t.isel(draw=0) for t in totals(evaluate(loaded.model, base_case(loaded.parameters)))
    )
    table = frontier(list(cost["strategy"].values), cost.values, qaly.values).set_index("strategy")
    assert list(table.index) == [f"Dose {k}" for k in (0, 1, 3, 2, 4, 5)]
    assert dict(table["status"]) == {
        "Dose 0": "on the frontier",
        "Dose 1": "on the frontier",
        "Dose 3": "on the frontier",
        "Dose 2": "dominated",
        "Dose 4": "dominated",
        "Dose 5": "on the frontier",
    }
    close(table["icer"].dropna(), [10_000, 15_000, 65_000])


def test_cost_on_entry_only():
    """Paid on the transitions into a state, or by those who have just come: the same."""
    (by_transition, values), (by_memory, _) = (
        random_rows("entry_by_transition"),
        random_rows("entry_by_memory"),
    )
    for name in ("cost_undiscounted", "life_years"):
        close(by_transition[name].values, by_memory[name].values)
    for strategy in ("Usual", "Watchful"):
        well, ill, clinic = np.full(DRAWS, 0.7), np.full(DRAWS, 0.3), np.zeros(DRAWS)
        entries = 0.0
        for _ in range(12):
            new = well * values("p_well", strategy) + ill * values("p_ill")
            home = clinic * values("p_home")
            well = well * (1 - values("p_well", strategy)) + home
            ill = ill * (1 - values("p_ill"))
            clinic = clinic - home + new
            entries = entries + new
        found = by_transition["cost_undiscounted"].sel(strategy=strategy, item="Operation")
        close(found, values("c_entry") * entries)


SUBGROUPS = {"F40": 0.25, "M40": 0.20, "F60": 0.30, "M60": 0.25}


def by_subgroup():
    loaded = study("subgroups")
    changes = [
        {key: expr.value for key, expr in scenario.changes.items()} for scenario in loaded.scenarios
    ]
    assert [s.id for s in loaded.scenarios] == list(SUBGROUPS)
    return evaluate(loaded.model, rows(base_values(loaded.parameters), changes))


def test_weighted_subgroups_equal_one_mixed_cohort():
    """Idiomatic: a subgroup is a scenario, that is a row of the design; weigh rows afterwards."""
    weights = np.array(list(SUBGROUPS.values()))
    mixed = study("subgroups_at_once")
    whole = evaluate(mixed.model, base_case(mixed.parameters)).isel(draw=0)
    for name, found in by_subgroup().items():
        close((found * weights).sum("draw").transpose(*whole[name].dims), whole[name])


def test_subgroups_by_hand():
    life = np.loadtxt(HERE / "studies/subgroups/life.csv", delimiter=",", skiprows=1)
    outcomes = by_subgroup()
    for draw, (start, column) in enumerate([(40, 1), (40, 2), (60, 1), (60, 2)]):
        for strategy, ratio in (("None", 1.0), ("Prevention", 0.8)):
            rate = life[start - 20 : start, column]
            alive = np.concatenate([[1.0], np.exp(-ratio * np.cumsum(rate))])
            lived = (alive[1:] + alive[:-1]) / 2
            utility = 0.9 - 0.004 * (start - 40 + np.arange(20))
            wanted = (lived * utility * 1.03 ** -(np.arange(20) + 0.5)).sum()
            close(outcomes["qaly"].sel(strategy=strategy).isel(draw=draw), [wanted])


MONTHS_THEN_YEARS = np.array([1.0] * 12 + [12.0] * 4) / 12


@pytest.mark.parametrize("strategy", ["Usual", "Treated"])
def test_months_in_the_first_year_and_years_after_it(strategy):
    """Exponential survival is exact at every end; each cycle counts the mean of its two ends."""
    outcomes, values = random_rows("two_lengths")
    length = MONTHS_THEN_YEARS
    ends = np.concatenate([[0.0], np.cumsum(length)])
    begun, middle = ends[:-1], ends[:-1] + length / 2
    ill_rate, death_rate = values("r_ill", strategy)[:, None], values("r_die")[:, None]
    alive = np.exp(-death_rate * ends)
    well = alive * np.exp(-ill_rate * ends)

    def lived(share):
        return (share[:, 1:] + share[:, :-1]) / 2 * length

    falls = well[:, :-1] * np.exp(-death_rate * length) * (1 - np.exp(-ill_rate * length))
    cost = {
        "Care": values("c_ill")[:, None] * lived(alive - well) * (40 + begun) / 40,
        "Fall": values("c_fall")[:, None] * falls,
    }
    for ending, factor in (("", 1.04**-middle), ("_undiscounted", 1.0)):
        for item, amounts in cost.items():
            found = outcomes["cost" + ending].sel(strategy=strategy, item=item)
            close(found, (amounts * factor).sum(axis=1))
        close(outcomes["cost" + ending].sel(strategy=strategy, item="Letter"), 24 / 12)
    qaly = (0.8 * lived(well) + 0.5 * lived(alive - well)) * 1.03**-middle
    close(outcomes["qaly"].sel(strategy=strategy, source="Health"), qaly.sum(axis=1))
    years = (lived(alive) * 1.03**-middle).sum(axis=1)
    close(outcomes["life_years"].sel(strategy=strategy), years)


def test_sessions_are_paid_in_their_cycle_and_not_after_the_horizon():
    """Weeks 0 and 30 are in months 1 and 7, week 80 in year two, week 300 after five years."""
    outcomes, values = random_rows("two_lengths")
    hours = np.array([1.0, 2.0, 4.0])
    length = np.array([1.0, 1.0, 12.0]) / 12
    begun = np.array([0.0, 6.0, 12.0]) / 12
    room = 120 * length * (40 + begun) / 40
    for ending, factor in (("", 1.04 ** -(begun + length / 2)), ("_undiscounted", np.ones(3))):
        cost = outcomes["cost" + ending]
        paid = cost.sel(strategy="Treated", item="Therapist")
        close(paid, values("c_hour") * (hours * factor).sum())
        close(cost.sel(strategy="Treated", item="Room"), (room * factor).sum())
        close(cost.sel(strategy="Usual", item="Therapist"), 0.0)
    loaded = study("two_lengths")
    hours = Run(loaded)(courses).set_index(["strategy", "quantity"])["value"]
    assert hours["Treated", "therapist_hours"] == 7


def test_the_population_lives_through_the_same_cycles():
    loaded = study("two_lengths")
    found = evaluate(loaded.population, base_case(loaded.parameters)).isel(draw=0)
    ends = np.concatenate([[0.0], np.cumsum(MONTHS_THEN_YEARS)])
    alive = np.exp(-0.02 * ends)
    lived = (alive[1:] + alive[:-1]) / 2 * MONTHS_THEN_YEARS
    wanted = (lived * (0.95 - 0.002 * (40 + ends[:-1]))).sum()
    close(found["qaly_undiscounted"].sum("source"), [wanted])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.long] if name == "tunnel" else [])
        for name in sorted(p.name for p in (HERE / "studies").iterdir())
    ],
)
def test_the_battery_passes(name):
    failed = [(c.name, f.detail) for c, f in verify(study(name)) if f.result == FAIL]
    assert failed == []
