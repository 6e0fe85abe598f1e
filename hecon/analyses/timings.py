"""Rows of a design by the number and length of their cycles: each group is one program."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.engine.arrays import Array
from hecon.engine.model import CohortModel, Key
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import Design

Rows = NDArray[np.int64]

MAX_CYCLES = 20_000

#: Cycles of different length that are worked out together.
CYCLES_AT_ONCE = 500

#: Months of the horizon that may be left or missing.
SLACK = 1e-6


@dataclass(frozen=True)
class Timing:
    """Rows of a design that share the number and length of cycles.

    `cycle_months` is a number, or has shape (cycles,) where cycles differ; `rows` is None for
    all rows.
    """

    cycles: int
    cycle_months: float | Array
    rows: Rows | None


def timings(model: CohortModel, design: Design) -> list[Timing]:
    """The design's rows by number and length of cycles; most designs have one group.

    Raises:
        ModelError: If the cycles do not fill the horizon.
    """
    exprs = [(model.cycle_months, None), (model.horizon_years, None)]
    needed = model.rests_on(model.cycle_months, model.horizon_years)
    columns = {}
    if needed & {key[0] for key in design.varying}:
        columns = design.block(0, design.draws)
    if model.cycles_differ:
        return _uneven_timings(model, design, columns)
    months, years = formula_values(model, exprs, design.numbers, columns)
    with np.errstate(all="ignore"):
        cycles = np.atleast_1d(years * 12.0 / months)
        months = np.broadcast_to(np.atleast_1d(months), cycles.shape)
        whole = np.round(cycles)
        wrong = (
            ~(months > 0) | ~(whole >= 1) | ~(np.abs(cycles - whole) < 1e-6) | (whole > MAX_CYCLES)
        )
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ModelError(
            f"the horizon holds {cycles[row]:g} cycles of {months[row]:g} months; "
            f"allowed is a whole number from 1 to {MAX_CYCLES}",
            place=model.time_place,
            draw=row if cycles.size > 1 else None,
        )
    if cycles.size == 1:
        return [Timing(int(whole[0]), float(months[0]), None)]
    pairs = sorted(set(zip(whole.tolist(), months.tolist(), strict=True)))
    if len(pairs) == 1:
        return [Timing(int(pairs[0][0]), pairs[0][1], None)]
    return [Timing(int(n), m, np.flatnonzero((whole == n) & (months == m))) for n, m in pairs]


def _uneven_timings(model: CohortModel, design: Design, columns: dict[Key, Array]) -> list[Timing]:
    """The same where cycles differ in length: they follow each other until the horizon is full."""
    (years,) = formula_values(model, [(model.horizon_years, None)], design.numbers, columns)
    rows_in = design.draws if columns else 1
    left = np.broadcast_to(years * 12.0, rows_in)
    across = {key: column[:, None] for key, column in columns.items()}

    def refuse(row: int, text: str) -> ModelError:
        return ModelError(text, place=model.time_place, draw=row if rows_in > 1 else None)

    if not (np.isfinite(left) & (left > SLACK)).all():
        row = int(np.flatnonzero(~(np.isfinite(left) & (left > SLACK)))[0])
        raise refuse(row, f"the horizon is {left[row]:g} months; allowed is a number above 0")
    lengths: list[Array] = []
    while (left > SLACK).any():
        numbers = len(lengths) * CYCLES_AT_ONCE + np.arange(1.0, CYCLES_AT_ONCE + 1)
        targets = [(model.cycle_months, None)]
        (found,) = formula_values(model, targets, design.numbers, across, cycle=numbers)
        months = np.broadcast_to(found, (rows_in, CYCLES_AT_ONCE))
        with np.errstate(invalid="ignore"):
            ends = np.cumsum(months, axis=1)
            begun = np.hstack([np.zeros((rows_in, 1)), ends[:, :-1]])
            used = left[:, None] - begun > SLACK
            wrong = used & ~((months > 0) & (left[:, None] - ends > -SLACK))
        wrong[:, MAX_CYCLES - int(numbers[0]) + 1 :] |= used[:, MAX_CYCLES - int(numbers[0]) + 1 :]
        if wrong.any():
            at = int(np.flatnonzero(wrong.any(axis=0))[0])
            row = int(np.flatnonzero(wrong[:, at])[0])
            rest = left[row] - (ends[row, at - 1] if at else 0.0)
            raise refuse(
                row,
                f"cycle {numbers[at]:g} of {months[row, at]:g} months doesn't fit into the "
                f"horizon, which has {rest:g} months left; cycles must fill it, at most "
                f"{MAX_CYCLES}",
            )
        lengths.append(np.where(used, months, 0.0))
        left = left - lengths[-1].sum(axis=1)
    found, group = np.unique(np.hstack(lengths), axis=0, return_inverse=True)
    result = []
    for position, months in enumerate(found):
        rows = None if len(found) == 1 else np.flatnonzero(group == position)
        kept = months[months > 0]
        result.append(Timing(len(kept), kept, rows))
    return result
