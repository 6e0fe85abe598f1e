"""Why the means of the draws are not the base case: means off base values, and limits met."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.analyses.comparison import Comparison
from hecon.analyses.drawn import drawn_design
from hecon.analyses.own_draws import OwnDraws
from hecon.analyses.run import Run, result
from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.model import Key, key_text
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import Design, base_values
from hecon.studies.study import Study

#: Base case and draws that differ by a larger share than this are explained.
APART = 0.05
LIMITS = ("min", "max")


@dataclass(frozen=True)
class OffBase:
    """An input or a formula whose mean over the draws is not its base value."""

    name: str
    base: float
    mean: float


@dataclass(frozen=True)
class Limited(OffBase):
    """A formula with a limit; `share` of the draws lie on another side of it than the base."""

    share: float


@dataclass(frozen=True)
class Departures:
    """What sets the means of the draws apart from the base case."""

    #: Inputs whose distribution's mean is not the base value, the largest gap first.
    off: tuple[OffBase, ...]
    #: Formulas that meet a limit more or less often than in the base case.
    limited: tuple[Limited, ...]


def apart(base: Comparison, means: Comparison) -> bool:
    """True where the means of the draws are not the base case: cost, QALYs or their ratio."""
    pairs = [(base.cost, means.cost), (base.qaly, means.qaly), (base.icer, means.icer)]
    if base.verdict != means.verdict:
        return True
    return any(a == a and abs(b - a) > APART * max(abs(a), abs(b)) for a, b in pairs)


def departures(study: Study, design: Design) -> Departures:
    """Inputs and limits that set the draws of a design apart from the base case."""
    columns, own = design.block(0, design.draws), isinstance(design, OwnDraws)
    off = [
        OffBase(p.text, p.value, mean)
        for p in study.parameters
        if p.value is not None and p.key in columns
        for mean in [float(np.mean(columns[p.key] if own else p.distribution.quantile(_MIDDLES)))]
        if (own or p.distribution.kind != "dirichlet") and _apart(p.value, mean)
    ]
    off.sort(key=lambda o: -abs(o.mean - o.base) / max(abs(o.base), abs(o.mean)))
    return Departures(tuple(off), tuple(_limited(study, design, columns)))


_MIDDLES = (np.arange(1000) + 0.5) / 1000


def _apart(base: float, mean: float) -> bool:
    return abs(mean - base) > APART * max(abs(base), abs(mean))


def _limited(study: Study, design: Design, columns: dict[Key, Array]) -> Iterator[Limited]:
    """Formulas that rest on `min` or `max` and take another side of it in some draws."""
    model, numbers = study.model, base_values(study.parameters)
    for key, formula in model.formulas.items():
        inner = [e for e in formula.walk() if e.op in LIMITS]
        if not inner:
            continue
        strategy = key[1] or study.compared[0]
        targets = [(e, strategy) for e in (formula, *(a for i in inner for a in i.args))]
        try:
            base = formula_values(model, targets, numbers, {})
            drawn = formula_values(model, targets, design.numbers, columns)
        except ModelError:
            continue  # it changes from cycle to cycle
        other = np.zeros(design.draws, dtype=bool)
        place = 1
        for each in inner:
            span = slice(place, place + len(each.args))
            place += len(each.args)
            other |= _side(each, drawn[span], design.draws) != _side(each, base[span], 1)
        if other.any():
            mean = float(np.mean(np.broadcast_to(drawn[0], (design.draws,))))
            yield Limited(key_text(key), float(base[0]), mean, float(other.mean()))


def _side(limit: Expr, values: list[Array], draws: int) -> NDArray[np.intp]:
    """Which argument of a `min` or `max` is the one that counts, by draw."""
    stacked = np.stack([np.broadcast_to(np.asarray(v, dtype=float), (draws,)) for v in values])
    chosen = stacked.argmin(axis=0) if limit.op == "min" else stacked.argmax(axis=0)
    return np.asarray(chosen)


@result("Base case and draws")
def mean_departures(run: Run) -> pd.DataFrame:
    """Limits, then inputs, whose mean over the draws is not the base value.

    Returns:
        ``parameter``, ``base``, ``mean``, ``other_side`` (share of draws; only of limits).
    """
    found = departures(run.study, run(drawn_design))
    rows = [(each.name, each.base, each.mean, each.share) for each in found.limited]
    rows += [(each.name, each.base, each.mean, np.nan) for each in found.off]
    return pd.DataFrame(rows, columns=["parameter", "base", "mean", "other_side"])
