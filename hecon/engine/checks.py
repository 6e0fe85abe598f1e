"""Checks on probabilities and totals; errors name draw, strategy, cycle and transition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hecon.engine.graph import Node
from hecon.engine.program import TOLERANCE, Program, Row
from hecon.errors import ModelError

Array = NDArray[np.float64]


def check_constant_rows(program: Program) -> None:
    """Stop at a probability that no draw changes and that is out of bounds."""
    for row in program.rows.values():
        for node in row.nodes:
            if node.by_draw:
                continue
            found = np.atleast_1d(np.asarray(program.constant_value(node)))
            first = 1 if node.by_cycle else 0
            bad = np.flatnonzero(_wrong(found[first:]))
            if bad.size:
                t = int(bad[0]) + first
                cycle = t if node.by_cycle else None
                raise _breach(program, row, node, float(found[t]), None, cycle)


def check_draw_rows(program: Program, values: list[Any], draws: int, first: int) -> None:
    """Stop at a probability that differs between draws and not between cycles."""
    for row in program.rows.values():
        for node in row.nodes:
            if node.by_draw and not node.by_cycle:
                _check(program, row, node, values, draws, first, None)


def find_breach(
    program: Program, compute: Callable[[int], None], values: list[Any], draws: int, first: int
) -> None:
    """Run the cycles again with `compute`, slowly, to name the first breach."""
    for t in range(1, program.cycles + 1):
        compute(t)
        for row in program.rows.values():
            for node in row.nodes:
                if node.by_draw and node.by_cycle:
                    _check(program, row, node, values, draws, first, t)
    raise AssertionError("a breach was seen but not found again")


def check_totals(program: Program, totals: Array, first: int) -> None:
    """Stop at a total that is infinite or not a number."""
    if np.isfinite(totals).all():
        return
    outcome, strategy, draw = (int(i[0]) for i in np.nonzero(~np.isfinite(totals)))
    what = program.outcomes[outcome]
    raise ModelError(
        f"{what.kind} '{what.item}' is {totals[outcome, strategy, draw]}, not a finite number",
        draw=first + draw,
        strategy=program.model.strategies[strategy],
    )


def _wrong(found: Array) -> NDArray[np.bool_]:
    # written so that NaN is wrong too
    return ~(found >= -TOLERANCE)


def _check(
    program: Program,
    row: Row,
    node: Node,
    values: list[Any],
    draws: int,
    first: int,
    cycle: int | None,
) -> None:
    found = np.broadcast_to(np.asarray(values[node.index]), (draws,))
    bad = np.flatnonzero(_wrong(found))
    if bad.size:
        draw = int(bad[0])
        raise _breach(program, row, node, float(found[draw]), first + draw, cycle)


def _breach(
    program: Program, row: Row, node: Node, found: float, draw: int | None, cycle: int | None
) -> ModelError:
    position = row.nodes.index(node)
    target = row.targets[position] if position < len(row.targets) else None
    where = "the initial distribution" if row.source is None else f"the row of {row.source}"
    message = _message(found, target is None, where)
    places = {"draw": draw, "strategy": row.strategy, "cycle": cycle, "from": row.source}
    return ModelError(message, **places, **{"state" if row.source is None else "to": target})


def _message(found: float, is_sum: bool, row: str) -> str:
    if is_sum:
        return f"{row} does not sum to one (off by {-found:.3g}); write 'rest' for its complement"
    if np.isnan(found):
        return f"a probability in {row} is not a number (a table without that age, or 0/0)"
    return f"a probability in {row} is {found:.6g}; allowed is 0 to 1"
