import itertools
import math

import numpy as np
import pandas as pd
import pytest
from independent_synthesis import NETWORKS, senn, symptom_contrasts, table
from scipy import optimize

from hecon.errors import InputError
from hecon.synthesis.bucher import indirect
from hecon.synthesis.contrasts import Contrasts, from_arms, from_differences
from hecon.synthesis.inconsistency import decomposition, side_split, side_splits
from hecon.synthesis.network import design, network
from hecon.synthesis.pooling import pool

METHODS = ("REML", "PM", "DL", "fixed")


def differences(*rows):
    columns = ["study", "treatment", "against", "estimate", "se"]
    return from_differences(pd.DataFrame(rows, columns=columns).assign(scale="SMD"))


A_C = [("s1", "A", "C", 1.3, 0.4), ("s2", "A", "C", 0.4, 0.3), ("s3", "A", "C", 0.9, 0.5)]
B_C = [("s4", "B", "C", 0.6, 0.25), ("s5", "B", "C", 0.5, 0.35)]
A_B = [("s6", "A", "B", 0.1, 0.3), ("s7", "A", "B", 0.9, 0.4)]


def pairwise(rows, **options):
    return pool([r[3] for r in rows], [r[4] ** 2 for r in rows], **options)


@pytest.mark.parametrize("method", METHODS)
def test_two_treatments_are_a_meta_analysis(method):
    rows = [*A_C, ("s8", "C", "A", 0.5, 0.2)]
    found = network(differences(*rows), "C", method=method)
    same = pairwise([*A_C, ("s8", "A", "C", -0.5, 0.2)], method=method)
    effect = found.effect("A", "C")
    assert effect.estimate == pytest.approx(same.estimate, rel=1e-11)
    assert effect.se == pytest.approx(same.se, rel=1e-11)
    for name in ("tau2", "q", "df", "p_q", "i2"):
        assert getattr(found, name) == pytest.approx(getattr(same, name), rel=1e-10, abs=1e-13)


def test_a_star_is_an_indirect_comparison():
    for tau2 in (0.0, 0.3):
        found = network(differences(*A_C, *B_C), "A", tau2=tau2)
        bucher = indirect(pairwise(A_C, tau2=tau2).effect, pairwise(B_C, tau2=tau2).effect)
        effect = found.effect("A", "B")
        assert effect.estimate == pytest.approx(bucher.estimate, rel=1e-12)
        assert effect.se == pytest.approx(bucher.se, rel=1e-12)


