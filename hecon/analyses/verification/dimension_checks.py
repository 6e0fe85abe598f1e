"""Are formulas consistent in their units? A month is not a year, a rate is not a probability."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.finding import Check, Finding, NotApplicable, found
from hecon.analyses.verification.unit_checks import (
    ENGINE,
    MONTHS,
    PLAIN,
    WEEKS,
    YEARS,
    Reader,
    Unit,
    clash,
    divide,
    read_unit,
)
from hecon.analyses.verification.variants import payoff_label
from hecon.engine.expression import Expr
from hecon.engine.model import Key, key_text
from hecon.studies.study import Study


@dataclass(frozen=True)
class _Formula:
    """A formula, where it stands, whose names it means and which units it may have."""

    place: str
    expr: Expr
    strategy: str | None
    allowed: tuple[Unit | None, ...]
    defined: Key | None = None


class _Units:
    """Units of parameters and formulas: as declared, else as their formula gives them."""

    def __init__(self, study: Study):
        self.study = study
        self.currency = study.jurisdiction.definition.currency
        self.declared: dict[Key, Unit | None] = {}
        self.formulas: dict[Key, Expr] = dict(study.model.formulas)
        for p in study.parameters:
            self.declared[p.key] = read_unit(p.unit, self.currency)
        for v in study.variables:
            self.declared[v.key] = read_unit(v.unit, self.currency)
        self._open: set[Key] = set()

    def of(self, name: str, strategy: str | None) -> Unit | None:
        """The unit of a name in a strategy."""
        key = self.study.model.resolve(name, strategy)
        if key is None:
            return ENGINE.get(name)
        declared = self.declared.get(key)
        if declared is not None or key not in self.formulas or key in self._open:
            return declared
        if self._said(key):
            return None
        self._open.add(key)
        try:
            return Reader(lambda n: self.of(n, strategy)).unit(self.formulas[key])
        finally:
            self._open.discard(key)

    def _said(self, key: Key) -> bool:
        """True if the row says a unit that is not understood: then it stays unknown."""
        rows = [p.unit for p in self.study.parameters if p.key == key]
        rows += [v.unit for v in self.study.variables if v.key == key]
        return any(rows)


def _formulas(study: Study, units: _Units) -> Iterator[_Formula]:
    rows = [(p.key, p.formula, p.file, p.row) for p in study.parameters]
    rows += [(v.key, v.formula, v.file, v.row) for v in study.variables]
    for key, formula, file, row in rows:
        if formula is not None:
            unit = units.declared[key]
            own = () if unit is None else (unit,)
            yield _Formula(f"{file}, row {row}", formula, key[1], own, key)
    model, definition = study.model, study.definition
    for t in model.transitions:
        if t.probability is not None:
            place = f"{definition.transitions}, {t.source} -> {t.target}"
            yield _Formula(place, t.probability, t.strategy, (PLAIN,))
    for (state, strategy), share in model.initial.items():
        if share is not None:
            yield _Formula(f"study.toml, states[{state}].initial", share, strategy, (PLAIN,))
    money = Unit(((units.currency, 1),), text=units.currency)
    qaly = Unit((("QALY", 1),), text="QALY")
    for p in model.payoffs:
        place = f"{definition.payoffs}, {payoff_label(p)}"
        if p.session:
            place = f"course item {p.item}, session {p.session}"
        allowed: tuple[Unit | None, ...]
        if p.kind == "cost":
            allowed = (divide(money, YEARS) if p.rate else money,)
        elif p.rate:
            allowed = (PLAIN, divide(qaly, YEARS))
        else:
            allowed = (qaly, PLAIN, YEARS)
        if not p.session:
            yield _Formula(place, p.amount, p.strategy, allowed)
        if p.week is not None:
            yield _Formula(f"{place}, week", p.week, p.strategy, (WEEKS,))
    yield _Formula("study.toml, time.cycle_months", model.cycle_months, None, (MONTHS,))
    yield _Formula("study.toml, time.horizon_years", model.horizon_years, None, (YEARS,))
    if model.start_age is not None:
        yield _Formula("study.toml, time.start_age", model.start_age, None, (YEARS,))
    place = f"{study.jurisdiction.folder.name}/jurisdiction.toml"
    for rule in (model.discount_cost, model.discount_effect):
        yield _Formula(f"{place}, discount.steps", rule, None, (PLAIN,))
    threshold = divide(money, qaly)
    for i, rule in enumerate(study.jurisdiction.threshold_rules):
        column = f"threshold.values[{i}]" if i else "opportunity_cost"
        yield _Formula(f"{place}, {column}", rule, None, (threshold,))


def consistent_units(case: ComputedStudy) -> Finding:
    """Every formula adds like to like and gives the unit its row declares."""
    units = _Units(case.study)
    wrong: list[str] = []
    count = known = 0
    for formula in _formulas(case.study, units):
        count += 1
        strategies = [formula.strategy] if formula.strategy else case.strategies
        for strategy in strategies:
            reader = Reader(partial(units.of, strategy=strategy))
            unit = reader.unit(formula.expr)
            problems = list(reader.clashes)
            known += unit is not None and strategy == strategies[0]
            if formula.allowed and all(clash(unit, a) for a in formula.allowed):
                named = f"{key_text(formula.defined)}: " if formula.defined else ""
                problems.append(f"{named}gives {unit}, needed is {formula.allowed[0]}")
            wrong += [f"{formula.place}: {text}" for text in problems]
    wrong = list(dict.fromkeys(wrong))
    if not known:
        raise NotApplicable("no unit is understood")
    return found(
        not wrong,
        f"{known} of {count} formulas have a known unit",
        "; ".join(wrong[:8]) if wrong else "no clash of units",
    )


CHECKS = [
    Check(
        "Units are consistent",
        "per month is not per year, a rate is not a probability",
        consistent_units,
    ),
]
