"""The benchmark as a study in hecon's own input format, run as every other study is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from benchmarks import data
from hecon.analyses.evaluate import evaluate as run
from hecon.engine.model import Table
from hecon.parameters.design import TableDesign, base_values
from hecon.studies.load import load_study
from hecon.studies.study import Study

FOLDER = Path(__file__).parents[1] / "studies" / "sick_sicker"


@cache
def study() -> Study:
    """The study, read once: reading is no part of an evaluation."""
    return load_study(FOLDER)


def evaluate(
    draws: data.Draws, mortality_rate: np.ndarray, workers: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Discounted costs and QALYs, one row a draw and one column a strategy."""
    loaded = study()
    ages = 25.0 + np.arange(len(mortality_rate))
    table = Table("mortality", ages, {"rate": mortality_rate})
    model = replace(loaded.model, tables={"mortality": table})
    columns = {(name, None): column for name, column in draws.items()}
    numbers = {k: v for k, v in base_values(loaded.parameters).items() if k not in columns}
    design = TableDesign(len(draws["r_HS1"]), numbers, columns)
    outcomes = run(model, design, workers=workers)
    assert tuple(outcomes["strategy"].values) == data.STRATEGIES
    # as its peers, the model has one item of cost and one source of QALYs: nothing to add up
    return (
        outcomes["cost"].squeeze("item").transpose("draw", "strategy").values,
        outcomes["qaly"].squeeze("source").transpose("draw", "strategy").values,
    )


check = partial(data.check, evaluate)
