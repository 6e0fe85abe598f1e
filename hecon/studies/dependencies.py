"""What formulas rest on, through all other formulas: found without running the model."""

from collections.abc import Mapping
from dataclasses import dataclass

from hecon.engine.expression import Expr
from hecon.engine.model import FIXED_NAMES, TIME_NAMES, CohortModel, Key

#: Engine's names that are supplied, not looked up among parameters and formulas.
SUPPLIED = frozenset(TIME_NAMES) | frozenset(FIXED_NAMES)

#: A formula read in a strategy.
Read = tuple[Key, str | None]


@dataclass(frozen=True)
class Needs:
    """What a formula needs."""

    supplied: frozenset[str] = frozenset()  #: Names of the engine: time and the cycle's length.
    missing: frozenset[str] = frozenset()  #: Names that have no row for the strategy.
    depth: int = 0  #: How many operations lie on top of each other.


class Dependencies:
    """Needs of formulas within a model, optionally with some formulas replaced.

    Circles found on the way are collected in `circles`, each as the keys it goes through.
    """

    def __init__(self, model: CohortModel, changes: Mapping[Key, Expr] | None = None):
        self.model = model
        self.changes = changes or {}
        self.circles: list[list[Key]] = []
        self._known: dict[Read, Needs] = {}
        self._direct: dict[Key, tuple[frozenset[str], int]] = {}

    def of(self, expr: Expr, strategy: str | None, local: frozenset[str] = frozenset()) -> Needs:
        """Needs of an expression; `local` names mean something else there."""
        names = expr.names - local
        for name in names:
            read = self._read(name, strategy)
            if read is not None:
                self._explore(read)
        return self._join(names, strategy, expr.depth)

    def of_key(self, key: Key, strategy: str | None) -> Needs:
        """Needs of a parameter or variable."""
        self._explore((key, strategy))
        return self._known[(key, strategy)]

    def _formula(self, key: Key) -> Expr | None:
        if key == _START_AGE:
            return self.model.start_age
        if key in self.changes:
            return self.changes[key]
        return None if key in self.model.parameter_set else self.model.formulas[key]

    def _read(self, name: str, strategy: str | None) -> Read | None:
        """The formula that a name stands for, or None for what is supplied or unknown."""
        if name == "age" and self.model.start_age is not None:
            return _START_AGE, strategy
        if name in SUPPLIED:
            return None
        key = self.model.resolve(name, strategy)
        return None if key is None else (key, key[1] or strategy)

    def _names(self, key: Key) -> tuple[frozenset[str], int]:
        """Names that a formula uses itself, and its depth."""
        if key not in self._direct:
            expr = self._formula(key)
            self._direct[key] = (frozenset(), 0) if expr is None else (expr.names, expr.depth)
        return self._direct[key]

    def _explore(self, start: Read) -> None:
        """Walk everything a formula rests on, deepest first, without recursion."""
        path: dict[Read, list[Read]] = {}
        if start not in self._known:
            path[start] = self._below(start)
        while path:
            read, waiting = next(reversed(path.items()))
            if waiting:
                below = waiting.pop()
                if below in path:
                    keys = [key for key, _ in path]
                    self.circles.append([*keys[keys.index(below[0]) :], below[0]])
                elif below not in self._known:
                    path[below] = self._below(below)
                continue
            (key, strategy) = read
            names, depth = self._names(key)
            self._known[read] = self._join(names, strategy, depth)
            del path[read]

    def _below(self, read: Read) -> list[Read]:
        key, strategy = read
        found = (self._read(name, strategy) for name in sorted(self._names(key)[0], reverse=True))
        return [below for below in found if below is not None]

    def _join(self, names: frozenset[str], strategy: str | None, depth: int) -> Needs:
        """Needs of a formula from the needs of the names in it."""
        supplied, missing = set(names & SUPPLIED), set()
        deepest = 0
        for name in names:
            read = self._read(name, strategy)
            if read is None:
                if name not in SUPPLIED:
                    missing.add(name)
                continue
            needs = self._known.get(read, Needs())
            supplied |= needs.supplied
            missing |= needs.missing
            deepest = max(deepest, needs.depth)
        return Needs(frozenset(supplied), frozenset(missing), depth + deepest)


_START_AGE: Key = ("start_age of the study", None)
