"""Inputs and formulas by name, as functions in JavaScript that ask for each other."""

from collections.abc import Mapping
from typing import Any

from hecon.engine.expression import Expr
from hecon.engine.javascript import number
from hecon.engine.loop import Positions
from hecon.engine.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR, CohortModel, Key
from hecon.engine.operations import OPERATIONS

#: A name's meaning: its key, and for a formula the strategy in which it is read.
Meaning = tuple[Key, str | None]

_FIXED = {"months_per_year": MONTHS_PER_YEAR, "weeks_per_year": WEEKS_PER_YEAR}


class ScriptNames:
    """What names mean in a model, slot by slot.

    Attributes:
        keys: Positions of inputs in the vector of values.
        formulas: Texts of functions of `g`, which gives the value of a slot, and of `u`, numbers
            that hold where a formula is used and nowhere else.
    """

    def __init__(
        self, model: CohortModel, keys: Positions[Key], tables: Positions[tuple[str, str]]
    ):
        self.model = model
        self.keys, self.tables = keys, tables
        self.formulas: Positions[str] = Positions()
        self._slots: Positions[Meaning] = Positions()
        self._defined: dict[int, list[Any]] = {}

    def slot(self, key: Key, strategy: str | None = None) -> int:
        """The slot of a key, read in a strategy if it has none of its own."""
        known = key in self.model.parameter_set
        meaning = (key, None) if known else (key, key[1] or strategy)
        slot = self._slots.of(meaning)
        if slot not in self._defined:
            # a name may be asked for again while its formula is read
            self._defined[slot] = []
            if known:
                self._defined[slot] = ["input", self.keys.of(key)]
            else:
                made = self.formula(self.model.formulas[key], meaning[1])
                timed = "cycle" in self.model.rests_on(self.model.formulas[key])
                self._defined[slot] = ["timed" if timed else "formula", made]
        return slot

    def slots_of(self, key: Key) -> list[int]:
        """Every slot in use that a change of a key replaces."""
        return [i for i, (known, _) in enumerate(self._slots.all) if known == key]

    def reader(self, slot: int) -> str | None:
        """The strategy in which a slot's formula is read."""
        return self._slots.all[slot][1]

    def formula(
        self, expr: Expr, strategy: str | None, local: Mapping[str, str] | None = None
    ) -> int:
        """Position of the function of an expression.

        Args:
            local: JavaScript of names that hold only here.
        """
        return self.formulas.of(f"(g,u)=>{self._text(expr, strategy, local or {})}")

    def _text(self, expr: Expr, strategy: str | None, local: Mapping[str, str]) -> str:
        if expr.op == "const":
            return number(expr.value)
        if expr.op == "name":
            return self._name(expr.name, strategy, local)
        args = [self._text(a, strategy, local) for a in expr.args]
        if expr.op == "lookup":
            table, column = expr.name.split(".")
            keys, values = self.tables.of((table, "")), self.tables.of((table, column))
            return f"lookUp(X[{keys}],X[{values}],{args[0]})"
        return OPERATIONS[expr.op].javascript.format(*args)

    def _name(self, name: str, strategy: str | None, local: Mapping[str, str]) -> str:
        if name in local:
            return local[name]
        if name == "cycle_years":
            # what the length of a cycle rests on never asks for it
            return f"({self._text(self.model.cycle_months, None, local)}/{number(MONTHS_PER_YEAR)})"
        if name in _FIXED:
            return number(_FIXED[name])
        if name == "cycle":
            return "g.cycle"
        key = self.model.resolve(name, strategy)
        if key is None:
            raise KeyError(name)
        return f"g({self.slot(key, strategy)})"

    @property
    def defined(self) -> list[list[Any]]:
        """What each slot is, and its position: ``input``, ``formula``, or ``timed`` by cycle."""
        return [self._defined[i] for i in range(len(self._slots.all))]
