"""Checks on probabilities and totals; errors name file, row, draw, strategy, cycle and move."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hecon.engine.arrays import Array
from hecon.engine.diagnosis import faulty_payoffs
from hecon.engine.graph import Node
from hecon.engine.model import Key, key_text
from hecon.engine.program import TOLERANCE, Program, Row
from hecon.errors import ModelError

#: Inputs that a message shows the values of.
MOST_SHOWN = 6


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
                raise _breach(row, node, float(found[t]), {}, None, cycle)


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


def check_totals(program: Program, totals: Array, columns: Mapping[Key, Array], first: int) -> None:
    """Stop at a total that is infinite or not a number."""
    if np.isfinite(totals).all():
        return
    outcome, strategy, draw = (int(i[0]) for i in np.nonzero(~np.isfinite(totals)))
    what = program.outcomes[outcome]
    values = {key: float(column[draw]) for key, column in columns.items()}
    origins, nodes = faulty_payoffs(program, outcome, strategy, values)
    found = totals[outcome, strategy, draw]
    raise ModelError(
        f"{what.kind} '{what.item}' is {found}, not a finite number{_with(nodes, values)}",
        place=_places(origins),
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
        given = {
            n.what: float(values[n.index][draw])
            for n in program.nodes
            if n.op == "parameter" and n.by_draw
        }
        raise _breach(row, node, float(found[draw]), given, first + draw, cycle)


def _breach(
    row: Row,
    node: Node,
    found: float,
    given: Mapping[Any, float],
    draw: int | None,
    cycle: int | None,
) -> ModelError:
    position = row.nodes.index(node)
    target = row.targets[position] if position < len(row.targets) else None
    where = "the initial distribution" if row.source is None else f"the row of {row.source}"
    message = _message(found, target is None, where) + _with([node], given)
    origins = row.origins if target is None else row.origins[position : position + 1]
    toward: dict[str, Any] = {"state" if row.source is None else "to": target, "from": row.source}
    coordinates = {"draw": draw, "strategy": row.strategy, "cycle": cycle, "from": None, **toward}
    return ModelError(message, place=_places(origins), **coordinates)


def _message(found: float, is_sum: bool, row: str) -> str:
    if is_sum:
        return f"{row} does not sum to one (off by {-found:.3g}); write 'rest' for its complement"
    if np.isnan(found):
        return f"a probability in {row} is not a number (a table without that age, or 0/0)"
    return f"a probability in {row} is {found:.6g}; allowed is 0 to 1"


def _places(origins: Sequence[str]) -> str:
    """Files and rows, each file once: `transitions.csv, rows 2, 3`."""
    rows: dict[str, list[str]] = {}
    for origin in dict.fromkeys(o for o in origins if o):
        file, _, row = origin.rpartition(", row ")
        rows.setdefault(file, []).append(row)
    return "; ".join(f"{f}, row{'s' * (len(r) > 1)} {', '.join(r)}" for f, r in rows.items())


def _with(nodes: Sequence[Node], given: Mapping[Any, float]) -> str:
    """Values of the varying inputs that nodes rest on, for a message."""
    stack, seen, found = list(nodes), set(), {}
    while stack:
        node = stack.pop()
        if node.index in seen:
            continue
        seen.add(node.index)
        stack += node.args
        if node.op == "parameter" and node.what in given:
            found[key_text(node.key)] = given[node.key]
    shown = [f"{name} = {found[name]:.6g}" for name in sorted(found)]
    more = [f"{len(shown) - MOST_SHOWN} more"] * (len(shown) > MOST_SHOWN)
    return f"; with {', '.join(shown[:MOST_SHOWN] + more)}" if shown else ""
