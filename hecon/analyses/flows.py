"""Flows by cycle: what every strategy costs, gains and uses in each cycle, and who is where."""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.base_case import base_design
from hecon.analyses.evaluate import DIMS, chosen_rows, costs_and_effects, naming_rows
from hecon.analyses.run import Run, result
from hecon.analyses.timings import Timing, timings
from hecon.engine.arrays import Array
from hecon.engine.flow_kernel import FlowKernel
from hecon.engine.model import CohortModel
from hecon.engine.program import Program
from hecon.parameters.design import Design
from hecon.studies.study import Study

#: The kind of outcome that a course's quantities are counted under, as costs and effects are.
COURSE = "course"

#: Kind of outcome, whether discounted, and dimension of each variable.
_VARIABLES: dict[str, tuple[str, bool, str | None]] = {
    **{kind: (kind, True, dim) for kind, dim in DIMS.items()},
    **{f"{kind}_undiscounted": (kind, False, dim) for kind, dim in DIMS.items()},
    COURSE: (COURSE, False, "quantity"),
}


@result("Flows by cycle")
def base_flows(run: Run) -> xr.Dataset:
    """Flows of the base case, see `flows`."""
    return flows(run.study, run(base_design))


@result()
def base_trace(run: Run) -> xr.Dataset:
    """Who is in which state in the base case, as `base_traces` says it."""
    found = run(base_flows)
    share = found["occupancy"].transpose("strategy", "cycle", "state", "draw")
    year = found["year"].isel(draw=0, drop=True)
    return xr.Dataset({"share": share.drop_vars(["draw", "year"], errors="ignore")}).assign_coords(
        year=year
    )


@result()
def courses(run: Run) -> pd.DataFrame:
    """Expected quantities of each strategy's courses, per person who starts the strategy.

    Returns:
        ``strategy``, ``quantity``, ``value``; no rows for a study without a course.
    """
    if run.study.course is None:
        return pd.DataFrame(columns=["strategy", "quantity", "value"])
    used = run(base_flows)[COURSE].isel(draw=0).sum("cycle")
    return used.to_series().rename("value").reset_index()


def flows(study: Study, design: Design) -> xr.Dataset:
    """What happens in each cycle, for a design of few rows.

    Returns:
        ``cost`` [draw, strategy, cycle, item], ``qaly`` [.., source] and ``life_years`` [draw,
        strategy, cycle], each with ``.._undiscounted``; ``course`` [.., quantity] of the treatment
        course; ``occupancy`` [.., state] at the end of the cycle. Cycle 0 is the start: it holds
        one-offs without a week and, where the counting rule takes points in time, the first point.
        ``year`` [draw, cycle] is the time since the start at the end of the cycle. Sums over cycles
        are the totals of `evaluate`. Where a row of the design ends before others, later cycles add
        nothing, and occupancy and year are not numbers.

    Raises:
        ModelError: As `evaluate` does.

    Examples:
        >>> from hecon import flows, load_study
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> by_cycle = flows(study, study.base_case()).isel(draw=0)
        >>> by_cycle["occupancy"].sum("state").sel(strategy="PE").round(9).values[-1].item()
        1.0
    """
    return model_flows(with_quantities(study), design)


def with_quantities(study: Study) -> CohortModel:
    """The study's model, with the quantities of its course as payoffs of their own kind."""
    if study.course is None:
        return study.model
    return replace(
        study.model,
        payoffs=(*study.model.payoffs, *study.course.counted(COURSE)),
    )


@naming_rows
def model_flows(model: CohortModel, design: Design) -> xr.Dataset:
    """The same of a model alone."""
    halves = model.apart()
    if halves is not None:
        return costs_and_effects(*(model_flows(half, design) for half in halves))
    parts = []
    for timing in timings(model, design):
        rows = np.arange(design.draws) if timing.rows is None else timing.rows
        part = design if timing.rows is None else chosen_rows(design, timing.rows)
        parts.append(_timed(model, part, timing).assign_coords(draw=rows))
    if len(parts) == 1:
        return parts[0]
    longest = max(parts, key=lambda part: part.sizes["cycle"])["cycle"]
    last = dict.fromkeys(("occupancy", "year"), np.nan)
    amounts = {str(name): 0.0 for name in parts[0].data_vars if name not in last}
    filled = [
        part.reset_coords("year").reindex(cycle=longest, fill_value={**amounts, **last})
        for part in parts
    ]
    return xr.concat(filled, "draw").set_coords("year").sortby("draw")


def _timed(model: CohortModel, design: Design, timing: Timing) -> xr.Dataset:
    """Flows of rows that share the number and length of cycles."""
    program = Program(model, design.numbers, design.varying, timing.cycles, timing.cycle_months)
    found = FlowKernel(program).flows(design.block(0, design.draws), design.draws)
    months = np.broadcast_to(timing.cycle_months, timing.cycles)
    year = np.r_[0.0, np.cumsum(months)] / 12.0
    frame = ("draw", "strategy", "cycle")
    coords: dict[str, object] = {
        "strategy": list(model.strategies),
        "state": [state.name for state in model.states],
        "cycle": np.arange(timing.cycles + 1),
        "year": (("draw", "cycle"), np.tile(year, (design.draws, 1))),
    }
    occupancy = [
        [
            found.traces[trace][:, program.substates(state.name)].sum(axis=1)
            for state in model.states
        ]
        for trace in program.trace_of
    ]
    variables: dict[str, tuple[tuple[str, ...], Array]] = {
        "occupancy": ((*frame, "state"), np.transpose(occupancy, (3, 0, 2, 1)))
    }
    for name, (kind, discounted, dim) in _VARIABLES.items():
        chosen = [
            i
            for i, o in enumerate(program.outcomes)
            if (o.kind, o.discounted) == (kind, discounted)
        ]
        values = found.amounts[chosen].transpose(3, 1, 2, 0)
        if dim is None:
            variables[name] = (frame, values[..., 0])
        else:
            variables[name] = ((*frame, dim), values)
            coords[dim] = [program.outcomes[i].item for i in chosen]
    return xr.Dataset(variables, coords=coords)
