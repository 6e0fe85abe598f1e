"""Reading a study's tables, parameters, variables,  correlations."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from hecon.engine.model import Key, LookupTable, key_text
from hecon.parameters import limits
from hecon.parameters.cell_text import name_problem
from hecon.parameters.design import Correlation
from hecon.parameters.money import parameter_problems
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.rows import CENTRE_TOLERANCE, read_parameters
from hecon.parameters.tables import read_table
from hecon.parameters.units import currency_in, unit_problem
from hecon.studies.estimates.covariance import shared_correlations
from hecon.studies.estimates.read import StudySynthesis, read_synthesis
from hecon.studies.reading import StudyReading
from hecon.studies.study import Variable
from hecon.studies.study_schema import VariableRow


@dataclass
class Inputs:
    """What formulas may use: parameters, variables and tables.

    `complete` is False if some row could not be read: then nothing is blamed for a name that
    nobody seems to define. `replaced` holds rows of a layer with what took their place.
    """

    synthesis: StudySynthesis = field(default_factory=StudySynthesis)
    parameters: list[Parameter] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    tables: dict[str, LookupTable] = field(default_factory=dict)
    replaced: list[tuple[Parameter, Parameter]] = field(default_factory=list)
    complete: bool = True

    def shared_correlations(self) -> list[Correlation]:
        """Correlations of parameters whose estimates share evidence."""
        made = self.synthesis.estimates
        found = {p.key: made[p.estimate] for p in self.parameters if p.estimate in made}
        return shared_correlations(found)

    @property
    def keys(self) -> list[Key]:
        """Keys of parameters and variables, in file order."""
        return [p.key for p in self.parameters] + [v.key for v in self.variables]

    @property
    def places(self) -> list[tuple[Key, str, int]]:
        """Keys with file and row."""
        found = [(p.key, p.file, p.row) for p in self.parameters]
        return found + [(v.key, v.file, v.row) for v in self.variables]


def read_inputs(reading: StudyReading) -> Inputs:
    """Everything that formulas may use, with faults recorded."""
    definition, place = reading.definition, reading.jurisdiction
    inputs = Inputs(read_synthesis(reading), [*place.parameters], tables={**place.tables})
    inputs.complete = inputs.synthesis.complete
    for name in definition.tables:
        table = None
        problem = name_problem(name)
        if problem:
            reading.faults.add(reading.place(f"tables.{name}"), None, f"tables.{name}", problem)
        for source in reading.sources(f"tables.{name}.file")[-1:]:
            with reading.faults.collect():
                table = read_table(source.path, source.shown, name, reading.faults)
        if table is None:
            inputs.complete = False
        else:
            inputs.tables[name] = table
    _read_parameters(reading, inputs)
    for parameter in inputs.parameters:
        _check_parameter(reading, parameter)
    _read_variables(reading, inputs)
    if len(inputs.keys) > limits.QUANTITIES:
        text = f"there are {len(inputs.keys)} parameters and variables, allowed are "
        reading.faults.add(reading.place("parameters"), None, None, f"{text}{limits.QUANTITIES}")
        reading.faults.raise_if_any()
    if inputs.complete:
        _check_duplicates(reading, inputs)
        _settle_dirichlets(reading, inputs)
    return inputs


def _read_parameters(reading: StudyReading, inputs: Inputs) -> None:
    """Parameters of the jurisdiction and of the study, in whose files a row may be replaced."""
    before = len(reading.faults.faults)
    sources = reading.sources("parameters")
    inputs.complete &= len(reading.faults.faults) == before
    kept: dict[Path, list[Parameter]] = {}
    for source in sources:
        found: list[Parameter] = []
        complete = False
        with reading.faults.collect():
            found, complete = read_parameters(
                source.path, source.shown, reading.faults, inputs.synthesis.derived
            )
        if reading.study.may_leave_out(source.folder):
            found = [p for p in found if not reading.left_out("parameters", p.text)]
        kept.setdefault(source.folder, []).extend(found)
        inputs.complete &= complete
    folders = [folder for folder in reading.study.folders if folder in kept]
    for position, folder in enumerate(folders):
        later = {p.key: p for f in folders[position + 1 :] for p in kept[f]}
        inputs.parameters += [p for p in kept[folder] if p.key not in later]
        inputs.replaced += [(p, later[p.key]) for p in kept[folder] if p.key in later]


def _check_parameter(reading: StudyReading, parameter: Parameter) -> None:
    reading.strategy(parameter.strategy or "", parameter.file, parameter.row)
    if parameter.formula is not None:
        strategies = reading.strategies if parameter.strategy is None else (parameter.strategy,)
        reading.remember(parameter.formula, parameter.file, parameter.row, "formula", strategies)
    here = reading.jurisdiction.definition
    problems = parameter_problems(parameter, here.currency, here.price_year, here.title)
    for column, text in problems:
        reading.faults.add(parameter.file, parameter.row, column, text)


def _read_variables(reading: StudyReading, inputs: Inputs) -> None:
    if not reading.definition.variables:
        return
    before = len(reading.faults.faults)
    entries = reading.rows("variables", VariableRow, lambda row: (row.name, row.strategy or "all"))
    inputs.complete &= len(reading.faults.faults) == before
    for file, number, row, _ in entries:
        problem = name_problem(row.name)
        if problem:
            reading.faults.add(file, number, "name", problem)
            inputs.complete = False
        problem = row.unit and unit_problem(row.unit, reading.jurisdiction.definition.currency)
        if problem:
            reading.faults.add(file, number, "unit", problem)
        strategy = reading.strategy(row.strategy, file, number)
        expr = reading.formula(row.formula, file, number, "formula", strategy=strategy)
        if currency_in(row.unit):
            reading.money(expr, file, number, "formula")
        key = (row.name, strategy)
        variable = Variable(key, expr, row.unit, row.description, file, number)
        inputs.variables.append(variable)


def _check_duplicates(reading: StudyReading, inputs: Inputs) -> None:
    """A key may be defined once; Excel doesn't tell capitals from small letters in names."""
    seen: dict[Key, str] = {}
    spelt: dict[str, tuple[str, str]] = {}
    for key, file, row in inputs.places:
        here = f"{file}, row {row}"
        if key in seen:
            text = f"'{key_text(key)}' is already defined in {seen[key]}"
            reading.faults.add(file, row, "name", text, (file, "strategy"))
        seen.setdefault(key, here)
        other, where = spelt.setdefault(key[0].lower(), (key[0], here))
        if other != key[0]:
            text = f"'{key[0]}' differs only in capitals from '{other}' in {where}"
            reading.faults.add(file, row, "name", text)


def _settle_dirichlets(reading: StudyReading, inputs: Inputs) -> None:
    """The values of a Dirichlet's rows are the shares that its alphas imply; blank ones follow."""
    groups: dict[str, list[Parameter]] = {}
    for parameter in inputs.parameters:
        if parameter.distribution.kind == "dirichlet":
            groups.setdefault(parameter.distribution.group, []).append(parameter)
    follow: dict[Key, float] = {}
    for name, members in groups.items():
        total = sum(p.distribution.parameters[0] for p in members)
        for p in members:
            share = p.distribution.parameters[0] / total
            text = ""
            if len(members) == 1:
                text = f"the dirichlet group '{name}' has this row only; it needs two or more"
            elif p.value is not None and math.isnan(p.value):
                follow[p.key] = share
            elif p.value is not None and abs(p.value - share) > CENTRE_TOLERANCE * share:
                text = (
                    f"the dirichlet's share is {share:.6g} but the value is {p.value:g}; "
                    f"they must agree within {CENTRE_TOLERANCE:.0%}"
                )
            if text:
                reading.faults.add(p.file, p.row, "distribution_parameters", text)
    inputs.parameters = [
        replace(p, value=follow[p.key]) if p.key in follow else p for p in inputs.parameters
    ]
