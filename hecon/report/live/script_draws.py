"""The first draws of a run's probabilistic analysis, for a page that runs them again."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from hecon.analyses.run import Run
from hecon.analyses.scenarios import probabilistic_scenario
from hecon.engine.arrays import Array
from hecon.engine.loop import Positions
from hecon.engine.model import Key
from hecon.parameters.design import Correlation, ProbabilisticDesign, correlated
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import FIXED
from hecon.report.live.script_model import ScriptModel

#: Draws that a page holds.
MOST = 1_000

#: Share by which draws may differ that are the same.
ROUNDING = 1e-12

#: Inputs drawn together up to which every one of them may be fixed by itself.
TOGETHER = 3


def script_draws(run: Run, model: ScriptModel) -> dict[str, Any] | None:
    """Columns of draws, each once, and which of them an input has in the base case and in choices.

    Returns:
        ``count``; ``columns``, each `packed`; ``base``, pairs of an input's position and a column;
        ``choices``, the pairs that differ in each; ``alone``, columns of inputs drawn together with
        others once those are fixed: position, the others', column. None where nothing is drawn, or
        the draws come from a file.
    """
    if not run.study.uncertain or run.option("draws_from", ""):
        return None
    settings, study = run.settings, run.study
    count = min(MOST, settings.draws)
    pool: Positions[bytes] = Positions()
    first: dict[Key, Array] = {}

    def drawn(
        parameters: Sequence[Parameter], correlations: Sequence[Correlation]
    ) -> dict[Key, int]:
        design = ProbabilisticDesign(
            parameters, settings.draws, settings.seed, settings.method, correlations
        )
        block = design.block(0, count)
        found = {}
        for key, values in block.items():
            if key in used:
                known = first.setdefault(key, values)
                # drawn together or alone, the first of a group is the same but for rounding
                if values is not known and np.allclose(known, values, rtol=ROUNDING, atol=0.0):
                    values = known
                found[key] = pool.of(np.asarray(values, dtype="<f8").tobytes())
        return found

    used = set(model.keys.all)
    base = drawn(study.parameters, study.correlations)
    alone = [
        [model.keys.of(key), [model.keys.of(k) for k in gone], found[key]]
        for gone, parameters, correlations in _apart(study.parameters, study.correlations)
        for found in [drawn(parameters, correlations)]
        for key in found
        if found[key] != base.get(key)
    ]
    together = {key for keys, _ in correlated(study.correlations) for key in keys}
    choices: list[list[list[int]]] = []
    for choice in model.choices:
        if not choice.own and not together & choice.changes.keys():
            choices.append([])  # what it leaves alone is drawn as it was
            continue
        _, parameters, correlations = probabilistic_scenario(study, choice)
        own = drawn(parameters, correlations)
        choices.append([[model.keys.of(k), at] for k, at in own.items() if base.get(k) != at])
    return {
        "count": count,
        "columns": [packed(np.frombuffer(column)) for column in pool.all],
        "base": [[model.keys.of(k), at] for k, at in base.items()],
        "choices": choices,
        "alone": alone,
    }


def packed(values: Array) -> str:
    """Numbers of six bytes, as base64: the first 48 bits of a double, eleven digits, rounded."""
    whole = values.astype("<f8").view("<u8") + np.uint64(0x8000)
    return base64.b64encode(whole.view(np.uint8).reshape(-1, 8)[:, 2:].tobytes()).decode("ascii")


def _apart(
    parameters: Sequence[Parameter], correlations: Sequence[Correlation]
) -> Iterator[tuple[tuple[Key, ...], list[Parameter], list[Correlation]]]:
    """Every way to fix some of those that are drawn together: fewer first, so that more replace."""
    for keys, _ in correlated(correlations):
        if len(keys) > TOGETHER:
            continue
        for size in range(1, len(keys)):
            for gone in combinations(keys, size):
                yield (
                    gone,
                    [replace(p, distribution=FIXED) if p.key in gone else p for p in parameters],
                    [c for c in correlations if not {c.first, c.second} & {*gone}],
                )
