"""Estimates: against an independent synthesis of the same files, and against hand calculations."""

import csv
import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.comparison import compare
from hecon.analyses.evaluate import evaluate
from hecon.engine.expression import parse
from hecon.engine.values import formula_values
from hecon.parameters.design import ProbabilisticDesign, base_case, base_values, rows
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"
STUDY, JURISDICTION = Path("studies", "ptsd"), Path("jurisdictions", "norway")
RESULTS = Path(__file__).parents[1] / "data" / "synthesis" / "synthesis_results.csv"

PHASE_3, SCHNURR = "MDMA-AT v placebo+therapy, phase 3", "PE v PCT, Schnurr 2007, "
#: Analysis, outcome and scale of the independent synthesis, by estimate.
INDEPENDENT = {
    "mdma_v_pbo": (PHASE_3, "loss of diagnosis, assessed", "lnOR"),
    "mdma_v_pbo_failure": (PHASE_3, "loss of diagnosis, missing=failure", "lnOR"),
    "mdma_v_pbo_remission": (PHASE_3, "remission (CAPS-5<=11), assessed", "lnOR"),
    "mdma_v_pbo_phase23": (
        "MDMA-AT v placebo/low dose, phase 2+3",
        "loss of diagnosis, assessed",
        "lnOR",
    ),
    "pe_v_pct": (SCHNURR + "published over-time model", "loss of diagnosis ITT", "lnOR"),
    "pe_v_pct_post": (SCHNURR + "10 wk (post-treatment)", "loss of diagnosis ITT", "lnOR"),
    "pe_v_pct_3m": (SCHNURR + "3 months", "loss of diagnosis ITT", "lnOR"),
    "pe_v_pct_6m": (SCHNURR + "6 months", "loss of diagnosis ITT", "lnOR"),
    "tfcbt_v_pct": (
        "TF-CBT v PCT, Cochrane 2019 SMD 0.32 (0.08-0.56) converted",
        "symptoms -> lnOR",
        "lnOR",
    ),
    "pe_v_supportive_symptoms": (
        "PE v supportive/PCT, PE arms only",
        "PTSD symptoms Hedges g",
        "g",
    ),
    "pe_v_supportive": (
        "PE v supportive/PCT, PE arms only, converted",
        "symptoms -> lnOR",
        "lnOR",
    ),
    "pe_lod": (
        "PE absolute, verified/derived trials, missing=failure",
        "loss of diagnosis",
        "logit",
    ),
    "pe_lod_assumed": (
        "PE absolute, incl. MEMORY trials, missing=failure",
        "loss of diagnosis",
        "logit",
    ),
    "waitlist_lod": ("waitlist/minimal absolute", "loss of diagnosis, assessed", "logit"),
    "tfcbt_dropout": ("TF-CBT v PCT, Cochrane 2019", "dropout", "lnRR"),
    "mdma_v_pe": (
        "BUCHER MDMA-AT v PE",
        "LOD: phase 3 assessed minus Schnurr over-time OR",
        "lnOR",
    ),
}


NETWORKS = {
    "network_clinician_symptoms": "g, clinician-rated only",
    "network_verified_symptoms": (
        "g, verified database contrasts only (PE-supportive indirect via waitlist)"
    ),
    "network_all_symptoms": "g, all incl. MDMA phase 2",
    "network_diagnosis": "LOD, verified/derived trials",
}


@cache
def study():
    return load_study(INPUTS / STUDY, INPUTS / JURISDICTION)


