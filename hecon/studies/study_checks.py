"""Checks on a study as a whole: names, circles, strategies without a row, time and ages."""

import re
from collections.abc import Mapping, Sequence

from hecon.engine.expression import Expr
from hecon.engine.model import FIXED_NAMES, TIME_NAMES, CohortModel, Key, key_text
from hecon.engine.timing import COUNTING
from hecon.engine.values import formula_values
from hecon.errors import ModelError, UnknownName, nearest
from hecon.jurisdictions.jurisdiction_schema import FILE as JURISDICTION_FILE
from hecon.parameters.design import base_values
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.written_money import is_money
from hecon.studies.budget import BUDGET
from hecon.studies.dependencies import Dependencies, Needs
from hecon.studies.extends import FILE
from hecon.studies.inputs import Inputs
from hecon.studies.people import POPULATION
from hecon.studies.reading import (
    COUNTED,
    PARAMETER,
    QUANTITY,
    SCENARIO,
    STATE,
    STRATEGY,
    StudyReading,
)
from hecon.studies.study import Scenario
from hecon.studies.study_schema import InputPair
from hecon.studies.trials import TRIALS

#: Operations that may lie on top of each other, through all formulas.
DEEPEST = 250

#: Names shown of a circle.
LONGEST_CIRCLE = 12

_NOT_IN_NAMES = re.compile(r"[\[\].;=\n*?~\"<>]|->| v ")

#: Strategies are told apart by this many characters in the names of a report's sheets.
_TOLD_APART = 25
_TAKEN = ("all", "start", "rest")


def check_definition(reading: StudyReading) -> None:
    """Names of states and strategies, and the pair that the study compares."""
    definition = reading.definition
    for column, kind, names in (
        ("strategies", STRATEGY, reading.strategies),
        ("states", STATE, reading.states),
    ):
        file = reading.place(column)
        small = [n.lower() for n in names]
        for name in sorted({n for n in names if small.count(n.lower()) > 1}):
            reading.faults.add(file, None, column, f"'{name}' appears twice (capitals don't count)")
            reading.faults.unread.add(kind)
        for name in names:
            if _NOT_IN_NAMES.search(name) or name in _TAKEN:
                text = f"'{name}' can't be a name; leave out [ ] . ; = * ? ~ \" < > and the word v"
                reading.faults.add(file, None, column, text)
                reading.faults.unread.add(kind)
    cut = [re.sub(r"[:/\\']", "-", n.lower())[:_TOLD_APART] for n in reading.strategies]
    for name in sorted({n for n in cut if cut.count(n) > 1}):
        text = f"two strategies begin with '{name}'; they must differ in {_TOLD_APART} characters"
        reading.faults.add(reading.place("strategies"), None, "strategies", text)
    effect, place = definition.effect.name, reading.jurisdiction.definition
    if effect != place.effect:
        text = (
            f"is the {effect}, but {place.title} says what a {place.effect} may cost; use a "
            f'jurisdiction with effect = "{effect}"'
        )
        reading.faults.add(reading.place("effect"), None, "effect", text)
    elif not definition.effect.is_qaly and definition.general_population is not None:
        text = "severity is counted in QALYs; leave it out, as the effect is another"
        where = "general_population"
        reading.faults.add(reading.place(where), None, where, text)
    for column in ("intervention", "comparator"):
        name = getattr(definition, column)
        reading.known_strategy(name, reading.place(column), None, column)
    if definition.intervention == definition.comparator:
        text = f"'{definition.comparator}' is the intervention too; compare two strategies"
        reading.faults.add(reading.place("comparator"), None, "comparator", text)


def check_asked(reading: StudyReading, inputs: Inputs) -> None:
    """What results are asked for must exist: a price, what is bought at it, an outcome."""
    definition, named = reading.definition, []
    if definition.price is not None:
        bought = definition.course.quantities if definition.course is not None else []
        parameters = [p.name for p in inputs.parameters]
        named = [
            ("price.parameter", definition.price.parameter, PARAMETER, parameters),
            ("price.quantity", definition.price.quantity, COUNTED, [q.name for q in bought]),
        ]
    if definition.synthesis is not None and definition.synthesis.outcome:
        names = [name for name, _ in inputs.keys]
        named += [("synthesis.outcome", definition.synthesis.outcome, QUANTITY, names)]
    for column, name, kind, known in named if inputs.complete else ():
        if name not in known:
            among = QUANTITY if kind == PARAMETER else ""
            unknown = UnknownName(name, kind, known, among=among)
            reading.faults.add(reading.place(column), None, column, unknown)


