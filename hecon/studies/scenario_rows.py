"""Reading scenarios: what each overrides, and which strategies it compares."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hecon.engine.expression import Expr, constant, substitute
from hecon.engine.model import Key, key_text
from hecon.errors import UnknownName
from hecon.parameters import limits
from hecon.parameters.cell_text import parse_formula, parse_pairs, plain_number
from hecon.parameters.parameter_schema import Parameter, weakest
from hecon.parameters.tables import read_rows
from hecon.parameters.units import ANY_CURRENCY, currency_in, value_problem
from hecon.parameters.written_money import amounts, converted, is_money
from hecon.studies.choices import Choice, own_parameter, read_choice
from hecon.studies.course import TreatmentCourse
from hecon.studies.extends import StudyFile
from hecon.studies.inputs import Inputs
from hecon.studies.reading import NO_TIME, QUANTITY, SCENARIO, Place, StudyReading, row_of
from hecon.studies.sessions import Cell, cell_parameter, cells_of, with_parameters
from hecon.studies.study import Scenario
from hecon.studies.study_schema import ScenarioRow

#: Stands in a change for every rate at which the jurisdiction discounts.
RATES = "discount_rates"


@dataclass
class Overrides:
    """What scenarios and subgroups may override; cells of sessions then become parameters.

    `local` names inputs that the model doesn't have: those of a plan with scenarios of its own.
    """

    reading: StudyReading
    inputs: Inputs
    course: TreatmentCourse | None
    local: frozenset[str] = frozenset()
    cells: dict[Cell, Parameter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parameters = {p.key: p for p in self.inputs.parameters}
        self.units = {v.key: v.unit for v in self.inputs.variables}
        self.units |= {p.key: p.unit for p in self.inputs.parameters}
        self.known = set(self.inputs.keys)

    def course_in_use(self) -> TreatmentCourse | None:
        """The course with every overridden cell made a parameter, which is added to the inputs."""
        if self.course is None or not self.cells:
            return self.course
        self.inputs.parameters += self.cells.values()
        return with_parameters(self.course, self.cells)

    def key(self, name: str) -> Key | str | UnknownName:
        """The key that a scenario's name means, or what is wrong with it."""
        bare, bracket, rest = (part.strip() for part in name.partition("["))
        if bracket:
            strategy = rest.removesuffix("]").strip()
            key: Key = (bare, None if strategy == "all" else strategy)
            if rest.endswith("]") and key in self.known:
                return key
        elif "." in name:
            return self._cell(name)
        own = [key_text(k) for k in sorted(k for k in self.known if k[0] == bare and k[1])]
        general = (bare, None) in self.known
        if general and not own and not bracket:
            return (bare, None)
        if own and not bracket:
            allowed = [f"{bare}[all]"] * general + own
            return f"'{name}' differs by strategy; name one of {', '.join(allowed)}"
        if own or general:
            return f"'{name}' has no row; allowed are {', '.join([bare] * general + own)}"
        texts = sorted({key_text(k) for k in self.known})
        return UnknownName(name, QUANTITY, texts, "a session's cell (strategy.session.column), ")

    def _cell(self, name: str) -> Key | str | UnknownName:
        """The key of a session's cell, which becomes a parameter."""
        if self.course is None or name.count(".") != 2:
            return f"'{name}' is not a session's cell (strategy.session.column)"
        strategy, number, column = (part.strip() for part in name.split("."))
        sessions = self.course.of(strategy)
        if not sessions:
            known = list(dict.fromkeys(s.strategy for s in self.course.sessions))
            return UnknownName(strategy, "a strategy with sessions", known)
        found = [s for s in sessions if s.label == number]
        if not found:
            numbers = ", ".join(s.label for s in sessions)
            return f"{strategy} has no session '{number}'; allowed are {numbers}"
        if column not in (columns := cells_of(found[0])):
            return UnknownName(column, "a column of numbers", columns)
        self.cells[(strategy, number, column)] = parameter = cell_parameter(found[0], column)
        if column in self.course.money:
            self.units[parameter.key] = ANY_CURRENCY
        return parameter.key


def read_scenarios(reading: StudyReading, overrides: Overrides) -> list[Scenario]:
    """Scenarios, with faults recorded."""
    if not reading.definition.scenarios:
        return []
    rows = reading.rows("scenarios", ScenarioRow, lambda row: row.id)
    if "scenarios" in reading.broken:
        reading.faults.unread.add(SCENARIO)
    result = scenarios_of(overrides, [(file, number, row) for file, number, row, _ in rows])
    if len(result) > limits.SCENARIOS:
        text = f"the study has {len(result)} scenarios, allowed are {limits.SCENARIOS}"
        reading.faults.add(reading.file("scenarios"), None, None, text)
    return result


