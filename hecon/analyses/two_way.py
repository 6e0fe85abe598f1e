"""Two parameters together: the decision over a grid of their values."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hecon.analyses.one_way import find_range
from hecon.analyses.pair import find_parameter
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.run import Run, result
from hecon.engine.arrays import Array
from hecon.errors import Fault, FaultList, InputError
from hecon.parameters.design import TableDesign, base_values
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.units import value_problem
from hecon.studies.extends import FILE
from hecon.studies.study import Study

#: Values of each input where none are given, and how many there may be.
STEPS = 11
MOST_STEPS = 500


def two_way(
    study: Study,
    first: str,
    second: str,
    *,
    first_values: Sequence[float] | None = None,
    second_values: Sequence[float] | None = None,
    steps: int = STEPS,
) -> xr.Dataset:
    """Results for every combination of two inputs, all others at base.

    Args:
        first, second: Names of two different inputs.
        first_values, second_values: Values, also beyond the input's range; without them `steps`
            values over the range that one-way sensitivity uses.

    Returns:
        ``nmb``, ``cost_difference``, ``qaly_difference``, ``icer``, ``verdict`` and ``threshold``,
        each over (`first`, `second`).

    Raises:
        InputError: If an input is unknown, named twice, has neither range nor values, or can't have
            a value in its unit.
    """
    asked = ((first, first_values), (second, second_values))
    (one, across), (two, down) = _axes(study, asked, study.name, ("", ""), steps)
    grid = np.meshgrid(across, down, indexing="ij")
    numbers = base_values(study.parameters)
    columns = {one.key: grid[0].ravel(), two.key: grid[1].ravel()}
    constant = {key: value for key, value in numbers.items() if key not in columns}
    design = TableDesign(grid[0].size, constant, columns)
    table = evaluated_table(study, design, [study.compared] * design.draws)
    names = ("nmb", "cost_difference", "qaly_difference", "icer", "verdict", "threshold")
    return xr.Dataset(
        {n: ((first, second), table[n].to_numpy().reshape(grid[0].shape)) for n in names},
        coords={first: across, second: down},
    )


def check_grids(study: Study, faults: FaultList) -> None:
    """Record what is wrong with the grids that `study.toml` asks for."""
    for position, grid in enumerate(study.definition.two_way, start=1):
        asked = ((grid.first, grid.first_values), (grid.second, grid.second_values))
        columns = (f"two_way[{position}].first", f"two_way[{position}].second")
        with faults.collect():
            _axes(study, asked, f"{study.folder.name}/{FILE}", columns, STEPS)


def _axes(
    study: Study,
    asked: Sequence[tuple[str, Sequence[float] | None]],
    file: str,
    columns: tuple[str, str],
    steps: int,
) -> list[tuple[Parameter, Array]]:
    """Both inputs with their values, in rising order; faults are told at `columns` of the file.

    Without columns they are told where they are found.
    """
    found: list[tuple[Parameter, Array]] = []
    for (name, given), column in zip(asked, columns, strict=True):
        try:
            parameter = find_parameter(study, name)
            found.append((parameter, _values(study, parameter, given, steps)))
        except InputError as error:
            if not column:
                raise
            raise InputError([Fault(file, None, column, f.message) for f in error.faults]) from None
    if found[0][0] == found[1][0]:
        text = f"'{asked[0][0]}' is named twice; a grid needs two different parameters"
        raise InputError([Fault(file, None, columns[1] or asked[0][0], text)])
    return found


def _values(study: Study, parameter: Parameter, given: Sequence[float] | None, steps: int) -> Array:
    if given is None:
        found = find_range(study, parameter.text)
        return np.linspace(found.low, found.high, steps)
    values = np.unique(np.asarray(given, dtype=float))
    problems = [value_problem(parameter.unit, parameter.money, v) for v in values.tolist()]
    if not values.size or not np.isfinite(values).all():
        problems = ["needed is at least one finite value"]
    elif values.size < len(given):
        problems.append("a value is given twice")
    elif values.size > MOST_STEPS:
        problems.append(f"found {values.size} values, allowed are {MOST_STEPS}")
    faults = [Fault(study.name, None, parameter.text, text) for text in problems if text]
    if faults:
        raise InputError(faults)
    return values


@result("Grids of two inputs")
def two_way_grids(run: Run) -> list[xr.Dataset]:
    """The grid of the two inputs that the run was asked for, or all that the study names."""
    study = run.study
    first: str | None = run.option("first", None)
    second: str | None = run.option("second", None)
    if first is not None and second is not None:
        asked = {name: run.option(name, None) for name in ("first_values", "second_values")}
        return [two_way(study, first, second, **asked, steps=run.option("steps", STEPS))]
    return [
        two_way(
            study,
            grid.first,
            grid.second,
            first_values=grid.first_values,
            second_values=grid.second_values,
        )
        for grid in study.definition.two_way
    ]
