"""A study taken apart into pieces that two studies have in common, and put together again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hecon.engine.expression import Expr
from hecon.engine.model import CohortModel, Key, LookupTable, Payoff, Transition
from hecon.jurisdictions.jurisdiction_schema import Severity
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.units import currency_in
from hecon.parameters.written_money import converted, is_money
from hecon.studies.study import Study, Variable

#: Kind and name of a piece.
Name = tuple[str, str]

INPUT, FORMULA, RULE, STRUCTURE = "input", "formula", "rule", "structure"
#: What a result is judged by; the model itself doesn't hang on it.
LIMITS: Name = (RULE, "threshold and severity")
_TIME = ("cycle_months", "horizon_years", "start_age", "counting", "counting_cost")
_MOVES = ("states", "initial", "transitions", "payoffs")


@dataclass(frozen=True)
class Piece:
    """One input, formula or rule of a study."""

    content: Any  #: What `joined` puts into a study.
    same: object  #: What is alike in two studies if the piece moves the base case alike.
    #: text, source, label, group: For people: what it says, where from, what it is, and what it
    #: belongs to.
    text: str
    source: str = ""
    label: str = ""
    group: str = ""
    values: Mapping[Key, float] | None = None  #: Of an input typed as values: by key.


def pieces(study: Study, factor: float = 1.0) -> dict[Name, Piece]:
    """A study's pieces by kind and name.

    Args:
        factor: What every amount is multiplied by: the study's money in that of another one.
    """
    found = {**_quantities(study, factor), **_rules(study, factor)}
    model = study.model
    for item, rows in _by(model.payoffs, lambda p: f"{p.item} ({p.kind})").items():
        priced = [_priced(p, factor) for p in rows]
        found[(FORMULA, item)] = _of_rows(priced, f"paid: {item}", "formulas")
    for state, moves in _by(model.transitions, lambda t: f"out of {t.source}").items():
        found[(FORMULA, state)] = _of_rows(moves, f"transitions {state}", "formulas")
    used = looked_up(study)
    for name, table in model.tables.items():
        if name not in used:
            continue
        text = f"{len(table.keys)} rows, mean {np.mean([*table.columns.values()]):.6g}"
        same = table.keys.tolist(), [(k, v.tolist()) for k, v in table.columns.items()]
        found[(RULE, f"table {name}")] = Piece(
            table, same, text, _table_source(study, name), f"table {name}", name.replace("_", " ")
        )
    return found


def looked_up(study: Study) -> set[str]:
    """Names of the tables that some formula looks up."""
    models = [m for m in (study.model, study.population) if m is not None]
    found: set[str] = set()
    for model in models:
        exprs = [*model.formulas.values(), *model.initial.values(), model.start_age]
        exprs += [t.probability for t in model.transitions] + [p.amount for p in model.payoffs]
        exprs += [model.cycle_months, model.horizon_years, model.discount_cost]
        for expr in exprs:
            if expr is not None:
                found |= {column.partition(".")[0] for column in expr.tables}
    return found


def joined(like: Study, chosen: Mapping[Name, Piece]) -> Study:
    """The study that pieces make; of `like` are its names, and what moves no base case."""
    parameters: list[Parameter] = []
    variables: list[Variable] = []
    payoffs: list[Payoff] = []
    transitions: list[Transition] = []
    tables: dict[str, LookupTable] = {}
    whole: dict[str, Any] = {}
    place, people = like.jurisdiction, None
    for (kind, name), piece in chosen.items():
        if kind == INPUT:
            parameters += [row for row in piece.content if isinstance(row, Parameter)]
            variables += [row for row in piece.content if isinstance(row, Variable)]
        elif kind == FORMULA:
            payoffs += [row for row in piece.content if isinstance(row, Payoff)]
            transitions += [row for row in piece.content if isinstance(row, Transition)]
        elif isinstance(piece.content, LookupTable):
            tables[piece.content.name] = piece.content
        elif (kind, name) == LIMITS:
            place = piece.content
        elif name == "general population":
            people = piece.content
        else:
            whole |= piece.content
    formulas: dict[Key, Expr] = {p.key: p.formula for p in parameters if p.formula is not None}
    formulas |= {v.key: v.formula for v in variables}
    made: dict[str, Any] = {
        "parameters": tuple(p.key for p in parameters if p.is_input),
        "formulas": formulas,
        "tables": tables,
        **whole,
    }
    model = replace(like.model, payoffs=tuple(payoffs), transitions=tuple(transitions), **made)
    if people is not None:
        kept = {name: made[name] for name in made if name not in _MOVES}
        people = replace(people, **kept)
    return replace(
        like,
        parameters=parameters,
        variables=variables,
        model=model,
        population=people,
        jurisdiction=place,
    )


def _quantities(study: Study, factor: float) -> dict[Name, Piece]:
    """Inputs and variables, all rows of a name together: one may stand for every strategy."""
    discounting = study.model.rests_on(study.model.discount_cost, study.model.discount_effect)
    limits = study.model.rests_on(study.jurisdiction.opportunity_cost)
    rows: dict[str, list[Parameter | Variable]] = {}
    every: list[Parameter | Variable] = [*study.parameters, *study.variables]
    for row in every:
        rows.setdefault(row.key[0], []).append(row)
    found = {}
    for name, some in rows.items():
        local = [_in_money(row, factor) for row in some]
        inputs = [row for row in local if isinstance(row, Parameter)]
        values = {p.key: p.value for p in inputs if p.value is not None}
        group = (inputs[0].group if inputs else "formulas") or "inputs"
        if name in discounting:
            group = "discounting"
        elif name in limits:
            group = "threshold and severity"
        found[(INPUT, name)] = Piece(
            local,
            [(r.key, getattr(r, "value", None), r.formula) for r in local],
            "; ".join(_said(row) for row in some),
            "; ".join(dict.fromkeys(p.source for p in inputs if p.source)),
            local[0].description or name,
            group,
            values if len(values) == len(local) else None,
        )
    return found


def _said(row: Parameter | Variable) -> str:
    own = f"{row.key[1]}: " if row.key[1] else ""
    value = row.value if isinstance(row, Parameter) else None
    return own + (
        f"{value:.10g} {row.unit}".strip() if value is not None else _written(row.formula)
    )


def _written(formula: Expr | None) -> str:
    names = sorted(formula.names) if formula is not None else []
    return f"from {', '.join(names)}" if names else "a number"


def _in_money(row: Parameter | Variable, factor: float) -> Parameter | Variable:
    """A row with its amounts in the other money."""
    money = row.money if isinstance(row, Parameter) else currency_in(row.unit)
    if factor == 1.0 or not is_money(row.unit, money):
        return row
    if isinstance(row, Parameter) and row.value is not None:
        return replace(row, value=row.value * factor)
    assert row.formula is not None
    return replace(row, formula=converted(row.formula, lambda value: value * factor))


def _priced(payoff: Payoff, factor: float) -> Payoff:
    if payoff.kind != "cost" or factor == 1.0:
        return payoff
    return replace(payoff, amount=converted(payoff.amount, lambda value: value * factor))


def _rules(study: Study, factor: float) -> dict[Name, Piece]:
    model, place = study.model, study.jurisdiction
    rule = _severity(place.definition.severity, factor)
    cost = place.opportunity_cost
    if rule is None or not rule.sets_threshold:
        cost = converted(cost, lambda value: value * factor)
    definition = place.definition.model_copy(update={"severity": rule})
    local = replace(place, opportunity_cost=cost, definition=definition)
    threshold = cost, rule.model_dump(exclude={"source", "status"}) if rule else None
    found: dict[Name, Piece] = {
        LIMITS: Piece(
            local,
            threshold,
            _severity_said(rule),
            "" if rule is None else rule.source,
            "threshold and severity",
            "threshold and severity",
        ),
        (RULE, "discounting"): _fields(model, ("discount_cost", "discount_effect"), "discounting"),
        (RULE, "time"): _fields(model, _TIME, "cycles and horizon"),
        (STRUCTURE, "states"): _fields(model, ("states", "initial"), "states"),
    }
    if study.population is not None:
        people = study.population
        found[(RULE, "general population")] = Piece(
            people,
            [_plain(row) for row in (*people.transitions, *people.payoffs)],
            "mortality and utility",
            "",
            "general population",
            "general population",
        )
    return found


def _severity(rule: Severity | None, factor: float) -> Severity | None:
    """A rule with the thresholds of its classes in the other money."""
    if rule is None or not rule.sets_threshold or factor == 1.0:
        return rule
    classes = [
        each.model_copy(update={"threshold": (each.threshold or 0.0) * factor})
        for each in rule.classes
    ]
    return rule.model_copy(update={"classes": classes})


def _severity_said(rule: Severity | None) -> str:
    if rule is None:
        return "no severity rule"
    kind = "thresholds" if rule.sets_threshold else f"weights on {rule.acts_on}"
    limits = [
        "/".join(f"{x:g}" for x in (each.shortfall, each.proportional) if x is not None)
        for each in rule.classes
    ]
    classes = ", ".join(f"{a}: {c.factor:g}" for a, c in zip(limits, rule.classes, strict=True))
    how = "discounted" if rule.discounted else "undiscounted"
    return f"{rule.measure}, {how}; {kind} from {classes}"


def _fields(model: CohortModel, names: tuple[str, ...], label: str) -> Piece:
    content = {name: getattr(model, name) for name in names}
    return Piece(content, content, label, "", label, label)


def _of_rows(rows: list[Any], label: str, group: str) -> Piece:
    return Piece(rows, [_plain(row) for row in rows], _rows_said(rows), "", label, group)


def _rows_said(rows: list[Any]) -> str:
    return f"{len(rows)} row{'s' * (len(rows) > 1)}"


def _plain(row: Any) -> Any:
    """A row without where it was read."""
    return replace(row, origin="")


def _by(rows: tuple[Any, ...], name: Callable[[Any], str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return found


def _table_source(study: Study, name: str) -> str:
    entry = study.jurisdiction.definition.tables.get(name) or study.definition.tables.get(name)
    return entry.source if entry is not None else ""


def between(first: Mapping[Name, Piece], second: Mapping[Name, Piece]) -> Iterator[Name]:
    """Names of the pieces that differ, in the order of the first study, then of the second."""
    for name in dict.fromkeys([*first, *second]):
        a, b = first.get(name), second.get(name)
        if a is None or b is None or a.same != b.same:
            yield name