def read_perspectives(reading: StudyReading, overrides: Overrides) -> list[Scenario]:
    """Other perspectives that stand beside the base case, written as scenarios are."""
    if not reading.definition.perspectives:
        return []
    if not reading.definition.perspective:
        text = "is missing: the name of the base case's own, beside which others stand"
        reading.faults.add(reading.place("perspective"), None, "perspective", text)
    rows = reading.rows("perspectives", ScenarioRow, lambda row: row.id)
    return scenarios_of(overrides, [(file, number, row) for file, number, row, _ in rows])


def read_own_scenarios(
    reading: StudyReading, inputs: Inputs, source: StudyFile, local: frozenset[str]
) -> list[Scenario]:
    """Scenarios of a plan's own file, over its inputs (`local`) and the study's."""
    overrides = Overrides(reading, inputs, None, local)
    rows: list[tuple[str, int, ScenarioRow]] = []
    with reading.faults.collect():
        found = read_rows(source.path, source.shown, ScenarioRow, reading.faults)
        rows = [(source.shown, number, row) for number, row, _ in found]
    return scenarios_of(overrides, rows)


def scenarios_of(
    overrides: Overrides,
    rows: Sequence[tuple[str, int, ScenarioRow]],
    called: tuple[str, str] = ("scenario", "id"),
) -> list[Scenario]:
    """Scenarios from rows with their file and number.

    Args:
        called: What a row is, and the column of its name, for messages.
    """
    what, column = called
    reading = overrides.reading
    result: list[Scenario] = []
    seen: dict[str, Place] = {}
    for file, number, read in rows:
        row = _every_rate(reading, read, file, number)
        if row.id in seen:
            text = f"{what} '{row.id}' is already in {row_of(seen[row.id], file)}"
            reading.faults.add(file, number, column, text)
        seen.setdefault(row.id, (file, number))
        changes = _changes(overrides, row, file, number)
        statuses = [overrides.inputs.synthesis.estimates[name].status for name in changes.estimates]
        result.append(
            Scenario(
                row.id,
                row.title,
                row.why,
                changes.fixed,
                _compare(reading, row.compare, file, number),
                row.source,
                row.status,
                file,
                number,
                row.changes,
                changes.drawn,
                tuple(changes.own.values()),
                tuple(dict.fromkeys(changes.estimates)),
                weakest([row.status, *statuses]),
            )
        )
    return result


def _every_rate(reading: StudyReading, row: ScenarioRow, file: str, number: int) -> ScenarioRow:
    """A row with the jurisdiction's own names of its rates in place of `RATES`."""
    parts = [part.partition("=") for part in row.changes.split(";")]
    if RATES not in [name.strip() for name, _, _ in parts]:
        return row
    steps = reading.jurisdiction.definition.discount.steps
    rates = dict.fromkeys(rate for step in steps for rate in (step.cost, step.effect))
    if not all(rate.isidentifier() for rate in rates):
        text = f"{RATES}: the jurisdiction's rates are no inputs of their own; give each a name"
        reading.faults.add(file, number, "changes", text)
        rates = {}
    told = []
    for name, equal, value in parts:
        names = rates if name.strip() == RATES else [name.strip()]
        told += [f"{each} {equal} {value.strip()}" for each in names]
    return row.model_copy(update={"changes": "; ".join(told)})


@dataclass
class _Changes:
    """A scenario's overrides in both kinds of run."""

    fixed: dict[Key, Expr] = field(default_factory=dict)
    drawn: dict[Key, Expr] = field(default_factory=dict)
    own: dict[Key, Parameter] = field(default_factory=dict)
    estimates: list[str] = field(default_factory=list)


def _changes(overrides: Overrides, row: ScenarioRow, file: str, number: int) -> _Changes:
    reading = overrides.reading
    changes, money = _Changes(), False
    try:
        pairs = parse_pairs(row.changes)
    except ValueError as error:
        reading.faults.add(file, number, "changes", str(error))
        return changes
    for name, text in pairs.items():
        key = overrides.key(name)
        if isinstance(key, str | UnknownName):
            if overrides.inputs.complete:
                reading.faults.add(file, number, "changes", key)
            continue
        if key in changes.fixed:
            reading.faults.add(file, number, "changes", f"'{key_text(key)}' is given twice")
        try:
            own = text if key[1] is None else text.replace(key_text(key), key[0])
            choice = read_choice(own, overrides.units.get(key, ""), overrides.inputs.synthesis)
        except UnknownName as unknown:
            reading.faults.add(file, number, "changes", unknown)
            continue
        except ValueError as error:
            reading.faults.add(file, number, "changes", f"{name}: {error}")
            continue
        if choice is not None:
            _choose(overrides, changes, key, choice, file, number)
            money |= _in_money(overrides, changes, key, row, file, number)
            _relative(overrides, changes, key)
        parameter = overrides.parameters.get(key)
        value = plain_number(changes.fixed[key]) if key in changes.fixed else None
        if parameter is not None and value is not None:
            problem = value_problem(parameter.unit, parameter.money, value)
            if problem:
                reading.faults.add(file, number, "changes", f"{name}: {problem}")
    _check_retracted(overrides, changes, row, file, number)
    stated = {"currency": row.currency, "price_year": row.price_year}
    for column, found in stated.items():
        if found and not money and len(changes.fixed) == len(pairs):
            text = f"found '{found}', but no change is an amount of money; leave it blank"
            reading.faults.add(file, number, column, text)
    return changes


