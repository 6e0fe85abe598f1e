"""How a study stands to what the jurisdiction's agency demands, and what each demand moves."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hecon.analyses.base_case import base_design, base_table
from hecon.analyses.budget_results import budget_numbers
from hecon.analyses.flows import base_trace
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.perspectives import perspective_rows
from hecon.analyses.run import MissingResult, Run, result
from hecon.analyses.scenarios import scenario_results
from hecon.analyses.ties import difference
from hecon.engine.expression import Expr, parse
from hecon.engine.values import formula_values
from hecon.jurisdictions.demands import (
    MET,
    NOT_JUDGED,
    NOT_MET,
    PARTLY,
    STATED,
    Demand,
    Needed,
)
from hecon.parameters.parameter_schema import STATUSES

#: Statuses of what somebody has read in a source.
READ = ("published", "secondary")
#: Share that may be alive at the end of a lifetime's horizon.
FEW = 0.05
#: Inputs whose ranges are told where a demand concerns more.
MOST = 3


@dataclass(frozen=True)
class Judged:
    """What a study has where something is demanded."""

    verdict: str  #: One of those of `hecon.jurisdictions.demands`.
    found: str  #: What the study has, in words.
    inputs: frozenset[str] = frozenset()  #: Names of the inputs that it hangs on.


@result()
def guideline(run: Run) -> pd.DataFrame:
    """Every demand with its verdict.

    Returns:
        ``item``, ``check``, ``value`` (what is demanded), ``verdict``, ``found``, ``status``,
        ``url``, ``note``, ``body``, ``nmb_low`` and ``nmb_high``: how far what `guideline_moves`
        lists moves net benefit, NaN where it lists nothing.

    Raises:
        Unavailable: If the jurisdiction lists no demands.
    """
    demands = run.study.jurisdiction.demands
    if not demands:
        raise MissingResult("the jurisdiction lists no demands of its agency")
    moves = run(guideline_moves).groupby("item")["nmb_to_base"]
    low, high = moves.min(), moves.max()
    rows = [
        {
            "item": demand.row.item,
            "check": demand.row.check,
            "value": demand.row.value,
            "verdict": judged.verdict,
            "found": judged.found,
            "nmb_low": low.get(demand.row.item, np.nan),
            "nmb_high": high.get(demand.row.item, np.nan),
            "status": demand.row.status,
            "url": demand.row.url,
            "note": demand.row.note,
            "body": demand.row.body,
        }
        for demand, judged in run(_judged)
    ]
    return pd.DataFrame(rows)


@result()
def guideline_moves(run: Run) -> pd.DataFrame:
    """What demands move: scenarios, ends of ranges and perspectives that touch nothing else.

    Returns:
        ``item``, ``what`` (scenario, input at an end, or perspective), ``title``, and of the
        comparison ``cost_difference``, ``qaly_difference``, ``icer``, ``verdict``, ``nmb`` and
        ``nmb_to_base``; of a demand on many inputs the `MOST` that move most.
    """
    base = float(run(base_table)["nmb"].iloc[0])
    frames = []
    for demand, judged in run(_judged):
        if demand.row.check == "second perspective":
            found = _perspectives(run)
        else:
            found = pd.concat([_scenarios(run, judged.inputs), _ends(run, judged.inputs)])
        if len(found):
            found.insert(0, "item", demand.row.item)
            frames.append(found)
    columns = ["item", "what", "title", *_FIGURES]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    nmb = table["nmb"].to_numpy(dtype=float)
    return table[columns].assign(nmb_to_base=difference(nmb, np.full_like(nmb, base)))


_FIGURES = ("cost_difference", "qaly_difference", "icer", "verdict", "nmb")


def _scenarios(run: Run, inputs: frozenset[str]) -> pd.DataFrame:
    """Scenarios of the study's comparison that change some of the inputs and nothing else."""
    study = run.study
    chosen = [
        s.id
        for s in study.scenarios
        if s.changes and s.compare == study.compared and {n for n, _ in s.changes} <= inputs
    ]
    if not chosen:
        return pd.DataFrame()
    found = run(scenario_results)
    return found[found["scenario"].isin(chosen)].rename(columns={"scenario": "what"})


