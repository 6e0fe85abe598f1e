"""Budget impact: what a decision costs a payer year by year, for whom there are places, and when.

Two worlds, without and with the new treatment; undiscounted, in constant prices. Differences come
from differences of starts, never from subtracting large totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import xarray as xr

from hecon.analyses.flows import model_flows, with_quantities
from hecon.analyses.queue import Queue, convolved, queue
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, constant
from hecon.engine.model import CohortModel, State, Transition
from hecon.errors import ModelError
from hecon.parameters.design import Design
from hecon.studies.budget import QUANTITY, BudgetDefinition
from hecon.studies.budget_values import Values, budget_values
from hecon.studies.study import Study

#: Months in a year, and persons that a queue may lose, as a share of all.
MONTHS = 12.0
LOST = 1e-9


def budget_impact(study: Study, design: Design) -> xr.Dataset:
    """The budget impact for every row of a design of few rows.

    Args:
        study: One `with_budget`.

    Returns:
        By period since the decision (``year`` tells the calendar year of each): persons
        ``eligible``, ``demand``, ``treated``, ``returned``, ``waiting`` (at the end) and
        ``places``, ``waited`` in months, [draw, period]; ``cost_without``, ``cost_difference``
        [draw, period, item] with tax, ``share`` [draw, item, block] of what each payer bears;
        ``effect_difference`` [draw, period]; ``quantity_without``, ``quantity_difference``, and
        ``quantity_new`` of the new treatment alone, [draw, period, quantity]; ``counted`` [draw,
        period, count]; ``stock``, ``courses`` and ``there`` (hours or days that a resource gives)
        [draw, year, resource]; ``asked`` (those that patients take) [draw, period, resource].

    Raises:
        InputError: If a formula's value can't be what it stands for.
        ModelError: If the model breaks a rule, or if persons are lost.
    """
    values = budget_values(study, design)
    return impact_of(study, values, Flows(study, design, values))


def impact_of(study: Study, values: Values, flows: Flows) -> xr.Dataset:
    """The same from values and flows that are known; raises ModelError if persons are lost."""
    assert study.budget is not None
    definition = study.budget.definition
    found, new = queue_of(values), definition.strategy
    starts = starts_without(values)
    changes = changes_of_starts(values, found, new)

    def both(amounts: dict[str, Array]) -> tuple[Array, Array]:
        without = sum(convolved(n, amounts[s]) for s, n in starts.items())
        difference = sum(convolved(n, amounts[s]) for s, n in changes.items())
        return np.asarray(without), np.asarray(difference)

    cost_without, cost_difference = both(flows.costs(definition))
    effect_difference = both(flows.effects)[1]
    quantity_without, quantity_difference = both(flows.quantities)
    items = [*flows.items, *(p.item for p in definition.paid)]
    paid, effect, counted = paid_amounts(definition, values, found)
    cost_difference = np.concatenate([cost_difference, paid], axis=2)
    cost_without = np.concatenate([cost_without, np.zeros_like(paid)], axis=2)
    effect_difference = effect_difference + effect
    if definition.waiting is not None:
        months = found.waited * MONTHS / values.periods
        if definition.waiting.item:
            at = items.index(definition.waiting.item)
            cost_difference[:, :, at] += months * values["waiting.cost_month"][:, None]
        effect_difference = effect_difference + found.waited * flows.waiting[:, None]
    if definition.vat is not None:
        at = items.index(definition.vat.item)
        for cost in (cost_without, cost_difference):
            cost[:, :, at] *= 1 + values["vat.rate"][:, None]
    frame = ("draw", "period")
    resources = list(values.stocks)
    shape = (len(found.demand), values.years, len(resources))
    counts = [name for p in definition.paid for name in p.counts]
    return xr.Dataset(
        {
            "eligible": (frame, _spread(values.eligible, values)),
            "demand": (frame, found.demand),
            "places": (frame, places_by_period(values)),
            "treated": (frame, found.treated),
            "returned": (frame, found.returned),
            "waiting": (frame, found.waiting),
            "waited": (frame, found.waited * MONTHS / values.periods),
            "cost_without": ((*frame, "item"), cost_without),
            "cost_difference": ((*frame, "item"), cost_difference),
            "share": (("draw", "item", "block"), _shares(definition, values, items)),
            "effect_difference": (frame, effect_difference),
            "quantity_without": ((*frame, "quantity"), quantity_without),
            "quantity_difference": ((*frame, "quantity"), quantity_difference),
            "quantity_new": ((*frame, "quantity"), convolved(found.treated, flows.quantities[new])),
            "counted": ((*frame, "count"), counted),
            "stock": (("draw", "year_of", "resource"), _stacked(values.stocks, shape)),
            "courses": (("draw", "year_of", "resource"), _stacked(values.places, shape)),
            "there": (("draw", "year_of", "resource"), _there(values, shape)),
            "asked": ((*frame, "resource"), _asked(definition, values, found, flows)),
        },
        coords={
            "period": np.arange(values.years * values.periods) + 1,
            "year": ("period", np.repeat(np.arange(values.years) + 1, values.periods)),
            "year_of": np.arange(values.years) + 1,
            "item": items,
            "block": [b.name for b in definition.blocks],
            "quantity": flows.names,
            "count": counts,
            "resource": resources,
        },
    )


def _stacked(by_resource: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """[draw, year, resource]."""
    return np.stack([*by_resource.values()], axis=2) if by_resource else np.zeros(shape)


def _there(values: Values, shape: tuple[int, ...]) -> Array:
    """Hours or days that each resource gives in a year, [draw, year, resource]."""
    found = {
        name: stock * values[f"resources[{name}].per_year"][:, None]
        for name, stock in values.stocks.items()
    }
    return _stacked(found, shape)


def _asked(definition: BudgetDefinition, values: Values, found: Queue, flows: Flows) -> Array:
    """Hours or days that those treated take of each resource, when they take them.

    [draw, period, resource]. A course takes what is needed over time as its quantity is used.
    """
    asked = np.zeros((*found.treated.shape, len(values.stocks)))
    for position, name in enumerate(values.stocks):
        resource = next(r for r in definition.resources if r.name == name)
        quantity = QUANTITY.findall(resource.needed)[0][1]
        used = flows.quantities[definition.strategy][:, :, flows.names.index(quantity)]
        total = used.sum(axis=1)
        share = np.divide(used, total[:, None], out=np.zeros_like(used), where=total[:, None] > 0)
        needed = values[f"resources[{name}].needed"][:, None]
        asked[:, :, position] = convolved(found.treated, share * needed)
    return asked


def _spread(by_year: Array, values: Values) -> Array:
    """A year's amount in equal parts over its periods."""
    return np.repeat(by_year, values.periods, axis=1) / values.periods


