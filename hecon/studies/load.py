"""From a study's folder to a validated `Study`; every fault is found before anything runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hecon.engine.expression import Expr, constant
from hecon.engine.graph import Circular, Graph, UnknownName
from hecon.engine.model import (
    FIXED_NAMES,
    TIME_NAMES,
    CohortModel,
    Key,
    Payoff,
    State,
    Table,
    Transition,
    key_text,
)
from hecon.errors import FaultList, nearest
from hecon.jurisdictions.schema import FILE as JURISDICTION_FILE
from hecon.jurisdictions.schema import Jurisdiction, inside, load_jurisdiction
from hecon.parameters.design import Correlation
from hecon.parameters.rows import name_problem, parse_formula, parse_pairs, read_parameters
from hecon.parameters.schema import Parameter
from hecon.parameters.tables import read_rows, read_table, read_toml
from hecon.studies.course import Session, TreatmentCourse
from hecon.studies.schema import (
    CorrelationRow,
    PayoffRow,
    ScenarioRow,
    SessionRow,
    StudyDefinition,
    TransitionRow,
    VariableRow,
)
from hecon.studies.study import Scenario, Study, Variable

FILE = "study.toml"

_CURRENCY = re.compile(r"\b[A-Z]{3}\b")


@dataclass
class _Formula:
    """A formula with its place, to be checked once everything is read."""

    expr: Expr
    file: str
    row: int | None
    column: str
    local: frozenset[str] = frozenset()


@dataclass
class _Loader:
    """Collects the parts of a study and the faults found on the way."""

    folder: Path
    definition: StudyDefinition
    jurisdiction: Jurisdiction
    faults: FaultList = field(default_factory=FaultList)
    parameters: list[Parameter] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    formulas: list[_Formula] = field(default_factory=list)
    places: dict[int, _Formula] = field(default_factory=dict)

    def shown(self, file: str) -> str:
        return f"{self.folder.name}/{file}"

    def path(self, file: str) -> Path:
        return inside(self.folder, file, self.shown(FILE))

    def formula(
        self, text: str, file: str, row: int | None, column: str, local: Iterable[str] = ()
    ) -> Expr:
        """Parse a formula, remember where it stands; a broken one becomes 0 and a fault."""
        expr = parse_formula(text, self.faults, file, row, column)
        if expr is None:
            return constant(0.0)
        found = _Formula(expr, file, row, column, frozenset(local))
        self.formulas.append(found)
        self.places[id(expr)] = found
        return expr

    def strategy(self, name: str, file: str, row: int) -> str | None:
        """A strategy named in a row; None for all."""
        if name in ("", "all"):
            return None
        known = [s.name for s in self.definition.strategies]
        if name not in known:
            hint = nearest(name, known)
            message = f"'{name}' is not a strategy{hint}; allowed are all, {', '.join(known)}"
            self.faults.add(file, row, "strategy", message)
        return name

    # -- parameters and variables -----------------------------------------------------------

    def read_inputs(self) -> None:
        self.tables.update(self.jurisdiction.tables)
        self.parameters += self.jurisdiction.parameters
        for name, entry in self.definition.tables.items():
            with self.faults.collect():
                shown = self.shown(entry.file)
                self.tables[name] = read_table(self.path(entry.file), shown, name)
        for pattern in self.definition.parameters:
            file = pattern.replace("{jurisdiction}", self.jurisdiction.definition.name)
            with self.faults.collect():
                self.parameters += read_parameters(self.path(file), self.shown(file))
        for parameter in self.parameters:
            self.strategy(parameter.strategy or "", parameter.file, parameter.row)
            self._check_currency(parameter)
            if parameter.formula is not None:
                self.formulas.append(
                    _Formula(parameter.formula, parameter.file, parameter.row, "formula")
                )
        if self.definition.variables:
            file = self.shown(self.definition.variables)
            with self.faults.collect():
                path = self.path(self.definition.variables)
                for number, row, _ in read_rows(path, file, VariableRow):
                    problem = name_problem(row.name)
                    if problem:
                        self.faults.add(file, number, "name", problem)
                    strategy = self.strategy(row.strategy, file, number)
                    expr = self.formula(
                        row.formula, file, number, "formula", ["years_in_state"]
                    )
                    self.variables.append(
                        Variable((row.name, strategy), expr, row.unit, row.description, file, number)
                    )
        self._check_duplicates()

    def _check_duplicates(self) -> None:
        seen: dict[Key, str] = {}
        places = [(p.key, p.file, p.row) for p in self.parameters]
        places += [(v.key, v.file, v.row) for v in self.variables]
        for key, file, row in places:
            if key in seen:
                message = f"'{key_text(key)}' is already defined in {seen[key]}"
                self.faults.add(file, row, "name", message)
            seen.setdefault(key, f"{file}, row {row}")

    def _check_currency(self, parameter: Parameter) -> None:
        here = self.jurisdiction.definition
        named = _CURRENCY.findall(parameter.unit)
        found = parameter.currency or (named[0] if named else "")
        if not found:
            return
        if found != here.currency:
            self.faults.add(
                parameter.file,
                parameter.row,
                "currency",
                f"found '{found}', but {here.title} counts in {here.currency}; convert the figure "
                "and say how in the derivation",
            )
        elif parameter.price_year not in (here.price_year, "nominal"):
            self.faults.add(
                parameter.file,
                parameter.row,
                "price_year",
                f"found '{parameter.price_year}', but prices are of {here.price_year} here; "
                "adjust the figure, or write 'nominal' for an amount that is never indexed",
            )

    # -- structure ----------------------------------------------------------------------------

    def initial(self) -> dict[Key, Expr | None]:
        result: dict[Key, Expr | None] = {}
        file = self.shown(FILE)
        for state in self.definition.states:
            entries = state.initial if isinstance(state.initial, dict) else {"all": state.initial}
            for strategy, text in entries.items():
                if not text.strip():
                    continue
                name = self.strategy(strategy, file, 0)
                column = f"states.{state.name}.initial"
                rest = text.strip() == "rest"
                result[(state.name, name)] = (
                    None if rest else self.formula(text, file, None, column)
                )
        if not result:
            self.faults.add(file, None, "states", "no state has an initial share")
        return result

    def transitions(self) -> list[Transition]:
        file = self.shown(self.definition.transitions)
        states = [s.name for s in self.definition.states]
        result: list[Transition] = []
        seen: dict[tuple[str, str, str | None], int] = {}
        rests: dict[tuple[str, str | None], int] = {}
        with self.faults.collect():
            rows = read_rows(self.path(self.definition.transitions), file, TransitionRow)
            for number, row, _ in rows:
                for column, name in (("from", row.source), ("to", row.target)):
                    if name not in states:
                        message = f"'{name}' is not a state{nearest(name, states)}; allowed are {', '.join(states)}"
                        self.faults.add(file, number, column, message)
                strategy = self.strategy(row.strategy, file, number)
                identity = (row.source, row.target, strategy)
                if identity in seen:
                    message = f"{row.source} -> {row.target} is already in row {seen[identity]}"
                    self.faults.add(file, number, "to", message)
                seen[identity] = number
                probability = None
                if row.probability == "rest":
                    if (row.source, strategy) in rests:
                        message = (
                            f"the row of {row.source} has a second complement; the first is in "
                            f"row {rests[(row.source, strategy)]}, allowed is one"
                        )
                        self.faults.add(file, number, "probability", message)
                    rests[(row.source, strategy)] = number
                else:
                    probability = self.formula(
                        row.probability, file, number, "probability", ["years_in_state"]
                    )
                result.append(Transition(row.source, row.target, probability, strategy))
            for state in states:
                if not any(t.source == state for t in result):
                    message = f"state {state} has no row; write {state},{state},rest if nobody leaves"
                    self.faults.add(file, None, "from", message)
        return result

    def check_reachable(self, initial: dict[Key, Expr | None], rows: list[Transition]) -> None:
        reached = {state for state, _ in initial}
        while True:
            more = {t.target for t in rows if t.source in reached} - reached
            if not more:
                break
            reached |= more
        for state in self.definition.states:
            if state.name not in reached:
                self.faults.add(
                    self.shown(self.definition.transitions),
                    None,
                    "to",
                    f"state {state.name} can't be reached: nobody starts there and no "
                    "transition leads to it",
                )

    def payoffs(self, course: TreatmentCourse | None) -> list[Payoff]:
        file = self.shown(self.definition.payoffs)
        states = [s.name for s in self.definition.states]
        result: list[Payoff] = []
        seen: dict[object, int] = {}
        with self.faults.collect():
            for number, row, _ in read_rows(self.path(self.definition.payoffs), file, PayoffRow):
                strategy = self.strategy(row.strategy, file, number)
                amount = self.formula(row.amount, file, number, "amount", ["years_in_state"])
                for on, source, target in self._places(row, file, number, states):
                    identity = (row.item, row.kind, on, source, target, strategy)
                    if identity in seen:
                        message = f"'{row.item}' on {row.on} is already in row {seen[identity]}"
                        self.faults.add(file, number, "on", message)
                    seen[identity] = number
                    result.append(
                        Payoff(
                            row.item,
                            row.kind,
                            on,
                            amount,
                            strategy,
                            source,
                            target,
                            row.per == "year",
                        )
                    )
        return result + (course.payoffs() if course else [])

    def _places(
        self, row: PayoffRow, file: str, number: int, states: list[str]
    ) -> list[tuple[str, str | None, str | None]]:
        """What a payoff is on: the start, some states, or a transition."""
        if row.on == "start":
            if row.per != "event":
                self.faults.add(file, number, "per", "a payoff on 'start' is per event")
            return [("once", None, None)]
        names = [n.strip() for n in re.split(r"->|;", row.on)]
        for name in names:
            if name not in states:
                message = (
                    f"'{name}' is not a state{nearest(name, states)}; allowed are 'start', states "
                    f"separated by ';' and 'state -> state' with {', '.join(states)}"
                )
                self.faults.add(file, number, "on", message)
        if "->" in row.on:
            if row.per != "event":
                self.faults.add(file, number, "per", "a payoff on a transition is per event")
            return [("transition", names[0], names[1])]
        if row.per == "event":
            self.faults.add(file, number, "per", "a payoff on a state is per year or per cycle")
        return [("state", name, None) for name in names]

    # -- courses --------------------------------------------------------------------------------

    def course(self) -> TreatmentCourse | None:
        entry = self.definition.course
        if entry is None:
            return None
        file = self.shown(entry.sessions)
        sessions: list[Session] = []
        columns: list[str] = []
        with self.faults.collect():
            rows = read_rows(self.path(entry.sessions), file, SessionRow, free=())
            columns = list(rows[0][2]) if rows else []
            for column in columns:
                problem = name_problem(column)
                if problem:
                    self.faults.add(file, 1, column, problem)
            seen: dict[tuple[str, int], int] = {}
            for number, row, cells in rows:
                self.strategy(row.strategy, file, number)
                if (row.strategy, row.session) in seen:
                    first = seen[(row.strategy, row.session)]
                    message = f"session {row.session} of {row.strategy} is already in row {first}"
                    self.faults.add(file, number, "session", message)
                seen[(row.strategy, row.session)] = number
                quantities = {
                    name: self.formula(text or "0", file, number, name)
                    for name, text in cells.items()
                }
                sessions.append(
                    Session(
                        strategy=row.strategy,
                        number=row.session,
                        week=self.formula(row.week, file, number, "week"),
                        kind=row.kind,
                        included=self.formula(row.included or "1", file, number, "included"),
                        quantities=quantities,
                        source=row.source,
                        status=row.status,
                        note=row.note,
                        row=number,
                    )
                )
        local = [*columns, "session", "n_sessions", "included", "week"]
        where = self.shown(FILE)
        attendance = self.formula(entry.attendance, where, None, "course.attendance", local)
        local.append("attendance")
        items = [
            (item, self.formula(item.amount, where, None, f"course.items.{item.item}", local))
            for item in entry.items
        ]
        quantities_ = [
            (q, self.formula(q.amount, where, None, f"course.quantities.{q.name}", local))
            for q in entry.quantities
        ]
        return TreatmentCourse(
            attendance, tuple(sessions), tuple(items), tuple(quantities_), tuple(columns)
        )

    # -- scenarios --------------------------------------------------------------------------------

    def scenarios(
        self, course: TreatmentCourse | None, known: Callable[[Key], bool]
    ) -> tuple[list[Scenario], TreatmentCourse | None]:
        """Scenarios, and the course with every overridden session cell made a parameter."""
        if not self.definition.scenarios:
            return [], course
        file = self.shown(self.definition.scenarios)
        result: list[Scenario] = []
        lifted: dict[str, Parameter] = {}
        with self.faults.collect():
            path = self.path(self.definition.scenarios)
            for number, row, _ in read_rows(path, file, ScenarioRow):
                if row.id in [s.id for s in result]:
                    self.faults.add(file, number, "id", f"scenario '{row.id}' appears twice")
                changes: dict[Key, Expr] = {}
                try:
                    pairs = parse_pairs(row.changes)
                except ValueError as error:
                    self.faults.add(file, number, "changes", str(error))
                    continue
                for name, text in pairs.items():
                    expr = self.formula(text, file, number, "changes")
                    key = self._scenario_key(name, course, lifted, file, number, known)
                    if key is not None:
                        changes[key] = expr
                result.append(
                    Scenario(
                        row.id,
                        row.title,
                        row.why,
                        changes,
                        self._compare(row.compare, file, number),
                        row.source,
                        row.status,
                        number,
                        row.changes,
                    )
                )
        if course is not None and lifted:
            course = _lift(course, lifted)
            self.parameters += lifted.values()
        return result, course

    def _scenario_key(
        self,
        name: str,
        course: TreatmentCourse | None,
        lifted: dict[str, Parameter],
        file: str,
        row: int,
        known: Callable[[Key], bool],
    ) -> Key | None:
        bare, bracket, strategy = name.partition("[")
        key: Key = (bare.strip(), strategy.rstrip("]").strip() or None)
        if known(key):
            return key
        if not bracket and course is not None and name.count(".") == 2:
            cell = _session_parameter(course, name, self.shown(self.definition.course.sessions))  # type: ignore[union-attr]
            if cell is not None:
                lifted[cell.name] = cell
                return cell.key
        names = sorted({p.text for p in self.parameters} | {key_text(v.key) for v in self.variables})
        hint = nearest(name, names)
        by_strategy = [n for n in names if n.startswith(f"{bare}[")]
        if by_strategy and not bracket:
            hint = f"; it differs by strategy: {', '.join(by_strategy)}"
        message = (
            f"'{name}' is not a parameter, a variable, or a session's cell "
            f"(strategy.session.column){hint}"
        )
        self.faults.add(file, row, "changes", message)
        return None

    def _compare(self, text: str, file: str, row: int) -> tuple[str, str]:
        if not text:
            return self.definition.intervention, self.definition.comparator
        names = [n.strip() for n in text.split(" v ")]
        known = [s.name for s in self.definition.strategies]
        if len(names) != 2 or any(n not in known for n in names):
            message = f"found '{text}', allowed is 'strategy v strategy' with {', '.join(known)}"
            self.faults.add(file, row, "compare", message)
            return self.definition.intervention, self.definition.comparator
        return names[0], names[1]

    def correlations(self) -> list[Correlation]:
        if not self.definition.correlations:
            return []
        file = self.shown(self.definition.correlations)
        uncertain = {p.text: p.key for p in self.parameters if p.distribution.varies}
        result = []
        with self.faults.collect():
            path = self.path(self.definition.correlations)
            for number, row, _ in read_rows(path, file, CorrelationRow):
                for column, name in (("first", row.first), ("second", row.second)):
                    if name not in uncertain:
                        hint = nearest(name, uncertain)
                        message = f"'{name}' is not a parameter with a distribution{hint}"
                        self.faults.add(file, number, column, message)
                if row.first in uncertain and row.second in uncertain:
                    result.append(Correlation(uncertain[row.first], uncertain[row.second], row.rho))
        return result

    # -- checks on the whole ------------------------------------------------------------------------

    def check_names(self) -> None:
        """Every name in every formula must mean something."""
        known = {p.name for p in self.parameters} | {v.name for v in _named(self.variables)}
        columns = {f"{t.name}.{c}" for t in self.tables.values() for c in t.columns}
        time = set(TIME_NAMES) - {"years_in_state"}
        if not self.definition.time.start_age:
            time.discard("age")
        for formula in self.formulas:
            allowed = known | time | set(FIXED_NAMES) | formula.local
            for name in sorted(formula.expr.names - allowed):
                message = f"'{name}' is not a parameter or variable{nearest(name, allowed)}"
                self.faults.add(formula.file, formula.row, formula.column, message)
            for name in sorted(formula.expr.tables - columns):
                message = (
                    f"'{name}' is not a table's column{nearest(name, columns)}; "
                    f"allowed are {', '.join(sorted(columns)) or 'none'}"
                )
                self.faults.add(formula.file, formula.row, formula.column, message)

    def check_lowering(self, model: CohortModel, where: dict[Key, tuple[str, int]], extra: str) -> None:
        """Formulas must not need each other in a circle, nor a value a strategy doesn't have."""
        for key, expr in model.formulas.items():
            strategies = [key[1]] if key[1] else list(model.strategies)
            for strategy in strategies:
                graph = Graph(model, frozenset(), frozenset())
                local = {"years_in_state": graph.constant(0.0)}
                file, row = where.get(key, (self.shown(FILE), 0))
                try:
                    graph.lower(Expr("name", name=key[0]), strategy, local=local)
                except Circular as error:
                    message = f"circular formulas: {' -> '.join(error.path)}{extra}"
                    self.faults.add(file, row or None, "formula", message)
                    return
                except UnknownName as error:
                    if error.name in expr.names:
                        message = f"'{error.name}' has no row for strategy {error.strategy}"
                        self.faults.add(file, row or None, "formula", message)