def _ends(run: Run, inputs: frozenset[str]) -> pd.DataFrame:
    """Both ends of the ranges of some inputs, those that move most."""
    found = run(one_way_ends) if inputs else pd.DataFrame()
    if found.empty:
        return found
    names = {p.text: p.description for p in run.study.parameters if p.name in inputs}
    found = found[found["parameter"].isin(names)]
    found = found[found["parameter"].isin(found["parameter"].unique()[:MOST])]
    return found.assign(
        what=found["parameter"],
        title=[
            f"{names[name]}: {value:.6g}"
            for name, value in zip(found["parameter"], found["value"], strict=True)
        ],
    )


def _perspectives(run: Run) -> pd.DataFrame:
    found = run(perspective_rows).iloc[1:]
    return found.assign(what="perspective", title=found["perspective"]) if len(found) else found


@result()
def _judged(run: Run) -> list[tuple[Demand, Judged]]:
    return [(d, _CHECKS[d.row.check](run, d)) for d in run.study.jurisdiction.demands]


def _compared(needs: Mapping[str, Needed], has: Mapping[str, Needed]) -> str:
    """Met if all that is needed is there, partly if some of it is."""
    unknown = [name for name in needs if name not in has]
    same = [name in has and has[name] == needed for name, needed in needs.items()]
    if all(same):
        return MET
    if len(unknown) == len(needs):
        return NOT_JUDGED
    return PARTLY if any(same) else NOT_MET


def _told(entries: Mapping[str, Needed], needs: Mapping[str, Needed]) -> str:
    """What there is where something is needed."""
    parts = []
    for name, value in entries.items():
        if name not in needs:
            continue
        text = value if isinstance(value, str) else ", ".join(f"{v:,.10g}" for v in value)
        parts.append(f"{name} {text}")
    return "; ".join(parts)


def _values(run: Run, exprs: Sequence[Expr]) -> tuple[float, ...]:
    """Formulas at base values, to the digits that somebody writes."""
    targets = [(expr, None) for expr in exprs]
    found = formula_values(run.study.model, targets, run(base_design).numbers, {})
    return tuple(float(f"{float(value):.10g}") for value in found)


def _discounting(run: Run, demand: Demand) -> Judged:
    """Rates by step; steps that change nothing are one."""
    study = run.study
    steps = study.jurisdiction.definition.discount.steps
    columns = {
        name: _values(run, [parse(getattr(step, kind)) for step in steps])
        for name, kind in (("from", "start"), ("cost", "cost"), ("effect", "effect"))
    }
    rows = list(zip(*columns.values(), strict=True))
    kept = [row for i, row in enumerate(rows) if i == 0 or row[1:] != rows[i - 1][1:]]
    has: dict[str, Needed] = dict(zip(columns, zip(*kept, strict=True), strict=True))
    rates = study.model.rests_on(study.model.discount_cost, study.model.discount_effect)
    return Judged(_compared(demand.needs, has), _told(has, demand.needs), frozenset(rates))


def _threshold(run: Run, demand: Demand) -> Judged:
    place = run.study.jurisdiction
    one = place.definition.threshold.kind == "one"
    values = (place.opportunity_cost,) if one else place.threshold_values
    has: dict[str, Needed] = {
        "kind": place.definition.threshold.kind,
        "values": _values(run, values),
    }
    return Judged(_compared(demand.needs, has), _told(has, demand.needs))


def _severity(run: Run, demand: Demand) -> Judged:
    rule = run.study.jurisdiction.definition.severity
    if rule is None:
        return Judged(_compared(demand.needs, {"measure": "none"}), "no severity rule")
    has: dict[str, Needed] = {
        "measure": rule.measure,
        "discounted": "yes" if rule.discounted else "no",
        "acts on": rule.acts_on,
        "classes": tuple(c.factor for c in rule.classes),
    }
    return Judged(_compared(demand.needs, has), f"{_told(has, demand.needs)} ({rule.status})")


def _equal_value(run: Run, demand: Demand) -> Judged:
    rule = run.study.jurisdiction.definition.equal_value
    if rule is None or not run.study.definition.effect.is_qaly:
        return Judged(NOT_MET, "no equal value of life-years")
    has: dict[str, Needed] = {"utility": (rule.utility,)}
    return Judged(_compared(demand.needs, has), f"{_told(has, demand.needs)} ({rule.status})")