def places_by_period(values: Values) -> Array:
    """Starts that all resources together allow in each period, infinite where nothing limits."""
    without = np.full_like(values.eligible, np.inf)
    return _spread(np.minimum.reduce([without, *values.places.values()]), values)


def queue_of(values: Values) -> Queue:
    """The queue of the new treatment; raises ModelError if persons are lost in it."""
    demand = _spread(values.eligible * values.uptake, values)
    none = np.zeros(len(demand))
    waits = values.by_entry.get("waiting.share", none)
    leaves = values.by_entry.get("waiting.leave_month", none)
    # a period of several months is left with the chance of any of them
    leave = 1 - (1 - leaves) ** (MONTHS / values.periods)
    found = queue(demand, places_by_period(values), waits, leave)
    if not found.unaccounted <= LOST * max(1.0, float(demand.sum(axis=1).max())):
        raise ModelError(f"{found.unaccounted:g} persons are lost between demand and queue")
    return found


def starts_without(values: Values) -> dict[str, Array]:
    """Starts in the world without the new treatment, by strategy, [draw, period]."""
    everybody = _spread(values.eligible, values)
    return {s: everybody * share[:, None] for s, share in values.shares("without").items()}


def changes_of_starts(values: Values, found: Queue, new: str) -> dict[str, Array]:
    """What the new treatment changes in starts, by strategy: who waits has left the old one."""
    left = found.demand - found.returned
    displaced = values.shares("displaced")
    return {new: found.treated, **{s: -share[:, None] * left for s, share in displaced.items()}}


class Flows:
    """What a person of each strategy costs, gains and uses by period since the start."""

    def __init__(self, study: Study, design: Design, values: Values):
        assert study.budget is not None
        definition = study.budget.definition
        strategies = tuple(dict.fromkeys((definition.strategy, *definition.without)))
        model = shortened(with_quantities(study), values).between(strategies)
        self._found = model_flows(model, design)
        self._last = values.years * values.periods
        self.strategies = strategies
        self.names = [str(n) for n in self._found["quantity"].values]
        replaced = [p.item for p in definition.instead_of]
        known = [str(i) for i in self._found["item"].values if i not in replaced]
        self.items = known
        self.effects = self._of("qaly_undiscounted", "source")
        self.quantities = self._of("course")
        self.waiting = np.zeros(design.draws)
        if definition.waiting is not None:
            self.waiting = _waiting_effect(study.model, design, definition.waiting.state, values)

    def costs(self, definition: BudgetDefinition) -> dict[str, Array]:
        """Costs by item, without those that the budget pays otherwise; [draw, period, item]."""
        found = self._of("cost_undiscounted")
        at = [i for i, n in enumerate(self._found["item"].values) if n in self.items]
        return {s: amounts[:, :, at] for s, amounts in found.items()}

    def _of(self, name: str, over: str = "") -> dict[str, Array]:
        """By strategy; the start itself belongs to the first period."""
        found = self._found[name].sum(over) if over else self._found[name]
        result = {}
        for s in self.strategies:
            amounts = found.sel(strategy=s).values
            joined = amounts[:, 1 : self._last + 1].copy()
            joined[:, 0] += amounts[:, 0]
            result[s] = joined
        return result


