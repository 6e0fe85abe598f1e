"""What the formulas of a budget impact come to, row by row of a design, and whether it can be."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.model import MONTHS_PER_YEAR
from hecon.engine.values import formula_values
from hecon.errors import FaultList, InputError, ModelError
from hecon.parameters.design import Design, TableDesign, base_values, row_label
from hecon.studies.assumptions import worked_out
from hecon.studies.budget import YEAR, Resource
from hecon.studies.study import Budget, Study

#: Longest budget, and how far shares may miss one.
LONGEST = 100
ROUNDING = 1e-9


def with_budget(study: Study) -> Study:
    """The study with the budget's own inputs beside its own, so that any design may vary both."""
    if study.budget is None:
        return study
    own = study.budget.parameters
    model = replace(
        study.model,
        parameters=(*study.model.parameters, *(p.key for p in own if p.is_input)),
        formulas={
            **study.model.formulas,
            **{p.key: p.formula for p in own if p.formula is not None},
        },
    )
    return replace(study, parameters=[*study.parameters, *own], model=model)


@dataclass(frozen=True)
class Values:
    """The budget's formulas as numbers: [draw], with years [draw, year]."""

    #: years, periods: Calendar years, and periods (cycles of the model) in a year.
    years: int
    periods: int
    #: Values by the entry of `budget_impact.toml`: [draw], or [draw, year] where a formula may rest
    #: on the year.
    by_entry: Mapping[str, Array]
    #: stocks, places: Stock of each resource that limits, and the courses that it allows in a year;
    #: places are infinite where nothing limits.
    stocks: Mapping[str, Array]
    places: Mapping[str, Array]

    def __getitem__(self, entry: str) -> Array:
        return self.by_entry[entry]

    @property
    def eligible(self) -> Array:
        """People who start a treatment for the condition, a year."""
        return self["eligible_per_year"]

    @property
    def uptake(self) -> Array:
        """Share of them who want the new one, by year."""
        return np.stack([self[f"uptake[{y + 1}]"] for y in range(self.years)], axis=1)

    def shares(self, entry: str) -> dict[str, Array]:
        """Values of a table of shares by name."""
        start = f"{entry}."
        return {e.removeprefix(start): v for e, v in self.by_entry.items() if e.startswith(start)}


def budget_values(study: Study, design: Design, *, starts: bool = True) -> Values:
    """Values for a design over a study `with_budget`.

    Args:
        starts: Whether starts must not be negative. The difference between the worlds does not
            depend on how many have a treatment without the new one: an end of that input's range
            alone may ask for more displaced than there are.

    Raises:
        InputError: If one of them can't be what it stands for.
    """
    assert study.budget is not None
    return _Reckoning(study, study.budget, design, starts).values()


def lengths(study: Study) -> set[str]:
    """Names that the number of years, or of periods in one, rests on."""
    assert study.budget is not None
    return study.model.rests_on(study.budget.exprs["years"], study.model.cycle_months)


def budget_extent(study: Study) -> tuple[int, int]:
    """The most years, and the most periods, that base case or a scenario of a study asks for.

    Args:
        study: One `with_budget`. A scenario in which the budget can't be asks for nothing.
    """
    base = base_values(study.parameters)
    found = [budget_values(study, TableDesign(1, base))]
    names = lengths(study)
    for scenario in study.scenarios:
        if names & {name for name, _ in scenario.changes}:
            kept = {k: v for k, v in base.items() if k not in scenario.changes}
            changed = replace(study, model=study.model.with_formulas(scenario.changes))
            with suppress(InputError):
                found.append(budget_values(changed, TableDesign(1, kept)))
    return max(v.years for v in found), max(v.years * v.periods for v in found)


