"""Global sensitivity: Sobol' indices and Morris screening of incremental net benefit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from hecon.analyses.base_case import threshold
from hecon.analyses.cube import CubeDesign, uncertain_groups, uncertain_or_refused
from hecon.analyses.evaluate import Progress
from hecon.analyses.pair import increments
from hecon.analyses.run import MissingResult, Run, result
from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError, ModelError
from hecon.parameters.distributions import Z
from hecon.studies.study import Study

#: From points in the unit cube, by dimension, to the result.
Evaluated = Callable[[Array], Array]

RESAMPLES = 200
#: Base samples and trajectories of a full run: enough for an order.
SAMPLES = 2**10
TRAJECTORIES = 50
#: What can be asked for.
METHODS = ("both", "sobol", "morris")
#: Morris steps over this share of each distribution: its ends may be infinite.
SPAN = (0.01, 0.99)
LEVELS = 4
#: Inputs below this share of the largest Morris effect are one group for Sobol' indices: each
#: explains less than about its square, one part in a hundred of what the largest does.
MINOR = 0.1
SCREENING = 20


def sobol_indices(
    groups: Mapping[str, Sequence[int]], run: Evaluated, samples: int, seed: int = 1
) -> pd.DataFrame:
    """Sobol' indices of a function on the unit cube.

    Args:
        groups: Dimensions of the cube by the group's name; every dimension in one group.
        run: Takes points of shape (rows, dimensions), gives the result of shape (rows,).
        samples: Base samples, a power of two; `run` sees samples * (groups + 2) rows. A single
            group is all there is: 1 and 1, without a run.

    Returns:
        One row a group: ``parameter``, ``first_order``, ``first_order_low``, ``first_order_high``,
        ``total``, ``total_low``, ``total_high`` (95 % by bootstrap).

    Notes:
        Saltelli et al. (2010), Computer Physics Communications 181:259. Points, estimates and
        bootstrap are SALib's, where a seed of 0 is none, so seeds are moved up by one. Estimates
        are not clipped to 0 and 1.
    """
    _check_samples(samples)
    if len(groups) == 1:
        # whatever varies is the group's doing
        return _everything(list(groups))
    result = run(saltelli_points(groups, samples, seed + 1))
    by_row = ((result - result.mean()) / (result.std() or 1.0)).reshape(samples, -1)
    a, mixed, b = by_row[:, 0], by_row[:, 1:-1].T, by_row[:, -1]
    again = np.random.default_rng(seed + 1).integers(samples, size=(samples, RESAMPLES))
    variance = np.var(np.concatenate([a, b])) or 1.0
    variances = np.var(np.concatenate([a[again], b[again]]), axis=0)
    variances[variances == 0.0] = 1.0

    def shares(name: str, parts: Array) -> dict[str, Array]:
        """Means of the parts, shape (groups, samples), as shares of the variance."""
        resampled = [part[again].mean(axis=0) / variances for part in parts]
        return _interval(name, parts.mean(axis=1) / variance, Z * np.std(resampled, axis=1, ddof=1))

    return pd.DataFrame(
        {
            "parameter": list(groups),
            **shares("first_order", b * (mixed - a)),
            **shares("total", 0.5 * (a - mixed) ** 2),
        }
    )


def saltelli_points(groups: Mapping[str, Sequence[int]], samples: int, seed: int) -> Array:
    """Points that Sobol' indices are estimated from, of shape (samples * (groups + 2), dimensions).

    For each base sample A, then A with the dimensions of one group after the other as in B, then
    B: both from one scrambled sequence. The same as SALib's, which puts them together one by one.
    """
    from scipy.stats import qmc

    count = sum(map(len, groups.values()))
    a, b = np.split(qmc.Sobol(2 * count, seed=seed).random(samples), 2, axis=1)
    points = np.repeat(a[:, None], len(groups) + 2, axis=1)
    for position, members in enumerate(groups.values(), start=1):
        points[:, position, members] = b[:, members]
    points[:, -1] = b
    return points.reshape(-1, count)


def _everything(names: list[str]) -> pd.DataFrame:
    """Indices of the only group there is."""
    ones = {
        f"{index}{end}": 1.0 for index in ("first_order", "total") for end in ("", "_low", "_high")
    }
    return pd.DataFrame({"parameter": names, **ones})


def morris_effects(
    groups: Mapping[str, Sequence[int]], run: Evaluated, trajectories: int, seed: int = 1
) -> pd.DataFrame:
    """Elementary effects of a function on the unit cube.

    Returns:
        One row a group: ``parameter``, ``mu_star`` (mean size of the change over the whole range),
        ``mu_star_low``, ``mu_star_high`` (95 % by bootstrap), ``mu`` (mean change) and ``sigma``
        (its spread: curvature and interaction); the last two are NaN for a group of several
        dimensions, whose directions are mixed.

    Notes:
        Morris (1991), Technometrics 33:161; Campolongo, Cariboni, Saltelli (2007), Environmental
        Modelling & Software 22:1509, by SALib.
    """
    from SALib.analyze import morris as morris_analysis
    from SALib.sample import morris as morris_sample

    problem = _problem(groups, SPAN)
    points = morris_sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed + 1)
    found = morris_analysis.analyze(
        problem, points, run(points), num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed + 1
    )
    single = [len(members) == 1 for members in groups.values()]
    return pd.DataFrame(
        {
            "parameter": list(groups),
            **_interval("mu_star", found["mu_star"], found["mu_star_conf"]),
            "mu": np.where(single, found["mu"], np.nan),
            "sigma": np.where(single, found["sigma"], np.nan),
        }
    )


def sobol(
    study: Study,
    threshold: float,
    samples: int = 2**13,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Sobol' indices of the study's incremental net benefit, the largest total first.

    Returns:
        The columns of `sobol_indices`, ``members`` (the inputs of a group, joined by `` + ``) and
        ``idle``. Inputs that never move the result get 0 without a run. Those whose Morris effect
        is below `MINOR` of the largest are sampled as one group, which has a row of its own: their
        indices are too small to tell apart, and each would cost as many rows as one that matters.
    """
    _check_samples(samples)
    groups, idle = _screened(study, threshold, seed, workers)
    run, positions = _runner(study, threshold, groups, workers)
    effect = morris_effects(positions, run, SCREENING, seed).set_index("parameter")["mu_star"]
    minor = [name for name in groups if effect[name] < MINOR * effect.max()]
    members = {name: name for name in groups if name not in minor}
    if len(minor) > 1:
        label = f"{len(minor)} minor inputs"
        groups = {name: groups[name] for name in members} | {
            label: [key for name in minor for key in groups[name]]
        }
        members[label] = " + ".join(minor)
    run, positions = _runner(study, threshold, groups, workers, progress)
    table = _with_idle(sobol_indices(positions, run, samples, seed), idle, "total")
    table.insert(1, "members", [members.get(name, name) for name in table["parameter"]])
    return table


