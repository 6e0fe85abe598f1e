"""The one function that runs a model: a design in, outcomes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import xarray as xr

from hecon.analyses.timings import Rows, Timing, timings
from hecon.engine.arrays import Array
from hecon.engine.cohort import Kernel
from hecon.engine.model import CohortModel
from hecon.engine.payoffs import PayoffSum
from hecon.engine.program import Program
from hecon.engine.runner import Runner
from hecon.errors import ModelError
from hecon.parameters.design import STRETCH, Design, TableDesign, row_label

#: Draws handled together: enough to hide Python's cost, few enough to share among workers.
BLOCK = STRETCH

#: Dimension along which each kind of outcome is split.
DIMS: dict[str, str | None] = {"cost": "item", "qaly": "source", "life_years": None}

#: Discounted totals by kind.
SUMMED = tuple(PayoffSum(kind, "", True) for kind in Runner.SUMMED)

Progress = Callable[[int, int], None]

_Options = ParamSpec("_Options")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class _Filled:
    """Outcomes of a whole design, filled block by block: nothing is ever copied whole.

    `arrays` holds, by kind and whether discounted, shape (strategy, item, draw).
    """

    items: dict[tuple[str, bool], list[str]]
    arrays: dict[tuple[str, bool], Array]

    @staticmethod
    def empty(model: CohortModel, outcomes: Sequence[PayoffSum], draws: int) -> _Filled:
        """Room for every outcome."""
        items: dict[tuple[str, bool], list[str]] = {
            (kind, discounted): [] for discounted in (True, False) for kind in DIMS
        }
        for outcome in outcomes:
            items[(outcome.kind, outcome.discounted)].append(outcome.item)
        strategies = len(model.strategies)
        return _Filled(
            items, {key: np.zeros((strategies, len(names), draws)) for key, names in items.items()}
        )

    def put(self, outcomes: Sequence[PayoffSum], rows: Rows | slice, totals: Array) -> None:
        """Store a block's totals, shape (outcome, strategy, draw)."""
        for outcome, values in zip(outcomes, totals, strict=True):
            key = (outcome.kind, outcome.discounted)
            self.arrays[key][:, self.items[key].index(outcome.item), rows] = values

    def dataset(self, model: CohortModel, summed: bool) -> xr.Dataset:
        """The outcomes as a dataset; sums have no items."""
        variables: dict[str, tuple[tuple[str, ...], Array]] = {}
        coords: dict[str, list[str]] = {"strategy": list(model.strategies)}
        for (kind, discounted), values in self.arrays.items():
            if summed and not discounted:
                continue
            name = kind if discounted else f"{kind}_undiscounted"
            dim = None if summed else DIMS[kind]
            if dim is None:
                variables[name] = (("strategy", "draw"), values[:, 0])
            else:
                variables[name] = (("strategy", dim, "draw"), values)
                coords[dim] = self.items[(kind, discounted)]
        return xr.Dataset(variables, coords=coords)


def naming_rows(
    run: Callable[Concatenate[CohortModel, Design, _Options], _Result],
) -> Callable[Concatenate[CohortModel, Design, _Options], _Result]:
    """Have errors name the design's row: the base case, a scenario, an end of a range, a draw."""

    @wraps(run)
    def named(
        model: CohortModel, design: Design, /, *args: _Options.args, **options: _Options.kwargs
    ) -> _Result:
        try:
            return run(model, design, *args, **options)
        except ModelError as error:
            draw = error.coordinates.get("draw", 0 if design.draws == 1 else None)
            label = row_label(design, int(str(draw))) if draw is not None else ""
            raise error.within(label) from None

    return named


