"""Every row of the independent synthesis, from its own arms, to the digits it prints."""

import math

import numpy as np
import pytest
from independent_synthesis import MEASURES, arms, log_ratio, table

from hecon.synthesis.bucher import indirect
from hecon.synthesis.conversion import se_from_interval, smd_to_log_odds
from hecon.synthesis.effects import effects
from hecon.synthesis.estimate import Estimate
from hecon.synthesis.pooling import pool

RESULTS = table("synthesis_results")
REPORTED = table("reported_effects").set_index("id")

PHASE_3 = ["Mitchell 2021 (MAPP1)", "Mitchell 2023 (MAPP2)"]
PHASE_2_3 = [*PHASE_3, "Mithoefer 2018", "Ot'alora 2018", "Mithoefer 2011"]
DIAGNOSIS = ["van den Berg 2015", "Rothbaum 2005", "Yehuda 2014"]
OVER_TIME = "PE v PCT, Schnurr 2007, published over-time model"
CONVERTED_SET = "PE v supportive/PCT, PE arms only"

#: analysis and outcome -> two treatments, studies, column of events, column of n, time point
TWO_ARMS = {
    **{
        ("MDMA-AT v placebo+therapy, phase 3", outcome): (
            ("MDMA-AT", "PBO+THERAPY"), PHASE_3, events, n, None
        )
        for outcome, events, n in [
            ("loss of diagnosis, assessed", "events_lod", "n_assessed"),
            ("loss of diagnosis, missing=failure", "events_lod", "n_randomised"),
            ("remission (CAPS-5<=11), assessed", "events_remission", "n_assessed"),
            ("remission, missing=failure", "events_remission", "n_randomised"),
            ("response, assessed", "events_response", "n_assessed"),
            ("dropout (no CAPS-5 at 18 wk)", "dropout_n", "n_randomised"),
        ]
    },
    ("MDMA-AT v placebo/low dose, phase 2+3", "loss of diagnosis, assessed"): (
        ("MDMA-AT", "PBO+THERAPY"), PHASE_2_3, "events_lod", "n_assessed", None
    ),
    ("MDMA-AT v placebo/low dose, phase 2+3", "response, assessed"): (
        ("MDMA-AT", "PBO+THERAPY"), [*PHASE_2_3, "Oehen 2013"], "events_response", "n_assessed",
        None,
    ),
    **{
        (f"PE v PCT, Schnurr 2007, {when}", "loss of diagnosis ITT"): (
            ("PE", "SUPPORTIVE"), ["Schnurr 2007"], "events_lod", "n_assessed", when
        )
        for when in ("10 wk (post-treatment)", "3 months", "6 months")
    },
    ("PE v PCT, Schnurr 2007", "dropout"): (
        ("PE", "SUPPORTIVE"), ["Schnurr 2007"], "dropout_n", "n_randomised", None
    ),
    ("PE v waitlist/minimal", "loss of diagnosis, assessed"): (
        ("PE", "WAITLIST"), DIAGNOSIS, "events_lod", "n_assessed", None
    ),
    ("PE v waitlist/minimal incl. Resick 2002 (MEMORY)", "loss of diagnosis, assessed"): (
        ("PE", "WAITLIST"), [*DIAGNOSIS, "Resick 2002"], "events_lod", "n_assessed", None
    ),
    ("PE v waitlist/minimal", ">=50% fall, imputed"): (
        ("PE", "WAITLIST"),
        ["Foa 2005", "Fonzo 2017", "Reger 2016", "Wells 2015", "Foa 1991", "Foa 2018"],
        "events_response", "n_assessed", None,
    ),
    ("PE v TAU", ">=50% fall, imputed"): (
        ("PE", "TAU"), ["Asukai 2010", "Vera 2011", "Franklin 2017"],
        "events_response", "n_assessed", None,
    ),
}  # fmt: skip

#: analysis -> treatment, studies, column of events, column of n
ONE_ARM = {
    "PE absolute, verified/derived trials, missing=failure": (
        "PE", ["Schnurr 2007", *DIAGNOSIS], "events_lod", "n_randomised"
    ),
    "PE absolute, incl. MEMORY trials, missing=failure": (
        "PE", ["Schnurr 2007", *DIAGNOSIS, "Resick 2002", "Schnurr 2022"],
        "events_lod", "n_randomised",
    ),
    "waitlist/minimal absolute": (
        "WAITLIST",
        [*DIAGNOSIS, "Monson 2006", "Efendi 2020", "Bisson 2020", "Sloan 2012", "Zoellner 2017"],
        "events_lod", "n_assessed",
    ),
    "PE absolute": (
        "PE",
        ["Schnurr 2007", "Markowitz 2015", *DIAGNOSIS, "Resick 2002", "Asukai 2010", "Foa 1999",
         "Foa 2005", "Reger 2016", "Vera 2011", "Franklin 2017"],
        "dropout_n", "n_randomised",
    ),
}  # fmt: skip


