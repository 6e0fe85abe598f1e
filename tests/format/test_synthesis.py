"""Hazard ratios, mean differences and single arms, worked out by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tiny import FILES, faults, study

INPUTS = Path(__file__).parents[2] / "inputs"
ENTRY = (
    "study.toml",
    "[time]",
    '[synthesis]\nestimates = "estimates.csv"\narms = "trials.csv"\n'
    'effects = "effects.csv"\n[time]',
)
TRIALS = (INPUTS / "studies/mdd/trials.csv").read_text()
NOBODY = (
    TRIALS.splitlines()[1]
    .replace("M01", "Z1")
    .replace("Kvam 2025", "Zero")
    .replace(",12,12,9,9,", ",12,12,0,0,")
    .replace(",MDMA-AT,MDMA-AT,", ",none,NONE,")
)
EFFECTS = (
    "id,study,treat1,treat2,outcome,scale,estimate,ci_low,ci_high,status\n"
    "H1,One,A,C,death,HR,0.70,0.50,0.98,published\n"
    "H2,Two,A,C,death,HR,0.80,0.60,1.0666666666666667,published\n"
    "H3,Three,B,C,death,HR,0.90,0.75,1.08,published\n"
    "D1,Four,A,C,score,MD,-3.0,-5.0,-1.0,published\n"
    "R1,Five,A,C,falls,IRR,1.5,1.2,1.875,published\n"
    "P1,Six,C,,response,proportion,0.15,0.09,0.28,published\n"
)
ROWS = (
    "name,title,method,measure,outcome,treatments,use,rows,parts,tau2\n"
    "hr_1,one,reported,log hazard ratio,,A v C,,H1,,\n"
    "hr_2,two,reported,log hazard ratio,,A v C,,H2,,\n"
    "hr_3,three,reported,log hazard ratio,,B v C,,H3,,\n"
    "hr_all,both,pool of estimates,log hazard ratio,,A v C,,,hr_1; hr_2,fixed\n"
    "hr_ab,through C,indirect,log hazard ratio,,A v B,,,hr_all; hr_3,\n"
    "hr_net,network,network,log hazard ratio,,A v B,,,hr_1; hr_2; hr_3,fixed\n"
    "md,score,reported,mean difference,,A v C,,D1,,\n"
    "irr,falls,reported,log rate ratio,,C v A,,R1,,\n"
    "base,response,reported,probability,,C,,P1,,\n"
    "open,nine of twelve,pooled counts,probability,remission,MDMA-AT,base,,,\n"
    "group,a further arm,prediction,probability,remission,PSYCHEDELIC,class,,,DL\n"
    "between,shrunk,shrunk,probability,,,,,open; group,\n"
    "none,nobody of twelve,Jeffreys,probability,remission,NONE,,,,\n"
)
PARAMETERS = (
    FILES["parameters.csv"]
    .replace("value,", "estimate,value,", 1)
    .replace("extra,A,", "extra,A,,")
    .replace("extra,B,", "extra,B,,")
)


def loaded(folder, parameters="", estimates=ROWS):
    texts = {
        "parameters": PARAMETERS + parameters,
        "trials": TRIALS + NOBODY + "\n",
        "effects": EFFECTS,
        "estimates": estimates,
    }
    return study(folder, ENTRY, **texts)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("tiny")).synthesis.estimates


def se(low, high):
    return (math.log(high) - math.log(low)) / (2 * stats.norm.ppf(0.975))


def test_hazard_ratios_pairwise_indirect_and_by_network(made):
    precise = [1 / se(0.5, 0.98) ** 2, 1 / se(0.6, 1.0666666666666667) ** 2]
    mean = np.average(np.log([0.7, 0.8]), weights=precise)
    assert made["hr_all"].effect.estimate == pytest.approx(mean, rel=1e-12)
    assert made["hr_all"].effect.se == pytest.approx(sum(precise) ** -0.5, rel=1e-12)
    wanted = mean - math.log(0.9), math.hypot(sum(precise) ** -0.5, se(0.75, 1.08))
    for name in ("hr_ab", "hr_net"):
        found = made[name].effect
        assert (found.estimate, found.se) == pytest.approx(wanted, rel=1e-9), name
    assert made["hr_all"].natural[0] == pytest.approx(math.exp(mean))


def test_mean_differences_and_rate_ratios(made):
    assert made["md"].effect.estimate == -3
    assert made["md"].effect.se == pytest.approx(4 / (2 * stats.norm.ppf(0.975)))
    assert made["irr"].natural == pytest.approx((1 / 1.5, 1 / 1.875, 1 / 1.2))


def test_a_published_rate_with_an_interval_and_no_counts(made):
    assert made["base"].natural == pytest.approx((0.15, 0.09, 0.28))


def test_nobody_under_jeffreys_prior_is_a_beta(tmp_path):
    row = "p_none,all,none,,probability,,,,,,,,\n"
    found = loaded(tmp_path, row).parameters[-1]
    assert found.distribution.parameters == (0.5, 12.5)
    assert found.value == pytest.approx(0.5 / 13)
    assert (found.low, found.high) == pytest.approx(stats.beta(0.5, 12.5).ppf([0.025, 0.975]))


def test_a_class_predicts_its_next_arm_and_a_result_is_shrunk_to_it(made):
    """DerSimonian and Laird by hand; the depression study types the weight, as 0.57."""
    events, people = np.array([23, 13, 14]), np.array([79, 52, 26])
    logit, variance = np.log(events / (people - events)), 1 / events + 1 / (people - events)
    w = 1 / variance
    q = (w * (logit - np.average(logit, weights=w)) ** 2).sum()
    tau2 = (q - 2) / (w.sum() - (w**2).sum() / w.sum())
    w = 1 / (variance + tau2)
    mean, spread = np.average(logit, weights=w), tau2 + 1 / w.sum()
    group = made["group"]
    assert (group.effect.estimate, group.effect.se**2) == pytest.approx((mean, spread), rel=1e-9)
    half = stats.t(1).ppf(0.975) * math.sqrt(spread)
    assert (group.low, group.high) == pytest.approx((mean - half, mean + half), rel=1e-9)
    own = 1 / 9 + 1 / 3
    weight = own / (own + spread)
    assert weight == pytest.approx(0.57, abs=0.02)
    found = made["between"]
    wanted = (1 - weight) * math.log(3) + weight * mean
    assert found.effect.estimate == pytest.approx(wanted, rel=1e-9)
    assert found.effect.se == pytest.approx((1 / own + 1 / spread) ** -0.5, rel=1e-9)
    assert found.status == "assumption"


def test_parts_of_treatments_taken_as_one(tmp_path):
    rows = "".join(f"{line},\n" for line in ROWS.splitlines()[:6]).replace("tau2,", "tau2,merge")
    rows = rows.replace("A v C,,H2", "A v D,,H2").replace("hr_2,fixed,", "hr_2,fixed,D = C")
    effects = EFFECTS.replace("Two,A,C", "Two,A,D")
    texts = {"trials": TRIALS + NOBODY + "\n", "effects": effects, "parameters": PARAMETERS}
    found = study(tmp_path, ENTRY, estimates=rows, **texts).synthesis.estimates["hr_ab"]
    precise = [1 / se(0.5, 0.98) ** 2, 1 / se(0.6, 1.0666666666666667) ** 2]
    mean = np.average(np.log([0.7, 0.8]), weights=precise)
    assert found.effect.estimate == pytest.approx(mean - math.log(0.9), rel=1e-12)


OTHER_WAY = "'hr_1' is of A v C, this estimate of C v A"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("pool of estimates,log hazard", "pairwise,log hazard", "arms count no log hazard ratio"),
        ("open; group", "open; none", "the second must be the prediction of a class"),
        (
            "network,log hazard ratio,,A v B,,,hr_1; hr_2; hr_3",
            "network,log hazard ratio,,A v B,,,",
            "name the published effects",
        ),
        ("PSYCHEDELIC,class", "MDMA-AT,base", "1 arms can't tell how far arms differ"),
        ("estimates,log hazard ratio,,A v C", "estimates,log hazard ratio,,C v A", OTHER_WAY),
        ("hr_1; hr_2,fixed", "hr_1; hr_3,fixed", "'hr_3' is of B v C, this estimate of A v C"),
        ("hr_all; hr_3", "hr_all; hr_2", "needed for A v B are 'A v C' and 'B v C' with one C"),
        ("indirect,log hazard ratio,,A v B", "indirect,log hazard ratio,,B v A", "for B v A are"),
        ("hr_1; hr_2; hr_3", "hr_1; hr_all; hr_3", "'hr_1' and 'hr_all' share evidence (H1)"),
    ],
)
def test_what_cannot_be_made(tmp_path, old, new, text):
    assert old in ROWS
    texts = {"trials": TRIALS + NOBODY + "\n", "effects": EFFECTS, "parameters": PARAMETERS}
    rows = ROWS.replace(old, new, 1)
    if "open; none" in new:
        lines = rows.splitlines()
        rows = "\n".join([*lines[:-2], lines[-1], lines[-2]]) + "\n"
    found = faults(tmp_path, ENTRY, estimates=rows, **texts)
    assert any(text in fault for fault in found), found
