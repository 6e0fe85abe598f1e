"""The benchmark written by hand in NumPy: arrays run along draws, a block fits in cache.

SoC and A share one trace, B and AB the other; they are the two rows of each array. Coefficients
common to both are repeated so that every operation is contiguous. Occupancy carries its discount
factor along, so each cycle adds to the totals without a weight; the half weights at both ends
are the starting value and a final correction.
"""

import math
from functools import partial

import numpy as np

from benchmarks import data

DISCOUNT = 1.03


def evaluate(
    draws: data.Draws, mortality_rate: np.ndarray, block: int = 4096
) -> tuple[np.ndarray, np.ndarray]:
    """Discounted costs and QALYs, one row a draw and one column a strategy."""
    n = len(draws["r_HS1"])
    cost, qaly = np.empty((n, 4)), np.empty((n, 4))
    for start in range(0, n, block):
        rows = slice(start, start + block)
        part = {name: column[rows] for name, column in draws.items()}
        _reward(part, _state_years(part, mortality_rate), cost[rows], qaly[rows])
    return cost, qaly


def _state_years(d: data.Draws, mortality_rate: np.ndarray) -> np.ndarray:
    """Discounted years in H, S1 and S2, by trace and draw."""
    m = len(d["r_HS1"])
    hazard_ratio = -np.stack([d["hr_S1"], d["hr_S2"]])
    fall_ill = np.tile(-np.expm1(-d["r_HS1"]), (2, 1))
    stay_well = 1 - fall_ill
    recover = np.tile(-np.expm1(-d["r_S1H"]), (2, 1))
    worsen = -np.expm1(-np.stack([d["r_S1S2"], d["r_S1S2"] * d["hr_S1S2_trtB"]]))
    stay_ill = 1 - recover - worsen

    state = np.zeros((3, 2, m))
    state[0] = 1
    total = 0.5 * state
    healthy, sick, sicker = state
    survive = np.empty((2, m))
    survive_sick, survive_sicker = survive
    left, flow = np.empty((2, m)), np.empty((2, m))
    mul, add, exp = np.multiply, np.add, np.exp
    log_factor = -math.log(DISCOUNT)
    survive_healthy = np.exp(log_factor - mortality_rate).tolist()
    for rate, keep in zip(mortality_rate.tolist(), survive_healthy, strict=True):
        mul(hazard_ratio, rate, out=survive)
        add(survive, log_factor, out=survive)
        exp(survive, out=survive)
        mul(healthy, keep, out=healthy)
        mul(sick, survive_sick, out=left)
        mul(healthy, fall_ill, out=sick)
        mul(left, stay_ill, out=flow)
        add(sick, flow, out=sick)
        mul(healthy, stay_well, out=healthy)
        mul(left, recover, out=flow)
        add(healthy, flow, out=healthy)
        mul(sicker, survive_sicker, out=sicker)
        mul(left, worsen, out=flow)
        add(sicker, flow, out=sicker)
        add(total, state, out=total)
    state *= 0.5
    total -= state
    return total


def _reward(d: data.Draws, years: np.ndarray, cost: np.ndarray, qaly: np.ndarray) -> None:
    for trace, (healthy, sick, sicker) in enumerate(years.swapaxes(0, 1)):
        treated = sick + sicker
        base = d["c_H"] * healthy + d["c_S1"] * sick + d["c_S2"] * sicker
        if trace:
            base += d["c_trtB"] * treated
        untreated_quality = d["u_H"] * healthy + d["u_S2"] * sicker
        cost[:, 2 * trace] = base
        cost[:, 2 * trace + 1] = base + d["c_trtA"] * treated
        qaly[:, 2 * trace] = untreated_quality + d["u_S1"] * sick
        qaly[:, 2 * trace + 1] = untreated_quality + d["u_trtA"] * sick


check = partial(data.check, evaluate)