def two_arms(analysis, outcome, scale, method="REML"):
    treatments, studies, events, n, when = TWO_ARMS[analysis, outcome]
    first, second = (arms(studies, t, timepoint=when) for t in treatments)
    counts = (first[events], first[n], second[events], second[n])
    found = effects(MEASURES[scale], *counts, studies=studies)
    return pool(found.estimate, found.variance, method=method)


def one_arm(analysis, method="REML"):
    treatment, studies, events, n = ONE_ARM[analysis]
    found = arms(studies, treatment)
    found = effects("logit", found[events], found[n], studies=studies)
    return pool(found.estimate, found.variance, method=method)


def reported(row):
    found = REPORTED.loc[row]
    given = (found["estimate"], found["ci_low"], found["ci_high"])
    if found["scale"] in ("SMD", "g"):
        return Estimate(given[0], se_from_interval(*given[1:]))
    return log_ratio(*given)


def foa_1991():
    # PSS-I 15.40 (11.09), 10 v 18.09 (7.13), 11: Hedges' g by hand, as the row says
    n_1, n_2, low, high = 10, 11, 15.40, 18.09
    sd = math.sqrt((9 * 11.09**2 + 10 * 7.13**2) / 19)
    g = (1 - 3 / (4 * 19 - 1)) * (high - low) / sd
    return Estimate(g, math.sqrt((n_1 + n_2) / (n_1 * n_2) + g**2 / (2 * (n_1 + n_2))))


def mixed_definitions():
    arms_1, arms_2 = (arms(["Markowitz 2015"], t) for t in ("PE", "SUPPORTIVE"))
    markowitz = effects(
        "log odds ratio", arms_1["events_response"], arms_1["n_assessed"],
        arms_2["events_response"], arms_2["n_assessed"],
    )  # fmt: skip
    others = [reported("R01"), smd_to_log_odds(foa_1991())]
    estimate = [*markowitz.estimate, *(e.estimate for e in others)]
    variance = [*markowitz.variance, *(e.se**2 for e in others)]
    return pool(estimate, variance)


def pe_arms_only():
    contrasts = table("nma_contrasts").set_index("contrast_id").loc[["C046", "C047"]]
    foa = foa_1991()
    return pool([*contrasts["g"], foa.estimate], [*contrasts["se"] ** 2, foa.se**2])


def same(row, estimate, se, tau2=None, i2=None):
    assert estimate == pytest.approx(row["estimate_link"], abs=0.51e-4)
    assert se == pytest.approx(row["se_link"], abs=0.51e-4)
    if tau2 is not None:
        assert tau2 == pytest.approx(row["tau2"], abs=0.51e-4)
    if i2 is not None:
        assert 100 * i2 == pytest.approx(row["I2"], abs=0.051)


def rows(kind):
    return [
        pytest.param(row, id=f"{row['analysis']}: {row['outcome']} {row['scale']}")
        for _, row in RESULTS.iterrows()
        if kind(row)
    ]


COUNTED = rows(lambda r: (r["analysis"], r["outcome"]) in TWO_ARMS)
ALONE = rows(lambda r: r["analysis"] in ONE_ARM)


def on_natural_scale(row, found):
    # its intervals reach 1.96 standard errors, rounded
    natural = (lambda x: 1 / (1 + math.exp(-x))) if row["scale"] == "logit" else math.exp
    figures = [natural(found.estimate + z * found.se) for z in (0, -1.96, 1.96)]
    printed = row[["estimate", "ci_low", "ci_high"]].to_numpy(float)
    np.testing.assert_allclose(figures, printed, rtol=0, atol=0.51e-4)


@pytest.mark.parametrize("row", COUNTED)
def test_two_arms(row):
    found = two_arms(row["analysis"], row["outcome"], row["scale"])
    same(row, found.estimate, found.se, found.tau2, found.i2)
    on_natural_scale(row, found)
    assert found.k == row["k"]
    by_moments = two_arms(row["analysis"], row["outcome"], row["scale"], "DL")
    assert by_moments.tau2 == pytest.approx(row["tau2_dl"], abs=0.51e-4)


