"""How a program is laid out for execution: steps, buffers, moves and running sums."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hecon.engine.arrays import Array
from hecon.engine.graph import Node
from hecon.engine.operations import OPERATIONS
from hecon.engine.program import Credit, Move, Program

#: Moves by destination: (target, [(source, node)]).
Plan = list[tuple[int, list[tuple[int, int]]]]


@dataclass(frozen=True)
class LoopStep:
    """One computation inside the loop over cycles."""

    apply: Callable[..., Any]
    args: tuple[int, ...]
    out: int
    choose: bool


@dataclass(frozen=True)
class OccupancySum:
    """A running sum of a whole trace's occupancy, weighted by a coefficient per cycle."""

    trace: int
    coefficient: list[float]
    credits: list[Credit]


@dataclass(frozen=True)
class LoopSum:
    """Running sums of a state's occupancy, or a transition's flow, times nodes of the loop."""

    trace: int
    state: int
    flow: tuple[int, int] | None
    loop: tuple[int, ...]
    coefficients: list[list[float]]
    credits: list[list[Credit]]


def running_sums(program: Program) -> tuple[list[OccupancySum], list[LoopSum]]:
    """Credits that need the same running sum share it."""
    plain: dict[object, OccupancySum] = {}
    loops: dict[object, LoopSum] = {}
    for credit in program.credits:
        coefficient = program.coefficient(credit)
        if credit.flow is None and not credit.loop:
            key = (credit.trace, coefficient.tobytes())
            fresh = OccupancySum(credit.trace, coefficient.tolist(), [])
            plain.setdefault(key, fresh).credits.append(credit)
            continue
        flow = None if credit.flow is None else (credit.flow.source, credit.flow.node.index)
        loop = tuple(n.index for n in credit.loop)
        group = loops.setdefault(
            (credit.trace, credit.state, flow, loop),
            LoopSum(credit.trace, credit.state, flow, loop, [], []),
        )
        series = coefficient.tolist()
        if series not in group.coefficients:
            group.coefficients.append(series)
            group.credits.append([])
        group.credits[group.coefficients.index(series)].append(credit)
    return list(plain.values()), list(loops.values())


def layout_step(program: Program, node: Node) -> LoopStep:
    """The computation of a node inside the loop."""
    args = tuple(a.index for a in node.args)
    if node.op == "lookup":
        table, column = str(node.what).split(".")
        return LoopStep(_look_up(program, table, column), args, node.index, False)
    choose = node.op == "if" and not node.args[0].by_draw
    return LoopStep(OPERATIONS[node.op].numpy, args, node.index, choose)


def _look_up(program: Program, table: str, column: str) -> Callable[..., Array]:
    def look_up(key: Array, out: object = None) -> Array:
        return program.model.tables[table].look_up(column, key)

    return look_up


def needed(loop: list[Node], roots: list[Node]) -> list[Node]:
    """Of the loop's nodes, those that something uses."""
    wanted = {r.index for r in roots}
    for node in reversed(loop):
        if node.index in wanted:
            wanted.update(a.index for a in node.args)
    return [n for n in loop if n.index in wanted]


def assign_buffers(loop: list[Node], roots: set[int]) -> tuple[dict[int, int], int]:
    """Assign loop nodes to as few buffers as their lifetimes allow, so that they stay in cache."""
    last: dict[int, int] = {}
    for position, node in enumerate(loop):
        for arg in node.args:
            last[arg.index] = position
    for root in roots:
        last[root] = len(loop)
    # a choice hands on one of its branches: they must live as long as it does
    for position in range(len(loop) - 1, -1, -1):
        node = loop[position]
        if node.op == "if":
            for arg in node.args:
                last[arg.index] = max(last[arg.index], last.get(node.index, position))
    assigned: dict[int, int] = {}
    free: list[int] = []
    count = 0
    expiring: dict[int, list[int]] = {}
    for position, node in enumerate(loop):
        if free:
            assigned[node.index] = free.pop()
        else:
            assigned[node.index] = count
            count += 1
        expiring.setdefault(last.get(node.index, position), []).append(assigned[node.index])
        free += expiring.pop(position, [])
    return assigned, count


def plan(moves: tuple[Move, ...], program: Program) -> Plan:
    """Moves by destination; moves that are never made are left out."""
    by_target: dict[int, list[tuple[int, int]]] = {i: [] for i in range(len(program.states))}
    for move in moves:
        if move.node.op == "const" and move.node.what == 0.0:
            continue
        by_target[move.target].append((move.source, move.node.index))
    return list(by_target.items())