@cache
def independent():
    with RESULTS.open() as file:
        return {(r["analysis"], r["outcome"], r["scale"]): r for r in csv.DictReader(file)}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_independent_synthesis(name):
    """Estimate, standard error and tau2 as printed to four decimals."""
    found, wanted = study().synthesis.estimates[name], independent()[INDEPENDENT[name]]
    assert found.effect.estimate == pytest.approx(float(wanted["estimate_link"]), abs=5.1e-5)
    assert found.effect.se == pytest.approx(float(wanted["se_link"]), abs=5.1e-5)
    if found.pooled is not None:
        assert found.pooled.tau2 == pytest.approx(float(wanted["tau2"]), abs=5.1e-5)
    for end, column in zip(found.natural[1:], ("ci_low", "ci_high"), strict=True):
        # published intervals are kept as published: rounded there, not symmetric
        slack = 0.01 if found.method in ("reported", "converted") else 1.01e-4
        assert end == pytest.approx(float(wanted[column]), rel=slack, abs=2e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_independent_networks(name):
    """MDMA-AT against PE with tau2 and Q, from two programs of the independent synthesis."""
    with RESULTS.with_name("nma_results.csv").open() as file:
        (wanted,) = [
            r
            for r in csv.DictReader(file)
            if (r["network"], r["treat1"], r["treat2"]) == (NETWORKS[name], "MDMA-AT", "PE")
        ]
    found = study().synthesis.estimates[name]
    assert found.effect.estimate == pytest.approx(float(wanted["estimate_link"]), abs=5.1e-5)
    assert found.effect.se == pytest.approx(float(wanted["se_link"]), abs=5.1e-5)
    assert found.network.tau2 == pytest.approx(float(wanted["tau2_reml"]), abs=5.1e-5)
    assert found.network.q == pytest.approx(float(wanted["Q_total"]), abs=5.1e-3)
    assert len(found.network.contrasts.pairs) == int(wanted["n_contrasts"])


def parameter(name, of=None):
    return next(p for p in (of or study()).parameters if p.name == name)


def test_pooled_counts_are_a_beta_of_the_counts():
    found = parameter("p_lod_comp_pbo")
    assert found.value == 32 / 79
    assert found.distribution.kind == "beta"
    assert found.distribution.parameters == (32, 47)
    assert (found.low, found.high) == pytest.approx((0.300, 0.5145), abs=2e-4)
    assert parameter("d_mdma").distribution.parameters == (5, 94)
    assert parameter("d_pbo").distribution.parameters == (16, 79)


def test_a_ratio_is_normal_on_the_log_scale():
    """Two trials without heterogeneity: Woolf's log odds ratios, weighted by inverse variance."""
    cells = np.array([[28, 14, 12, 25], [37, 15, 20, 22]], float)
    effect = np.log(cells[:, 0] * cells[:, 3] / cells[:, 1] / cells[:, 2])
    weight = 1 / (1 / cells).sum(axis=1)
    mean, se = (weight * effect).sum() / weight.sum(), weight.sum() ** -0.5
    found = parameter("lnor_mdma_v_pbo")
    assert found.distribution.kind == "normal"
    assert (found.value, *found.distribution.parameters[1:]) == pytest.approx((mean, se))
    assert (found.low, found.high) == pytest.approx((mean - 1.959964 * se, mean + 1.959964 * se))


def test_a_pool_of_proportions_is_a_beta_by_moments():
    found = parameter("p_dropout_outcome")
    effect = study().synthesis.estimates["waitlist_lod"].effect
    p = 1 / (1 + math.exp(-effect.estimate))
    a, b = found.distribution.parameters
    assert found.value == pytest.approx(p)
    assert a / (a + b) == pytest.approx(p)
    assert math.sqrt(a * b / (a + b) ** 2 / (a + b + 1)) == pytest.approx(p * (1 - p) * effect.se)


def test_a_published_ratio_turned_round_is_lognormal():
    """Dropout 0.58 (0.49 to 0.69) of present-centred against trauma-focused therapy."""
    found = parameter("rr_dropout_pe")
    assert (found.value, found.low, found.high) == pytest.approx((1 / 0.58, 1 / 0.69, 1 / 0.49))
    sigma = (math.log(0.69) - math.log(0.49)) / (2 * 1.959964)
    assert found.distribution.kind == "lognormal"
    assert found.distribution.parameters == pytest.approx((-math.log(0.58), sigma))


def test_provenance():
    found = parameter("lnor_mdma_v_pbo")
    assert found.estimate == "mdma_v_pbo"
    assert found.source == "meta-analysis, trials.csv"
    assert found.evidence_ids == "E005, E006, E601, T001, T002, T003, T004"
    assert found.status == "derived"
    assert parameter("lnor_pe_v_supportive").status == "published"


STATUSES = {
    "pe_v_pct": "published",  # one published figure as it stands
    "tfcbt_v_pct": "derived",  # the same kind, converted
    "mdma_v_pe": "assumption",  # says so itself: two control arms are taken as alike
    "pe_v_supportive": "assumption",  # through two of its three parts
    "pe_lod_assumed": "assumption",
    "mdma_v_pbo_retracted": "retracted",
}


@pytest.mark.parametrize("name", STATUSES)
def test_the_weakest_status_shows(name):
    assert study().synthesis.estimates[name].status == STATUSES[name]


@pytest.fixture
def inputs(tmp_path):
    shutil.copytree(INPUTS, tmp_path / "inputs")
    return tmp_path / "inputs"


def edited(inputs, file, edits):
    """Change cells of a file: (row id, column, content)."""
    path = inputs / STUDY / file
    with path.open(newline="") as source:
        table = list(csv.DictReader(source))
    for row_id, column, content in edits:
        (row,) = [r for r in table if row_id in (r.get("row_id"), r.get("id"), r.get("name"))]
        row[column] = content
    with path.open("w", newline="") as target:
        writer = csv.DictWriter(target, table[0])
        writer.writeheader()
        writer.writerows(table)
    return inputs


def icer(of, **typed):
    changes = {(name, None): value for name, value in typed.items()}
    outcomes = evaluate(of.model, rows(base_values(of.parameters), [changes]))
    return compare(outcomes, "MDMA-AT", "PE").icer


def test_editing_arms_moves_the_decision(inputs):
    """Counts of one trial change; what follows is computed here by hand."""
    cells = [
        ("T001", "events_diagnosis_lost", "31"),
        ("T002", "events_diagnosis_lost", "10"),
        ("T002", "dropout_n", "9"),
        ("T002", "n_assessed", "35"),
        ("T027", "events_diagnosis_lost", "6"),
    ]
    edited(inputs, "trials.csv", cells)
    changed = load_study(inputs / STUDY, inputs / JURISDICTION)
    by_trial = [(31, 42, 10, 35), (37, 52, 20, 42)]
    effects = [math.log(a / (n - a) / (b / (m - b))) for a, n, b, m in by_trial]
    variances = [1 / a + 1 / (n - a) + 1 / b + 1 / (m - b) for a, n, b, m in by_trial]
    # two trials: Cochran's Q has one degree of freedom, and REML is (y1 - y2)^2 / 2 less the mean
    tau2 = max(0.0, (effects[0] - effects[1]) ** 2 / 2 - sum(variances) / 2)
    weights = [1 / (v + tau2) for v in variances]
    mean = sum(w * y for w, y in zip(weights, effects, strict=True)) / sum(weights)
    by_hand = {
        "p_lod_comp_pbo": 30 / 77,
        "lnor_mdma_v_pbo": mean,
        "d_pbo": 18 / 95,
        "d_mdma": 5 / 99,
    }
    for name, value in by_hand.items():
        assert parameter(name, changed).value == pytest.approx(value, rel=2e-6), name
    waitlist = parameter("p_dropout_outcome", changed).value
    assert waitlist > parameter("p_dropout_outcome").value
    assert parameter("p_uc_outcome", changed).value == waitlist
    # typed into the unedited study, the same figures give the same answer
    typed = {**by_hand, "p_dropout_outcome": waitlist, "p_uc_outcome": waitlist}
    assert icer(changed) == pytest.approx(icer(study(), **typed), rel=1e-5)
    assert icer(changed) < icer(study()) * 0.9


def test_an_estimate_may_choose_other_trials(inputs):
    edited(inputs, "estimates.csv", [("mdma_v_pbo", "use", "base; scenario")])
    changed = load_study(inputs / STUDY, inputs / JURISDICTION)
    assert parameter("lnor_mdma_v_pbo", changed).value == pytest.approx(1.2316, abs=5.1e-5)


# what estimates share


def rho(first, second, of=None):
    wanted = {(first, None), (second, None)}
    found = [c.rho for c in (of or study()).correlations if {c.first, c.second} == wanted]
    return found[0] if found else 0.0


def test_shared_arms_by_hand():
    """The pooled log odds of the control arms and the log odds ratio share -(1/32 + 1/47)."""
    variance = 1 / 32 + 1 / 47
    se = study().synthesis.estimates["mdma_v_pbo"].effect.se
    assert rho("p_lod_comp_pbo", "lnor_mdma_v_pbo") == pytest.approx(-math.sqrt(variance) / se)


def test_shared_arms_by_simulation():
    """Trials drawn again and again: the correlation of their two summaries is that of the copula.

    0.02 is about four Monte Carlo standard errors and the delta method's own error together.
    """
    generator = np.random.default_rng(5)
    arms = np.array([[28, 42], [12, 37], [37, 52], [20, 42]])
    n = arms[:, 1]
    drawn = generator.binomial(n, arms[:, 0] / n, (20_000, 4)).astype(float)
    lost, kept = drawn + 0.5, n - drawn + 0.5
    logit = np.log(lost / kept)
    variance = 1 / lost + 1 / kept
    effect, weight = logit[:, ::2] - logit[:, 1::2], 1 / (variance[:, ::2] + variance[:, 1::2])
    ratio = (weight * effect).sum(axis=1) / weight.sum(axis=1)
    baseline = np.log(lost[:, 1::2].sum(axis=1) / kept[:, 1::2].sum(axis=1))
    found = np.corrcoef(ratio, baseline)[0, 1]
    assert rho("p_lod_comp_pbo", "lnor_mdma_v_pbo") == pytest.approx(found, abs=0.02)


def test_draws_are_as_uncertain_as_the_arms_observed():
    """65 of 94 lost the diagnosis: the log odds have a standard error of 0.223, not 0.40."""
    observed = math.sqrt(1 / 65 + 1 / 29)
    model = study().model

    def spread(correlations):
        design = ProbabilisticDesign(study().parameters, 20_000, 1, correlations=correlations)
        target = [(parse("logit(p_comp_mdma)"), None)]
        (found,) = formula_values(model, target, design.numbers, design.block(0, 20_000))
        return float(found.std())

    assert spread(study().correlations) == pytest.approx(observed, rel=0.03)
    assert spread([]) > 1.7 * observed


def test_one_estimate_in_two_parameters_is_drawn_once():
    design = ProbabilisticDesign(study().parameters, 50, 1, correlations=study().correlations)
    drawn = design.block(0, 50)
    assert rho("p_dropout_outcome", "p_uc_outcome") == pytest.approx(1)
    np.testing.assert_array_equal(drawn[("p_dropout_outcome", None)], drawn[("p_uc_outcome", None)])


def test_counts_of_different_outcomes_share_nothing():
    assert rho("d_pbo", "p_lod_comp_pbo") == 0
    assert len(study().correlations) == 2


def test_loadings_make_up_the_variance():
    for found in study().synthesis.estimates.values():
        total = math.fsum(v * v for v in found.loadings.values())
        assert math.sqrt(total) == pytest.approx(found.effect.se, rel=1e-12), found.name


TWO_OF_ONE_NETWORK = """
name,title,method,measure,outcome,treatments,use,studies,timepoint,rating,statuses,merge,parts
n1,a,network,SMD,,MDMA-AT v WAITLIST,verified,,,,,PBO+THERAPY = SUPPORTIVE,
n2,b,network,SMD,,PE v WAITLIST,verified,,,,,PBO+THERAPY = SUPPORTIVE,
n3,c,network,SMD,,MDMA-AT v PE,verified,,,,,PBO+THERAPY = SUPPORTIVE,
n4,difference,indirect,SMD,,,,,,,,,n1; n2
a1,a,network,log odds ratio,OUT,MDMA-AT v WAITLIST,base; network,,,,,PBO+THERAPY = SUPPORTIVE,r1
a2,b,network,log odds ratio,OUT,PE v WAITLIST,base; network,,,,,PBO+THERAPY = SUPPORTIVE,r1
a3,c,network,log odds ratio,OUT,MDMA-AT v PE,base; network,,,,,PBO+THERAPY = SUPPORTIVE,r1
a4,difference,indirect,log odds ratio,,,,,,,,,a1; a2
"""


@pytest.mark.parametrize("kind", ["n", "a"])
def test_effects_of_one_network_share_its_covariance(inputs, kind):
    """The difference of two effects is as uncertain as the network says of the third."""
    path = inputs / STUDY / "estimates.csv"
    with path.open(newline="") as source:
        table = list(csv.DictReader(source))
    columns = list(table[0])
    text = TWO_OF_ONE_NETWORK.replace("OUT", "diagnosis_lost")
    added = list(csv.DictReader(text.strip().splitlines()))
    anchor = {"name": "r1", "title": "r", "method": "reported", "measure": "log odds ratio"}
    anchor |= {"treatments": "PE v SUPPORTIVE", "rows": "R01"}
    with path.open("w", newline="") as target:
        writer = csv.DictWriter(target, columns, restval="")
        writer.writeheader()
        writer.writerows([*table, anchor, *added])
    made = load_study(inputs / STUDY, inputs / JURISDICTION).synthesis.estimates
    one, two, third, difference = (made[f"{kind}{i}"] for i in (1, 2, 3, 4))
    assert difference.effect.estimate == pytest.approx(third.effect.estimate, rel=1e-9)
    assert difference.effect.se == pytest.approx(third.effect.se, rel=1e-9)
    assert difference.effect.se < 0.99 * math.hypot(one.effect.se, two.effect.se)


def test_the_base_case_does_not_rest_on_the_draws():
    numbers = base_case(study().parameters).numbers
    assert numbers[("p_dropout_outcome", None)] == numbers[("p_uc_outcome", None)]