@pytest.mark.parametrize("row", ALONE)
def test_one_arm(row):
    found = one_arm(row["analysis"])
    same(row, found.estimate, found.se, found.tau2, found.i2)
    on_natural_scale(row, found)
    assert one_arm(row["analysis"], "DL").tau2 == pytest.approx(row["tau2_dl"], abs=0.51e-4)


def result(analysis, outcome=None):
    found = RESULTS[RESULTS["analysis"] == analysis]
    return (found if outcome is None else found[found["outcome"] == outcome]).iloc[0]


def test_published_effects():
    over_time = reported("R01")
    same(result(OVER_TIME), over_time.estimate, over_time.se)
    cochrane = smd_to_log_odds(Estimate(reported("R02").estimate, reported("R02").se))
    same(
        result("TF-CBT v PCT, Cochrane 2019 SMD 0.32 (0.08-0.56) converted"),
        cochrane.estimate,
        cochrane.se,
    )
    dropout = reported("R03")
    same(result("TF-CBT v PCT, Cochrane 2019"), -dropout.estimate, dropout.se)


def test_mixed_definitions():
    row = result("PE v supportive/PCT/relaxation, mixed definitions")
    found = mixed_definitions()
    same(row, found.estimate, found.se, found.tau2, found.i2)


def test_symptom_sizes():
    found = pe_arms_only()
    same(result(CONVERTED_SET), found.estimate, found.se, found.tau2, found.i2)
    converted = smd_to_log_odds(found.effect)
    same(result(f"{CONVERTED_SET}, converted"), converted.estimate, converted.se)


PHASE_3_ASSESSED = ("MDMA-AT v placebo+therapy, phase 3", "loss of diagnosis, assessed", "lnOR")
SCHNURR = "PE v PCT, Schnurr 2007, {}"
ANCHORS = {
    "Schnurr over-time OR": lambda: reported("R01"),
    "Schnurr post-treatment": lambda: two_arms(
        SCHNURR.format("10 wk (post-treatment)"), "loss of diagnosis ITT", "lnOR").effect,
    "Schnurr 6 months": lambda: two_arms(
        SCHNURR.format("6 months"), "loss of diagnosis ITT", "lnOR").effect,
    "mixed-definition PE v active": lambda: mixed_definitions().effect,
    "Cochrane TF-CBT v PCT": lambda: smd_to_log_odds(reported("R02")),
    "PE-arm SMD converted": lambda: smd_to_log_odds(pe_arms_only().effect),
}  # fmt: skip


@pytest.mark.parametrize("row", rows(lambda r: r["analysis"] == "BUCHER MDMA-AT v PE"))
def test_indirect(row):
    which, anchor = row["outcome"].removeprefix("LOD: phase 3 ").split(" minus ")
    outcome = f"loss of diagnosis, {which}"
    mdma = two_arms("MDMA-AT v placebo+therapy, phase 3", outcome, "lnOR").effect
    found = indirect(mdma, ANCHORS[anchor]())
    same(row, found.estimate, found.se)
    on_natural_scale(row, found)


@pytest.mark.parametrize("row", rows(lambda r: r["analysis"].startswith("UNANCHORED")))
def test_unanchored(row):
    # it adds the two trials' arms up, as if they were one
    mdma = arms(PHASE_3, "MDMA-AT")
    together = effects("logit", mdma["events_lod"].sum(), mdma["n_randomised"].sum())
    mdma = pool(together.estimate, together.variance)
    memory = "MEMORY" in row["outcome"]
    name = "incl. MEMORY trials" if memory else "verified/derived trials"
    pe = one_arm(f"PE absolute, {name}, missing=failure")
    found = indirect(mdma.effect, pe.effect)
    same(row, found.estimate, found.se)
    assert pe.tau2 == pytest.approx(row["tau2"], abs=0.51e-4)


def test_no_row_is_left_out():
    named = {OVER_TIME, CONVERTED_SET, f"{CONVERTED_SET}, converted"}
    singles = RESULTS["analysis"].map(
        lambda a: (
            a in named
            or "Cochrane" in a
            or "mixed definitions" in a
            or a.startswith(("BUCHER", "UNANCHORED"))
        )
    )
    assert len(COUNTED) + len(ALONE) + singles.sum() == len(RESULTS) == 51
