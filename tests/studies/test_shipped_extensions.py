"""The studies that extend the shipped one, against hand calculation and algebra."""

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.analyses.flows import courses, flows
from hecon.analyses.run import Run
from hecon.engine.expression import constant, parse
from hecon.engine.values import formula_values
from hecon.parameters.design import base_case, base_values, rows
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"
SEQUENCE = "PE then MDMA-AT"
COURSE = (
    "Psychologists",
    "Doctors and nurses",
    "Tests, room and handling",
    "Overnight stay",
    "Drug",
    "Patient time and travel",
)


@cache
def study(name):
    return load_study(INPUTS / "studies" / name, INPUTS / "jurisdictions/norway")


def changed(**values):
    """Outcomes of the sequence's study with other values of some inputs."""
    here = study("ptsd_sequence")
    changes = {(name, None): value for name, value in values.items()}
    return evaluate(here.model, rows(base_values(here.parameters), [changes])).isel(draw=0)


def value(name, strategy, formula):
    """A quantity in the base case."""
    here = study(name)
    numbers = base_values(here.parameters)
    (found,) = formula_values(here.model, [(parse(formula), strategy)], numbers, {})
    return float(found)


def second_start(**values):
    """The share of those who start the sequence who start its second course."""
    here = study("ptsd_sequence")
    changes = {(name, None): value for name, value in values.items()}
    used = flows(here, rows(base_values(here.parameters), [changes]))["course"].isel(draw=0)
    return float(used.sel(strategy=SEQUENCE, quantity="second_start").sum())


def assert_same(found, wanted, tolerance=1e-12):
    for name in found.data_vars:
        np.testing.assert_allclose(found[name], wanted[name], rtol=tolerance, atol=1e-12)


@pytest.mark.parametrize("name", ["ptsd_sequence", "ptsd_exploratory"])
def test_the_strategies_of_the_base_are_unchanged(name):
    """Nothing that an extension adds reaches the base's strategies."""
    found, wanted = (
        evaluate(study(n).model, base_case(study(n).parameters)) for n in (name, "ptsd")
    )
    for strategy in study("ptsd").model.strategies:
        mine, own = found.sel(strategy=strategy), wanted.sel(strategy=strategy)
        assert_same(mine.sel(item=own["item"], source=own["source"]), own)


def test_nobody_accepts_a_second_course():
    found = changed(accept_second_line=0.0)
    assert_same(found.sel(strategy=SEQUENCE), found.sel(strategy="PE"))


def test_everybody_remits_after_the_first_course():
    """Then nobody is left to be given a second course, or to pay for one."""
    here = study("ptsd_sequence")
    one = {("p_outcome", s): constant(1.0) for s in ("PE", SEQUENCE)}
    model = here.model.with_formulas(one)
    found = evaluate(model, base_case(here.parameters)).isel(draw=0)
    assert_same(found.sel(strategy=SEQUENCE), found.sel(strategy="PE"))


@pytest.mark.long
def test_a_second_course_without_effect():
    """The effects of PE, less what the course itself does; at a higher cost."""
    found = changed(second_line_multiplier=0.0)
    first, both = found.sel(strategy="PE"), found.sel(strategy=SEQUENCE)
    for name in ("life_years", "life_years_undiscounted"):
        assert float(both[name]) == pytest.approx(float(first[name]), rel=1e-13)
    gap = (both - first)["qaly_undiscounted"]
    assert float(gap.sel(source="Health state")) == pytest.approx(0.0, abs=1e-11)
    numbers = base_values(study("ptsd_sequence").parameters)
    share = second_start()
    events = share * numbers[("p_teae_mdma", None)] * numbers[("qaly_teae", None)]
    assert float(gap.sel(source="Adverse events")) == pytest.approx(-events, rel=1e-10)
    # three dosing days, sessions 4, 8 and 12 of 15, attended in a straight line
    attended = sum(1 - numbers[("d_mdma", None)] * (i - 1) / 14 for i in (4, 8, 12))
    loss = share * attended * numbers[("qaly_loss_dosing", None)]
    assert float(gap.sel(source="Dosing days")) == pytest.approx(-loss, rel=1e-10)
    assert float((both - first)["cost"].sum()) > 40_000