def check_spread(reading: StudyReading, scenarios: Sequence[Scenario]) -> None:
    """The scenarios that a report leads with must exist and compare the study's own pair."""
    definition = reading.definition
    own = {s.id for s in scenarios if s.compare == (definition.intervention, definition.comparator)}
    known = [s.id for s in scenarios]
    place = reading.place("spread")
    for name in definition.spread:
        if name not in known:
            reading.faults.add(place, None, "spread", UnknownName(name, SCENARIO, known))
        elif name not in own:
            text = f"scenario '{name}' compares another pair than the study"
            reading.faults.add(place, None, "spread", text)


def grids_in_local_money(reading: StudyReading, inputs: Inputs) -> list[InputPair]:
    """The report's grids, values of money in the jurisdiction's; faults are recorded."""
    known = {p.text: p for p in inputs.parameters}
    result = []
    for grid in reading.definition.two_way:
        changes: dict[str, list[float]] = {}
        for end, name, values in (
            ("first", grid.first, grid.first_values),
            ("second", grid.second, grid.second_values),
        ):
            parameter = known.get(name)
            if parameter is None or not values or not is_money(parameter.unit, parameter.money):
                continue
            try:
                place = reading.jurisdiction.definition
                factor = place.money_factor(grid.currency, grid.price_year)
                changes[f"{end}_values"] = [value * factor for value in values]
            except ValueError as error:
                column = f"two_way[{grid.first}, {grid.second}].{end}_values"
                reading.faults.add(reading.place("two_way"), None, column, str(error))
        result.append(grid.model_copy(update=changes))
    return result


def check_folder(reading: StudyReading) -> None:
    """A definition that nothing reads, in a file or a folder misspelt, is a fault."""
    folder = reading.study.folder
    read = (FILE, JURISDICTION_FILE, POPULATION, BUDGET)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in (*read, TRIALS):
            continue
        shown = f"{folder.name}/{path.name}"
        if path.suffix == ".toml":
            text = f"no file of this name is read{nearest(path.name, read)}; allowed are "
            reading.faults.add(shown, None, None, text + ", ".join(read))
        elif path.is_dir() and any(path.glob("*.toml")) and not (path / FILE).exists():
            text = f"no folder of this name is read; trials lie in the folder {TRIALS}"
            reading.faults.add(shown, None, None, text)


def check_names(reading: StudyReading, inputs: Inputs) -> None:
    """Every name in every formula must mean something."""
    if not inputs.complete:
        return
    known = {name for name, _ in inputs.keys} | set(FIXED_NAMES) | set(TIME_NAMES)
    known |= {key_text(key) for key in inputs.keys}
    if not reading.definition.time.start_age:
        known.discard("age")
    columns = {f"{t.name}.{c}" for t in inputs.tables.values() for c in t.columns}
    for formula in reading.formulas:
        place = (formula.file, formula.row, formula.column)
        for name in sorted(formula.expr.names - known - formula.local):
            if name == "age":
                text = "'age' needs a start_age under [time] in study.toml, which has none"
                reading.faults.add(*place, text)
                continue
            look = "" if name.isascii() else ", as it holds a letter outside a to z"
            unknown = UnknownName(name, QUANTITY + look, sorted(known | formula.local))
            reading.faults.add(*place, unknown)
        for name in sorted(formula.expr.tables - columns):
            reading.faults.add(*place, UnknownName(name, "a table's column", sorted(columns)))


def check_dependencies(
    reading: StudyReading, inputs: Inputs, model: CohortModel, scenarios: Sequence[Scenario]
) -> None:
    """Formulas must not need each other in a circle, nor what their strategy or moment lacks."""
    where = {key: (file, row) for key, file, row in inputs.places}
    dependencies = Dependencies(model)
    deep = []
    for formula in reading.formulas:
        place = (formula.file, formula.row, formula.column)
        for strategy in formula.strategies:
            needs = dependencies.of(formula.expr, strategy, formula.local)
            for name in sorted(_direct(formula.expr, needs) - formula.local):
                text = f"'{name}' has no row for strategy {strategy}"
                if strategy is None:
                    text = f"'{name}' differs by strategy, and this holds for all strategies"
                reading.faults.add(*place, text)
            allowed = formula.time
            if model.cycles_differ and "cycle" not in allowed:
                allowed = allowed - {"cycle_years"}
            early = sorted(needs.supplied - allowed)
            if early:
                reading.faults.add(*place, _time_problem(early, sorted(allowed)))
                break
            if needs.depth > DEEPEST:
                text = f"formulas nest {needs.depth} levels deep, allowed are {DEEPEST}"
                deep.append((*place, text))
    _report_circles(reading, dependencies, where, "")
    if deep and not dependencies.circles:
        reading.faults.add(*deep[0])
    if reading.faults.faults:
        return
    for parameter in inputs.parameters:
        if parameter.stated_range is not None and not parameter.is_input:
            _check_range(reading, parameter, dependencies)
    for scenario in scenarios:
        changed = Dependencies(model, scenario.changes)
        for key in scenario.changes:
            strategies = [key[1]] if key[1] else list(reading.strategies)
            for strategy in strategies:
                changed.of_key(key, strategy)
                moving = dependencies.of_key(key, strategy).supplied & _moving_names(model)
                if moving:
                    text = (
                        f"'{key_text(key)}' depends on the {sorted(moving)[0]}; override the "
                        "parameters it is made of instead"
                    )
                    reading.faults.add(scenario.file, scenario.row, "changes", text)
        places = dict.fromkeys(scenario.changes, (scenario.file, scenario.row))
        _report_circles(reading, changed, {**where, **places}, f" (scenario {scenario.id})")


