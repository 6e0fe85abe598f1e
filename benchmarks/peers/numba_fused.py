"""The benchmark as one hand-fused numba loop: a draw's states stay in registers, two threads."""

import math
import time
from functools import partial

import numba
import numpy as np

from benchmarks import data

DISCOUNT = 1.03
THREADS = 2


@numba.njit(parallel=True, error_model="numpy")
def _kernel(
    columns: tuple[np.ndarray, ...],
    rate: np.ndarray,
    factor: float,
    cost: np.ndarray,
    qaly: np.ndarray,
) -> None:
    r_hs1, r_s1h, r_s1s2, hr_s1, hr_s2, hr_b = columns[:6]
    c_h, c_s1, c_s2, c_a, c_b, u_h, u_s1, u_s2, u_a = columns[6:]
    keep_h = np.exp(-rate) * factor
    for i in numba.prange(len(r_hs1)):
        ill = -math.expm1(-r_hs1[i])
        recover = -math.expm1(-r_s1h[i])
        worse = -math.expm1(-r_s1s2[i])
        worse_b = -math.expm1(-r_s1s2[i] * hr_b[i])
        well = 1.0 - ill
        same = 1.0 - recover - worse
        same_b = 1.0 - recover - worse_b
        h, s, z, hb, sb, zb = 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
        th, ts, tz, thb, tsb, tzb = 0.5, 0.0, 0.0, 0.5, 0.0, 0.0
        for t in range(len(rate)):
            keep_s = math.exp(-rate[t] * hr_s1[i]) * factor
            keep_z = math.exp(-rate[t] * hr_s2[i]) * factor
            x, y = h * keep_h[t], s * keep_s
            h, s, z = x * well + y * recover, x * ill + y * same, z * keep_z + y * worse
            x, y = hb * keep_h[t], sb * keep_s
            hb, sb, zb = x * well + y * recover, x * ill + y * same_b, zb * keep_z + y * worse_b
            th += h
            ts += s
            tz += z
            thb += hb
            tsb += sb
            tzb += zb
        th -= 0.5 * h
        ts -= 0.5 * s
        tz -= 0.5 * z
        thb -= 0.5 * hb
        tsb -= 0.5 * sb
        tzb -= 0.5 * zb
        base = c_h[i] * th + c_s1[i] * ts + c_s2[i] * tz
        cost[i, 0] = base
        cost[i, 1] = base + c_a[i] * (ts + tz)
        base = c_h[i] * thb + c_s1[i] * tsb + c_s2[i] * tzb + c_b[i] * (tsb + tzb)
        cost[i, 2] = base
        cost[i, 3] = base + c_a[i] * (tsb + tzb)
        base = u_h[i] * th + u_s2[i] * tz
        qaly[i, 0] = base + u_s1[i] * ts
        qaly[i, 1] = base + u_a[i] * ts
        base = u_h[i] * thb + u_s2[i] * tzb
        qaly[i, 2] = base + u_s1[i] * tsb
        qaly[i, 3] = base + u_a[i] * tsb


def evaluate(draws: data.Draws, mortality_rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Discounted costs and QALYs, one row a draw and one column a strategy."""
    numba.set_num_threads(min(THREADS, numba.config.NUMBA_NUM_THREADS))
    columns = tuple(np.ascontiguousarray(draws[name]) for name in data.PARAMETERS)
    n = len(columns[0])
    cost, qaly = np.empty((n, 4)), np.empty((n, 4))
    _kernel(columns, mortality_rate, 1 / DISCOUNT, cost, qaly)
    return cost, qaly


def compile_seconds() -> float:
    """Seconds of the first call in this process, nearly all of it compilation."""
    start = time.perf_counter()
    evaluate(data.draws(2, 0), data.mortality())
    return time.perf_counter() - start


check = partial(data.check, evaluate)
