"""From a study's folder to a validated `Study`; every fault is found before anything runs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hecon.engine.expression import Expr, constant
from hecon.engine.model import CohortModel, Payoff, State, Transition
from hecon.errors import Fault, InputError
from hecon.jurisdictions.jurisdiction_schema import FILE as JURISDICTION_FILE
from hecon.jurisdictions.load_jurisdiction import load_jurisdiction
from hecon.parameters.cell_text import plain_number
from hecon.parameters.files import check_name, digests
from hecon.parameters.units import value_problem
from hecon.studies.budget_checks import check_budget
from hecon.studies.budget_reading import read_budget
from hecon.studies.citations import check_citations
from hecon.studies.correlations import read_correlations
from hecon.studies.discounting import check_discounting, remember_rates
from hecon.studies.documents import read_documents
from hecon.studies.extends import FILE, read_definition
from hecon.studies.facts import read_facts
from hecon.studies.inputs import Inputs, read_inputs
from hecon.studies.late_sessions import check_late_sessions
from hecon.studies.model_structure import (
    Initial,
    check_reachable,
    read_initial,
    read_payoffs,
    read_transitions,
)
from hecon.studies.people import read_population
from hecon.studies.reading import COUNTED_TIME, EVENT_TIME, NO_TIME, StudyReading
from hecon.studies.scenario_rows import Overrides, read_perspectives, read_scenarios
from hecon.studies.sessions import read_course
from hecon.studies.soundness import (
    check_alternatives,
    check_course_depth,
    check_dead,
    check_payoffs,
    check_price_alike,
)
from hecon.studies.study import Budget, Study
from hecon.studies.study_checks import (
    DEEPEST,
    check_ages,
    check_asked,
    check_cycles,
    check_definition,
    check_dependencies,
    check_folder,
    check_names,
    check_spread,
    grids_in_local_money,
)
from hecon.studies.subgroup_rows import check_shares, combined, read_subgroups
from hecon.studies.trials import read_planned_trials

GENERAL_POPULATION = "General population"


def load_study(folder: Path | str, jurisdiction: Path | str | None = None) -> Study:
    """Read and validate a study in a jurisdiction.

    Args:
        folder: The study's folder, holding `study.toml`.
        jurisdiction: The jurisdiction's folder; without it the study's own `jurisdiction.toml` is
            used.

    Raises:
        InputError: With every fault found: file, row, column, what was found and what is allowed.

    Examples:
        >>> from hecon import load_study
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> study.compared
        ('MDMA-AT', 'PE')
    """
    folder = Path(folder)
    for each in (folder, *([] if jurisdiction is None else [Path(jurisdiction)])):
        check_name(each)
    with digests() as read:
        return _loaded(folder, jurisdiction, read)


def _loaded(folder: Path, jurisdiction: Path | str | None, read: dict[str, str]) -> Study:
    """The study; `read` holds what has been read once all is read."""
    found = read_definition(folder, None if jurisdiction is None else Path(jurisdiction))
    own = next((f for f in reversed(found.folders) if (f / JURISDICTION_FILE).is_file()), None)
    if jurisdiction is None and own is None:
        text = f"name a jurisdiction; the study has no {JURISDICTION_FILE} of its own"
        raise InputError([Fault(f"{folder.name}/{FILE}", None, None, text)])
    place = load_jurisdiction(Path(jurisdiction or own or folder))
    reading = StudyReading(found, place)
    check_definition(reading)
    check_alternatives(reading)
    check_folder(reading)
    inputs = read_inputs(reading)
    documents = read_documents(reading)
    initial = read_initial(reading)
    transitions = read_transitions(reading)
    check_reachable(reading, initial, transitions)
    overrides = Overrides(reading, inputs, read_course(reading, inputs, transitions))
    scenarios = read_scenarios(reading, overrides)
    perspectives = read_perspectives(reading, overrides)
    subgroups = read_subgroups(reading, overrides, scenarios)
    course = overrides.course_in_use()
    payoffs = read_payoffs(reading, transitions)
    correlations = read_correlations(reading, inputs)
    if course is not None:
        payoffs += course.payoffs()
    model = _model(reading, inputs, initial, transitions, payoffs)
    population = _general_population(reading, model)
    check_payoffs(reading, payoffs)
    people = read_population(reading)
    budget = read_budget(reading, inputs, course, payoffs)
    trials = read_planned_trials(reading)
    facts = read_facts(reading, inputs, scenarios, course)
    check_citations(reading, inputs, budget, documents, scenarios)
    check_asked(reading, inputs)
    check_spread(reading, scenarios)
    grids = grids_in_local_money(reading, inputs)
    check_price_alike(reading, inputs)
    reading.check_left_out()
    check_names(reading, inputs)
    reading.faults.raise_if_any()
    told = [*scenarios, *perspectives, *(s.scenario for s in subgroups)]
    check_dependencies(reading, inputs, model, told)
    check_cycles(reading, model)
    check_course_depth(reading, model, DEEPEST)
    reading.faults.raise_if_any()
    check_ages(reading, inputs, model)
    check_discounting(reading, inputs, model, told)
    check_shares(reading, inputs, model, subgroups)
    check_dead(reading, inputs, model)
    reading.faults.raise_if_any()
    study = Study(
        folder,
        found.content.model_copy(update={"two_way": grids}),
        place,
        inputs.parameters,
        inputs.variables,
        model,
        course,
        scenarios,
        correlations,
        population,
        inputs.synthesis,
        found.layers,
        people,
        trials,
        documents,
        facts,
        read,
        _unused(reading, inputs, model, budget),
        tuple(inputs.replaced),
        budget,
        tuple(perspectives),
        subgroups,
        combined(subgroups),
    )
    check_budget(study)
    check_late_sessions(study)
    return study


def _unused(
    reading: StudyReading, inputs: Inputs, model: CohortModel, budget: Budget | None
) -> tuple[str, ...]:
    """Inputs that no result rests on: an article's figure beside a fact is none."""
    roots = [f.expr for f in reading.formulas if f.column not in ("formula", "figures")]
    used = model.rests_on(*roots)
    if reading.definition.price is not None:
        used.add(reading.definition.price.parameter)
    every = (*inputs.parameters, *(budget.parameters if budget is not None else ()))
    return tuple(dict.fromkeys(p.text for p in every if p.is_input and p.name not in used))


