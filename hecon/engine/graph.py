"""Expressions become a graph in which every distinct computation exists once.

Each node knows what it varies over: draws, cycles, both or neither. The kernel then evaluates it
once at the smallest shape it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from hecon.engine.expression import Expr
from hecon.engine.model import FIXED_NAMES, TIME_NAMES, CohortModel, Key, key_text
from hecon.errors import ModelError


@dataclass(eq=False, slots=True)
class Node:
    """One computation. `what` holds a constant's value, a parameter's key or a table column."""

    index: int
    op: str
    args: tuple[Node, ...]
    what: object
    by_draw: bool
    by_cycle: bool

    @property
    def key(self) -> Key:
        """The key of a parameter's node."""
        return cast(Key, self.what)

    @property
    def number(self) -> float:
        """The value of a constant's node."""
        return cast(float, self.what)


class UndefinedName(KeyError):
    """A formula uses a name that nothing defines."""

    def __init__(self, name: str, strategy: str | None):
        self.name, self.strategy = name, strategy
        super().__init__(name)


class Circular(ValueError):
    """Formulas that need each other."""

    def __init__(self, path: list[str]):
        self.path = path
        super().__init__(" -> ".join(path))


class Graph:
    """Nodes in the order they can be computed, without duplicates.

    Args:
        model: Supplies formulas, tables and the keys of the parameters.
        varying: Keys whose values differ between draws; all others are single numbers.
        given: Keys whose values a design supplies although the model has a formula for them.
    """

    def __init__(self, model: CohortModel, varying: frozenset[Key], given: frozenset[Key]):
        self.model = model
        self.varying = varying
        self.given = given
        self.nodes: list[Node] = []
        self._known: dict[object, Node] = {}
        self._resolved: dict[object, Node] = {}
        #: Nodes of expressions, by identity, where names mean the same.
        self._lowered: dict[object, dict[int, tuple[Expr, Node]]] = {}
        self._rests: dict[Key, set[str]] = {}
        self._open: list[tuple[Key, str | None]] = []
        self._cycles_differ = model.cycles_differ

    def add(self, op: str, *args: Node, what: object = None) -> Node:
        """The node of an operation, made if it does not exist yet."""
        identity = (op, what, args)
        node = self._known.get(identity)
        if node is None:
            by_draw, by_cycle = op == "parameter" and what in self.varying, op == "time"
            for arg in args:
                by_draw, by_cycle = by_draw or arg.by_draw, by_cycle or arg.by_cycle
            node = Node(len(self.nodes), op, args, what, by_draw, by_cycle)
            self.nodes.append(node)
            self._known[identity] = node
        return node

    def constant(self, value: float) -> Node:
        """The node of a number."""
        return self.add("const", what=float(value))

    def cycle_years(self) -> Node:
        """The length of a cycle: one number, or one a cycle."""
        return self.add("time" if self._cycles_differ else "fixed", what="cycle_years")

    def total(self, parts: list[Node]) -> Node:
        """The sum of nodes, 0 for none."""
        if not parts:
            return self.constant(0.0)
        result = parts[0]
        for part in parts[1:]:
            result = self.add("add", result, part)
        return result

    def lower(
        self,
        expr: Expr,
        strategy: str | None,
        *,
        counted: bool = False,
        local: dict[str, Node] | None = None,
    ) -> Node:
        """The node of an expression.

        Args:
            counted: True for payoffs: times are those at which a cycle is counted.
            local: Meanings of names that hold only here (time in state, columns of a session).
        """
        local = local or {}
        known = self._lowered.setdefault((strategy, counted, *local.items()), {})
        # what holds none of these names means the same whatever they mean
        shared = self._lowered.setdefault((strategy, counted, None, *local), {})

        def lowered(expr: Expr) -> Node:
            op = expr.op
            if op == "const":
                return self.constant(expr.value)
            if op == "name":
                return self._name(expr.name, strategy, counted, local)
            identity = id(expr)
            found = shared.get(identity) or known.get(identity)
            if found is not None:
                return found[1]
            args = [lowered(arg) for arg in expr.args]
            if op == "lookup" and expr.name.split(".")[0] not in self.model.tables:
                raise UndefinedName(expr.name, strategy)
            node = self.add(op, *args, what=expr.name or None)
            alike = not local or not any(
                self._is_local(arg, strategy, local, shared) for arg in expr.args
            )
            (shared if alike else known)[identity] = (expr, node)
            return node

        return lowered(expr)

    def _is_local(
        self,
        expr: Expr,
        strategy: str | None,
        local: dict[str, Node],
        shared: dict[int, tuple[Expr, Node]],
    ) -> bool:
        """Whether an expression whose parts have nodes means something else elsewhere."""
        if expr.op == "const":
            return False
        if expr.op != "name":
            return id(expr) not in shared
        if expr.name in local or expr.name == "age":
            return True
        key = self.model.resolve(expr.name, strategy)
        if key is None or key in self.model.parameter_set or key in self.given:
            return False
        return not self._rests_on(key).isdisjoint(local)

    def _name(self, name: str, strategy: str | None, counted: bool, local: dict[str, Node]) -> Node:
        if name in local:
            return local[name]
        if name == "cycle_years":
            return self.cycle_years()
        if name in FIXED_NAMES:
            return self.add("fixed", what=name)
        if name in ("cycle", "discount_time"):
            return self.add("time", what=name)
        if name == "year":
            return self.add("time", what="counted_year" if counted else "year")
        if name == "age" and self.model.start_age is not None:
            start = self.lower(self.model.start_age, strategy)
            return self.add("add", start, self._name("year", strategy, counted, local))
        key = self.model.resolve(name, strategy)
        if key is None and name in TIME_NAMES:
            raise ModelError(f"'{name}' is used where it has no meaning", strategy=strategy)
        if key is None:
            raise UndefinedName(name, strategy)
        if key in self.model.parameter_set or key in self.given:
            return self.add("parameter", what=key)
        # what another strategy's quantity is made of is read in that strategy
        strategy = key[1] or strategy
        if local:
            rests = self._rests_on(key)
            local = {name: node for name, node in local.items() if name in rests}
        identity = (key, strategy, counted, *((n, node.index) for n, node in local.items()))
        known = self._resolved.get(identity)
        if known is None:
            known = self._formula(key, strategy, counted, local)
            self._resolved[identity] = known
        return known

    def _rests_on(self, key: Key) -> set[str]:
        """Names that a formula rests on, also through other formulas."""
        if key not in self._rests:
            found = self.model.rests_on(self.model.formulas[key])
            self._rests[key] = found | {"year"} if "age" in found else found
        return self._rests[key]

    def _formula(
        self, key: Key, strategy: str | None, counted: bool, local: dict[str, Node]
    ) -> Node:
        if (key, strategy) in self._open:
            start = self._open.index((key, strategy))
            raise Circular([key_text(k) for k, _ in self._open[start:]] + [key_text(key)])
        self._open.append((key, strategy))
        try:
            return self.lower(self.model.formulas[key], strategy, counted=counted, local=local)
        finally:
            self._open.pop()
