"""Draws of one's own: a table of parameters by column as a design."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from hecon.analyses.draws_source import DrawsFile, read_source
from hecon.engine.model import Key
from hecon.errors import FaultList, nearest_or_some
from hecon.parameters.design import TableDesign, base_values
from hecon.parameters.parameter_schema import Parameter
from hecon.parameters.units import value_problem
from hecon.studies.study import Study

#: What becomes of inputs with a distribution that a table has no column for.
Missing = Literal["refuse", "base"]
#: A column that only numbers the draws.
COUNTERS = ("draw", "sample", "sim")


@dataclass(frozen=True)
class OwnDraws(TableDesign):
    """Draws that came in a file."""

    source: str = ""  #: The file's name.
    parameters: Mapping[Key, Parameter] = field(default_factory=dict)  #: Inputs that have a column.
    #: Names of inputs with a distribution that have none and are held at their base values.
    filled: tuple[str, ...] = ()


def draws_from(study: Study, path: Path | str, missing: Missing = "refuse") -> OwnDraws:
    """A design of the draws in a file: CSV, or parquet.

    Args:
        path: One row a draw, one column an input, named `name` or `name[strategy]`.
        missing: What becomes of inputs with a distribution that have no column: ``refuse`` takes
            them for a fault, ``base`` holds them at their base values.

    Raises:
        InputError: With every column that is no input, every input missing and every cell that is
            no number or that its input's unit doesn't allow.
    """
    source = read_source(Path(path))
    faults = FaultList()
    inputs = {p.text: p for p in study.parameters if p.is_input}
    if source.frame.empty:
        faults.faults.append(source.fault(None, None, "holds no draw"))
    columns = {}
    for name in map(str, source.frame.columns):
        if name in inputs:
            columns[inputs[name].key] = _column(source, inputs[name], faults)
        elif name not in COUNTERS:
            text = f"'{name}' is not an input of {study.name}{nearest_or_some(name, inputs)}"
            faults.faults.append(source.fault(source.header, name, text))
    lacking = [t for t, p in inputs.items() if p.distribution.varies and p.key not in columns]
    if lacking and missing == "refuse":
        text = (
            f"has no column for {', '.join(lacking)}; --missing base (in Python missing='base') "
            "holds them at their base values"
        )
        faults.faults.append(source.fault(source.header, None, text))
    faults.raise_if_any()
    numbers = {k: v for k, v in base_values(study.parameters).items() if k not in columns}
    return OwnDraws(
        len(source.frame),
        numbers,
        columns,
        source=source.file,
        parameters={p.key: p for p in inputs.values() if p.key in columns},
        filled=tuple(lacking),
    )


def _column(source: DrawsFile, parameter: Parameter, faults: FaultList) -> np.ndarray:
    """An input's draws; the first cell that can't be one is a fault."""
    cells = source.frame[parameter.text]
    values = np.asarray(pd.to_numeric(cells, errors="coerce"), dtype=float)
    for position, value in enumerate(values):
        problem = value_problem(parameter.unit, parameter.money, value)
        if not np.isfinite(value):
            problem = f"found '{cells.iloc[position]}', allowed is a number"
        if problem:
            row = int(source.frame.index[position])
            faults.faults.append(source.fault(row, parameter.text, problem))
            break
    return values