def _named(variables: list[Variable]) -> list[_Name]:
    return [_Name(v.key[0]) for v in variables]


@dataclass(frozen=True)
class _Name:
    name: str


def _session_parameter(course: TreatmentCourse, name: str, file: str) -> Parameter | None:
    """The parameter that stands for one session's cell, named `strategy.session.column`."""
    strategy, number, column = name.split(".")
    for session in course.of(strategy):
        if str(session.number) != number:
            continue
        cells = {**session.quantities, "week": session.week, "included": session.included}
        if column not in cells:
            return None
        expr = cells[column]
        from hecon.parameters.distributions import Distribution

        word = re.sub(r"[^A-Za-z0-9]", "_", strategy)
        return Parameter(
            name=f"session_{word}_{number}_{column}",
            strategy=None,
            description=f"{strategy}, session {number}, {column}",
            unit="",
            value=expr.value if expr.op == "const" else None,
            formula=None if expr.op == "const" else expr,
            low=None,
            high=None,
            distribution=Distribution("fixed", (0.0,)),
            group="sessions",
            source="session list",
            status="derived",
            file=file,
            row=session.row,
        )
    return None


def _lift(course: TreatmentCourse, lifted: dict[str, Parameter]) -> TreatmentCourse:
    """The course with overridden cells reading their parameter."""
    from dataclasses import replace

    sessions = []
    for session in course.sessions:
        word = re.sub(r"[^A-Za-z0-9]", "_", session.strategy)
        prefix = f"session_{word}_{session.number}_"
        quantities = {
            name: Expr("name", name=prefix + name) if prefix + name in lifted else expr
            for name, expr in session.quantities.items()
        }
        week, included = session.week, session.included
        if prefix + "week" in lifted:
            week = Expr("name", name=prefix + "week")
        if prefix + "included" in lifted:
            included = Expr("name", name=prefix + "included")
        sessions.append(replace(session, quantities=quantities, week=week, included=included))
    return replace(course, sessions=tuple(sessions))


