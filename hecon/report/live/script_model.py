"""A study as what a page computes with: programs, formulas and what each choice changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hecon.analyses.remaining_life import years_of_life
from hecon.analyses.timings import timings
from hecon.engine.arrays import Array
from hecon.engine.clock import remembered_cycles
from hecon.engine.expression import Expr, constant
from hecon.engine.javascript import JavaScript
from hecon.engine.loop import Positions
from hecon.engine.model import CohortModel, Key, key_text
from hecon.engine.program import Program
from hecon.engine.timing import COUNTING, Counting
from hecon.parameters.cell_text import plain_number
from hecon.parameters.design import TableDesign, base_values
from hecon.report.live.other_rules import other_rules
from hecon.report.live.script_names import ScriptNames
from hecon.studies.budget_values import with_budget
from hecon.studies.study import Scenario, Study


class ScriptModel:
    """A study's model written for a browser.

    Attributes:
        choices: What can take the base case's place: scenarios, subgroups, perspectives, scenarios
            of the budget and `rules` of other jurisdictions.
        keys: Positions of inputs, and of formulas that a choice replaces, in a vector of values.
    """

    def __init__(self, study: Study):
        self.study = study
        model = study.model
        self.rules = other_rules(study)
        self.choices: list[Scenario] = [
            *study.scenarios,
            *(level.scenario for level in (*study.subgroups, *study.combinations)),
            *study.perspectives,
            *(study.budget.scenarios if study.budget is not None else ()),
            *(rules.scenario for rules in self.rules),
        ]
        self.own = {p.key: p for choice in self.choices for p in choice.own}
        whole = with_budget(study)
        self.base = {k: p.value for k, p in self.own.items() if p.value is not None} | base_values(
            whole.parameters
        )
        known = whole.model.parameter_set | whole.model.formulas.keys()
        named = replace(
            whole.model,
            parameters=(*whole.model.parameters, *(k for k in self.own if k not in known)),
        )
        self.keys: Positions[Key] = Positions()
        self.tables: Positions[tuple[str, str]] = Positions()
        self.names = ScriptNames(named, self.keys, self.tables)
        changed = {key for choice in self.choices for key in choice.changes}
        self._given = frozenset(changed & model.formulas.keys())
        drawn = {p.key for p in study.parameters if p.is_input and p.distribution.varies}
        followed = {k for c in self.choices for k, f in c.drawn.items() if plain_number(f) is None}
        self._varying = frozenset(drawn | set(self.own) | self._given | followed)
        self._texts: list[str] = []
        self._programs: list[dict[str, Any]] = []
        self.main = self.group(model)
        self.people = self._remaining(study.population) if study.population is not None else None
        compared = [study.compared, *(choice.compare for choice in self.choices)]
        self.standard = {
            comparator: self._remaining(model, comparator)
            for comparator in dict.fromkeys(b for _, b in compared)
            if self.people is not None
        }

    # -- programs -----------------------------------------------------------------------------

    def group(self, model: CohortModel) -> dict[str, Any]:
        """A model's programs: one, or where rules of counting differ one of costs and another."""
        halves = model.apart() or (model,)
        return {
            "cycle_months": self.names.formula(model.cycle_months, None),
            "horizon_years": self.names.formula(model.horizon_years, None),
            "differ": model.cycles_differ,
            "programs": [self._written(half) for half in halves],
        }

    def _remaining(self, model: CohortModel, strategy: str = "") -> dict[str, Any]:
        """Programs of QALYs over remaining life."""
        strategy = strategy or model.strategies[0]
        alone = replace(
            model,
            strategies=(strategy,),
            payoffs=tuple(p for p in model.payoffs_of(strategy) if p.kind == "qaly"),
            horizon_years=years_of_life(self.study),
            counting_cost="",
        )
        return self.group(alone)

    def _written(self, model: CohortModel) -> list[int]:
        """Positions of a model's programs, one for each length of cycles that it must know."""
        found = []
        for months, cycles in self._lengths(model):
            numbers = base_values(self.study.parameters)
            varying = frozenset(k for k in self._varying if k in numbers or k in self._given)
            kept = {k: v for k, v in numbers.items() if k not in varying}
            program = Program(model, kept, varying, cycles, months)
            written = JavaScript(program, self.keys, self.tables)
            fixed: object = None
            if any(s.memory_years for s in model.states) or model.cycles_differ:
                fixed = np.asarray(months).tolist()
            found.append(len(self._programs))
            self._texts.append(written.text)
            self._programs.append(written.data | {"months": fixed})
        return found

    def _lengths(self, model: CohortModel) -> list[tuple[float | Array, int]]:
        """Lengths of cycles for which a program is written, with a number of them.

        A program serves every length and number, unless time in a state is remembered or cycles
        differ: then one is needed for each length that a choice or an end of a range
        asks for.
        """
        memory = max((s.memory_years for s in model.states), default=0.0)
        base = base_values(self.study.parameters)
        rests = model.rests_on(model.cycle_months, model.horizon_years)
        found: dict[bytes, tuple[float | Array, int]] = {}
        ends = [
            {p.key: constant(end)}
            for p in self.study.parameters
            if p.is_input and p.stated_range
            for end in p.stated_range
        ]
        for changes in [{}, *(c.changes for c in self.choices), *ends]:
            if changes and not (rests & {name for name, _ in changes}):
                continue
            changed = model.with_formulas(changes)
            kept = {k: v for k, v in base.items() if k not in changes}
            (timing,) = timings(changed, TableDesign(1, kept))
            months, cycles = timing.cycle_months, timing.cycles
            if not np.ndim(months):
                if memory:
                    cycles = max(cycles, remembered_cycles(memory, months))
                    cycles += cycles % 2
                elif found:
                    continue
            found.setdefault(np.asarray(months).tobytes(), (months, cycles))
        return list(found.values())

    # -- what is written ----------------------------------------------------------------------

    def _replaced(self, changes: Mapping[Key, Expr]) -> list[list[Any]]:
        """Slots that changes replace, each with the formula in its place and its number, if any."""
        found: list[list[Any]] = []
        for key, expr in changes.items():
            for slot in self.names.slots_of(key):
                made = self.names.formula(expr, key[1] or self.names.reader(slot))
                found.append([slot, made, plain_number(expr)])
        return found

    def _choice(self, choice: Scenario) -> dict[str, Any]:
        """What a choice replaces, in the base case and in draws, and what it then draws."""
        return {
            "id": choice.id,
            "compare": list(choice.compare),
            "changes": self._replaced(choice.changes),
            "drawn": self._replaced(choice.drawn),
            "own": [
                [slot, self.keys.of(p.key)]
                for p in choice.own
                for slot in self.names.slots_of(p.key)
            ],
        }

    def written(self) -> tuple[str, dict[str, Any]]:
        """The script of functions, and all else as data fit for JSON."""
        values = [self.names.slot(key, self.study.model.strategies[0]) for key in self.keys.all]
        # a change may ask for names that nothing else does, which others may change
        while True:
            before = len(self.names.defined)
            choices = [self._choice(choice) for choice in self.choices]
            if len(self.names.defined) == before:
                break
        rules = {rule: rule_pattern(COUNTING[rule]) for rule in self._rules}
        text = (
            f"const PROGRAMS=[{','.join(self._texts)}];\n"
            f"const FORMULAS=X=>[{','.join(self.names.formulas.all)}];\n"
        )
        return text, {
            "keys": [key_text(k) for k in self.keys.all],
            "base": [self.base.get(k) for k in self.keys.all],
            "slots": self.names.defined,
            "values": values,
            "tables": [self._column(*each) for each in self.tables.all],
            "programs": self._programs,
            "rules": rules,
            "main": self.main,
            "people": self.people,
            "standard": self.standard,
            "choices": choices,
        }

    @property
    def _rules(self) -> Sequence[str]:
        return list(dict.fromkeys(str(p["rule"]) for p in self._programs))

    def _column(self, table: str, column: str) -> list[float | None]:
        known = self.study.model.tables.get(table)
        if known is None:
            assert self.study.population is not None
            known = self.study.population.tables[table]
        values = known.columns[column] if column else known.keys
        return [float(v) if np.isfinite(v) else None for v in values]


def rule_pattern(rule: Counting) -> dict[str, Any]:
    """A counting rule as its weights at the start, in odd and even cycles, and at the end."""
    after = rule.after(6)
    return {
        "first": after[0],
        "odd": after[1],
        "even": after[2],
        "last": after[-1],
        "before": rule.before_share,
        "moment": rule.moment,
        "points": rule.points,
        "weighs_events": rule.weighs_events,
        "even_cycles": _refuses_odd(rule),
    }


def _refuses_odd(rule: Counting) -> bool:
    try:
        rule.after(5)
    except ValueError:
        return True
    return False
