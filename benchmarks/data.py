"""Inputs of the speed benchmark: mortality, parameter draws and a reference to agree with."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

Draws = dict[str, np.ndarray]
Totals = tuple[np.ndarray, np.ndarray]

DATA = Path(__file__).parent / "data"
STRATEGIES = ("SoC", "A", "B", "AB")

GAMMA_SHAPE_SCALE = {
    "r_HS1": (30.0, 1 / 200),
    "r_S1H": (60.0, 1 / 120),
    "r_S1S2": (84.0, 1 / 800),
    "c_H": (100.0, 20.0),
    "c_S1": (177.8, 22.5),
    "c_S2": (225.0, 66.7),
    "c_trtA": (73.5, 163.3),
    "c_trtB": (86.2, 150.8),
}
LOGNORMAL = {
    "hr_S1": (math.log(3), 0.01),
    "hr_S2": (math.log(10), 0.02),
    "hr_S1S2_trtB": (math.log(0.6), 0.02),
}
BETA = {
    "u_H": (200.0, 3.0),
    "u_S1": (130.0, 45.0),
    "u_S2": (230.0, 230.0),
    "u_trtA": (300.0, 15.0),
}
PARAMETERS = (
    "r_HS1",
    "r_S1H",
    "r_S1S2",
    "hr_S1",
    "hr_S2",
    "hr_S1S2_trtB",
    "c_H",
    "c_S1",
    "c_S2",
    "c_trtA",
    "c_trtB",
    "u_H",
    "u_S1",
    "u_S2",
    "u_trtA",
)


def mortality() -> np.ndarray:
    """Yearly death rates at ages 25 to 99, one a cycle."""
    table = np.loadtxt(DATA / "mort_usa2015_25_99.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(table[:, 1])


def draws(n: int, seed: int) -> Draws:
    """`n` draws of each parameter; a shorter run with the same seed is a prefix of a longer one."""
    streams = np.random.SeedSequence(seed).spawn(len(PARAMETERS))
    return {
        name: _draw(name, n, np.random.default_rng(stream))
        for name, stream in zip(PARAMETERS, streams, strict=True)
    }


def _draw(name: str, n: int, rng: np.random.Generator) -> np.ndarray:
    if name in GAMMA_SHAPE_SCALE:
        return rng.gamma(*GAMMA_SHAPE_SCALE[name], size=n)
    if name in LOGNORMAL:
        return rng.lognormal(*LOGNORMAL[name], size=n)
    return rng.beta(*BETA[name], size=n)


@cache
def _reference() -> tuple[tuple[str, ...], np.ndarray]:
    path = DATA / "reference_200.csv.gz"
    table = np.genfromtxt(path, delimiter=",", names=True)
    names = table.dtype.names or ()
    return names, np.stack([table[name] for name in names])


def reference() -> tuple[Draws, np.ndarray, np.ndarray]:
    """200 draws with their costs and QALYs as other tools computed them."""
    names, columns = _reference()
    column = dict(zip(names, columns, strict=True))
    cost = np.stack([column[f"cost_{s}"] for s in STRATEGIES], axis=1)
    qaly = np.stack([column[f"qaly_{s}"] for s in STRATEGIES], axis=1)
    return {name: column[name].copy() for name in PARAMETERS}, cost, qaly


def check(evaluate: Callable[[Draws, np.ndarray], Totals], tolerance: float = 1e-9) -> float:
    """Largest relative difference from the reference; an error if it exceeds the tolerance."""
    given, *wanted = reference()
    found = evaluate(given, mortality())
    worst = 0.0
    for name, want, got in zip(("cost", "qaly"), wanted, found, strict=True):
        if got.shape != want.shape:
            raise AssertionError(f"{name} has shape {got.shape}, expected {want.shape}")
        worst = max(worst, float(np.max(np.abs(got / want - 1))))
    if not worst <= tolerance:
        raise AssertionError(f"differs from the reference by {worst:.3g} (relative)")
    return worst