def _check_range(reading: StudyReading, parameter: Parameter, dependencies: Dependencies) -> None:
    """The range of a computed parameter acts in place of its formula, as one number."""
    strategies = [parameter.strategy] if parameter.strategy else list(reading.strategies)
    why = ""
    for strategy in strategies:
        moving = dependencies.of_key(parameter.key, strategy).supplied
        moving &= _moving_names(dependencies.model)
        if moving:
            why = f"depends on the {sorted(moving)[0]}"
    below = dependencies.model.rests_on(Expr("name", name=parameter.name))
    if parameter.strategy is None and _own_by_strategy(dependencies.model) & below:
        why = why or "differs by strategy"
    if why:
        text = (
            f"the range can't act: '{parameter.text}' is computed and {why}; give ranges to what "
            "it is made of instead"
        )
        reading.faults.add(parameter.file, parameter.row, "low", text)


def _own_by_strategy(model: CohortModel) -> set[str]:
    """Names that have a row for a single strategy."""
    return {name for name, strategy in (*model.parameters, *model.formulas) if strategy}


def _moving_names(model: CohortModel) -> set[str]:
    """Names of the engine whose values change from cycle to cycle."""
    return set(TIME_NAMES) | ({"cycle_years"} if model.cycles_differ else set())


def check_cycles(reading: StudyReading, model: CohortModel) -> None:
    """Cycles of different length don't fit rules of points in time."""
    if not model.cycles_differ:
        return
    why = "time.cycle_months depends on the cycle"
    for name in model.rules:
        if not COUNTING[name].points:
            continue
        rules = ", ".join(name for name, rule in COUNTING.items() if not rule.points)
        text = f"'{name}' needs cycles of the same length; {why}; allowed are {rules}"
        reading.faults.add(reading.place("time.counting"), None, "time.counting", text)


def _direct(expr: Expr, needs: Needs) -> frozenset[str]:
    """Missing names that stand in the formula itself; others are reported where they stand."""
    return needs.missing & expr.names


def _time_problem(found: Sequence[str], allowed: Sequence[str]) -> str:
    why = "; a state remembers time with memory_years" * ("years_in_state" in found)
    return (
        f"depends on {', '.join(found)}, which has no meaning here{why}; "
        f"allowed from the engine are {', '.join(allowed)}"
    )


def _report_circles(
    reading: StudyReading,
    dependencies: Dependencies,
    where: Mapping[Key, tuple[str, int]],
    ending: str,
) -> None:
    order = {key: position for position, key in enumerate(where)}
    seen = set()
    for circle in dependencies.circles:
        keys = circle[:-1]
        if frozenset(keys) in seen:
            continue
        seen.add(frozenset(keys))
        first = keys.index(min(keys, key=lambda key: order.get(key, len(order))))
        keys = [*keys[first:], *keys[:first], keys[first]]
        file, row = where.get(keys[0], (reading.place("time"), None))
        names = [key_text(key) for key in keys]
        if len(names) > LONGEST_CIRCLE:
            names = [*names[: LONGEST_CIRCLE - 2], f"({len(names)} in all)", names[-1]]
        text = f"circular formulas: {' -> '.join(names)}{ending}"
        reading.faults.add(file, row, "changes" if ending else "formula", text)


def check_ages(reading: StudyReading, inputs: Inputs, model: CohortModel) -> None:
    """Tables that are looked up by age must cover the ages of the base case."""
    if model.start_age is None:
        return
    targets = [(model.start_age, s) for s in model.strategies] + [(model.horizon_years, None)]
    try:
        *starts, years = formula_values(model, targets, base_values(inputs.parameters), {})
    except ModelError:
        return
    first, last = float(min(starts)), float(max(starts)) + float(years)
    used = {
        part.name.split(".")[0]
        for formula in reading.formulas
        for part in formula.expr.walk()
        if part.op == "lookup" and part.args[0].op == "name" and part.args[0].name == "age"
    }
    for name in sorted(used & set(inputs.tables)):
        keys = inputs.tables[name].keys
        if first < keys[0] or last > keys[-1] + 1:
            text = (
                f"ages run from {first:g} to {last:g}, but table {name} holds "
                f"{keys[0]:g} to {keys[-1]:g}"
            )
            reading.faults.add(reading.place("time"), None, "time", text)
