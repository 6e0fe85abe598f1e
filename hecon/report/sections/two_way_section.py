"""Two-way sensitivity: the decision over grids of two inputs."""

from dataclasses import replace

import xarray as xr

from hecon.analyses.one_way import ranges
from hecon.analyses.pair import find_parameter
from hecon.analyses.run import Run
from hecon.analyses.two_way import MOST_STEPS, STEPS, two_way_grids
from hecon.report.content import (
    Amount,
    Column,
    Section,
    Sentence,
    Table,
    Value,
    share,
    table,
)
from hecon.report.names import file_name
from hecon.report.pictured import pictured
from hecon.report.registry import Analysis, Option
from hecon.report.things_called import inputs, labeller
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    NMB,
    QALY_DIFFERENCE,
    THRESHOLD,
    ratio_columns,
    with_savings,
)

TITLE = "Two-way sensitivity"
_VALUES = "Its values, as 1,2,3 or first:last:step."


def pair_of(grid: xr.Dataset) -> tuple[str, str]:
    """Names of the two inputs of a grid."""
    first, second = (str(d) for d in grid["nmb"].dims)
    return first, second


def name_of(grid: xr.Dataset) -> str:
    """The name of a grid's files."""
    return file_name("_".join(("two_way", *pair_of(grid))))


def grid_table(run: Run, grid: xr.Dataset) -> Table:
    """One row a combination; people see net benefit with one column a value of the second."""
    first, second = pair_of(grid)
    found = grid.to_dataframe().reset_index()
    found = found.rename(columns={first: "first_value", second: "second_value"})
    frame = with_savings(found.assign(first=first, second=second))
    name = Column("first", "First input", "name", shown=False)
    value = Column("first_value", first, "number", meaning="value of the first input")
    hidden = (COST_DIFFERENCE, QALY_DIFFERENCE, *ratio_columns(), THRESHOLD)
    columns = (
        name,
        value,
        replace(name, key="second", heading="Second input"),
        replace(value, key="second_value", heading=second, meaning="value of the second input"),
        *(replace(c, shown=False) for c in hidden),
        NMB,
    )
    label, (a, b) = labeller(run.study), run.study.compared
    caption = (
        f"Net benefit of {a} against {b}; down: {first}, {label(first)}; across: {second}, "
        f"{label(second)}"
    )
    keys = ("first_value", "second_value")
    return table(name_of(grid), caption, columns, frame, keys, spread="second_value")


def conclusion(run: Run, grid: xr.Dataset) -> Sentence:
    """Where on a grid the intervention is cost-effective."""
    part = float((grid["nmb"] > 0).mean())
    values: dict[str, Value] = {
        "a": run.study.compared[0],
        "inputs": inputs(run.study, pair_of(grid)),
    }
    if part in (0, 1):
        where = {
            0: "{a} is {cost_effective} nowhere on the grid of {inputs}.",
            1: "{a} is {cost_effective} everywhere on the grid of {inputs}.",
        }[int(part)]
        return Sentence(where, values, "verdict")
    text = "{a} is {cost_effective} in {part} of the grid of {inputs}."
    return Sentence(text, {**values, "part": share(part)}, "verdict")


def beyond(run: Run, grid: xr.Dataset, name: str) -> tuple[Sentence, ...]:
    """That values lie outside the range which the study gives an input."""
    parameter = find_parameter(run.study, name)
    own = next((r for r in ranges(run.study) if r.parameter == parameter), None)
    if own is None:
        return (Sentence("The study gives no range of {name}.", {"name": name}, "note"),)
    values = grid[name].values
    if own.low <= values.min() and values.max() <= own.high:
        return ()
    said: dict[str, Value] = {
        "name": name,
        "basis": own.basis,
        "low": Amount(own.low),
        "high": Amount(own.high),
    }
    return (Sentence("Values of {name} go beyond the {basis}, {low} to {high}.", said, "note"),)


def section(run: Run) -> Section:
    """All grids of the run."""
    grids = run(two_way_grids)
    sentences: list[Sentence] = []
    for grid in grids:
        sentences.append(conclusion(run, grid))
        for name in pair_of(grid):
            sentences += beyond(run, grid, name)
    tables = tuple(grid_table(run, grid) for grid in grids)
    figures = tuple(
        pictured(run, name_of(grid), "heat_map.heat_map", grid, run.study.compared[0])
        for grid in grids
        if min(grid["nmb"].shape) > 1
    )
    return Section("two_way", TITLE, tuple(sentences), tables, figures)


ANALYSIS = Analysis(
    section,
    """Two inputs together: the decision over a grid of their values.

    Without values an input goes over the range that one-way sensitivity uses.

    \b
    Examples
      hecon two-way inputs/studies/ptsd drug_price_session hr_relapse_mdma -j norway
      hecon two-way inputs/studies/ptsd drug_price_session hr_relapse_mdma -j norway \\\\
          --first-values 0:20000:2000
    """,
    (
        Option("first", str, "An input.", argument=True, required=True),
        Option("second", str, "Another input.", argument=True, required=True),
        Option("first_values", float, _VALUES, series=True, metavar="LIST"),
        Option("second_values", float, _VALUES, series=True, metavar="LIST"),
        Option(
            "steps", int, "Values of each, where none are given.", STEPS, least=2, most=MOST_STEPS
        ),
    ),
)
