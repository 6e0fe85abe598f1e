"""Subgroups: levels of dimensions with their shares, and every combination of them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import product

from hecon.engine.expression import Expr, constant
from hecon.engine.model import CohortModel, key_text
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError, nearest_or_some, shown
from hecon.parameters import limits
from hecon.parameters.cell_text import parse_formula
from hecon.parameters.design import base_values
from hecon.parameters.parameter_schema import weakest
from hecon.studies.inputs import Inputs
from hecon.studies.reading import NO_TIME, StudyReading
from hecon.studies.scenario_rows import Overrides, scenarios_of
from hecon.studies.study import Scenario, Study, Subgroup
from hecon.studies.study_schema import ScenarioRow, SubgroupRow
from hecon.studies.variant import with_changes

SUBGROUP = "--subgroup"

#: Between the names of levels that are combined.
AND = " / "

#: How far the shares of a dimension may be from one.
_SLACK = 1e-9


def read_subgroups(
    reading: StudyReading, overrides: Overrides, scenarios: Sequence[Scenario]
) -> tuple[Subgroup, ...]:
    """The levels of every dimension, in file order, with faults recorded."""
    if not reading.definition.subgroups:
        return ()
    rows = reading.rows("subgroups", SubgroupRow, lambda row: row.name)
    taken = {s.id for s in scenarios}
    found = []
    for file, number, row, _ in rows:
        weight = parse_formula(row.weight, reading.faults, file, number, "weight")
        weight = weight or constant(0.0)
        reading.remember(weight, file, number, "weight", (None,), time=NO_TIME)
        if row.name in taken or AND.strip() in row.name:
            text = f"'{row.name}' is the id of a scenario or holds '{AND.strip()}'; rename it"
            reading.faults.add(file, number, "name", text)
        found.append((row, weight))
    same = ScenarioRow.model_fields.keys() - {"id", "compare"}
    as_scenarios = [
        (file, number, ScenarioRow(id=row.name, **{n: getattr(row, n) for n in same}))
        for file, number, row, _ in rows
    ]
    made = scenarios_of(overrides, as_scenarios, ("subgroup", "name"))
    levels = tuple(
        Subgroup(row.name, row.title, (row.dimension,), weight, scenario)
        for (row, weight), scenario in zip(found, made, strict=True)
    )
    _check_dimensions(reading, levels)
    return levels


def _check_dimensions(reading: StudyReading, levels: Sequence[Subgroup]) -> None:
    """Two levels at least, and nothing that two dimensions change."""
    named: dict[str, list[Subgroup]] = {}
    for level in levels:
        named.setdefault(level.dimensions[0], []).append(level)
    changed: dict[str, str] = {}
    combinations = 1
    for dimension, own in named.items():
        combinations *= len(own)
        first = own[0].scenario
        if len(own) < 2:
            text = f"'{dimension}' has one level, {own[0].name}; a dimension has two or more"
            reading.faults.add(first.file, first.row, "dimension", text)
        for key in dict.fromkeys(k for level in own for k in level.scenario.changes):
            other = changed.setdefault(key_text(key), dimension)
            if other != dimension:
                text = f"'{key_text(key)}' is changed by '{other}' and by '{dimension}'"
                reading.faults.add(first.file, first.row, "changes", text)
    if combinations > limits.SUBGROUPS:
        text = f"the levels make {combinations} combinations, allowed are {limits.SUBGROUPS}"
        reading.faults.add(reading.file("subgroups"), None, None, text)


def check_shares(
    reading: StudyReading, inputs: Inputs, model: CohortModel, levels: Sequence[Subgroup]
) -> None:
    """The shares of a dimension must be from 0 to 1 and add up to one at base values."""
    if not levels:
        return
    shares = _shares(model, inputs, levels)
    sums: dict[str, float] = {}
    for level, share in zip(levels, shares, strict=True):
        place = (level.scenario.file, level.scenario.row, "weight")
        if not 0 <= share <= 1:
            text = f"{level.name}: found {share:g}, a share is from 0 to 1"
            reading.faults.add(*place, text)
        dimension = level.dimensions[0]
        sums[dimension] = sums.get(dimension, 0.0) + share
    for dimension, total in sums.items():
        if abs(total - 1) > _SLACK:
            text = f"the shares of '{dimension}' add up to {total:.10g}, needed is 1"
            reading.faults.add(reading.file("subgroups"), None, "weight", text)


def _shares(model: CohortModel, inputs: Inputs, levels: Sequence[Subgroup]) -> list[float]:
    numbers = base_values(inputs.parameters)
    found = formula_values(model, [(level.weight, None) for level in levels], numbers, {})
    return [float(value) for value in found]


def combined(levels: Sequence[Subgroup]) -> tuple[Subgroup, ...]:
    """Every combination of one level of each dimension; independent, so shares multiply."""
    named: dict[str, list[Subgroup]] = {}
    for level in levels:
        named.setdefault(level.dimensions[0], []).append(level)
    return tuple(reduce(_both, each) for each in product(*named.values())) if named else ()


def _both(one: Subgroup, other: Subgroup) -> Subgroup:
    first, second = one.scenario, other.scenario
    name = f"{one.name}{AND}{other.name}"
    title = f"{one.title}, {other.title}"
    return Subgroup(
        name,
        title,
        (*one.dimensions, *other.dimensions),
        Expr("mul", (one.weight, other.weight)),
        replace(
            first,
            id=name,
            title=title,
            why="; ".join(filter(None, (first.why, second.why))),
            changes={**first.changes, **second.changes},
            source="; ".join(filter(None, (first.source, second.source))),
            text=f"{first.text}; {second.text}",
            drawn={**first.drawn, **second.drawn},
            own=(*first.own, *second.own),
            estimates=tuple(dict.fromkeys((*first.estimates, *second.estimates))),
            status=weakest([first.status, second.status]),
            weakest_status=weakest([first.weakest_status, second.weakest_status]),
        ),
    )


def with_subgroup(study: Study, name: str) -> Study:
    """The study in one subgroup: a level, or levels of several dimensions with `/` between them.

    Raises:
        InputError: If there is no such level, or two of one dimension.
    """
    known = {level.name: level for level in study.subgroups}
    chosen: list[Subgroup] = []
    for part in (p.strip() for p in name.split(AND.strip())):
        if part not in known:
            hint = nearest_or_some(part, known) if known else "; the study has none"
            raise InputError([Fault(SUBGROUP, None, None, f"{shown(part)} is no subgroup{hint}")])
        level = known[part]
        if any(level.dimensions == other.dimensions for other in chosen):
            text = f"{shown(name)} names two levels of '{level.dimensions[0]}'"
            raise InputError([Fault(SUBGROUP, None, None, text)])
        chosen.append(level)
    found = reduce(_both, chosen)
    changed = with_changes(study, found.scenario, f"subgroup {found.name}")
    return replace(changed, subgroup=found.name, subgroups=(), combinations=())


def shares_at(study: Study, subgroups: Sequence[Subgroup]) -> list[float]:
    """The shares of subgroups at base values."""
    numbers = base_values(study.parameters)
    targets = [(each.weight, None) for each in subgroups]
    return [float(value) for value in formula_values(study.model, targets, numbers, {})]