def _choose(
    overrides: Overrides, changes: _Changes, key: Key, choice: Choice, file: str, number: int
) -> None:
    """Put one override into the deterministic and into the probabilistic run."""
    reading, like = overrides.reading, overrides.parameters.get(key)
    changes.estimates += choice.estimates
    if choice.whole is not None:
        estimate = choice.estimates[0] if choice.estimates else ""
        unit = overrides.units.get(key, "")
        changes.own[key] = own_parameter(*key, unit, choice.whole, like, estimate)
        changes.fixed[key] = constant(choice.whole.value)
        return
    expr = parse_formula(choice.text, reading.faults, file, number, "changes") or constant(0.0)
    fixed = substitute(expr, choice.meanings) if choice.names else expr
    strategies = reading.strategies if key[1] is None else (key[1],)
    reading.remember(fixed, file, number, "changes", strategies, overrides.local, NO_TIME)
    changes.fixed[key], changes.drawn[key] = fixed, expr
    for name, (found, estimate) in choice.names.items():
        if (name, None) in overrides.known:
            text = f"'{name}' is a parameter's name already; call it otherwise"
            reading.faults.add(file, number, "changes", text)
        changes.own[(name, None)] = own_parameter(name, None, "", found, None, estimate)


def _relative(overrides: Overrides, changes: _Changes, key: Key) -> None:
    """A quantity within its own change is that of the base case; in a draw, that of the draw."""
    if key not in changes.drawn or key[0] not in changes.fixed[key].names:
        return
    base, drawn = _base_of(overrides, changes, key)
    changes.fixed[key] = substitute(changes.fixed[key], {key[0]: base})
    changes.drawn[key] = substitute(changes.drawn[key], {key[0]: drawn})


def _base_of(overrides: Overrides, changes: _Changes, key: Key) -> tuple[Expr, Expr]:
    """What an overridden quantity was: in the base case, and in a draw."""
    like = overrides.parameters.get(key)
    if like is None or like.value is None:
        formulas = {v.key: v.formula for v in overrides.inputs.variables}
        formula = like.formula if like is not None else formulas[key]
        assert formula is not None
        return formula, formula
    if not like.distribution.varies:
        return constant(like.value), constant(like.value)
    name = f"base_{key[0]}"
    changes.own[(name, key[1])] = replace(like, name=name, drawn_as=like.text)
    return constant(like.value), Expr("name", name=name)


def _in_money(
    overrides: Overrides, changes: _Changes, key: Key, row: ScenarioRow, file: str, number: int
) -> bool:
    """An amount counts in the currency that its row states, and is converted by a stated rate.

    Returns whether the change is of money, also where it states no amount.
    """
    unit, like = overrides.units.get(key, ""), overrides.parameters.get(key)
    own, expr = changes.own.get(key), changes.fixed.get(key)
    if not is_money(unit, like.money if like else currency_in(unit)):
        return False
    if expr is None or (own and own.estimate) or not (stated := amounts(expr)):
        return True
    try:
        place = overrides.reading.jurisdiction.definition
        factor = place.money_factor(row.currency, row.price_year)
        if own is not None and factor != 1:
            raise ValueError("a distribution of money can't be converted; give it in local money")
    except ValueError as error:
        # many amounts in a currency without a rate are one fault
        whose = "" if row.currency and row.price_year else f"{key_text(key)} = {stated[0]:g}: "
        needs = (file, "price_year")
        overrides.reading.faults.add(file, number, "currency", f"{whose}{error}", needs)
        return True
    for formulas in (changes.fixed, changes.drawn):
        if factor != 1 and key in formulas:
            formulas[key] = converted(formulas[key], lambda value: value * factor)
    return True


def _check_retracted(
    overrides: Overrides, changes: _Changes, row: ScenarioRow, file: str, number: int
) -> None:
    made = overrides.inputs.synthesis.estimates
    for name in dict.fromkeys(changes.estimates):
        if made[name].status == "retracted" and row.status != "retracted":
            text = f"the estimate '{name}' rests on retracted evidence"
            text += f" ({', '.join(made[name].rows)}); only a scenario with that status may use it"
            overrides.reading.faults.add(file, number, "changes", text, (file, "status"))


def _compare(reading: StudyReading, text: str, file: str, row: int) -> tuple[str, str]:
    pair = (reading.definition.intervention, reading.definition.comparator)
    if not text:
        return pair
    names = [n.strip() for n in text.split(" v ")]
    if len(names) == 2 and names[0] != names[1]:
        for name in names:
            reading.known_strategy(name, file, row, "compare")
        return names[0], names[1]
    allowed = ", ".join(reading.strategies)
    fault = f"found '{text}', allowed is 'strategy v strategy' with two of {allowed}"
    reading.faults.add(file, row, "compare", fault)
    return pair