@naming_rows
def evaluate(
    model: CohortModel,
    design: Design,
    *,
    workers: int = 1,
    block: int = BLOCK,
    progress: Progress | None = None,
    summed: bool = False,
) -> xr.Dataset:
    """Run a model for every row of a design.

    Args:
        design: Parameter values, one row a draw.
        workers: Threads that share the blocks; results do not depend on it.
        block: Draws handled together; results do not depend on it.
        progress: Called with the draws done and the draws in all.
        summed: True for discounted totals over items and sources, and nothing else: it needs the
            least time and memory.

    Returns:
        ``cost`` (strategy, item, draw), ``qaly`` (strategy, source, draw) and ``life_years``
        (strategy, draw), and the same undiscounted as ``..._undiscounted``; if `summed`, the first
        three without ``item`` and ``source``.

    Raises:
        ModelError: If the model breaks a rule; the message names draw, strategy, cycle and
            transition.

    Examples:
        >>> from hecon import evaluate, load_study
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> outcomes = evaluate(study.model, study.probabilistic(draws=100, seed=1))
        >>> dict(outcomes["qaly"].sum("source").sizes)
        {'strategy': 4, 'draw': 100}
    """
    halves = model.apart()
    if halves is not None:
        both = [
            evaluate(
                half,
                design,
                workers=workers,
                block=block,
                progress=_half(progress, position),
                summed=summed,
            )
            for position, half in enumerate(halves)
        ]
        return costs_and_effects(*both)
    filled: _Filled | None = None
    finished = 0
    for timing in timings(model, design):
        part = design if timing.rows is None else chosen_rows(design, timing.rows)
        runner = Runner(
            model,
            part.numbers,
            part.varying,
            timing.cycles,
            timing.cycle_months,
            part.draws,
            one_program=isinstance(part, TableDesign) and part.free,
            summed=summed,
        )
        outcomes = SUMMED if summed else runner.outcomes
        if filled is None:
            filled = _Filled.empty(model, outcomes, design.draws)
        spans = [(a, min(a + block, part.draws)) for a in range(0, part.draws, block)]

        def run(
            span: tuple[int, int],
            runner: Runner = runner,
            timing: Timing = timing,
            part: Design = part,
        ) -> tuple[Rows | slice, Array]:
            first, last = span
            try:
                found = runner.run(part.block(first, last), last - first, first)
            except ModelError as error:
                raise _renumbered(error, timing.rows) from None
            return slice(first, last) if timing.rows is None else timing.rows[first:last], found

        with ThreadPoolExecutor(workers) as pool:
            outputs = pool.map(run, spans) if workers > 1 else map(run, spans)
            for rows, totals in outputs:
                filled.put(outcomes, rows, totals)
                finished += totals.shape[2]
                if progress is not None:
                    progress(finished, design.draws)
    assert filled is not None
    return filled.dataset(model, summed)


def costs_and_effects(costs: xr.Dataset, effects: xr.Dataset) -> xr.Dataset:
    """Outcomes of the two halves of a model: costs of the first, all else of the second."""
    paid = costs[[str(name) for name in costs if str(name).startswith("cost")]]
    kept = effects.drop_vars([n for n in effects if str(n).startswith("cost")])
    return xr.merge([kept.drop_dims("item", errors="ignore"), paid], compat="no_conflicts")


def _half(progress: Progress | None, position: int) -> Progress | None:
    """Progress of one of two runs over the same draws."""
    if progress is None:
        return None
    return lambda done, draws: progress((position * draws + done) // 2, draws)


def chosen_rows(design: Design, rows: Rows) -> TableDesign:
    """Some rows of a design; what is the same in all of them is a common value."""
    columns = {key: column[rows] for key, column in design.block(0, design.draws).items()}
    same = {key: float(column[0]) for key, column in columns.items() if np.ptp(column) == 0}
    kept = {key: column for key, column in columns.items() if key not in same}
    free = isinstance(design, TableDesign) and design.free
    return TableDesign(len(rows), {**design.numbers, **same}, kept, free=free)


def _renumbered(error: ModelError, rows: Rows | None) -> ModelError:
    if rows is None or "draw" not in error.coordinates:
        return error
    return error.within(error.run, draw=int(rows[int(str(error.coordinates["draw"]))]))


@naming_rows
def base_traces(model: CohortModel, design: Design) -> xr.Dataset:
    """Occupancy for a design of few rows: ``share`` (strategy, cycle, state, draw).

    Sub-states of a state with memory are added up. ``year`` is the time since the start of each
    boundary between cycles.
    """
    (timing,) = timings(model, design)
    program = Program(model, design.numbers, design.varying, timing.cycles, timing.cycle_months)
    result = Kernel(program).run(design.block(0, design.draws), design.draws, keep_traces=True)
    months = np.broadcast_to(timing.cycle_months, timing.cycles)
    share = np.stack(
        [
            np.stack(
                [
                    result.traces[program.trace_of[s]][:, program.substates(state.name)].sum(axis=1)
                    for state in model.states
                ],
                axis=1,
            )
            for s in range(len(model.strategies))
        ]
    )
    return xr.Dataset(
        {"share": (("strategy", "cycle", "state", "draw"), share)},
        coords={
            "strategy": list(model.strategies),
            "state": [s.name for s in model.states],
            "cycle": np.arange(timing.cycles + 1),
            "year": ("cycle", np.r_[0.0, np.cumsum(months)] / 12.0),
        },
    )
