"""What a page needs to compute: the model as script and data, its choices, draws and words."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hecon.analyses.base_case import base_table, threshold
from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_results import budget_design, budget_study
from hecon.analyses.budget_scenarios import nets_to_choose
from hecon.analyses.budget_sensitivity import budget_one_way
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run
from hecon.analyses.scenarios import selectable_results
from hecon.engine.expression import Expr
from hecon.engine.model import key_text
from hecon.jurisdictions.jurisdiction_schema import Severity
from hecon.parameters.cell_text import plain_number
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.units import value_bounds
from hecon.report.grade import mark
from hecon.report.language import language, say
from hecon.report.live.live_words import words
from hecon.report.live.script_budget import script_budget
from hecon.report.live.script_draws import script_draws
from hecon.report.live.script_model import ScriptModel
from hecon.report.live.scripts import ENGINE, SHOWN, scripts
from hecon.report.things_called import study_units
from hecon.studies.study import Scenario, Study

#: Inputs that are shown before any is looked for, and those of the budget.
FIRST, FIRST_OF_BUDGET = 10, 5


@dataclass(frozen=True)
class Live:
    """What a page computes with: its script, and everything else as JSON."""

    script: str
    data: str


def live(run: Run) -> Live:
    """What the page of a run computes with."""
    model = ScriptModel(run.study)
    rules = _rules(run, model)
    budget = script_budget(model)
    script, spec = model.written()
    # only now it is known what the page rests on
    first = _first(run, model)
    units, signs = study_units(run.study), language().signs("typeset")
    data = {
        "model": spec,
        "rules": rules,
        "inputs": [
            *(_input(p, own=False) for p in _inputs(model, model.study.parameters)),
            *(_input(p, own=True) for p in _inputs(model, _of_budget(model.study))),
        ],
        "first": first,
        "budget_first": _budget_first(run, first),
        "choices": _choices(run.study, model),
        "budget": budget,
        "draws": script_draws(run, model),
        "python": _python(run),
        "words": words(units),
        "signs": {
            "thousands": signs.thousands,
            "decimal": signs.decimal,
            "minus": signs.minus,
            "space": signs.space,
            "currency": units.currency,
            "price_year": units.price_year,
        },
        "names": {
            "study": run.study.folder.name,
            "jurisdiction": run.study.jurisdiction.definition.name,
        },
    }
    return Live(scripts(ENGINE) + script + scripts(SHOWN), as_json(data))


def as_json(data: dict[str, Any]) -> str:
    """Data as JSON that can't end the script that it stands in."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _inputs(model: ScriptModel, parameters: Iterable[Parameter]) -> list[Parameter]:
    """Inputs that something on the page rests on."""
    used = set(model.keys.all)
    return [p for p in parameters if p.is_input and p.key in used]


def _of_budget(study: Study) -> tuple[Parameter, ...]:
    return () if study.budget is None else study.budget.parameters


def _first(run: Run, model: ScriptModel) -> list[str]:
    """The price that is decided about, the inputs that move net benefit most, then others."""
    study = model.study
    known = [p for p in _inputs(model, study.parameters) if p.distribution.kind != "dirichlet"]
    price: list[str] = []
    if study.definition.price is not None:
        named = Expr("name", name=study.definition.price.parameter)
        price = [p.text for p in known if p.money and p.name in study.model.rests_on(named)]
    ends = run(one_way_ends)
    order = list(ends["parameter"]) if len(ends) else []
    names = [p.text for p in known]
    return list(dict.fromkeys([*price, *(n for n in order if n in names), *names]))[:FIRST]


def _budget_first(run: Run, first: Sequence[str]) -> list[str]:
    """The inputs that move the budget most and do not stand among the `first`."""
    if run.study.budget is None:
        return []
    moving = run(budget_one_way)
    return [name for name in moving.get("parameter", []) if name not in first][:FIRST_OF_BUDGET]


