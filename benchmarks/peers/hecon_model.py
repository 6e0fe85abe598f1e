"""The benchmark as a study in hecon's own input format, run as every other study is."""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import xarray as xr

from benchmarks import data
from hecon.analyses.evaluate import evaluate as run
from hecon.engine.model import CohortModel, LookupTable
from hecon.parameters.design import TableDesign, base_values
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

FOLDER = Path(__file__).parents[1] / "studies" / "sick_sicker"


@cache
def study() -> Study:
    """The study, read once: reading is no part of an evaluation."""
    return load_study(FOLDER)


@cache
def model(mortality: bytes) -> CohortModel:
    """The study's model with other death rates, prepared once as its peers' code is."""
    rate = np.frombuffer(mortality)
    table = LookupTable("mortality", 25.0 + np.arange(len(rate)), {"rate": rate})
    return replace(study().model, tables={"mortality": table})


def evaluate(
    draws: data.Draws, mortality_rate: np.ndarray, workers: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Discounted costs and QALYs, one row a draw and one column a strategy."""
    outcomes = outcomes_of(draws, mortality_rate, workers, summed=True)
    return outcomes["cost"].values.T, outcomes["qaly"].values.T


def outcomes_of(
    draws: data.Draws, mortality_rate: np.ndarray, workers: int = 1, summed: bool = False
) -> xr.Dataset:
    """The outcomes of an evaluation: all of them, or what its peers compute."""
    columns = {(name, None): column for name, column in draws.items()}
    numbers = {k: v for k, v in base_values(study().parameters).items() if k not in columns}
    design = TableDesign(len(draws["r_HS1"]), numbers, columns)
    chosen = model(np.ascontiguousarray(mortality_rate).tobytes())
    outcomes = run(chosen, design, workers=workers, summed=summed)
    assert tuple(outcomes["strategy"].values) == data.STRATEGIES
    return outcomes


check = partial(data.check, evaluate)