class _Reckoning:
    """Formulas of a budget worked out for a design; what can't be is collected."""

    def __init__(self, study: Study, budget: Budget, design: Design, starts: bool):
        self.starts = starts
        self.budget, self.definition, self.design = budget, budget.definition, design
        self.faults = FaultList()
        self.found = _names(study, budget, design)
        self.stocks: dict[str, Array] = {}
        self.by_entry: dict[str, Array] = {}
        self.study = study

    def values(self) -> Values:
        """All of them; raises InputError with every fault."""
        years, periods = self._years(), self._periods()
        self.faults.raise_if_any()
        for resource in self.definition.resources:
            self._resource(f"resources[{resource.name}]", resource.name, years)
        for entry, _, uses in self.definition.formulas():
            if not entry.startswith("resources"):
                local = years if uses else 0
                self.by_entry[entry] = self._yearly(entry, local) if local else self._value(entry)
        places = {r.name: self._places(r) for r in self.definition.resources if r.stock}
        result = Values(years, periods, self.by_entry, self.stocks, places)
        self._check(result)
        self.faults.raise_if_any()
        return result

    def _value(self, entry: str) -> Array:
        """[draw]."""
        value = np.asarray(worked_out(self.budget.exprs[entry], self.found), dtype=float)
        return np.array(np.broadcast_to(value, (self.design.draws,)))

    def _yearly(self, entry: str, years: int) -> Array:
        """[draw, year]."""
        expr, columns = self.budget.exprs[entry], []
        for y in range(years):
            local: dict[str, Array | float] = {n: s[:, y] for n, s in self.stocks.items()}
            local[YEAR] = float(y + 1)
            value = np.asarray(worked_out(expr, {**self.found, **local}), dtype=float)
            columns.append(np.broadcast_to(value, (self.design.draws,)))
        return np.stack(columns, axis=1)

    def _resource(self, entry: str, name: str, years: int) -> None:
        for part in ("attrition", "needed", "limited", "stock", "per_year"):
            if f"{entry}.{part}" in self.budget.exprs:
                self.by_entry[f"{entry}.{part}"] = self._value(f"{entry}.{part}")
        added = self.by_entry[f"{entry}.added"] = self._yearly(f"{entry}.added", years)
        if f"{entry}.stock" in self.by_entry:
            columns, stays = (
                [self.by_entry[f"{entry}.stock"]],
                1 - self.by_entry[f"{entry}.attrition"],
            )
            for y in range(years - 1):
                columns.append(columns[-1] * stays + added[:, y])
            self.stocks[name] = np.stack(columns, axis=1)

    def _places(self, resource: Resource) -> Array:
        """Courses that a resource allows in a year, [draw, year]."""
        one = {n: self.by_entry[f"resources[{resource.name}].{n}"] for n in _PLACES}
        with np.errstate(divide="ignore", invalid="ignore"):
            courses = self.stocks[resource.name] * (one["per_year"] / one["needed"])[:, None]
        return np.where(one["limited"][:, None] > 0, courses, np.inf)

    def _years(self) -> int:
        years = self._value("years")
        if np.ptp(years) > 0:
            raise ModelError("the years of a budget can't differ between rows of a design")
        self._refuse(
            "years",
            (years != np.round(years)) | (years < 1) | (years > LONGEST),
            years,
            f"a whole number from 1 to {LONGEST}",
        )
        return int(years[0]) if 1 <= years[0] <= LONGEST else 1

    def _periods(self) -> int:
        """Cycles of a year, in which cohorts start."""
        model, design = self.study.model, self.design
        if model.cycles_differ:
            self._fault("cycles differ in length; a budget needs whole cycles of a year")
            return 1
        columns = design.block(0, design.draws)
        (months,) = formula_values(model, [(model.cycle_months, None)], design.numbers, columns)
        if np.ptp(months) > 0:
            raise ModelError("the length of a cycle can't differ between rows of a budget's design")
        cycles = MONTHS_PER_YEAR / float(np.ravel(months)[0])
        if not (cycles > 1 - ROUNDING and abs(cycles - round(cycles)) < ROUNDING):
            self._fault(f"a year holds {cycles:g} cycles, allowed is a whole number from 1 up")
            return 1
        return round(cycles)

    def _fault(self, text: str) -> None:
        self.faults.add(self.budget.file, None, "years", text)

    def _add(self, entry: str, row: int, text: str) -> None:
        """A fault of a row, which is named if it has a name."""
        label = row_label(self.design, row)
        self.faults.add(self.budget.file, None, entry, f"{label}: {text}" if label else text)

    def _refuse(self, entry: str, wrong: NDArray[np.bool_], values: Array, allowed: str) -> None:
        """One fault an entry: the first row and the first year that are wrong."""
        if not wrong.any():
            return
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = f" in year {at[1] + 1}" if len(at) > 1 else ""
        text = f"found {float(values[at]):g}{where}, allowed is {allowed}"
        self._add(entry, at[0], text)

    def _check(self, values: Values) -> None:
        for entry, found in self.by_entry.items():
            last = entry.rpartition(".")[2]
            if entry.startswith(_SHARES) or last in ("attrition", "rate") or entry in _WAITING:
                self._refuse(entry, ~((found >= 0) & (found <= 1)), found, "a share from 0 to 1")
            elif last == "limited":
                self._refuse(entry, (found != 0) & (found != 1), found, "0 or 1")
            elif last == "needed" or (entry.startswith("full_time") and last == "per_year"):
                self._refuse(entry, ~(found > 0), found, "above 0")
            elif entry.startswith(("instead_of", "beside")):
                self._refuse(entry, ~np.isfinite(found), found, "a finite number")
            else:
                wrong = ~((found >= 0) & np.isfinite(found))
                self._refuse(entry, wrong, found, "a finite number from 0 up")
        for entry in ("without", "displaced"):
            self._sum_to_one(entry, list(values.shares(entry).values()), "the shares")
        shares: dict[str, list[Array]] = {}
        for block in self.definition.blocks:
            for item in block.items:
                found = self.by_entry[f"blocks[{block.name}].items.{item}"]
                shares.setdefault(item, []).append(found)
        for item, parts in shares.items():
            names = [b.name for b in self.definition.blocks if item in b.items]
            self._sum_to_one("blocks", parts, f"'{item}' is in {' and '.join(names)}; its shares")
        if len(self.definition.uptake) < values.years:
            text = f"found {len(self.definition.uptake)} entries, needed are {values.years}"
            self._add("uptake", 0, text)
        elif self.starts and not self.faults.faults:
            self._starts(values)

    def _sum_to_one(self, entry: str, parts: Sequence[Array], what: str) -> None:
        total = np.sum(parts, axis=0)
        wrong = np.flatnonzero(~(np.abs(total - 1) < ROUNDING))
        if wrong.size:
            text = f"{what} add up to {total[wrong[0]]:g}, allowed is 1"
            self._add(entry, int(wrong[0]), text)

    def _starts(self, values: Values) -> None:
        """Nobody can give up a treatment that he would not have had: starts are never negative."""
        without, uptake = values.shares("without"), values.uptake
        for name, share in values.shares("displaced").items():
            given_up = uptake * share[:, None]
            wrong = np.argwhere(given_up > without[name][:, None] + ROUNDING)
            if wrong.size:
                draw, year = (int(i) for i in wrong[0])
                text = (
                    f"in year {year + 1} the uptake of {uptake[draw, year]:g} times the share of "
                    f"{share[draw]:g} that {name} loses is above the share of "
                    f"{without[name][draw]:g} that it has: negative starts"
                )
                self._add(f"displaced.{name}", draw, text)


_PLACES = ("per_year", "needed", "limited")
_SHARES = ("uptake", "without", "displaced", "blocks")
_WAITING = ("waiting.share", "waiting.leave_month")


def _names(study: Study, budget: Budget, design: Design) -> dict[str, Array | float]:
    """Every input that the formulas name, and the quantities of courses: [draw] or a number."""
    model, course = study.model, study.course
    local = {YEAR, *(r.name for r in budget.definition.resources), *budget.quantities}
    wanted = sorted({n for expr in budget.exprs.values() for n in expr.names} - local)
    targets: list[tuple[Expr, str | None]] = [(Expr("name", name=n), None) for n in wanted]
    for strategy, quantity in budget.quantities.values():
        assert course is not None
        amount = next(expr for entry, expr in course.quantities if entry.name == quantity)
        targets.append((course.total(strategy, amount, model.horizon_years), strategy))
    columns = design.block(0, design.draws)
    values = formula_values(model, targets, design.numbers, columns)
    return dict(zip([*wanted, *budget.quantities], values, strict=True))