def test_who_starts_the_second_course():
    """Those in PTSD at the end of the outcome's cycle, as the trace counts them."""
    here = study("ptsd_sequence")
    share = base_traces(here.model, base_case(here.parameters))["share"].isel(draw=0)
    left = float(share.sel(strategy="PE", cycle=3, state="PTSD"))  # week 12 falls in month 3
    assert second_start() == pytest.approx(0.7 * left, rel=1e-12)
    both = share.sel(strategy=SEQUENCE, cycle=3)
    assert float(both.sel(state="Second line")) == pytest.approx(0.7 * left, rel=1e-12)
    assert float(share.sel(strategy="MDMA-AT", state="Second line").max()) == 0


@pytest.mark.long
def test_costs_of_both_courses():
    """Undiscounted, the sequence costs PE's course and that share of MDMA-AT's, item by item."""
    found = changed()["cost_undiscounted"]
    share = second_start()
    first, second, both = (found.sel(strategy=s) for s in ("PE", "MDMA-AT", SEQUENCE))
    for item in (*COURSE, "Training", "Adverse events"):
        wanted = float(first.sel(item=item)) + share * float(second.sel(item=item))
        assert float(both.sel(item=item)) == pytest.approx(wanted, rel=1e-12)
    assert float(both.sel(item="Drug")) > 9_000


def test_training_and_adverse_events_fall_in_their_line():
    """Those of the second course at its start: in the third month, discounted from its middle."""
    found = changed()
    second = second_start()
    for item in ("Training", "Adverse events"):
        first, alone, both = (
            float(found["cost"].sel(strategy=s, item=item)) for s in ("PE", "MDMA-AT", SEQUENCE)
        )
        later = second * alone * 1.04 ** -(2.5 / 12)
        assert both == pytest.approx(first + later, rel=1e-12)


def test_group_delivery_saves_in_the_second_course_only():
    """Scenario S46 multiplies psychologist hours of MDMA-AT from its first session on."""
    whole, group = changed(), changed(psychologist_time_mdma=0.491)
    saved = (whole - group)["cost_undiscounted"].sel(item="Psychologists")
    share = second_start()
    wanted = share * float(saved.sel(strategy="MDMA-AT"))
    assert float(saved.sel(strategy=SEQUENCE)) == pytest.approx(wanted, rel=1e-12)
    assert float(saved.sel(strategy="PE")) == 0


def test_remission_by_the_second_course():
    """In the cycle of week 12 + 4 + 18, month 8: among those in PTSD who took the course."""
    here = study("ptsd_sequence")
    share = base_traces(here.model, base_case(here.parameters))["share"].isel(draw=0)
    both = share.sel(strategy=SEQUENCE)
    assert float(both.sel(cycle=7, state="Second-line remission")) == 0
    assert float(both.sel(cycle=8, state="Second line")) == 0
    before = float(both.sel(cycle=7, state=["PTSD", "Second line"]).sum())
    remitted = 0.7 * 0.75 * value("ptsd_sequence", SEQUENCE, "p_total_mdma")
    recovery = 1 - math.exp(-base_values(here.parameters)[("rate_recovery", None)] / 12)
    dead = float(share.sel(strategy="UC", cycle=8, state="Dead"))  # of the order of 2e-4 a month
    found = float(both.sel(cycle=8, state="Second-line remission"))
    assert found == pytest.approx(before * remitted, rel=2e-3)
    left = float(both.sel(cycle=8, state="PTSD"))
    assert left == pytest.approx(before * (1 - remitted) * (1 - recovery), rel=2e-3)
    assert 0 < dead < 2e-3
    # exactly: the two flows out of PTSD to health, whoever died
    assert found / left == pytest.approx(remitted / ((1 - remitted) * (1 - recovery)), rel=1e-12)


