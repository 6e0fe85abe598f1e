"""Scenarios that name estimates and distributions."""

import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import evaluate
from hecon.analyses.scenarios import probabilistic_scenario, scenario_design, scenario_table
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign, base_case
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"
STUDY, JURISDICTION = Path("studies", "ptsd"), Path("jurisdictions", "norway")

#: What scenarios set before they named estimates, as it was typed.
TYPED = {
    ("S01", "lnor_pe_v_supportive"): "0.9219",
    ("S02", "lnor_pe_v_supportive"): "0.2969",
    ("S03", "lnor_pe_v_supportive"): "0.5804",
    ("S04", "lnor_pe_v_supportive"): "0.2871",
    ("S05", "p_total_mdma"): "0.657",
    ("S05", "p_total_pe"): "0.515",
    ("S07", "p_total_mdma"): "0.65657",  # 65 / 99
    ("S08", "lnor_mdma_v_pbo"): "1.2316",
    ("S09", "p_lod_comp_pbo"): "0.139",
    ("S09", "lnor_mdma_v_pbo"): "1.4535",
    ("S09", "lnor_pe_v_supportive"): "0.888",
    ("S18", "d_pe"): "0.22",
    ("S58", "p_lod_comp_pbo"): "0.3243",
    ("S58", "lnor_mdma_v_pbo"): "1.4271",
    ("S58", "d_mdma"): "0.087",
    ("S58", "d_pbo"): "0.159",
    ("S59", "p_lod_comp_pbo"): "0.226",
    ("S59", "lnor_mdma_v_pbo"): "1.399",
    ("S67", "lnor_mdma_v_pbo"): "1.8233",
    ("S67", "lnor_pe_v_supportive"): "0.0953",
}


@cache
def study():
    return load_study(INPUTS / STUDY, INPUTS / JURISDICTION)


def scenario(name, of=None):
    return next(s for s in (of or study()).scenarios if s.id == name)


@pytest.mark.parametrize(("name", "key"), TYPED)
def test_estimates_round_to_what_was_typed(name, key):
    """No more than half a unit of the last digit, so results move by that and no more."""
    text = TYPED[(name, key)]
    found = scenario(name).changes[(key, None)]
    assert found.op == "const"
    decimals = len(text.partition(".")[2])
    assert found.value == pytest.approx(float(text), abs=0.51 * 10.0**-decimals)


def test_an_estimate_within_a_formula():
    """Missing as failure: 32 of 95 with placebo, and PE by its odds ratio of 1.80 from there."""
    design = scenario_design(study(), [scenario("S07")])
    odds = 32 / 63 * 1.8
    assert design.columns[("p_total_pe", None)][0] == pytest.approx(odds / (1 + odds))


WEAKEST = {
    "S01": "derived",
    "S04": "assumption",
    "S05": "derived",
    "S05b": "assumption",
    "S11b": "assumption",
    "S58": "assumption",
    "S59": "retracted",
}


def test_the_weakest_status_is_in_the_table():
    table = scenario_table(study()).set_index("scenario")
    assert {name: table.loc[name, "weakest_status"] for name in WEAKEST} == WEAKEST


def drawn(name, draws=20_000):
    model, parameters, correlations = probabilistic_scenario(study(), scenario(name))
    design = ProbabilisticDesign(parameters, draws, 1, correlations=correlations)
    return model, design, design.block(0, draws)


def test_a_chosen_estimate_is_drawn_from_its_own_distribution():
    _, _, found = drawn("S08")
    effect = study().synthesis.estimates["mdma_v_pbo_phase23"].effect
    values = found[("lnor_mdma_v_pbo", None)]
    assert values.mean() == pytest.approx(effect.estimate, abs=4 * effect.se / math.sqrt(20_000))
    assert values.std() == pytest.approx(effect.se, rel=0.02)
    assert scenario("S08").distributions[("lnor_mdma_v_pbo", None)].kind == "normal"


def test_a_computed_quantity_becomes_one_that_is_drawn():
    model, design, found = drawn("S05", 400)
    assert {("p_total_mdma", None), ("p_total_pe", None)} <= found.keys()
    p = found[("p_total_pe", None)]
    assert p.std() > 0.08
    outcomes = evaluate(model, design)
    qaly = outcomes["qaly"].sum("source")
    gain = (qaly.sel(strategy="PE") - qaly.sel(strategy="UC")).values
    assert np.corrcoef(p, gain)[0, 1] > 0.5


