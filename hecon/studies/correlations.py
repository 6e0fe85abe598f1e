"""Correlations of inputs: by pair, or as a table of correlations or of covariances."""

import csv
import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hecon.errors import UnknownName, nearest
from hecon.parameters.design import Correlation, ProbabilisticDesign
from hecon.parameters.figures import figure
from hecon.parameters.files import read_text
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.records import Required, Strict
from hecon.parameters.rows import CENTRE_TOLERANCE
from hecon.studies.extends import StudyFile
from hecon.studies.inputs import Inputs
from hecon.studies.reading import QUANTITY, Place, StudyReading, row_of
from hecon.studies.study_schema import CorrelationRow

#: How far the two halves of a table may differ (sources round).
HALVES = 1e-6


class WrittenCorrelation(NamedTuple):
    """A correlation and where it stands: its cell, and those that name its two parameters."""

    row: CorrelationRow
    place: Place
    column: str
    named: tuple[tuple[Place, str], tuple[Place, str]]


class TableRow(Strict):
    """A row of a table; its other columns are named like the rows."""

    parameter: Required


def _is_table(reading: StudyReading) -> bool:
    """Whether a file of the correlations is a table."""
    return any(_heads_table(reading, source) for source in reading.sources("correlations"))


def _pairs(reading: StudyReading, inputs: Inputs) -> list[WrittenCorrelation]:
    """Pairs of the files, whichever way they are written."""
    if not _is_table(reading):
        entries = reading.rows(
            "correlations", CorrelationRow, lambda row: frozenset((row.first, row.second))
        )
        return [
            WrittenCorrelation(
                row,
                (file, number),
                "second",
                (((file, number), "first"), ((file, number), "second")),
            )
            for file, number, row, _ in entries
        ]
    rows = reading.rows("correlations", TableRow, lambda row: row.parameter, free=True)
    cells: dict[tuple[str, str], float] = {}
    places: dict[str, Place] = {}
    for file, position, row, columns in rows:
        places[row.parameter] = (file, position)
        for column, text in columns.items():
            try:
                if text:
                    cells[row.parameter, column] = figure(text)
            except ValueError as error:
                reading.faults.add(file, position, column, str(error))
    return list(_of_table(reading, inputs, cells, places))


def _heads_table(reading: StudyReading, source: StudyFile) -> bool:
    header = ""
    with reading.faults.collect():
        header = read_text(source.path, source.shown).partition("\n")[0]
    return "parameter" in [cell.strip() for cell in next(csv.reader([header]), [])]


def _of_table(
    reading: StudyReading,
    inputs: Inputs,
    cells: Mapping[tuple[str, str], float],
    places: Mapping[str, Place],
) -> Iterator[WrittenCorrelation]:
    """Pairs of a table: each stands twice or once, and the diagonal says what the table holds."""
    names = list(places)
    spread = {name: cells.get((name, name), 1.0) for name in names}
    covariances = any(abs(value - 1) > HALVES for value in spread.values())
    by_name = {p.text: p for p in inputs.parameters}
    for name in names:
        file, position = places[name]
        problem = _variance_problem(by_name.get(name), spread[name]) if covariances else ""
        if problem:
            reading.faults.add(file, position, name, problem)
    for (first, second), value in cells.items():
        file, position = places[first]
        if second not in places:
            text = f"'{second}' has a column and no row{nearest(second, names)}"
            reading.faults.add(file, position, second, text)
            continue
        mirror = cells.get((second, first), value)
        if abs(mirror - value) > HALVES * max(abs(mirror), abs(value)):
            text = f"found {value:g}, but {mirror:g} in the row of {second}"
            reading.faults.add(file, position, second, text)
        elif names.index(first) > names.index(second) or (second, first) not in cells:
            scale = math.sqrt(spread[first] * spread[second]) if covariances else 1.0
            rho = value / scale if scale > 0 else math.nan
            if first == second or not rho:
                continue
            if not abs(rho) < 1:
                text = f"is a correlation of {rho:g}, allowed is between -1 and 1"
                reading.faults.add(file, position, second, text)
                continue
            row = CorrelationRow(first=second, second=first, rho=rho)
            named = ((places[second], "parameter"), (places[first], "parameter"))
            yield WrittenCorrelation(row, places[first], second, named)


def _variance_problem(parameter: Parameter | None, variance: float) -> str:
    """Why a variance isn't that of a parameter; of a lognormal it is that of the logarithm."""
    if parameter is None:
        return ""
    drawn = parameter.distribution
    if drawn.kind not in ("normal", "lognormal"):
        return (
            f"is a {drawn.kind}; a table of covariances is of normal parameters and, by their "
            "logarithms, of lognormal ones; give correlations, with 1 on the diagonal"
        )
    own = drawn.parameters[1]
    if variance <= 0 or abs(math.sqrt(variance) - own) > CENTRE_TOLERANCE * own:
        shown = f"{math.sqrt(variance):.6g}" if variance > 0 else "none"
        return f"the standard deviation is {shown} here and {own:.6g} in {parameter.file}"
    return ""


def read_correlations(reading: StudyReading, inputs: Inputs) -> list[Correlation]:
    """Rank correlations, of the file and of shared evidence; they must be possible together."""
    shared = inputs.shared_correlations()
    if not reading.definition.correlations:
        return shared
    faulty = {(fault.file, fault.row) for fault in reading.faults.faults}
    uncertain = {
        p.text: p.key
        for p in inputs.parameters
        if p.distribution.varies or (p.file, p.row) in faulty
    }
    result: list[Correlation] = []
    seen: dict[frozenset[str], Place] = {}
    unknown: set[tuple[Place, str]] = set()
    for row, place, column, named in _pairs(reading, inputs):
        for at, name in zip(named, (row.first, row.second), strict=True):
            if name not in uncertain and inputs.complete and at not in unknown:
                (file, number), heading = at
                unknown_name = UnknownName(
                    name, "a parameter with a distribution", uncertain, among=QUANTITY
                )
                reading.faults.add(file, number, heading, unknown_name)
                unknown.add(at)
        pair = frozenset((row.first, row.second))
        keys = frozenset(uncertain[name] for name in pair & set(uncertain))
        problem = ""
        if len(pair) == 1:
            problem = f"'{row.second}' can't be correlated with itself"
        elif pair in seen:
            problem = f"the pair is already in {row_of(seen[pair], place[0])}"
        elif any(keys == {c.first, c.second} for c in shared):
            problem = (
                "the two rest on the same evidence, which gives their correlation; leave it out"
            )
        elif pair <= set(uncertain):
            result.append(Correlation(uncertain[row.first], uncertain[row.second], row.rho))
        if problem:
            reading.faults.add(*place, column, problem)
        seen.setdefault(pair, place)
    result = [*shared, *result]
    try:
        ProbabilisticDesign(inputs.parameters, 1, 0, correlations=result)
    except ValueError as error:
        text = f"{error}; a pair that is not listed counts as 0"
        where = None if _is_table(reading) else "rho"
        reading.faults.add(reading.file("correlations"), None, where, text)
    return result