def shortened(model: CohortModel, values: Values) -> CohortModel:
    """The model over the budget's years, whatever its horizon.

    Where it goes on, it does so a little longer, so that no counting rule sees another end.
    """
    cycles = values.years * values.periods
    ahead = 2 - cycles % 2
    enough = constant((cycles + ahead) / values.periods)
    longest = Expr("max", (model.horizon_years, constant(float(values.years))))
    return replace(model, horizon_years=Expr("min", (longest, enough)))


def _waiting_effect(model: CohortModel, design: Design, state: str, values: Values) -> Array:
    """What a period in a state is worth in effects to who stays in it, [draw]."""
    strategy = model.strategies[0]
    held = replace(
        model,
        strategies=(strategy,),
        states=tuple(State(s.name, s.dead) for s in model.states),
        initial={(state, None): constant(1.0)},
        transitions=tuple(Transition(s.name, s.name, None) for s in model.states),
        payoffs=tuple(
            p for p in model.payoffs if p.kind == "qaly" and p.on == "state" and p.source == state
        ),
        horizon_years=constant(2 / values.periods),
    )
    found = model_flows(held, design)["qaly_undiscounted"].isel(strategy=0).sum("source")
    return np.asarray(found.values[:, 1])


def paid_amounts(
    definition: BudgetDefinition, values: Values, found: Queue
) -> tuple[Array, Array, Array]:
    """Amounts that the model does not give: cost by item, effect, and what is counted of them."""
    draws, periods = found.demand.shape
    cost = np.zeros((draws, periods, len(definition.paid)))
    effect = np.zeros((draws, periods))
    counted: list[Array] = []
    entries = [(f"instead_of[{p.item}]", p) for p in definition.instead_of]
    entries += [(f"beside[{p.item}]", p) for p in definition.beside]
    since = (np.arange(periods) + 1) * MONTHS / values.periods
    for position, (entry, paid) in enumerate(entries):
        cost[:, :, position] = _spread(values[f"{entry}.amount"], values)
        # the first period's figures hold for who starts in any: a person's course is his own
        month, months = values[f"{entry}.month"][:, 0], values[f"{entry}.months"][:, 0]
        lasting = np.clip(months[:, None] - (since - since[0]), 0.0, since[0])
        if month.any():
            cost[:, :, position] += convolved(found.treated, month[:, None] * lasting)
        effect += _spread(values[f"{entry}.effect"], values)
        counted += [_spread(values[f"{entry}.counts.{n}"], values) for n in paid.counts]
    return cost, effect, np.stack(counted, axis=2) if counted else np.zeros((draws, periods, 0))


def _shares(definition: BudgetDefinition, values: Values, items: list[str]) -> Array:
    """What each block bears of each item, [draw, item, block]; nothing of what is outside."""
    shares = np.zeros((len(values["years"]), len(items), len(definition.blocks)))
    names = [b.name for b in definition.blocks]
    for at, block in enumerate(definition.blocks):
        for item in block.items:
            shares[:, items.index(item), at] = values[f"blocks[{block.name}].items.{item}"]
    for paid in definition.paid:
        shares[:, items.index(paid.item), names.index(paid.block)] = 1.0
    return shares


#: What periods, and what is there by year from the start, are by calendar year.
_OF_YEARS = {"period": "year", "year_of": "year"}


def by_year(found: xr.Dataset) -> xr.Dataset:
    """The same by calendar year: sums, and the queue at the end of the year.

    Adds ``block_difference`` [draw, year, block] and their sum ``net`` [draw, year].
    """
    draws, years = found.sizes["draw"], found.sizes["year_of"]
    periods = found.sizes["period"] // years
    amounts: dict[str, Array] = {}
    dims: dict[str, tuple[str, ...]] = {}
    for name, values in found.data_vars.items():
        dims[str(name)] = tuple(_OF_YEARS.get(str(d), str(d)) for d in values.dims)
        amounts[str(name)] = array = values.values
        if "period" in values.dims:
            parts = array.reshape(draws, years, periods, *array.shape[2:])
            amounts[str(name)] = parts[:, :, -1] if name == "waiting" else parts.sum(axis=2)
    cost, share = amounts["cost_difference"], amounts["share"]
    amounts["block_difference"] = (cost[..., None] * share[:, None]).sum(axis=2)
    amounts["net"] = amounts["block_difference"].sum(axis=2)
    dims |= {"block_difference": ("draw", "year", "block"), "net": ("draw", "year")}
    kept = {str(n): c.values for n, c in found.coords.items() if n not in ("period", "year")}
    kept["year"] = kept.pop("year_of")
    return xr.Dataset({name: (dims[name], amounts[name]) for name in dims}, coords=kept)
