"""The net cost of a decision by calendar year, draw by draw: only what the payer bears."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hecon.analyses.budget_impact import (
    MONTHS,
    changes_of_starts,
    paid_amounts,
    queue_of,
    shortened,
)
from hecon.analyses.evaluate import chosen_rows
from hecon.analyses.queue import Queue
from hecon.analyses.timings import Rows, timings
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, constant
from hecon.engine.flow_kernel import FlowKernel
from hecon.engine.model import CohortModel
from hecon.engine.payoffs import PayoffSum
from hecon.engine.program import Program
from hecon.parameters.design import Design
from hecon.studies.budget import BudgetDefinition
from hecon.studies.budget_values import Values, budget_values
from hecon.studies.study import Study

#: The one item that all that the payer bears is put under, and draws that are handled together.
NET = PayoffSum("cost", "net", False)
BLOCK = 2_048


def net_costs(
    study: Study,
    design: Design,
    progress: Callable[[int, int], None] | None = None,
    *,
    starts: bool = True,
) -> Array:
    """Net cost by year for every row of a design, [draw, year]; `starts` as in `budget_values`.

    The convolution is linear: what a patient costs in a month since his start counts as often as
    there are patients who have come that far in a year.

    Raises:
        InputError, ModelError: As `budget_impact` does.
    """
    assert study.budget is not None
    values = budget_values(study, design, starts=starts)
    model, periods = _payer_model(study, values), values.years * values.periods
    found = queue_of(values)
    changes = changes_of_starts(values, found, study.budget.definition.strategy)
    reached = {s: _Reached(n, values) for s, n in changes.items()}
    net, done = _beside_the_model(study.budget.definition, values, found), 0
    for timing in timings(model, design):
        part = design if timing.rows is None else chosen_rows(design, timing.rows)
        program = Program(model, part.numbers, part.varying, timing.cycles, timing.cycle_months)
        kernel = FlowKernel(program)
        rows = np.arange(design.draws) if timing.rows is None else timing.rows
        for first in range(0, part.draws, BLOCK):
            last = min(first + BLOCK, part.draws)
            block = kernel.flows(part.block(first, last), last - first, first, {NET})
            amounts, at = block.amounts[program.outcomes.index(NET)], rows[first:last]
            for strategy, those in reached.items():
                spent = amounts[model.strategies.index(strategy)].T
                by_period = spent[:, 1 : periods + 1].copy()
                by_period[:, 0] += spent[:, 0]
                net[at] += those.times(by_period, at)
            done += last - first
            if progress is not None:
                progress(done, design.draws)
    return net


class _Reached:
    """Persons who are in each period since their start, by calendar year."""

    def __init__(self, starts: Array, values: Values):
        draws, periods = starts.shape
        self._summed = np.concatenate([np.zeros((draws, 1)), np.cumsum(starts, axis=1)], axis=1)
        # people, places and uptake seldom differ between draws
        self._alike = bool((starts == starts[:1]).all())
        ends = ((np.arange(values.years) + 1) * values.periods)[:, None] - np.arange(periods)
        self._upper = np.maximum(ends, 0)
        self._lower = np.maximum(ends - values.periods, 0)

    def times(self, amounts: Array, rows: Rows) -> Array:
        """What they cause by year, from amounts a person of [draw, period]: [draw, year]."""
        if self._alike:
            return np.asarray(amounts @ self._come(self._summed[:1])[0].T)
        return np.asarray(np.einsum("dya,da->dy", self._come(self._summed[rows]), amounts))

    def _come(self, summed: Array) -> Array:
        """[draw, year, period]."""
        return np.asarray(summed[:, self._upper] - summed[:, self._lower])


def _payer_model(study: Study, values: Values) -> CohortModel:
    """The model with nothing but what the payer bears, as one item, undiscounted."""
    assert study.budget is not None
    definition, exprs = study.budget.definition, study.budget.exprs
    strategies = tuple(dict.fromkeys((definition.strategy, *definition.without)))
    apart = {*definition.outside, *(p.item for p in definition.instead_of)}
    payoffs = []
    for strategy in strategies:
        for number, payoff in enumerate(study.model.payoffs_of(strategy)):
            if payoff.kind != "cost" or payoff.item in apart:
                continue
            amount = payoff.amount
            if definition.vat is not None and payoff.item == definition.vat.item:
                amount = Expr("mul", (amount, Expr("add", (constant(1.0), exprs["vat.rate"]))))
            own = f"{strategy} {number}"
            payoffs.append(
                replace(payoff, item=NET.item, strategy=strategy, amount=amount, session=own)
            )
    return replace(
        shortened(study.model, values),
        strategies=strategies,
        payoffs=tuple(payoffs),
        discount_cost=constant(1.0),
        discount_effect=constant(1.0),
    )


def _beside_the_model(definition: BudgetDefinition, values: Values, found: Queue) -> Array:
    """What is paid instead of items or beside them, and while people wait, [draw, year]."""
    amounts = paid_amounts(definition, values, found)[0].sum(axis=2)
    waiting = definition.waiting
    if waiting is not None and waiting.item and waiting.item not in definition.outside:
        months = found.waited * MONTHS / values.periods
        amounts = amounts + months * values["waiting.cost_month"][:, None]
    return np.asarray(amounts.reshape(len(amounts), values.years, values.periods).sum(axis=2))