def morris(
    study: Study,
    threshold: float,
    trajectories: int = 50,
    seed: int = 1,
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Morris screening of the study's incremental net benefit, the largest effect first."""
    if trajectories < 2:
        text = f"found {trajectories}, allowed is 2 or more"
        raise InputError([Fault("Morris effects", None, "trajectories", text)])
    groups, idle = _screened(study, threshold, seed, workers)
    run, positions = _runner(study, threshold, groups, workers, progress)
    return _with_idle(morris_effects(positions, run, trajectories, seed), idle, "mu_star")


def _check_samples(samples: int) -> None:
    if samples < 2 or samples & (samples - 1):
        text = f"found {samples}, allowed is a power of two (1024, 8192)"
        raise InputError([Fault("Sobol' indices", None, "samples", text)])


def _runner(
    study: Study,
    threshold: float,
    groups: Mapping[str, Sequence[Any]],
    workers: int,
    progress: Progress | None = None,
) -> tuple[Evaluated, dict[str, list[int]]]:
    keys = [key for members in groups.values() for key in members]
    positions = {name: [keys.index(key) for key in members] for name, members in groups.items()}

    def run(points: Array) -> Array:
        cube = {key: points[:, column] for column, key in enumerate(keys)}
        design = CubeDesign(study.parameters, cube, study.correlations)
        return increments(study, design, workers=workers, progress=progress).benefit(threshold)

    return run, positions


def _screened(
    study: Study, threshold: float, seed: int, workers: int
) -> tuple[dict[str, list[Any]], list[str]]:
    """Groups that move the result, and the names of those that never do.

    From three random points each group goes to both ends of its distribution.
    """
    uncertain_or_refused(study)
    groups = uncertain_groups(study)
    run, positions = _runner(study, threshold, groups, workers)
    count = sum(map(len, positions.values()))
    centres = np.random.Generator(np.random.PCG64DXSM(seed)).uniform(0.2, 0.8, (3, count))
    rows = list(centres)
    for members in positions.values():
        for centre in centres:
            for end in SPAN:
                moved = centre.copy()
                moved[members] = end
                rows.append(moved)
    result = run(np.array(rows))
    change = np.abs(result[3:].reshape(len(groups), 3, 2) - result[:3, None]).max(axis=(1, 2))
    if not change.max() > 0:
        text = "no uncertain input moves the result, so there is no sensitivity to share out"
        raise InputError([Fault(study.name, None, "distribution", text)])
    moves = change > 1e-9 * change.max()
    idle = [name for name, moved in zip(groups, moves, strict=True) if not moved]
    return {name: members for name, members in groups.items() if name not in idle}, idle


def _problem(groups: Mapping[str, Sequence[int]], bounds: tuple[float, float]) -> dict[str, Any]:
    owner = {column: name for name, members in groups.items() for column in members}
    count = len(owner)
    problem: dict[str, Any] = {
        "num_vars": count,
        "names": [f"x{column}" for column in range(count)],
        "bounds": [list(bounds)] * count,
    }
    if any(len(members) > 1 for members in groups.values()):
        problem["groups"] = [owner[column] for column in range(count)]
    return problem


def _interval(name: str, value: Array, half: Array) -> dict[str, Array]:
    """From the half width of 95 %."""
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def _with_idle(table: pd.DataFrame, idle: list[str], by: str) -> pd.DataFrame:
    table = table.sort_values(by, ascending=False, kind="stable")
    table["idle"] = False
    zeros = pd.DataFrame(0.0, index=range(len(idle)), columns=table.columns)
    zeros["parameter"], zeros["idle"] = idle, True
    return pd.concat([table, zeros], ignore_index=True) if idle else table.reset_index(drop=True)


@result("Sobol' indices", starts_from=(threshold,))
def sobol_table(run: Run) -> pd.DataFrame:
    """The rows of `sobol` at the threshold."""
    samples, told = run.option("samples", SAMPLES), run.telling("Sobol' indices")
    at, settings = run(threshold), run.settings
    _check_samples(samples)
    with _refusals():
        return sobol(run.study, at, samples, settings.seed, settings.workers, told)


@result("Morris screening", starts_from=(threshold,))
def morris_table(run: Run) -> pd.DataFrame:
    """The rows of `morris` at the threshold."""
    trajectories, told = run.option("trajectories", TRAJECTORIES), run.telling("Morris screening")
    at, settings = run(threshold), run.settings
    with _refusals():
        return morris(run.study, at, trajectories, settings.seed, settings.workers, told)


@result()
def sampled(run: Run) -> dict[str, pd.DataFrame]:
    """Tables of the methods asked for, by method; unavailable if one of them is."""
    method = run.option("method", METHODS[0])
    wanted = {"sobol": sobol_table, "morris": morris_table}
    return {name: run(r) for name, r in wanted.items() if method in (METHODS[0], name)}


@contextmanager
def _refusals() -> Iterator[None]:
    """What the model or the study refuses, as the reason why there is no result."""
    try:
        yield
    except ModelError as error:
        reason = f"the model refuses some of the points that would be sampled: {error}"
        raise MissingResult(reason) from error
    except InputError as error:
        raise MissingResult("; ".join(fault.message for fault in error.faults)) from error
