"""What draws would trip over, and what a reader should know before a run: told by `check`."""

import re
from collections.abc import Iterator

import numpy as np

from hecon.analyses.evaluate import evaluate
from hecon.analyses.input_values import computed_values
from hecon.engine.model import key_text
from hecon.engine.values import formula_values
from hecon.errors import misspelt
from hecon.parameters.design import base_values
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.units import value_problem
from hecon.studies.estimates.evidence_records import Arm, PublishedEffect
from hecon.studies.estimates.selection import listed
from hecon.studies.extends import FILE as STUDY_FILE
from hecon.studies.study import Study

#: Draws that `check` tries; draw 37 of a longer run with the same seed is the same.
TRIED = 200
SEED = 1

#: Draws in which computed rows are held against their units.
COMPUTED = 1_000

#: Points of a distribution at which its unit is checked.
POINTS = (np.arange(10_000) + 0.5) / 10_000


def try_draws(study: Study) -> None:
    """Run the first draws of a probabilistic analysis; raises ModelError at one that can't."""
    design = study.probabilistic(TRIED, SEED)
    if design.varying:
        evaluate(study.model, design)


def outside_unit(parameter: Parameter) -> float:
    """Expected share of a parameter's draws that its unit doesn't allow."""
    if not parameter.is_input or not parameter.distribution.varies:
        return 0.0
    if parameter.distribution.kind == "dirichlet":
        return 0.0
    ends = parameter.distribution.quantile(POINTS[[0, -1]])
    if not any(_problem(parameter, value) for value in ends):
        return 0.0
    drawn = parameter.distribution.quantile(POINTS)
    return float(np.mean([bool(_problem(parameter, value)) for value in drawn]))


def _problem(parameter: Parameter, value: float) -> str | None:
    return value_problem(parameter.unit, parameter.money, float(value))


def unit_problems(study: Study) -> list[tuple[str, str, str]]:
    """Inputs and computed rows whose draws leave what their unit allows.

    Returns:
        The place, the name, and the share of draws outside in words: expected for an input,
        observed in the first draws for a computed row.
    """
    found = []
    for parameter in study.parameters:
        share = outside_unit(parameter)
        if share:
            reasons = {
                str(_problem(parameter, v)).partition(", ")[2]
                for v in parameter.distribution.quantile(POINTS[[0, -1]])
                if _problem(parameter, v)
            }
            text = f"{share:.2%} of draws are outside what the unit allows ({'; '.join(reasons)})"
            found.append((f"{parameter.file}, row {parameter.row}", parameter.text, text))
    design = study.probabilistic(COMPUTED, SEED)
    columns = design.block(0, design.draws)
    for row, values in computed_values(study, design.numbers, columns):
        problem = row.problem(values) if np.ndim(values) else None
        if problem:
            share = float(np.mean([bool(row.problem(value)) for value in values]))
            text = (
                f"{share:.1%} of the first {COMPUTED:,} draws are outside what the unit allows "
                f"({problem.partition(', ')[2]})"
            )
            found.append((f"{row.file}, row {row.row}", key_text(row.key), text))
    return list(dict.fromkeys(found))


def notes(study: Study) -> list[str]:
    """What passes and may still not be meant, each with its place."""
    return [
        *(f"{place}: {name}: {text}" for place, name, text in unit_problems(study)),
        *_twins(study),
        *_kind_notes(study),
        *_death_notes(study),
        *_session_notes(study),
        *_evidence_notes(study),
        *([f"{study.folder.name}/{STUDY_FILE}: {study.no_workbook}"] if study.no_workbook else []),
    ]


def _kind_notes(study: Study) -> Iterator[str]:
    """A study in which nothing costs, or nobody gains health."""
    for kind, words in (("cost", "nothing costs anything"), ("qaly", "nobody has QALYs")):
        if not any(p.kind == kind for p in study.model.payoffs):
            yield f"{study.folder.name}: {words}; no payoff is of the kind {kind}"


def _twins(study: Study) -> Iterator[str]:
    """Inputs by strategy that look like one quantity and are drawn apart."""
    joined = {frozenset((c.first, c.second)) for c in study.correlations}
    seen: dict[object, list[Parameter]] = {}
    for p in study.parameters:
        if p.is_input and p.strategy and p.distribution.varies:
            seen.setdefault((p.name, p.value, p.distribution), []).append(p)
    for twins in seen.values():
        first, *others = (p for p in twins if p.distribution.kind != "dirichlet")
        apart = [p for p in others if frozenset((first.key, p.key)) not in joined]
        if apart:
            listed = "; ".join(str(p.strategy) for p in (first, *apart))
            yield (
                f"{first.file}, row {first.row}: {first.name} has the same value and distribution "
                f"in {listed}, and is drawn apart in each; if it is one quantity, write one row "
                f"with the strategy '{listed}'"
            )


def _death_notes(study: Study) -> Iterator[str]:
    """Ways out of death, and states that look dead and are not marked."""
    model = study.model
    dead = {s.name for s in model.states if s.dead}
    for move in model.transitions:
        if move.source in dead and move.target not in dead:
            yield f"{move.origin}: a way out of death, from {move.source} to {move.target}"
    paid = {p.source for p in model.payoffs}
    for state in model.states:
        leaves = any(t.source == state.name and t.target != state.name for t in model.transitions)
        named = re.search(r"\b(dead|death|died|død)", state.name, re.IGNORECASE)
        if not state.dead and not leaves and (named or state.name not in paid):
            yield (
                f"state {state.name}: nobody leaves it and it is not marked dead = true, so time "
                "in it counts as life-years"
            )


def _session_notes(study: Study) -> Iterator[str]:
    """Sessions later than the horizon, whose costs and effects are not counted."""
    if study.course is None:
        return
    numbers = base_values(study.parameters)
    sessions = study.course.sessions
    targets = [(session.week, session.strategy) for session in sessions]
    weeks = formula_values(study.model, targets, numbers, {})
    (years,) = formula_values(study.model, [(study.model.horizon_years, None)], numbers, {})
    for session, week in zip(sessions, weeks, strict=True):
        if not float(week) <= float(years) * 365.25 / 7 + 1e-9:
            yield (
                f"{session.file}, row {session.row}: session {session.label} of "
                f"{session.strategy} is in week {float(week):g}, after the horizon; what it costs "
                "is not counted"
            )


def _evidence_notes(study: Study) -> Iterator[str]:
    """Evidence that is left out because its use is almost one that estimates ask for."""
    asked = {use for row in study.synthesis.rows.values() for use in listed(row.use)}
    evidence = study.synthesis.evidence
    found: list[Arm | PublishedEffect] = [*evidence.arms, *evidence.effects, *evidence.contrasts]
    for item in found:
        near = "" if item.use in asked else misspelt(item.use, asked)
        if near:
            yield (
                f"{item.file}, row {item.row}: no estimate asks for the use '{item.use}' of "
                f"{item.id} ({item.study}); is it '{near}'?"
            )