def test_an_estimate_within_a_formula_is_drawn_too():
    _, design, found = drawn("S07", 500)
    assert ("estimate_pbo_lod_failure", None) in found
    assert ("p_total_pe", None) not in found  # computed from it in each draw
    assert ("lnor_pe_v_supportive", None) in design.varying


def test_correlations_follow_the_estimates_in_use():
    """Phase 2 adds control arms that the baseline doesn't have, so less is shared."""

    def rho(correlations):
        wanted = {("p_lod_comp_pbo", None), ("lnor_mdma_v_pbo", None)}
        return next(c.rho for c in correlations if {c.first, c.second} == wanted)

    base = rho(study().correlations)
    chosen = rho(probabilistic_scenario(study(), scenario("S08"))[2])
    assert base < chosen < 0


def test_a_distribution_in_a_cell():
    """Its mode in the deterministic run; drawn in a probabilistic one."""
    assert scenario("S11b").changes[("shrink_mdma", None)].value == 0.2
    table = scenario_table(study()).set_index("scenario")
    assert table.loc["S11b", "icer"] == pytest.approx(table.loc["S11", "icer"])
    _, _, found = drawn("S11b")
    values = found[("shrink_mdma", None)]
    # mean and variance of a triangular (a, c, b): (a + b + c) / 3 and (a2+b2+c2-ab-ac-bc) / 18
    assert values.mean() == pytest.approx(0.8 / 3, abs=0.004)
    assert values.var() == pytest.approx((0.36 + 0.04 - 0.12) / 18, rel=0.03)


def test_plain_scenarios_draw_as_the_base_case_does():
    model, parameters, correlations = probabilistic_scenario(study(), scenario("S10"))
    assert scenario("S10").own == ()
    assert correlations == study().correlations
    design = ProbabilisticDesign(parameters, 20, 1, correlations=correlations)
    base = ProbabilisticDesign(study().parameters, 20, 1, correlations=study().correlations)
    np.testing.assert_array_equal(
        design.block(0, 20)[("u_gain", None)], base.block(0, 20)[("u_gain", None)]
    )
    less = evaluate(model, design)["qaly"].sum("source").sel(strategy="MDMA-AT").values
    more = evaluate(study().model, base)["qaly"].sum("source").sel(strategy="MDMA-AT").values
    assert (less < more).mean() > 0.9


@pytest.fixture
def inputs(tmp_path):
    shutil.copytree(INPUTS, tmp_path / "inputs")
    return tmp_path / "inputs"


FAULTS = {
    "unknown estimate": (
        "lnor_mdma_v_pbo = estimate(mdma_v_pb)",
        "'mdma_v_pb' is not an estimate; did you mean mdma_v_pbo or",
    ),
    "unknown within a formula": ("d_pe = 2 * estimate(nobody)", "'nobody' is not an estimate"),
    "scale mix": (
        "p_total_pe = estimate(mdma_v_pbo)",
        "p_total_pe: the unit is 'probability', but the estimate 'mdma_v_pbo' is a log odds ratio; "
        "allowed are log odds ratio and odds ratio",
    ),
    "retracted": (
        "lnor_mdma_v_pbo = estimate(mdma_v_pbo_retracted)",
        "the estimate 'mdma_v_pbo_retracted' rests on retracted evidence (T065, T066); only a "
        "scenario with that status may use it",
    ),
    "too few numbers": (
        "shrink_mdma = triangular(0, 0.6)",
        "shrink_mdma: found 'triangular(0, 0.6)', allowed is triangular(low, mode, high)",
    ),
    "impossible distribution": (
        "shrink_mdma = uniform(0.6, 0.2)",
        "shrink_mdma: a uniform needs low <= high with low below high",
    ),
    "centre out of range": (
        "shrink_mdma = uniform(1, 3)",
        "shrink_mdma: found 2, allowed for a share is 0 to 1",
    ),
    "not a distribution": ("shrink_mdma = weibull(1, 2)", "'weibull' is not a function"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_message(inputs, name):
    changes, wanted = FAULTS[name]
    path = inputs / STUDY / "scenarios.csv"
    text = path.read_text(encoding="utf-8").rstrip("\n")
    row = text.count("\n") + 2
    path.write_text(f'{text}\nX1,a title,,"{changes}",,,,,derived\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_study(inputs / STUDY, inputs / JURISDICTION)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (row, "changes")
    assert wanted in fault.message


def test_base_case_is_untouched_by_scenarios():
    assert not [k for k in base_case(study().parameters).numbers if k[0].startswith("estimate_")]