def test_the_ratio_does_not_depend_on_who_is_left():
    """Costs and effects of the second course are in proportion to those who start it."""
    ratios = []
    for values in ({}, {"accept_second_line": 0.1}, {"rr_dropout_pe": 2.2}):
        found = changed(**values)
        more = found.sel(strategy=SEQUENCE) - found.sel(strategy="PE")
        ratios.append(float(more["cost"].sum() / more["qaly"].sum()))
    assert ratios[1] == pytest.approx(ratios[0], rel=1e-9)
    assert ratios[2] == pytest.approx(ratios[0], rel=1e-9)


def test_durability_acts_on_second_line_remissions_only():
    """A hazard ratio on MDMA-AT's remissions leaves those after PE as they are."""
    here = study("ptsd_sequence")
    numbers = base_values(here.parameters)
    changes = {("hr_relapse_mdma", None): 2.0, ("hr_relapse_years", None): 60.0}
    share = base_traces(here.model, rows(numbers, [{}, changes]))["share"]
    both = share.sel(strategy=SEQUENCE, cycle=200)
    np.testing.assert_array_equal(*both.sel(state="Remission").values)
    plain, double = both.sel(state="Second-line remission").values
    rate = numbers[("rate_relapse", None)]
    assert double / plain == pytest.approx(math.exp(-rate * (200 - 8) / 12), rel=1e-9)


@pytest.mark.parametrize(
    ("strategy", "hours"),
    # assessment 2.5 h, then two hours per contact hour: 12 sessions of 1 h at a dropout of 30 %,
    # 8 sessions of 1.5 h at a dropout of 18 %, both falling in a straight line
    [("CPT", 2.5 + 2 * 12 * (1 - 0.30 / 2)), ("EMDR", 2.5 + 3 * 8 * (1 - 0.18 / 2))],
)
def test_exploratory_courses_by_hand(strategy, hours):
    table = Run(study("ptsd_exploratory"))(courses).set_index(["strategy", "quantity"])
    assert table.loc[(strategy, "psychologist_hours"), "value"] == pytest.approx(hours, rel=1e-12)


@pytest.mark.parametrize(("strategy", "effect"), [("CPT", 0.1764), ("EMDR", 0.1789)])
def test_exploratory_effects_by_hand(strategy, effect):
    """Odds of PE times exp(g pi / sqrt 3); 0.503 is PE's share in the dossier."""
    found = value("ptsd_exploratory", strategy, "p_outcome")
    first = value("ptsd_exploratory", "PE", "p_outcome")
    assert first == pytest.approx(0.503, abs=1e-3)
    ratio = found / (1 - found) / (first / (1 - first))
    assert ratio == pytest.approx(math.exp(effect * math.pi / math.sqrt(3)), rel=1e-4)


def test_exploratory_correlation_by_hand():
    """Two contrasts with one reference: their covariance from the three standard errors."""
    own = {("g_cpt_v_pe", None), ("g_emdr_v_pe", None)}
    pairs = study("ptsd_exploratory").correlations
    (found,) = (c for c in pairs if {c.first, c.second} == own)
    a, b, difference = 0.2035, 0.2391, 0.2950
    assert found.rho == pytest.approx((a**2 + b**2 - difference**2) / (2 * a * b), abs=1e-4)


def test_exploratory_is_said_wherever_the_strategies_are_named():
    here = study("ptsd_exploratory")
    assert here.options == ("UC", "PE", "MDMA-AT", "CPT", "EMDR")
    assert all("exploratory" in here.label(s) for s in ("CPT", "EMDR"))
    assert "exploratory" in here.definition.title
    assert here.definition.question.startswith("Exploratory")