def test_netmeta_prints_the_same_of_the_diabetes_trials():
    # Rücker and Schwarzer's documentation of netmeta and decomp.design, Senn et al. 2013
    found = network(senn(), "Placebo", method="DL")
    assert (found.q, found.df) == (pytest.approx(96.99, abs=0.005), 18)
    assert found.tau2 == pytest.approx(0.1087, abs=5e-5)
    assert found.i2 == pytest.approx(0.814, abs=5e-4)
    split = decomposition(senn())
    assert (split.within.q, split.within.df) == (pytest.approx(74.46, abs=0.005), 11)
    assert (split.between.q, split.between.df) == (pytest.approx(22.53, abs=0.005), 7)
    assert split.between.p == pytest.approx(0.0021, abs=5e-5)
    assert split.tau2_within == pytest.approx(0.1442, abs=5e-5)
    random = split.between_random
    assert (random.q, random.df) == (pytest.approx(2.19, abs=0.005), 7)
    assert random.p == pytest.approx(0.9483, abs=5e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_restricted_likelihood_of_a_network_is_at_its_maximum(name):
    contrasts = NETWORKS[name]()
    x, y = design(contrasts), contrasts.estimate

    def deviance(tau2):
        variance = contrasts.covariance + tau2 * contrasts.heterogeneity
        solved = np.linalg.solve(variance, np.column_stack([x, y]))
        information = x.T @ solved[:, :-1]
        residual = y - x @ np.linalg.solve(information, x.T @ solved[:, -1])
        parts = np.linalg.slogdet(variance)[1] + np.linalg.slogdet(information)[1]
        return parts + residual @ np.linalg.solve(variance, residual)

    peer = optimize.minimize_scalar(
        deviance, bounds=(0, 3), method="bounded", options={"xatol": 1e-10}
    )
    found = network(contrasts, "PE")
    assert found.tau2 == pytest.approx(peer.x, abs=1e-5)
    assert deviance(found.tau2) <= peer.fun + 1e-10


@pytest.mark.parametrize("method", METHODS)
def test_the_common_arm_does_not_matter(method):
    """Three-arm trials turned to another common arm, from the definition of a difference."""
    contrasts = symptom_contrasts(clinician=True)
    turn = np.eye(len(contrasts.pairs))
    pairs = list(contrasts.pairs)
    turned = 0
    for block in contrasts.blocks:
        if len(block) == 2:
            i, j = block
            # a - c, b - c  becomes  b - a, c - a
            (a, c), (b, _) = pairs[i], pairs[j]
            turn[np.ix_(block, block)] = [[-1, 1], [-1, 0]]
            pairs[i], pairs[j] = (b, a), (c, a)
            turned += 1
    assert turned >= 4
    other = Contrasts(
        contrasts.scale,
        tuple(pairs),
        turn @ contrasts.estimate,
        turn @ contrasts.covariance @ turn.T,
    )
    one, two = (network(c, "PE", method=method) for c in (contrasts, other))
    np.testing.assert_allclose(one.estimate, two.estimate, atol=1e-11)
    np.testing.assert_allclose(one.covariance, two.covariance, atol=1e-11)
    assert (one.tau2, one.q) == (pytest.approx(two.tau2, abs=1e-11), pytest.approx(two.q))
    for pair in (("PE", "SUPPORTIVE"), ("PE", "CPT")):
        here, there = (side_split(c, *pair, method=method).difference for c in (contrasts, other))
        assert here.estimate == pytest.approx(there.estimate, abs=1e-10)
        assert here.se == pytest.approx(there.se, abs=1e-10)


def test_order_does_not_matter_to_the_bit():
    trials = table("trials")
    arms = trials[trials["study"].isin(["van den Berg 2015", "Rothbaum 2005", "Yehuda 2014"])]
    arms = arms.rename(
        columns={"treatment_class": "treatment", "events_lod": "events", "n_assessed": "n"}
    ).drop(columns="arm")
    found = [
        network(from_arms("log odds ratio", arms.sample(frac=1, random_state=seed)), "PE")
        for seed in range(4)
    ]
    for other in found[1:]:
        assert (other.estimate == found[0].estimate).all()
        assert (other.covariance == found[0].covariance).all()
        assert other.tau2 == found[0].tau2


def test_the_league_is_consistent():
    contrasts = symptom_contrasts(clinician=True)
    found = network(contrasts, "PE")
    other = network(contrasts, "WAITLIST")
    for a, b, c in itertools.permutations(found.treatments, 3):
        legs = found.effect(a, b).estimate + found.effect(b, c).estimate
        assert found.effect(a, c).estimate == pytest.approx(legs, abs=1e-13)
    for row in found.league().itertuples():
        effect = other.effect(row.treatment, row.against)
        assert effect.estimate == pytest.approx(row.estimate, abs=1e-13)
        assert effect.se == pytest.approx(row.se, abs=1e-13)
        assert found.effect(row.against, row.treatment).estimate == -row.estimate
        assert row.low < row.estimate < row.high
    assert np.all(found.covariance[found.treatments.index("PE")] == 0)
    direct = found.league().set_index(["treatment", "against"])["studies"]
    assert direct["MDMA-AT", "SUPPORTIVE"] == 2
    assert direct["MDMA-AT", "PE"] == 0
    assert direct["CPT", "PE"] == 2


def test_sides_of_a_triangle():
    """Direct: those studies pooled; indirect: the rest, as an indirect comparison."""
    contrasts = differences(*A_C, *B_C, *A_B)
    for tau2 in (0.0, 0.2):
        found = side_split(contrasts, "A", "B", tau2=tau2)
        direct = pairwise(A_B, tau2=tau2)
        others = indirect(pairwise(A_C, tau2=tau2).effect, pairwise(B_C, tau2=tau2).effect)
        assert found.direct.estimate == pytest.approx(direct.estimate, rel=1e-12)
        assert found.direct.se == pytest.approx(direct.se, rel=1e-12)
        assert found.indirect.estimate == pytest.approx(others.estimate, rel=1e-12)
        assert found.indirect.se == pytest.approx(others.se, rel=1e-12)
        assert found.difference.se == pytest.approx(math.hypot(direct.se, others.se))
        back = side_split(contrasts, "B", "A", tau2=tau2)
        assert back.direct.estimate == pytest.approx(-found.direct.estimate, rel=1e-12)
    every = side_splits(contrasts)
    assert every["difference"].abs().to_numpy() == pytest.approx(every["difference"].abs()[0])
    assert every["p"].to_numpy() == pytest.approx(every["p"][0])


def test_q_of_a_triangle():
    """Between designs: one loop, one degree of freedom, the squared z of its inconsistency."""
    contrasts = differences(*A_C, *B_C, *A_B)
    found = decomposition(contrasts)
    within = [pairwise(rows, method="fixed") for rows in (A_B, A_C, B_C)]
    assert found.designs["q"].to_numpy() == pytest.approx([w.q for w in within])
    assert found.within.q == pytest.approx(sum(w.q for w in within))
    assert found.total.q == pytest.approx(found.within.q + found.between.q)
    loop = side_split(contrasts, "A", "B", tau2=0.0).difference
    assert (found.between.q, found.between.df) == (
        pytest.approx((loop.estimate / loop.se) ** 2),
        1,
    )
    assert found.between.p == pytest.approx(loop.p)


def test_only_what_has_two_sides_is_split():
    contrasts = differences(*A_C, *B_C)
    assert side_splits(contrasts).empty
    with pytest.raises(InputError, match="A against C cannot be split"):
        side_split(contrasts, "A", "C")
    with pytest.raises(InputError, match="A against B cannot be split"):
        side_split(contrasts, "A", "B")


def test_a_network_that_falls_apart_names_its_parts():
    contrasts = differences(*A_C, ("s9", "D", "E", 0.2, 0.1))
    with pytest.raises(InputError, match="falls apart into 2 that no study joins: A, C; D, E"):
        network(contrasts, "C")


def test_what_a_network_does_not_have():
    found = network(differences(*A_C, *B_C), "C")
    with pytest.raises(InputError, match="'D' is not in the network; it has A, B, C"):
        found.effect("A", "D")
    with pytest.raises(InputError, match="'D' is not in the network"):
        network(differences(*A_C), "D")
    with pytest.raises(InputError, match="tau2 is -1; it must be 0 or above"):
        network(differences(*A_C), "C", tau2=-1.0)
    with pytest.raises(InputError, match="no study is left in the network"):
        network(differences(), "C")
