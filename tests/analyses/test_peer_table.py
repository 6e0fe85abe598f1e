"""One table of draws: the figures of BCEA, dampack and voi."""

import csv
import gzip
import math
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.frontier import frontier
from hecon.analyses.information import evppi
from hecon.analyses.probabilistic import decision

DATA = Path(__file__).parents[1] / "data"


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
    assert curve["k"] == peers["wtp"] == found["threshold"].values.tolist()
    exact = {"rtol": 0, "atol": 1e-9}
    np.testing.assert_allclose(found["probability_frontier"], curve["ceaf"], **exact)
    # BCEA's array holds one value a threshold here: the share of draws of the one that is best
    highest = np.ravel(curve["p_best_by_strategy"])
    np.testing.assert_allclose(found["probability_best"].max("strategy"), highest, **exact)
    names = np.array(found["strategy"])
    best = names[np.array(peers["bcea"]["best"]) - 1]
    assert found["best"].values.tolist() == best.tolist()
    turns = found["threshold"].values[1:][best[1:] != best[:-1]]
    assert turns.tolist() == peers["bcea"]["kstar"]


def test_whole_curves_and_losses_by_brute_force(found, peers):
    """What no peer's file holds in full, from the CSV, strategy by strategy and draw by draw."""
    names = ["SoC", "A", "B", "AB"]
    with gzip.open(DATA / "psa_table.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cost, effect = (
        {s: [float(r[f"{w}_{s}"]) for r in rows] for s in names} for w in ("cost", "qaly")
    )
    for k in peers["wtp"]:
        benefit = {s: [k * e - c for c, e in zip(cost[s], effect[s], strict=True)] for s in names}
        wins, losses = dict.fromkeys(names, 0), {s: [] for s in names}
        for draw in zip(*(benefit[s] for s in names), strict=True):
            top = max(draw)
            wins[names[draw.index(top)]] += 1
            for name, value in zip(names, draw, strict=True):
                losses[name].append(top - value)
        at = found.sel(threshold=k)
        for name in names:
            one = at.sel(strategy=name)
            assert float(one["probability_best"]) == pytest.approx(wins[name] / 10_000, abs=1e-9)
            loss = math.fsum(losses[name]) / 10_000
            assert float(one["expected_loss"]) == pytest.approx(loss, rel=1e-12, abs=1e-9)
        least = min(math.fsum(values) / 10_000 for values in losses.values())
        assert float(at["evpi"]) == pytest.approx(least, rel=0, abs=1e-9)


def test_incremental_benefit_is_that_of_bcea(found, peers):
    # BCEA's reference here is the last strategy
    gain = found["nmb"].sel(strategy="AB") - found["nmb"].sel(strategy=["SoC", "A", "B"])
    np.testing.assert_allclose(
        gain.transpose("threshold", "strategy"), peers["bcea"]["eib"], rtol=1e-12, atol=1e-9
    )


def means(table):
    return table.cost.mean(axis=1), table.effect.mean(axis=1)


def test_means_and_frontier_are_those_of_dampack(peer_table, peers):
    cost, effect = means(peer_table)
    for ours, theirs in ((cost, "cost"), (effect, "qaly")):
        wanted = [peers["means"][theirs][s] for s in peer_table.strategies]
        np.testing.assert_allclose(ours, wanted, rtol=1e-12)
    table = frontier(peer_table.strategies, cost, effect).set_index("strategy")
    for row in peers["icers_of_means"]:
        ours = table.loc[row["strategy"]]
        status = {"D": "dominated", "ED": "extendedly dominated", "ND": "on the frontier"}
        assert ours["status"] == status[row["status"]]
        for mine, column in (
            ("cost", "cost"),
            ("effect", "effect"),
            ("cost_difference", "inc_cost"),
            ("effect_difference", "inc_effect"),
            ("icer", "icer"),
        ):
            wanted = np.nan if row[column] is None else row[column]
            assert ours[mine] == pytest.approx(wanted, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.8])
def test_extended_dominance_by_brute_force(peer_table, share):
    """Beside peers' four, mixtures of the cheapest and the best: dear, dearer, and too dear."""
    cost, effect = means(peer_table)
    extra = np.array([1.0, 20_000.0, 120_000.0])
    cost = np.r_[cost, (1 - share) * cost[0] + share * cost[3] + extra]
    effect = np.r_[effect, np.repeat((1 - share) * effect[0] + share * effect[3], 3)]
    names = [*peer_table.strategies, "dear", "dearer", "too dear"]
    table = frontier(names, cost, effect).set_index("strategy")
    grid = np.linspace(0, 1e6, 400_001)
    winners = set((grid[:, None] * effect - cost).argmax(axis=1).tolist())
    kinds = set()
    for i, name in enumerate(names):
        beaten = (cost <= cost[i]) & (effect >= effect[i])
        beaten[i] = False
        wanted = "dominated" if beaten.any() else "extendedly dominated"
        wanted = "on the frontier" if i in winners else wanted
        assert table.loc[name, "status"] == wanted
        kinds.add(wanted)
    assert "extendedly dominated" in kinds


def test_expected_loss_is_evpi_and_what_the_mean_falls_short(found, peers):
    """The loss of the best strategy is the EVPI; of any other, also what its mean falls short."""
    for column, k in enumerate(peers["wtp"]):
        mean = np.array(
            [
                k * peers["means"]["qaly"][s] - peers["means"]["cost"][s]
                for s in found["strategy"].values
            ]
        )
        wanted = peers["bcea"]["evi"]["evi"][column] + mean.max() - mean
        # the peers' means are written with 15 digits, of amounts of millions
        np.testing.assert_allclose(found["expected_loss"][:, column], wanted, rtol=1e-9, atol=1e-7)


def test_evppi_is_that_of_voi(peer_table, peers):
    theirs = pd.DataFrame(peers["voi"]["evppi_gam_singles"])
    grid = np.unique(theirs["k"])
    ours = evppi(peer_table, grid)
    both = ours.merge(theirs, left_on=["set", "threshold"], right_on=["pars", "k"])
    assert len(both) == 18 * 4
    gap = (both["evppi_x"] - both["evppi_y"]).abs()
    assert (gap <= both["standard_error"] + 1e-9).all()
    assert (both["evppi_x"] <= both["evpi"] + 2 * both["standard_error"] + 1e-9).all()


def test_evppi_is_fast(peer_table, peers):
    # generous: the bound in the benchmarks is tighter
    start = time.perf_counter()
    evppi(peer_table, [50_000, 75_000, 100_000, 150_000])
    evppi(peer_table, peers["wtp"], {"pair": ["u_S1", "u_trtA"]})
    assert time.perf_counter() - start < 10
