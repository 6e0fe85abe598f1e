"""What the symbols of a model's formulas mean that are no inputs."""

from hecon.engine.expression import Expr
from hecon.engine.model import FIXED_NAMES, TIME_NAMES, CohortModel, key_of
from hecon.engine.values import values_without_cycle
from hecon.parameters.design import base_values
from hecon.report.content import Column, Table
from hecon.report.model_tables import ALL, model_table, written
from hecon.report.vocabulary import SOURCE, STATUS, STRATEGY, UNIT
from hecon.studies.study import Study

_SYMBOLS = (
    Column("symbol", "Symbol", "symbol"),
    STRATEGY,
    Column("formula", "Formula", "formula"),
    Column("value", "Base", "number", meaning="value in the base case, if it is one at all times"),
    UNIT,
    Column("meaning", "Meaning"),
    SOURCE,
    STATUS,
)


def symbols_table(study: Study) -> Table:
    """What the formulas' own symbols mean; inputs stand with their evidence."""
    model = study.model
    made = [(v.key, v.formula, v.unit, v.description, "", "") for v in study.variables] + [
        (p.key, p.formula, p.unit, p.description, p.derivation or p.source, p.status)
        for p in study.parameters
        if p.formula is not None
    ]
    base = base_values(study.parameters)
    targets = [(e, key[1] or model.strategies[0]) for key, e, *_ in made if e is not None]
    values = values_without_cycle(model, targets, base, {})
    rows = []
    for (key, expr, unit, meaning, source, status), value in zip(made, values, strict=True):
        known = value is not None and (key[1] is not None or not _differs(model, expr))
        rows.append(
            {
                "symbol": key[0],
                "strategy": key[1] or ALL,
                "formula": written(expr),
                "value": float(value) if known and value is not None else float("nan"),
                "unit": unit,
                "meaning": meaning,
                "source": source,
                "status": status,
            }
        )
    blank = dict.fromkeys((c.key for c in _SYMBOLS), "") | {"strategy": ALL, "value": float("nan")}
    used = {name for expr in _formulas(study) for name in expr.names | expr.tables}
    engine = {**TIME_NAMES, **FIXED_NAMES, **(_COURSE_NAMES if study.course else {})}
    engine |= dict.fromkeys(study.course.columns if study.course else (), _OF_SESSION)
    given = {**{n: m for n, m in engine.items() if n in used}, **_OCCUPANCY}
    rows += [{**blank, "symbol": name, "meaning": meaning} for name, meaning in given.items()]
    for name in sorted(name for name in used if "." in name):
        entry = study.table_entries[name.partition(".")[0]]
        told = {"meaning": entry.description, "source": entry.source, "status": entry.status}
        rows.append({**blank, "symbol": name, **told})
    caption = "Symbols that formulas make, or that time and tables give"
    return model_table("model_symbols", caption, _SYMBOLS, rows, ("symbol", "strategy"))


_OCCUPANCY = {
    "at_start": "share of people in the state at the start of the cycle",
    "at_end": "share of people in the state at the end of the cycle",
}
_COURSE_NAMES = {
    "line": "line of treatment",
    "session": "number of the session within its line, 0 for what comes before the course",
    "n_sessions": "number of sessions of the course",
    "included": "whether the session is part of the course",
    "week": "week of the session, from the start of its line",
    "attendance": "share of those who start that the session reaches",
}
_OF_SESSION = "of the session: a column of the table of sessions"


def _differs(model: CohortModel, expr: Expr | None) -> bool:
    """Whether an expression may mean something else in another strategy."""
    assert expr is not None
    own = {name for name, strategy in (*model.formulas, *model.parameters) if strategy is not None}
    return not own.isdisjoint(model.rests_on(expr) | {key_of(n)[0] for n in expr.names})


def _formulas(study: Study) -> list[Expr]:
    """Every formula that the model's tables show."""
    model, course = study.model, study.course
    found = [*model.formulas.values(), model.cycle_months, model.horizon_years]
    found += [t.probability for t in model.transitions if t.probability is not None]
    found += [p.amount for p in model.payoffs]
    found += [e for e in (model.start_age, model.discount_cost, model.discount_effect) if e]
    if course is not None:
        found += [course.attendance, *(e for _, e in (*course.items, *course.quantities))]
    return found
