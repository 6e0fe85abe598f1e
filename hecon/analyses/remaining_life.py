"""QALYs over remaining life: what severity is measured in, whatever the horizon of an analysis."""

from dataclasses import replace

import numpy as np

from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import evaluate
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, constant
from hecon.engine.model import MONTHS_PER_YEAR, CohortModel
from hecon.parameters.design import Design, TableDesign, row_label
from hecon.studies.study import Study

#: Age by which nobody lives, where mortality comes from no table by age.
OLDEST = 111.0


def years_of_life(study: Study, end: Expr | None = None, year: Expr | None = None) -> Expr:
    """From the start until the life table ends, in whole cycles; a formula over parameters.

    Args:
        end, year: What stands for the age at which the life table ends, and for the months of a
            year; their numbers if left out.

    Notes:
        Cycles of different length, and a study that knows no age, give no other horizon than the
        study's own.
    """
    model = study.model
    if study.population is None or model.start_age is None or model.cycles_differ:
        return model.horizon_years
    end, year = end or constant(life_table_end(study.population)), year or constant(MONTHS_PER_YEAR)
    # Simpson's rule takes cycles in pairs
    step = Expr("mul", (constant(2.0 if model.counting == "simpson" else 1.0), model.cycle_months))
    months = Expr("mul", (Expr("sub", (end, model.start_age)), year))
    steps = Expr("floor", (Expr("div", (months, step)),))
    return Expr("div", (Expr("mul", (steps, step)), year))


def life_table_end(people: CohortModel) -> float:
    """The age by which nobody lives.

    The life table is what the general population's mortality looks up by age; of several the
    one that ends first.
    """
    moves = [t.probability for t in people.transitions if t.probability is not None]
    names = people.rests_on(*moves)
    read = [*moves, *(expr for (name, _), expr in people.formulas.items() if name in names)]
    tables = {
        part.name.partition(".")[0]
        for expr in read
        for part in expr.walk()
        if part.op == "lookup" and "age" in part.args[0].names
    }
    return min((float(people.tables[name].keys[-1]) + 1 for name in tables), default=OLDEST)


def remaining_qalys(
    study: Study, model: CohortModel, design: Design, strategy: str, *, discounted: bool = False
) -> Array:
    """QALYs of a strategy until the end of life, shape (draws,).

    Rows that differ in nothing that these QALYs rest on are run once.
    """
    alone = _to_the_end(model, strategy, years_of_life(study))
    acting = alone.rests_on(*_formulas(alone), *[alone.discount_effect] * discounted)
    columns = design.block(0, design.draws)
    varying = [key for key in columns if key[0] in acting]
    rows = np.zeros((design.draws, len(varying)))
    for position, key in enumerate(varying):
        rows[:, position] = columns[key]
    _, first, row_of = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    chosen = TableDesign(
        len(first),
        {**design.numbers, **{k: float(v[0]) for k, v in columns.items() if k not in varying}},
        {key: columns[key][first] for key in varying},
        [row_label(design, int(row)) for row in first],
        free=isinstance(design, TableDesign) and design.free,
    )
    found = totals(evaluate(alone, chosen), "" if discounted else "_undiscounted")[1].values[0]
    return np.asarray(found[row_of.ravel()])


def _to_the_end(model: CohortModel, strategy: str, years: Expr) -> CohortModel:
    """QALYs of a strategy over another horizon; one model, so that it is compiled once."""
    key = ("remaining life", strategy, years)
    known = model.memory.get(key)
    if not isinstance(known, CohortModel):
        known = model.memory[key] = replace(
            model,
            strategies=(strategy,),
            payoffs=tuple(p for p in model.payoffs_of(strategy) if p.kind == "qaly"),
            horizon_years=years,
        )
    return known


def _formulas(model: CohortModel) -> list[Expr]:
    """Everything that a model's QALYs are made of, without discounting."""
    found = [model.cycle_months, model.horizon_years]
    found += [e for e in (model.start_age, *model.initial.values()) if e is not None]
    found += [t.probability for t in model.transitions if t.probability is not None]
    for payoff in model.payoffs:
        found += [payoff.amount, *([payoff.week] if payoff.week is not None else [])]
    return found
