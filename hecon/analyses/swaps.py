"""What sets two results apart: one difference after another swapped, and the mean over orders."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from hecon.analyses.comparison import icer
from hecon.analyses.evaluate import evaluate
from hecon.analyses.mixtures import RESULTS, SwappedStudy
from hecon.analyses.pieces import (
    FORMULA,
    INPUT,
    STRUCTURE,
    Name,
    looked_up,
    pieces,
)
from hecon.analyses.run import MissingResult, Run, result
from hecon.engine.arrays import Array
from hecon.errors import Fault, InputError, ModelError
from hecon.parameters.design import base_values, rows
from hecon.studies.study import Study

#: Groups whose order is changed in every way; what is left of more than that is one group.
MOST = 10
REST = "all others"
_NONE = "(none)"
#: Relative difference up to which a study put together again is the one taken apart.
SAME = 1e-9


@dataclass(frozen=True)
class Swaps:
    """Two results, and what leads from the first to the second."""

    names: tuple[str, str]  #: What the two are called.
    compared: tuple[str, str]  #: Intervention and comparator, of the first study.
    factor: float  #: What an amount of the second is multiplied by to be in the first one's money.
    #: ``cost``, ``qaly``, ``icer``, ``threshold`` and ``nmb`` of both, in the first's money.
    ends: pd.DataFrame
    #: One row a difference, in the order of swapping: ``step``, ``group``, ``kind``, ``name``,
    #: ``label``, ``first``, ``second``, ``source_first``, ``source_second``, then the change of
    #: ``cost``, ``qaly``, ``threshold`` and ``nmb``, and ``icer`` after the swap.
    differences: pd.DataFrame
    #: One row a group, the largest first: ``group``, ``differences`` (how many), and the mean over
    #: all orders of the change of ``cost``, ``qaly``, ``icer`` (NaN where some order has none) and
    #: ``nmb``.
    contributions: pd.DataFrame
    #: What differs and moves no base case: ``kind``, ``name``, ``first``, ``second``.
    beside: pd.DataFrame


def swaps(
    first: Study,
    second: Study,
    names: tuple[str, str],
    progress: Callable[[int, int], None] | None = None,
) -> Swaps:
    """Lead from the result of one study to that of another, difference by difference.

    Raises:
        InputError: If the second lacks a strategy of the first one's comparison, or there is no
            rate from its money to the first one's.
        ModelError: If a mixture of both can't be run, or amounts hide in formulas so that they
            can't be converted.

    Notes:
        The mean over orders is the Shapley value: the only one that adds up, treats alike what acts
        alike, and gives nothing to what does nothing (Shapley 1953, A value for n-person games).
    """
    _refuse_other_strategies(first, second, names)
    factor = _factor(first, second)
    mixture = SwappedStudy(first, second, pieces(first), pieces(second, factor), factor)
    order = mixture.order()
    chosen = [frozenset(n for part in order[:i] for n in part) for i in range(len(order) + 1)]
    path = mixture.results(chosen)
    _check(mixture, path, first, second, factor)
    table = _differences(mixture, order, path)
    groups = _grouped(table, order)
    subsets = [
        frozenset(some) for size in range(len(groups) + 1) for some in combinations(groups, size)
    ]
    wanted = [frozenset(n for group in some for n in groups[group]) for some in subsets]
    values = mixture.results(wanted, progress)
    ends = pd.DataFrame(path[[0, -1]], columns=list(RESULTS))
    ends.insert(2, "icer", [icer(c, q) for c, q in zip(ends["cost"], ends["qaly"], strict=True)])
    ends.insert(0, "of", list(names))
    return Swaps(
        names,
        first.compared,
        factor,
        ends,
        table,
        _contributions(groups, dict(zip(subsets, values, strict=True))),
        _beside(first, second),
    )


def _refuse_other_strategies(first: Study, second: Study, names: tuple[str, str]) -> None:
    missing = [s for s in first.compared if s not in second.model.strategies]
    if missing:
        text = (
            f"{names[1]} has no strategy '{missing[0]}', which {names[0]} compares; there are "
            f"{', '.join(second.model.strategies)}"
        )
        raise InputError([Fault(second.name, None, "strategies", text)])


def _factor(first: Study, second: Study) -> float:
    """From the second study's money to the first one's, by a rate that one of the two states."""
    here, there = first.jurisdiction.definition, second.jurisdiction.definition
    try:
        return here.money_factor(there.currency, there.price_year)
    except ValueError as error:
        for rate in there.rates:
            if (rate.currency, rate.price_year) == (here.currency, here.price_year):
                return 1.0 / rate.factor
        raise InputError([Fault(here.name, None, "rates", str(error))]) from None


def _check(mixture: SwappedStudy, path: Array, first: Study, second: Study, factor: float) -> None:
    """Both ends are the studies themselves: nothing has been left out."""
    for study, end, rate in ((first, path[0], 1.0), (second, path[-1], factor)):
        pair = mixture.pair
        outcomes = evaluate(
            study.model.between(pair), rows(base_values(study.parameters), [{}]), summed=True
        )
        for what, found, scale in (("cost", end[0], rate), ("qaly", end[1], 1.0)):
            both = [float(outcomes[what].sel(strategy=s).values[0]) * scale for s in pair]
            if not abs(both[0] - both[1] - found) <= SAME * max(map(abs, both)):
                text = (
                    f"the {what} of {study.name} in {study.jurisdiction.definition.title} comes to "
                    f"{found:.6g} put together, and to {both[0] - both[1]:.6g} by itself; an "
                    "amount of money may stand in a formula without a unit"
                )
                raise ModelError(text)


def _differences(
    mixture: SwappedStudy, order: Sequence[tuple[Name, ...]], path: Array
) -> pd.DataFrame:
    made = []
    for step, names in enumerate(order, start=1):
        a, b = mixture.own.get(names[0]), mixture.other.get(names[0])
        known = b or a
        assert known is not None
        change = path[step] - path[step - 1]
        kind = names[0][0]
        if kind == INPUT and not all(p is None or p.values is not None for p in (a, b)):
            kind = FORMULA
        together = len(names) > 1
        made.append(
            {
                "step": step,
                "group": "structure" if together else known.group,
                "kind": STRUCTURE if together else kind,
                "name": "structure" if together else names[0][1],
                "label": "states, transitions and payoffs" if together else known.label,
                "first": a.text if a else _NONE,
                "second": b.text if b else _NONE,
                "source_first": a.source if a else "",
                "source_second": b.source if b else "",
                **dict(zip(RESULTS, change.tolist(), strict=True)),
                "icer": icer(float(path[step, 0]), float(path[step, 1])),
            }
        )
    columns = ["step", "group", "kind", "name", "label", "first", "second"]
    columns += ["source_first", "source_second", *RESULTS, "icer"]
    return pd.DataFrame(made, columns=columns)


def _grouped(table: pd.DataFrame, order: Sequence[tuple[Name, ...]]) -> dict[str, list[Name]]:
    """Names by group: few differences each by itself, else by what they belong to."""
    by = "label" if len(table) <= MOST and table["label"].is_unique else "group"
    size = table.groupby(by, sort=False)["nmb"].agg(lambda change: abs(change.sum()))
    largest = size.sort_values(ascending=False, kind="stable").index[:MOST].tolist()
    groups: dict[str, list[Name]] = {str(name): [] for name in largest}
    for name, pieces_ in zip(table[by], order, strict=True):
        groups.setdefault(str(name) if name in groups else REST, []).extend(pieces_)
    return groups


def _contributions(
    groups: Mapping[str, list[Name]], values: Mapping[frozenset[str], Array]
) -> pd.DataFrame:
    """The mean over all orders in which groups can be swapped."""
    count = len(groups)
    worth = {
        some: np.array([v[0], v[1], icer(float(v[0]), float(v[1])), v[3]])
        for some, v in values.items()
    }
    made = []
    for group, names in groups.items():
        total = np.zeros(4)
        for some in worth:
            if group not in some:
                share = factorial(len(some)) * factorial(count - len(some) - 1) / factorial(count)
                total += share * (worth[some | {group}] - worth[some])
        made.append((group, len(names), *total.tolist()))
    columns = ["group", "differences", "cost", "qaly", "icer", "nmb"]
    found = pd.DataFrame(made, columns=columns)
    size = found["nmb"].abs().where(found["group"] != REST, -math.inf)
    return found.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _beside(first: Study, second: Study) -> pd.DataFrame:
    """Scenarios, distributions and rules that differ and move no base case."""
    rows_: list[tuple[str, ...]] = []
    both = [{s.id: s for s in study.scenarios} for study in (first, second)]
    for name in dict.fromkeys([*both[0], *both[1]]):
        a, b = (known.get(name) for known in both)
        texts = [s.text if s else _NONE for s in (a, b)]
        if texts[0] != texts[1] or (a and b and a.compare != b.compare):
            rows_.append(("scenario", name, *texts))
    tables = [study.jurisdiction.tables for study in (first, second)]
    used = looked_up(first) | looked_up(second)
    for name in tables[0].keys() & tables[1].keys() - used:
        here, there = ({c: v.tolist() for c, v in t[name].columns.items()} for t in tables)
        if here != there:
            rows_.append(("table", name, *(f"{len(t[name].keys)} rows" for t in tables)))
    drawn = [{p.text: p for p in study.parameters} for study in (first, second)]
    for name in drawn[0].keys() & drawn[1].keys():
        a_, b_ = (known[name].distribution for known in drawn)
        if a_ != b_ and drawn[0][name].value == drawn[1][name].value:
            rows_.append(("distribution", name, a_.kind, b_.kind))
    said = [_rules_said(study) for study in (first, second)]
    if first.jurisdiction.definition.name == second.jurisdiction.definition.name:
        for each, study in zip(said, (first, second), strict=True):
            each |= {f"demand: {d.row.item}": d.row.value for d in study.jurisdiction.demands}
    for name in dict.fromkeys([*said[0], *said[1]]):
        texts = [each.get(name, _NONE) for each in said]
        if texts[0] != texts[1]:
            rows_.append(("rule", name, *texts))
    return pd.DataFrame(sorted(rows_), columns=["kind", "name", "first", "second"])


def _rules_said(study: Study) -> dict[str, str]:
    """What a country says of thresholds, budgets, perspectives and subgroups, in words."""
    place = study.jurisdiction.definition
    entry = place.threshold
    values = ", ".join(entry.values) or place.opportunity_cost or "by class of severity"
    budget = place.budget.model_dump(exclude_none=True) if place.budget is not None else {}
    return {
        "threshold": f"{entry.kind}: {values} {place.currency}; {entry.means}",
        "acceptability": f"up to {_plain(place.acceptability.highest)} {place.currency}",
        **{
            f"budget impact: {name}" + (f", {field}" if field != "value" else ""): _plain(value)
            for name, rule in budget.items()
            for field, value in rule.items()
            if value != "" and field not in ("status", "source")
        },
        "perspective": study.definition.perspective,
        **{f"perspective {p.id}": f"{p.title}: {p.text}" for p in study.perspectives},
        **{f"subgroup {s.name}": s.scenario.text for s in study.subgroups},
    }


def _plain(value: float | str | int) -> str:
    return value if isinstance(value, str) else f"{value:,.15g}"


@result("Swaps")
def swapped(run: Run) -> Swaps:
    """What leads from the run's study to the other one that it is compared with."""
    if run.other is None:
        raise MissingResult("there is no other study to compare with")
    return swaps(run.study, run.other, names_of(run.study, run.other), run.telling("Swaps"))


def names_of(first: Study, second: Study) -> tuple[str, str]:
    """What tells two studies apart: their names, countries or, of two versions, folders."""
    both = (first, second)
    places = [s.jurisdiction.definition.title for s in both]
    options = (
        places if first.name == second.name else [s.name for s in both],
        [f"{s.name} in {place}" for s, place in zip(both, places, strict=True)],
        [str(s.folder) for s in both],
    )
    chosen = next((names for names in options if names[0] != names[1]), ["the first", "the second"])
    return chosen[0], chosen[1]
