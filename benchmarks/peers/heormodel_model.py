"""The benchmark in heormodel's own terms: a `MarkovModel` run over a draw table by `run_psa`."""

from functools import partial

import numpy as np
import pandas as pd
from heormodel.models import CohortSpec, Intervention, MarkovModel
from heormodel.run import run_psa

from benchmarks import data

STATES = ("H", "S1", "S2", "D")


def _probability(rate: np.ndarray | float) -> np.ndarray | float:
    return -np.expm1(-rate)


def _specification(mortality_rate: np.ndarray, p: pd.Series, strategy: str) -> CohortSpec:
    on_a, on_b = "A" in strategy, "B" in strategy
    r_s1s2 = p["r_S1S2"] * (p["hr_S1S2_trtB"] if on_b else 1.0)
    p_hs1, p_s1h = _probability(p["r_HS1"]), _probability(p["r_S1H"])
    p_s1s2 = _probability(r_s1s2)
    die = _probability(mortality_rate)
    die_s1 = _probability(mortality_rate * p["hr_S1"])
    die_s2 = _probability(mortality_rate * p["hr_S2"])
    live, live_s1 = 1 - die, 1 - die_s1

    move = np.zeros((len(mortality_rate), 4, 4))
    move[:, 0, 0] = live * (1 - p_hs1)
    move[:, 0, 1] = live * p_hs1
    move[:, 0, 3] = die
    move[:, 1, 0] = live_s1 * p_s1h
    move[:, 1, 1] = live_s1 * (1 - p_s1h - p_s1s2)
    move[:, 1, 2] = live_s1 * p_s1s2
    move[:, 1, 3] = die_s1
    move[:, 2, 2] = 1 - die_s2
    move[:, 2, 3] = die_s2
    move[:, 3, 3] = 1

    treatment = (p["c_trtA"] if on_a else 0.0) + (p["c_trtB"] if on_b else 0.0)
    cost = np.array([p["c_H"], p["c_S1"] + treatment, p["c_S2"] + treatment, 0.0])
    effect = np.array([p["u_H"], p["u_trtA"] if on_a else p["u_S1"], p["u_S2"], 0.0])
    return CohortSpec(move, cost, effect)


def model(mortality_rate: np.ndarray) -> MarkovModel:
    """The model, ready for `run_psa`."""
    return MarkovModel(
        states=STATES,
        interventions=[
            Intervention("SoC", is_comparator=True),
            Intervention("A"),
            Intervention("B"),
            Intervention("AB"),
        ],
        transitions_and_rewards=partial(_specification, mortality_rate),
        n_cycles=len(mortality_rate),
        discount_rate=0.03,
        cycle_correction="half_cycle",
    )


def evaluate(
    draws: data.Draws, mortality_rate: np.ndarray, sequential: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Discounted costs and QALYs; by default on every core, as `run_psa` itself does."""
    index = pd.RangeIndex(len(draws["r_HS1"]), name="iteration")
    table = pd.DataFrame(draws, index=index)
    outcomes = run_psa(model(mortality_rate), table, sequential=sequential, progress=False).outcomes
    strategies = list(data.STRATEGIES)
    return (
        outcomes.costs_wide()[strategies].to_numpy(),
        outcomes.effects_wide()[strategies].to_numpy(),
    )


check = partial(data.check, evaluate)