def _input(parameter: Parameter, *, own: bool) -> dict[str, Any]:
    """An input as the page shows it; `own` says that it is one of the budget's."""
    low, high = value_bounds(parameter.unit)
    if parameter.money and low is None:
        low = 0.0
    ends = parameter.stated_range
    if ends is None and parameter.distribution.varies:
        quantile = parameter.distribution.quantile
        ends = float(quantile(0.025)), float(quantile(0.975))
    return {
        "key": parameter.text,
        "column": scenario_name(parameter),
        "label": say(parameter.description) if parameter.description else parameter.text,
        "unit": say(parameter.unit),
        "value": parameter.value,
        "range": list(ends) if ends is not None and ends[0] < ends[1] else None,
        "bounds": [low, high],
        "status": parameter.status,
        "mark": say(parameter.status),
        "money": bool(parameter.money),
        "shares": parameter.distribution.kind == "dirichlet",
        "budget": own,
    }


def scenario_name(parameter: Parameter) -> str:
    """What an input is called in a scenario's row: a session's cell by its place in the table."""
    if parameter.group != "sessions" or parameter.strategy is None:
        return parameter.text
    place = parameter.description.removeprefix(f"{parameter.strategy}, session ")
    return ".".join((parameter.strategy, *place.rsplit(", ", 1)))


def _rules(run: Run, model: ScriptModel) -> dict[str, Any]:
    """What the decision is about, and how the jurisdiction judges."""
    study, place = run.study, run.study.jurisdiction
    rule = place.definition.severity
    formula = model.names.formula
    return {
        "strategies": list(study.model.strategies),
        "labels": [say(study.label(s)) for s in study.model.strategies],
        "options": list(study.options),
        "compared": list(study.compared),
        "states": [say(s.label or s.name) for s in study.definition.states],
        "opportunity_cost": formula(place.opportunity_cost, None),
        "stated": [formula(value, None) for value in place.threshold_values],
        "asked": run.option("threshold", None),
        "judges": place.judges,
        "mark": say(mark(study)),
        "severity": None if rule is None or study.population is None else _severity(rule),
        "highest": place.definition.acceptability.highest,
    }


def _severity(rule: Severity) -> dict[str, Any]:
    return {
        "measure": rule.measure,
        "discounted": rule.discounted,
        "sets_threshold": rule.sets_threshold,
        "classes": [
            {"shortfall": c.shortfall, "proportional": c.proportional, "factor": c.factor}
            for c in rule.classes
        ],
    }


def _choices(study: Study, model: ScriptModel) -> list[dict[str, Any]]:
    """What each choice is called, in the order of the model's."""
    kinds = ["scenario"] * len(study.scenarios)
    kinds += ["subgroup"] * (len(study.subgroups) + len(study.combinations))
    kinds += ["perspective"] * len(study.perspectives)
    kinds += ["budget"] * (len(model.choices) - len(kinds) - len(model.rules))
    named = {p.key: scenario_name(p) for p in study.parameters}

    def told(kind: str, title: str, choice: Scenario) -> dict[str, Any]:
        sets = choice.changes.items()
        return {
            "kind": kind,
            "title": title,
            "sets": [[named.get(k, key_text(k)), plain_number(expr)] for k, expr in sets],
        }

    own = zip(kinds, model.choices[: len(kinds)], strict=True)
    return [
        *(told(kind, say(choice.title), choice) for kind, choice in own),
        *(
            told(r.kind, r.title, r.scenario)
            | {"severity": None if r.severity is None else _severity(r.severity)}
            for r in model.rules
        ),
    ]


def _python(run: Run) -> dict[str, Any]:
    """Python's own figures: of the base case, and of choices by themselves, by their ids."""
    rows = run(selectable_results).to_dict("records") if run.study.selectable else []
    base = run(base_table).to_dict("records")[0]
    return {
        "base": _checked(base, run(threshold)),
        "choices": {str(r["scenario"]): _checked(r, float(r["threshold"])) for r in rows},
        "budget": _budget_checked(run),
    }


def _budget_checked(run: Run) -> dict[str, list[float]]:
    """Net cost by year as Python has it: of the base case, ``""``, and of choices by their ids."""
    if run.study.budget is None:
        return {}
    base = net_costs(run(budget_study), run(budget_design))[0].tolist()
    return {"": base} | {name: net for name, net in run(nets_to_choose).items() if net}


def _checked(row: Mapping[Hashable, Any], at: float) -> list[float]:
    return [float(row["cost_difference"]), float(row["qaly_difference"]), at]