def _inputs(run: Run, demand: Demand) -> Judged:
    """Inputs, and what is computed from them, at the values that are demanded."""
    known = {name for name, _ in (*run.study.model.parameters, *run.study.model.formulas)}
    names = [name for name in demand.needs if name in known]
    values = _values(run, [Expr("name", name=name) for name in names])
    has: dict[str, Needed] = {n: (v,) for n, v in zip(names, values, strict=True)}
    absent = [name for name in demand.needs if name not in known]
    called = {p.name: p.description or p.name for p in run.study.parameters}
    told = [f"{called.get(n, n)}: {v:,.10g}" for n, v in zip(names, values, strict=True)]
    told += [f"no input {name}" for name in absent]
    return Judged(_compared(demand.needs, has), "; ".join(told), frozenset(names))


def _sources(run: Run, demand: Demand) -> Judged:
    """Whether inputs and tables were read in a source, and in the one that is demanded."""
    study = run.study
    named = {key: str(text).split(", ") for key, text in demand.needs.items()}
    inputs = [
        p
        for p in study.parameters
        if p.is_input
        and p.text not in study.unused
        and (p.name in named.get("inputs", ()) or p.group in named.get("group", ()))
    ]
    tables = [e for n, e in study.table_entries.items() if n in named.get("tables", ())]
    rows = [(p.status, p.source) for p in inputs] + [(e.status, e.source) for e in tables]
    if not rows:
        return Judged(NOT_JUDGED, "nothing of the kind in this study")
    wanted = str(demand.needs.get("source", ""))
    read = sum(status in READ and wanted in source for status, source in rows)
    verdict = MET if read == len(rows) else PARTLY if read else NOT_MET
    counts = Counter(status for status, _ in rows)
    told = [f"{read} of {len(rows)} read in {wanted or 'a source'}"]
    told.append(", ".join(f"{counts[s]} {s}" for s in STATUSES if counts[s]))
    told += [f"{e.description}: {e.source}" for e in tables]
    told += [e.note for e in tables if e.note]
    return Judged(verdict, "; ".join(told), frozenset(p.name for p in inputs))


def _budget_years(run: Run, demand: Demand) -> Judged:
    values = run.get(budget_numbers)
    if values is None:
        return Judged(NOT_MET, "no budget impact")
    has: dict[str, Needed] = {"years": (float(values.years),)}
    return Judged(_compared(demand.needs, has), _told(has, demand.needs))


def _second_perspective(run: Run, _: Demand) -> Judged:
    others = [p.title for p in run.study.perspectives]
    own = run.study.definition.perspective
    return Judged(MET if others else NOT_MET, "; ".join([own, *others]))


def _lifetime(run: Run, _: Demand) -> Judged:
    """Whether hardly anybody is alive when the model ends."""
    study = run.study
    trace = run(base_trace)
    dead = [s.name for s in study.model.states if s.dead]
    last = trace["share"].isel(cycle=-1, draw=0).drop_sel(state=dead).sum("state")
    alive = float(last.sel(strategy=list(study.compared)).max())
    years = _values(run, [study.model.horizon_years])[0]
    age = study.model.start_age
    names = study.model.rests_on(study.model.horizon_years)
    names -= study.model.rests_on(age) if age is not None else set()
    told = f"{years:g} years; {alive:.1%} are alive at the end"
    return Judged(MET if alive <= FEW else NOT_MET, told, frozenset(names))


def _uncertainty(run: Run, _: Demand) -> Judged:
    varying = sum(p.distribution.varies for p in run.study.parameters)
    told = f"{varying} inputs have a distribution" if varying else "no input has a distribution"
    return Judged(MET if varying else NOT_MET, told)


def _stated(_: Run, demand: Demand) -> Judged:
    return Judged(str(demand.needs["verdict"]), demand.row.note)


_CHECKS: Mapping[str, Callable[[Run, Demand], Judged]] = {
    "discounting": _discounting,
    "threshold": _threshold,
    "severity": _severity,
    "equal value": _equal_value,
    "inputs": _inputs,
    "sources": _sources,
    "budget years": _budget_years,
    "second perspective": _second_perspective,
    "lifetime": _lifetime,
    "uncertainty": _uncertainty,
    STATED: _stated,
}