def _model(
    reading: StudyReading,
    inputs: Inputs,
    initial: Initial,
    transitions: Sequence[Transition],
    payoffs: Sequence[Payoff],
) -> CohortModel:
    """The model; formulas of time and of the jurisdiction are read or remembered on the way."""
    definition, place = reading.definition, reading.jurisdiction
    time = definition.time

    def timing(text: str, column: str, names: frozenset[str]) -> Expr:
        shown = reading.place(column)
        expr = reading.formula(text, shown, None, column, time=names)
        reading.remember(expr, shown, None, column, (None,), time=names)
        return expr

    jurisdiction = f"{place.folder.name}/{JURISDICTION_FILE}"
    remember_rates(reading)
    for i, expr in enumerate(place.threshold_rules):
        column = f"threshold.values[{i}]" if i else "opportunity_cost"
        reading.remember(expr, jurisdiction, None, column, (None,), time=NO_TIME)
    return CohortModel(
        strategies=reading.strategies,
        states=tuple(State(s.name, s.dead, s.memory_years, s.label) for s in definition.states),
        parameters=tuple(p.key for p in inputs.parameters if p.is_input),
        formulas={
            **{p.key: p.formula for p in inputs.parameters if p.formula is not None},
            **{v.key: v.formula for v in inputs.variables},
        },
        initial=initial,
        transitions=tuple(transitions),
        payoffs=tuple(payoffs),
        tables=inputs.tables,
        # a cycle's length may rest on its number, not on the length of a cycle
        cycle_months=timing(
            time.cycle_months, "time.cycle_months", NO_TIME - {"cycle_years"} | {"cycle"}
        ),
        horizon_years=timing(time.horizon_years, "time.horizon_years", NO_TIME),
        start_age=timing(time.start_age, "time.start_age", NO_TIME) if time.start_age else None,
        counting=time.counting.qaly,
        counting_cost=time.counting.cost if time.counting.cost != time.counting.qaly else "",
        discount_cost=place.discount_cost,
        discount_effect=place.discount_effect,
        time_place=f"{reading.place('time')}, [time]",
    )


def _general_population(reading: StudyReading, model: CohortModel) -> CohortModel | None:
    """The general population as a model of its own, if the study describes it."""
    entry = reading.definition.general_population
    if entry is None:
        return None

    def read(name: str, text: str, unit: str, time: frozenset[str]) -> Expr:
        where = f"general_population.{name}"
        place = (reading.place(where), None, where)
        expr = reading.formula(text, *place, strategy=GENERAL_POPULATION, time=time)
        number = plain_number(expr)
        if number is not None and (problem := value_problem(unit, "", number)):
            reading.faults.add(*place, problem)
        return expr

    mortality = read("annual_mortality", entry.annual_mortality, "probability", EVENT_TIME)
    utility = read("utility", entry.utility, "utility", COUNTED_TIME)
    one = constant(1.0)
    survival = Expr("pow", (Expr("sub", (one, mortality)), Expr("name", name="cycle_years")))
    return replace(
        model,
        strategies=(GENERAL_POPULATION,),
        states=(State("Alive"), State("Dead", dead=True)),
        initial={("Alive", None): one},
        transitions=(
            Transition("Alive", "Dead", Expr("sub", (one, survival))),
            Transition("Alive", "Alive", None),
            Transition("Dead", "Dead", None),
        ),
        payoffs=(Payoff("Population norm", "qaly", "state", utility, source="Alive", rate=True),),
    )
