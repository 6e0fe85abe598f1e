"""Which payoff makes a total that is no number: one draw worked out again, node by node."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hecon.engine.graph import Node
from hecon.engine.model import Key
from hecon.engine.operations import OPERATIONS
from hecon.engine.program import Program


def faulty_payoffs(
    program: Program, outcome: int, strategy: int, given: Mapping[Key, float]
) -> tuple[list[str], list[Node]]:
    """Origins and nodes of the payoffs of an outcome that are not finite in a draw.

    Where each is finite by itself, and only their product or sum overflows, all are named.
    """
    values = _node_values(program, given)
    found: list[tuple[bool, str, tuple[Node, ...]]] = []
    for credit in program.credits:
        if (credit.outcome, credit.strategy) == (outcome, strategy):
            nodes = (*credit.by_draw, *credit.loop, *credit.scale)
            found.append((_finite(program, nodes, values), credit.origin, nodes))
    for single in program.singles:
        if (single.outcome, single.strategy) == (outcome, strategy):
            found.append((_finite(program, (single.node,), values), single.origin, (single.node,)))
    wrong = [entry for entry in found if not entry[0]] or found
    return [origin for _, origin, _ in wrong], [n for _, _, nodes in wrong for n in nodes]


def _finite(program: Program, nodes: tuple[Node, ...], values: list[Any]) -> bool:
    """True if the product of nodes is finite in every cycle that counts."""
    product = np.ones(program.cycles + 1)
    with np.errstate(all="ignore"):
        for node in nodes:
            product = product * values[node.index]
    return bool(np.isfinite(product[0 if program.counting.points else 1 :]).all())


def _node_values(program: Program, given: Mapping[Key, float]) -> list[Any]:
    """Every node of a program in one draw: a number, or one a cycle 0..T."""
    values: list[Any] = []
    with np.errstate(all="ignore"):
        for node in program.nodes:
            if not node.by_draw:
                values.append(program.constant_value(node))
            elif node.op == "parameter":
                values.append(given[node.key])
            elif node.op == "lookup":
                table, column = str(node.what).split(".")
                values.append(program.model.tables[table].look_up(column, values[_of(node)]))
            else:
                args = [values[a.index] for a in node.args]
                values.append(OPERATIONS[node.op].numpy(*args) * 1.0)
    return values


def _of(node: Node) -> int:
    return node.args[0].index