def load_study(folder: Path | str, jurisdiction: Path | str | None = None) -> Study:
    """Read and validate a study in a jurisdiction.

    Parameters
    ----------
    folder
        The study's folder, holding `study.toml`.
    jurisdiction
        The jurisdiction's folder; without it the study's own `jurisdiction.toml` is used.

    Raises
    ------
    InputError
        With every fault found: file, row, column, what was found and what is allowed.
    """
    folder = Path(folder)
    shown = f"{folder.name}/{FILE}"
    definition = read_toml(folder / FILE, shown, StudyDefinition)
    if jurisdiction is None and not (folder / JURISDICTION_FILE).is_file():
        faults = FaultList()
        faults.add(shown, None, None, "name a jurisdiction; the study has no jurisdiction.toml of its own")
        faults.raise_if_any()
    place = load_jurisdiction(Path(jurisdiction) if jurisdiction is not None else folder)
    loader = _Loader(folder, definition, place)
    _check_definition(loader)
    loader.read_inputs()
    course = loader.course()
    names = {p.key for p in loader.parameters} | {v.key for v in loader.variables}
    scenarios, course = loader.scenarios(course, names.__contains__)
    initial = loader.initial()
    transitions = loader.transitions()
    loader.check_reachable(initial, transitions)
    payoffs = loader.payoffs(course)
    correlations = loader.correlations()
    time = definition.time
    model = CohortModel(
        strategies=tuple(s.name for s in definition.strategies),
        states=tuple(State(s.name, s.dead, s.memory_years, s.label) for s in definition.states),
        parameters=tuple(p.key for p in loader.parameters if p.is_input),
        formulas={
            **{p.key: p.formula for p in loader.parameters if p.formula is not None},
            **{v.key: v.formula for v in loader.variables},
        },
        initial=initial,
        transitions=tuple(transitions),
        payoffs=tuple(payoffs),
        tables=loader.tables,
        cycle_months=loader.formula(time.cycle_months, shown, None, "time.cycle_months"),
        horizon_years=loader.formula(time.horizon_years, shown, None, "time.horizon_years"),
        start_age=loader.formula(time.start_age, shown, None, "time.start_age")
        if time.start_age
        else None,
        counting=time.counting,
        discount_cost=place.discount_cost,
        discount_effect=place.discount_effect,
    )
    population = _population(loader, model)
    for expr in (place.discount_cost, place.discount_effect, place.opportunity_cost):
        loader.formulas.append(
            _Formula(expr, f"{place.folder.name}/{JURISDICTION_FILE}", None, "discount")
        )
    loader.check_names()
    loader.faults.raise_if_any()
    where = {p.key: (p.file, p.row) for p in loader.parameters}
    where |= {v.key: (v.file, v.row) for v in loader.variables}
    loader.check_lowering(model, where, "")
    loader.faults.raise_if_any()
    for scenario in scenarios:
        changed = model.with_formulas(scenario.changes)
        loader.check_lowering(changed, where, f" (scenario {scenario.id})")
    loader.faults.raise_if_any()
    return Study(
        folder,
        definition,
        place,
        loader.parameters,
        loader.variables,
        model,
        course,
        scenarios,
        correlations,
        population,
    )


