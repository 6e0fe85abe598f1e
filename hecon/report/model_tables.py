"""Tables of the model as it is written: states, transitions, payoffs, course, rules, symbols."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from hecon.engine.expression import Expr
from hecon.engine.model import TIME_NAMES, CohortModel
from hecon.engine.timing import COUNTING
from hecon.report.content import Column, Sentence, Table
from hecon.report.language import heading
from hecon.report.vocabulary import SOURCE, STATUS, STRATEGY
from hecon.studies.study import Study

#: What stands for all strategies of a model, and for what is left of a row of transitions.
ALL, REST = "all", "rest"
_STRATEGY = replace(STRATEGY, kind="label")
#: States whose transitions are shown as a matrix: it has a column for each.
_MATRIX = 6

_FORMULA = Column("formula", "Formula", "formula")
_MEANING = Column("meaning", "Meaning")
_STATES = (
    Column("state", "State", "label"),
    Column("label", "Meaning"),
    _STRATEGY,
    Column("starts", "Share that starts there", "formula"),
    Column("dead", "Dead", "flag"),
    Column("memory_years", "Years remembered", "number", detail=True),
)
_TRANSITIONS = (
    _STRATEGY,
    Column("source", "From", "label"),
    Column("target", "To", "label"),
    Column("probability", "Probability in a cycle", "formula"),
)
_PAYOFFS = (
    Column("item", "Item", "label"),
    Column("kind", "Kind", "label"),
    Column("on", "Paid on", "label"),
    _STRATEGY,
    Column("amount", "Amount", "formula"),
    Column("per", "Per", "label"),
)
_COURSE = (
    Column("item", "Item", "label"),
    Column("kind", "Kind", "label"),
    Column("amount", "Amount per session", "formula"),
    Column("unit", "Unit", "label", detail=True),
)
_RULES = (Column("rule", "Rule"), _FORMULA, _MEANING)


def states_table(study: Study) -> Table:
    """Every state, and who starts there."""
    model, rows = study.model, []
    for state in model.states:
        general = model.initial.get((state.name, None), _NOBODY)
        starts = {s: written(model.initial.get((state.name, s), general)) for s in model.strategies}
        for share, names in _alike(starts).items():
            rows.append(
                {
                    "state": state.name,
                    "label": state.label,
                    "strategy": _together(names, model),
                    "starts": share,
                    "dead": state.dead,
                    "memory_years": state.memory_years or float("nan"),
                }
            )
    return model_table("model_states", "States", _STATES, rows, ("state", "strategy"))


_NOBODY = Expr("const", text="0")


def written(expr: Expr | None) -> str:
    """A formula as it was written; the complement of a row where there is none."""
    return REST if expr is None else expr.text


def moves(study: Study) -> dict[tuple[str, str], dict[str, Expr | None]]:
    """Probabilities by target, by strategies and source: strategies that are alike together."""
    model, found = study.model, dict[tuple[str, str], dict[str, Expr | None]]()
    for state in model.states:
        rows = {s: tuple(model.transitions_of(s, state.name)) for s in model.strategies}
        same: dict[str, Hashable] = {
            s: tuple((t.target, written(t.probability)) for t in row) for s, row in rows.items()
        }
        for names in _alike(same).values():
            row = {each.target: each.probability for each in rows[names[0]]}
            found[_together(names, model), state.name] = row
    return found


def transitions_table(study: Study) -> Table:
    """The matrix of transitions: rows that are alike in several strategies stand there once."""
    order = [s.name for s in study.model.states]
    matrix = len(order) <= _MATRIX
    rows = []
    for (strategy, source), found in sorted(
        moves(study).items(), key=lambda row: (row[0][0] != ALL, order.index(row[0][1]))
    ):
        for target in order:
            if target in found or matrix:
                cell = written(found[target]) if target in found else "0"
                row = {"strategy": strategy, "source": source, "target": target}
                rows.append({**row, "probability": cell})
    return model_table(
        "model_transitions",
        "Transitions in a cycle, from the state of a row to that of a column"
        if matrix
        else "Transitions in a cycle",
        _TRANSITIONS,
        rows,
        ("strategy", "source", "target"),
        spread="target" if matrix else "",
        note=Sentence("rest: one minus the other probabilities of its row."),
    )


def payoffs_table(study: Study) -> Table:
    """Costs and effects of states, transitions and the start; those of a course stand apart."""
    places: dict[tuple[str, ...], list[str]] = {}
    for each in study.model.payoffs:
        if each.session:
            continue
        on = f"{each.source} -> {each.target}" if each.target else each.source or "start"
        per = "year" if each.rate else "cycle" if each.on == "state" else "event"
        row = (each.item, each.kind, each.strategy or ALL, written(each.amount), per)
        places.setdefault(row, []).append(on)
    rows = [
        {"item": i, "kind": k, "on": "; ".join(on), "strategy": s, "amount": a, "per": p}
        for (i, k, s, a, p), on in places.items()
    ]
    caption = "Payoffs: what being in a state, moving or starting costs and gives"
    keys = ("item", "kind", "on", "strategy")
    note = Sentence("A row of one strategy takes the place of that of all.")
    own = any(row["strategy"] != ALL for row in rows)
    return model_table("model_payoffs", caption, _PAYOFFS, rows, keys, note=note if own else None)


def course_tables(study: Study) -> list[Table]:
    """What a session costs, gives and counts, and the sessions; none without courses."""
    course = study.course
    if course is None:
        return []
    rows = [
        {"item": "attendance", "kind": "share", "amount": written(course.attendance), "unit": ""}
    ]
    rows += [
        {"item": item.item, "kind": item.kind, "amount": written(amount), "unit": ""}
        for item, amount in course.items
    ]
    rows += [
        {"item": q.name, "kind": "quantity", "amount": written(amount), "unit": q.unit}
        for q, amount in course.quantities
    ]
    amounts = model_table(
        "model_course",
        "Treatment courses: a session counts as often as it is attended",
        _COURSE,
        rows,
        ("item", "kind"),
    )
    sessions = [
        {
            "strategy": s.strategy,
            "line": s.line,
            "session": s.number,
            "week": written(s.week),
            "kind": s.kind,
            "included": written(s.included),
            **{name: written(s.quantities[name]) for name in course.columns},
            "source": s.source,
            "status": s.status,
        }
        for s in course.sessions
    ]
    columns = (
        STRATEGY,
        Column("line", "Line", "count", shown=any(s.line > 1 for s in course.sessions)),
        Column("session", "Session", "count"),
        Column("week", "Week", "formula"),
        Column("kind", "Kind"),
        Column("included", "Included", "formula", detail=True),
        *(Column(name, heading(name), "formula", detail=True) for name in course.columns),
        SOURCE,
        STATUS,
    )
    keys = ("strategy", "line", "session")
    return [amounts, model_table("model_sessions", "Sessions", columns, sessions, keys)]


def rules_table(study: Study) -> Table:
    """Time, counting and discounting."""
    model = study.model
    rows = [("Length of a cycle, months", written(model.cycle_months), "")]
    rows.append(("Horizon, years", written(model.horizon_years), ""))
    if model.start_age is not None:
        rows.append(("Age at the start", written(model.start_age), ""))
    kinds = {"costs": ("cost", model.discount_cost), "effects": ("qaly", model.discount_effect)}
    rules = _alike({name: model.rule(kind) for name, (kind, _) in kinds.items()})
    for key, names in rules.items():
        rule, of = COUNTING[str(key)], " and ".join(names)
        moment = "cycle * cycle_years" if rule.points else f"year + {rule.moment:g} * cycle_years"
        rows.append((f"Occupancy that counts, {of}", counted(str(key)), rule.label))
        rows.append((f"discount_time, {of}", moment, TIME_NAMES["discount_time"]))
    for factor, names in _alike({name: written(f) for name, (_, f) in kinds.items()}).items():
        rows.append((f"Discount factor, {' and '.join(names)}", str(factor), ""))
    frame = [dict(zip(("rule", "formula", "meaning"), row, strict=True)) for row in rows]
    note = Sentence(
        "A total is the sum over cycles and states of the occupancy that counts, the amount and "
        "the discount factor; an amount per year also counts times cycle_years."
    )
    caption = "Time, counting and discounting"
    return model_table("model_rules", caption, _RULES, frame, ("rule",), note=note)


def counted(name: str) -> str:
    """A counting rule as arithmetic over the occupancy at both ends of a cycle."""
    rule = COUNTING[name]
    ends, inner = rule.after(6), sorted({f"{w:.6g}" for w in rule.after(6)[1:-1]})
    if not rule.points:
        parts = [
            f"{weight:g} * {where}"
            for weight, where in ((rule.before_share, "at_start"), (ends[1], "at_end"))
            if weight
        ]
        return " + ".join(parts)
    first = f"{ends[0]:.6g}"
    if len(inner) == 1:
        weight = inner[0] if inner[0] == first else f"({first} if outermost else {inner[0]})"
        return "at_end" if weight == "1" else f"{weight} * at_end"
    odd, even = f"{ends[1]:.6g}", f"{ends[2]:.6g}"
    parity = f"{odd} if 2 * floor(cycle / 2) < cycle else {even}"
    return f"({first} if outermost else {parity}) * at_end"


def _alike(by_strategy: Mapping[str, Hashable]) -> dict[Hashable, list[str]]:
    """Strategies by what they have, those that have the same together."""
    found: dict[Hashable, list[str]] = {}
    for strategy, what in by_strategy.items():
        found.setdefault(what, []).append(strategy)
    return found


def _together(names: Sequence[str], model: CohortModel) -> str:
    return ALL if len(names) == len(model.strategies) else "; ".join(names)


def model_table(
    name: str,
    caption: str,
    columns: tuple[Column, ...],
    rows: Sequence[Mapping[str, object]],
    keys: tuple[str, ...],
    *,
    spread: str = "",
    note: Sentence | None = None,
) -> Table:
    """A table of rows; without the column of strategies where all are alike."""
    frame = pd.DataFrame(rows, columns=[c.key for c in columns])
    if {row.get("strategy", ALL) for row in rows} == {ALL}:
        columns = tuple(replace(c, shown=False) if c is _STRATEGY else c for c in columns)
    return Table(name, caption, columns, frame, keys, spread, note=note)
