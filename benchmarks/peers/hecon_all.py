"""The benchmark in hecon with all outcomes: discounted and not, by item and source."""

from functools import partial

import numpy as np

from benchmarks import data
from benchmarks.peers.hecon_model import outcomes_of


def evaluate(draws: data.Draws, mortality_rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Discounted costs and QALYs, one row a draw and one column a strategy."""
    outcomes = outcomes_of(draws, mortality_rate)
    # as its peers, the model has one item of cost and one source of QALYs: nothing to add up
    return (
        outcomes["cost"].squeeze("item").transpose("draw", "strategy").values,
        outcomes["qaly"].squeeze("source").transpose("draw", "strategy").values,
    )


check = partial(data.check, evaluate)