def _check_definition(loader: _Loader) -> None:
    definition, file = loader.definition, loader.shown(FILE)
    names = [s.name for s in definition.strategies]
    states = [s.name for s in definition.states]
    for column, values in (("strategies", names), ("states", states)):
        for value in sorted({v for v in values if values.count(v) > 1}):
            loader.faults.add(file, None, column, f"'{value}' appears twice")
        for value in values:
            if re.search(r"[\[\].;]|->", value) or value in ("all", "start", "rest"):
                loader.faults.add(file, None, column, f"'{value}' can't be a name; leave out [ ] . ; ->")
    for column, value in (
        ("intervention", definition.intervention),
        ("comparator", definition.comparator),
    ):
        if value not in names:
            message = f"'{value}' is not a strategy{nearest(value, names)}; allowed are {', '.join(names)}"
            loader.faults.add(file, None, column, message)


def _population(loader: _Loader, model: CohortModel) -> CohortModel | None:
    entry = loader.definition.general_population
    if entry is None:
        return None
    file = loader.shown(FILE)
    mortality = loader.formula(
        entry.annual_mortality, file, None, "general_population.annual_mortality"
    )
    utility = loader.formula(entry.utility, file, None, "general_population.utility")
    one = constant(1.0)
    survival = Expr(
        "pow", (Expr("sub", (one, mortality)), Expr("name", name="cycle_years"))
    )
    from dataclasses import replace

    return replace(
        model,
        strategies=("General population",),
        states=(State("Alive"), State("Dead", dead=True)),
        initial={("Alive", None): one},
        transitions=(
            Transition("Alive", "Dead", Expr("sub", (one, survival))),
            Transition("Alive", "Alive", None),
            Transition("Dead", "Dead", None),
        ),
        payoffs=(Payoff("Population norm", "qaly", "state", utility, source="Alive", rate=True),),
    )
