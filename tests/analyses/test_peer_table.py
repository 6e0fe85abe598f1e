"""One table of draws: the figures of BCEA, dampack and voi."""

import time

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.frontier import frontier
from hecon.analyses.information import evppi
from hecon.analyses.probabilistic import decision


@pytest.fixture(scope="module")
def found(peer_table, peers):
    wtp = np.array(peers["wtp"], dtype=float)
    return decision(peer_table.strategies, peer_table.cost, peer_table.effect, wtp)


def test_strategies_are_read_in_order(peer_table):
    assert peer_table.strategies == ("SoC", "A", "B", "AB")
    assert len(peer_table.parameters) == 18
    assert peer_table.draws == 10_000


def test_evpi_is_that_of_bcea_and_voi(found, peers):
    np.testing.assert_allclose(found["evpi"], peers["bcea"]["evi"]["evi"], rtol=0, atol=1e-9)
    voi = [row["evpi"] for row in peers["voi"]["evpi"]]
    np.testing.assert_allclose(found["evpi"], voi, rtol=0, atol=1e-9)


def test_acceptability_is_that_of_bcea(found, peers):
    curve = peers["bcea"]["ceac_multi"]
    assert found["probability_frontier"].values.tolist() == curve["ceaf"]
    assert found["probability_best"][0].values[:8].tolist() == [1.0] * 8
    names = np.array(found["strategy"])
    best = names[np.array(peers["bcea"]["best"]) - 1]
    assert found["best"].values.tolist() == best.tolist()


def test_incremental_benefit_is_that_of_bcea(found, peers):
    # BCEA's reference here is the last strategy
    gain = found["nmb"].sel(strategy="AB") - found["nmb"].sel(strategy=["SoC", "A", "B"])
    np.testing.assert_allclose(
        gain.transpose("threshold", "strategy"), peers["bcea"]["eib"], rtol=0, atol=1e-8
    )


def test_frontier_is_that_of_dampack(peer_table, peers):
    table = frontier(
        peer_table.strategies, peer_table.cost.mean(axis=1), peer_table.effect.mean(axis=1)
    ).set_index("strategy")
    for row in peers["icers_of_means"]:
        ours = table.loc[row["strategy"]]
        assert (ours["status"] == "dominated") == (row["status"] == "D")
        assert ours["cost"] == pytest.approx(row["cost"], rel=1e-12)
        if row["icer"] is not None:
            assert ours["icer"] == pytest.approx(row["icer"], rel=1e-9)


def test_expected_loss_by_hand(found, peer_table, peers):
    # the loss of the best strategy is the EVPI; of any other, also what its mean falls short
    at = peers["wtp"].index(100_000)
    loss = found["expected_loss"][:, at]
    means = 100_000 * peer_table.effect.mean(axis=1) - peer_table.cost.mean(axis=1)
    evpi = peers["bcea"]["evi"]["evi"][at]
    np.testing.assert_allclose(loss, evpi + means.max() - means, rtol=0, atol=1e-8)


def test_evppi_is_that_of_voi(peer_table, peers):
    theirs = pd.DataFrame(peers["voi"]["evppi_gam_singles"])
    grid = np.unique(theirs["k"])
    ours = evppi(peer_table, grid)
    both = ours.merge(theirs, left_on=["set", "threshold"], right_on=["pars", "k"])
    assert len(both) == 18 * 4
    gap = (both["evppi_x"] - both["evppi_y"]).abs()
    assert (gap <= 2 * both["standard_error"] + 1e-9).all()
    assert (both["evppi_x"] <= both["evpi"] + 2 * both["standard_error"] + 1e-9).all()


def test_evppi_is_fast(peer_table, peers):
    # generous: the bound in the benchmarks is tighter
    start = time.perf_counter()
    evppi(peer_table, [50_000, 75_000, 100_000, 150_000])
    evppi(peer_table, peers["wtp"], {"pair": ["u_S1", "u_trtA"]})
    assert time.perf_counter() - start < 10
