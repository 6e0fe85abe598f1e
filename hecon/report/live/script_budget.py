"""A study's budget impact as what a page computes with: formulas, programs and how they join."""

from typing import Any

from hecon.report.live.script_model import ScriptModel
from hecon.studies.budget import YEAR

#: Parts of a resource that don't differ by year.
_PARTS = ("stock", "attrition", "per_year", "needed", "limited")


def script_budget(model: ScriptModel) -> dict[str, Any] | None:
    """Formulas by entry, and the programs whose costs are added up; None without a budget.

    Formulas may rest on `u`: the year, the stock of each resource in it, and the quantities of
    courses.
    """
    study = model.study
    if study.budget is None or study.model.cycles_differ:
        return None
    budget, definition = study.budget, study.budget.definition
    named = {name: f"u.quantities[{i}]" for i, name in enumerate(budget.quantities)}
    stocks = {r.name: f"u.stocks[{i}]" for i, r in enumerate(definition.resources)}
    local = {**named, **stocks, YEAR: "u.year"}
    entries = {
        entry: [model.names.formula(budget.exprs[entry], None, local), bool(uses)]
        for entry, _, uses in definition.formulas()
        if not entry.startswith("resources[") and ".counts." not in entry
    }
    quantities = []
    for strategy, quantity in budget.quantities.values():
        assert study.course is not None
        amount = next(expr for entry, expr in study.course.quantities if entry.name == quantity)
        total = study.course.total(strategy, amount, study.model.horizon_years)
        quantities.append(model.names.formula(total, strategy))
    paid = [(f"instead_of[{p.item}]", p) for p in definition.instead_of]
    paid += [(f"beside[{p.item}]", p) for p in definition.beside]
    strategies = tuple(dict.fromkeys((definition.strategy, *definition.without)))
    return {
        "group": model.group(study.model.between(strategies)),
        "strategies": list(strategies),
        "strategy": definition.strategy,
        "entries": entries,
        "quantities": quantities,
        "resources": [
            {"name": r.name}
            | {
                name: model.names.formula(budget.exprs[entry], None, local)
                for name in (*_PARTS, "added")
                if (entry := f"resources[{r.name}].{name}") in budget.exprs
            }
            for r in definition.resources
        ],
        "parts": list(_PARTS),
        "uptake": len(definition.uptake),
        "without": list(definition.without),
        "displaced": list(definition.displaced),
        "replaced": [p.item for p in definition.instead_of],
        "paid": [{"entry": entry, "item": p.item, "block": p.block} for entry, p in paid],
        "vat": None if definition.vat is None else definition.vat.item,
        "waiting": None if definition.waiting is None else definition.waiting.item,
        "waits": definition.waiting is not None,
        "blocks": [{"name": b.name, "items": list(b.items)} for b in definition.blocks],
    }
