"""What inputs come to once their formulas are worked out: units, courses and ages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr
from hecon.engine.model import Key
from hecon.engine.values import formula_values, values_without_cycle
from hecon.errors import Fault, ModelError
from hecon.jurisdictions.jurisdiction_schema import FILE as JURISDICTION_FILE
from hecon.parameters import limits
from hecon.parameters.design import TableDesign
from hecon.parameters.units import currency_in, value_problem
from hecon.studies.sessions import cells_of
from hecon.studies.study import Study

#: How far a share may lie outside its bounds by rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Case:
    """A row of a design: what it is in words (blank for the base case) and where it is written."""

    what: str
    file: str
    row: int | None
    column: str | None

    def fault(self, error: Exception) -> Fault:
        """What is wrong with it; the number of its row in a design says nothing to a reader."""
        what = self.what or "base case"
        text = f"{what}: {error}"
        if isinstance(error, ModelError):
            text = str(error.within(what)).removeprefix(f"{self.file}, row {self.row}: ")
        return Fault(self.file, self.row, self.column, text)


@dataclass(frozen=True)
class _Wanted:
    """A figure to look at: its formula, where it stands, and what it may be."""

    expr: Expr
    strategy: str | None
    file: str
    row: int | None
    column: str
    what: str
    least: float = 0.0
    most: float = np.inf

    def wrong(self, values: Array) -> Iterator[tuple[int, str]]:
        """Positions of values that can't be, and what is wrong with each."""
        allowed = (values >= self.least - ROUNDING) & (values <= self.most + ROUNDING)
        most = " or more" if self.most == np.inf else f" to {self.most:g}"
        for position in np.flatnonzero(~(allowed & np.isfinite(values))).tolist():
            yield position, f"found {values[position]:g}, allowed is {self.least:g}{most}"


def value_faults(study: Study, design: TableDesign, cases: Sequence[Case]) -> list[Fault]:
    """Faults of each row of a design: in the base case named where the figure stands."""
    wanted = [*_course(study), *_ages(study), *_threshold(study)]
    faults = []
    if len(cases) == 1 and not cases[0].what:
        faults += _computed(study, design)
    columns = design.block(0, design.draws)
    targets = [(w.expr, w.strategy) for w in wanted]
    try:
        found = formula_values(study.model, targets, design.numbers, columns)
    except ModelError:  # said by the run of the model itself
        return faults
    for each, values in zip(wanted, found, strict=True):
        if columns and not np.ndim(values):
            continue  # what no row changes has been looked at in the base case
        for position, problem in each.wrong(np.broadcast_to(values, (design.draws,))):
            if columns:
                case = cases[position]
                text = f"{case.what}: {each.what}: {problem}"
                faults.append(Fault(case.file, case.row, case.column, text))
            else:
                faults.append(Fault(each.file, each.row, each.column, problem))
    return faults


def _course(study: Study) -> Iterator[_Wanted]:
    """Shares of a course, and weeks and quantities of its sessions; none can be negative."""
    if study.course is None:
        return
    for session in study.course.sessions:
        place = f"{session.strategy}, session {session.label}"
        attendance = study.course.meanings(session)["attendance"]
        yield _Wanted(
            attendance,
            session.strategy,
            session.file,
            session.row,
            "session",
            f"{place}, attendance",
            most=1.0,
        )
        for column, expr in {"week": session.week, **cells_of(session)}.items():
            most = 1.0 if column == "included" else np.inf
            yield _Wanted(
                expr, session.strategy, session.file, session.row, column, f"{place}, {column}",
                most=most,
            )  # fmt: skip


def _ages(study: Study) -> Iterator[_Wanted]:
    """Somebody's age at the start."""
    if study.model.start_age is not None:
        place = (study.folder.name, None, "time.start_age", "age at the start")
        for strategy in study.model.strategies:
            yield _Wanted(study.model.start_age, strategy, *place, most=limits.OLDEST)


def _threshold(study: Study) -> Iterator[_Wanted]:
    """What a QALY may cost."""
    place = study.jurisdiction
    for i, expr in enumerate(place.threshold_rules):
        yield _Wanted(
            expr,
            None,
            f"{place.folder.name}/{JURISDICTION_FILE}",
            None,
            f"threshold.values[{i}]" if i else "opportunity_cost",
            place.definition.threshold.name,
            most=limits.LARGEST_AMOUNT,
        )


@dataclass(frozen=True)
class ComputedRow:
    """A formula of the parameters or variables: where it is written, and its unit."""

    key: Key
    file: str
    row: int
    unit: str
    money: str

    def problem(self, values: Array) -> str | None:
        """Why one of the values can't be in the unit, or None."""
        for value in (float(np.min(values)), float(np.max(values))):
            if found := value_problem(self.unit, self.money, value):
                return found
        return None


def computed_values(
    study: Study, numbers: Mapping[Key, float], columns: Mapping[Key, Array]
) -> Iterator[tuple[ComputedRow, Array]]:
    """Every computed row whose value stays the same over time, with its value by strategy."""
    rows = [
        ComputedRow(p.key, p.file, p.row, p.unit, p.money)
        for p in study.parameters
        if p.formula is not None and p.group != "sessions"
    ]
    rows += [
        ComputedRow(v.key, v.file, v.row, v.unit, currency_in(v.unit)) for v in study.variables
    ]
    targets = [
        (row, (Expr("name", name=row.key[0]), strategy))
        for row in rows
        for strategy in (study.model.strategies if row.key[1] is None else (row.key[1],))
    ]
    found = values_without_cycle(study.model, [t for _, t in targets], numbers, columns)
    for (row, _), values in zip(targets, found, strict=True):
        if values is not None:
            yield row, values


def _computed(study: Study, design: TableDesign) -> list[Fault]:
    """Computed rows whose value can't be in their unit; each is named once."""
    faults: dict[Key, Fault] = {}
    for row, value in computed_values(study, design.numbers, {}):
        problem = row.problem(value)
        if problem:
            faults.setdefault(row.key, Fault(row.file, row.row, "formula", problem))
    return list(faults.values())
