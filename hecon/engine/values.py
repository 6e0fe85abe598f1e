"""Values of single formulas for a design, without running a cohort."""

from collections.abc import Mapping, Sequence

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.graph import Graph, Node
from hecon.engine.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR, CohortModel, Key
from hecon.engine.operations import OPERATIONS
from hecon.errors import ModelError

#: The key of the cycles' numbers beside those of parameters.
_CYCLE: Key = ("cycle", None)

_FIXED = {"months_per_year": MONTHS_PER_YEAR, "weeks_per_year": WEEKS_PER_YEAR}


def formula_values(
    model: CohortModel,
    targets: Sequence[tuple[Expr, str | None]],
    numbers: Mapping[Key, float],
    columns: Mapping[Key, Array],
    *,
    cycle: Array | None = None,
) -> list[Array]:
    """Values of expressions that do not depend on the cycle.

    Args:
        targets: Expressions, each with the strategy it is read in.
        numbers, columns: Values of the parameters: common to all draws, and by draw.
        cycle: Numbers of the cycles that `cycle` stands for, of a shape that columns broadcast
            with; without them expressions may not use it.

    Returns:
        One array a target: a number, or where it varies the shape of columns and cycles.

    Raises:
        ModelError: If an expression depends on the cycle.
    """
    found = values_without_cycle(model, targets, numbers, columns, cycle=cycle)
    values = []
    for value, (expr, _) in zip(found, targets, strict=True):
        if value is None:
            raise ModelError(f"'{expr.text or expr.name}' depends on the cycle, which it must not")
        values.append(value)
    return values


def values_without_cycle(
    model: CohortModel,
    targets: Sequence[tuple[Expr, str | None]],
    numbers: Mapping[Key, float],
    columns: Mapping[Key, Array],
    *,
    cycle: Array | None = None,
) -> list[Array | None]:
    """Values as of `formula_values`, and None where an expression depends on time."""
    if cycle is not None:
        columns = {**columns, _CYCLE: cycle}
    varying = frozenset(columns)
    graph = Graph(model, varying, varying | frozenset(numbers))
    local = {"years_in_state": graph.add("time", what="years_in_state")}
    if cycle is not None:
        local["cycle"] = graph.add("parameter", what=_CYCLE)
    nodes = [graph.lower(expr, strategy, local=local) for expr, strategy in targets]
    values: dict[int, Array] = {}
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            if node.by_cycle:
                continue
            if node.what == "cycle_years":
                # what the length of a cycle rests on never asks for it
                months = formula_values(model, [(model.cycle_months, None)], numbers, columns)
                values[node.index] = months[0] / MONTHS_PER_YEAR
            elif node.op == "fixed":
                values[node.index] = np.asarray(_FIXED[str(node.what)])
            else:
                values[node.index] = _value(node, values, model, numbers, columns)
    return [None if n.by_cycle else values[n.index] for n in nodes]


def _value(
    node: Node,
    values: Mapping[int, Array],
    model: CohortModel,
    numbers: Mapping[Key, float],
    columns: Mapping[Key, Array],
) -> Array:
    match node.op:
        case "const":
            return np.asarray(node.what, dtype=float)
        case "parameter":
            key = node.key
            return columns[key] if key in columns else np.asarray(numbers[key], dtype=float)
        case "lookup":
            table, column = str(node.what).split(".")
            return model.tables[table].look_up(column, values[node.args[0].index])
        case op:
            args = [values[a.index] for a in node.args]
            return np.asarray(OPERATIONS[op].numpy(*args), dtype=float)
